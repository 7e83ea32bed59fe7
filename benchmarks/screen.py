"""`paicha screen --input` beside a Polars script of the same rules, written by hand.

    python benchmarks/screen.py --households 10000000

Both read the same generated Parquet (20 columns, ids in no order) and write the same two sorted files.
They run in turn, each in a process of its own, in one run of this script; the outputs are compared, and
medians, ratio and peak memory printed. The script by hand is the quickest of the four that were tried
(one filter a rule and concat; a list of ids exploded; a bit mask; booleans unpivoted, which is what
stands here).
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import polars as pl

from paicha.core.pack import load
from paicha.engines import screen_file
from paicha.packs import DEFAULT, read_pack

FORMS = ("general", "lifted", "monitored")


def draw(seed: int, below: int) -> pl.Expr:
    """A repeatable number from 0 to below - 1 for each row."""
    return pl.col("i").hash(seed) % below


def choice(seed: int, shares: dict[int, int]) -> pl.Expr:
    """An option by its share of a thousand; the rest is unanswered."""
    number, upto, chosen = draw(seed, 1000), 0, pl.lit(None, dtype=pl.Int8)
    for option, share in reversed(shares.items()):
        upto += share
        below = sum(shares.values()) - upto + share
        chosen = pl.when(number < below).then(pl.lit(option, dtype=pl.Int8)).otherwise(chosen)
    return chosen


def several(seed: int, shares: dict[int, int], also: int) -> pl.Expr:
    """One option, and in one of fifty rows another beside it."""
    first = choice(seed, shares)
    both = pl.concat_list(first, pl.lit(also, dtype=pl.Int8))
    listed = pl.when(draw(seed + 1, 50) == 0).then(both).otherwise(pl.concat_list(first))
    return pl.when(first.is_null()).then(None).otherwise(listed)


def generate(target: Path, households: int) -> None:
    """Answers of a province: 326 villages a county, nine in ten households `general`."""
    village = draw(1, 326 * 100)
    form = draw(2, 1000)
    policies = draw(16, 1000)
    pl.LazyFrame().select(pl.int_range(households, dtype=pl.Int64).alias("i")).select(
        household_id=pl.concat_str(
            (draw(77, 2**40)).cast(pl.String).str.zfill(13),
            pl.lit("-"),
            pl.col("i").cast(pl.String).str.zfill(18),
        ),
        village=pl.concat_str(
            pl.lit("61"),
            (village // 326 + 1000).cast(pl.String),
            (village % 326 // 18 + 100).cast(pl.String),
            (village % 18 + 200).cast(pl.String),
        ),
        form=pl.when(form < 917)
        .then(pl.lit("general"))
        .when(form < 985)
        .then(pl.lit("lifted"))
        .otherwise(pl.lit("monitored")),
        population=(draw(3, 6) + 1).cast(pl.Int8),
        housing=choice(5, {1: 3, 2: 900, 3: 97}),
        schooling=choice(6, {1: 1, 2: 300, 3: 699}),
        water=choice(7, {1: 2, 2: 800, 3: 190}),
        insured_none=(draw(8, 1000) < 20).cast(pl.Int8),
        insured_resident=draw(9, 5).cast(pl.Int8),
        income_band=choice(10, {1: 10, 2: 40, 3: 350, 4: 590}),
        major_expense=choice(11, {1: 20, 2: 975}),
        civil_aid=several(12, {5: 930, 1: 40, 2: 5, 3: 10, 4: 5}, 3),
        enrol=choice(13, {3: 985, 2: 8, 1: 4}),
        livelihood=several(14, {1: 400, 2: 500, 3: 80, 4: 10}, 2),
        in_national_system=choice(15, {1: 970, 2: 20}),
        policies=pl.when(policies < 100)
        .then(pl.lit("产业奖补"))
        .when(policies < 120)
        .then(pl.lit("低保、医疗救助")),
        policy_gap=choice(17, {1: 10, 2: 980}),
        special=several(18, {1: 4, 2: 2, 5: 3}, 4),
        risk_cleared=choice(20, {1: 100, 2: 100, 3: 790}),
        bottom_aid=choice(21, {1: 200, 2: 50, 3: 740}),
    ).sink_parquet(target, row_group_size=250_000)


def by_hand(source: Path, findings: Path, rollup: Path) -> None:
    """The same rules as someone who knows Polars and these columns would write them."""
    answers = pl.scan_parquet(source)
    present = set(answers.collect_schema().names())

    def col(name: str, dtype: type[pl.DataType] = pl.Int8) -> pl.Expr:
        return pl.col(name) if name in present else pl.lit(None, dtype=dtype)

    def has(name: str, *options: int) -> pl.Expr:
        return pl.any_horizontal(pl.col(name).list.contains(option) for option in options)

    def says(*words: str) -> pl.Expr:
        return pl.any_horizontal(pl.col("policies").str.contains(word, literal=True) for word in words)

    g, l, m = (pl.col("form") == form for form in FORMS)  # noqa: E741 - the letters of the reference
    gl, lm, glm = g | l, l | m, g | l | m
    within = pl.coalesce(col("income", pl.Int64) <= 6000, col("income_band") <= 2)
    poor = (col("housing") == 1) | (col("schooling") == 1) | (col("water") == 1)
    expense = col("major_expense") == 1
    no, cleared = col("enrol") == 3, col("risk_cleared") == 1
    unhelped = col("measures").fill_null(0) == 0
    no_help = (col("bottom_aid") == 3) & col("policies").is_null() & unhelped
    rules = {
        "S01": gl & (col("income_band") == 1) & no,
        "S02": gl & (col("income_band") != 1) & within & no,
        "S03": glm & (col("housing") == 1),
        "S04": glm & (col("schooling") == 1),
        "S05": glm & (col("water") == 1),
        "S06": glm & (col("insured_none") > 0),
        "S07": gl & expense & no,
        "S08": gl & within & expense & (col("enrol") != 1),
        "S09": g & has("civil_aid", 1) & no,
        "S10": g & has("civil_aid", 2) & no,
        "S11": g & has("civil_aid", 3) & no,
        "S12": g & has("civil_aid", 4) & no,
        "S13": g & has("civil_aid", 1, 2, 3, 4) & no & (within | poor | expense),
        "S14": gl & (col("enrol") == 2) & ~col("deliberated", pl.Boolean).fill_null(False),
        "S15": gl & (col("enrol") == 1) & ~col("enrolment_started", pl.Boolean).fill_null(False),
        "S16": lm & has("livelihood", 4) & (col("income_band") <= 3),
        "S17": lm & (col("policy_gap") == 1),
        "S18": m & no_help,
        "S19": m & cleared & within,
        "S20": m & cleared & (poor | (col("insured_none") > 0)),
        "S21": m & cleared & expense,
        "S22": m & cleared & (no_help | has("livelihood", 4)),
        "S27": lm & (col("in_national_system") == 2),
        "S29": l & says("低保", "特困", "临时救助") & (within | expense) & no,
        "S30": gl & has("special", 5) & no,
        "S31": m & (col("return_risk") == 1) & cleared,
        "S32": gl & (col("income_stable") == 3) & no,
        "S33": glm & has("special", 1, 2, 3, 4) & unhelped,
        "S34": m & (col("aid_effect") == 3),
    }
    flagged = answers.select("household_id", "village", **rules).filter(pl.any_horizontal(list(rules)))
    flagged.unpivot(index=["household_id", "village"], variable_name="rule").filter("value").drop(
        "value"
    ).sort("household_id", "village", "rule").sink_parquet(findings)
    roll_up(findings, rollup)


def roll_up(findings: Path, rollup: Path) -> None:
    households = pl.len().cast(pl.Int64).alias("households")
    counts = pl.scan_parquet(findings).group_by("village", "rule").agg(households).collect(engine="streaming")
    levels = [counts.select(area="village", level=pl.lit("village"), rule="rule", households="households")]
    for level, digits in (("town", 9), ("county", 6)):
        area = (pl.col("village").str.slice(0, digits) + "0" * (12 - digits)).alias("area")
        summed = counts.group_by(area, "rule").agg(pl.col("households").sum())
        levels.append(summed.select("area", pl.lit(level).alias("level"), "rule", "households"))
    pl.concat(levels).sort("area", "level", "rule").write_parquet(rollup)


def ours(source: Path, findings: Path, rollup: Path) -> None:
    screen_file(source, findings, rollup, load(read_pack(DEFAULT)))


WAYS = {"paicha": ours, "by hand": by_hand}


def measure(way: str, source: Path, folder: Path) -> dict[str, float]:
    """Seconds, processor seconds and peak memory (GiB) of one way in a fresh process, without its imports."""
    command = [sys.executable, __file__, "--way", way, "--source", str(source), "--folder", str(folder)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    result: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return result


def run_one(way: str, source: Path, folder: Path) -> None:
    started, busy = time.perf_counter(), time.process_time()
    WAYS[way](source, folder / f"{way}.findings", folder / f"{way}.rollup")
    seconds, processor = time.perf_counter() - started, time.process_time() - busy
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(json.dumps({"seconds": seconds, "processor": processor, "peak": peak}))


def compare(households: int, runs: int) -> int:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = folder / "answers.parquet"
        generate(source, households)
        measured: dict[str, list[dict[str, float]]] = {way: [] for way in WAYS}
        for _ in range(runs):
            for way, results in measured.items():
                results.append(measure(way, source, folder))
        for output in ("findings", "rollup"):
            mine, theirs = (pl.read_parquet(folder / f"{way}.{output}") for way in WAYS)
            assert mine.equals(theirs), f"{output} differ"
        found = pl.scan_parquet(folder / "paicha.findings").select(pl.len()).collect().item()
    print(f"{households:,} households, {found:,} findings, medians of {runs} runs in turn; outputs equal")
    medians = {
        kind: {way: statistics.median(r[kind] for r in results) for way, results in measured.items()}
        for kind in ("seconds", "processor")
    }
    for way, results in measured.items():
        peak = max(result["peak"] for result in results)
        seconds, processor = (medians[kind][way] for kind in medians)
        print(f"  {way:8} {seconds:6.2f} s   processor {processor:6.2f} s   peak {peak:.2f} GiB")
    ratio, busy = (found["paicha"] / found["by hand"] for found in medians.values())
    print(f"  ratio    {ratio:6.2f}     processor {busy:6.2f}     (budget 2)")
    return 0 if ratio <= 2 else 1


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--households", type=int, default=10_000_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--way", choices=list(WAYS), help=argparse.SUPPRESS)
    parser.add_argument("--source", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.way:
        run_one(options.way, options.source, options.folder)
        return 0
    return compare(options.households, options.runs)


if __name__ == "__main__":
    sys.exit(main())

"""Every household rule over a Parquet file of answers, of any size: `paicha screen --input`.

The file is read in slices, streaming; what fires goes to a spill file, and is then sorted range by
range of household ids, so that memory is bounded by the slice and by the range, never by the province.
The answers stand in the shape of the contract ('Parquet answers'), in one file or in a folder of part files as Spark
and Polars write them; texts that say nothing are null, as on entry. Nothing is left behind, and no
output is replaced, unless all went well.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import polars as pl

from paicha.core.expressions import Kind, Symbol, tree
from paicha.core.pack import Pack
from paicha.core.refusal import Refusal
from paicha.engines.columns import (
    HIGHEST,
    LOWEST,
    ColumnTypeError,
    adapt_columns,
    beyond_64_bits,
    without_silences,
)
from paicha.engines.packs import rule_sets
from paicha.engines.part_files import PartFiles, ScreenInputError
from paicha.engines.rules import FORM, RuleSet

SLICE_ROWS = 2_500_000
RANGE_FINDINGS = 4_000_000
FINDING_COLUMNS = ("household_id", "village", "rule")
ROLLUP_COLUMNS = ("area", "level", "rule", "households")

_KEYS = (Symbol("household_id", Kind.TEXT), Symbol("village", Kind.TEXT), FORM)
_LEVELS = (("village", 12), ("town", 9), ("county", 6))

Progress = Callable[[int, int], None]
"""Called with rows done and rows in all."""


@dataclass(frozen=True)
class Screened:
    """What one run found: households read, findings written, and findings by rule id."""

    households: int
    findings: int
    by_rule: Mapping[str, int]


def screen_file(
    source: Path, findings: Path, rollup: Path, pack: Pack, progress: Progress | None = None
) -> Screened:
    """Apply every household rule of the pack to the forms it names.

    `source`: Parquet, one row a household, or a folder of such files. `findings`: household_id, village,
    rule, one row a finding (a household and rule once, however often the file repeats the household).
    `rollup`: area, level, rule, households; none is left out but those without. Both sorted by their
    columns. Raises ScreenInputError.
    """
    for target in (findings, rollup):
        if not target.parent.is_dir():
            raise ScreenInputError("E53", folder=target.parent)
        if source.is_dir() and target.resolve().is_relative_to(source.resolve()):
            raise ScreenInputError("E54", target=target)
    answers = _open(source)
    rules = rule_sets(pack).households
    with tempfile.TemporaryDirectory(prefix=".screen-", dir=findings.parent) as folder:
        spill = Path(folder)
        try:
            households = _find(answers, rules, pack, spill, progress)
        except (ColumnTypeError, _Fault) as problem:
            raise ScreenInputError("G11", file=source.name, said=problem) from None
        except pl.exceptions.PolarsError as problem:
            raise ScreenInputError("E55", file=source.name) from problem
        counts = _write_findings(spill, rules, spill / "findings")
        _rollup(counts).write_parquet(spill / "rollup")
        shutil.move(spill / "findings", findings)
        shutil.move(spill / "rollup", rollup)
    by_rule = dict(counts.group_by("rule").agg(pl.col("households").sum()).sort("rule").iter_rows())
    return Screened(households, sum(by_rule.values()), by_rule)


def _open(source: Path) -> PartFiles:
    answers = PartFiles.open(source, [key.name for key in _KEYS])
    missing = [key.name for key in _KEYS if key.name not in answers.schema]
    if missing:
        raise ScreenInputError("E56", file=source.name, missing="、".join(missing))
    return answers


class _Fault(Refusal):
    """What is wrong with the rows, without the file's name."""


def _find(answers: PartFiles, rules: RuleSet, pack: Pack, spill: Path, progress: Progress | None) -> int:
    """Write what fires to spill files, unsorted, and check the rows on the way. Returns the rows read."""
    schema, forms = answers.schema, tuple(pack.household_forms)
    types = {**schema, **dict.fromkeys((key.name for key in _KEYS), pl.String())}
    typed = answers.rows.with_columns(adapt_columns(schema, _KEYS))
    _refuse_wide(answers, beyond_64_bits(schema, rules.symbols))
    spoken = without_silences(schema, (s for s in rules.symbols if s != FORM), pack.silences)
    typed = typed.with_columns(spoken)
    types |= dict.fromkeys((text.meta.output_name() for text in spoken), pl.String())
    faults = _faults(rules, schema, forms)
    rows = answers.count
    for number, start in enumerate(range(0, max(rows, 1), SLICE_ROWS)):
        part = typed.slice(start, SLICE_ROWS)
        sink = _fired_rows(part, rules, types).sink_parquet(
            spill / f"{number}.part", compression="lz4", statistics=False, lazy=True
        )
        checked = part.select(bad.any().alias(sentence) for sentence, bad in faults.items())
        wrong = pl.collect_all([sink, checked], engine="streaming")[1].row(0, named=True)
        for sentence in (sentence for sentence, found in wrong.items() if found):
            place = answers.place(_first(part, faults[sentence]) + start)
            raise _Fault("G05", said=f"{place}{sentence}。")
        if progress is not None:
            progress(min(start + SLICE_ROWS, rows), rows)
    return rows


def _refuse_wide(answers: PartFiles, wide: Mapping[str, pl.Expr]) -> None:
    """Refuse numbers that no rule could reckon with, before anything is cast. Raises _Fault."""
    for name, bad in wide.items():
        if answers.rows.select(bad.any()).collect(engine="streaming").item():
            place = answers.place(_first(answers.rows, bad))
            raise _Fault("E57", place=place, name=name, lowest=LOWEST, highest=HIGHEST)


def _fired_rows(part: pl.LazyFrame, rules: RuleSet, types: Mapping[str, pl.DataType]) -> pl.LazyFrame:
    """household_id, village, rule: one row for each rule that fires on a row of the part."""
    keys = [key.name for key in _KEYS[:2]]
    ids = [entry.id for entry in rules.entries]
    if not ids:
        return part.select(*keys, pl.lit("").alias("rule")).head(0)
    truth = rules.truth(part, types, keys).rename({str(index): rule for index, rule in enumerate(ids)})
    some = truth.filter(pl.any_horizontal(ids))
    return some.unpivot(ids, index=keys, variable_name="rule").filter("value").drop("value")


def _faults(rules: RuleSet, schema: Mapping[str, pl.DataType], forms: tuple[str, ...]) -> dict[str, pl.Expr]:
    """Sentence → where a row makes it true. Ranges matter only where a rule adds or multiplies."""
    faults = {
        "没有 household_id：请补上": pl.col("household_id").is_null(),
        "的 village 不是12位数字：请写村代码": ~_holds(pl.col("village").str.contains("^[0-9]{12}$")),
        f"的 form 不认识：请写 {'、'.join(forms)} 之一": ~_holds(pl.col(FORM.name).is_in(forms)),
    }
    for symbol in _computed_symbols(rules):
        if symbol.name in schema and schema[symbol.name].is_integer():
            value = pl.col(symbol.name)
            sentence = f"的 {symbol.name} 超出 {symbol.low} 到 {symbol.high}：请改正"
            faults[sentence] = (value < symbol.low) | (value > symbol.high)
    return faults


def _holds(condition: pl.Expr) -> pl.Expr:
    return condition.fill_null(False)


def _computed_symbols(rules: RuleSet) -> list[Symbol]:
    """Symbols inside a sum, difference, product or negation: their declared ranges carry the proof."""
    names = {
        inner.name
        for entry in rules.entries
        for node in tree.walk(entry.expression.root)
        if isinstance(node, tree.Arithmetic | tree.Negate)
        for inner in tree.walk(node)
        if isinstance(inner, tree.Name)
    }
    return [symbol for symbol in rules.symbols if symbol.name in names]


def _first(part: pl.LazyFrame, bad: pl.Expr) -> int:
    """The number of the first such row, counted from 0."""
    return int(part.with_row_index("row").filter(bad).select("row").head(1).collect().item())


def _write_findings(spill: Path, rules: RuleSet, target: Path) -> pl.DataFrame:
    """Sort the spilled findings, range by range of household ids, into `target`. Returns village, rule,
    households."""
    ids = pl.Enum(sorted({entry.id for entry in rules.entries}))
    found = pl.scan_parquet(spill / "*.part").with_columns(pl.col("rule").cast(ids))
    counts = [pl.DataFrame(schema={"village": pl.String, "rule": pl.String, "households": pl.Int64})]
    pieces: list[Path] = []
    for number, within in enumerate(_ranges(found)):
        part = found.filter(within).collect(engine="streaming").sort(FINDING_COLUMNS)
        part = part.filter(_first_of_its_kind()).with_columns(pl.col("rule").cast(pl.String))
        counts.append(part.group_by("village", "rule").agg(pl.len().cast(pl.Int64).alias("households")))
        pieces.append(spill / f"{number:06}.sorted")
        part.write_parquet(pieces[-1])
    if len(pieces) == 1:
        pieces[0].rename(target)
    else:
        pl.scan_parquet(pieces).sink_parquet(target)
    return pl.concat(counts).group_by("village", "rule").agg(pl.col("households").sum())


def _ranges(found: pl.LazyFrame) -> Iterator[pl.Expr]:
    """Filters that together take every finding once, in rising order of household id, each a bounded
    number."""
    total = int(found.select(pl.len()).collect().item())
    pieces = -(-total // RANGE_FINDINGS)
    if pieces <= 1:
        yield pl.lit(True)
        return
    sample = found.select("household_id").gather_every(max(1, total // 100_000)).collect(engine="streaming")
    ordered = sample["household_id"].unique().sort()
    cuts = [ordered[len(ordered) * piece // pieces] for piece in range(1, pieces)]
    household = pl.col("household_id")
    yield household < cuts[0]
    for low, high in pairwise(cuts):
        yield (household >= low) & (household < high)
    yield household >= cuts[-1]


def _first_of_its_kind() -> pl.Expr:
    """Of equal neighbours the first: a household that the file repeats counts once."""
    again = pl.all_horizontal(pl.col(name) == pl.col(name).shift() for name in FINDING_COLUMNS)
    return ~_holds(again)


def _rollup(counts: pl.DataFrame) -> pl.DataFrame:
    """Households by area and rule, for villages, towns (first 9 digits) and counties (first 6)."""
    levels = [
        counts.group_by(pl.col("village").str.slice(0, digits).str.pad_end(12, "0").alias("area"), "rule")
        .agg(pl.col("households").sum())
        .select("area", pl.lit(level).alias("level"), "rule", "households")
        for level, digits in _LEVELS
    ]
    return pl.concat(levels).sort(ROLLUP_COLUMNS)

"""`paicha export county --as xlsx` beside XlsxWriter's bare writing of the same cells, in one run.

    python benchmarks/county.py [--households 110000] [--runs 3] [--home DIR]

The demo county is made in a home of its own (or taken from --home), exported by the command as it is
(database → 326 village workbooks, the towns' and the county's, two processes), and the cells of those very
files are written again with no format, header, table or list, in one process, reading nothing. Prints wall
and processor seconds, medians and ratios; the budget is 4 times. `benchmarks/export.py` is the writer alone.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from export import bare, cells_of

BUDGET = 4.0


def paicha(home: Path, *arguments: object) -> None:
    """One run of the command on a home."""
    env = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"} | {
        "PAICHA_HOME": str(home)
    }
    command = [sys.executable, "-m", "paicha.delivery.cli.main", *map(str, arguments)]
    subprocess.run(command, env=env, check=True, capture_output=True)


def measured(work: Callable[[], object]) -> tuple[float, float]:
    """Wall and processor seconds, children included."""

    def spent() -> float:
        both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        return sum(usage.ru_utime + usage.ru_stime for usage in both)

    wall, processor = time.perf_counter(), spent()
    work()
    return time.perf_counter() - wall, spent() - processor


def write_again(files: list[Path], folder: Path) -> tuple[float, float]:
    """Bare writing of the cells of some workbooks, one read at a time; reading is not counted."""
    wall = processor = 0.0
    for number, file in enumerate(files):
        sheets = cells_of(file.read_bytes())
        one = measured(lambda n=number, s=sheets: (folder / f"{n}.xlsx").write_bytes(bare(s)))
        wall, processor = wall + one[0], processor + one[1]
    return wall, processor


def run(home: Path, folder: Path, runs: int) -> int:
    ours, theirs = [], []
    for number in range(runs):
        target = folder / f"out{number}"
        ours.append(
            measured(lambda t=target: paicha(home, "export", "county", "--as", "xlsx", "--output", t))
        )
        files = sorted(target.rglob("*.xlsx"))
        theirs.append(write_again(files, folder))
        count, size = len(files), sum(file.stat().st_size for file in files)
        shutil.rmtree(target)
    wall, processor = (statistics.median(run[i] for run in ours) for i in (0, 1))
    bare_wall, bare_processor = (statistics.median(run[i] for run in theirs) for i in (0, 1))
    print(
        json.dumps(
            {
                "files": count,
                "megabytes": round(size / 2**20, 1),
                "command_s": round(wall, 1),
                "command_processor_s": round(processor, 1),
                "bare_s": round(bare_wall, 1),
                "bare_processor_s": round(bare_processor, 1),
                "ratio": round(wall / bare_wall, 2),
                "ratio_processor": round(processor / bare_processor, 2),
                "budget": BUDGET,
            }
        )
    )
    return 0 if wall <= BUDGET * bare_wall else 1


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--households", type=int, default=110_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--home", type=Path, help="a home that holds a round already")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        home = options.home
        if home is None:
            home = Path(name) / "home"
            paicha(home, "demo", "--households", options.households)
        return run(home, Path(name), options.runs)


if __name__ == "__main__":
    sys.exit(main())

"""The import of a county by two trees in turn: this one and an earlier one, on the same workbooks.

Processor seconds (user and system, all processes) decide, for other work on the machine doesn't change them much; wall
time and memory are told beside. Which tree goes first changes from run to run; medians and their ratio are printed.

    git worktree add --detach DIR ee95ee3
    python benchmarks/beside.py DIR [--households 20000] [--runs 5]
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from import_county import rss

HERE = Path(__file__).parent.parent
_PAICHA = [sys.executable, "-m", "paicha.delivery.cli.main"]
_FACTS = ("rows", "accepted", "created", "refused", "conflicts", "forms")


@dataclass(frozen=True, slots=True)
class Run:
    """One import: seconds of wall and processor, peak bytes of all its processes together."""

    wall: float
    processor: float
    peak: int
    told: tuple[int, ...]


def environment(tree: Path, home: Path) -> dict[str, str]:
    """Where a tree's command works; the installed packages are shared, the program is the tree's."""
    return {**os.environ, "PAICHA_HOME": str(home), "PYTHONPATH": str(tree / "src")}


def imported(tree: Path, books: Path, home: Path) -> Run:
    """Import all workbooks into a fresh home."""
    shutil.rmtree(home, ignore_errors=True)
    where = environment(tree, home)
    subprocess.run([*_PAICHA, "init"], env=where, check=True, stdout=subprocess.DEVNULL)
    begun, peak, over = time.perf_counter(), 0, threading.Event()
    process = subprocess.Popen(
        [*_PAICHA, "import", str(books), "--json"], env=where, stdout=subprocess.PIPE, text=True
    )

    def watch() -> None:
        nonlocal peak
        while not over.wait(0.05):
            peak = max(peak, rss(process.pid))

    watcher = threading.Thread(target=watch)
    watcher.start()
    assert process.stdout is not None
    output = process.stdout.read()
    _, _, used = os.wait4(process.pid, 0)
    over.set()
    watcher.join()
    told = json.loads(output.splitlines()[-1])
    facts = tuple(told[name] for name in _FACTS)
    return Run(time.perf_counter() - begun, used.ru_utime + used.ru_stime, peak, facts)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("tree", type=Path, help="a checkout of the earlier tree")
    parser.add_argument("--households", type=int, default=20_000)
    parser.add_argument("--runs", type=int, default=5)
    args = parser.parse_args()
    trees = [args.tree.resolve(), HERE]
    with tempfile.TemporaryDirectory(prefix="paicha-beside-") as place:
        books, home = Path(place) / "books", Path(place) / "home"
        demo = ["demo", "--households", str(args.households), "--workbooks", str(books)]
        aside = environment(trees[0], Path(place) / "demo")
        subprocess.run([*_PAICHA, *demo], env=aside, check=True, stdout=subprocess.DEVNULL)
        runs: dict[Path, list[Run]] = {tree: [] for tree in trees}
        for number in range(args.runs):
            for tree in trees if number % 2 == 0 else reversed(trees):
                runs[tree].append(imported(tree, books, home))
    assert len({run.told for one in runs.values() for run in one}) == 1, "the trees take in different rows"
    print(f"{args.households} households, {args.runs} runs in turn, load {os.getloadavg()[0]:.1f}")
    for name, unit, scale in (("processor", "s", 1.0), ("wall", "s", 1.0), ("peak", "MiB", 2**20)):
        before, after = (statistics.median(getattr(run, name) for run in runs[tree]) for tree in trees)
        print(
            f"{name:<10} {before / scale:8.2f} → {after / scale:8.2f} {unit:<4} {after / before:5.2f} times before"
        )


if __name__ == "__main__":
    main()

"""Reading a county's workbooks into typed, checked columns, beside calamine's bare reading of the same files.

`python benchmarks/reading.py DIR [--runs N]`, DIR written by `paicha demo --workbooks DIR`. Both sides
run in this process, in turn, on the same bytes; medians of processor seconds and their ratio are
printed, so that other work on the machine does not decide. The goal is 2.2.
"""

from __future__ import annotations

import argparse
import io
import os
import pickle
import time
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from statistics import median

import python_calamine as calamine

os.environ.setdefault("POLARS_MAX_THREADS", "1")  # as in the import's reading processes

from paicha.core.pack import FILES, load
from paicha.formats.reading import HouseholdTable, ReadFile, read_file

GOAL = 2.2


def bare(contents: list[tuple[str, bytes]]) -> int:
    """calamine's rows of every sheet, nothing done with them."""
    rows = 0
    for _, data in contents:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        for name in book.sheet_names:
            rows += len(book.get_sheet_by_name(name).to_python())
    return rows


def timed(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    source = files("paicha.packs") / "shenmu_2022_spring"
    pack = load({name: (source / name).read_bytes() for name in FILES})
    contents = [(path.name, path.read_bytes()) for path in sorted(options.folder.rglob("*.xlsx"))]
    read: list[ReadFile] = []

    def ours() -> None:
        read.clear()
        read.extend(read_file(data, name, pack) for name, data in contents)

    ours()  # both sides warm
    bares, times = [], []
    for _ in range(options.runs):
        bares.append(timed(lambda: bare(contents)))
        times.append(timed(ours))
    tables = [table for found in read for table in found.tables]
    rows = sum(table.frame.height for table in tables if isinstance(table, HouseholdTable))
    ratio = median(times) / median(bares)
    pickled = timed(lambda: pickle.dumps(read))
    print(f"{len(contents)} workbooks, {rows} household rows, {len(tables)} tables, {options.runs} runs")
    print(f"calamine, bare   {median(bares):6.2f} s")
    print(f"typed columns    {median(times):6.2f} s   {ratio:.2f} times   (goal {GOAL})")
    print(f"pickled          {pickled:6.2f} s")


if __name__ == "__main__":
    main()

"""Village workbooks: our writer beside XlsxWriter's bare writing of the same cells, in one run.

    python benchmarks/export.py [--villages 40] [--runs 3]

`bare` writes the same values into the same cells with no format, header, table or list: what a
user would write by hand. Households are spread over villages as in the demo county (350 a village on
average). Prints one JSON line with medians and the ratio; the budget is 4.
"""

from __future__ import annotations

import argparse
import io
import json
import statistics
import sys
import time
from pathlib import Path

import xlsxwriter

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.formats import sample

from paicha.formats import xlsx
from paicha.formats.documents import Document, Sheet

HOUSEHOLDS = 350


def village(number: int) -> Document:
    """A village of about 350 households in six groups, some lifted, a few monitored, all forms."""
    size = HOUSEHOLDS // 2 + number * 37 % HOUSEHOLDS
    lifted = size // 12
    groups = {str(i + 1): (size - lifted) // 6 for i in range(6)}
    sheets: list[Sheet] = [
        sample.household_sheet("general", groups),
        sample.household_sheet("lifted", {"1": lifted}),
        sample.household_sheet("monitored", {"1": number % 3}),
        *sample.village_sheets()[3:],
    ]
    return Document("村", sheets, "导出")


def cells_of(workbook: bytes) -> list[list[list[object]]]:
    """Values of every sheet of a workbook, to be written again without anything else."""
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(workbook), read_only=True)
    return [[list(row) for row in sheet.iter_rows(values_only=True)] for sheet in book]


def bare(sheets: list[list[list[object]]]) -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False}) as book:
        for rows in sheets:
            sheet = book.add_worksheet()
            for number, row in enumerate(rows):
                for column, value in enumerate(row):
                    if isinstance(value, str):
                        sheet.write_string(number, column, value)
                    elif isinstance(value, int | float):
                        sheet.write_number(number, column, value)
                    elif value is not None:
                        sheet.write_datetime(number, column, value)
    return target.getvalue()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--villages", type=int, default=40)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    pack = sample.pack()
    documents = [village(number) for number in range(options.villages)]
    cells = [cells_of(xlsx.write(document, pack)) for document in documents]
    ours, theirs = [], []
    for _ in range(options.runs):
        start = time.perf_counter()
        for document in documents:
            xlsx.write(document, pack)
        middle = time.perf_counter()
        for sheets in cells:
            bare(sheets)
        ours.append(middle - start)
        theirs.append(time.perf_counter() - middle)
    count = sum(value is not None for book in cells for sheet in book for row in sheet for value in row)
    print(
        json.dumps(
            {
                "villages": options.villages,
                "cells": count,
                "ours_s": round(statistics.median(ours), 2),
                "bare_s": round(statistics.median(theirs), 2),
                "ratio": round(statistics.median(o / b for o, b in zip(ours, theirs, strict=True)), 2),
                "ours_of_326_s": round(statistics.median(ours) / options.villages * 326, 1),
            }
        )
    )


if __name__ == "__main__":
    main()

"""The real pack, and workbooks typed as rows of cells."""

from __future__ import annotations

import io
from collections.abc import Sequence
from importlib.resources import files
from typing import Any

import pytest
import xlsxwriter

from paicha.core.pack import FILES, Pack, load


@pytest.fixture(scope="session")
def pack() -> Pack:
    folder = files("paicha.packs") / "shenmu_2022_spring"
    return load({name: (folder / name).read_bytes() for name in FILES})


def workbook(**sheets: Sequence[Sequence[Any]]) -> bytes:
    """An xlsx of sheets typed as rows; None and '' are blank cells."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for r, row in enumerate(rows):
                for c, value in enumerate(row):
                    if value not in (None, ""):
                        sheet.write(r, c, value)
    return stream.getvalue()

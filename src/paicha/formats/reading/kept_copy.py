"""What is kept of an uploaded file while it waits: a list of persons without the columns that nobody reads.

Why: such a list has an identity number a row, and those are stored nowhere, not even for the minutes between a preview
and the import. What holds: every cell that is read stands where it stood, so that all addresses stay right; titles
stay, so that unread columns can be named; for what looks like an identity number a mark stands, wherever it stood.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date, datetime, time, timedelta

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from paicha.core.identity import MARK, hide_identity, holds_identity
from paicha.formats.reading.archive import Archive
from paicha.formats.reading.grid import MAX_FILE, Grid, Raw, visible_text
from paicha.formats.reading.model import FileRefused
from paicha.formats.reading.person_words import PersonHeader, find_header
from paicha.formats.reading.source import open_grids

# A word of every header of such a list, as the parts of a workbook may write it.
_WORDS = tuple(
    word.encode() for word in ("关系", "人口编", "&#x5173", "&#20851", "&#x4EBA", "&#x4eba", "&#20154")
)
_LONGEST_NAME = 31


def kept_copy(data: bytes, name: str, is_form: Callable[[Grid], bool]) -> bytes | None:
    """The file as it may be kept where it holds a list of persons; None where it may be kept as it came.

    `is_form`: whether a sheet is a household form, whatever columns stand beside. What can't be read as a table is no
    list of persons; what is too large to be read is kept as its size alone.
    """
    if len(data) > MAX_FILE or not _may_list_persons(data, name):
        return None
    try:
        grids = [(grid, find_header(grid)) for grid in open_grids(data, name)]
    except FileRefused:
        return None
    listed = [(grid, None if header and is_form(grid) else header) for grid, header in grids]
    if all(header is None for _, header in listed):
        return None
    for grid, header in listed:
        _scrub(grid, header)
    if len(listed) == 1 and not listed[0][0].sheet:
        return _as_text(listed[0][0])
    return _as_workbook([grid for grid, _ in listed])


def _may_list_persons(data: bytes, name: str) -> bool:
    """Whether the words of such a list stand anywhere in a workbook; other files are read to be sure."""
    if not data.startswith(b"PK"):
        return True
    try:
        archive = Archive(data, name)
        for part in sorted(archive.names):
            if not part.lower().endswith(".xml"):
                continue
            before = b""
            for piece in archive.pieces(part):
                if any(word in before + piece for word in _WORDS):
                    return True
                before = piece[-16:]
    except FileRefused:
        return False
    return False


def _scrub(grid: Grid, header: PersonHeader | None) -> None:
    read = {column for columns in header.columns.values() for column in columns} if header else set()
    for index, row in enumerate(grid.rows):
        beneath = header is not None and index > header.last
        for column, value in enumerate(row):
            if value == "":
                continue
            if beneath and column not in read:
                row[column] = ""
            elif holds_identity(value):
                row[column] = hide_identity(value, MARK) if type(value) is str else MARK


def _as_text(grid: Grid) -> bytes:
    stream = io.StringIO()
    csv.writer(stream).writerows([visible_text(value) for value in row] for row in grid.rows)
    return stream.getvalue().encode("utf-8-sig")


def _as_workbook(grids: list[Grid]) -> bytes:
    stream = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(stream, options) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        names: set[str] = set()
        for grid in grids:
            sheet = book.add_worksheet(_name(grid.sheet, names))
            for r, row in enumerate(grid.rows):
                for c, value in enumerate(row):
                    _write(sheet, r, c, value, moment if isinstance(value, datetime) else day)
            for place in grid.uncached | grid.broken:
                sheet.write_formula(*place, "=NA()", None, "#N/A" if place in grid.broken else 0)
            for span in grid.merges:
                if span.bottom > span.top and span.left == span.right:  # what holds for the rows below
                    value = grid.rows[span.top][span.left] if span.top < len(grid.rows) else ""
                    sheet.merge_range(*span, visible_text(value) if value != "" else "")
                    _write(sheet, span.top, span.left, value, day)
            for hidden in grid.hidden_rows:
                sheet.set_row(hidden, None, None, {"hidden": True})
    return stream.getvalue()


def _write(sheet: Worksheet, row: int, column: int, value: Raw, dated: Format) -> None:
    if value == "":
        return
    if isinstance(value, datetime):
        sheet.write_datetime(row, column, value, dated)
    elif isinstance(value, date):
        sheet.write_datetime(row, column, datetime.combine(value, time()), dated)
    elif isinstance(value, time | timedelta):
        sheet.write_string(row, column, str(value))
    elif isinstance(value, str):
        sheet.write_string(row, column, value)
    else:
        sheet.write_number(row, column, value)


def _name(wanted: str, names: set[str]) -> str:
    """The sheet's name, as a workbook can bear it."""
    clean = "".join(char for char in wanted if char not in "[]:*?/\\").strip("'")[:_LONGEST_NAME] or "Sheet"
    name, n = clean, 1
    while name.lower() in names:
        n += 1
        name = f"{clean[: _LONGEST_NAME - 3]}_{n}"
    names.add(name.lower())
    return name

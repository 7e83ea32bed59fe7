"""xls (Excel 97–2003, also WPS .et): values through calamine, after a pass over the records.

The pass checks what calamine trusts (chains of sectors, the extent of a sheet) and finds what it does
not tell: passwords, error values, hidden columns. Formulas in xls always carry a value.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

import python_calamine as calamine

from paicha.formats.reading.grid import MAX_CELLS, MAX_COLUMNS, Grid, Raw, Span, without_booleans
from paicha.formats.reading.guarded import guarded
from paicha.formats.reading.model import FileRefused
from paicha.formats.reading.ole import Container

_CELLS = frozenset({0x0006, 0x0203, 0x0204, 0x00D6, 0x00FD, 0x027E, 0x0205})
_FORMULA, _MANY, _BOOL_OR_ERROR = 0x0006, 0x00BD, 0x0205
_BOF, _EOF, _SHEET, _PASSWORD, _COLUMN = 0x0809, 0x000A, 0x0085, 0x002F, 0x007D
_TEXTS, _EXTENT = 0x00FC, 0x0200


@dataclass(slots=True)
class Scan:
    """What the records of one sheet say besides its values."""

    rows: int = 0
    columns: int = 0
    broken: set[tuple[int, int]] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)


def read_xls(data: bytes, file: str) -> Iterator[Grid]:
    """Every worksheet in order. Raises `FileRefused`."""
    container = Container(data, file)
    if "EncryptedPackage" in container.streams:
        raise FileRefused("F03", file=file)
    name = next((name for name in ("Workbook", "Book") if name in container.streams), None)
    if name is None:
        raise FileRefused("F02", file=file, kind="Word、幻灯片或其他文件")
    scans = _scan(container.read(name), file)
    with guarded(file):
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        for index, meta in enumerate(book.sheets_metadata):
            if meta.typ != calamine.SheetTypeEnum.WorkSheet:
                continue
            sheet = book.get_sheet_by_name(meta.name)
            rows: list[list[Raw]] = without_booleans(sheet.to_python(skip_empty_area=False))
            spans = [Span(*start, *end) for start, end in sheet.merged_cell_ranges or ()]
            scan = scans[index] if index < len(scans) else Scan()
            hidden = meta.visible != calamine.SheetVisibleEnum.Visible
            yield Grid(meta.name, rows, spans, set(), scan.broken, scan.hidden_columns, hidden)


def _records(stream: bytes, at: int) -> Iterator[tuple[int, int, int]]:
    """(kind, begin, length) of the records from `at` to the end of their part."""
    depth = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        if at + 4 + length > len(stream):
            return
        yield kind, at + 4, length
        depth += (kind == _BOF) - (kind == _EOF)
        if kind == _EOF and depth <= 0:
            return
        at += 4 + length


def _scan(stream: bytes, file: str) -> list[Scan]:
    """One `Scan` a sheet, in the workbook's order. Raises F03, F04, F06."""
    sheets: list[int] = []
    for kind, begin, length in _records(stream, 0):
        if kind == _PASSWORD:
            raise FileRefused("F03", file=file)
        if kind == _TEXTS and length >= 8:
            _check_texts(stream, begin, file)
        if kind == _SHEET and length >= 6:
            sheets.append(struct.unpack_from("<I", stream, begin)[0])
    return [_scan_sheet(stream, start, file) for start in sheets]


def _scan_sheet(stream: bytes, start: int, file: str) -> Scan:
    scan = Scan()
    for kind, begin, length in _records(stream, start):
        if kind == _EXTENT:
            _check_extent(stream, begin, length, file)
        elif kind in _CELLS and length >= 6:
            _scan_cell(stream, kind, begin, length, scan)
        elif kind == _MANY and length >= 6:
            row, first = struct.unpack_from("<HH", stream, begin)
            scan.rows = max(scan.rows, row + 1)
            scan.columns = max(scan.columns, first + (length - 6) // 6)
        elif kind == _COLUMN and length >= 10:
            first, last, _, _, options = struct.unpack_from("<5H", stream, begin)
            if options & 1:
                scan.hidden_columns.update(range(first, min(last + 1, MAX_COLUMNS)))
    if scan.rows * scan.columns > MAX_CELLS:
        raise FileRefused("F11", file=file, rows=scan.rows, columns=scan.columns)
    return scan


def _check_texts(stream: bytes, begin: int, file: str) -> None:
    """calamine reserves room for as many texts as claimed; each takes three bytes at least."""
    (claimed,) = struct.unpack_from("<I", stream, begin + 4)
    if claimed * 3 > len(stream):
        raise FileRefused("F04", file=file)


def _check_extent(stream: bytes, begin: int, length: int, file: str) -> None:
    """calamine reserves room for the extent that a sheet claims, even one that no sheet can have."""
    if length < 10:
        raise FileRefused("F04", file=file)
    shape = "<IIHH" if length >= 12 else "<HHHH"
    top, bottom, left, right = struct.unpack_from(shape, stream, begin)
    if top > bottom or left > right or bottom > 65_536 or right > 256:
        raise FileRefused("F04", file=file)


def _scan_cell(stream: bytes, kind: int, begin: int, length: int, scan: Scan) -> None:
    row, column = struct.unpack_from("<HH", stream, begin)
    scan.rows, scan.columns = max(scan.rows, row + 1), max(scan.columns, column + 1)
    is_error = (kind == _BOOL_OR_ERROR and length >= 8 and stream[begin + 7] == 1) or (
        kind == _FORMULA
        and length >= 14
        and stream[begin + 6] == 2
        and stream[begin + 12 : begin + 14] == b"\xff\xff"
    )
    if is_error:
        scan.broken.add((row, column))

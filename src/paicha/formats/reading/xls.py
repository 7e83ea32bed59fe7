"""xls (Excel 97–2003, also WPS .et): values through calamine, after a pass over the records.

The pass checks what calamine trusts (chains of sectors, the extent of a sheet) and finds what it does
not tell: passwords, error values, formulas that were never computed, hidden rows and columns.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

import python_calamine as calamine

from paicha.formats.reading.calamine_guard import refuse_as_file
from paicha.formats.reading.grid import MAX_CELLS, MAX_COLUMNS, Grid, Place, Raw, Span, without_booleans
from paicha.formats.reading.model import FileRefused
from paicha.formats.reading.ole import Container

_CELLS = frozenset({0x0006, 0x0203, 0x0204, 0x00D6, 0x00FD, 0x027E, 0x0205})
_FORMULA, _MANY, _BOOL_OR_ERROR = 0x0006, 0x00BD, 0x0205
_BOF, _EOF, _SHEET, _PASSWORD, _COLUMN = 0x0809, 0x000A, 0x0085, 0x002F, 0x007D
_TEXTS, _EXTENT, _ROW = 0x00FC, 0x0200, 0x0208
_COMPUTE_ON_OPENING, _HIDDEN_ROW = 0x0002, 0x0020
_CODE_PAGE, _UTF_16, _BIFF_8 = 0x0042, 1200, 0x0600


@dataclass(slots=True)
class Scan:
    """What the records of one sheet say besides its values."""

    rows: int = 0
    columns: int = 0
    broken: set[Place] = field(default_factory=set)
    uncached: set[Place] = field(default_factory=set)
    empty: set[Place] = field(default_factory=set)  # formulas with an empty text
    computed: bool = False  # some formula of the sheet has a value
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)


def read_xls(data: bytes, file: str) -> Iterator[Grid]:
    """Every worksheet in order. Raises `FileRefused`."""
    container = Container(data, file)
    if "EncryptedPackage" in container.streams:
        raise FileRefused("F03", file=file)
    name = next((name for name in ("Workbook", "Book") if name in container.streams), None)
    if name is None:
        raise FileRefused("F02", file=file, kind="Word、幻灯片或其他文件")
    stream = container.read(name)
    if _is_older(stream):
        raise FileRefused("F12", file=file)
    scans = _scan(stream, file)
    plain = _with_code_page(data, container, name, stream)
    with refuse_as_file(file):
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(plain))
        metas = list(book.sheets_metadata)
    for index, meta in enumerate(metas):
        if meta.typ != calamine.SheetTypeEnum.WorkSheet:
            continue
        with refuse_as_file(file):
            sheet = book.get_sheet_by_name(meta.name)
            rows: list[list[Raw]] = without_booleans(sheet.to_python(skip_empty_area=False))
            spans = [Span(*start, *end) for start, end in sheet.merged_cell_ranges or ()]
        scan = scans[index] if index < len(scans) else Scan()
        hidden = meta.visible != calamine.SheetVisibleEnum.Visible
        yield Grid(
            meta.name, rows, spans, scan.uncached, scan.broken, scan.hidden_columns, hidden,
            hidden_rows=scan.hidden_rows,
        )  # fmt: skip


def _with_code_page(data: bytes, container: Container, name: str, stream: bytes) -> bytes:
    """The file with the code page that its texts have, whatever its record says.

    BIFF8 keeps texts in UTF-16. JExcelApi and Perl's writers put the machine's code page into the record all the
    same (1252, 936), and calamine decodes by it: every text becomes rubbish.
    """
    for kind, begin, length in _records(stream, 0):
        if kind == _CODE_PAGE and length >= 2:
            if struct.unpack_from("<H", stream, begin)[0] == _UTF_16:
                return data
            changed = bytearray(data)
            for at, byte in enumerate(struct.pack("<H", _UTF_16)):
                changed[container.place(name, begin + at)] = byte
            return bytes(changed)
    return data


def _is_older(stream: bytes) -> bool:
    """Whether the stream is of Excel 95 or before, whose texts are bytes of a code page."""
    kind, begin, _ = next(_records(stream, 0), (_BOF, 0, 0))
    return kind != _BOF or (begin > 0 and struct.unpack_from("<H", stream, begin)[0] < _BIFF_8)


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
    sheets: list[tuple[int, str]] = []
    for kind, begin, length in _records(stream, 0):
        if kind == _PASSWORD:
            raise FileRefused("F03", file=file)
        if kind == _TEXTS and length >= 8:
            _check_texts(stream, begin, file)
        if kind == _SHEET and length >= 6:
            sheets.append((struct.unpack_from("<I", stream, begin)[0], _name(stream, begin + 6, length - 6)))
    if any(start >= len(stream) for start, _ in sheets):
        raise FileRefused("F04", file=file)
    scans = [_scan_sheet(stream, start, file, name) for start, name in sheets]
    if not any(scan.computed for scan in scans):  # xlwt gives every formula an empty text
        for scan in scans:
            scan.uncached |= scan.empty
    return scans


def _name(stream: bytes, at: int, length: int) -> str:
    """A sheet's name, as far as it is there."""
    if length < 2:
        return ""
    wide = stream[at + 1] & 1
    content = stream[at + 2 : at + min(length, 2 + stream[at] * (1 + wide))]
    return content.decode("utf-16-le" if wide else "latin-1", "replace")


def _scan_sheet(stream: bytes, start: int, file: str, sheet: str) -> Scan:
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
        elif kind == _ROW and length >= 14:
            (row,) = struct.unpack_from("<H", stream, begin)
            (options,) = struct.unpack_from("<H", stream, begin + 12)
            if options & _HIDDEN_ROW:
                scan.hidden_rows.add(row)
        elif kind == _COLUMN and length >= 10:
            first, last, _, _, options = struct.unpack_from("<5H", stream, begin)
            if options & 1:
                scan.hidden_columns.update(range(first, min(last + 1, MAX_COLUMNS)))
    if scan.rows * scan.columns > MAX_CELLS:
        raise FileRefused("F06", file=file, sheet=sheet, rows=scan.rows, columns=scan.columns)
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
    if kind == _FORMULA and length >= 16:
        _scan_formula(stream, begin, (row, column), scan)
    elif kind == _BOOL_OR_ERROR and length >= 8 and stream[begin + 7] == 1:
        scan.broken.add((row, column))


def _scan_formula(stream: bytes, begin: int, place: Place, scan: Scan) -> None:
    """What a formula's value is: a number, or by its first byte a text 0, a truth 1, an error 2, an empty text 3.

    Java's HSSF, which can't compute, stores 0 and asks for computing on opening; such a 0 may be anything.
    """
    value = stream[begin + 6 : begin + 14]
    (options,) = struct.unpack_from("<H", stream, begin + 14)
    if value[6:] != b"\xff\xff":
        if value == bytes(8) and options & _COMPUTE_ON_OPENING:
            scan.uncached.add(place)
        else:
            scan.computed = True
    elif value[0] == 2:
        scan.broken.add(place)
    elif value[0] == 3:
        scan.empty.add(place)
    else:
        scan.computed = True

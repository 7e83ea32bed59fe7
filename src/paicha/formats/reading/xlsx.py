"""xlsx: values through calamine, after a scan of the XML for what calamine does not tell.

The scan comes first because calamine lays a sheet out as a dense rectangle: two cells in opposite
corners would take gigabytes. It also finds formulas without a value and error values, both of which
calamine gives as blanks, merged ranges and hidden columns.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from posixpath import join, normpath

import python_calamine as calamine

from paicha.formats.reading.archive import Archive
from paicha.formats.reading.grid import (
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_ROWS,
    Grid,
    Raw,
    Span,
    column_of,
    without_booleans,
)
from paicha.formats.reading.guarded import guarded
from paicha.formats.reading.model import FileRefused

_OVERLAP = 16384  # a tag cut between two pieces is whole in the overlap
_MANY_ROWS = 20_000  # above it rows and columns are counted exactly
_ROW = re.compile(rb'<row [^>]*?r="(\d+)"')  # with a literal start, five times as fast
_PREFIXED_ROW = re.compile(rb'<\w+:row\b[^>]*?\br="(\d+)"')
_WIDE = re.compile(rb' r="([A-Z]{2,})\d')
_ANY = re.compile(rb' r="([A-Z]+)\d')
_VALUED = re.compile(
    rb'<(?:\w+:)?c\b[^>/]*?\br="([A-Z]+)\d+"[^>/]*>'
)  # not only formatted: <c r="XFD1" s="1"/>
_ROW_START = re.compile(rb"<(?:\w+:)?row\b")
_ROW_NUMBER = re.compile(rb'\br="(\d+)"')
_MERGE = re.compile(rb'mergeCell\b[^>]*?\bref="([A-Z]+)(\d+):([A-Z]+)(\d+)"')
_COLUMN = re.compile(rb"<(?:\w+:)?col\b[^>]*>")
_ATTRIBUTE = re.compile(rb'\b([a-zA-Z:]+)="([^"]*)"')
_CELL = re.compile(
    rb"<(?P<p>(?:\w+:)?)c\b(?P<attributes>(?:[^>/]|/(?!>))*)>(?P<body>(?:(?!</(?P=p)c>).)*)</(?P=p)c>",
    re.DOTALL,
)
_VALUE = re.compile(rb"<(?:\w+:)?v\b[^>/]*>([^<]+)</|<(?:\w+:)?is\b")
_FORMULA = re.compile(rb"<(?:\w+:)?f[ />]")
_ODD_TYPE = re.compile(rb't="[be]"')
_SHEET = re.compile(rb"<(?:\w+:)?sheet\b[^>]*>")
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\b[^>]*>")


@dataclass(slots=True)
class Scan:
    """What the XML of one sheet says besides its values."""

    rows: int = 0
    columns: int = 0
    prefixed: bool = False  # tags carry a namespace prefix: <x:row>
    booleans: bool = False
    merges: list[Span] = field(default_factory=list)
    uncached: set[tuple[int, int]] = field(default_factory=set)
    broken: set[tuple[int, int]] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)


def read_xlsx(data: bytes, file: str, archive: Archive) -> Iterator[Grid]:
    """Every worksheet in order. Raises `FileRefused`."""
    parts = _sheet_parts(archive)
    scans = {name: _scan(archive, part, name) for name, part in parts.items()}
    _guard_other_parts(archive)
    with guarded(file):
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        for meta in book.sheets_metadata:
            if meta.typ != calamine.SheetTypeEnum.WorkSheet:
                continue
            scan = scans.get(meta.name) or Scan()
            rows: list[list[Raw]] = book.get_sheet_by_name(meta.name).to_python(skip_empty_area=False)
            if scan.booleans:
                rows = without_booleans(rows)
            yield Grid(
                meta.name, rows, scan.merges, scan.uncached, scan.broken, scan.hidden_columns,
                meta.visible != calamine.SheetVisibleEnum.Visible,
            )  # fmt: skip


def _sheet_parts(archive: Archive) -> dict[str, str]:
    """Sheet name → its part, by the workbook's relations."""
    for needed in ("xl/workbook.xml", "xl/_rels/workbook.xml.rels"):
        if needed not in archive.names:
            raise FileRefused("F04", file=archive.file)
    targets = {}
    for tag in _RELATION.findall(_plain(archive, "xl/_rels/workbook.xml.rels")):
        attributes = dict(_ATTRIBUTE.findall(tag))
        target = attributes.get(b"Target", b"").decode("utf-8", "replace")
        path = target[1:] if target.startswith("/") else normpath(join("xl", target))
        targets[attributes.get(b"Id", b"")] = path
    parts = {}
    for tag in _SHEET.findall(_plain(archive, "xl/workbook.xml")):
        attributes = dict(_ATTRIBUTE.findall(tag))
        relation = next((value for key, value in attributes.items() if key.endswith(b":id")), b"")
        path = targets.get(relation, "")
        if path in archive.names and "worksheets/" in path:
            parts[_unescape(attributes.get(b"name", b""))] = path
    return parts


def _unescape(value: bytes) -> str:
    from html import unescape

    return unescape(value.decode("utf-8", "replace"))


def _plain(archive: Archive, name: str) -> bytes:
    content = archive.read(name)
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise FileRefused("F07", file=archive.file)
    return content


def _guard_other_parts(archive: Archive) -> None:
    """Count what calamine unpacks besides the sheets: texts and styles, where they could be large."""
    for name in sorted(archive.names):
        if name.lower().endswith(("sharedstrings.xml", "styles.xml")) and archive.may_be_large(name):
            for _ in archive.pieces(name):
                pass


def _scan(archive: Archive, part: str, sheet: str) -> Scan:
    scan = Scan()
    tail = b""
    for index, piece in enumerate(archive.pieces(part)):
        window = tail + piece
        if index == 0:
            if b"<!DOCTYPE" in window or b"<!ENTITY" in window:
                raise FileRefused("F07", file=archive.file)
            scan.prefixed = b"<worksheet" not in window
            _scan_columns(window, scan)
        _scan_window(window, scan)
        if scan.rows > MAX_ROWS or scan.columns > MAX_COLUMNS or scan.rows * scan.columns > MAX_CELLS:
            raise FileRefused("F06", file=archive.file, sheet=sheet, rows=scan.rows, columns=scan.columns)
        tail = window[-_OVERLAP:]
    return scan


def _scan_window(window: bytes, scan: Scan) -> None:
    row = _PREFIXED_ROW if scan.prefixed else _ROW
    last = max(map(int, row.findall(window)), default=0)
    if last > _MANY_ROWS:
        last = _last_row_with_value(window)
    scan.rows = max(scan.rows, last)
    columns = _columns(_ANY if last > _MANY_ROWS else _WIDE, window)
    if columns > MAX_COLUMNS:
        columns = _columns(_VALUED, window)
    scan.columns = max(scan.columns, columns)
    end = window.rfind(b"sheetData>")
    if end >= 0 or b"mergeCell " in window:
        _scan_merges(window, max(end, 0), scan)
    odd = _ODD_TYPE.search(window)
    scan.booleans = scan.booleans or odd is not None
    formulas = _FORMULA.search(window) is not None if scan.prefixed else b"<f" in window
    if odd or formulas:
        _scan_cells(window, scan)


def _columns(pattern: re.Pattern[bytes], window: bytes) -> int:
    """The number of columns up to the last that the pattern finds."""
    return max((column_of(name.decode()) + 1 for name in set(pattern.findall(window))), default=0)


def _scan_merges(window: bytes, start: int, scan: Scan) -> None:
    for left, top, right, bottom in _MERGE.findall(window, start):
        span = Span(int(top) - 1, column_of(left.decode()), int(bottom) - 1, column_of(right.decode()))
        if span not in scan.merges[-64:]:
            scan.merges.append(span)


def _last_row_with_value(window: bytes) -> int:
    """Rows that are only formatted don't count: clerks colour whole columns down to row 1048576."""
    last = 0
    for segment in _ROW_START.split(window)[1:]:
        if b"<v" in segment or b":v" in segment or b"is>" in segment:
            place = _ROW_NUMBER.search(segment)
            last = max(last, int(place[1]) if place else 0)
    return last


def _scan_cells(window: bytes, scan: Scan) -> None:
    """Formulas without a value, and error values; both are blanks to calamine."""
    for match in _CELL.finditer(window):
        attributes, body = match["attributes"], match["body"]
        error = b't="e"' in attributes
        if not error and _FORMULA.search(body) is None:
            continue
        place = re.search(rb'\br="([A-Z]+)(\d+)"', attributes)
        if place is None:
            continue
        cell = (int(place[2]) - 1, column_of(place[1].decode()))
        if error:
            scan.broken.add(cell)
        elif _VALUE.search(body) is None and not (b't="str"' in attributes and b"<v" in body):
            scan.uncached.add(cell)


def _scan_columns(window: bytes, scan: Scan) -> None:
    for tag in _COLUMN.findall(window.partition(b"sheetData")[0]):
        attributes = dict(_ATTRIBUTE.findall(tag))
        if attributes.get(b"hidden") in {b"1", b"true"}:
            first, last = int(attributes.get(b"min", b"1")), int(attributes.get(b"max", b"1"))
            scan.hidden_columns.update(range(first - 1, min(last, MAX_COLUMNS)))

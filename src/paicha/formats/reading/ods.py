"""OpenDocument spreadsheets, parsed here piece by piece.

calamine drops merged ranges and formulas without a value in ods, and expands repeated cells however
many are claimed. One pass over content.xml gives all of it; repetition is spelt out only where values
follow, within the limits of a sheet.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta

from paicha.formats.reading.archive import Archive
from paicha.formats.reading.grid import (
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_ROWS,
    MAX_UNREAD,
    Grid,
    Raw,
    Span,
    rectangular,
)
from paicha.formats.reading.model import FileRefused
from paicha.formats.reading.odd_texts import is_picture
from paicha.formats.reading.xml_part import MAX_DEPTH, Attributes, PartParser

_PIECE = 1 << 16
_HIDDEN = frozenset({"collapse", "filter"})
_CELLS = frozenset({"table:table-cell", "table:covered-table-cell"})
_DURATION = re.compile(r"PT(?:([0-9]{1,6})H)?(?:([0-9]{1,6})M)?(?:([0-9]{1,6})(?:[.,][0-9]{1,9})?S)?")


def read_ods(file: str, archive: Archive) -> Iterator[Grid]:
    """Every sheet in order. Raises `FileRefused`."""
    manifest = "META-INF/manifest.xml"
    if manifest in archive.names and b"encryption-data" in archive.read(manifest):
        raise FileRefused("F03", file=file)
    yield from _Content(file).parse(archive.pieces("content.xml"))


def read_flat_ods(data: bytes, file: str) -> Iterator[Grid]:
    """Every sheet of a workbook that is one XML text (.fods), in order. Raises `FileRefused`."""
    yield from _Content(file).parse(data[start : start + _PIECE] for start in range(0, len(data), _PIECE))


class _Content:
    """State of one pass over content.xml."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._done: list[Grid] = []
        self._hidden_styles: set[str] = set()
        self._style = ""
        self._open = 0  # elements
        self._depth = 0  # of tables within tables
        self._skip = 0  # within annotations and drawings
        self._text: list[str] | None = None
        self._paragraphs = 0
        self._grid = Grid("", [])
        self._row: list[Raw] = []
        self._blanks = 0
        self._unread: dict[int, str] = {}  # column → code, of the row
        self._empty_rows = 0
        self._row_repeat = 1
        self._row_hidden = False
        self._column = 0
        self._cells = 0
        self._cell: Attributes = {}
        self._starts: dict[str, Callable[[Attributes], None]] = {
            "style:style": self._start_style,
            "style:table-properties": self._start_table_properties,
            "table:table": self._start_table,
            "table:table-column": self._start_column,
            "table:table-row": self._start_row,
            "table:table-cell": self._start_cell,
            "table:covered-table-cell": self._start_cell,
            "text:p": self._start_paragraph,
            "text:s": lambda attributes: self._add(" " * min(_count(attributes, "text:c"), 1000)),
            "text:tab": lambda _: self._add("\t"),
            "text:line-break": lambda _: self._add("\n"),
            "office:annotation": self._start_skipped,
            "draw:frame": self._start_skipped,
            "table:shapes": self._start_skipped,
        }

    def parse(self, pieces: Iterator[bytes]) -> Iterator[Grid]:
        parser = PartParser(self._file, self._start, self._end, self._add)
        for piece in pieces:
            parser.feed(piece)
            yield from self._finish()
        parser.close()
        yield from self._finish()

    def _finish(self) -> Iterator[Grid]:
        done, self._done = self._done, []
        yield from done

    def _start(self, name: str, attributes: Attributes) -> None:
        self._open += 1
        if self._open > MAX_DEPTH:
            raise ValueError("nested without end")
        handler = self._starts.get(name)
        if handler is not None:
            handler(attributes)

    def _end(self, name: str) -> None:
        self._open -= 1
        if name in _CELLS:
            if self._depth == 1 and not self._skip:
                self._end_cell()
        elif name == "table:table-row":
            if self._depth == 1:
                self._end_row()
        elif name == "table:table":
            self._depth -= 1
            if self._depth == 0:
                self._end_table()
        elif name in ("office:annotation", "draw:frame", "table:shapes"):
            self._skip -= 1

    def _add(self, text: str) -> None:
        if self._text is not None and not self._skip:
            self._text.append(text)

    def _start_skipped(self, _: Attributes) -> None:
        self._skip += 1

    def _start_style(self, attributes: Attributes) -> None:
        self._style = attributes.get("style:name", "")

    def _start_table_properties(self, attributes: Attributes) -> None:
        if attributes.get("table:display") == "false":
            self._hidden_styles.add(self._style)

    def _start_table(self, attributes: Attributes) -> None:
        self._depth += 1
        if self._depth == 1:
            hidden = attributes.get("table:style-name", "") in self._hidden_styles
            self._grid = Grid(attributes.get("table:name", ""), [], hidden=hidden)
            self._empty_rows = self._column = self._cells = 0

    def _end_table(self) -> None:
        width = max(map(len, self._grid.rows), default=0)
        self._grid.rows = rectangular(self._grid.rows, width)
        self._done.append(self._grid)

    def _start_column(self, attributes: Attributes) -> None:
        repeat = _count(attributes, "table:number-columns-repeated")
        if attributes.get("table:visibility") in _HIDDEN:
            self._grid.hidden_columns.update(range(self._column, min(self._column + repeat, MAX_COLUMNS)))
        self._column += repeat

    def _start_row(self, attributes: Attributes) -> None:
        self._row, self._blanks, self._unread = [], 0, {}
        self._row_hidden = attributes.get("table:visibility") in _HIDDEN
        self._row_repeat = _count(attributes, "table:number-rows-repeated")

    def _end_row(self) -> None:
        if not self._row:
            self._empty_rows += self._row_repeat
            return
        count = len(self._grid.rows) + self._empty_rows + self._row_repeat
        self._cells += len(self._row) * self._row_repeat
        if count > MAX_ROWS or self._cells > MAX_CELLS or count * len(self._row) > 4 * MAX_CELLS:
            raise FileRefused(
                "F06", file=self._file, sheet=self._grid.sheet, rows=count, columns=len(self._row)
            )
        self._grid.rows += [[] for _ in range(self._empty_rows)]
        if self._row_hidden:
            self._grid.hidden_rows.update(range(count - self._row_repeat, count))
        self._grid.rows += [list(self._row) for _ in range(self._row_repeat)]
        for row in range(count - self._row_repeat, count) if self._unread else ():
            for column, code in self._unread.items():
                self._grid.note_unread((row, column), code)
            if len(self._grid.uncached) + len(self._grid.broken) > MAX_UNREAD:
                raise FileRefused("F06", file=self._file, sheet=self._grid.sheet, rows=count, columns=column)
        self._empty_rows = 0

    def _start_cell(self, attributes: Attributes) -> None:
        if self._depth == 1 and not self._skip:
            self._cell, self._text, self._paragraphs = attributes, [], 0

    def _start_paragraph(self, _: Attributes) -> None:
        if self._text is not None and not self._skip:
            if self._paragraphs:
                self._text.append("\n")
            self._paragraphs += 1

    def _end_cell(self) -> None:
        attributes, text = self._cell, "".join(self._text or ())
        self._text = None
        repeat = _count(attributes, "table:number-columns-repeated")
        place = len(self._grid.rows) + self._empty_rows, len(self._row) + self._blanks
        self._note_span(attributes, place)
        value = _value(attributes, text)
        code = _unread(attributes, shown=bool(self._paragraphs))
        if code:
            self._unread.update((place[1] + step, code) for step in range(min(repeat, MAX_COLUMNS)))
            value = ""
        elif value == "":
            self._blanks += repeat
            return
        if place[1] + repeat > MAX_COLUMNS:
            raise FileRefused(
                "F06", file=self._file, sheet=self._grid.sheet, rows=place[0] + 1, columns=place[1] + repeat
            )
        self._row += [""] * self._blanks + [value] * repeat
        self._blanks = 0

    def _note_span(self, attributes: Attributes, place: tuple[int, int]) -> None:
        rows = _count(attributes, "table:number-rows-spanned")
        columns = _count(attributes, "table:number-columns-spanned")
        if rows > 1 or columns > 1:
            self._grid.merges.append(Span(place[0], place[1], place[0] + rows - 1, place[1] + columns - 1))


def _count(attributes: Attributes, name: str) -> int:
    written = attributes.get(name)
    return max(1, int(written)) if written else 1


def _unread(attributes: Attributes, *, shown: bool) -> str:
    """The code of what can't be read in a cell: a picture, an error value, a formula that was never computed.

    A computed formula shows something; LibreOffice writes an empty paragraph where it shows an empty text.
    """
    formula = attributes.get("table:formula", "")
    if is_picture(formula):
        return "B10"
    if attributes.get("calcext:value-type") == "error":
        return "R07"
    return "R06" if formula and "office:value-type" not in attributes and not shown else ""


def _value(attributes: Attributes, text: str) -> Raw:
    kind = attributes.get("office:value-type")
    if kind in ("float", "percentage", "currency"):
        return float(attributes.get("office:value", "nan"))
    if kind == "date":
        written = attributes.get("office:date-value", "")
        try:
            return datetime.fromisoformat(written) if "T" in written else date.fromisoformat(written)
        except ValueError:
            return text
    if kind == "time":
        return _moment(attributes.get("office:time-value", ""), text)
    if kind == "boolean":
        return attributes.get("office:boolean-value", "").upper()
    return text


def _moment(written: str, text: str) -> Raw:
    """`PT01H03M00S` as a time of day, more than a day as a span, what is neither as the text that is shown."""
    match = _DURATION.fullmatch(written)
    if match is None:
        return text
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    if hours < 24 and minutes < 60 and seconds < 60:
        return time(hours, minutes, seconds)
    return timedelta(hours=hours, minutes=minutes, seconds=seconds)

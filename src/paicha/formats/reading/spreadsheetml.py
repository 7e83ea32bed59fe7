"""SpreadsheetML 2003, the single XML of Excel 2003, called .xls or .xml: one pass of expat over it.

Java systems glue it by hand: prefixes of any kind, places left out or given by `ss:Index`, encodings that expat
does not know (it gets UTF-8 whatever was declared). Entities are refused, what an index claims is not spelt out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import escape
from html.entities import html5
from itertools import chain
from xml.parsers import expat

from paicha.formats.reading.grid import MAX_CELLS, MAX_COLUMNS, MAX_ROWS, Grid, Place, Raw, Span, rectangular
from paicha.formats.reading.model import FileRefused
from paicha.formats.reading.serial import is_moment_format, iso_moment, moment
from paicha.formats.reading.text import encoding_of, text_pieces

_SHEET = "urn:schemas-microsoft-com:office:spreadsheet"
_EXCEL = "urn:schemas-microsoft-com:office:excel"
_NUMBER = re.compile(r"[-+]?(?:[0-9]{1,40}(?:\.[0-9]{0,40})?|\.[0-9]{1,40})(?:[Ee][-+]?[0-9]{1,3})?")
_NO_XML = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # characters that SheetJS and Java let through
_NO_ENTITY = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9A-Fa-f]{1,6});)(?:[A-Za-z]{2,31};)?")
_LONGEST_ENTITY = 34
_MAX_DEPTH = 100
_MAX_MARKS = 500_000  # merged ranges and cells that can't be read, of one sheet

Attributes = dict[str, str]


def read_spreadsheetml(data: bytes, file: str) -> Iterator[Grid]:
    """Every worksheet in order. Raises `FileRefused`: F06, F07, and F36 where the XML is not well formed."""
    yield from _Workbook(file).parse(text_pieces(data, encoding_of(data, file)))


class _Workbook:
    """State of one pass."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._done: list[Grid] = []
        self._depth = 0
        self._moments: set[str] = set()  # styles that show dates or times
        self._style = ""
        self._grid: Grid | None = None
        self._row: list[Raw] = []
        self._row_index = 0  # of the row that comes next
        self._place = -1  # of the row that is open
        self._row_hidden = False
        self._column = 0
        self._columns_told = 0
        self._width = 0
        self._cell: Attributes | None = None
        self._type = ""
        self._text: list[str] | None = None
        self._value: Raw | None = None
        self._comments = 0
        self._visible: list[str] | None = None
        self._starts: dict[str, Callable[[Attributes], None]] = {
            f"{_SHEET} Style": self._start_style, f"{_SHEET} NumberFormat": self._start_format,
            f"{_SHEET} Worksheet": self._start_sheet, f"{_SHEET} Column": self._start_column,
            f"{_SHEET} Row": self._start_row, f"{_SHEET} Cell": self._start_cell,
            f"{_SHEET} Data": self._start_data, f"{_SHEET} Comment": self._start_comment,
            f"{_EXCEL} Visible": self._start_visible,
        }  # fmt: skip
        self._ends: dict[str, Callable[[], None]] = {
            f"{_SHEET} Worksheet": self._end_sheet, f"{_SHEET} Row": self._end_row, f"{_SHEET} Cell": self._end_cell,
            f"{_SHEET} Data": self._end_data, f"{_SHEET} Comment": self._end_comment,
            f"{_EXCEL} Visible": self._end_visible,
        }  # fmt: skip

    def parse(self, pieces: Iterator[str]) -> Iterator[Grid]:
        parser = expat.ParserCreate("utf-8", " ")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._add
        parser.StartDoctypeDeclHandler = self._refuse_doctype
        parser.EntityDeclHandler = self._refuse_doctype
        try:
            for piece in _well_formed(pieces):
                parser.Parse(piece.encode("utf-8"), False)
                yield from self._finish()
            parser.Parse(b"", True)
        except (expat.ExpatError, UnicodeError):
            raise FileRefused("F36", file=self._file, line=parser.CurrentLineNumber) from None
        yield from self._finish()

    def _finish(self) -> Iterator[Grid]:
        done, self._done = self._done, []
        yield from done

    def _refuse_doctype(self, *_: object) -> None:
        raise FileRefused("F07", file=self._file)

    def _start(self, name: str, attributes: Attributes) -> None:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise FileRefused("F04", file=self._file)
        handler = self._starts.get(name)
        if handler is not None:
            handler({key.rpartition(" ")[2]: value for key, value in attributes.items()})

    def _end(self, name: str) -> None:
        self._depth -= 1
        handler = self._ends.get(name)
        if handler is not None:
            handler()

    def _add(self, text: str) -> None:
        if self._text is not None:
            self._text.append(text)
        elif self._visible is not None:
            self._visible.append(text)

    def _start_style(self, attributes: Attributes) -> None:
        self._style = attributes.get("ID", "")

    def _start_format(self, attributes: Attributes) -> None:
        if is_moment_format(attributes.get("Format", "")):
            self._moments.add(self._style)

    # Sheets

    def _start_sheet(self, attributes: Attributes) -> None:
        self._grid = Grid(attributes.get("Name", ""), [])
        self._row_index = self._columns_told = self._width = 0

    def _end_sheet(self) -> None:
        if self._grid is not None:
            self._grid.rows = rectangular(self._grid.rows, self._width)
            self._done.append(self._grid)
            self._grid = None

    def _start_visible(self, _: Attributes) -> None:
        self._visible = []

    def _end_visible(self) -> None:
        if self._grid is not None and "Hidden" in "".join(self._visible or ()):
            self._grid.hidden = True
        self._visible = None

    def _start_column(self, attributes: Attributes) -> None:
        first = _index(attributes, self._columns_told)
        self._columns_told = first + 1 + _count(attributes, "Span")
        if self._grid is not None and attributes.get("Hidden") == "1":
            self._grid.hidden_columns.update(range(first, min(self._columns_told, MAX_COLUMNS)))

    # Rows and cells

    def _start_row(self, attributes: Attributes) -> None:
        index = _index(attributes, self._row_index)
        self._row, self._column = [], 0
        self._row_index = index + 1 + _count(attributes, "Span")
        self._place = index
        self._row_hidden = attributes.get("Hidden") == "1"

    def _end_row(self) -> None:
        grid, row, place = self._grid, self._row, self._place
        self._row, self._place = [], -1
        if grid is None or not row:
            return
        self._width = max(self._width, len(row))
        count = max(place + 1, len(grid.rows))
        if count > MAX_ROWS or count * self._width > MAX_CELLS:
            raise FileRefused("F06", file=self._file, sheet=grid.sheet, rows=count, columns=self._width)
        grid.rows += [[] for _ in range(place - len(grid.rows))]
        grid.rows[place:] = [row]
        if self._row_hidden:
            grid.hidden_rows.add(place)

    def _start_cell(self, attributes: Attributes) -> None:
        if self._place < 0:
            return
        self._column = _index(attributes, self._column)
        self._cell, self._type, self._value = attributes, "", None

    def _start_comment(self, _: Attributes) -> None:
        self._comments += 1

    def _end_comment(self) -> None:
        self._comments -= 1

    def _start_data(self, attributes: Attributes) -> None:
        if self._cell is not None and not self._comments:
            self._type, self._text = attributes.get("Type", ""), []

    def _end_data(self) -> None:
        if self._text is not None and self._cell is not None:
            text, self._text = "".join(self._text), None
            self._value = _value(self._type, text, self._cell.get("StyleID", "") in self._moments)

    def _end_cell(self) -> None:
        attributes, grid, value = self._cell, self._grid, self._value
        if attributes is None or grid is None:
            return
        self._cell = None
        row, column = self._place, self._column
        across, down = _count(attributes, "MergeAcross"), _count(attributes, "MergeDown")
        self._column = column + across + 1
        if across or down:
            last = min(column + across, MAX_COLUMNS - 1)
            grid.merges.append(Span(row, column, min(row + down, MAX_ROWS - 1), max(last, column)))
        unread = self._unread(attributes, value)
        if unread is not None:
            unread.add((row, column))
        if len(grid.merges) + len(grid.broken) + len(grid.uncached) > _MAX_MARKS:
            raise FileRefused("F06", file=self._file, sheet=grid.sheet, rows=row + 1, columns=column + 1)
        if unread is None and value in (None, ""):
            return
        if column >= MAX_COLUMNS:
            raise FileRefused("F06", file=self._file, sheet=grid.sheet, rows=row + 1, columns=column + 1)
        self._row += [""] * (column + 1 - len(self._row))
        self._row[column] = "" if unread is not None or value is None else value

    def _unread(self, attributes: Attributes, value: Raw | None) -> set[Place] | None:
        """Where a cell that can't be read is noted: an error, or a formula that was never computed."""
        assert self._grid is not None
        if self._type == "Error":
            return self._grid.broken
        uncomputed = "Formula" in attributes and value in (None, "") and self._type != "String"
        return self._grid.uncached if uncomputed else None


def _well_formed(pieces: Iterator[str]) -> Iterator[str]:
    """The text without what can only be a slip of the program that glued it.

    Blanks before the first tag, characters that XML forbids, a bare & and names of HTML (`&nbsp;`).
    """
    rest, begun = "", False
    for piece in chain(pieces, [""]):
        text = rest + piece
        if not begun:
            text = text.lstrip("\ufeff \r\n\t")
            begun = bool(text)
        cut = text.rfind("&", max(0, len(text) - _LONGEST_ENTITY)) if piece else -1
        text, rest = (text, "") if cut < 0 else (text[:cut], text[cut:])
        yield _NO_ENTITY.sub(_entity, _NO_XML.sub("", text))


def _entity(match: re.Match[str]) -> str:
    return escape(html5.get(match[0][1:], match[0]))


def _index(attributes: Attributes, following: int) -> int:
    """The place (0-based) that `ss:Index` names, else the one that follows."""
    written = attributes.get("Index", "")
    return int(written) - 1 if written.isdecimal() and 0 < len(written) < 10 and int(written) else following


def _count(attributes: Attributes, name: str) -> int:
    written = attributes.get(name, "")
    return int(written) if written.isdecimal() and len(written) < 10 else 0


def _value(kind: str, text: str, is_moment: bool) -> Raw:
    clean = text.strip()
    if kind == "Number" and _NUMBER.fullmatch(clean):
        number = float(clean)
        return moment(number, clock=True) if is_moment else number
    if kind == "DateTime":
        return iso_moment(clean) or text
    if kind == "Boolean":
        return {"1": "TRUE", "0": "FALSE"}.get(clean, clean.upper())
    return text

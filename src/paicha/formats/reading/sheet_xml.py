"""The XML of an xlsx sheet, read for what calamine does not tell: its extent before any cell is laid out,
formulas, error values, booleans, merged ranges, hidden rows and columns.

A parser reads it, so that every spelling counts: quotes of either kind, blanks around '=', prefixes, rows and
cells without an address. Most rows of a sheet differ in digits alone; what a row is but for its digits is parsed
once (`_plain_width`), and rows of that shape need no second look.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from xml.parsers import expat

from paicha.formats.reading.grid import MAX_CELLS, MAX_COLUMNS, MAX_ROWS, MAX_UNREAD, Place, Span, column_of
from paicha.formats.reading.model import FileRefused
from paicha.formats.reading.odd_texts import is_picture
from paicha.formats.reading.xml_part import MAX_DEPTH, Attributes, PartParser

_ROWS, _ROW_END = b"<sheetData>", b"</row>"
_LONGEST_ROW = 1 << 20
_LONGEST_SHAPE = 4096
_FORMULA_BEGINNING = 40  # characters that tell a picture
_DIGITS = "0123456789"
_ZEROS = bytes.maketrans(_DIGITS.encode(), b"0" * 10)
_LAST_COLUMN, _LAST_ROW = 16_384, 1_048_576
_TRUE = frozenset({"1", "true", "on"})


@dataclass(slots=True)
class Scan:
    """What the XML of one sheet says besides its values. Places and numbers are 0-based.

    `rows` and `columns` count up to the last cell that holds a value or a formula. `rewrites` are references to
    whole rows or columns that calamine can't read: (byte of the part, as written, as it reads it).
    """

    rows: int = 0
    columns: int = 0
    booleans: bool = False
    merges: list[Span] = field(default_factory=list)
    broken: set[Place] = field(default_factory=set)
    pictures: set[Place] = field(default_factory=set)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    rewrites: list[tuple[int, str, str]] = field(default_factory=list)
    _formulas: array[int] = field(default_factory=lambda: array("Q"))  # a sheet may be full of them

    def formulas(self) -> Iterator[Place]:
        """Cells with a formula whose value may be missing; one that gave an empty text is none of them."""
        for cell in self._formulas:
            yield divmod(cell, _LAST_COLUMN)

    def note_formula(self, place: Place) -> None:
        self._formulas.append(place[0] * _LAST_COLUMN + place[1])

    def drop_formula(self, place: Place) -> None:
        """Forget the formula just noted, if it is this cell's."""
        if self._formulas and self._formulas[-1] == place[0] * _LAST_COLUMN + place[1]:
            self._formulas.pop()


def scan_sheet(pieces: Iterable[bytes], file: str, sheet: str) -> Scan:
    """One pass over a sheet's part. Raises F04, F06 (larger than can be read), F07."""
    scanner = _Scanner(file, sheet)
    rest = b""
    for piece in pieces:
        rest = scanner.take_head(rest + piece)
        *rows, rest = rest.split(_ROW_END)
        for row in rows:
            scanner.take_row(row)
        if len(rest) > _LONGEST_ROW:
            scanner.feed(rest)
            rest = b""
    scanner.feed(rest)
    scanner.parser.close()
    return scanner.scan


class _Scanner:
    """State of one pass."""

    def __init__(self, file: str, sheet: str) -> None:
        self.scan = Scan()
        self.parser = PartParser(file, self._start, self._end)
        self._file, self._sheet = file, sheet
        self._depth = 0
        self._skipped = 0  # bytes of plain rows, which the parser never sees
        self._in_rows = False
        self._row, self._column = -1, 0  # of the cell that comes next, where it doesn't say
        self._place: Place = (0, 0)
        self._is_text = False
        self._formula: str | None = None  # the beginning of the one that is open
        self._starts = {
            "row": self._start_row,
            "c": self._start_cell,
            "v": self._start_value,
            "is": self._start_value,
            "f": self._start_formula,
            "sheetData": self._start_rows,
            "col": self._start_column,
            "mergeCell": self._start_merge,
            "dimension": self._start_dimension,
        }

    def take_head(self, content: bytes) -> bytes:
        """Feeds what stands before the rows, so that the first row is one like the others; returns the rest."""
        if self._depth:
            return content
        end = content.find(_ROWS) + len(_ROWS)
        if end < len(_ROWS):
            return content
        self.feed(content[:end])
        return content[end:]

    def take_row(self, row: bytes) -> None:
        """A row without its end tag, by its shape where that is plain, else through the parser."""
        if (
            self._in_rows and self._depth == 2 and row.isascii()
        ):  # names within the row make each row's shape its own
            marked = row.replace(b'%d"' % (self._row + 2), b'#"').translate(_ZEROS)
            shape = marked.replace(b"0#", b"0").translate(None, b"0")  # A12 is not in row 2
            width = _plain_width(shape) if len(shape) <= _LONGEST_SHAPE else -1
            if width >= 0:
                self._row += 1
                self._skipped += len(row) + len(_ROW_END)
                if width:
                    self._reach(self._row, width - 1)
                return
        self.feed(row + _ROW_END)

    def feed(self, content: bytes) -> None:
        self.parser.feed(content)

    def _start(self, name: str, attributes: Attributes) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise ValueError("nested without end")
        handler = self._starts.get(name) or (":" in name and self._starts.get(name.rpartition(":")[2]))
        if handler:
            handler(attributes)

    def _end(self, name: str) -> None:
        self._depth -= 1
        if self._formula is not None:
            if is_picture(self._formula):
                self.scan.pictures.add(self._place)
            self._formula = None
            self.parser.listen(None)
        if self._depth == 1:
            self._in_rows = False

    def _start_rows(self, _: Attributes) -> None:
        self._in_rows = True

    def _start_row(self, attributes: Attributes) -> None:
        written = attributes.get("r")
        self._row = _number(written) - 1 if written else self._row + 1
        self._column = 0
        if attributes.get("hidden") in _TRUE and self._row < MAX_ROWS:
            self.scan.hidden_rows.add(self._row)

    def _start_cell(self, attributes: Attributes) -> None:
        written = attributes.get("r")
        if written:
            row, column = _ends(written)
            if row is None or column is None:
                raise ValueError("a cell without a row or a column")
            self._place = row, column
        else:
            self._place = self._row, self._column
        self._column = self._place[1] + 1
        kind = attributes.get("t")
        self._is_text = kind == "str"
        if kind == "e":
            self.scan.broken.add(self._place)
            self._reach(*self._place)
            if len(self.scan.broken) > MAX_UNREAD:
                self._refuse()
        elif kind == "b":
            self.scan.booleans = True

    def _start_value(self, _: Attributes) -> None:
        if self._in_rows:
            self._reach(*self._place)
            if self._is_text:
                self.scan.drop_formula(self._place)

    def _start_formula(self, _: Attributes) -> None:
        if self._in_rows:
            self._reach(*self._place)
            self.scan.note_formula(self._place)
            self._formula = ""
            self.parser.listen(self._take_formula)

    def _take_formula(self, text: str) -> None:
        if self._formula is not None and len(self._formula) < _FORMULA_BEGINNING:
            self._formula += text[:_FORMULA_BEGINNING]

    def _start_column(self, attributes: Attributes) -> None:
        if attributes.get("hidden") in _TRUE:
            first, last = _number(attributes.get("min", "1")), _number(attributes.get("max", "1"))
            self.scan.hidden_columns.update(range(first - 1, min(last, MAX_COLUMNS)))

    def _start_merge(self, attributes: Attributes) -> None:
        span = self._range(attributes.get("ref", ""))
        if span is not None:
            self.scan.merges.append(span)

    def _start_dimension(self, attributes: Attributes) -> None:
        self._range(attributes.get("ref", ""))

    def _range(self, written: str) -> Span | None:
        """`A1:C3`, `1:1`, `B:B` or `A1` as a span; noted where calamine would stumble over it."""
        first, _, last = written.partition(":")
        if not first:
            return None
        (top, left), (bottom, right) = _ends(first), _ends(last or first)
        span = Span(
            top or 0,
            left or 0,
            _LAST_ROW - 1 if bottom is None else bottom,
            _LAST_COLUMN - 1 if right is None else right,
        )
        if None in (top, left, bottom, right):
            self.scan.rewrites.append((self.parser.at + self._skipped, written, span.name))
        return span

    def _reach(self, row: int, column: int) -> None:
        scan = self.scan
        if row < scan.rows and column < scan.columns:
            return
        if row >= scan.rows:
            scan.rows = row + 1
        if column >= scan.columns:
            scan.columns = column + 1
        if scan.rows * scan.columns > MAX_CELLS or scan.rows > MAX_ROWS or scan.columns > MAX_COLUMNS:
            self._refuse()

    def _refuse(self) -> None:
        words = {"rows": self.scan.rows, "columns": self.scan.columns}
        raise FileRefused("F06", file=self._file, sheet=self._sheet, **words)


def _number(written: str) -> int:
    if not written.isdecimal() or len(written) > 7:
        raise ValueError("no number of a row or column")
    return int(written)


@lru_cache(maxsize=16_384)
def _ends(written: str) -> tuple[int | None, int | None]:
    """`C7` → (6, 2); None for what it doesn't name, as in `7` and `C`. Raises ValueError."""
    letters = written.rstrip(_DIGITS)
    digits = written[len(letters) :]
    if len(letters) > 3 or len(digits) > 7 or not (letters + digits or " ").isascii():
        raise ValueError("no address")
    if letters and not letters.isalpha():
        raise ValueError("no address")
    row, column = int(digits) - 1 if digits else None, column_of(letters.upper()) if letters else None
    if row == -1 or (row or 0) >= _LAST_ROW or (column or 0) >= _LAST_COLUMN:
        raise ValueError("outside of a sheet")
    return row, column


@lru_cache(maxsize=2048)
def _plain_width(shape: bytes) -> int:
    """How many columns a row of this shape has, up to its last value; -1 where it must be looked at.

    A shape is a row without its digits, its own number before a quote written as #: `<row r="#"><c r="A#" s="">…`.
    Plain is a row whose cells say their place, in that row, from left to right, and hold values alone.
    """
    if b"<!" in shape or b"<?" in shape:
        return -1
    open_tags: list[str] = []
    last = width = -1

    def start(name: str, attributes: Attributes) -> None:
        nonlocal last, width
        written = attributes.get("r", "")
        if not open_tags:
            if name != "row" or written != "#" or "hidden" in attributes:
                raise ValueError
        elif open_tags == ["row"]:
            column = column_of(written[:-1]) if written[:-1].isalpha() and written[:-1].isupper() else -1
            if name != "c" or not written.endswith("#") or column <= last:
                raise ValueError
            if attributes.get("t") in {"e", "b"}:
                raise ValueError
            last = column
        elif name in {"v", "is"}:
            width = last
        elif name not in {"t", "r", "rPr", "rPh"}:
            raise ValueError
        open_tags.append(name)

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.EndElementHandler = lambda _: open_tags.pop()
    try:
        parser.Parse(shape + _ROW_END, True)
    except (expat.ExpatError, ValueError):
        return -1
    return width + 1

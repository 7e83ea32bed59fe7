"""One table of a web page: cells placed as browsers place them, spans as merged ranges, real values behind shown ones.

Spans are claims: `colspan="100000"` costs nothing, since only places that cells really take are counted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from paicha.core.normalise import fold
from paicha.formats.reading.grid import MAX_CELLS, MAX_COLUMNS, MAX_ROWS, Raw, Span
from paicha.formats.reading.model import FileRefused
from paicha.formats.reading.serial import is_moment_format, iso_moment, moment
from paicha.formats.reading.text import unwrap

_HIDDEN = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*collapse)", re.IGNORECASE)
_NUMBER = re.compile(r"[-+]?(?:[0-9]{1,40}(?:\.[0-9]{0,40})?|\.[0-9]{1,40})(?:[Ee][-+]?[0-9]{1,3})?")
_MOMENT = re.compile(
    r"[年月日时/:]|[0-9]-|[A-Za-z]{3}"
)  # in what is shown of a number that is a date or a time
_FORMAT = re.compile(r"""mso-number-format\s*:\s*['"]?([^;'"]{1,60})""", re.IGNORECASE)
_MAX_MARKS = 500_000  # merged ranges and cells that can't be read
_SPACES = re.compile(r"[ \t]{2,}")
_BREAKS = re.compile(r" *\n[ \n]*")

Attributes = dict[str, str]
Content = list["str | WebTable | SheetMark"]


@dataclass(frozen=True, slots=True)
class SheetMark:
    """Where LibreOffice begins a sheet on a page of several: its name."""

    name: str


def is_hidden(attributes: Attributes) -> bool:
    """Whether an element is not shown by its own attributes."""
    return "hidden" in attributes or ("style" in attributes and bool(_HIDDEN.search(attributes["style"])))


def as_text(parts: list[str]) -> str:
    """Pieces of a cell as a person reads them: blanks folded, line ends only where the page breaks lines."""
    text = parts[0] if len(parts) == 1 else "".join(parts)
    if "  " in text:
        text = _SPACES.sub(" ", text)
    if "\n" in text:
        text = _BREAKS.sub("\n", text)
    return text.strip(" \n\t\xa0")


@dataclass(slots=True)
class WebCell:
    """A cell while it is open."""

    attributes: Attributes
    content: Content = field(default_factory=list)


class Budget:
    """What the tables of one file may take together. Raises F11 past it."""

    def __init__(self, file: str) -> None:
        self.file = file
        self._rows = self._places = self._marks = 0

    def take_row(self) -> None:
        self._rows += 1
        if self._rows > MAX_ROWS:
            raise FileRefused("F11", file=self.file, rows=self._rows, columns=1)

    def take_places(self, count: int, columns: int) -> None:
        self._places += count
        if self._places > MAX_CELLS:
            raise FileRefused("F11", file=self.file, rows=self._rows, columns=columns)

    def take_mark(self) -> None:
        """A merged range, or a cell that can't be read."""
        self._marks += 1
        if self._marks > _MAX_MARKS:
            raise FileRefused("F11", file=self.file, rows=self._rows, columns=1)


class WebTable:
    """Rows as a sheet has them; `nested` are cells that hold tables, kept until it is clear which is the frame."""

    def __init__(self, budget: Budget, hidden: bool) -> None:
        self.hidden = hidden
        self.rows: list[list[Raw]] = []
        self.merges: list[Span] = []
        self.uncached: set[tuple[int, int]] = set()
        self.broken: set[tuple[int, int]] = set()
        self.hidden_columns: set[int] = set()
        self.hidden_rows: set[int] = set()
        self.nested: dict[tuple[int, int], Content] = {}
        self.width = 0  # columns up to the last that says something
        self.columns = 0  # and up to the last cell, blank or not
        self._budget = budget
        self._row_hidden = False
        self._column = 0  # the next free place of the row
        self._reach: dict[int, int] = {}  # column → the last row that a cell from above takes there
        self._described = 0  # columns that <col> told of

    def start_row(self, hidden: bool) -> None:
        self._budget.take_row()
        self._row_hidden = hidden
        self.rows.append([])
        self._column = 0

    def end_section(self) -> None:
        """Cells reach no further down than their thead, tbody or tfoot."""
        self._reach.clear()

    def describe_columns(self, attributes: Attributes) -> None:
        """A <col>: only whether it is hidden matters."""
        count = _span(attributes, "span")
        if is_hidden(attributes):
            self.hidden_columns.update(range(self._described, min(self._described + count, MAX_COLUMNS)))
        self._described = min(self._described + count, MAX_COLUMNS)

    def add(self, cell: WebCell) -> None:
        """Place a finished cell in the current row."""
        row, start = len(self.rows) - 1, self._column
        column = start
        while self._reach.get(column, -1) >= row:
            column += 1
        right, bottom = self._extent(cell.attributes, row, column)
        self._column = right + 1
        self.columns = max(self.columns, column + 1)
        self._budget.take_places(right + 1 - start, right + 1)
        value = self._value(cell, (row, column))
        marked = (row, column) in self.broken or (row, column) in self.uncached
        if (right, bottom) != (column, row) and "mso-ignore:colspan" not in cell.attributes.get("style", ""):
            self._budget.take_mark()
            self.merges.append(Span(row, column, bottom, right))
        if value == "" and not marked:
            return
        if marked:
            self._budget.take_mark()
        if column >= MAX_COLUMNS:
            raise FileRefused("F11", file=self._budget.file, rows=row + 1, columns=column + 1)
        if is_hidden(cell.attributes):
            self.hidden_columns.add(column)
        if self._row_hidden:
            self.hidden_rows.add(row)
        self._set(row, column, value)

    def _extent(self, attributes: Attributes, row: int, column: int) -> tuple[int, int]:
        """Last column and last row of a cell; a cell never covers one that reaches down from above."""
        across, down = _span(attributes, "colspan"), _span(attributes, "rowspan")
        right = column
        while right + 1 < min(column + across, MAX_COLUMNS) and self._reach.get(right + 1, -1) < row:
            right += 1
        bottom = row + down - 1
        if down > 1:
            self._reach.update(dict.fromkeys(range(column, min(right + 1, MAX_COLUMNS)), bottom))
        return right, bottom

    def _set(self, row: int, column: int, value: Raw) -> None:
        values = self.rows[row]
        values += [""] * (column + 1 - len(values))
        values[column] = value
        self.width = max(self.width, column + 1)

    def _value(self, cell: WebCell, place: tuple[int, int]) -> Raw:
        texts = [part for part in cell.content if isinstance(part, str)]
        if len(texts) < len(cell.content):
            self.nested[place] = cell.content
        shown = unwrap(as_text(texts)) if texts else ""
        attributes = cell.attributes
        if not attributes:
            return shown
        if "x:err" in attributes or attributes.get("data-t") == "e":
            self.broken.add(place)
            return ""
        if attributes.get("x:str"):
            return unwrap(attributes["x:str"].strip())
        number = _written_number(attributes)
        if attributes.get("data-t") == "d":
            return iso_moment(attributes.get("data-v", "")) or shown
        if number is None:
            if shown and _has_moment_format(attributes) and _NUMBER.fullmatch(shown):
                return moment(float(shown))
            if "x:fmla" in attributes and not shown:
                self.uncached.add(place)
            return shown
        return value_of(number, shown)

    def merge_nested(self) -> Content:
        """The table as it stands in its page: itself, or what it frames where it only lays the page out.

        A table with a larger one within is a frame; one with a smaller one holds it as text of a cell.
        """
        inner = [part for content in self.nested.values() for part in content if isinstance(part, WebTable)]
        if any(table.width * len(table.rows) > self.width * len(self.rows) for table in inner):
            return self._laid_out()
        for (row, column), content in self.nested.items():
            parts = [f"\n{part.text()}\n" if isinstance(part, WebTable) else str(part) for part in content]
            text = as_text(parts)
            if text and column < MAX_COLUMNS:
                self._set(row, column, text)
        self.nested.clear()
        return [self]

    def _laid_out(self) -> Content:
        found: Content = []
        inside: dict[int, list[tuple[int, Content]]] = {}
        for (row, column), content in self.nested.items():
            inside.setdefault(row, []).append((column, content))
        for row, values in enumerate(self.rows):
            cells: dict[int, Content] = {
                column: [str(value)] for column, value in enumerate(values) if value != ""
            }
            cells.update(inside.get(row, ()))
            for column in sorted(cells):
                found += ["\n", *cells[column], "\n"]
        return found

    def text(self) -> str:
        """All of it as lines of text."""
        lines = (" ".join(str(value) for value in row if value != "") for row in self.rows)
        return "\n".join(line for line in lines if line)


def _span(attributes: Attributes, name: str) -> int:
    """How many places; 0 means 'to the end', what is no number 1."""
    written = attributes.get(name, "").strip()
    if not written.isdecimal() or len(written) > 9:
        return 1 if not written.isdecimal() else MAX_ROWS
    return min(int(written), MAX_ROWS) or MAX_ROWS


def _written_number(attributes: Attributes) -> float | None:
    """The number that Excel (x:num), LibreOffice (sdval) or SheetJS (data-v) keeps behind what is shown."""
    written = attributes.get("x:num") or attributes.get("sdval")
    if not written and attributes.get("data-t") == "n":
        written = attributes.get("data-v")
    return float(written) if written and _NUMBER.fullmatch(written) else None


def _has_moment_format(attributes: Attributes) -> bool:
    match = _FORMAT.search(attributes.get("style", ""))
    return match is not None and is_moment_format(match[1].replace("\\", ""))


def value_of(number: float, shown: str) -> Raw:
    """A number, or the moment or the truth value that it is shown as."""
    folded = fold(shown)
    if folded.upper() in ("TRUE", "FALSE"):
        return folded.upper()
    return moment(number, clock=":" in folded) if _MOMENT.search(folded) else number

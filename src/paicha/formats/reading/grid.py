"""A sheet as rows of raw values, whatever the file format.

What the formats differ in (merged ranges, formulas without a value, hidden columns) is brought to
one shape here, so that recognition and parsing never ask where a sheet came from.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple

Place = tuple[int, int]  # row and column of a cell, 0-based
Raw = str | float | int | date | datetime | time | timedelta

UNREAD = {"R06": "(公式)", "R07": "(错误值)", "B10": "(图片)"}  # how refused rows show what can't be read

MAX_ROWS = 400_000
MAX_COLUMNS = 1_000
MAX_CELLS = (
    6_000_000  # of a sheet: 110,000 households with 28 columns, or the 30,000 persons of an export with 177
)
MAX_UNREAD = 1_000_000  # cells of a sheet that can't be read
MAX_UNPACKED = 256 * 2**20  # bytes of a file's parts together, unpacked
MAX_FILE = 64 * 2**20


class Span(NamedTuple):
    """A merged range, 0-based, both ends within."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def name(self) -> str:
        """`A1:C7`."""
        return f"{address(self.top, self.left)}:{address(self.bottom, self.right)}"


@dataclass(slots=True)
class Grid:
    """`rows[r][c]` is the raw value of sheet row r + 1, column c; '' is blank. Rows are equally long.

    There are no booleans among them: to a dictionary True is 1, so they come as the text TRUE or FALSE.

    Cells that hold something but can't be read are blank in `rows`: `uncached` are formulas that were never
    computed, `broken` show an error value, `pictures` hold a picture.
    """

    sheet: str
    rows: list[list[Raw]]
    merges: list[Span] = field(default_factory=list)
    uncached: set[Place] = field(default_factory=set)
    broken: set[Place] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    hidden: bool = False
    pictures: set[Place] = field(default_factory=set)
    hidden_rows: set[int] = field(default_factory=set)

    @property
    def width(self) -> int:
        return len(self.rows[0]) if self.rows else 0

    def unread(self, place: Place) -> str:
        """The code of what stands in a cell that can't be read; '' for any other cell."""
        if place in self.pictures:
            return "B10"
        if place in self.broken:
            return "R07"
        return "R06" if place in self.uncached else ""

    def unread_places(self) -> set[Place]:
        """The cells that can't be read."""
        return self.uncached | self.broken | self.pictures

    def note_unread(self, place: Place, code: str) -> None:
        {"R06": self.uncached, "R07": self.broken, "B10": self.pictures}[code].add(place)


@lru_cache(maxsize=2048)
def letters(column: int) -> str:
    """0 → A, 26 → AA."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def column_of(name: str) -> int:
    """A → 0, AA → 26."""
    column = 0
    for char in name:
        column = column * 26 + ord(char) - 64
    return column - 1


def address(row: int, column: int) -> str:
    """0-based row and column → `C7`."""
    return f"{letters(column)}{row + 1}"


def rectangular(rows: Iterable[list[Raw]], width: int) -> list[list[Raw]]:
    """Rows padded with blanks to `width`."""
    return [row if len(row) == width else row + [""] * (width - len(row)) for row in rows]


def without_booleans(rows: list[list[Raw]]) -> list[list[Raw]]:
    """Booleans as their text."""
    return [
        [str(value).upper() if value is True or value is False else value for value in row] for row in rows
    ]


def visible_text(raw: Raw) -> str:
    """The text a person would see for a raw value: `3`, `1.5`, `2022-03-15`."""
    if isinstance(raw, str):
        return raw
    if isinstance(raw, float):
        return str(int(raw)) if raw.is_integer() and abs(raw) < 1e15 else repr(raw)
    if isinstance(raw, datetime):
        midnight = raw.time() == time(0)
        return raw.date().isoformat() if midnight else raw.isoformat(sep=" ", timespec="seconds")
    return str(raw)

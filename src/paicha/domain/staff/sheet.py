"""Reading a list of people who shall have accounts: one line a person and role, every value with its cell.

What holds: columns that nobody asks for are not read, so that identity numbers beside the names go nowhere; a line
without name and phone is a blank of the template and counts as none; nothing is judged here but the file itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from paicha.core.normalise import fold
from paicha.core.refusal import Refusal
from paicha.formats.reading.grid import Grid, letters, visible_text
from paicha.formats.reading.source import open_grids

MOST_LINES = 2_000
_HEAD_ROWS = 12
_LONGEST = 80  # characters of a cell that are read
TITLES: dict[str, tuple[str, ...]] = {
    "town": ("镇街", "镇(街)", "乡镇", "乡镇(街道)", "镇街道", "所在镇街", "镇", "街道"),
    "village": ("村", "行政村", "村(社区)", "村(居)", "村社区", "村名", "所在村", "村居", "社区"),
    "name": ("姓名", "人员姓名", "名字"),
    "phone": ("手机号", "手机", "手机号码", "联系电话", "电话", "电话号码", "联系方式"),
    "role": ("角色", "岗位", "职务", "身份"),
    "groups": ("组", "村民小组", "小组", "组别", "负责的组"),
    "until": ("做到哪天", "截止日期", "到期日"),
}
_NEEDED = ("name", "phone", "role")


class StaffError(Refusal):
    """A list of people that can't be read, or that can't be carried out."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the list as it was typed. `row` counts from 1, `columns` says in which letters each value stands."""

    row: int
    texts: dict[str, str]
    columns: dict[str, str]

    def text(self, name: str) -> str:
        """What stands in a column, '' where there is no such column."""
        return self.texts.get(name, "")

    def cell(self, name: str) -> str:
        """`C7`; of a column that the list lacks, the row alone: `第 7 行`."""
        return f"{self.columns[name]}{self.row}" if name in self.columns else f"第 {self.row} 行"

    def as_dict(self) -> dict[str, Any]:
        """The line as JSON, for a preview that is kept until it is confirmed."""
        return asdict(self)


def read_sheet(data: bytes, name: str) -> list[Line]:
    """The lines of the first sheet that has a head with name, phone and role. Raises FileRefused, StaffError."""
    for grid in open_grids(data, name):
        found = _head(grid)
        if found is None:
            continue
        head, columns = found
        lines = list(_lines(grid, head, columns))
        if not lines:
            raise StaffError("W34", name=name)
        if len(lines) > MOST_LINES:
            raise StaffError("W35", n=len(lines), most=MOST_LINES)
        return lines
    raise StaffError("W33", name=name)


def _head(grid: Grid) -> tuple[int, dict[str, int]] | None:
    """The row of titles and the column of each meaning."""
    for index in range(min(_HEAD_ROWS, len(grid.rows))):
        texts = ["".join(fold(visible_text(value)).split()).rstrip("*") for value in grid.rows[index]]
        found = {
            meaning: texts.index(title)
            for meaning, titles in TITLES.items()
            if (title := next((t for t in titles if t in texts), None)) is not None
        }
        if all(name in found for name in _NEEDED):
            return index, found
    return None


def _lines(grid: Grid, head: int, columns: dict[str, int]) -> Iterator[Line]:
    _spell_out(grid, columns)
    named = {meaning: letters(column) for meaning, column in columns.items()}
    for index in range(head + 1, len(grid.rows)):
        row = grid.rows[index]
        texts = {meaning: visible_text(row[column]).strip()[:_LONGEST] for meaning, column in columns.items()}
        if texts["name"] or texts["phone"]:
            yield Line(index + 1, texts, named)


def _spell_out(grid: Grid, columns: dict[str, int]) -> None:
    """A town or village merged over its rows stands in each of them."""
    for span in grid.merges:
        if span.left == span.right and span.left in (columns.get("town"), columns.get("village")):
            for row in range(span.top + 1, min(span.bottom + 1, len(grid.rows))):
                grid.rows[row][span.left] = grid.rows[span.top][span.left]

"""Reading a department's list: name, place, group, phone and note; every other column is left alone, and named.
Where it has one row a person, also the head, the relation and the numbers of its system.

What holds: no identity number is kept, wherever it stands; a row keeps the cell of its name; a list whose name or
place column can't be told is refused with what it needs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from paicha.core.identity import holds_identity
from paicha.core.normalise import fold, group, head_name, phone
from paicha.domain.referrals.services import ReferralError
from paicha.formats.reading.grid import Grid, address, letters, visible_text
from paicha.formats.reading.person_cells import HEADS
from paicha.formats.reading.person_words import HOUSEHOLD, LABELS, NAME, PERSON, RELATION
from paicha.formats.reading.source import open_grids

MOST_ROWS = 20_000
_HEAD_ROWS = 12
_TITLES: dict[str, tuple[str, ...]] = {
    "name": ("户主姓名", "户主", "姓名", "对象姓名", "申请人姓名", "申请人", "人员姓名", "救助对象", "家长姓名"),
    "village": ("行政村", "村(社区)", "村(居)", "村社区", "村名", "所在村", "村", "村居", "社区"),
    "town": ("镇街", "镇(街)", "乡镇", "乡镇(街道)", "镇街道", "所在镇街", "镇", "街道"),
    "address": ("家庭住址", "家庭地址", "住址", "地址", "户籍地址", "户籍地", "现住址", "居住地址"),
    "group": ("村民小组", "组", "组别", "小组", "组名"),
    "phone": ("联系电话", "电话", "手机", "手机号", "手机号码", "电话号码", "联系方式"),
    "relation": LABELS[RELATION],
    "household": LABELS[HOUSEHOLD],
    "person": LABELS[PERSON],
    "note": ("备注", "类别", "类型", "保障类别", "救助类别", "救助类型", "说明", "情况"),
}  # fmt: skip
_NUMBER = re.compile(r"(?<![0-9])[0-9]{15,}[Xx]?(?![0-9])")  # identity numbers, bank cards
_SERIAL = ("序号", "编号", "")


@dataclass(frozen=True, slots=True)
class Listed:
    """One row of the list. `place` is what names the village; `cell` where the name stands."""

    cell: str
    name: str
    town: str
    place: str
    group: str
    phone: str
    note: str
    head: str = ""  # of the row's household, where the list names it beside the person
    relation: str = ""
    numbers: tuple[str, ...] = ()  # of the household and of the person, in the list's own system

    @property
    def is_member(self) -> bool:
        """Whether the row says that it is somebody besides the head."""
        return bool(self.relation) and self.relation not in HEADS


@dataclass(slots=True)
class ListRead:
    """Rows of every sheet that was recognised, and titles of columns that were not read."""

    rows: list[Listed] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)


def read_list(data: bytes, name: str) -> ListRead:
    """Read a list: whatever `open_grids` reads. Raises FileRefused, ReferralError."""
    read = ListRead()
    recognised = False
    for grid in open_grids(data, name):
        found = _columns(grid)
        if found is None:
            continue
        recognised = True
        head, columns = found
        known = set(columns.values())
        for column, text in enumerate(_texts(grid, head)):
            if column not in known and text not in _SERIAL and text not in read.ignored:
                read.ignored.append(text[:30])
        read.rows += _rows(grid, head, columns)
        if len(read.rows) > MOST_ROWS:
            raise ReferralError("Q07", most=MOST_ROWS)
    if not recognised:
        raise ReferralError("Q08", name=name)
    if not read.rows:
        raise ReferralError("Q09", name=name)
    return read


def _texts(grid: Grid, row: int) -> list[str]:
    return ["".join(fold(visible_text(value)).split()) for value in grid.rows[row]]


def _columns(grid: Grid) -> tuple[int, dict[str, int]] | None:
    """The header row and the column of each meaning; None without a name and a place."""
    for index in range(min(_HEAD_ROWS, len(grid.rows))):
        texts = _texts(grid, index)
        found: dict[str, int] = {}
        for meaning, titles in _TITLES.items():
            place = next((texts.index(title) for title in titles if title in texts), None)
            if place is not None:
                found[meaning] = place
        own = next((texts.index(title) for title in LABELS[NAME] if title in texts), None)
        if own is not None and own != found["name"] and {"relation", "person"} & set(found):
            found["head"], found["name"] = found["name"], own  # one row a person, beside its head
        if "name" in found and ("village" in found or "address" in found):
            return index, found
    return None


def _rows(grid: Grid, head: int, columns: dict[str, int]) -> Iterator[Listed]:
    _spell_out(grid, columns)
    for index in range(head + 1, len(grid.rows)):
        row = grid.rows[index]
        cell = {meaning: visible_text(row[column]).strip() for meaning, column in columns.items()}
        name = head_name(_without_numbers(cell["name"])) or ""
        if not name or "".join(fold(name).split()) in _TITLES["name"] or name in ("合计", "总计", "小计"):
            continue
        yield Listed(
            cell=f"{letters(columns['name'])}{index + 1}" if not grid.sheet else address(index, columns["name"]),
            name=name[:60], town=cell.get("town", "")[:40],
            place=_without_numbers(cell.get("village", "") or cell.get("address", ""))[:80],
            group=(group(cell.get("group", "")) or "")[:40], phone=phone(cell.get("phone", "")) or "",
            note=_note_of(cell)[:200],
            head=head_name(_without_numbers(cell.get("head", ""))) or "", relation=cell.get("relation", "")[:20],
            numbers=tuple(
                number for meaning in ("household", "person")
                if (number := "".join(cell.get(meaning, "").split()).upper()) and not holds_identity(number)
            ),
        )  # fmt: skip


def _note_of(cell: Mapping[str, str]) -> str:
    """What the list says beside the name: who the person is to the head, and its note."""
    return "，".join(filter(None, (_without_numbers(cell.get(name, "")) for name in ("relation", "note"))))


def _spell_out(grid: Grid, columns: dict[str, int]) -> None:
    """A village merged over its rows stands in each of them."""
    for span in grid.merges:
        if span.left in columns.values() and span.left == span.right and span.top < len(grid.rows):
            for row in range(span.top + 1, min(span.bottom + 1, len(grid.rows))):
                grid.rows[row][span.left] = grid.rows[span.top][span.left]


def _without_numbers(text: str) -> str:
    return _NUMBER.sub("…", fold(text)) if any(c.isdigit() for c in text) else text

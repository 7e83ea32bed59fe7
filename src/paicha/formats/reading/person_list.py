"""A list with one row a person → its households: the row of the 户主 is the household, the others its members.

What holds: rows of one household are gathered by 户编号, where it stands beside persons, else by the head's name,
else each 户主 with the rows below it; what contradicts itself is a fault of the whole household, with all addresses;
columns that are not asked for are left unread, and named.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from paicha.core.catalogue import Message, message, sentence
from paicha.core.identity import hide_identity
from paicha.core.normalise import is_phone, name_key
from paicha.core.pack import Pack
from paicha.formats.reading.cell import Bad
from paicha.formats.reading.grid import Grid, Raw, address, letters
from paicha.formats.reading.headings import Collected
from paicha.formats.reading.model import Family, Fault, Person, PersonTable
from paicha.formats.reading.person_cells import HEADS, PersonCells, Told
from paicha.formats.reading.person_words import (
    CLEARED,
    DETAILS,
    GROUP,
    HEAD,
    HOUSEHOLD,
    KIND,
    LABELS,
    NAME,
    PERSON,
    PHONE,
    POPULATION,
    RELATION,
    TOWN,
    VILLAGE,
    WATCHED,
    PersonHeader,
    find_header,
    meaning_of,
)

NATIONAL, ANOTHER = "全国防返贫监测信息系统", "其他系统"
_AGREE = (TOWN, VILLAGE, GROUP, HEAD, KIND, WATCHED, CLEARED, POPULATION)  # what rows of a household repeat
_FOOT = re.compile(
    r"(?:本?[村组页])?(?:小计|合计|总计|共计)|(?:说明|注|备注|填表人?|制表人?|审核人?|单位|日期)[:：]"
)
_SAID = re.compile(r"([0-9]{1,7})\s*(人|户)")
_SHOWN = {"R06": "公式", "R07": "错误值", "B10": "图片"}
_FEW = 4  # cells of a foot
_LISTED = 12  # addresses that a sentence names; `read` has them all


@dataclass(slots=True)
class _Row:
    """One person on the sheet: what was read, by meaning, and what can't be."""

    at: int  # 0-based
    said: dict[str, Any]
    faults: list[Fault] = field(default_factory=list)
    doubts: list[Fault] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.said.get(NAME) or ""

    @property
    def is_head(self) -> bool:
        relation = self.said.get(RELATION)
        if relation:
            return relation in HEADS
        head = self.said.get(HEAD)
        return bool(head and self.name) and name_key(head) == name_key(self.name)


class PersonListReader:
    """Reads lists with one row a person, for one pack."""

    def __init__(self, pack: Pack) -> None:
        self._cells = PersonCells(pack)
        self._lifted_or_not = pack.classes[-1].name  # who is neither watched nor lifted

    def read(
        self, grid: Grid, header: PersonHeader, heading: Collected, file: str, messages: list[Message]
    ) -> PersonTable | None:
        """The list's households; None, and why in `messages`, where nothing tells heads from members."""
        columns = header.columns
        if RELATION not in columns and HEAD not in columns:
            label = header.texts[columns[PERSON][0]]
            messages.append(message("B13", file=file, sheet=grid.sheet, label=label))
            return None
        _note_columns(grid, header, file, messages)
        rows = self._rows(grid, header)
        cells = {meaning: letters(places[0]) for meaning, places in columns.items()}
        # Whether every row has its household's number; else a number stands beside the head alone, or none at all.
        numbered = any(row.said.get(HOUSEHOLD) and not row.is_head for row in rows)
        together = _together(rows, numbered, HEAD in columns and RELATION in columns)
        asked_class = bool({WATCHED, KIND} & set(columns))
        families = [self._family(some, cells, asked_class, numbered) for some in together]
        _tell_twice(families, cells.get(PERSON, ""))
        national = {PERSON, WATCHED, KIND} & set(columns)
        return PersonTable(
            file, grid.sheet, families, cells, heading.headings(), NATIONAL if national else ANOTHER
        )

    def _rows(self, grid: Grid, header: PersonHeader) -> list[_Row]:
        _fill_merged(grid, header)
        name = header.columns[NAME][0]
        places = [
            index for index in range(header.last + 1, len(grid.rows)) if _is_person(grid, index, name, header)
        ]
        read: dict[int, list[object]] = {}
        for meaning, columns in header.columns.items():
            for column in columns:
                values = [grid.rows[index][column] for index in places]
                read[column] = self._cells.column(meaning, values)
        unread = grid.unread_places()
        rows = []
        for place, index in enumerate(places):
            row = _Row(index, {})
            for meaning, columns in header.columns.items():
                for column in columns:
                    code = grid.unread((index, column)) if unread else ""
                    value = Bad(code, _SHOWN[code]) if code else read[column][place]
                    if value is not None:
                        _take(row, meaning, column, value)
            rows.append(row)
        return rows

    def _family(
        self, rows: Sequence[_Row], cells: Mapping[str, str], asked_class: bool, numbered: bool
    ) -> Family:
        rows = _distinct(rows)
        faults = [fault for row in rows for fault in row.faults]
        said = {meaning: _common_value(meaning, rows, cells, faults) for meaning in _AGREE}
        heads = [row for row in rows if row.is_head]
        for row in rows:
            if not row.name and not any(fault.question == NAME for fault in row.faults):
                faults.append(_fault("M11", NAME, row.at, cells, label="姓名"))
        if numbered and not any(row.said.get(HOUSEHOLD) for row in rows):
            if not any(fault.question == HOUSEHOLD for fault in faults):
                faults.append(_fault("R32", NAME, rows[0].at, cells))
        elif len(heads) != 1:
            asked = heads or rows
            told = _addresses((row.at for row in asked), cells[NAME])
            code = "R28" if heads else "R29"
            faults.append(_fault(code, NAME, asked[0].at, cells, count=len(heads), cells=told))
        head = heads[0] if len(heads) == 1 else None
        phone = next((row.said[PHONE] for row in [*heads, *rows] if row.said.get(PHONE)), "")
        told = said[WATCHED] or said[KIND]
        household_class = None
        if asked_class:
            household_class = (told and told.household_class) or self._lifted_or_not
        return Family(
            tuple(row.at + 1 for row in rows), _person(head) if head else None,
            tuple(_person(row) for row in rows if row is not head),
            next((row.said[HOUSEHOLD] for row in rows if row.said.get(HOUSEHOLD)), ""),
            said[TOWN] or "", said[VILLAGE] or "", said[GROUP] or "", phone, said[POPULATION], household_class,
            bool(said[CLEARED]) or bool(told and told.cleared), sorted(faults, key=_place),
            [doubt for row in rows for doubt in row.doubts],
        )  # fmt: skip


def _place(fault: Fault) -> tuple[int, str]:
    return int(re.sub(r"\D", "", fault.cell) or 0), fault.cell


def _take(row: _Row, meaning: str, column: int, value: object) -> None:
    """Put a cell into its row; a title that stands twice must say the same twice."""
    if type(value) is Bad:
        if meaning == PHONE:
            words = {"label": LABELS[PHONE][1], "read": value.read, "wanted": "电话号码"}
            row.doubts.append(
                Fault(None, PHONE, address(row.at, column), "R33", value.read, sentence("R33", **words))
            )
            return
        words = {"label": LABELS[meaning][0], "read": value.read} | value.words
        row.faults.append(
            Fault(
                None, meaning, address(row.at, column), value.code, value.read, sentence(value.code, **words)
            )
        )
        return
    if meaning == PHONE and not is_phone(str(value)):
        _take(row, meaning, column, Bad("R33", hide_identity(str(value))))
        return
    before = row.said.get(meaning)
    if before is not None and _word(before) != _word(value):
        if meaning == PHONE:
            return
        told = f"“{_word(before)}”和“{_word(value)}”"
        words = {"label": LABELS[meaning][0], "told": told}
        row.faults.append(
            Fault(None, meaning, address(row.at, column), "R30", _word(value), sentence("R30", **words))
        )
        return
    row.said[meaning] = value


def _word(value: object) -> str:
    """What people see of a value that was read."""
    if isinstance(value, Told):
        return value.word
    return {True: "是", False: "否"}[value] if isinstance(value, bool) else str(value)


def _person(row: _Row) -> Person:
    said = row.said
    return Person(
        row.at + 1,
        row.name,
        said.get(RELATION) or "",
        said.get(PERSON) or "",
        *(said.get(d) or "" for d in DETAILS),
    )


def _is_person(grid: Grid, index: int, name: int, header: PersonHeader) -> bool:
    """Whether a row under the header is a person: not blank, no header once more, no foot."""
    row = grid.rows[index]
    if meaning_of(row[name]) in (NAME, HEAD) and find_header(replace(grid, rows=[row])) is not None:
        return False
    asked = [row[column] for columns in header.columns.values() for column in columns]
    filled = [value for value in asked if not _is_blank(value)]
    if not filled:
        return False
    first = next(value for value in row if not _is_blank(value))
    return not (isinstance(first, str) and len(filled) < _FEW and _FOOT.match("".join(first.split())))


def _is_blank(value: Raw) -> bool:
    return value == "" or (isinstance(value, str) and not value.strip())


def _fill_merged(grid: Grid, header: PersonHeader) -> None:
    """A household's cell merged over its rows holds for each of them."""
    read = {column for columns in header.columns.values() for column in columns}
    for span in grid.merges:
        if span.left in read and header.last < span.top < len(grid.rows):
            for row in range(span.top + 1, min(span.bottom + 1, len(grid.rows))):
                grid.rows[row][span.left] = grid.rows[span.top][span.left]


def _together(rows: Sequence[_Row], numbered: bool, named: bool) -> list[list[_Row]]:
    """Rows by household, in the order of their first rows; `named`: each row names its head."""
    found: dict[object, list[_Row]] = defaultdict(list)
    above: object = None
    for row in rows:
        number, head = row.said.get(HOUSEHOLD), row.said.get(HEAD)
        if number:
            above = ("number", number)
        elif named and head and not numbered:
            above = ("head", row.said.get(TOWN), row.said.get(VILLAGE), row.said.get(GROUP), name_key(head))
        elif numbered or row.is_head or above is None:
            above = ("row", row.at)
        found[above].append(row)
        if numbered and not number:
            above = None
    return list(found.values())


def _distinct(rows: Sequence[_Row]) -> list[_Row]:
    """Without rows that repeat another one of the household word for word."""
    kept: list[_Row] = []
    for row in rows:
        if row.faults or all(row.said != other.said or other.faults for other in kept):
            kept.append(row)
    return kept


def _common_value(meaning: str, rows: Sequence[_Row], cells: Mapping[str, str], faults: list[Fault]) -> Any:
    """What the rows of a household say together, blanks apart; a fault with every address where they differ."""
    told: dict[str, list[_Row]] = {}
    for row in rows:
        value = row.said.get(meaning)
        if value is not None:
            told.setdefault(_same_word(meaning, value), []).append(row)
    if len(told) > 1:
        words = "，".join(
            f"{_addresses((row.at for row in some), cells[meaning])}“{_word(some[0].said[meaning])}”"
            for some in told.values()
        )
        first = next(iter(told.values()))[0]
        faults.append(_fault("R30", meaning, first.at, cells, label=LABELS[meaning][0], told=words))
    some = next(iter(told.values()), None)
    return some[0].said[meaning] if some else None


def _same_word(meaning: str, value: object) -> str:
    word = _word(value)
    if meaning == HEAD:
        return name_key(word)
    return re.sub(r"(?:村民委员会|村委会|居委会|村|社区)$", "", word) or word if meaning == VILLAGE else word


def _addresses(rows: Iterable[int], column: str) -> str:
    listed = [f"{column}{row + 1}" for row in rows]
    return "、".join(listed[:_LISTED]) + ("等" if len(listed) > _LISTED else "")


def _fault(code: str, meaning: str, row: int, columns: Mapping[str, str], **words: object) -> Fault:
    said = {"label": LABELS[meaning][0], "read": ""} | words
    return Fault(
        None, meaning, f"{columns[meaning]}{row + 1}", code, str(said["read"]), sentence(code, **said)
    )


def _tell_twice(families: Sequence[Family], column: str) -> None:
    """A person's number that stands twice is a fault of every household that has it."""
    bearers: dict[str, list[tuple[Family, Person]]] = defaultdict(list)
    for family in families:
        for person in (*((family.head,) if family.head else ()), *family.members):
            if person.number:
                bearers[person.number].append((family, person))
    for number, found in bearers.items():
        if len(found) < 2:
            continue
        told = _addresses((person.row - 1 for _, person in found), column)
        for family in {id(family): family for family, _ in found}.values():
            first = next(person for one, person in found if one is family)
            family.faults.append(
                _fault("R31", PERSON, first.row - 1, {PERSON: column}, read=number, cells=told)
            )


def _note_columns(grid: Grid, header: PersonHeader, file: str, messages: list[Message]) -> None:
    """Name every column that is not read, by its letters and title."""
    read = {column for columns in header.columns.values() for column in columns}
    ignored = [
        f"{letters(column)} {hide_identity(text)[:20]}"
        for column, text in enumerate(header.texts)
        if text and column not in read and text != "序号"
    ]
    if ignored:
        told = "、".join(ignored)
        messages.append(message("B05", file=file, sheet=grid.sheet, columns=told, read=told))


def tell_totals(file: str, tables: Sequence[PersonTable]) -> Message | None:
    """What the file's name says of its size beside what was read; None where it says nothing."""
    said = _SAID.findall(file.rpartition("/")[2])
    if not said or not tables:
        return None
    households = sum(len(table.families) for table in tables)
    persons = sum(len(family.rows) for table in tables for family in table.families)
    right = {"人": persons, "户": households}
    same = all(int(number) == right[unit] for number, unit in said)
    told = "、".join(f"{number} {unit}" for number, unit in said)
    return message("B11" if same else "B12", file=file, told=told, persons=persons, households=households)

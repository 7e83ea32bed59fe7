"""Which header words of a list with one row a person mean what, and where its header stands.

The words are those of the national system's exports and of departments' lists; no pack owns them, for the same
lists come whatever the notice asks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from paicha.formats.reading.choices import key
from paicha.formats.reading.grid import Grid, Raw
from paicha.formats.reading.vocabulary import without_brackets

NAME, HEAD, RELATION = "name", "head", "relation"
HOUSEHOLD, PERSON = "household", "person"  # numbers of the system that the list is from
TOWN, VILLAGE, GROUP, PHONE, POPULATION = "town", "village", "group", "phone", "population"
KIND, WATCHED, CLEARED = "kind", "watched", "cleared"
DETAILS = ("health", "labour", "work", "school")

LABELS: Mapping[str, tuple[str, ...]] = {
    NAME: ("姓名", "人员姓名", "成员姓名", "家庭成员姓名", "人口姓名", "对象姓名", "家庭成员"),
    HEAD: ("户主姓名", "户主", "户主名", "户主名称"),
    RELATION: ("与户主关系", "与户主的关系", "户主关系", "与户主之关系", "家庭关系", "和户主关系"),
    HOUSEHOLD: ("户编号", "户编码", "家庭编号", "农户编号"),
    PERSON: ("人口编号", "人口编码", "人员编号"),
    TOWN: (
        "镇", "乡", "镇街", "乡镇", "乡(镇)", "乡(镇、街道)", "镇(街)", "镇(街道)", "街道", "乡镇街道", "所在镇",
        "乡镇名称",
    ),
    VILLAGE: ("村", "行政村", "村名", "村(社区)", "所在村", "行政村名称", "村委会", "村民委员会", "村居"),
    GROUP: ("村民小组", "组", "小组", "组别", "村民组"),
    PHONE: ("户联系电话", "联系电话", "电话", "手机号", "手机号码", "联系方式", "电话号码"),
    POPULATION: ("当前家庭人口数", "家庭人口数", "家庭人口", "家庭人数", "户人口数"),
    KIND: ("户类型", "农户类型", "户类别", "农户类别", "户属性", "脱贫户类型"),
    WATCHED: ("监测对象类别", "监测对象类型", "监测类别", "监测对象"),
    CLEARED: ("风险是否已消除", "风险是否消除", "是否消除风险", "是否风险消除", "风险消除情况"),
    "health": ("健康状况", "身体状况", "健康情况"),
    "labour": ("劳动技能", "劳动能力", "劳动力状况", "劳动力类型", "劳动力"),
    "work": ("务工状况", "务工情况", "外出务工状况", "外出务工情况", "务工区域", "是否务工", "务工地点"),
    "school": ("在校生状况", "在校状况", "在校生情况", "就学状况", "在读状况"),
}  # fmt: skip
_MEANINGS = {key(label): meaning for meaning, labels in LABELS.items() for label in labels}
TELLING = "系", "编"  # every word for RELATION or PERSON has one of these, and hardly an answer has
_HEADER_ROWS = 30  # of a sheet's top, where its first header is looked for
_LONGEST = 40


def meaning_of(value: Raw) -> str | None:
    """What a header cell means in a list of persons; None for any other."""
    if type(value) is not str or not value or len(value) > _LONGEST:
        return None
    return _MEANINGS.get(key(value)) or _MEANINGS.get(without_brackets(value))


@dataclass(frozen=True, slots=True)
class PersonHeader:
    """Where the header stands, 0-based, `last` within; meaning → its columns; the text of every column."""

    top: int
    last: int
    columns: Mapping[str, tuple[int, ...]]
    texts: tuple[str, ...]


def find_header(grid: Grid) -> PersonHeader | None:
    """The header of a list with one row a person: 与户主关系 or 人口编号 beside a name; None on any other sheet."""
    for top, row in enumerate(grid.rows[:_HEADER_ROWS]):
        if not any(type(value) is str and (TELLING[0] in value or TELLING[1] in value) for value in row):
            continue
        found = {meaning for value in row if (meaning := meaning_of(value))}
        if found & {RELATION, PERSON} and found & {NAME, HEAD}:
            return _header(grid, top)
    return None


def _header(grid: Grid, top: int) -> PersonHeader:
    """With the rows that its merged cells reach down to; a label further down names what the one above leaves open."""
    last = max((span.bottom for span in grid.merges if span.top == top), default=top)
    last = min(last, top + 3, len(grid.rows) - 1)
    columns: dict[str, list[int]] = {}
    texts = []
    for column in range(grid.width):
        written = [grid.rows[row][column] for row in range(top, last + 1)]
        told = [value.strip() for value in written if isinstance(value, str) and value.strip()]
        meaning = next((m for value in reversed(told) if (m := meaning_of(value))), None)
        if meaning:
            columns.setdefault(meaning, []).append(column)
        texts.append(" ".join(dict.fromkeys(" ".join(text.split()) for text in told)))
    if NAME not in columns:  # a list of heads alone
        columns[NAME] = columns[HEAD]
    return PersonHeader(top, last, {m: tuple(places) for m, places in columns.items()}, tuple(texts))

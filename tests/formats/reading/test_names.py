"""Heads, signatures and groups: what names nobody, and what means the row above."""

from __future__ import annotations

import io
from datetime import date, datetime
from itertools import permutations
from typing import Any

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from paicha.core.pack import Pack
from paicha.formats.reading import HouseholdTable, read_file
from paicha.formats.reading.cell import Bad
from paicha.formats.reading.columns import ColumnParsers

from .conftest import workbook


@pytest.fixture(scope="module")
def parsers(pack: Pack) -> ColumnParsers:
    return ColumnParsers(pack, date(2022, 3, 10))


def read(parsers: ColumnParsers, question: str, raw: Any) -> Any:
    value = parsers.memo(question).column([raw])[0]
    return value.code if isinstance(value, Bad) else value


NOBODY = ["√", "✓", "☑", "V", "X", "×", "○", "◯", "1", 1.0, "1.0", "是", "有", "已签字", "OK", "******", "?", "……",
          "1月3日", "三月五日", "3-Jan", "2022-03-05", "2022年3月", date(2022, 3, 5), datetime(2022, 3, 5, 10, 3),
          "13812345678", "１", " √ ",
          "TRUE", "10:30", "本人"]  # fmt: skip


@pytest.mark.parametrize("raw", NOBODY)
@pytest.mark.parametrize("question", ["surveyors", "head_name"])
def test_what_names_nobody_is_no_name(parsers: ColumnParsers, question: str, raw: Any) -> None:
    assert read(parsers, question, raw) == "R20"


DITTOS = [
    "同上",
    "同 上",
    "同上。",
    "（同上）",
    "同上一户",
    "〃",
    "″",
    "“",
    "”",
    '"',
    "''",
    "＂",
    "々",
    "同前",
]


@pytest.mark.parametrize("raw", DITTOS)
@pytest.mark.parametrize(
    "question",
    ["head_name", "population", "phone", "housing", "civil_aid", "major_expense", "enrol", "policies"],
)
def test_ditto_is_asked_for_where_it_has_no_reading(parsers: ColumnParsers, question: str, raw: str) -> None:
    assert read(parsers, question, raw) == "R22"


PEOPLE = ["张三", "李四", "张 三", "阿依古丽·买买提"]
NOT_PEOPLE = [str(raw) for raw in NOBODY if isinstance(raw, str)] + DITTOS[:9] + ["无", "3月5日"]


@given(
    names=st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=3),
    odd=st.sampled_from(NOT_PEOPLE),
    between=st.sampled_from(["、", "，", ",", "/", "；", "\n", "  ", " "]),
    at=st.integers(0, 3),
)
def test_one_part_that_names_nobody_refuses_a_signature(
    parsers: ColumnParsers, names: list[str], odd: str, between: str, at: int
) -> None:
    parts = [*names[:at], odd, *names[at:]]
    assert read(parsers, "surveyors", between.join(parts)) == "R20", parts


SIGNATURES = [
    ("张三、李四", "张三、李四"), ("张三，李四", "张三、李四"), ("张三 李四", "张三 李四"),
    ("王五（组长）", "王五（组长）"), ("", None),
    ("无", None), ("1.李四", "R20"), ("1、李四", "R20"), ("1李四", "R20"), ("张三√", "R20"), ("张三2022.3.5", "R20"),
    ("张三(3月5日)", "R20"),
    ("2组张三", "2组张三"), ("周一", "周一"), ("张三、、李四", "张三、李四"), ("张三、", "张三"),
]  # fmt: skip


@pytest.mark.parametrize(("raw", "expected"), SIGNATURES)
def test_signatures(parsers: ColumnParsers, raw: str, expected: str | None) -> None:
    assert read(parsers, "surveyors", raw) == expected


GROUPS = [
    ("1.0", "1"), (1.0, "1"), ("一组", "1"), ("1组", "1"), ("第1组", "1"), ("沟岔组", "沟岔组"), ("2号", "2"),
    ("", None),    ("1/3", "R19"), ("1-3", "R19"), ("1.5", "R19"), (1.5, "R19"), ("2022", "R19"),
    (2022.0, "R19"), (46024.0, "R19"), ("46024", "R19"),
    ("1-3组", "R19"), ("1、3组", "R19"), ("1或2组", "R19"), ("-1", "R19"), (0.0, "R19"), ("√", "R19"), ("TRUE", "R19"),
    ("1月2日", "R10"), ("Jan-02", "R10"), ("1月2日组", "R10"), ("2022年3月", "R10"),
    (date(2026, 1, 2), "R10"), ("10:30", "R10"),
    ("610881198001011234", "R25"), ("200", "200"), ("一四组", "一四组"), ("二组、三组", "二组、三组"),
]  # fmt: skip


@pytest.mark.parametrize(("raw", "expected"), GROUPS)
def test_groups(parsers: ColumnParsers, raw: Any, expected: str | None) -> None:
    assert read(parsers, "group", raw) == expected


# Tables -----------------------------------------------------------------------------------------

HEAD = ["序号", "户主姓名", "家庭人口", "联系电话", "居住地", "有无安全住房", "有无义务教育阶段因贫失学辍学学生",
        "有无安全饮水", "家庭成员参加城乡居民(职工)基本医疗保险", "人均年纯收入", "有无较大刚性支出",
        "是否享受民政政策", "是否需要纳入易返贫致贫户", "排查人员签字", "备注", "村民小组", "排查日期"]  # fmt: skip
WHO, REMARK, GROUP, DAY = 13, 14, 15, 16
NAMES = ["刘志强", "高爱莲", "折建国", "贺军", "王秀英", "白宁改"]


def table(pack: Pack, changes: dict[tuple[int, int], Any], blank_behind: int | None = None) -> Any:
    """A table of six households with `changes` by row and column, and what is read from it."""
    rows = [
        [i + 1, name, 3, "13812345678", 1, 2, 3, 2, "0,3,0", 3, 2, 5, 3,
         f"张三{'甲乙丙丁戊己'[i]}", f"备{i}", i + 1, f"2022-03-0{i + 1}"]
        for i, name in enumerate(NAMES)
    ]  # fmt: skip
    for (row, column), value in changes.items():
        rows[row][column] = value
    if blank_behind is not None:
        rows.insert(blank_behind + 1, [])
    found = read_file(workbook(Sheet1=[HEAD, *rows]), "a.xlsx", pack)
    (one,) = [t for t in found.tables if isinstance(t, HouseholdTable)]
    return one, [m for m in found.messages if m.code == "R23"]


@pytest.mark.parametrize("ditto", ["同上", "〃", '"'])
@pytest.mark.parametrize(
    ("column", "name", "above"),
    [
        (WHO, "surveyors", "张三甲"),
        (REMARK, "remark", "备0"),
        (GROUP, "_group", "1"),
        (DAY, "surveyed_on", date(2022, 3, 1)),
    ],
)
def test_ditto_is_the_row_above_and_said(pack: Pack, column: int, name: str, above: Any, ditto: str) -> None:
    """A chain takes the first value; each cell gets its note with the place it was taken from."""
    found, notes = table(pack, {(row, column): ditto for row in (1, 2, 4)})
    values = found.frame[name].to_list()
    assert values[:3] == [above] * 3 and values[4] == values[3] and len(set(values)) == 3
    letter = "ABCDEFGHIJKLMNOPQ"[column]
    assert [note.cell for note in notes] == [f"{letter}3", f"{letter}4", f"{letter}6"]
    assert f"{letter}2" in notes[0].message and ditto in notes[0].message
    assert not found.faults


@pytest.mark.parametrize("column", [WHO, REMARK, GROUP, DAY])
def test_ditto_without_a_row_above_is_asked_for(pack: Pack, column: int) -> None:
    """The first row, a blank row between, a blank or refused cell above; and what chains on it."""
    for changes, blank, refused in (
        ({(0, column): "同上", (1, column): "同上"}, None, [0, 1]),
        ({(2, column): "同上"}, 1, [2]),
        ({(1, column): "", (2, column): "〃"}, None, [2]),
    ):
        found, notes = table(pack, changes, blank)
        assert [(f.row_index, f.code) for f in found.faults] == [(row, "R22") for row in refused]
        assert not notes
    broken = {WHO: "√", GROUP: "1月3日", DAY: "上周"}.get(column)
    if broken:
        found, _ = table(pack, {(1, column): broken, (2, column): "同上"})
        assert [f.row_index for f in found.faults] == [1, 2] and found.faults[1].code == "R22"


def test_ditto_below_a_hidden_row_is_asked_for(pack: Pack) -> None:
    """What the eye sees above is another row than the one right above."""
    rows = [
        [i + 1, name, 3, "13812345678", 1, 2, 3, 2, "0,3,0", 3, 2, 5, 3, "张三" if i < 2 else "同上"]
        for i, name in enumerate(NAMES[:4])
    ]
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        sheet = book.add_worksheet("附件1-1")
        for number, row in enumerate([HEAD[:14], *rows]):
            sheet.write_row(number, 0, row)
        sheet.set_row(2, None, None, {"hidden": True})
    (one,) = [t for t in read_file(stream.getvalue(), "a.xlsx", pack).tables if isinstance(t, HouseholdTable)]
    assert [(fault.cell, fault.code) for fault in one.faults] == [("N4", "R22"), ("N5", "R22")]


@pytest.mark.parametrize("order", list(permutations(range(3)))[:4])
def test_ditto_takes_from_above_only(pack: Pack, order: tuple[int, ...]) -> None:
    """Whatever stands below or in other columns plays no part."""
    words = ["王二", "同上", "赵六"]
    found, _ = table(pack, {(row, WHO): words[pick] for row, pick in enumerate(order)})
    values = [words[pick] for pick in order]
    for row, value in enumerate(values):
        if value == "同上":
            values[row] = values[row - 1] if row else None
    assert found.frame["surveyors"].to_list()[:3] == values


def test_ditto_in_a_roster_is_the_village_above(pack: Pack) -> None:
    """Town, village and class of a roster; a chain holds, and the first row has nothing above it."""
    header = ["镇街", "村", "户主姓名", "家庭人口", "类别"]
    rows = [
        ["大保当镇", "任家伙场村", "刘志强", 3, "一般农户"], ["〃", "同上", "高爱莲", 3, "同上"],
        ["同上", "〃", "折建国", 2, "〃"], ["", "", "贺军", 2, "脱贫户"], ["", "同上", "王秀英", 2, "〃"],
    ]  # fmt: skip
    found = read_file(workbook(Sheet1=[header, *rows]), "a.xlsx", pack)
    (one,) = [t for t in found.tables if isinstance(t, HouseholdTable)]
    assert one.frame["_village"].to_list() == [*["任家伙场村"] * 3, None, None]
    assert one.frame["_town"].to_list()[:3] == ["大保当镇"] * 3
    assert one.frame["_class"].to_list() == [*["general"] * 3, "lifted", "lifted"]
    assert [(fault.cell, fault.code) for fault in one.faults] == [("B6", "R22")]
    assert "村写的是" in one.faults[0].sentence
    assert sorted(m.cell for m in found.messages if m.code == "R23") == [
        "A3",
        "A4",
        "B3",
        "B4",
        "E3",
        "E4",
        "E6",
    ]

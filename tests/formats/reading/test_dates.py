"""Dates and counts in cells that ask something else: none of their numbers ever answers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import islice, product
from typing import Any

import pytest

from paicha.core.pack import Pack, Question
from paicha.formats.reading.cell import Bad
from paicha.formats.reading.columns import ColumnParsers

SPELLINGS = (
    "{m}月{d}日", "{m}月{d}", "{m} 月 {d} 日", "{m}月", "{m}月份", "{m}-{d}月", "{m}、{d}月", "{m}至{d}月份",
    "{m}/{d}月", "{d}日",
    "{d}-{name}", "{name}-{d:02}", "{d} {long} 2022", "{long} {d}, 2022", "{name} 2022", "{d}-{name}-22",
    "2022年{m}月{d}日", "2022-{m}-{d}", "2022/{m}/{d}", "2022.{m}.{d}", "{m}/{d}/2022", "2022-{m:02}",
    "2022年{m}月", "2022年", "22年{m}月", "2022-{m:02}-{d:02} 10:30:00", "{m}月{d}日 10:30",
    "2022-{m:02}-{d:02}T00:00:00.000Z",
    "{cm}月{cd}日", "二〇二二年{cm}月", "{m}月上旬", "2022年{m}月{d}日星期一", "{d:02}:{m:02}:00",
)  # fmt: skip
NAMES = ("", "January", "February", "March", "April", "May")
CHINESE = "〇一二三四五"
DAYS = [
    spelling.format(m=m, d=d, name=NAMES[m][:3], long=NAMES[m], cm=CHINESE[m], cd=CHINESE[d])
    for spelling, m, d in product(SPELLINGS, (1, 2), (1, 3, 5))
]
BETWEEN = ("、", "，", ",", "/", ";", "；", "：", ":", ".", " ", "\n", "-", "（", "和", "")
WIDE = str.maketrans({code - 0xFEE0: code for code in range(0xFF10, 0xFF1A)})


@pytest.fixture(scope="module")
def parsers(pack: Pack) -> ColumnParsers:
    return ColumnParsers(pack, date(2022, 3, 10))


def asked(pack: Pack) -> list[Question]:
    return [q for name in pack.answer_questions if (q := pack.questions[name]).options]


def spread(questions: list[Question], step: int) -> Iterator[tuple[Question, str, str]]:
    """Question, date, what stands between: one of `step` combinations, evenly spread (all of them were run once)."""
    return islice(product(questions, DAYS, BETWEEN), 0, None, step)


def answer(parsers: ColumnParsers, question: Question, raw: Any) -> tuple[list[int], str | None] | None:
    """The options that were read and their text; None where the cell is refused."""
    value = parsers.memo(question.name).column([raw])[0]
    if isinstance(value, Bad):
        return None
    numbers = list(value) if isinstance(value, tuple) else [] if value is None else [value]
    reader = parsers.choices[question.name]
    return numbers, parsers.beside(question.name).column([raw])[0] if reader.text_question else None


def test_a_date_beside_an_option_is_never_one(pack: Pack, parsers: ColumnParsers) -> None:
    """`1月3日、2`, `2：3-Jan`, `1月3日 住院`: refused, wherever the date stands beside a bare number or a word."""
    wrong = []
    for question, day, between in spread(asked(pack), 7):
        number = question.options[-1].number
        forms = [f"{day}{between}住院", f"{day.translate(WIDE)}{between}住院", f"({day}){between}"]
        if between and (between not in ".-/: " or not day[-1].isdigit()):
            forms.append(f"{day}{between}{number}")
        if between and (between not in ".-/: 、，,和" or not day[0].isdigit()):
            forms.append(f"{number}{between}{day}")
        wrong += [
            (question.name, raw, found)
            for raw in forms
            if (found := answer(parsers, question, raw)) is not None
        ]
    assert not wrong, (len(wrong), wrong[:: max(1, len(wrong) // 40)])


def test_a_labelled_option_stands_beside_any_date(pack: Pack, parsers: ColumnParsers) -> None:
    """`3.否 1月3日` says 3 or is refused, nothing else."""
    wrong = []
    for question, day, between in spread(asked(pack), 31):
        for option in question.options:
            for raw in (f"{option.number}.{option.label}{between}{day}", f"{day}{between}{option.label}"):
                found = answer(parsers, question, raw)
                if found is not None and found[0] != [option.number]:
                    wrong.append((question.name, raw, found))
    assert not wrong, (len(wrong), wrong[:: max(1, len(wrong) // 40)])


def test_a_reason_may_hold_a_date(pack: Pack, parsers: ColumnParsers) -> None:
    """`1.有，原因：1月3日住院` is 1 with the whole reason; a reason of nothing but a date is asked for."""
    for question in asked(pack):
        option = next((o for o in question.options if o.text), None)
        if option is None:
            continue
        for day in DAYS:
            whole = f"{option.number}.{option.label}，原因：{day}住院"
            found = answer(parsers, question, whole)
            assert found is not None and found[0] == [option.number], whole
            assert found[1] == f"{day}住院", whole
            assert answer(parsers, question, f"{option.number}.{option.label}，原因：{day}") is None


CELLS = [
    ("major_expense", "1月3日、2", None), ("major_expense", "1月3日 住院", None),
    ("major_expense", "1.有,原因1月3日", None),
    ("major_expense", "2：3-Jan", None), ("housing", "2：3-Jan", None), ("livelihood", "1-3月", None),
    ("livelihood", "1/3、2", None), ("civil_aid", "1/3、2", None), ("civil_aid", "1/3", ([1, 3], None)),
    ("civil_aid", "1、3", ([1, 3], None)), ("civil_aid", "4,2022年3月高龄补贴", ([4], "2022年3月高龄补贴")),
    ("major_expense", "1.3月住院", ([1], "3月住院")),
    ("major_expense", "1，2022年3月住院", ([1], "2022年3月住院")),
    ("major_expense", "1 去年12月车祸", ([1], "去年12月车祸")),
    ("major_expense", "有，2021-12-03车祸", ([1], "2021-12-03车祸")),
    ("housing", "1:03", None), ("livelihood", "01:03:00", None), ("housing", "2号", ([2], None)),
    ("livelihood", "1,2", ([1, 2], None)), ("enrol", "3.否", ([3], None)),
]  # fmt: skip


@pytest.mark.parametrize(("name", "raw", "expected"), CELLS)
def test_cells(pack: Pack, parsers: ColumnParsers, name: str, raw: str, expected: object) -> None:
    found = answer(parsers, pack.questions[name], raw)
    assert (found if found is None or found[1] else (found[0], None)) == expected


def test_counts_and_phones(pack: Pack, parsers: ColumnParsers) -> None:
    """No count is read out of a date either, alone or beside a number."""
    column = next(c for c in pack.household_forms["general"].columns if c.parts)
    parts = parsers.parts(column.name, column.parts)
    wrong = []
    for day in DAYS:
        for raw in (day, f"{day} 3", f"3 {day}", f"{day}、居民3人", f"居民{day}"):
            wrong += [
                (raw, v)
                for name in ("population", "income")
                if not isinstance(v := parsers.memo(name)[raw], Bad)
            ]
            if not isinstance(v := parts[raw], Bad):
                wrong.append((raw, v))
    assert not wrong, (len(wrong), wrong[:40])


COUNTED = ("人", "个", "口人", "岁", "次", "天", "年", "万", "万元", "元", "块", "千元", "亩", "斤", "级残疾",
           "组", "间房", "孔窑", "名学生", "位老人", "头牛", "个孩子上大学", "人务工", "年前车祸", "%", "个月", "年级",
           "小时")  # fmt: skip


@pytest.mark.parametrize("behind", COUNTED)
def test_a_number_that_counts_something_is_no_option(pack: Pack, parsers: ColumnParsers, behind: str) -> None:
    """`3万元` is no 6000元—10000元, `2人务工` no 务工 of two, `1级残疾` no 低保."""
    for question in asked(pack):
        for option in question.options:
            for raw in (
                f"{option.number}{behind}",
                f"约{option.number}{behind}",
                f"{option.number}{behind}，住院",
            ):
                assert answer(parsers, question, raw) is None, (question.name, raw)


REASONS = [
    "年老多病",
    "人口多",
    "天灾",
    "口腔癌",
    "次子车祸",
    "个体经营亏损",
    "头部受伤",
    "只有老人",
    "患病3年",
    "2021年花费3万元",
]


@pytest.mark.parametrize("reason", REASONS)
def test_a_reason_may_begin_like_a_count_and_hold_one(
    pack: Pack, parsers: ColumnParsers, reason: str
) -> None:
    for raw in (f"1{reason}", f"1、{reason}", f"1.有，原因：{reason}"):
        if not (reason[0].isdigit() and raw[1] == reason[0]):
            assert answer(parsers, pack.questions["major_expense"], raw) == ([1], reason)

"""What clerks write in one cell, and what it means: a table of cells and readings."""

from __future__ import annotations

import time
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paicha.core.pack import Pack
from paicha.formats.reading import read_file
from paicha.formats.reading.cell import Bad
from paicha.formats.reading.columns import ColumnParsers
from paicha.formats.reading.parts import EVERYBODY

from .conftest import workbook


@pytest.fixture(scope="module")
def parsers(pack: Pack) -> ColumnParsers:
    return ColumnParsers(pack, date(2022, 3, 10))


def read(parsers: ColumnParsers, question: str, raw: Any) -> Any:
    """The reading of one cell: its value, or the code of its fault; with its text where options ask for one."""
    value = parsers.memo(question).column([raw])[0]
    if isinstance(value, Bad):
        return value.code
    value = list(value) if isinstance(value, tuple) else value
    if question in parsers.choices and parsers.choices[question].text_question:
        return value, parsers.beside(question).column([raw])[0]
    return value


SINGLE = [
    ("housing", "", None), ("housing", "  ", None), ("housing", "/", None), ("housing", "-", None),
    ("housing", 3.0, 3), ("housing", 3, 3), ("housing", "3", 3), ("housing", "3.0", 3),
    ("housing", "3.", 3), ("housing", "3、", 3), ("housing", "(3)", 3), ("housing", "（3）", 3),
    ("housing", "3)", 3), ("housing", "③", 3), ("housing", "⒊", 3), ("housing", "⑶", 3), ("housing", "３", 3),
    ("housing", "３．", 3), ("housing", "3.租房且安全", 3), ("housing", "3、租房且安全", 3),
    ("housing", "3租房且安全", 3), ("housing", "③租房且安全", 3), ("housing", "3 租房且安全", 3),
    ("housing", "租房且安全", 3), ("housing", " 租房 且安全 ", 3), ("housing", "3.租房", 3),
    ("housing", "2.租房且安全", "R03"), ("housing", "2.租房", "R03"), ("housing", "选3", 3), ("housing", "第3项", 3),
    ("housing", 1.5, "R01"), ("housing", "1.5", "R01"), ("housing", "1或2", "R01"), ("housing", "1、2", "R02"),
    ("housing", "1/2", "R02"), ("housing", "1-2", "R02"), ("housing", "不详", "R01"), ("housing", "?", "R01"),
    ("housing", "待定", "R01"), ("housing", 7.0, 7), ("housing", "7", 7), ("housing", "0", 0), ("housing", "-1", -1),
    ("housing", "99999999", "R01"), ("housing", "TRUE", "R01"), ("housing", "√", "R04"), ("housing", "安全", "R01"),
    ("housing", "1.不安全 2.√自有住房且安全 3.租房且安全", 2),
    ("housing", "1.不安全\n2.自有住房且安全√\n3.租房且安全", 2),
    ("housing", "□1.不安全 ☑2.自有住房且安全 □3.租房且安全", 2),
    ("housing", "1.不安全□ 2.自有住房且安全☑ 3.租房且安全□", 2),
    ("housing", "1.不安全 √2.自有住房且安全 3.租房且安全", 2),
    ("housing", "1.不安全 2√.自有住房且安全 3.租房且安全", 2),
    ("housing", "1.不安全 2.自有住房且安全 3.租房且安全", "R04"),
    ("housing", "1.√不安全 2.√自有住房且安全 3.租房且安全", "R02"),
    ("housing", "2√", 2), ("housing", "√2", 2), ("housing", date(2022, 1, 2), "R10"),
    ("residence", "本村", 1), ("residence", "1本村", 1), ("residence", "城区", 3), ("residence", "本村外", "R01"),
    ("residence", "5.市外（内蒙古）", 5), ("residence", "5市外", 5), ("residence", "村外镇内", 2),
    ("income_band", "4000元以下", 1), ("income_band", "1.4000元以下", 1), ("income_band", "14000元以下", 1),
    ("income_band", "2.4000元—6000元（含）", 2), ("income_band", "4000-6000元", 2),
    ("income_band", "6000元～10000元", 3),
    ("income_band", "10000元以上", 4), ("income_band", "4.10000元以上", 4), ("income_band", 5000.0, 5000),
    ("enrol", "是", 1), ("enrol", "否", 3), ("enrol", "不是", "R01"), ("enrol", "不确定，需研判", 2),
    ("enrol", "2.不确定", 2), ("enrol", "3否", 3), ("enrol", "3.否", 3), ("enrol", "1.否", "R03"),
    ("enrol", "不确定", 2), ("enrol", "是或否", "R01"), ("enrol", "□是 □不确定,需研判 ☑否", 3),
    ("enrol", "无", None), ("enrol", "是√ 否", 1),
    ("schooling", "无义务教育阶段学生", 3), ("schooling", "2有学生且无失学辍学", 2),
    ("water", "1", 1), ("water", "自来水供水且安全", 2), ("water", "2.自来水", 2),
]  # fmt: skip

TEXTS = [
    ("major_expense", 1.0, (1, None)), ("major_expense", "1", (1, None)), ("major_expense", "2", (2, None)),
    ("major_expense", "无", (2, None)), ("major_expense", "没有", (2, None)), ("major_expense", "2.无", (2, None)),
    ("major_expense", "有", (1, None)), ("major_expense", "1.有,原因大病住院", (1, "大病住院")),
    ("major_expense", "1.有，原因：大病住院", (1, "大病住院")), ("major_expense", "1,大病住院", (1, "大病住院")),
    ("major_expense", "1、大病", (1, "大病")), ("major_expense", "1大病", (1, "大病")),
    ("major_expense", "1（大病）", (1, "大病")), ("major_expense", "有(孩子上大学)", (1, "孩子上大学")),
    ("major_expense", "有，原因孩子上学", (1, "孩子上学")), ("major_expense", "1.有,原因____", (1, None)),
    ("major_expense", "1,住院2次", (1, "住院2次")),
    ("major_expense", "①有，原因车祸,花费30000元", (1, "车祸,花费30000元")),
    ("major_expense", "2,大病", (2, "大病")), ("major_expense", "1或2", "R02"), ("major_expense", "1,2", "R02"),
    ("major_expense", "大病住院", "R01"), ("major_expense", "√1.有,原因大病 2.无", (1, "大病")),
    ("major_expense", "1.有,原因 2.√无", (2, None)), ("major_expense", "", (None, None)),
    ("major_expense", "有无", "R04"), ("major_expense", "1.有，原因:无劳动力", (1, "无劳动力")),
    ("major_expense", "1 有 原因 父亲患癌，2021年花费5万元", (1, "父亲患癌，2021年花费5万元")),
    ("civil_aid", 5.0, ([5], None)), ("civil_aid", "否", ([5], None)), ("civil_aid", "无", ([5], None)),
    ("civil_aid", "1", ([1], None)), ("civil_aid", "1、3", ([1, 3], None)), ("civil_aid", "1，3", ([1, 3], None)),
    ("civil_aid", "1;3", ([1, 3], None)), ("civil_aid", "1/3", ([1, 3], None)), ("civil_aid", "1 3", ([1, 3], None)),
    ("civil_aid", "1\n3", ([1, 3], None)), ("civil_aid", "①③", ([1, 3], None)), ("civil_aid", "13", ([1, 3], None)),
    ("civil_aid", 13.0, ([1, 3], None)), ("civil_aid", "31", ([1, 3], None)), ("civil_aid", "低保", ([1], None)),
    ("civil_aid", "低保、临时救助", ([1, 3], None)), ("civil_aid", "1.低保 3.临时救助", ([1, 3], None)),
    ("civil_aid", "1和3", ([1, 3], None)), ("civil_aid", "1或3", "R02"), ("civil_aid", "1-3", "R01"),
    ("civil_aid", 1.3, "R01"), ("civil_aid", "5、1", ([1, 5], None)), ("civil_aid", "7", ([7], None)),
    ("civil_aid", "11", ([11], None)), ("civil_aid", "17", ([17], None)), ("civil_aid", "特困", ([2], None)),
    ("civil_aid", "4,高龄补贴", ([4], "高龄补贴")), ("civil_aid", "4其他(孤儿补助)", ([4], "孤儿补助")),
    ("civil_aid", "4.其他：残疾补贴", ([4], "残疾补贴")), ("civil_aid", "1,4残疾补贴", ([1, 4], "残疾补贴")),
    ("civil_aid", "低保、其他：高龄补贴", ([1, 4], "高龄补贴")),
    ("civil_aid", "1.低保 4.其他 高龄补贴", ([1, 4], "高龄补贴")),
    ("civil_aid", "4.其他____", ([4], None)), ("civil_aid", "不详", "R01"), ("civil_aid", "高龄补贴", "R01"),
    ("civil_aid", "1.√低保 2.特困供养 3.√临时救助 4.其他____ 5.否", ([1, 3], None)),
    ("civil_aid", "☑低保 □特困供养 □临时救助 □其他 □否", ([1], None)),
    ("civil_aid", "1.低保 2.特困供养 3.临时救助 4.其他____ 5.否", "R04"),
    ("civil_aid", date(2022, 1, 3), "R10"), ("civil_aid", "", (None, None)),
    ("livelihood", "1,2", [1, 2]), ("livelihood", "12", [1, 2]), ("livelihood", "无", [4]),
    ("livelihood", "农业 务工", [1, 2]), ("livelihood", "1农业2务工", [1, 2]), ("livelihood", "务工", [2]),
    ("livelihood", "1、务工", "R03"), ("livelihood", "农业、务工、自主经营", [1, 2, 3]), ("livelihood", "4.无", [4]),
]  # fmt: skip

COUNTS = [
    ("population", "", None), ("population", 3.0, 3), ("population", "3人", 3), ("population", "３口", 3),
    ("population", "三口人", 3), ("population", "3.0", 3), ("population", "共3人", 3), ("population", "3户", 3),
    ("population", 1.5, "R05"), ("population", "3-4", "R05"), ("population", "约3人", "R05"),
    ("population", "3或4", "R05"), ("population", "不详", "R05"), ("population", 25.0, 25), ("population", "-1", -1),
    ("population", "十二", 12), ("population", date(2022, 1, 3), "R10"), ("population", "TRUE", "R05"),
    ("income", "8,000元", 8000), ("income", "1.2万元", 12000), ("income", "8000元/年", 8000),
    ("income", 8000.0, 8000),
]  # fmt: skip

DATES = [
    ("surveyed_on", date(2022, 3, 15), date(2022, 3, 15)),
    ("surveyed_on", datetime(2022, 3, 15, 9), date(2022, 3, 15)),
    ("surveyed_on", "2022-03-15", date(2022, 3, 15)), ("surveyed_on", "2022/3/15", date(2022, 3, 15)),
    ("surveyed_on", "2022.3.15", date(2022, 3, 15)), ("surveyed_on", "2022年3月15日", date(2022, 3, 15)),
    ("surveyed_on", "２０２２年３月１５日", date(2022, 3, 15)), ("surveyed_on", "20220315", date(2022, 3, 15)),
    ("surveyed_on", 20220315.0, date(2022, 3, 15)), ("surveyed_on", 44635.0, date(2022, 3, 15)),
    ("surveyed_on", "44635", date(2022, 3, 15)), ("surveyed_on", "3月15日", date(2022, 3, 15)),
    ("surveyed_on", "3月15号", date(2022, 3, 15)), ("surveyed_on", "二〇二二年三月十五日", date(2022, 3, 15)),
    ("surveyed_on", "22.3.15", date(2022, 3, 15)), ("surveyed_on", "22年3月15日", date(2022, 3, 15)),
    ("surveyed_on", "2022-03-15 10:30:00", date(2022, 3, 15)), ("surveyed_on", "三月十五日", date(2022, 3, 15)),
    ("surveyed_on", "15/3/2022", date(2022, 3, 15)), ("surveyed_on", "3/15/2022", date(2022, 3, 15)),
    ("surveyed_on", "3/4/2022", "R09"), ("surveyed_on", "2022年3月", "R09"), ("surveyed_on", "2022-02-30", "R09"),
    ("surveyed_on", "上周", "R09"), ("surveyed_on", 3.0, "R09"), ("surveyed_on", "", None),
]  # fmt: skip

OTHERS = [
    ("phone", 13812345678.0, "13812345678"), ("phone", "138-1234-5678", "13812345678"),
    ("phone", "138 1234 5678", "13812345678"), ("phone", "1.3812345678E+10", "13812345678"),
    ("phone", "1.38E+10", "R11"), ("phone", "+86 13812345678", "13812345678"),
    ("phone", "０９１２-8331234", "0912-8331234"),
    ("phone", "09128331234", "0912-8331234"), ("phone", "(0912)8331234", "0912-8331234"), ("phone", "无", None),
    ("phone", "1381234567", "1381234567"), ("phone", "", None),
    ("phone", "13812345678/13912345678", "13812345678/13912345678"),
    ("phone", "１３８１２３４５６７８", "13812345678"), ("phone", 13812345678, "13812345678"),
    ("group", "2", "2"), ("group", 2.0, "2"), ("group", "二组", "2"), ("group", "第2组", "2"), ("group", "２组", "2"),
    ("group", "第二村民小组", "2"), ("group", "沟岔组", "沟岔组"), ("group", "十二组", "12"), ("group", "", None),
    ("group", "2小组", "2"), ("group", "无", None),
    ("head_name", "刘志强", "刘志强"), ("head_name", " 刘志强 ", "刘志强"), ("head_name", "张　三", "张 三"),
    ("head_name", "无", None), ("head_name", "阿依古丽·买买提", "阿依古丽·买买提"),
    ("surveyors", "张三,李四", "张三、李四"), ("surveyors", "张三\n李四", "张三、李四"),
    ("surveyors", "张三 李四", "张三 李四"),
    ("remark", "无", None), ("remark", "-", None), ("remark", "____", None),
    ("remark", "外出，未联系上", "外出，未联系上"),
    ("remark", 3.0, "3"), ("remark", "没有。", None), ("remark", "＃３号", "＃3号"),
]  # fmt: skip


@pytest.mark.parametrize(("question", "raw", "expected"), SINGLE + TEXTS + COUNTS + DATES + OTHERS)
def test_cell(parsers: ColumnParsers, question: str, raw: Any, expected: Any) -> None:
    assert read(parsers, question, raw) == expected


ALL = EVERYBODY
INSURANCE = [
    ("", (None, None, None)), ("1.未参加0人 2.参加城乡居民医保3人 3.参加职工医保1人", (0, 3, 1)),
    ("1未参加0人2参加城乡居民医保3人3参加职工医保1人", (0, 3, 1)), ("未参加0,居民3,职工1", (0, 3, 1)),
    ("居民3职工1", (None, 3, 1)), ("3人居民医保，1人职工医保", (None, 3, 1)), ("居民医保3人", (None, 3, None)),
    ("0,3,1", (0, 3, 1)), ("0/3/1", (0, 3, 1)), ("0、3、1", (0, 3, 1)), ("0 3 1", (0, 3, 1)), ("0-3-1", (0, 3, 1)),
    ("0人、3人、1人", (0, 3, 1)), ("1.0人 2.3人 3.1人", (0, 3, 1)), ("①0人②3人③1人", (0, 3, 1)),
    ("2.3人", (None, 3, None)),
    ("未参加：无；居民医保：三人", (0, 3, None)),
    ("1.未参加____人 2.参加城乡居民医保3人 3.参加职工医保____人", (None, 3, None)),
    ("全部参加居民医保", (None, ALL, None)), ("全家城乡居民医保", (None, ALL, None)), ("均未参加", (ALL, None, None)),
    ("居民医保4", (None, 4, None)), ("新农合5人", (None, 5, None)), ("2人参加城乡居民医保 1人未参保", (1, 2, None)),
    ("1.未参加城乡居民医保1人 2.参加城乡居民医保3人", (1, 3, None)), ("参加城乡居民医保3人，未参加1人", (1, 3, None)),
    ("3", "R08"), (3.0, "R08"), (2.3, "R08"), ("居民医保", "R08"), ("1未参加 2参加城乡居民医保", "R08"),
    ("居民3或4人", "R08"), ("不详", "R08"), ("0,3", "R08"), ("0,3,1,2", "R08"), ("居民3人居民1人", "R08"),
]  # fmt: skip


@pytest.mark.parametrize(("raw", "expected"), INSURANCE)
def test_counts_in_one_cell(parsers: ColumnParsers, pack: Pack, raw: Any, expected: Any) -> None:
    column = next(c for c in pack.household_forms["general"].columns if c.parts)
    value = parsers.parts(column.name, column.parts).column([raw])[0]
    assert (value.code if isinstance(value, Bad) else value) == expected


SIGNS = "0123456789.、,，;；/-()（）①③√☑□ \n_"
WORDS = "有无是否不或全部人户元万年月日未参加居民职工医保低特困其他原因本村市外"
CLERKS = st.text(alphabet=SIGNS + WORDS, max_size=24)


@given(raw=CLERKS)
@settings(max_examples=300)
def test_any_text_has_a_reading_or_a_fault(pack: Pack, parsers: ColumnParsers, raw: str) -> None:
    """Nothing raises, numbers stay storable, and what was chosen was written there."""
    for question in pack.answer_questions:
        kind = pack.questions[question].type
        value = parsers.memo(question).column([raw])[0]
        if isinstance(value, Bad) or value is None:
            continue
        if kind == "choice":
            assert -32_768 <= value <= 32_767
        elif kind == "choices":
            assert list(value) == sorted(set(value)) and value


@pytest.mark.parametrize(
    "piece",
    ["1. ", "家庭成员", "参加", "√", "(1)", "1、", "居民 ", "\n", "、 \n", "二", "本 ", "有", "0", "—"],
)
def test_endless_cells_take_no_time(pack: Pack, parsers: ColumnParsers, piece: str) -> None:
    """No pattern runs away on the 32,767 characters that a cell may hold: one that did would take hours."""
    raw = piece * (32_000 // len(piece)) + "x"
    column = next(c for c in pack.household_forms["general"].columns if c.parts)
    started = time.process_time()
    for question in pack.answer_questions:
        parsers.memo(question).column([raw])
    parsers.parts(column.name, column.parts).column([raw])
    read_file(workbook(Sheet1=[[raw, raw], [raw, "户主姓名", "家庭人口"], [1, raw, 3]]), "a.xlsx", pack)
    assert time.process_time() - started < 60


DATES = (
    "1月3日",
    "3-Jan",
    "Jan-02",
    "2月1日",
    "1月",
    "3月5号",
    "2026年1月3日",
    "01-Mar",
    "Mar-22",
    "2026/1/3",
    "一月三日",
)


@pytest.mark.parametrize("text", DATES)
@pytest.mark.parametrize(
    "question",
    ["housing", "livelihood", "major_expense", "civil_aid", "residence", "population", "group", "phone"],
)
def test_a_date_written_as_text_answers_nothing(parsers: ColumnParsers, question: str, text: str) -> None:
    assert read(parsers, question, text) == "R10"


MANGLED = [
    ("group", "1.0", "1"), ("group", 2.0, "2"), ("group", 46024.0, "R19"), ("group", "46024", "R19"),
    ("surveyors", "同上", "R22"), ("surveyors", "〃", "R22"), ("surveyors", "√", "R20"), ("surveyors", 1.0, "R20"),
    ("surveyors", "1月3日", "R20"), ("surveyors", date(2026, 1, 2), "R20"), ("surveyors", "张三/李四", "张三、李四"),
    ("surveyors", "", None), ("remark", "1月3日", "1月3日"), ("housing", "1.不安全", 1),
    ("population", "2000.0", 2000), ("income", "1900.00", 1900), ("group", "2号", "2"), ("housing", "2号", 2),
    ("surveyors", "周一", "周一"),
]  # fmt: skip


@pytest.mark.parametrize(("question", "raw", "expected"), MANGLED)
def test_what_a_spreadsheet_left_of_a_cell(
    parsers: ColumnParsers, question: str, raw: Any, expected: object
) -> None:
    assert read(parsers, question, raw) == expected

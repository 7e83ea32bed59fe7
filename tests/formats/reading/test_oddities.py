"""What is wrong with a cell whatever it asks: lost digits, ID numbers, moments with a zone or without."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any

import pytest

from paicha.core.pack import Pack
from paicha.formats.reading import HouseholdTable, VillageTable, raw_rows, read_file
from paicha.formats.reading.cell import Bad
from paicha.formats.reading.columns import ColumnParsers
from paicha.formats.reading.grid import Raw

from .conftest import workbook

HEAD = ["户主姓名", "家庭人口", "联系电话", "居住地", "有无安全住房", "有无安全饮水", "是否需要纳入易返贫致贫户",
        "排查人员签字",        "备注", "户编号", "排查日期"]  # fmt: skip
ROW = ["刘志强", 3, "13812345678", 1, 2, 2, 3, "张三", "", "", ""]


@pytest.fixture(scope="module")
def parsers(pack: Pack) -> ColumnParsers:
    return ColumnParsers(pack, date(2022, 3, 10))


def read(parsers: ColumnParsers, question: str, raw: Any) -> Any:
    value = parsers.memo(question).column([raw])[0]
    return value.code if isinstance(value, Bad) else value


def table(pack: Pack, *rows: list[Any]) -> tuple[HouseholdTable, list[Any]]:
    found = read_file(workbook(Sheet1=[HEAD, *rows]), "a.xlsx", pack)
    (one,) = [t for t in found.tables if isinstance(t, HouseholdTable)]
    return one, list(found.messages)


LONG = [
    6.10881198001011e17,
    1e15,
    2.0**53,
    6108811980010112.0,
    "6.10881E+17",
    "6.10881198001011E+17",
    "1.36E+10",
    "1E+18",
]
TEXTS = ["phone", "remark", "policies", "surveyors", "head_name", "group", "population", "housing", "civil_aid",
         "major_expense", "surveyed_on"]  # fmt: skip


@pytest.mark.parametrize("raw", LONG)
@pytest.mark.parametrize("question", TEXTS)
def test_lost_digits_are_asked_for(parsers: ColumnParsers, question: str, raw: Any) -> None:
    assert read(parsers, question, raw) == "R11"


KEPT = [
    ("phone", 1.3584517282e10, "13584517282"), ("phone", "1.3584517282E+10", "13584517282"),
    ("remark", 999999999999999.0, "999999999999999"), ("remark", "6217000010001234567", "6217000010001234567"),
    ("income", 1e6, 1_000_000), ("population", "3", 3), ("remark", "E10", "E10"),
]  # fmt: skip


@pytest.mark.parametrize(("question", "raw", "expected"), KEPT)
def test_whole_numbers_keep_their_digits(
    parsers: ColumnParsers, question: str, raw: Any, expected: Any
) -> None:
    assert read(parsers, question, raw) == expected


def test_a_household_number_that_lost_its_digits_is_asked_for(pack: Pack) -> None:
    for number in LONG:
        found, _ = table(pack, [*ROW[:9], number, ""])
        assert [(fault.code, fault.cell) for fault in found.faults] == [("R11", "J2")], number
        assert found.faults[0].sentence.startswith("户编号")
    found, _ = table(pack, [*ROW[:9], "6108811980010112345", ""])
    assert not found.faults and found.frame["_key"].to_list() == ["6108811980010112345"]


IDS = ["610881198001011234", "61088119800101123X", "６１０８８１１９８００１０１１２３４", "610881 19800101 1234",
       "身份证610881199912311234，外出", "张三610881198001011234", "610881800101123", "证号610881800101123。",
       610881800101123, 610881800101123.0]  # fmt: skip


@pytest.mark.parametrize("raw", IDS)
@pytest.mark.parametrize("question", [*TEXTS, "insurance"])
def test_an_id_number_is_kept_nowhere(pack: Pack, parsers: ColumnParsers, question: str, raw: Raw) -> None:
    column = next(c for c in pack.household_forms["general"].columns if c.parts)
    value = (parsers.parts("insurance", column.parts) if question == "insurance" else parsers.memo(question))[
        raw
    ]
    assert isinstance(value, Bad) and value.code == "R25"
    assert "1234" not in value.read and "123X" not in value.read and "1123" not in value.read
    assert not isinstance(raw, str) or "610881" in value.read


def test_an_id_number_in_a_reason_or_a_row_handed_back(pack: Pack, parsers: ColumnParsers) -> None:
    raw = "1.有，原因：610881198001011234住院"
    assert read(parsers, "major_expense", raw) == "R25" and parsers.beside("major_expense")[raw] is None
    data = workbook(Sheet1=[HEAD, [*ROW[:8], "证610881198001011234", "", ""]])
    assert raw_rows(data, "a.xlsx", "Sheet1", [2])[2]["I"] == "证610881" + "*" * 12


def test_an_id_number_in_the_problem_list(pack: Pack) -> None:
    lines = [
        ["大保当镇任家伙场村防止返贫动态监测集中排查问题清单"], ["序号", "类型", "具体问题"],
        [1, "“两不愁三保障”和饮水安全方面", "张三610881198001011234没有安全住房"], [2, "帮扶政策落实方面", "缺水"],
    ]  # fmt: skip
    (one,) = read_file(workbook(附件3=lines), "a.xlsx", pack).tables
    assert isinstance(one, VillageTable)
    assert [(fault.code, fault.cell) for fault in one.faults] == [("R25", "C3")] and "1234" not in str(
        one.faults
    )
    assert [text for _, text, _ in one.problems] == ["缺水"]


def test_ditto_is_spelt_out_where_a_row_is_handed_back(pack: Pack) -> None:
    """The row above stays behind: 同上 would mean another one. What had no reading stays as it was typed."""
    rows = [[*ROW[:7], who, who, "", ""] for who in ("张三", "同上", "〃")]
    data = workbook(Sheet1=[HEAD, *rows])
    found = raw_rows(data, "a.xlsx", "Sheet1", [3, 4], {"H3", "H4"})
    assert [found[row][letter] for row in (3, 4) for letter in "HI"] == ["张三", "同上", "张三", "〃"]


EAST, WEST = timezone(timedelta(hours=8)), timezone(timedelta(hours=-5))
MOMENTS = [
    ("2022-03-11T00:00:00.000Z", 11), ("2022-03-11T00:00:00+00:00", 11), ("2022-03-11T00:00:00+08:00", 11),
    ("2022-03-11 00:00:00 +0800", 11), ("2022-03-11T00:00:00.0000000+08:00", 11), ("2022-03-11T00:00:00-05:00", 11),
    ("2022-03-10T16:00:00.000Z", 11), ("2022-03-10T15:59:17.000Z", 11), ("2022-03-11T08:30:00Z", 11),
    ("2022-03-10T15:30:00Z", 10), ("2022-03-11T23:30:00+08:00", 11), ("2022-03-11T09:00:00.123+0800", 11),
    (datetime(2022, 3, 11, tzinfo=UTC), 11), (datetime(2022, 3, 10, 16, tzinfo=UTC), 11),
    (datetime(2022, 3, 11, tzinfo=EAST), 11), (datetime(2022, 3, 11, tzinfo=WEST), 11), (datetime(2022, 3, 10, 16), 10),
    ("2022-03-10 16:00:00", 10),
]  # fmt: skip


@pytest.mark.parametrize(("raw", "day"), MOMENTS)
def test_a_moment_with_its_zone_is_a_day_in_beijing(parsers: ColumnParsers, raw: Any, day: int) -> None:
    assert read(parsers, "surveyed_on", raw) == date(2022, 3, day)


@pytest.mark.parametrize(
    "raw", ["2022-03-11T25:00:00Z", "2022-13-11T00:00:00Z", "2022-03-11T00:00:00+99:99", "T00:00:00Z"]
)
def test_a_moment_that_is_none_is_asked_for(parsers: ColumnParsers, raw: str) -> None:
    assert read(parsers, "surveyed_on", raw) == "R09"


def test_a_day_that_its_zone_moved_is_said(pack: Pack) -> None:
    texts = ["2022-03-10T16:00:00.000Z", "2022-03-11T00:00:00.000Z", "2022-03-11"]
    found, messages = table(pack, *[[*ROW[:10], text] for text in texts])
    assert found.frame["surveyed_on"].to_list() == [date(2022, 3, 11)] * 3
    assert [(m.code, m.cell) for m in messages if m.code == "R24"] == [("R24", "K2")]


@pytest.mark.parametrize(
    "four", [datetime(2022, 3, 10, 16), "2022-03-10 16:00:00", "2022-03-10T16:00:00.000"]
)
def test_four_oclock_in_every_row_is_said_once(pack: Pack, four: Any) -> None:
    """ExcelJS in Shanghai writes the 11th so; everybody sees the 10th, which is taken and said."""
    for cells, expected in (([four, four, ""], ["K2"]), ([four, "2022-03-11"], []), ([four], [])):
        found, messages = table(pack, *[[*ROW[:10], cell] for cell in cells])
        assert set(found.frame["surveyed_on"].to_list()) <= {date(2022, 3, 10), date(2022, 3, 11), None}
        assert [m.cell for m in messages if m.code == "R26"] == expected, cells


def ods(written: str, shown: str) -> bytes:
    """A sheet with one time in the column of the housing question, as LibreOffice writes it."""

    def row(texts: list[str], more: str = "") -> str:
        cells = (
            f"<table:table-cell office:value-type='string'><text:p>{t}</text:p></table:table-cell>"
            for t in texts
        )
        return f"<table:table-row>{''.join(cells)}{more}</table:table-row>"

    moment = f"office:value-type='time' office:time-value='{written}'"
    rows = row(HEAD[:6]) + row(
        ["刘志强", "3", "", "1"], f"<table:table-cell {moment}><text:p>{shown}</text:p></table:table-cell>"
    )
    space = "urn:oasis:names:tc:opendocument:xmlns:"
    content = (
        f"<office:document-content xmlns:office='{space}office:1.0' xmlns:table='{space}table:1.0'"
        f" xmlns:text='{space}text:1.0'><office:body><office:spreadsheet><table:table table:name='S'>{rows}"
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("written", "shown"),
    [("PT01H03M00S", "01:03:00"), ("PT30H00M00S", "30:00:00"), ("PT1H3M", "1:03"), ("PT00H00M01.5S", "x")],
)
def test_a_time_in_ods_answers_nothing(pack: Pack, written: str, shown: str) -> None:
    found = read_file(ods(written, shown), "a.ods", pack)
    (one,) = [t for t in found.tables if isinstance(t, HouseholdTable)]
    assert [(fault.code, fault.cell) for fault in one.faults] == [("R10", "E2")]


def test_a_time_of_xlsx_answers_nothing(parsers: ColumnParsers) -> None:
    for raw in (time(1, 3), timedelta(hours=30)):
        for question in ("housing", "civil_aid", "population", "phone", "group", "major_expense"):
            assert read(parsers, question, raw) == "R10"

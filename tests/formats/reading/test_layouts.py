"""Where clerks put headers, groups, subtotals and notes: whole sheets and what is read from them."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

import pytest
import xlsxwriter

from paicha.core.pack import Pack
from paicha.formats.reading import FileRefused, HouseholdTable, ReadFile, raw_rows, read_file
from paicha.formats.reading.vocabulary import Vocabulary

from .conftest import workbook

HEAD = ["序号", "户主姓名", "家庭人口", "联系电话", "居住地", "有无安全住房", "有无义务教育阶段因贫失学辍学学生",
        "有无安全饮水", "家庭成员参加城乡居民(职工)基本医疗保险", "人均年纯收入", "有无较大刚性支出",
        "是否享受民政政策", "是否需要纳入易返贫致贫户", "排查人员签字", "备注"]  # fmt: skip
TITLE = "神木市防止返贫动态监测集中排查表（一般农户）"


def row(number: Any, name: str, people: int = 3) -> list[Any]:
    return [number, name, people, "13812345678", 1, 2, 3, 2, f"0,{people},0", 3, 2, 5, 3, "张三", ""]


def read(pack: Pack, data: bytes, name: str = "a.xlsx") -> ReadFile:
    return read_file(data, name, pack)


def households(found: ReadFile) -> list[HouseholdTable]:
    return [table for table in found.tables if isinstance(table, HouseholdTable)]


def names(found: ReadFile) -> list[tuple[str | None, str | None]]:
    """(group, head) of every row, table after table."""
    return [pair for table in households(found) for pair in table.frame.select("_group", "head_name").rows()]


def test_several_groups_in_one_sheet(pack: Pack) -> None:
    sheet = [
        [TITLE], ["镇(街)(大保当镇)村(任家伙场村)组(一)"],
        HEAD, row(1, "刘志强"), row(2, "高爱莲"), ["", "小计", 6], [],
        ["镇(街)(大保当镇)村(任家伙场村)组(二)"], HEAD, row(1, "折建国"), [],
        ["沟岔组"], row(1, "贺军"),
        ["说明:根据实际情况选填对应选项序号。"], ["填表人：张三", "", "", "审核人：李四"],
    ]  # fmt: skip
    found = read(pack, workbook(Sheet1=sheet))
    assert names(found) == [("1", "刘志强"), ("1", "高爱莲"), ("2", "折建国"), ("沟岔组", "贺军")]
    (table,) = households(found)
    assert (table.headings.town, table.headings.village, table.headings.groups) == (
        "大保当镇", "任家伙场村", ("1", "2", "沟岔组"),
    )  # fmt: skip
    assert table.frame["_row"].to_list() == [4, 5, 10, 13]
    assert table.skipped == [6, 14, 15]


@pytest.mark.parametrize(
    ("line", "town", "village", "group"),
    [
        ("镇（街）（ 高家堡镇 ） 村（ 贺东沟村 ） 组（ 1 ）", "高家堡镇", "贺东沟村", "1"),
        ("镇(街)(大保当镇)村(组)(任家伙场村二组)", "大保当镇", "任家伙场村", "2"),
        ("镇(街)( 大保当镇 )  村(组)( 任家伙场村 )", "大保当镇", "任家伙场村", None),
        ("镇(街)(      )  村(      )  组(      )", None, None, None),
        ("大保当镇任家伙场村第三村民小组", "大保当镇", "任家伙场村", "3"),
        ("大保当镇 任家伙场村 沟岔组", "大保当镇", "任家伙场村", "沟岔组"),
        ("填报单位：大保当镇任家伙场村委会", "大保当镇", "任家伙场村委会", None),
        ("乡镇：大保当镇  行政村：任家伙场村  组别：2", "大保当镇", "任家伙场村", "2"),
        ("__大保当__镇（街）__任家伙场__村__2__组", "大保当镇", "任家伙场村", "2"),
        ("大保当镇任家伙场村2022年春季排查", "大保当镇", "任家伙场村", None),
        ("永兴街道办事处 赵家沟村 5组", "永兴街道办事处", "赵家沟村", "5"),
    ],
)
def test_headings(pack: Pack, line: str, town: str | None, village: str | None, group: str | None) -> None:
    found = read(pack, workbook(Sheet1=[[TITLE], [line], HEAD, row(1, "刘志强")]))
    (table,) = households(found)
    assert (table.headings.town, table.headings.village, table.frame["_group"][0]) == (town, village, group)


RENAMED: dict[str, dict[str, str]] = {
    "with units": {"家庭人口": "家庭人口（人）", "联系电话": "联系电话（手机）", "备注": "备注*"},
    "other words": {"户主姓名": "户主", "家庭人口": "人口数", "联系电话": "手机号码", "排查人员签字": "排查人",
                    "有无安全住房": "住房安全", "人均年纯收入": "人均纯收入"},
    "options in the cell": {"居住地": "居住地\n1.本村 2.村外镇内 3.神木市城区 4.神木市域内其他镇街 5.市外",
                            "有无安全住房": "有无安全住房1.不安全2.自有住房且安全3.租房且安全"},
    "a little different": {"是否需要纳入易返贫致贫户": "是否需要纳入易返贫致贫户情况",
                           "有无义务教育阶段因贫失学辍学学生": "有无义务教育阶段失学辍学的学生"},
}  # fmt: skip
HEADERS = {
    "line breaks": [f"{text[:2]}\n{text[2:]}" for text in HEAD],
    "blanks": [" ".join(text) for text in HEAD],
    "full width": [text.replace("(", "（").replace(")", "）") for text in HEAD],
    "numbered": [f"{number}、{text}" for number, text in enumerate(HEAD, 1)],
} | {name: [words.get(text, text) for text in HEAD] for name, words in RENAMED.items()}


@pytest.mark.parametrize("spelling", HEADERS)
def test_header_spellings(pack: Pack, spelling: str) -> None:
    found = read(pack, workbook(Sheet1=[HEADERS[spelling], row(1, "刘志强")]))
    (table,) = households(found)
    plain = households(read(pack, workbook(Sheet1=[HEAD, row(1, "刘志强")])))[0]
    assert table.form == "general"
    assert table.frame.to_dicts() == [plain.frame.to_dicts()[0]]
    assert table.cells == plain.cells


def test_columns_in_any_order_and_more_of_them(pack: Pack) -> None:
    order = [14, 3, 1, 2, 4, 6, 5, 7, 8, 10, 9, 12, 11, 13]
    head = [HEAD[i] for i in order] + ["身份证号", "户主身份证号码"]
    values = [row(1, "刘志强")[i] for i in order] + ["612722…", "x"]
    found = read(pack, workbook(Sheet1=[head, values]))
    (table,) = households(found)
    assert table.frame["head_name"].to_list() == ["刘志强"]
    assert (table.cells["head_name"], table.frame["income_band"][0], table.frame["major_expense"][0]) == (
        "C",
        3,
        2,
    )
    (note,) = [entry for entry in found.messages if entry.code == "B05"]
    assert "身份证号" in note.message and "户主身份证号码" in note.message


@pytest.mark.parametrize(
    ("header", "meaning"),
    [
        ("家庭成员参加城乡居民基本养老保险", None), ("有无较大刚性支出原因", "major_expense_reason"),
        ("排查人员签字日期", None),
        ("备用联系电话", None), ("户主身份证号", None), ("与户主关系", None), ("家庭劳动力人口", None),
        ("户主联系电话", "phone"), ("是否需纳入易返贫致贫户情况", "enrol"), ("家庭成员参加医疗保险", None),
        ("是否享受民政政策的情况", "civil_aid"), ("村干部签字", None), ("人均年纯收入（元）", "income"),
        ("备注栏", None),
    ],
)  # fmt: skip
def test_likeness(pack: Pack, header: str, meaning: str | None) -> None:
    assert Vocabulary(pack).meanings(header).get("general") == meaning


def test_grouped_header_and_options_below(pack: Pack) -> None:
    form = pack.household_forms["lifted"]
    upper = [column.group or column.label for column in form.columns]
    lower = [column.label if column.group else "" for column in form.columns]
    options = ["" for _ in form.columns]
    options[4] = "1.本村 2.村外镇内 3.神木市城区 4.神木市域内其他镇街 5.市外"
    options[5] = "1.不安全 2.自有住房且安全 3.租房且安全"
    values = [1, "刘志强", 3, "", 1, 2, 3, 2, "居民3人", 3, 2, "1、2", 1, "产业奖补", 2, 3, "张三", ""]
    found = read(pack, workbook(Sheet1=[[form.title], upper, lower, options, values]))
    (table,) = households(found)
    assert table.form == "lifted"
    values_read = table.frame.to_dicts()[0]
    assert values_read["livelihood"] == [1, 2]
    assert (values_read["policies"], values_read["policy_gap"], values_read["enrol"]) == ("产业奖补", 2, 3)
    assert [values_read[f"insured_{part}"] for part in ("none", "resident", "employee")] == [0, 3, 0]


@pytest.mark.parametrize(
    "labels",
    [
        ["未参加", "参加城乡居民医保", "参加职工医保"],
        ["1.未参加(人)", "2.参加城乡居民医保(人)", "3.参加职工医保(人)"],
        ["", "", ""],
    ],
)
def test_insurance_in_three_columns(pack: Pack, labels: list[str]) -> None:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        sheet = book.add_worksheet("附件1-1")
        head = [*HEAD[:9], "", "", *HEAD[9:]]
        values = row(1, "刘志强", 4)
        values = [*values[:8], "", 3, 1, *values[9:]]
        for column, text in enumerate(head):
            sheet.write(0, column, text)
        sheet.merge_range(0, 8, 0, 10, HEAD[8])
        for offset, text in enumerate(labels):
            sheet.write(1, 8 + offset, text)
        for column, value in enumerate(values):
            sheet.write(2, column, value)
    (table,) = households(read(pack, stream.getvalue()))
    assert table.frame.select("insured_none", "insured_resident", "insured_employee").rows() == [(0, 3, 1)]
    assert table.faults == []


def test_doubled_column_refuses_the_sheet(pack: Pack) -> None:
    found = read(pack, workbook(Sheet1=[[*HEAD, "居住地"], [*row(1, "刘志强"), 2]]))
    assert found.tables == []
    assert [(entry.code, entry.severity) for entry in found.messages] == [("B01", "hard")]


def test_merged_signature_hangs_over(pack: Pack) -> None:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        sheet = book.add_worksheet("附件1-1")
        for r, values in enumerate([HEAD, row(1, "刘志强"), row(2, "高爱莲"), [3, "折建国", 4]]):
            for c, value in enumerate(values):
                sheet.write(r, c, value)
        sheet.merge_range(1, 13, 3, 13, "张三")
    (table,) = households(read(pack, stream.getvalue()))
    assert table.frame["surveyors"].to_list() == ["张三"] * 3
    assert table.frame["_answered"].to_list() == [True, True, False]
    assert raw_rows(stream.getvalue(), "a.xlsx", "附件1-1", [3])[3]["N"] == "张三"


def test_horizontally_merged_answers_have_two_readings(pack: Pack) -> None:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        sheet = book.add_worksheet("附件1-1")
        for r, values in enumerate([HEAD, row(1, "刘志强")]):
            for c, value in enumerate(values):
                sheet.write(r, c, value)
        sheet.merge_range(1, 4, 1, 5, 1)
    (table,) = households(read(pack, stream.getvalue()))
    assert [(fault.code, fault.cell, fault.question) for fault in table.faults] == [("R12", "F2", "housing")]


def test_formulas(pack: Pack) -> None:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        sheet = book.add_worksheet("附件1-1")
        for r, values in enumerate([HEAD, row(1, "刘志强"), row(2, "高爱莲")]):
            for c, value in enumerate(values):
                sheet.write(r, c, value)
        sheet.write_formula(1, 2, "=1+2", None, 3)
        sheet.write_formula(1, 4, "=1+2", None, "")
        sheet.write_formula(2, 4, "=NA()", None, "#N/A")
    (table,) = households(read(pack, stream.getvalue()))
    assert table.frame["population"].to_list() == [3, 3]
    assert [(f.code, f.cell, f.row_index) for f in table.faults] == [("R06", "E2", 0), ("R07", "E3", 1)]


def test_formatted_to_the_last_column(pack: Pack) -> None:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        sheet = book.add_worksheet("附件1-1")
        for r, values in enumerate([HEAD, row(1, "刘志强")]):
            for c, value in enumerate(values):
                sheet.write(r, c, value)
        sheet.write_blank(1, 16_383, None, book.add_format({"bold": True}))
    assert names(read(pack, stream.getvalue())) == [(None, "刘志强")]


def test_row_without_a_name_is_not_lost(pack: Pack) -> None:
    values = row(1, "刘志强")
    values[1] = ""
    found = read(pack, workbook(Sheet1=[HEAD, values, [2], ["", "", "", ""]]))
    (table,) = households(found)
    assert table.frame.select("_row", "head_name", "_answered").rows() == [(2, None, True)]


def test_roster(pack: Pack) -> None:
    sheet = [
        ["神木市2022年排查农户花名册"],
        ["电话", "类别", "村", "户主", "组", "人口", "身份证", "镇"],
        ["13812345678", "一般户", "任家伙场村", "刘志强", "二组", "3人", "x", "大保当镇"],
        ["", "脱贫户", "任家伙场村", "高爱莲", "2", 2, "", "大保当镇"],
        ["", "监测对象", "野鸡河村", "折建国", "", 4, "", "大保当镇"],
        ["", "富户", "野鸡河村", "贺军", "", 4, "", "大保当镇"],
    ]
    found = read(pack, workbook(名册=sheet))
    (table,) = households(found)
    assert table.form == "roster"
    assert table.frame.select("_town", "_village", "_group", "head_name", "population", "phone", "_class").rows() == [
        ("大保当镇", "任家伙场村", "2", "刘志强", 3, "13812345678", "general"),
        ("大保当镇", "任家伙场村", "2", "高爱莲", 2, None, "lifted"),
        ("大保当镇", "野鸡河村", None, "折建国", 4, None, "monitored"),
        ("大保当镇", "野鸡河村", None, "贺军", 4, None, None),
    ]  # fmt: skip
    assert [(fault.code, fault.cell, fault.read) for fault in table.faults] == [("R15", "B6", "富户")]
    assert table.cells["_class"] == "B"


@pytest.mark.parametrize(
    ("title", "named"),
    [
        ("神木市一般农户花名册", "general"),
        ("易返贫致贫户名单", "monitored"),
        ("已脱贫户、一般农户花名册", None),
        ("农户花名册", None),
    ],
)
def test_roster_whose_class_stands_in_its_title(pack: Pack, title: str, named: str | None) -> None:
    (table,) = households(
        read(pack, workbook(Sheet1=[[title], ["村", "户主姓名", "人口"], ["任家伙场村", "刘志强", 3]]))
    )
    assert (table.form, table.frame["_class"].to_list()) == ("roster", [named])


def test_options_numbered_otherwise(pack: Pack) -> None:
    """A table whose options stand in another order: labels count, bare numbers have two readings."""
    head = [
        text + {"有无安全饮水": "\n1.自来水供水且安全 2.不安全 3.分散取水且安全"}.get(text, "")
        for text in HEAD
    ]
    one, two = row(1, "刘志强"), row(2, "高爱莲")
    two[7] = "不安全"
    (table,) = households(read(pack, workbook(Sheet1=[head, one, two])))
    assert table.frame["water"].to_list() == [None, 1]
    assert [(fault.code, fault.cell) for fault in table.faults] == [("R17", "H2")]


@pytest.mark.parametrize(
    "options", ["", "\n1.4000元以下 2.4000元—6000元(含) 3.6000元—10000元(含) 4.10000元以上"]
)
def test_band_with_a_unit_is_not_the_sum(pack: Pack, options: str) -> None:
    head = ["人均年纯收入（元）" + options if text == "人均年纯收入" else text for text in HEAD]
    (table,) = households(read(pack, workbook(Sheet1=[head, row(1, "刘志强")])))
    assert table.frame["income_band"].to_list() == [3]
    assert "income" not in table.frame.columns


def test_options_name_a_column(pack: Pack) -> None:
    options = "1.不安全 2.自有住房且安全 3.租房且安全"
    head = [f"房子怎么样\n{options}" if text == "有无安全住房" else text for text in HEAD]
    (table,) = households(read(pack, workbook(Sheet1=[head, row(1, "刘志强")])))
    assert table.cells["housing"] == "F"


def test_form_without_its_name_column_is_told(pack: Pack) -> None:
    found = read(pack, workbook(Sheet1=[[TITLE], [text for text in HEAD if text != "户主姓名"], [1, 3]]))
    assert [(entry.code, entry.severity) for entry in found.messages] == [("B03", "hard")]


def test_two_forms_in_one_sheet(pack: Pack) -> None:
    lifted = [column.label for column in pack.household_forms["lifted"].columns]
    values = [1, "高爱莲", 3, "", 1, 2, 3, 2, "0,3,0", 3, 2, "2", 1, "", 2, 3, "张三", ""]
    sheet = [
        [TITLE], ["大保当镇任家伙场村二组"], HEAD, row(1, "刘志强"), ["小计", "1户", 3], ["第1页"], [],
        ["神木市防止返贫动态监测集中排查表（已脱贫户）"], ["大保当镇任家伙场村"], lifted, values, ["", "合计", 3],
    ]  # fmt: skip
    found = read(pack, workbook(Sheet1=sheet))
    assert [(table.form, table.headings.groups) for table in households(found)] == [
        ("general", ("2",)),
        ("lifted", ()),
    ]
    assert names(found) == [("2", "刘志强"), (None, "高爱莲")]


def text_table(rows: Sequence[Sequence[Any]], delimiter: str) -> str:
    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter).writerows(rows)
    return stream.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_delimited(pack: Pack, encoding: str, delimiter: str) -> None:
    rows = [[TITLE], ["镇(街)(大保当镇)村(任家伙场村)组(一)"], HEAD, row(1, "刘志强"), row(2, "高爱莲")]
    found = read(pack, text_table(rows, delimiter).encode(encoding), "a.csv")
    (table,) = households(found)
    assert table.frame["head_name"].to_list() == ["刘志强", "高爱莲"]
    assert table.frame["insured_resident"].to_list() == [3, 3]
    assert table.headings.village == "任家伙场村"


def test_our_own_columns(pack: Pack) -> None:
    head = [*HEAD, "村民小组", "排查情况", "排查日期", "人均年纯收入(元)", "户编号", "底稿版本"]
    values = [*row(1, "刘志强"), "2", "1 入户", "2022-03-15", 8000, "H00000019", 3]
    (table,) = households(read(pack, workbook(**{"附件1-1": [HEAD and head, values]})))
    found = table.frame.to_dicts()[0]
    assert (found["_key"], found["_base"], found["_group"]) == ("H00000019", 3, "2")
    assert (found["outcome"], found["income"], found["income_band"]) == (1, 8000, 3)
    assert str(found["surveyed_on"]) == "2022-03-15"


def test_nothing_recognised(pack: Pack) -> None:
    with pytest.raises(FileRefused) as refused:
        read(pack, workbook(Sheet1=[["姓名", "成绩"], ["张三", 90]]))
    assert refused.value.code == "F09"

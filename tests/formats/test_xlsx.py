"""Workbooks in the official layout, looked at with openpyxl: what a clerk sees, chooses and prints."""

from __future__ import annotations

import io
import re
from datetime import date
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet
from tests.formats.sample import FIGURES, TOWN, VILLAGE, household, household_sheet, pack, village_document

from paicha.core.pack import Column, HouseholdForm, Question
from paicha.core.pack.forms import Paper
from paicha.formats import pdf, xlsx
from paicha.formats.documents import (
    Block,
    Document,
    HouseholdSheet,
    ListSheet,
    RefusedRow,
    RefusedSheet,
    StatisticsSheet,
)


def opened(content: bytes) -> Workbook:
    return load_workbook(io.BytesIO(content))


@pytest.fixture(scope="module")
def village() -> Workbook:
    return opened(xlsx.write(village_document(), pack()))


def sheet_of(*sheets: Any, **options: Any) -> Worksheet:
    book = opened(xlsx.write(Document("试", list(sheets), **options), pack()))
    return book[book.sheetnames[0]]


def column_of(sheet: Worksheet, title: str) -> int:
    return next(c.column for row in sheet.iter_rows() for c in row if str(c.value).split("\n")[0] == title)


def test_sheets_are_named_and_ordered_as_in_the_notice(village: Workbook) -> None:
    assert village.sheetnames == [
        "附件1-1", "附件1-2", "附件1-3", "附件2", "附件3", "附件4", "附件5", "整改台账", "线索清单", "信息变更",
    ]  # fmt: skip


def test_titles_of_columns_are_the_papers(village: Workbook) -> None:
    sheet = village["附件1-1"]
    assert sheet["A1"].value == "神木市防止返贫动态监测集中排查表(一般农户)"
    assert sheet["A2"].value == "镇(街)( 大保当镇 )  村( 野鸡河村 )  组( 1 )"
    assert sheet["G3"].value == "有无义务教育阶段因贫失学辍学学生"
    assert sheet["I3"].value == "家庭成员参加城乡居民(职工)基本医疗保险"
    assert "I3:K3" in {str(merged) for merged in sheet.merged_cells.ranges}
    assert [sheet.cell(4, c).value for c in (9, 10, 11)] == [
        "1.未参加____人", "2.参加城乡居民医保____人", "3.参加职工医保____人",
    ]  # fmt: skip
    assert sheet["E4"].value == "1.本村\n2.村外镇内\n3.神木市城区\n4.神木市域内其他镇街\n5.市外"
    lifted = village["附件1-2"]
    assert lifted["B3"].value == "基础信息"
    assert "B3:E3" in {str(merged) for merged in lifted.merged_cells.ranges}


def test_paper(village: Workbook) -> None:
    for name, orientation in [
        ("附件1-1", "landscape"),
        ("附件2", "portrait"),
        ("附件3", "portrait"),
        ("附件4", "landscape"),
    ]:
        setup = village[name].page_setup
        assert (setup.paperSize, setup.orientation, setup.fitToHeight) == (9, orientation, 0)
        assert village[name].sheet_properties.pageSetUpPr.fitToPage


def test_nothing_is_protected(village: Workbook) -> None:
    assert not any(sheet.protection.sheet for sheet in village)


def test_groups_have_pages_of_their_own() -> None:
    """20, 7 and 16 households: two pages, one, two, each with heading, header, fifteen rows and foot."""
    sheet = sheet_of(household_sheet("general", {"1": 20, "2": 7, "沟岔组": 16}))
    headings = [row[0].value for row in sheet.iter_rows(max_col=1) if str(row[0].value).startswith("镇(街)")]
    assert [line.split("组(")[1] for line in headings] == [" 1 )", " 1 )", " 2 )", " 沟岔组 )", " 沟岔组 )"]
    assert [entry.id for entry in sheet.row_breaks.brk] == [20, 40, 60, 80]
    assert [table.ref for table in sheet.tables.values()] == [
        "A4:AD19", "A24:AD39", "A44:AD59", "A64:AD79", "A84:AD99",
    ]  # fmt: skip
    assert [sheet.cell(row, 1).value for row in (5, 19, 25, 29, 45)] == [1, 15, 16, 20, 1]


def test_one_block_repeats_its_header_on_every_page() -> None:
    sheet = sheet_of(household_sheet("lifted", {"1": 45}))
    assert sheet.print_title_rows == "$1:$5"
    assert [entry.id for entry in sheet.row_breaks.brk] == [25, 45]
    assert sheet.freeze_panes == "C6"
    (table,) = sheet.tables.values()
    assert table.ref.endswith("65")


@pytest.mark.parametrize("form", ["general", "lifted", "monitored"])
def test_keys_and_unprinted_questions_stand_inside_the_filter_and_outside_the_print_area(form: str) -> None:
    sheet = sheet_of(household_sheet(form, {"1": 3}))
    (table,) = sheet.tables.values()
    printed = len(pack().household_forms[form].columns) + 2
    assert column_of(sheet, "户编号") == printed + 1
    assert column_of(sheet, "底稿版本") == printed + 2
    assert column_of(sheet, "村民小组") == printed + 3
    letter = get_column_letter(printed)
    assert sheet.print_area.startswith(f"'{sheet.title}'!$A$1:${letter}$")
    last = get_column_letter(printed + 2 + len(pack().household_forms[form].unprinted))
    assert table.ref.split(":")[1].startswith(last)
    assert table.autoFilter.ref == table.ref


def test_names_in_a_tables_header_equal_its_cells_and_differ(village: Workbook) -> None:
    for name in ("附件1-1", "附件1-2", "附件1-3"):
        sheet = village[name]
        for table in sheet.tables.values():
            names = [column.name for column in table.tableColumns]
            cells = [cell.value for cell in sheet[table.ref][0]]
            assert names == cells
            assert len({text.casefold() for text in names}) == len(names)


def test_no_merged_cell_reaches_into_a_table(village: Workbook) -> None:
    for name in ("附件1-1", "附件1-2", "附件1-3"):
        sheet = village[name]
        inside = {
            cell.coordinate for table in sheet.tables.values() for row in sheet[table.ref] for cell in row
        }
        for merged in sheet.merged_cells.ranges:
            assert inside.isdisjoint(cell.coordinate for row in sheet[str(merged)] for cell in row), merged


def test_lists_for_one_choice_and_free_cells_for_several(village: Workbook) -> None:
    sheet = village["附件1-1"]
    rules = {}
    for rule in sheet.data_validations.dataValidation:
        column = next(iter(rule.sqref.ranges)).min_col
        rules[str(sheet.cell(3, column).value or sheet.cell(4, column).value).split("\n")[0]] = rule
    assert rules["居住地"].type == "list"
    assert rules["居住地"].formula1 == '"1,2,3,4,5"'
    assert rules["居住地"].prompt.startswith("1.本村")
    assert len(rules["居住地"].sqref.ranges) == 5
    for free in ("有无较大刚性支出", "是否享受民政政策", "特殊情形"):
        assert rules[free].type is None
        assert rules[free].prompt


def test_answers_are_numbers_and_texts() -> None:
    row = household("general", 0, "1")
    sheet = sheet_of(HouseholdSheet(pack().household_forms["general"], TOWN, VILLAGE, [Block("1", [row])]))
    cells = [sheet.cell(5, column).value for column in range(1, 20)]
    assert cells[:12] == [1, "訾埃生", 4, "13900002210", 1, 2, 3, 2, 0, 3, 1, 3]
    assert cells[12:19] == ["1,大病住院", "1、4,孤儿补助", 3, "赵海、刘伟", None, row["_key"], 1]
    assert sheet.cell(5, column_of(sheet, "排查日期")).value.date() == row["surveyed_on"]
    assert sheet.cell(5, column_of(sheet, "特殊情形")).value == "1、5"


HOSTILE = [
    '=HYPERLINK("http://x.example","户主")', "+1+1", "-2+3", "@SUM(A1)", "http://x.example", "<b>&amp;</b>", "{=1+1}",
    "internal:Sheet1!A1", "0001", "1e5", "=1", '"', "\t=1",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_becomes_a_formula_or_a_link(text: str) -> None:
    row = household("lifted", 1, "1", head_name=text, remark=text, policies=text, _key=text)
    plain = ListSheet(text, "线索清单", ["户主"], [10], [[text]], text)
    forms = pack()
    assert forms.problem_list and forms.statistics
    book = opened(
        xlsx.write(
            Document(
                text,
                [
                    HouseholdSheet(forms.household_forms["lifted"], text, text, [Block(text, [row])]),
                    StatisticsSheet(forms.statistics, text, text, [{"town_name": text, "remark": text}]),
                    plain,
                ],
                text,
            ),
            forms,
        )
    )
    found = 0
    for sheet in book:
        for line in sheet.iter_rows():
            for cell in line:
                assert cell.data_type != "f", cell.coordinate
                assert cell.hyperlink is None
                found += cell.value == text
    assert found >= 8


def test_no_formula_stands_anywhere(village: Workbook) -> None:
    assert not [c for sheet in village for row in sheet.iter_rows() for c in row if c.data_type == "f"]


def test_a_long_text_makes_its_row_higher() -> None:
    row = household("general", 1, "1", remark="因病住院多次，医保报销后自付部分仍然较大，" * 4)
    sheet = sheet_of(
        HouseholdSheet(
            pack().household_forms["general"], TOWN, VILLAGE, [Block("1", [row, row | {"remark": ""}])]
        )
    )
    assert sheet.row_dimensions[5].height > 2 * sheet.row_dimensions[6].height


def test_sheets_of_one_name_are_told_apart() -> None:
    book = opened(xlsx.write(Document("试", [household_sheet("lifted", {"1": 1})] * 2), pack()))
    assert book.sheetnames == ["附件1-2", "附件1-2(2)"]


def test_statistics_of_a_town_keep_their_total_out_of_the_filter() -> None:
    form = pack().statistics
    assert form is not None
    rows = [{"town_name": TOWN, "village_name": f"村{i}", **FIGURES} for i in range(3)]
    total = {name: value * 3 for name, value in FIGURES.items() if isinstance(value, int)}
    sheet = sheet_of(StatisticsSheet(form, f"{TOWN}人民政府", "2022年3月25日", rows, total))
    assert sheet["A2"].value == "填报单位(盖章)：大保当镇人民政府"
    assert [sheet.cell(3, c).value for c in (1, 5, 9)] == ["序号", "总人口", "排查户数"]
    assert [sheet.cell(8, c).value for c in (1, 4, 9)] == ["合计", 9, 552]
    assert sheet.auto_filter.ref == "A4:N7"


def test_refused_rows_come_back_as_typed_with_place_and_reason() -> None:
    rows = [
        RefusedRow(
            {"head_name": "訾埃生", "residence": "1或2", "insured_none": "0人", "_key": "H00000012"},
            "一组!E7", "居住地读到“1或2”，请写一个序号",
        ),
        RefusedRow({"head_name": "=1+1", "civil_aid": "1、5", "group": "二组"}, "一组!L9", "5 不能与其他选项同选"),
    ]  # fmt: skip
    form = pack().household_forms["general"]
    book = opened(xlsx.write_refused([RefusedSheet(form, TOWN, VILLAGE, rows)], pack()))
    sheet = book["附件1-1"]
    assert sheet["A1"].value == form.title
    assert (sheet["B5"].value, sheet["E5"].value, sheet["I5"].value) == ("訾埃生", "1或2", "0人")
    assert (sheet["B6"].value, sheet["B6"].data_type) == ("=1+1", "s")
    place, reason = column_of(sheet, "原位置"), column_of(sheet, "退回原因")
    assert [sheet.cell(5, c).value for c in (place, reason)] == ["一组!E7", "居住地读到“1或2”，请写一个序号"]
    assert (place, reason) == (18, 19)
    assert sheet.print_area.split(":")[1].startswith("$Q$")


def test_counts_typed_in_one_cell_come_back_in_one_cell() -> None:
    rows = [RefusedRow({"head_name": "訾埃生", "insurance": "4人都是合疗"}, "A7", "读不出人数")]
    form = pack().household_forms["general"]
    sheet = opened(xlsx.write_refused([RefusedSheet(form, TOWN, VILLAGE, rows)], pack()))["附件1-1"]
    assert sheet["I5"].value == "4人都是合疗"
    assert sheet["J3"].value == "人均年纯收入"


def test_the_footer_may_hold_an_ampersand() -> None:
    sheet = sheet_of(household_sheet("general", {"1": 1}), footer="2022年 甲&乙")
    assert sheet.oddFooter.left.text.strip() == "2022年 甲&&乙"
    assert sheet.oddFooter.left.size == 8


def test_another_form_is_written_without_code_of_its_own() -> None:
    """One header row, no groups, a printed date, portrait A3, nothing unprinted; as Excel and as PDF."""
    questions = {
        "who": Question(name="who", label="姓名", type="text"),
        "seen_on": Question(name="seen_on", label="走访日期", type="date"),
    }
    form = HouseholdForm(
        name="visits", sheet="走访", letter="A", label="走访", title="走访表", heading="{town}{village}",
        heading_blank="______", paper=Paper(size="A3", rows_per_page=8), foot="说明",
        columns=tuple(Column(name=name, label=q.label, question=name) for name, q in questions.items()),
    )  # fmt: skip
    other = pack().model_copy(update={"questions": questions, "digest": "another for Excel"})
    rows = [{"who": f"户{i}", "seen_on": date(2022, 3, 5)} for i in range(9)]
    document = Document("试", [HouseholdSheet(form, "甲乡", "乙村", [Block(None, rows)])])
    sheet = opened(xlsx.write(document, other))["走访"]
    assert [sheet.cell(3, c).value for c in range(1, 5)] == ["姓名", "走访日期", "户编号", "底稿版本"]
    assert sheet["B4"].value.date() == date(2022, 3, 5)
    assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (8, "portrait")
    assert [entry.id for entry in sheet.row_breaks.brk] == [11]
    assert re.findall(rb"/Count (\d+)", pdf.write(document, other)) == [b"2"]

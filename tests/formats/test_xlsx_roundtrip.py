"""What we write comes back unchanged: as it is, sorted, with rows inserted, and after LibreOffice saved it."""

from __future__ import annotations

import io
import random
import shutil
import subprocess
from collections.abc import Mapping
from copy import copy
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from tests.formats.sample import (
    FIGURES,
    PROFILE,
    SIGNERS,
    TOWN,
    VERIFICATION,
    VILLAGE,
    household,
    pack,
    village_document,
)
from tests.lengths import examples

from paicha.core.keys import make_number
from paicha.core.pack import HouseholdForm, Question
from paicha.formats import xlsx
from paicha.formats.documents import (
    Block,
    Document,
    HouseholdSheet,
    RefusedRow,
    RefusedSheet,
    Sheet,
)
from paicha.formats.reading import HouseholdTable, ReadFile, VillageTable, read_file

Answers = dict[str, dict[str, Any]]  # household key → what is known of it


def written(document: Document | None = None) -> bytes:
    return xlsx.write(document or village_document(), pack())


def read(content: bytes, name: str = "村.xlsx") -> ReadFile:
    found = read_file(content, name, pack())
    assert [message for message in found.messages if message.severity == "hard"] == []
    return found


def sent(document: Document) -> dict[str, Answers]:
    """form → key → answers, as they were written."""
    return {
        sheet.form.name: {
            str(row["_key"]): {q: _plain(row.get(q)) for q in (*sheet.form.questions, "_base")}
            | {"group": row.get("group")}
            for block in sheet.blocks
            for row in block.rows
        }
        for sheet in document.sheets
        if isinstance(sheet, HouseholdSheet)
    }


def returned(found: ReadFile) -> dict[str, Answers]:
    """The same of what was read; the group is the row's own."""
    forms: dict[str, Answers] = {}
    for table in found.tables:
        if isinstance(table, HouseholdTable):
            assert table.faults == []
            form = pack().household_forms[table.form]
            for row in table.frame.to_dicts():
                if row["_key"] is None:
                    continue
                answers = {q: _plain(row.get(q)) for q in (*form.questions, "_base")}
                forms.setdefault(table.form, {})[row["_key"]] = answers | {"group": row["_group"]}
    return forms


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, list | tuple) else value


def village_forms(found: ReadFile) -> dict[str, VillageTable]:
    return {table.form: table for table in found.tables if isinstance(table, VillageTable)}


def check_village_forms(found: ReadFile) -> None:
    forms = village_forms(found)
    assert {name: table.faults for name, table in forms.items() if table.faults} == {}
    assert forms["village_profile"].values == PROFILE
    assert forms["town_verification"].values == VERIFICATION
    assert forms["problem_list"].values == SIGNERS
    assert [(number, text) for number, text, _ in forms["problem_list"].problems] == [
        (1, "李二平户住房漏雨，需维修加固"), (1, "前畔自来水管冬季冻裂，12户饮水不便"), (6, "3户联系电话变更未更新"),
    ]  # fmt: skip
    assert forms["statistics"].rows == [{"town_name": TOWN, "village_name": VILLAGE, **FIGURES}]
    assert all((table.headings.town, table.headings.village) == (TOWN, VILLAGE) for table in forms.values())


def test_as_it_is() -> None:
    found = read(written())
    assert returned(found) == sent(village_document())
    check_village_forms(found)
    headings = {(table.headings.town, table.headings.village) for table in found.tables}
    assert headings == {(TOWN, VILLAGE)}


# What a clerk does to it


def sorted_by_filter(sheet: Worksheet, column: int) -> None:
    """Sorts the rows of every table as its filter does: whole rows of its range, blanks last."""
    for table in sheet.tables.values():
        _, *rows = sheet[table.ref]
        values = [[cell.value for cell in row] for row in rows]
        values.sort(key=lambda row: (row[column] is None, str(row[column])), reverse=False)
        for row, cells in zip(rows, values, strict=True):
            for cell, value in zip(row, cells, strict=True):
                cell.value = value


def test_sorted_by_the_filter_of_each_block() -> None:
    book = load_workbook(io.BytesIO(written()))
    for name, column in [("附件1-1", 1), ("附件1-2", 3), ("附件1-3", 1)]:
        sorted_by_filter(book[name], column)
    target = io.BytesIO()
    book.save(target)
    assert returned(read(target.getvalue())) == sent(village_document())


def test_rows_inserted_and_filled() -> None:
    """A household in a blank row of the page, and one in a row inserted among the others."""
    book = load_workbook(io.BytesIO(written()))
    sheet = book["附件1-2"]
    model = [cell.value for cell in sheet[6]]
    keys = [index for index, cell in enumerate(sheet[5]) if cell.value in ("户编号", "底稿版本")]
    blank = next(row for row in range(6, 60) if sheet.cell(row, 2).value is None)
    for row, name in ((blank, "新增一"), (blank + 1, "新增二")):
        for column, value in enumerate(model):
            sheet.cell(row, column + 1, None if column in keys else name if column == 1 else copy(value))
    sheet.move_range(f"A10:{sheet.cell(5, sheet.max_column).coordinate[:-1]}{sheet.max_row}", rows=1)
    target = io.BytesIO()
    book.save(target)
    found = read(target.getvalue())
    assert returned(found)["lifted"] == sent(village_document())["lifted"]
    tables = [t for t in found.tables if isinstance(t, HouseholdTable) and t.form == "lifted"]
    names = [name for table in tables for name in table.frame["head_name"]]
    assert names[-2:] == ["新增一", "新增二"]


@pytest.mark.libreoffice
@pytest.mark.slow
@pytest.mark.skipif(shutil.which("soffice") is None, reason="needs LibreOffice")
@pytest.mark.parametrize("kind", ["xlsx", "xls", "ods"])
def test_saved_by_libreoffice(kind: str, tmp_path: Path) -> None:
    source = tmp_path / "村.xlsx"
    source.write_bytes(written())
    done = subprocess.run(
        ["soffice", "--headless", f"-env:UserInstallation=file://{tmp_path}/profile",
         "--convert-to", kind, "--outdir", str(tmp_path / "out"), str(source)],
        capture_output=True, timeout=180, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = read((tmp_path / "out" / f"村.{kind}").read_bytes(), f"村.{kind}")
    assert returned(found) == sent(village_document())
    check_village_forms(found)


# Any answers


def values_of(question: Question) -> st.SearchStrategy[Any]:
    if question.type == "choice":
        return st.none() | st.sampled_from([option.number for option in question.options])
    if question.type == "choices":
        alone = [[option.number] for option in question.options if option.exclusive]
        free = [option.number for option in question.options if not option.exclusive]
        several = st.lists(st.sampled_from(free), min_size=1, unique=True).map(sorted)
        return st.none() | several | (st.sampled_from(alone) if alone else st.nothing())
    if question.type == "integer":
        return st.none() | st.integers(question.low or 0, min(question.high or 99, 10_000_000))
    if question.type == "date":
        return st.none() | st.integers(0, 9).map(lambda days: date(2022, 3, 10) + timedelta(days))
    if question.format == "phone":
        return st.none() | st.integers(0, 99_999_999).map(lambda n: f"139{n:08d}")
    return st.none() | st.text("大病住院子女上学孤儿补助墕坬𬭬赵海生花", min_size=1, max_size=12)


@st.composite
def answered(draw: st.DrawFn, form: HouseholdForm) -> Mapping[str, Any]:
    """A household with any answers, its texts only where the option that asks for them was taken."""
    questions = pack().questions
    row = {name: draw(values_of(questions[name])) for name in form.questions}
    for name in form.questions:
        for option in questions[name].options:
            chosen = row[name] if isinstance(row[name], list) else [row[name]]
            if option.text and option.number not in chosen:
                row[option.text] = None
    counts = {part.question: draw(st.integers(0, 9)) for column in form.columns for part in column.parts}
    return (
        row
        | counts
        | {"population": sum(counts.values()) or None, "group": "2", "_base": draw(st.integers(1, 9))}
    )


@pytest.mark.parametrize("form", ["general", "lifted", "monitored"])
@settings(
    max_examples=examples(25),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(data=st.data())
def test_any_answers_come_back(form: str, data: st.DataObject) -> None:
    entry = pack().household_forms[form]
    drawn = data.draw(st.lists(answered(entry), min_size=1, max_size=6))
    rows = [
        {**row, "head_name": f"訾生{'甲乙丙丁戊己'[i]}", "_key": make_number(i + 1)}
        for i, row in enumerate(drawn)
    ]
    blocks = [Block("2", rows[:3]), Block("2", rows[3:])] if entry.by_group else [Block(None, rows)]
    document = Document("试", [HouseholdSheet(entry, TOWN, VILLAGE, [b for b in blocks if b.rows])])
    assert returned(read(written(document))) == sent(document)


TEXTS = [
    "2个大学生学费", "2021年车祸致残", "无劳动力", "大病。", "2人住院、3人上学", "低保边缘", "原因不明", "孤儿补助 2",
    "3、5",
    "1.住院 2.上学", "(车祸)", "大病（尿毒症）", "=1+1", "房贷20万", "癌症；化疗", "临时救助",
]  # fmt: skip


@pytest.mark.parametrize("text", TEXTS)
def test_texts_of_options_that_look_like_options(text: str) -> None:
    changes = {
        "major_expense": 1, "major_expense_reason": text, "civil_aid": [1, 4], "civil_aid_other": text, "enrol": 3,
    }  # fmt: skip
    rows = [household("general", 0, "2", **changes)]
    sheets: list[Sheet] = [
        HouseholdSheet(pack().household_forms["general"], TOWN, VILLAGE, [Block("2", rows)])
    ]
    document = Document("试", sheets)
    assert returned(read(written(document))) == sent(document)


# Refused rows


def test_refused_rows_are_read_again_with_their_raw_text() -> None:
    """Corrected where they stand they are imported: the columns of place and reason are no answers."""
    form = pack().household_forms["general"]
    texts = {
        name: str(value) for name, value in household("general", 1, "2").items()
        if isinstance(value, str | int | date) and name not in ("_key", "_base", "group")
    }  # fmt: skip
    texts |= {"civil_aid": "5", "group": "二组", "residence": "1或2", "_key": make_number(2), "_base": "2"}
    place, reason = "一组!E7", "居住地读到“1或2”，请写一个序号：1 本村、2 村外镇内"
    sheet = RefusedSheet(form, TOWN, VILLAGE, [RefusedRow(texts, place, reason)])
    content = xlsx.write_refused([sheet], pack())
    (table,) = read_file(content, "退回.xlsx", pack()).tables
    assert isinstance(table, HouseholdTable)
    assert [(fault.question, fault.read) for fault in table.faults] == [("residence", "1或2")]
    book = load_workbook(io.BytesIO(content))
    book["附件1-1"]["E5"].value = "1"
    target = io.BytesIO()
    book.save(target)
    found = read(target.getvalue())
    (row,) = found.tables[0].frame.to_dicts()  # type: ignore[union-attr]
    expected = household("general", 1, "2") | {"residence": 1}
    assert {name: row[name] for name in form.questions if name in row and name != "group"} == {
        name: expected.get(name) for name in form.questions if name in row and name != "group"
    }
    assert (row["_group"], row["_key"], row["_base"]) == ("2", make_number(2), 2)


def test_shuffled_columns_are_not_needed() -> None:
    """The order of rows does not matter either: keys carry who is who."""
    document = village_document()
    sheet = document.sheets[0]
    assert isinstance(sheet, HouseholdSheet)
    mixed = [Block(b.group, random.Random(7).sample(list(b.rows), len(b.rows))) for b in sheet.blocks]
    again = Document("试", [HouseholdSheet(sheet.form, TOWN, VILLAGE, mixed)])
    assert returned(read(written(again)))["general"] == sent(document)["general"]

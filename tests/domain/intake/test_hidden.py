"""Hidden and filtered rows, and hidden copies of a sheet: taken in and named, never before what people see."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from typing import Any

import pytest
import xlsxwriter
from tests.domain.intake.sheets import (
    Sheet,
    household_sheet,
    key_of,
    numbers,
    person,
    profile_sheet,
    said,
    send,
)
from tests.formats.xls_writer import sheet as xls_sheet
from tests.formats.xls_writer import workbook as xls_workbook

from paicha.domain.households.models import Household
from paicha.domain.responses.models import Revision

pytestmark = pytest.mark.usefixtures("county")
OLD, NEW = "13900000001", "13900000002"


def xlsx(*sheets: tuple[Sheet, Sequence[int] | None]) -> bytes:
    """Sheets with the sheet rows (1-based) to hide; None hides the whole sheet."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        for (name, lines), hidden in sheets:
            page = book.add_worksheet(name)
            for r, values in enumerate(lines):
                for c, value in enumerate(values):
                    if value is not None:
                        page.write(r, c, value)
            for row in hidden or ():
                page.set_row(row - 1, None, None, {"hidden": True})
            if hidden is None:
                page.hide()
            else:
                page.activate()
                page.set_first_sheet()
    return stream.getvalue()


def xls(sheet: Sheet, hidden: Sequence[int]) -> bytes:
    name, lines = sheet
    return xls_workbook({name: xls_sheet(lines, [row - 1 for row in hidden])})


def ods(sheet: Sheet, hidden: Sequence[int], how: str) -> bytes:
    name, lines = sheet
    rows = ""
    for number, values in enumerate(lines, 1):
        mark = f' table:visibility="{how}"' if number in hidden else ""
        cells = "".join(
            f'<table:table-cell office:value-type="float" office:value="{value}"/>'
            if isinstance(value, int)
            else f'<table:table-cell office:value-type="string"><text:p>{value or ""}</text:p></table:table-cell>'
            for value in values
        )
        rows += f"<table:table-row{mark}>{cells}</table:table-row>"
    spaces = " ".join(
        f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{short}:1.0"'
        for short in ("office", "table", "text")
    )
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(
            "content.xml",
            f'<office:document-content {spaces}><office:body><office:spreadsheet><table:table table:name="{name}">'
            f"{rows}</table:table></office:spreadsheet></office:body></office:document-content>",
        )
    return stream.getvalue()


FORMATS = {
    "a.xlsx": lambda sheet, hidden: xlsx((sheet, hidden)),
    "a.xls": xls,
    "hidden.ods": lambda sheet, hidden: ods(sheet, hidden, "collapse"),
    "filtered.ods": lambda sheet, hidden: ods(sheet, hidden, "filter"),
}


@pytest.mark.parametrize("name", FORMATS)
def test_hidden_rows_are_taken_in_and_named(name: str) -> None:
    sheet = household_sheet(person("张三"), person("李四"), person("王五"))
    result = send((name, FORMATS[name](sheet, [4, 6])))
    assert numbers(result) == {"accepted": 3, "created": 3}
    (note,) = [message for message in result.messages if message.code == "B08"]
    assert (note.severity, note.sheet, note.read) == ("note", "附件1-1", "4、6")
    assert "2 行" in note.message


def test_hidden_rows_that_are_no_household_are_not_worth_a_word() -> None:
    result = send(("a.xlsx", xlsx((household_sheet(person("张三")), [2, 3, 9]))))
    assert "B08" not in result.codes()


def in_force(household: Household) -> str:
    return Revision.objects.filter(household=household).order_by("-number")[0].answers


def row_of(hidden: bool, **changes: Any) -> dict[str, Any]:
    return person("张三", **({"有无安全饮水": 3, "备注": "旧的"} if hidden else {}) | changes)


@pytest.mark.parametrize("known", [False, True])
@pytest.mark.parametrize("first", ["hidden", "seen"])
@pytest.mark.parametrize("where", ["row", "sheet", "file"])
@pytest.mark.parametrize("keyed", ["neither", "hidden", "seen", "both"])
def test_a_seen_row_counts_before_a_hidden_one(known: bool, first: str, where: str, keyed: str) -> None:
    """Whichever comes first, wherever they stand, whichever carries the key or the phone of the register."""
    if known:
        send(household_sheet(person("张三", 联系电话=OLD), person("王五")))
    elif keyed != "neither":
        pytest.skip("no household has a key yet")
    keys = key_of(Household.objects.get(head_name="张三").pk) if known else {}
    seen = row_of(False, 联系电话=NEW) | (keys if keyed in ("seen", "both") else {})
    hidden = row_of(True, 联系电话=OLD if known else NEW) | (keys if keyed in ("hidden", "both") else {})
    rows = [hidden, seen] if first == "hidden" else [seen, hidden]
    at = rows.index(hidden)
    if where == "row":
        files = [("a.xlsx", xlsx((household_sheet(*rows), [4 + at])))]
    elif where == "sheet":
        pages: list[tuple[Sheet, Any]] = [
            (household_sheet(row, name=f"表{n}"), None if n == at else []) for n, row in enumerate(rows)
        ]
        files = [("a.xlsx", xlsx(*pages))]
    else:
        files = [
            (f"{n}.xlsx", xlsx((household_sheet(row), [4] if n == at else []))) for n, row in enumerate(rows)
        ]
    result = send(*files)
    household = Household.objects.get(head_name="张三")
    assert '"water":2' in in_force(household)
    assert household.phone == NEW
    assert result.unchanged == 1
    assert not said(result, "hard")
    (note,) = [message for message in result.messages if message.code == "B09"]
    assert note.severity == "soft"
    assert result.warned >= 1


def test_a_seen_row_that_is_refused_does_not_let_its_hidden_copy_in() -> None:
    rows = [row_of(True), person("张三", 家庭人口="三个")]
    result = send(("a.xlsx", xlsx((household_sheet(*rows), [4]))))
    assert numbers(result) == {"refused": 1, "unchanged": 1}
    assert not Household.objects.exists()


def test_a_hidden_copy_that_says_the_same_is_no_change_and_counts_once() -> None:
    people = [person(f"张{n}") for n in "甲乙丙"]
    sheet, copy = household_sheet(*people), household_sheet(*people, name="附件1-1 (2)")
    result = send(("a.xlsx", xlsx((copy, None), (sheet, []), (profile_sheet(), []))))
    assert (result.accepted, result.created, result.unchanged, result.refused) == (3, 3, 3, 0)
    assert "B07" in result.codes()
    assert "B09" not in result.codes()


def test_two_families_of_one_name_stay_two() -> None:
    rows = [person("张三", 联系电话=OLD), person("张三", 联系电话=NEW)]
    result = send(("a.xlsx", xlsx((household_sheet(*rows), [5]))))
    assert result.created == 2
    assert "B09" not in result.codes()


def test_a_hidden_row_alone_goes_in() -> None:
    send(household_sheet(person("张三")))
    result = send(("a.xlsx", xlsx((household_sheet(person("张三", 有无安全饮水=3)), [4]))))
    assert result.accepted == 1
    assert '"water":3' in in_force(Household.objects.get())

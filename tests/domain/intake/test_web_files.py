"""Tables of web systems through an import: stored alike, refused rows with the place that the clerk sees."""

from __future__ import annotations

import io

import pytest
from openpyxl import load_workbook
from tests.domain.intake.sheets import book, household_sheet, numbers, person, said, send
from tests.formats import web_writers

from paicha.domain.households.models import Household
from paicha.domain.responses.models import Revision

pytestmark = pytest.mark.usefixtures("county")

WRITERS = {
    "表.xls": lambda made: web_writers.java_page(made).encode("gb18030"),
    "表.htm": lambda made: web_writers.excel_one_page(made).encode("gb18030"),
    "表.html": lambda made: web_writers.sheetjs_page(made).encode(),
    "表.mht": web_writers.excel_archive,
    "表.xml": lambda made: web_writers.excel_2003(made).encode("utf-16"),
}


@pytest.mark.parametrize("name", WRITERS)
def test_a_web_table_and_then_the_workbook_change_nothing(name: str) -> None:
    content = book(
        household_sheet(person("张三", 联系电话="13900000001", 备注="高血压\n住院"), person("李四"))
    )
    first = send((name, WRITERS[name](load_workbook(io.BytesIO(content)))))
    assert numbers(first) == {"accepted": 2, "created": 2}
    assert said(first) == []
    household = Household.objects.get(head_name="张三")
    assert (household.group, household.phone, household.population) == ("1", "13900000001", 4)
    again = send(("表.xlsx", content))
    assert numbers(again) == {"unchanged": 2}
    assert Revision.objects.count() == 2


@pytest.mark.parametrize("name", WRITERS)
def test_a_refused_row_names_sheet_and_cell(name: str) -> None:
    content = book(household_sheet(person("张三", 居住地="1月3日"), person("李四")))
    result = send((name, WRITERS[name](load_workbook(io.BytesIO(content)))))
    assert numbers(result) == {"accepted": 1, "created": 1, "refused": 1}
    (entry,) = [entry for entry in result.messages if entry.code == "R10"]
    assert (entry.file, entry.cell, entry.read) == (name, "E4", "1月3日")

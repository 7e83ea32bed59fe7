"""The printed form, filled in tidily, comes back as typed columns."""

from __future__ import annotations

from paicha.core.pack import Pack
from paicha.formats.reading import HouseholdTable, read_file

from .conftest import workbook


def test_printed_form(pack: Pack) -> None:
    form = pack.household_forms["general"]
    rows = [
        [form.title],
        ["镇(街)( 大保当镇 )  村( 任家伙场村 )  组( 二 )"],
        [column.label for column in form.columns],
        [1, "刘志强", 4, 13812345678, 1, 2, 3, 1, "1.未参加0人 2.参加城乡居民医保3人 3.参加职工医保1人", 3,
         "1.有,原因大病住院", "4,高龄补贴", 3, "张三、李四", "外出"],
        [2, "折建国", 5, "13912345678"],
    ]  # fmt: skip
    (table,) = read_file(workbook(**{"附件1-1": rows}), "a.xlsx", pack).tables
    assert isinstance(table, HouseholdTable)
    assert (table.form, table.headings.town, table.headings.village) == ("general", "大保当镇", "任家伙场村")
    first, second = table.frame.to_dicts()
    assert first == {
        "_row": 4, "_group": "2", "_key": None, "_base": None, "_town": None, "_village": None, "_class": None,
        "_answered": True, "head_name": "刘志强", "population": 4, "phone": "13812345678", "residence": 1,
        "housing": 2, "schooling": 3, "water": 1, "insured_none": 0, "insured_resident": 3, "insured_employee": 1,
        "income_band": 3, "major_expense": 1, "major_expense_reason": "大病住院", "civil_aid": [4],
        "civil_aid_other": "高龄补贴", "enrol": 3, "surveyors": "张三、李四", "remark": "外出",
    }  # fmt: skip
    assert (second["_row"], second["_answered"], second["residence"]) == (5, False, None)
    assert table.faults == []
    assert table.cells["insured_resident"] == "I"

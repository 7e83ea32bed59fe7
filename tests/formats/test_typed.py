"""Rows typed into a form: read as the importer reads a cell, and shown so that they read back the same."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.formats.sample import pack
from tests.lengths import examples

from paicha.core.pack import Question
from paicha.formats.cell_entry import cell_of, read_typed, typed_cells, typed_fields
from paicha.formats.reading.oddities import is_ditto

NEAR = date(2022, 3, 10)


def read(form: str, **cells: str) -> tuple[dict[str, Any], list[str]]:
    """Answers of one typed row, and what is said about cells that can't be read."""
    table = read_typed(pack(), pack().household_forms[form], [cells], NEAR)
    row = {k: v for k, v in table.frame.row(0, named=True).items() if k[0] != "_" and v is not None}
    return row, [f"{fault.question} {fault.code}" for fault in table.faults]


@pytest.mark.parametrize(
    ("cells", "answers"),
    [
        ({"residence": "1", "housing": "２"}, {"residence": 1, "housing": 2}),
        ({"insurance": "040"}, {"insured_none": 0, "insured_resident": 4, "insured_employee": 0}),
        ({"insurance": "1 10 0"}, {"insured_none": 1, "insured_resident": 10, "insured_employee": 0}),
        ({"population": "4", "insurance": "2.居民4人"}, {"population": 4, "insured_none": 0, "insured_resident": 4,
                                                       "insured_employee": 0}),
        ({"civil_aid": "13"}, {"civil_aid": [1, 3]}),
        ({"civil_aid": "4孤儿补助"}, {"civil_aid": [4], "civil_aid_other": "孤儿补助"}),
        ({"major_expense": "1 大病住院"}, {"major_expense": 1, "major_expense_reason": "大病住院"}),
        ({"major_expense": "2"}, {"major_expense": 2}),
        ({"surveyed_on": "3月12日"}, {"surveyed_on": date(2022, 3, 12)}),
        ({"phone": "139 0000 2210"}, {"phone": "13900002210"}),
        ({"housing": "无"}, {}),
    ],
)  # fmt: skip
def test_a_typed_row_is_read_as_a_row_of_a_workbook(cells: dict[str, str], answers: dict[str, Any]) -> None:
    assert read("general", **cells) == (answers, [])


@pytest.mark.parametrize(
    ("cells", "fault"),
    [
        ({"insurance": "04"}, "insured_none R08"),
        ({"insurance": "0400"}, "insured_none R08"),
        ({"housing": "2或3"}, "housing R01"),
        ({"population": "四五"}, "population R05"),
    ],
)
def test_what_has_no_single_reading_is_a_fault_at_its_cell(cells: dict[str, str], fault: str) -> None:
    assert read("general", **cells)[1] == [fault]


@pytest.mark.parametrize(
    ("question", "cells", "cell"),
    [
        ("insured_resident", ["insurance", "housing"], "insurance"),
        ("insured_resident", ["insurance", "insured_resident"], "insured_resident"),
        ("major_expense_reason", ["major_expense"], "major_expense"),
        ("income", ["housing"], ""),
    ],
)
def test_a_question_points_at_the_cell_that_is_there(question: str, cells: list[str], cell: str) -> None:
    assert cell_of(pack(), pack().household_forms["general"], question, cells) == cell


# Quotation marks alone mean the row above (R22): no text of one's own.
TEXT = st.text("甲乙孤儿补助住院大学生1234、，,. 个有无其他原因“”", min_size=1, max_size=12).filter(
    lambda t: not is_ditto(t)
)


def _answer(question: Question) -> st.SearchStrategy[Any]:
    numbers = [option.number for option in question.options]
    if question.type == "choice":
        return st.sampled_from(numbers)
    if question.type == "choices":
        return st.sets(st.sampled_from(numbers), min_size=1).map(sorted)
    if question.type == "integer":
        return st.integers(0, 99)
    return st.dates(date(2021, 9, 1), date(2022, 8, 31))


@st.composite
def rows(draw: st.DrawFn, form: str) -> dict[str, Any]:
    """Answers of a form, complete or not; texts as they are stored, beside the options that ask for them."""
    answers: dict[str, Any] = {}
    for field in typed_fields(pack(), pack().household_forms[form]).values():
        if field.kind == "parts":
            answers |= {part.name: draw(st.integers(0, 12)) for part in field.parts}
        elif field.question and field.kind != "text" and draw(st.booleans()):
            answers[field.name] = value = draw(_answer(field.question))
            chosen = value if isinstance(value, list) else [value]
            asked = [text for number, text in field.texts if number in chosen]
            for name in asked:
                stored, faults = read(form, **{name: draw(TEXT)})
                assert faults == []
                answers |= stored
    return answers


@pytest.mark.parametrize("form", list(pack().household_forms))
@settings(max_examples=examples(60), deadline=None)
@given(data=st.data())
def test_what_is_shown_reads_back_as_the_same_answers(form: str, data: st.DataObject) -> None:
    answers = data.draw(rows(form))
    cells = typed_cells(pack(), pack().household_forms[form], answers)
    assert read(form, **cells) == (answers, [])

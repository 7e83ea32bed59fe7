"""A column's label and what is printed below it: they belong together, stand in one cell, or contradict."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from paicha.core.pack import Pack
from paicha.formats.layout import Field, household_table
from paicha.formats.reading import HouseholdTable, ReadFile, read_file

from .conftest import workbook

FORMS = ["general", "lifted", "monitored"]


def fields(pack: Pack, form: str, *, apart: bool) -> list[Field]:
    return list(household_table(pack, pack.household_forms[form], parts_apart=apart).fields)


def answers(columns: list[Field]) -> list[Any]:
    """A row of a household: the first option, one person, a name."""
    values = {
        "head_name": "刘志强",
        "population": 3,
        "phone": "13812345678",
        "surveyors": "张三",
        "insurance": "0,3,0",
    }
    return [
        values.get(f.name) or ("" if f.question is None else 1 if f.kind != "text" else "") for f in columns
    ]


def read(pack: Pack, form: str, *rows: list[Any]) -> ReadFile:
    return read_file(workbook(**{pack.household_forms[form].sheet: list(rows)}), "a.xlsx", pack)


def tables(found: ReadFile) -> list[HouseholdTable]:
    return [table for table in found.tables if isinstance(table, HouseholdTable)]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("apart", [True, False])
@pytest.mark.parametrize("between", ["\n", " ", "_", ""])
@pytest.mark.parametrize("grouped", [True, False])
def test_heads_of_one_line(pack: Pack, form: str, apart: bool, between: str, grouped: bool) -> None:
    """Group, label and options in one cell, as scripts flatten a heading: each column is known."""
    columns = fields(pack, form, apart=apart)
    heads = [
        f"{f.group + between if grouped and f.group else ''}{f.label}{between + f.options if f.options else ''}"
        for f in columns
    ]
    found = read(pack, form, heads, answers(columns))
    (table,) = tables(found)
    assert table.form == form and not [m for m in found.messages if m.code in ("B05", "R27", "B01")]
    asked = {f.name for f in columns if f.question is not None}
    assert asked <= set(table.cells), asked - set(table.cells)
    assert [table.cells[f.name] for f in columns if f.question] == [
        chr(65 + i) for i, f in enumerate(columns) if f.question
    ]


@pytest.mark.parametrize("form", FORMS)
def test_options_of_another_question_refuse_the_sheet(pack: Pack, form: str) -> None:
    """For every two columns: the options of one below the label of the other are refused, naming both."""
    columns = fields(pack, form, apart=False)
    printed = [i for i, f in enumerate(columns) if f.options]
    for here, there in permutations(printed, 2):
        one, other = columns[here], columns[there]
        options = [f.options for f in columns]
        options[here] = other.options
        own = {o.number: o.label for o in one.question.options} if one.question else {}
        if other.question and all(own.get(o.number) == o.label for o in other.question.options):
            continue  # 1.是 2.否 are the options of both
        found = read(pack, form, [f.label for f in columns], options, answers(columns))
        codes = [m.code for m in found.messages if m.severity == "hard"]
        labels = {o.label for o in one.question.options} if one.question else set()
        if other.question and labels >= {o.label for o in other.question.options}:
            (table,) = tables(found)  # its own labels in another order: the number alone has two readings
            assert {f.code for f in table.faults} == {"R17"}, (one.label, other.label)
            continue
        assert codes == ["R27"] and not found.tables, (one.label, other.label, codes)
        message = next(m for m in found.messages if m.code == "R27").message
        assert one.label in message and "ABCDEFGHIJKLMNOPQRSTU"[here] in message


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("apart", [True, False])
@pytest.mark.parametrize("step", [1, -1, 2, -3])
def test_a_row_of_the_heading_that_was_shifted_refuses_the_sheet(
    pack: Pack, form: str, apart: bool, step: int
) -> None:
    """Cells inserted into one row of the heading move it against the other."""
    columns = fields(pack, form, apart=apart)
    labels, options = [f.label for f in columns], [f.options for f in columns]
    padding = [""] * abs(step)
    shifted = padding + options if step > 0 else options[-step:] + padding
    found = read(pack, form, labels + padding, shifted, answers(columns))
    assert [m.code for m in found.messages if m.severity == "hard"] == ["R27"] and not found.tables


PLAIN = ["户主姓名", "家庭人口", "居住地", "有无安全住房", "有无安全饮水", "是否需要纳入易返贫致贫户", "备注"]
HEADS: list[tuple[dict[int, list[str]], bool]] = [
    ({}, True),
    ({2: ["居住地", "1.本村\n2.村外镇内"]}, True),
    ({6: ["备注", "1.外出 2.空户"]}, True),
    ({3: ["有无安全住房", "住房"]}, True),
    ({3: ["有无安全住房", "有无安全饮水"]}, False),
    ({1: ["家庭人口", "联系电话"]}, False),
    ({1: ["家庭人口", "1.不安全 2.自有住房且安全 3.租房且安全"]}, False),
    ({2: ["居住地", "1.不安全 2.自有住房且安全"]}, False),
    ({6: ["备注", "1.是 2.不确定,需研判 3.否"]}, False),
    ({4: ["有无安全饮水", "1.未参加____人"]}, False),
    ({4: ["有无安全饮水", "填数字"]}, True),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "reads"), HEADS)
def test_two_texts_in_one_column(pack: Pack, changes: dict[int, list[str]], reads: bool) -> None:
    upper = [changes.get(i, [label])[0] for i, label in enumerate(PLAIN)]
    lower = [changes[i][1] if i in changes else "" for i in range(len(PLAIN))]
    printed = {
        "居住地": "1.本村 2.村外镇内 3.神木市城区",
        "有无安全饮水": "1.不安全 2.自来水供水且安全",
        "是否需要纳入易返贫致贫户": "1.是 2.不确定,需研判 3.否",
    }
    more = [printed.get(label, "") for label in PLAIN]
    lower = [one or two for one, two in zip(lower, more, strict=True)]
    found = read(pack, "general", upper, lower, ["刘志强", 3, 1, 2, 2, 3, ""])
    assert bool(tables(found)) is reads, found.messages
    assert [m.code for m in found.messages if m.severity == "hard"] == ([] if reads else ["R27"])


def test_groups_above_several_labels_are_no_labels(pack: Pack) -> None:
    """收支情况 above 人均年纯收入 and 人均年纯收入(元), merged or with blanks beside it, is their group."""
    upper = ["户主姓名", "家庭人口", "人均年纯收入", "", "有无安全住房", "有无安全饮水", "备注"]
    lower = ["", "", "人均年纯收入", "人均年纯收入(元)", "", "", ""]
    found = read(pack, "general", upper, lower, ["刘志强", 3, 3, 8000, 2, 2, ""])
    (table,) = tables(found)
    assert table.frame.select("income_band", "income").rows() == [(3, 8000)]

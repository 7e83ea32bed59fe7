"""Village forms of an upload: taken in whole or refused, form 4 compared; groups that a village doesn't have."""

from __future__ import annotations

from typing import Any

import pytest
from tests.domain.intake.sheets import (
    book,
    code,
    household_sheet,
    numbers,
    person,
    problem_sheet,
    profile_sheet,
    said,
    send,
    statistics_sheet,
    verification_sheet,
)
from tests.worlds.county import PROFILE

from paicha.domain.areas.models import Group
from paicha.domain.responses.models import Finding, VillageSummary

pytestmark = pytest.mark.usefixtures("county")

FIGURES = [PROFILE["groups"], 6, 24, 5, 20]


def four(*surveyed: int, problems: int | None = 0, village: str = "水磨河村") -> list[Any]:
    return ["滨河新区街道", village, *FIGURES, *surveyed, problems, None]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (four(3, 2, 1, 0), []),
        (four(4, 2, 1, 0), [("V19", "I5")]),
        (four(4, 3, 1, 0), [("V20", "J5")]),
        (four(3, 3, 0, 0), [("V20", "J5"), ("V20", "K5")]),
        ([*four(3, 2, 1, 0)[:2], 9, 6, 24, 5, 20, 3, 2, 1, 0, 0], [("V21", "D5")]),
        ([*four(3, 2, 1, 0)[:2], 3, 6, 25, 5, 20, 3, 2, 1, 0, 0], [("V21", "F5")]),
        (four(None, 2, 1, 0), [("V01", "I5")]),  # type: ignore[arg-type]
    ],
)
@pytest.mark.parametrize("order", ["one file", "form 4 first", "form 4 last"])
def test_a_filled_form_four_is_compared_cell_by_cell(
    row: list[Any], expected: list[tuple[str, str]], order: str
) -> None:
    rows = (
        household_sheet(person("张三"), person("坏", 居住地=9)),
        household_sheet(person("李四"), name="附件1-2", lifted=True),
        profile_sheet(),
    )  # fmt: skip
    sheet = statistics_sheet(row)
    if order == "one file":
        result = send(*rows, sheet)
    else:
        files = [("2.xlsx", book(*rows)), ("1.xlsx" if order == "form 4 first" else "3.xlsx", book(sheet))]
        result = send(*sorted(files))
    assert sorted(c for c in said(result) if c[0] != "V02") == sorted(expected), result.messages
    counts = numbers(result)
    assert (counts["accepted"], counts["refused"], counts["forms"]) == (2, 1, 2)
    assert counts.get("forms_refused", 0) == bool(expected)


def test_a_form_four_alone_is_compared_with_the_round() -> None:
    send(household_sheet(person("张三"), person("李四")), profile_sheet())
    assert said(send(statistics_sheet(four(2, 2, 0, 0)))) == []
    differs = send(statistics_sheet(four(3, 3, 0, 0)))
    assert said(differs) == [("V20", "J5")]
    assert "3" in differs.messages[0].message and "2" in differs.messages[0].message


@pytest.mark.parametrize("known", [False, True])
def test_a_household_that_stands_twice_counts_once_in_form_four(known: bool) -> None:
    rows = household_sheet(person("张三"), person("李四"))
    if known:
        send(rows)
    copy = household_sheet(person("张三"), person("李四"), name="附件1-1 (2)")
    assert said(send(rows, copy, profile_sheet(), statistics_sheet(four(2, 2, 0, 0)))) == []


def test_a_town_s_form_four_is_compared_village_by_village() -> None:
    files = [
        ("1-统计.xlsx", book(statistics_sheet(four(1, 1, 0, 0), four(2, 2, 0, 0, village="常家沟村")))),
        ("2.xlsx", book(household_sheet(person("张三")))),
        ("3.xlsx", book(household_sheet(person("李四"), village="常家沟村"))),
    ]
    result = send(*files)
    assert said(result) == [("V20", "J6")]
    assert numbers(result) == {"accepted": 2, "created": 2, "forms": 2, "forms_refused": 1}


@pytest.mark.parametrize(("typed", "expected"), [(2, []), (0, [("V22", "M5")]), (3, [("V22", "M5")])])
@pytest.mark.parametrize("earlier", [False, True])
def test_the_problems_of_form_four_are_those_of_form_three(
    typed: int, expected: list[tuple[str, str]], earlier: bool
) -> None:
    problems = problem_sheet((1, "窑洞漏雨"), (6, "3户电话没更新"))
    if earlier:
        send(problems)
    sheets = [statistics_sheet(four(1, 1, 0, 0, problems=typed)), household_sheet(person("张三"))]
    result = send(*sheets, *([] if earlier else [problems]))
    assert said(result) == expected
    assert VillageSummary.objects.get(code=code()).facts["problem_rows"] == 2


def test_a_problem_list_is_kept_and_withdrawn_by_who_wrote_it() -> None:
    sheets = (household_sheet(person("张三")), problem_sheet((1, "窑洞漏雨"), (6, "3户电话没更新")))
    assert numbers(send(*sheets)) == {"accepted": 1, "created": 1, "forms": 1}
    send(problem_sheet((6, "3户电话没更新")))
    assert VillageSummary.objects.get(code=code()).facts["problem_rows"] == 1


def test_a_problem_list_that_was_handed_up_is_refused_and_an_equal_one_is_no_change() -> None:
    send(household_sheet(person("张三")), problem_sheet((1, "窑洞漏雨")))
    VillageSummary.objects.filter(code=code()).update(status="handed_up")
    assert said(send(problem_sheet((1, "窑洞漏雨")))) == []
    result = send(problem_sheet((1, "窑洞漏雨"), (6, "3户电话没更新")))
    assert [c for c, _ in said(result)] == ["H02"]
    assert VillageSummary.objects.get(code=code()).facts["problem_rows"] == 1


@pytest.mark.parametrize(
    ("noes", "problems", "refused"), [((), None, 0), ((2, 4), "电话有误", 0), ((4,), None, 1)]
)
def test_a_no_of_a_town_s_visit_asks_for_its_problem(
    noes: tuple[int, ...], problems: str | None, refused: int
) -> None:
    result = send(household_sheet(person("张三")), verification_sheet(*noes, problems=problems))
    assert [c for c, _ in said(result)] == ["V23"] * refused
    assert (result.forms, result.forms_refused) == (1, refused)
    facts = VillageSummary.objects.get(code=code()).facts
    assert facts.get("no_answers_form5") == (None if refused else len(noes))
    assert Finding.objects.filter(rule="S28", state="open").exists() is (bool(noes) and not refused)


def test_a_form_four_of_an_unknown_village_is_refused() -> None:
    result = send(statistics_sheet(four(1, 1, 0, 0, village="水磨沟村")))
    assert said(result) == [("A03", "C5")] and numbers(result) == {"forms": 1, "forms_refused": 1}


def test_a_refused_profile_stays_out_and_the_rows_go_in() -> None:
    result = send(household_sheet(person("张三")), profile_sheet(lifted_households=9))
    assert {code for code, _ in said(result)} == {"V16", "V17"}
    assert numbers(result) == {"accepted": 1, "created": 1, "forms": 1, "forms_refused": 1}
    assert VillageSummary.objects.get(code=code()).profile == {}


@pytest.mark.parametrize(
    ("groups", "group", "warned"),
    [(None, "2", False), (None, "沟岔组", False), (2, "2", False), (2, "3", True), (2, "沟岔组", False)],
)
def test_a_group_beyond_what_the_profile_states_is_warned_of(
    groups: int | None, group: str, warned: bool
) -> None:
    if groups is not None:
        send(profile_sheet(groups=groups))
    result = send(household_sheet(person("张三"), group=group))
    assert numbers(result) == {"accepted": 1, "created": 1}
    assert [c for c, _ in said(result, "soft") if c == "V13"] == (["V13"] if warned else [])
    assert Group.objects.count() == 1


@pytest.mark.parametrize(("group", "warned"), [("1", False), ("2", True), ("沟岔组", True)])
def test_a_group_that_the_village_does_not_have_is_made_with_a_warning_once(group: str, warned: bool) -> None:
    send(household_sheet(person("张三")))
    result = send(household_sheet(person("贺保平"), person("欧阳焱"), group=group))
    assert numbers(result) == {"accepted": 2, "created": 2}
    words = [m.message for m in result.messages if m.code == "V13"]
    assert len(words) == warned and all(group.removesuffix("组") in word for word in words)
    again = send(household_sheet(person("贺保平"), person("欧阳焱"), group=group))
    assert numbers(again) == {"unchanged": 2} and again.messages == []

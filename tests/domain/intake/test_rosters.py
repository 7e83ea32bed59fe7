"""Household rosters: whom they add, on which form, and what they don't touch."""

from __future__ import annotations

import pytest
from tests.domain.intake.sheets import book, code, household_sheet, numbers, person, said, send

from paicha.domain.audit.queries import verify
from paicha.domain.households.models import Household
from paicha.domain.responses.audit_check import broken_parts
from paicha.domain.responses.models import VillageSummary
from paicha.domain.rounds.models import RosterEntry

pytestmark = pytest.mark.usefixtures("county")


def roster(*lines: str, head: str = "村,组,户主,人口,电话,类别") -> tuple[str, bytes]:
    return "花名册.csv", "\n".join([head, *lines, ""]).encode("utf-8-sig")


def test_households_go_into_register_and_round_on_the_form_of_their_class() -> None:
    result = send(
        roster(
            "水磨河村,1,张三,4,13900000001,一般农户",
            "水磨河村,2,李四,3,,脱贫户",
            "水磨河村,沟岔组,王五,2,,易返贫致贫户",
            "常家沟村,1,赵六,1,,",
        )
    )
    assert numbers(result) == {"accepted": 4, "created": 4} and result.complete
    entries = RosterEntry.objects.order_by("household__number").values_list(
        "household__head_name", "form", "group", "outcome"
    )
    assert sorted(entries) == [
        ("张三", "general", "1", None), ("李四", "lifted", "2", None), ("王五", "monitored", "沟岔组", None),
        ("赵六", "general", "1", None),
    ]  # fmt: skip
    assert VillageSummary.objects.get(code=code()).counts == {
        "general": {"due": 1}, "lifted": {"due": 1}, "monitored": {"due": 1},
    }  # fmt: skip
    household = Household.objects.get(head_name="张三")
    assert (household.phone, household.population) == ("13900000001", 4)
    assert verify() == [] and broken_parts() == []


def test_the_same_roster_again_is_no_change_and_a_longer_one_adds() -> None:
    first = ("水磨河村,1,张三,4,,一般农户", "水磨河村,1,李四,3,,一般农户")
    send(roster(*first))
    assert numbers(send(roster(*first))) == {"unchanged": 2}
    assert numbers(send(roster(*first, "水磨河村,1,贺保平,3,,脱贫户"))) == {
        "accepted": 1, "created": 1, "unchanged": 2,
    }  # fmt: skip
    assert numbers(send(roster(first[0], first[0]))) == {"unchanged": 2}


def test_columns_in_any_order_and_more_of_them() -> None:
    lines = ("一般农户,张三,身份证不录,4,1,水磨河村", "脱贫户,李四,,3,2,水磨河村")
    result = send(roster(*lines, head="类别,户主,其他,人口,组,村"))
    assert numbers(result) == {"accepted": 2, "created": 2}
    assert [m.code for m in result.messages] == ["B05"] and "其他" in result.messages[0].message


# A line; the code and cell of its refusal
BROKEN = [
    ("水磨河村,1,,4,,一般农户", "V01", "C2"),
    ("水磨河村,1,张三,25,,一般农户", "V03", "D2"),
    ("水磨河村,1,张三,0,,一般农户", "V03", "D2"),
    ("水磨河村,1,张三,4,139,一般农户", "V12", "E2"),
    ("水磨河村,1,张三,4,,富裕户", "R15", "F2"),
    ("水磨沟村,1,张三,4,,一般农户", "A03", "A2"),
]


@pytest.mark.parametrize(("line", "rule", "cell"), BROKEN)
def test_a_broken_line_is_refused_at_its_cell_and_the_next_goes_in(line: str, rule: str, cell: str) -> None:
    result = send(roster(line, "水磨河村,1,李四,4,,一般农户"))
    assert numbers(result) == {"accepted": 1, "created": 1, "refused": 1}
    assert said(result) == [(rule, cell)]
    assert list(Household.objects.values_list("head_name", flat=True)) == ["李四"]


def test_a_dry_run_adds_nobody() -> None:
    result = send(roster("水磨河村,1,张三,4,,一般农户"), dry_run=True)
    assert numbers(result) == {"accepted": 1, "created": 1}
    assert Household.objects.count() == RosterEntry.objects.count() == 0


def test_a_roster_and_the_sheets_of_its_village_in_one_upload() -> None:
    files = [
        roster("水磨河村,1,张三,4,13900000001,一般农户", "水磨河村,1,李四,4,,一般农户"),
        ("表.xlsx", book(household_sheet(person("张三", 联系电话="13900000002"), person("王五")))),
    ]
    assert numbers(send(*files)) == {"accepted": 4, "created": 3}
    assert Household.objects.get(head_name="张三").phone == "13900000002"
    assert VillageSummary.objects.get(code=code()).counts == {"general": {"1": 2, "due": 1}}


def test_who_was_answered_is_not_touched_by_a_later_roster() -> None:
    send(household_sheet(person("张三", 联系电话="13900000001")))
    assert numbers(send(roster("水磨河村,1,张三,9,,脱贫户"))) == {"unchanged": 1}
    household = Household.objects.get()
    assert (household.phone, household.population, household.household_class) == ("13900000001", 4, "general")

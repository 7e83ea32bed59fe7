"""What stands in the way of a removal: each guard with its sentence, and nothing else."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from tests.domain.cases.days import EVERY, Days

from paicha.domain.cases.models import Case
from paicha.domain.cases.services import CaseError, Vote, add_measure, take_step
from paicha.domain.households.models import Household

LONG_AGO = {"enrolled_on": "2021-05-01", "grounds": "收入稳定，风险已化解"}
SAFE: dict[str, Any] = {"income_band": 3, "return_risk": 2, "bottom_aid": 3}


def helped(days: Days, **answers: Any) -> UUID:
    """A monitored household that gets a measure and has nothing in its way but what `answers` say."""
    household = days.household("monitored", **(SAFE | answers))
    with days.work() as work:
        add_measure(work, household, policy="公益性岗位", by_whom="村委会", since=date(2021, 6, 1))
    return household


@pytest.mark.parametrize(
    ("answers", "records", "said"),
    [
        ({"income_band": 2}, {}, "人均年纯收入还在监测线以内"),
        ({"income_band": 2, "income": 6000}, {}, "人均年纯收入还在监测线以内"),
        ({"housing": 1}, {}, "三保障或饮水安全还有没解决的"),
        ({"schooling": 1}, {}, "三保障或饮水安全还有没解决的"),
        ({"water": 1}, {}, "三保障或饮水安全还有没解决的"),
        ({"insured_none": 1, "insured_resident": 3}, {}, "三保障或饮水安全还有没解决的"),
        ({"major_expense": 1, "major_expense_reason": "大病"}, {}, "较大刚性支出还没有化解"),
        ({"return_risk": 1}, {}, "排查表上填着有返贫风险"),
        ({}, {"enrolled_on": "2021-09-12"}, "纳入还不满六个月"),  # 179 days
        ({}, {"enrolled_on": ""}, "请填写纳入日期"),
        ({}, {"grounds": ""}, "请填写消除理由"),
    ],
)
def test_a_removal_is_not_possible_while(
    days: Days, answers: dict[str, Any], records: dict[str, str], said: str
) -> None:
    household = helped(days, **answers)
    with pytest.raises(CaseError, match=said) as refused:
        days.open(household, procedure="removal", **(LONG_AGO | records))
    assert str(refused.value).count("；") == 0  # this and nothing else
    assert Case.objects.count() == 0


def test_a_removal_of_whom_nothing_stands_against(days: Days) -> None:
    household = helped(days)
    case = days.open(household, procedure="removal", **(LONG_AGO | {"enrolled_on": "2021-09-11"}))  # 180 days
    assert days.onward(case).state == "done"
    assert Household.objects.get(pk=household).household_class == "lifted"  # 脱贫不稳定户
    assert [step for step, _ in days.log(case)] == [
        "proposal", "review", "notice", "town_check", "decision", "marked",
    ]  # fmt: skip


@pytest.mark.parametrize(("type_", "into"), [(1, "lifted"), (2, "general"), (3, "general")])
def test_what_a_removal_makes_of_a_household(days: Days, type_: int, into: str) -> None:
    household = helped(days, household_type=type_)
    days.onward(days.open(household, procedure="removal", **LONG_AGO))
    assert Household.objects.get(pk=household).household_class == into


def test_no_measure_no_removal(days: Days) -> None:
    household = days.household("monitored", **SAFE)
    with pytest.raises(CaseError, match="张三户现在不能办风险消除：还没有登记帮扶措施，请先登记。"):
        days.open(household, procedure="removal", **LONG_AGO)


def test_nobody_met_it_no_removal(days: Days) -> None:
    household = days.village.register("高兰花", "monitored")
    with pytest.raises(CaseError, match="本轮还没有排查这一户"):
        days.open(household, procedure="removal", **LONG_AGO)


def test_every_reason_is_told(days: Days) -> None:
    household = days.household("monitored", income_band=1, housing=1, return_risk=1)
    with pytest.raises(CaseError) as refused:
        days.open(household, procedure="removal", **LONG_AGO)
    assert str(refused.value).count("；") == 3


def test_what_comes_up_on_the_way_stops_it(days: Days) -> None:
    household = helped(days)
    case = days.onward(days.open(household, procedure="removal", **LONG_AGO), "town_check")
    days.village.one(form="monitored", household=household, **(SAFE | {"return_risk": 1}))
    with days.work() as work, pytest.raises(CaseError, match="现在不能办风险消除：排查表上填着有返贫风险"):
        take_step(work, case, at="town_check", levels=EVERY, records=days.records(case))
    days.back(case, "review", "又有返贫风险")
    meeting = days.plan(case, kind="review")
    with pytest.raises(CaseError, match="张三户：现在不能办风险消除：排查表上填着有返贫风险"):
        days.hold(meeting, Vote(9, 0, 0, "passed"))
    days.hold(meeting, Vote(1, 8, 0, "ended", "又有风险"))
    case.refresh_from_db()
    assert case.state == "ended"


def test_who_was_enrolled_here_is_known_by_the_day(days: Days) -> None:
    household = days.household()
    days.onward(days.open(household))
    with days.work() as work:
        add_measure(work, household, policy="小额信贷", by_whom="镇街", since=days.today)
    for later, said in [(179, True), (1, False)]:
        days.day += later
        with pytest.raises(CaseError) as refused:  # its form of this round doesn't ask for what 1-3 does
            days.open(household, procedure="removal", **LONG_AGO)
        assert "本轮还没有排查这一户" in str(refused.value)
        assert ("纳入还不满六个月" in str(refused.value)) == said

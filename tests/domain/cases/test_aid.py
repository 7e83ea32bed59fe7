"""Measures, weekly rounds, what is overdue, and the alert: what rules and lists hear of them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from tests.domain.cases.days import CADRE, Days

from paicha.core.refusal import Refusal
from paicha.domain.cases.queries import (
    alert_of,
    groups_overdue,
    measures_of,
    meeting_overdue,
    without_measures,
)
from paicha.domain.cases.services import (
    CaseError,
    add_measure,
    help_first,
    note_round,
    open_cases,
    withdraw_measure,
)
from paicha.domain.households.models import Household
from paicha.domain.responses.models import Finding
from paicha.domain.responses.village_facts import VillageFacts

JOB: dict[str, Any] = {"policy": "公益性岗位", "by_whom": "村委会", "since": date(2022, 3, 1)}


def test_a_measure_is_told_to_the_rules_and_can_be_withdrawn(days: Days) -> None:
    household = days.household("monitored", bottom_aid=3)
    assert days.village.open(household) == {"S18"}  # 监测户无帮扶
    assert without_measures(days.village.county.pack, days.village.summary) == 1
    with days.work() as work:
        measure = add_measure(work, household, **JOB, amount=800)
        add_measure(work, household, **(JOB | {"policy": "小额信贷", "until": date(2023, 3, 1)}))
    assert days.told(household) == {"measures": 2}
    assert days.village.open(household) == set()
    assert without_measures(days.village.county.pack, days.village.summary) == 0
    with days.work() as work:
        withdraw_measure(work, measure)
        with pytest.raises(CaseError, match="已经撤下"):
            withdraw_measure(work, measure)
    assert days.told(household) == {"measures": 1}
    assert [m.policy for m in measures_of(household)] == ["小额信贷"]


def test_who_was_enrolled_during_the_round_owes_a_measure_too(days: Days) -> None:
    household, pack = days.household(), days.village.county.pack
    assert without_measures(pack, days.village.summary) == 0
    days.onward(days.open(household))  # its roster row keeps the form of a general household
    assert without_measures(pack, days.village.summary) == 1
    with days.work() as work:
        add_measure(work, household, **JOB)
    assert without_measures(pack, days.village.summary) == 0


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"policy": " "}, "请填写帮扶政策"),
        ({"by_whom": ""}, "请填写由谁落实"),
        ({"until": date(2022, 2, 1)}, "结束时间早于开始时间"),
        ({"amount": -1}, "金额请填"),
    ],
)
def test_what_a_measure_needs(days: Days, changes: dict[str, Any], said: str) -> None:
    household = days.household("monitored")
    with days.work() as work, pytest.raises(CaseError, match=said):
        add_measure(work, household, **(JOB | changes))


def test_help_may_come_first(days: Days) -> None:
    household = days.household()
    case = days.open(household)
    with days.work() as work:
        assert help_first(work, case, True).help_first
        add_measure(work, household, **JOB)
    assert days.told(household) == {"measures": 1}
    days.onward(case)
    with days.work() as work, pytest.raises(CaseError, match="不用再标"):
        help_first(work, case, False)


def test_what_a_grid_worker_sees_becomes_a_lead(days: Days) -> None:
    household = days.household(group="2")
    with days.work() as work:
        note_round(
            work,
            group="2",
            on=days.today,
            worker="李四",
            visited=12,
            seen="房顶塌了一角",
            household=household,
        )
    lead = Finding.objects.get(household=household, severity="lead")
    assert (lead.rule, lead.state, lead.detail) == ("L02", "open", "房顶塌了一角")
    assert days.facts["grid_last"] == {"2": "2022-03-10"}
    assert days.village.summary.leads["L02"] == 1


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"worker": ""}, "请填写网格员姓名"),
        ({"visited": 0}, "走访户数请填 1 以上的数"),
        ({"seen": ""}, "请写明在那一户看到了什么"),
        ({"seen": "长" * 301}, "最多 300 字"),
    ],
)
def test_what_a_round_needs(days: Days, changes: dict[str, Any], said: str) -> None:
    household = days.household()
    known: dict[str, Any] = {"group": "", "on": days.today, "worker": "李四", "visited": 3, "seen": "漏雨"}
    with days.work() as work, pytest.raises(Refusal, match=said):
        note_round(work, **(known | {"household": household} | changes))


def test_what_is_overdue_is_told_from_facts(days: Days) -> None:
    county = days.village.county
    days.household(group="1")
    days.household(group="2", head_name="李四")
    with days.work() as work:
        note_round(work, group="1", on=days.today, worker="李四", visited=3)
    opened = county.round.opens_on
    before = opened - timedelta(days=1)  # for a group without any, the days count from the round's first
    for day, since, late in [(7, opened, []), (7, before, ["2"]), (8, opened, ["1", "2"])]:
        today = days.today + timedelta(days=day)
        assert groups_overdue(county.pack, VillageFacts.of(days.facts), since, today) == late
    assert meeting_overdue(county.pack, days.village.summary, opened, opened + timedelta(days=15)) == 0
    assert meeting_overdue(county.pack, days.village.summary, opened, opened + timedelta(days=16)) == 1
    days.day = 10
    days.hold(days.plan(kind="fortnightly"), {})
    assert meeting_overdue(county.pack, days.village.summary, opened, opened + timedelta(days=25)) == 0


@pytest.mark.parametrize(("households", "n", "alert"), [(300, 2, 0), (300, 3, 3), (60, 2, 2), (60, 1, 0)])
def test_many_new_risk_households_at_once(days: Days, households: int, n: int, alert: int) -> None:
    made = [days.household(head_name=f"张{'一二三四'[k]}") for k in range(n)]
    for k in range(households - n):
        days.village.register(f"李{k}")
    with days.work(CADRE) as work:
        open_cases(work, "enrolment", made, origin="周排查")
    pack, summary = days.village.county.pack, days.village.summary
    assert alert_of(pack, summary, days.today) == alert
    assert alert_of(pack, summary, days.today + timedelta(days=8)) == 0  # no longer fresh


def test_a_group_that_answers_change_is_the_one_that_owes_a_round(days: Days) -> None:
    """The register follows the answers: the group that nobody lives in owes none, the new one does."""
    household = days.household(group="1")
    with days.work() as work:
        note_round(work, group="1", on=days.today, worker="李四", visited=3)
    head = Household.objects.get(pk=household).head_name
    days.village.one(household=household, base=1, head_name=head, group="2")
    today = days.today + timedelta(days=20)
    assert groups_overdue(days.village.county.pack, VillageFacts.of(days.facts), days.today, today) == ["2"]

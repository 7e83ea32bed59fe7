"""A case goes through the pack's steps: none skipped, each by whose it is, each when it is due."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.domain.cases.days import CADRE, CITY, CLERK, EVERY, Days
from tests.worlds.county import OPENS

from paicha.core.refusal import Refusal
from paicha.domain.audit.models import AuditEntry
from paicha.domain.audit.queries import verify
from paicha.domain.cases.models import Case, CaseStep
from paicha.domain.cases.services import (
    CaseError,
    Vote,
    answer_objection,
    note_objection,
    open_cases,
    take_step,
)
from paicha.domain.households.models import Household, HouseholdEvent
from paicha.domain.rounds.models import RosterEntry

# The enrolment of the mechanism: (step, level, days it may take, days it lasts), after the lead itself.
ENROLMENT = [
    ("visit", "village", 3, None),
    ("deliberation", "village", None, None),
    ("comparison", "town", 5, None),
    ("review", "village", 5, None),
    ("notice", "village", None, 5),
    ("town_review", "town", None, None),
    ("decision", "county", None, None),
    ("announcement", "village", None, None),
    ("entered", "town", None, None),
]


def test_an_enrolment_goes_through_every_step_in_order(days: Days) -> None:
    household = days.household(outcome=2, enrol=2)  # by telephone: nobody was at the door
    case = days.open(household)
    for step, level, limit, least in ENROLMENT:
        case.refresh_from_db()
        assert (case.step, case.state, days.facts["cases"]) == (step, "going", {f"enrolment.{step}": 1})
        assert case.due_on == (case.since + timedelta(days=limit) if limit else None)
        assert case.opens_on == (case.since + timedelta(days=least) if least else None)
        assert days.facts["cases_due"] == (case.due_on.isoformat() if case.due_on else None)
        others = [name for name in EVERY if name != level]
        who = {"village": "村里", "town": "镇街", "county": "市级"}[level]
        with pytest.raises(CaseError, match=f"由{who}办"):
            days.take(case, levels=others)
        if days.pack_step(case).kind == "meeting":
            with pytest.raises(CaseError, match="要开会来定"):
                days.take(case)
            days.meet(case)
            continue
        if least:
            for day in range(least):
                days.day = (case.since - OPENS).days + day
                with pytest.raises(CaseError, match="不少于 5 天"):
                    days.take(case)
            days.day += 1
        days.take(case, levels=[level])
    case.refresh_from_db()
    assert (case.state, case.closed_on, days.facts["cases"], days.facts["enrolled"]) == (
        "done",
        days.today,
        {},
        1,
    )
    assert [row for row, _ in days.log(case)] == ["lead", *(step for step, *_ in ENROLMENT)]
    assert {result for _, result in days.log(case)} == {"passed"}
    assert days.told(household) == {"deliberated": True, "enrolment_started": True}
    assert verify() == []


def test_the_end_of_an_enrolment_changes_the_class_and_leaves_the_form(days: Days) -> None:
    household = days.household(enrol=1)
    days.onward(days.open(household))
    assert Household.objects.get(pk=household).household_class == "monitored"
    assert RosterEntry.objects.get(household=household).form == "general"
    event = HouseholdEvent.objects.get(household=household)
    assert (event.kind, event.old, event.new, event.reason) == ("class", "general", "monitored", "纳入")
    with pytest.raises(CaseError, match="张三户是易返贫致贫户，纳入只对一般农户、已脱贫户办"):
        days.open(household)


@pytest.mark.parametrize(
    ("outcome", "step"), [(1, "deliberation"), (2, "visit"), (3, "visit"), (None, "visit")]
)
def test_who_was_visited_in_this_round_goes_straight_to_deliberation(
    days: Days, outcome: int | None, step: str
) -> None:
    household = days.village.register("张三") if outcome is None else days.household(outcome=outcome)
    assert days.open(household).step == step


def test_opening_again_gives_the_same_case(days: Days) -> None:
    household, other = days.household(), days.household(head_name="李四")
    first = days.open(household)
    with days.work() as work:
        again = open_cases(work, "enrolment", [other, household], origin="又提出")
    assert again[1].pk == first.pk
    assert Case.objects.count() == 2
    assert days.facts["cases"] == {"enrolment.deliberation": 2}


@pytest.mark.parametrize(
    ("step", "to", "told"),
    [
        ("comparison", "visit", {"deliberated": True, "enrolment_started": True}),
        ("comparison", "deliberation", {"deliberated": True, "enrolment_started": True}),
        ("town_review", "review", {"deliberated": True, "enrolment_started": True}),
        ("decision", "town_review", {"deliberated": True, "enrolment_started": True}),
    ],
)
def test_a_case_is_sent_back_with_a_reason_and_comes_again(days: Days, step: str, to: str, told: Any) -> None:
    household = days.household()
    case = days.onward(days.open(household), step)
    with pytest.raises(Refusal, match="请写明退回的理由"):
        days.back(case, to, reason=" ")
    case = days.back(case, to)
    assert (case.step, case.since, days.facts["cases"]) == (to, days.today, {f"enrolment.{to}": 1})
    assert days.told(household) == told
    assert days.onward(case).state == "done"
    with pytest.raises(CaseError, match="已办结"):
        days.back(case, to)


@pytest.mark.parametrize(
    ("step", "to"), [("comparison", "notice"), ("notice", "lead"), ("announcement", "decision")]
)
def test_a_case_is_not_sent_where_the_pack_does_not_say(days: Days, step: str, to: str) -> None:
    case = days.onward(days.open(days.household()), step)
    with pytest.raises(CaseError, match="不能退到这一步"):
        days.back(case, to)


@pytest.mark.parametrize(
    ("step", "ends"),
    [("comparison", True), ("town_review", True), ("decision", True), ("announcement", False)],
)
def test_only_some_steps_end_a_case(days: Days, step: str, ends: bool) -> None:
    household = days.household()
    case = days.onward(days.open(household), step)
    if not ends:
        with pytest.raises(CaseError, match="不能终止"):
            days.end(case)
        return
    with pytest.raises(Refusal, match="的理由，再提交"):
        days.end(case, reason="")
    assert days.end(case).state == "ended"
    assert days.facts["cases"] == {}
    assert Household.objects.get(pk=household).household_class == "general"
    assert days.open(household).pk != case.pk  # what came up again is a case of its own


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"compared": ""}, "请填写比对结果"),
        ({"authorised_on": "昨天"}, "农户授权日期读到“昨天”"),
        ({"authorised_on": "2022-03-20"}, "农户授权日期是3月20日，还没到"),
        ({"compared": "长" * 301}, "比对结果有 301 个字"),
    ],
)
def test_what_a_step_writes_down_is_checked(days: Days, changes: dict[str, str], said: str) -> None:
    case = days.onward(days.open(days.household()), "comparison")
    with pytest.raises(Refusal, match=said):
        days.take(case, **changes)
    case.refresh_from_db()
    assert case.step == "comparison"


def test_two_people_at_the_same_step(days: Days) -> None:
    case = days.onward(days.open(days.household()), "comparison")
    seen = Case.objects.get(pk=case.pk)
    days.take(case)

    with days.work(CLERK) as work, pytest.raises(CaseError, match="已经到了民主评议，请刷新页面再办"):
        take_step(work, seen, at="comparison", levels=EVERY, records=days.records(seen))


def test_a_notice_put_up_late_hangs_from_that_day(days: Days) -> None:
    case = days.onward(days.open(days.household()), "notice")
    started = days.day
    days.day = started + 5
    with pytest.raises(CaseError, match="张贴日期早了"):
        days.take(case, posted_on=(OPENS - timedelta(days=1)).isoformat())
    late = OPENS + timedelta(days=started + 2)
    with pytest.raises(CaseError, match="才满，到时再办"):
        days.take(case, posted_on=late.isoformat())
    days.day = started + 7
    assert days.take(case, posted_on=late.isoformat()).step == "town_review"


def test_an_objection_blocks_until_it_is_answered(days: Days) -> None:
    case = days.onward(days.open(days.household()), "notice")
    with days.work() as work:
        objection = note_objection(work, case, what="他家有车", by="匿名", on=days.today)
    assert days.facts["objections"] == 1
    days.day += 5
    with pytest.raises(CaseError, match="还有 1 条异议没有答复"):
        days.take(case)
    with days.work() as work:
        with pytest.raises(CaseError, match="请写明核实情况和答复"):
            answer_objection(work, objection, " ")
        answer_objection(work, objection, "车是邻居的，已核实")
    assert days.facts["objections"] == 0
    assert days.take(case).step == "town_review"
    with days.work() as work, pytest.raises(CaseError, match="现在不在公示期"):
        note_objection(work, case, what="他家有车", by="匿名", on=days.today)


# Taking back


def test_a_step_is_taken_back_by_who_did_it(days: Days) -> None:
    household = days.household()
    case = days.onward(days.open(household), "town_review")
    before = (case.step, case.since, case.due_on, case.opens_on, days.facts["cases"])
    days.take(case, actor=CLERK)
    with pytest.raises(CaseError, match="不是您办的"):
        days.undo(case, actor=CADRE)
    case = days.undo(case, actor=CLERK)
    assert (case.step, case.since, case.due_on, case.opens_on, days.facts["cases"]) == before
    assert days.log(case)[-2:] == [("town_review", "passed"), ("decision", "undone")]
    days.take(case, actor=CLERK)
    case.refresh_from_db()
    days.take(case, actor=CITY)
    with pytest.raises(CaseError, match="不是您办的"):
        days.undo(case, actor=CLERK)  # the next level has begun


def test_taking_the_last_step_back_restores_the_class(days: Days) -> None:
    household = days.household()
    case = days.onward(days.open(household))
    assert days.facts["enrolled"] == 1
    case = days.undo(case)
    assert (case.state, case.step, days.facts["enrolled"]) == ("going", "entered", 0)
    assert Household.objects.get(pk=household).household_class == "general"
    assert days.take(case).state == "done"


@pytest.mark.parametrize("outcome", [1, 2])
def test_an_opening_is_taken_back_whole(days: Days, outcome: int) -> None:
    household = days.household(outcome=outcome)
    case = days.undo(days.open(household))
    assert (case.state, days.facts["cases"]) == ("ended", {})
    assert days.told(household) == {}
    assert days.open(household).state == "going"
    with pytest.raises(CaseError, match="没有可以撤回的步骤"):
        days.undo(case)


def test_what_somebody_built_on_is_not_taken_back(days: Days) -> None:
    case = days.open(days.household())
    meeting = days.plan(case)
    with pytest.raises(CaseError, match="先从议程里拿下"):
        days.undo(case)
    days.hold(meeting, Vote(9, 0, 0, "passed"))
    with pytest.raises(CaseError, match="这是会上定的"):
        days.undo(case)


def test_each_act_is_audited_once_by_id_alone(days: Days) -> None:
    case = days.onward(days.open(days.household(head_name="王建国")))
    acts = [entry.action for entry in AuditEntry.objects.filter(subject=f"case:{case.pk}").order_by("pk")]
    assert acts == [f"case.{row.step}.passed" for row in CaseStep.objects.filter(case=case).order_by("pk")]
    assert not AuditEntry.objects.filter(subject__contains="王建国").exists()

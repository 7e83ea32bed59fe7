"""Laws of every procedure, whatever people do in whatever order: no step is skipped, facts are what cases are."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.domain.cases.days import CADRE, CITY, CLERK, Days
from tests.lengths import examples

from paicha.core.refusal import Refusal
from paicha.domain.audit.queries import verify
from paicha.domain.cases.case_facts import effective, facts_of_log
from paicha.domain.cases.models import Case, CaseStep, Meeting

LEVELS = {"village": CADRE, "town": CLERK, "county": CITY}
WHICH = st.integers(0, 1)
ONWARD = st.tuples(st.just("onward"), WHICH)  # the next step by whoever it is, so that cases get somewhere
OWN_UNDO = st.tuples(st.just("undo"), WHICH, st.just(""))  # by who did the last step
ACTS = st.one_of(
    ONWARD,
    ONWARD,
    ONWARD,
    OWN_UNDO,
    OWN_UNDO,
    st.tuples(st.just("open"), WHICH),
    st.tuples(st.just("take"), WHICH, st.sampled_from(sorted(LEVELS))),
    st.tuples(st.just("meet"), WHICH, st.sampled_from(["passed", "ended", "back", "later"])),
    st.tuples(st.just("back"), WHICH, st.sampled_from(["visit", "deliberation", "review", "notice"])),
    st.tuples(st.just("end"), WHICH),
    st.tuples(st.just("undo"), WHICH, st.sampled_from(sorted(LEVELS))),
    st.tuples(st.just("unmeet"), st.just(0)),
    st.tuples(st.just("days"), st.integers(1, 6)),
)


@settings(
    max_examples=examples(25), deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(st.lists(ACTS, min_size=6, max_size=18))
def test_whatever_people_do(days: Days, acts: list[tuple[Any, ...]]) -> None:
    with transaction.atomic():
        days.day = 0
        households = [days.household(head_name="张三", enrol=2), days.household(head_name="李四", outcome=2)]
        for household in households:
            days.open(household)
        for act, *how in acts:
            try:
                do(days, households, act, *how)
            except Refusal as refused:
                assert str(refused).endswith("。") and "，" in str(refused) + "，"
            check(days, households)
        transaction.set_rollback(True)


def do(days: Days, households: list[Any], act: str, which: int, how: str = "") -> None:
    """One act of somebody, on the newest case of a household."""
    if act == "days":
        days.day += which
        return
    if act == "open":
        days.open(households[which])
        return
    if act == "unmeet":
        meeting = Meeting.objects.filter(state="held").order_by("-pk").first()
        if meeting is not None:
            days.unmeet(meeting)
        return
    case = Case.objects.filter(household=households[which]).order_by("-pk").first()
    if case is None:
        return
    last = CaseStep.objects.filter(case=case).order_by("-pk")[0]
    if act == "take":
        days.take(case, levels=[how], actor=LEVELS[how])
    elif act == "onward":
        step = days.pack_step(case)
        if step.kind == "meeting":
            days.meet(case)
        else:
            days.take(case, actor=LEVELS[step.actor])
    elif act == "meet":
        meet(days, case, how)
    elif act == "back":
        days.back(case, how)
    elif act == "end":
        days.end(case)
    else:
        days.undo(case, actor=LEVELS[how] if how else last.by)


def meet(days: Days, case: Case, decision: str) -> None:
    with transaction.atomic():  # planned and recorded, or neither
        days.meet(case, decision)


def check(days: Days, households: list[Any]) -> None:
    """The laws."""
    pack = days.village.county.pack
    going: Counter[str] = Counter()
    for case in Case.objects.all():
        procedure = pack.schedule.procedure[case.procedure]
        rows = list(CaseStep.objects.filter(case=case).order_by("pk"))
        at, state = procedure.steps[0].id, "going"
        for row in effective(rows):
            assert state == "going", "nothing comes after the end"
            assert row.step == at, "no step is skipped"
            step = procedure.step[row.step]
            if row.result != "back":
                assert (row.meeting_id is not None) == (step.kind == "meeting")
            if row.result == "passed":
                if step.at_least:
                    assert (row.at.date() - row.began).days >= step.at_least, "it has lasted"
                nxt = procedure.after(at)
                at, state = (nxt.id, "going") if nxt else (at, "done")
            elif row.result == "back":
                at = row.to
            else:
                state = "ended"
        if not effective(rows):
            state = "ended"  # an opening taken back
        assert (case.state, case.step) == (state, at)
        going[f"{case.procedure}.{case.step}"] += case.state == "going"
    facts = days.facts
    assert facts.get("cases", {}) == {key: n for key, n in going.items() if n}
    assert facts.get("enrolled", 0) == Case.objects.filter(procedure="enrolment", state="done").count()
    assert facts.get("meetings_planned", 0) == Meeting.objects.filter(state="planned").count()
    for household in households:
        said: set[str] = set()
        for case in Case.objects.filter(household=household):
            said |= facts_of_log(pack, case.procedure, CaseStep.objects.filter(case=case))
        assert days.told(household) == dict.fromkeys(said, True)
        assert Case.objects.filter(household=household, state="going").count() <= 1


def test_the_audit_of_it_all_holds(days: Days) -> None:
    case = days.onward(days.open(days.household()), "comparison")
    days.back(case, "visit")
    days.take(case)
    days.meet(case, "ended")
    assert verify() == []


pytestmark = pytest.mark.django_db

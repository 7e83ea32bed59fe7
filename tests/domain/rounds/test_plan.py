"""The plan of visits: shares of what is due, proposals within a day's measure, changes group by group."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.worlds.county import OPENS, County, open_county

from paicha.core.refusal import Refusal
from paicha.domain import clock
from paicha.domain.audit.models import AuditEntry
from paicha.domain.audit.queries import verify
from paicha.domain.rounds.plan import (
    PlanError,
    hand_to,
    per_day,
    plan_days,
    plan_fact,
    plan_visits,
    planned_for,
    planned_lines,
    planned_today,
    propose,
    share_out,
)

DAYS = [OPENS + timedelta(days=n) for n in range(11)]
TODAY = DAYS[2]


def day(n: int) -> date:
    return DAYS[n]


# Lines of the plan, households due by group, and the shares
SHARES: list[tuple[list[tuple[str, str, int | None]], dict[str, int], list[tuple[int, int]]]] = [
    ([("1", "甲", 3)], {"1": 30}, [(0, 30)]),
    ([("1", "甲", 3), ("1", "乙", 4)], {"1": 31}, [(0, 16), (16, 15)]),
    ([("1", "甲", 3), ("2", "甲", 3)], {"1": 5, "2": 7}, [(0, 5), (0, 7)]),
    ([("1", "甲", 1), ("1", "甲", 3)], {"1": 8}, [(0, 0), (0, 8)]),  # yesterday's takes no share
    ([("1", "甲", 1)], {"1": 8}, [(0, 0)]),
    ([("1", "甲", None), ("1", "乙", 2)], {"1": 3}, [(0, 2), (2, 1)]),
    ([("3", "甲", 4)], {"1": 8}, [(0, 0)]),
]


@pytest.mark.parametrize(("lines", "due", "shares"), SHARES)
def test_shares(
    lines: list[tuple[str, str, int | None]], due: dict[str, int], shares: list[tuple[int, int]]
) -> None:
    with clock.frozen(TODAY):
        found = share_out([(g, who, None if n is None else day(n)) for g, who, n in lines], due)
    assert [(v.first, v.due) for v in found] == shares


@given(
    due=st.dictionaries(st.sampled_from("12345"), st.integers(0, 130), max_size=5),
    people=st.lists(st.sampled_from(["甲", "乙", "丙"]), min_size=1, max_size=3, unique=True),
    days=st.integers(1, 10),
    at_most=st.sampled_from([0, 15, 40]),
)
def test_a_proposal_holds_everything_once_and_keeps_to_a_day_s_measure_where_it_can(
    due: dict[str, int], people: list[str], days: int, at_most: int
) -> None:
    listed = DAYS[:days]
    with clock.frozen(DAYS[0]):
        visits = share_out(propose(due, dict.fromkeys(due, people), listed, at_most), due)
    sums = Counter[str]()
    for visit in visits:
        sums[visit.group] += visit.due
        assert visit.on in listed and visit.surveyor in people
        assert not at_most or visit.due <= at_most
    assert dict(sums) == {group: n for group, n in due.items() if n}
    pieces = sum(-(-n // at_most) for n in due.values()) if at_most else 0
    loads = Counter[Any]()
    for visit in visits:
        loads[visit.surveyor, visit.on] += visit.due
    if pieces and pieces <= len(people) * days:
        assert max(loads.values()) <= at_most, "enough days for a piece each"


def test_a_group_without_people_is_left_out() -> None:
    assert propose({"1": 5, "2": 5}, {"1": ["甲"]}, DAYS, 40) == [("1", "甲", DAYS[0])]
    assert propose({"1": 5}, {"1": ["甲"]}, [], 40) == []


@pytest.fixture
def county(db: None) -> Any:
    with clock.frozen(TODAY):
        yield open_county()


def lines(county: County) -> list[tuple[str, str, date | None]]:
    return planned_lines(county.round, county.villages[0].pk)


def plan(county: County, **groups: list[tuple[str, date | None]]) -> int:
    wanted = {name.removeprefix("g"): visits for name, visits in groups.items()}
    return plan_visits(county.round, county.pack, county.villages[0], wanted, "5")


def test_groups_are_set_one_by_one(county: County) -> None:
    assert plan(county, g1=[("甲", day(3)), ("乙", day(4))], g2=[("甲", None)]) == 3
    assert plan(county, g1=[("甲", day(3)), ("乙", day(4))]) == 0, "equal is no change"
    assert lines(county) == [("1", "甲", day(3)), ("1", "乙", day(4)), ("2", "甲", None)]
    assert plan(county, g1=[("乙", day(4)), ("乙", day(5))]) == 1
    assert plan(county, g2=[]) == 1
    assert lines(county) == [("1", "乙", day(4)), ("1", "乙", day(5))]
    assert AuditEntry.objects.filter(action="plan.set").count() == 3
    assert verify() == []


@pytest.mark.parametrize(
    ("visits", "said"),
    [
        ([("", day(3))], "没写谁去"),
        ([("甲", OPENS - timedelta(days=1))], "不在排查期内"),
        ([("甲", OPENS + timedelta(days=11))], "从3月10日到3月20日"),
        ([("甲" * 41, day(3))], "最多 40 字"),
    ],
)
def test_what_can_t_be_planned_is_said_and_nothing_is_changed(
    county: County, visits: list[tuple[str, date | None]], said: str
) -> None:
    with pytest.raises(Refusal, match=said):
        plan(county, g2=[("甲", day(3))], g1=visits)
    assert lines(county) == []


def test_days_to_choose_from(county: County) -> None:
    code = county.villages[0].code
    assert plan_days(county.round, county.pack, code) == DAYS[2:]
    with clock.frozen(OPENS + timedelta(days=30)):
        assert len(plan_days(county.round, county.pack, code)) == 7
    assert per_day(county.pack) == 40


def test_who_can_t_go_hands_the_coming_visits_over(county: County) -> None:
    with clock.frozen(OPENS):
        plan(county, g1=[("甲", day(1))], g2=[("甲", day(4))], g3=[("甲", None)], g4=[("乙", day(4))])
    village = county.villages[0]
    assert hand_to(county.round, village, "甲", "丙", "5") == 2
    assert set(lines(county)) == {
        ("1", "甲", day(1)), ("2", "丙", day(4)), ("3", "丙", None), ("4", "乙", day(4)),
    }  # fmt: skip
    with pytest.raises(PlanError):
        hand_to(county.round, village, "乙", " ", "5")


def test_a_day_s_visits_of_a_person_or_of_groups(county: County) -> None:
    plan(county, g1=[("甲", day(2)), ("乙", day(2))], g2=[("甲", day(3))])
    village = county.villages[0].pk
    found = planned_for(county.round, village, {"1": 9, "2": 4}, on=day(2))
    assert [(v.surveyor, v.first, v.due) for v in found] == [("乙", 0, 5), ("甲", 5, 4)]
    assert [v.due for v in planned_for(county.round, village, {"1": 9}, on=day(2), surveyor="甲")] == [4]
    assert planned_for(county.round, village, {"2": 4}, on=day(2), groups=["2"]) == []


@given(
    st.lists(
        st.tuples(st.sampled_from("123"), st.sampled_from("甲乙"), st.sampled_from([None, *DAYS[:5]])),
        max_size=9,
        unique=True,
    ),
    st.dictionaries(st.sampled_from("123"), st.integers(0, 50)),
)
def test_what_the_summary_row_keeps_comes_to_the_same_as_the_plan(
    lines: list[tuple[str, str, date | None]], due: dict[str, int]
) -> None:
    ordered = sorted(lines, key=lambda line: (line[2] or date.max, line[1], line[0]))
    with clock.frozen(TODAY):
        today = Counter[str]()
        for visit in share_out(ordered, due):
            if visit.on == TODAY:
                today[visit.group] += visit.due
        assert planned_today(plan_fact(ordered), due) == {g: n for g, n in today.items() if n}

"""Petitions: noted, due by the pack's days, answered, and what the summary row is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from tests.worlds.county import OPENS, County

from paicha.core.refusal import Refusal
from paicha.domain.audit.queries import verify
from paicha.domain.households.models import Household
from paicha.domain.problems.models import Petition, Problem
from paicha.domain.problems.petitions import (
    PetitionError,
    list_as_problem,
    note_petition,
    reply,
    take_reply_back,
)
from paicha.domain.responses.models import VillageSummary
from paicha.domain.responses.services import VillageWork, village_work
from paicha.domain.responses.village_facts import overdue


def within(county: County, do: Callable[[VillageWork], Any], actor: str = "7") -> Any:
    with village_work(county.round, county.pack, county.villages[0], actor) as work:
        return do(work)


def note(county: County, household: Household | None = None, received_on: date = OPENS) -> Petition:
    made: Petition = within(
        county,
        lambda w: note_petition(
            w, received_on=received_on, from_whom="匿名", demand="要求修路", household=household
        ),
    )
    return made


def summary(county: County) -> VillageSummary:
    return VillageSummary.objects.get(code=county.villages[0].code)


def test_due_answered_and_taken_back(county: County) -> None:
    made = note(county)
    assert made.due_on == OPENS + timedelta(days=15)
    assert summary(county).facts["petitions_open"] == 1
    assert overdue(summary(county).fact.petitions_due_on, OPENS + timedelta(days=16)) == 1
    within(county, lambda w: reply(w, made, "已列入明年计划，上门说明", OPENS))
    facts = summary(county).facts
    assert (facts["petitions_open"], facts["petitions_all"], facts["petitions_due"]) == (0, 1, None)
    with pytest.raises(PetitionError, match="已经答复过"):
        within(county, lambda w: reply(w, made, "再答复", OPENS))
    with pytest.raises(PetitionError, match="只有答复的人"):
        within(county, lambda w: take_reply_back(w, made), actor="8")
    within(county, lambda w: take_reply_back(w, made))
    assert summary(county).facts["petitions_open"] == 1
    assert verify() == []


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"from_whom": " "}, "反映人是谁"),
        ({"demand": ""}, "反映什么"),
        ({"demand": "长" * 1001}, "1001 个字"),
        ({"received_on": OPENS + timedelta(days=1)}, "今天以后"),
    ],
)
def test_what_a_petition_needs(county: County, given: dict[str, Any], says: str) -> None:
    whole = {"received_on": OPENS, "from_whom": "匿名", "demand": "要求修路"} | given
    with pytest.raises(Refusal, match=says):
        within(county, lambda w: note_petition(w, **whole))
    assert Petition.objects.count() == 0


@pytest.mark.parametrize(
    ("text", "day", "says"),
    [
        ("", OPENS, "怎么答复"),
        ("好", OPENS - timedelta(days=1), "收到以后"),
        ("好", OPENS + timedelta(days=1), "今天以前"),
    ],
)
def test_what_a_reply_needs(county: County, text: str, day: date, says: str) -> None:
    made = note(county)
    with pytest.raises(Refusal, match=says):
        within(county, lambda w: reply(w, made, text, day))


def test_answers_that_name_a_petition_wait_until_one_is_listed(county: County) -> None:
    village = county.villages[0]
    county.submit(
        village, "general", [{"head_name": "张三", "petition": 1}, {"head_name": "李四", "petition": 2}]
    )
    assert summary(county).figures["petitions_unlisted"] == 1
    note(county, Household.objects.get(head_name="李四"))
    assert summary(county).figures["petitions_unlisted"] == 1
    note(county, Household.objects.get(head_name="张三"))
    assert summary(county).figures["petitions_unlisted"] == 0


def test_a_petition_becomes_a_problem_of_its_type_once(county: County) -> None:
    made = note(county)
    within(county, lambda w: list_as_problem(w, made, "desk:7", "village"))
    assert (Problem.objects.get().type, Problem.objects.get().text) == (7, "要求修路")
    with pytest.raises(PetitionError, match="已经列入"):
        within(county, lambda w: list_as_problem(w, made, "desk:7", "village"))

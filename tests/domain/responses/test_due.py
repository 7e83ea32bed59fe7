"""What falls due: the facts that are kept say, on any later day, exactly how many rows are late."""

from __future__ import annotations

from datetime import date, timedelta

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.worlds.village import FilledVillage

from paicha.domain.responses.services import record_facts, village_work
from paicha.domain.responses.village_facts import VillageFacts, due_facts, overdue

DAYS = st.dates(date(2022, 3, 1), date(2022, 3, 20))


@given(st.lists(DAYS), DAYS)
def test_as_many_are_late_as_fell_due_before_today(days: list[date], today: date) -> None:
    facts = orjson.loads(orjson.dumps(due_facts("problems_due", days)))  # as the summary row keeps them
    assert overdue(facts["problems_due_on"], today) == sum(day < today for day in days)
    assert facts["problems_due"] == (min(days).isoformat() if days else None)


@given(st.lists(DAYS, min_size=1), DAYS)
def test_none_becomes_less_late_by_waiting(days: list[date], today: date) -> None:
    due_on = due_facts("problems_due", days)["problems_due_on"]
    assert overdue(due_on, today) <= overdue(due_on, today + timedelta(days=1)) <= len(days)


def test_what_was_never_told_is_not_late() -> None:
    assert overdue(VillageFacts.of({}).problems_due_on, date(2022, 3, 1)) == 0


def test_facts_read_as_they_were_told_and_else_as_nothing() -> None:
    told = {"held": 2, "alert_on": None, "signed_copies": {"problem_list": 1}, "of_a_version_to_come": 7}
    assert VillageFacts.of(told) == VillageFacts(held=2, signed_copies={"problem_list": 1})


def test_only_known_facts_are_told(village: FilledVillage) -> None:
    county = village.county
    with (
        pytest.raises(ValueError, match="no fact of a village: \\['heldd'\\]"),
        village_work(county.round, county.pack, village.area, "tester") as work,
    ):
        record_facts(work, heldd=1)


def test_the_summary_row_reads_what_was_told_last(village: FilledVillage) -> None:
    county = village.county
    with village_work(county.round, county.pack, village.area, "tester") as work:
        seen = [work.summary.fact.held]
        for n in (2, 3):
            record_facts(work, held=n)
            seen.append(work.summary.fact.held)
    assert [*seen, village.summary.fact.held] == [0, 2, 3, 3]

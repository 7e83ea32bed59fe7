"""What falls due: the facts that are kept say, on any later day, exactly how many rows are late."""

from __future__ import annotations

from datetime import date, timedelta

import orjson
from hypothesis import given
from hypothesis import strategies as st

from paicha.domain.responses.due import due_facts, overdue

DAYS = st.dates(date(2022, 3, 1), date(2022, 3, 20))


@given(st.lists(DAYS), DAYS)
def test_as_many_are_late_as_fell_due_before_today(days: list[date], today: date) -> None:
    facts = orjson.loads(orjson.dumps(due_facts("problems_due", days)))  # as the summary row keeps them
    assert overdue(facts, "problems_due", today) == sum(day < today for day in days)
    assert facts["problems_due"] == (min(days).isoformat() if days else None)


@given(st.lists(DAYS, min_size=1), DAYS)
def test_none_becomes_less_late_by_waiting(days: list[date], today: date) -> None:
    facts = due_facts("x", days)
    assert overdue(facts, "x", today) <= overdue(facts, "x", today + timedelta(days=1)) <= len(days)


def test_what_was_never_told_is_not_late() -> None:
    assert overdue({}, "problems_due", date(2022, 3, 1)) == 0

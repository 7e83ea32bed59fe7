"""Facts of what falls due in a village: how the apps above tell it, and how pages above villages add it up.

Why: a page must say how many are late without counting rows, and lateness changes by the calendar alone. What
holds: a fact keeps how many fall due on each day, so that the sum over days past is the number of rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any


def due_facts(name: str, days: Iterable[date]) -> dict[str, Any]:
    """`name`: the earliest day (ISO) or None; `name`_on: {day: how many}. For `record_facts`."""
    counted = Counter(day.isoformat() for day in days)
    return {name: min(counted, default=None), f"{name}_on": dict(sorted(counted.items()))}


def overdue(facts: Mapping[str, Any], name: str, today: date) -> int:
    """How many of `name` fell due before today, by a summary row's facts."""
    due: Mapping[str, int] = facts.get(f"{name}_on") or {}
    return sum(n for day, n in due.items() if day < today.isoformat())

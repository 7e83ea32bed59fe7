"""The days of a case's step, counted here alone: for lists, the engine, an undo and the poster on the wall.

Source: `days` and `at_least` of the step in the pack's procedures.yaml. A step that begins on the 10th and must last 5
days is full on the 15th; one that may take 5 days is due on the 15th.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from paicha.core.pack import Step


def due_on(step: Step, began: date) -> date | None:
    """The last day on which the step is in time; None where it may take as long as it wants."""
    return began + timedelta(days=step.days) if step.days else None


def opens_on(step: Step, began: date) -> date | None:
    """The first day on which the step can be passed; None where it need not last."""
    return began + timedelta(days=step.at_least) if step.at_least else None


def last_day(step: Step, began: date) -> date | None:
    """The last of the days that the step must last: until then a notice hangs and may be objected to."""
    full = opens_on(step, began)
    return full - timedelta(days=1) if full else None


def posted_days(step: Step, records: Mapping[str, Any]) -> list[date]:
    """The days written down for a notice, in the order of the pack; none for a step of another kind."""
    if step.kind != "notice":
        return []
    named = [record.name for record in step.records if record.type == "date"]
    return [date.fromisoformat(records[name]) for name in named if name in records]

"""Cases and measures of a household that moves, is merged or split: they go along, whatever their state."""

from __future__ import annotations

from uuid import UUID

from paicha.domain.cases.models import Case, Measure, Meeting, MeetingItem
from paicha.domain.households.events import Destination, Ids, carry, join_ids


def carry_cases(source: UUID, to: Destination, only: Ids | None = None) -> Ids:
    """Cases and measures of `source` become those of `to`; `only`: of these rows alone."""
    tables = (Case, Measure)
    return join_ids(
        carry(table, source, to, None if only is None else only.get(table._meta.label_lower, []))
        for table in tables
    )


def going_procedures(household: UUID) -> set[str]:
    """The procedures that the household is in now."""
    rows = Case.objects.filter(household=household, state=Case.State.GOING)
    return set(rows.values_list("procedure", flat=True))


def planned_meeting(household: UUID) -> Meeting | None:
    """A meeting still to be held that has the household on its agenda."""
    rows = MeetingItem.objects.filter(case__household=household, meeting__state=Meeting.State.PLANNED)
    item = rows.select_related("meeting").first()
    return item.meeting if item else None

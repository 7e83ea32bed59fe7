"""A role goes to another person with its open work: what came back to the first is the next one's to correct."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from paicha.core.area_codes import TOWN_DIGITS, whole_code
from paicha.domain.accounts.models import Assignment, User
from paicha.domain.accounts.policies import Scope, code_range
from paicha.domain.accounts.roles import Kind
from paicha.domain.accounts.services import hand_over
from paicha.domain.handover.models import Return


@dataclass(frozen=True, slots=True)
class Handed:
    """The next person's assignment, and how much open work went along."""

    assignment: Assignment
    notices: int
    returns: int


@transaction.atomic
def hand_over_role(by: Scope, assignment: Assignment, to: User, last_day: date | None = None) -> Handed:
    """`accounts.hand_over`, and open returns of the place that were sent to the first person go to the next.

    Raises AccountError, PermissionDenied as `hand_over` does, and then nothing was done.
    """
    first = assignment.user
    made, notices = hand_over(by, assignment, to, last_day)
    moved = 0
    if assignment.kind in (Kind.AREA, Kind.VILLAGE):
        low, high = code_range(assignment.ref)
        rows = Return.objects.filter(to=first, done_at=None, taken_back_at=None)
        if len(assignment.ref) == TOWN_DIGITS:  # a town's clerk: what came back to the town itself
            rows = rows.filter(code=whole_code(assignment.ref))
        else:
            rows = rows.filter(code__gte=low, code__lt=high)
        moved = rows.update(to=to)
    return Handed(made, notices, moved)

"""Who leads a zone 片长: the one assignment that a town gives out by itself.

Why: a town parts its villages among its own leaders, and asks no administrator for that. What holds: only a person
who already leads in this town (by the administrator's assignment, over the town or one of its zones) can be named;
whoever names him covers the whole town, so that nobody gives out more than he holds; every change is in the audit.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet

from paicha.core.catalogue import sentence
from paicha.domain import clock
from paicha.domain.accounts.models import Assignment, User
from paicha.domain.accounts.policies import Scope, code_prefix, on_behalf
from paicha.domain.accounts.roles import ROLES, Kind, Verb
from paicha.domain.accounts.services import AccountError, assign, end_assignment
from paicha.domain.areas.models import Area, Zone

LEADING = next(role for role in ROLES.values() if Verb.CROSS_CHECK in role.verbs)


def _in_force() -> QuerySet[Assignment]:
    today = clock.today()
    return Assignment.objects.filter(
        Q(until__isnull=True) | Q(until__gte=today), role=LEADING.key, since__lte=today, user__is_active=True
    )


def town_leaders(town: Area) -> dict[User, list[int]]:
    """The leaders of a town, each with the ids of the zones that he leads today; one query beside the zones'."""
    zones = [str(pk) for pk in Zone.objects.filter(town=town).values_list("pk", flat=True)]
    rows = _in_force().filter(
        Q(kind=Kind.AREA, ref=code_prefix(town.code)) | Q(kind=Kind.ZONE, ref__in=zones)
    )
    found: dict[User, list[int]] = {}
    for row in rows.select_related("user").order_by("pk"):
        led = found.setdefault(row.user, [])
        if row.kind == Kind.ZONE and int(row.ref) not in led:
            led.append(int(row.ref))
    return found


@transaction.atomic
def set_leaders(by: Scope, town: Area, wanted: Mapping[int, User | None]) -> int:
    """Name the leaders of zones (id; None: nobody) from today on; those before end yesterday. How many changed.

    All at once, so that two leaders can change places. Who leads nothing any more can't be named again by the town.
    Raises PermissionDenied for whoever doesn't verify the whole town, AccountError for a person who doesn't lead in
    this town or a zone that isn't the town's.
    """
    if not by.covers(Verb.VERIFY, town.code):
        raise PermissionDenied(sentence("W24"))
    if Zone.objects.filter(town=town, pk__in=wanted).count() != len(wanted):
        raise AccountError("W25")
    known = town_leaders(town)
    for user in wanted.values():
        if user is not None and user not in known:
            raise AccountError("W26", user=user)
    return sum(_set_leader(on_behalf(by.actor), zone, user) for zone, user in sorted(wanted.items()))


def _set_leader(machine: Scope, zone: int, user: User | None) -> bool:
    held = list(_in_force().filter(kind=Kind.ZONE, ref=str(zone)).select_related("user"))
    gone = [row for row in held if row.user != user]
    for row in gone:
        end_assignment(machine, row)
    if user is None or len(gone) < len(held):
        return bool(gone)
    assign(machine, user, LEADING.key, [str(zone)], kind=Kind.ZONE)
    return True

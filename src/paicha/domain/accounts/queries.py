"""Whose accounts and which work a person manages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db.models import CharField, Q, QuerySet
from django.db.models.functions import Cast

from paicha.core.area_codes import TOWN_DIGITS
from paicha.domain import clock
from paicha.domain.accounts.models import Assignment, User
from paicha.domain.accounts.policies import Scope
from paicha.domain.accounts.roles import ROLES, Kind, Verb
from paicha.domain.areas.models import Group


def managed_assignments(by: Scope) -> QuerySet[Assignment]:
    """The assignments, past and present, over a place where `by` manages accounts."""
    if by.everywhere:
        return Assignment.objects.all()
    by_code = Assignment.objects.filter(kind__in=[Kind.AREA, Kind.VILLAGE])
    coded = by.narrow(by_code, Verb.MANAGE_ACCOUNTS, village="ref")
    groups = by.narrow(Group.objects.all(), Verb.MANAGE_ACCOUNTS, village="village__code")
    ids = groups.annotate(text=Cast("pk", CharField())).values("text")
    return Assignment.objects.filter(Q(pk__in=coded.values("pk")) | Q(kind=Kind.GROUP, ref__in=ids))


def managed_users(by: Scope) -> QuerySet[User]:
    """The accounts that have, or had, work in a place where `by` manages accounts."""
    return User.objects.filter(pk__in=managed_assignments(by).values("user")).order_by("username")


def surveyors_of(village: str, groups: Mapping[int, str]) -> dict[str, list[str]]:
    """Names of those who answer for households today: by group ('' for the whole village). One query.

    `village`: its code; `groups`: the village's groups by id.
    """
    today = clock.today()
    roles = [key for key, role in ROLES.items() if Verb.SUBMIT_ANSWERS in role.verbs]
    refs = Q(kind=Kind.VILLAGE, ref=village) | Q(kind=Kind.GROUP, ref__in=[str(pk) for pk in groups])
    rows = Assignment.objects.filter(
        refs,
        Q(until__isnull=True) | Q(until__gte=today),
        role__in=roles,
        since__lte=today,
        user__is_active=True,
    ).select_related("user")
    found: dict[str, list[str]] = {}
    for row in rows.order_by("pk"):
        group = groups[int(row.ref)] if row.kind == Kind.GROUP else ""
        names = found.setdefault(group, [])
        if str(row.user) not in names:
            names.append(str(row.user))
    return found


def colleagues(held: Sequence[Assignment]) -> dict[int, list[User]]:
    """Who may take each assignment over: others who work in the same town (or county) today. One query.

    By the assignment's id, in order of name. Who holds the very same assignment already can't take it.
    """
    today, length = clock.today(), TOWN_DIGITS
    towns = Q()
    for row in held:
        towns |= Q(ref__startswith=row.ref[:length])
    if not held:
        return {}
    others = Assignment.objects.filter(
        towns, Q(until__isnull=True) | Q(until__gte=today), kind__in=(Kind.AREA, Kind.VILLAGE), since__lte=today,
        user__is_active=True,
    ).exclude(user__in=[row.user_id for row in held])  # fmt: skip
    listed = list(others.select_related("user").order_by("user__name", "user__username"))
    found: dict[int, list[User]] = {}
    for row in held:
        same = {o.user_id for o in listed if (o.role, o.kind, o.ref) == (row.role, row.kind, row.ref)}
        near = {o.user_id: o.user for o in listed if o.ref.startswith(row.ref[:length])}
        found[row.pk] = [user for pk, user in near.items() if pk not in same]
    return found

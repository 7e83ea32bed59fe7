"""Whose accounts and which work a person manages."""

from __future__ import annotations

from django.db.models import CharField, Q, QuerySet
from django.db.models.functions import Cast

from paicha.domain.accounts.models import Assignment, User
from paicha.domain.accounts.policies import Scope
from paicha.domain.accounts.roles import Kind, Verb
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

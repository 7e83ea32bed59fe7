"""Duplicates of a place: pairs and groups that are open, and what people told apart.

What holds: a pair belongs to a place where both of its households do, so that nobody sees a household of a village that
is not theirs; a household that was closed since the last comparison is in no list.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import TypeVar
from uuid import UUID

from django.db.models import F, Q, QuerySet

from paicha.domain.accounts.policies import Scope, code_prefix, code_range
from paicha.domain.duplicates.likeness import Likeness
from paicha.domain.duplicates.models import Distinction, DuplicatePair
from paicha.domain.households.models import ForeignNumber, Household, Member

M = TypeVar("M", DuplicatePair, Distinction)

_RELATED = ("first__village__parent", "second__village__parent")


@dataclass(frozen=True, slots=True)
class People:
    """What the register knows of households besides their own row, by household."""

    members: dict[UUID, list[str]] = field(default_factory=dict)  # '高兰花（配偶）'
    numbers: dict[UUID, list[str]] = field(default_factory=dict)  # '民政 17'


@dataclass(frozen=True, slots=True)
class Pair:
    """Two households that look like one."""

    pk: int
    first: Household
    second: Household
    points: int
    likeness: Likeness


@dataclass(frozen=True, slots=True)
class Cluster:
    """Households that hang together by their pairs, in the order of numbers; the best pair first."""

    number: int
    households: list[Household]
    pairs: list[Pair]


def pairs_at(scope: Scope, code: str, where: str = "") -> QuerySet[DuplicatePair]:
    """Open pairs of an area by its 12-digit code; `where`: 'inside' one village, 'across' villages, '' both."""
    rows = _at(DuplicatePair.objects.filter(settled=False), scope, code)
    rows = rows.filter(first__closed_at=None, second__closed_at=None)
    same = Q(first__village=F("second__village"))
    return rows.filter(same) if where == "inside" else rows.exclude(same) if where == "across" else rows


def distinctions_at(scope: Scope, code: str) -> QuerySet[Distinction]:
    """What people told apart in an area and stands, the newest first."""
    rows = _at(Distinction.objects.filter(taken_back_at=None), scope, code)
    return rows.select_related(*_RELATED).order_by("-pk")


def clusters(rows: QuerySet[DuplicatePair], numbers: Sequence[int]) -> list[Cluster]:
    """Those clusters with what `rows` has of them, in the order given."""
    found: dict[int, list[DuplicatePair]] = defaultdict(list)
    listed = rows.filter(cluster__in=numbers).select_related(*_RELATED)
    for pair in listed.order_by("-points", "first__number", "second__number"):
        found[pair.cluster].append(pair)
    return [_cluster(number, found[number]) for number in numbers if number in found]


def people_of(households: Collection[UUID]) -> People:
    """Members who are there, and numbers of other systems; two queries."""
    members: dict[UUID, list[str]] = defaultdict(list)
    numbers: dict[UUID, list[str]] = defaultdict(list)
    rows = Member.objects.filter(household__in=households, left_at=None).order_by("at", "name")
    for household, name, relation in rows.values_list("household_id", "name", "relation"):
        members[household].append(f"{name}（{relation}）" if relation else name)
    codes = ForeignNumber.objects.filter(household__in=households, kind=ForeignNumber.Kind.HOUSEHOLD)
    for household, system, number in codes.order_by("system", "number").values_list(
        "household_id", "system", "number"
    ):
        numbers[household].append(f"{system} {number}")
    return People(members, numbers)


def _at(rows: QuerySet[M], scope: Scope, code: str) -> QuerySet[M]:
    low, high = code_range(code_prefix(code))
    for side in ("first", "second"):
        village = f"{side}__village__code"
        rows = scope.filter_villages(rows, village).filter(**{f"{village}__gte": low, f"{village}__lt": high})
    return rows


def _cluster(number: int, rows: Sequence[DuplicatePair]) -> Cluster:
    households = {h.number: h for pair in rows for h in (pair.first, pair.second)}
    pairs = [Pair(p.pk, p.first, p.second, p.points, Likeness.of(p.likeness)) for p in rows]
    return Cluster(number, [households[key] for key in sorted(households)], pairs)

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

from django.db.models import Exists, F, Func, IntegerField, OuterRef, Q, QuerySet, Subquery, Value

from paicha.domain.accounts.policies import Scope, code_prefix, code_range
from paicha.domain.duplicates.likeness import Likeness
from paicha.domain.duplicates.models import Distinction, DuplicatePair, VillageColumns
from paicha.domain.households.events import mark_in_query
from paicha.domain.households.models import ForeignNumber, Household, Member, Register, RegisterVersion

M = TypeVar("M", DuplicatePair, Distinction)

_AT_ONCE = 5000
_RELATED = ("first__village__parent", "second__village__parent")


@dataclass(frozen=True, slots=True)
class People:
    """What the register knows of households besides their own row, by household."""

    members: dict[UUID, list[str]] = field(default_factory=dict)  # '高兰花（配偶）'
    numbers: dict[UUID, list[str]] = field(default_factory=dict)  # '民政 17'


@dataclass(frozen=True, slots=True)
class Pair:
    """Two households that look like one. `mark`: that of the second (`households.events.mark_of`)."""

    pk: int
    first: Household
    second: Household
    points: int
    likeness: Likeness
    mark: int


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


def clusters_inside() -> Subquery:
    """For a query of rows with a `village`: how many open clusters lie in it."""
    inside = {"first__village": OuterRef("village"), "second__village": OuterRef("village")}
    rows = DuplicatePair.objects.filter(
        settled=False, first__closed_at=None, second__closed_at=None, **inside
    )
    rows = rows.annotate(
        n=Func(F("cluster"), function="COUNT", template="%(function)s(DISTINCT %(expressions)s)")
    )
    return Subquery(rows.values("n"), output_field=IntegerField())


def waiting_at(code: str) -> tuple[int, str]:
    """(villages of an area that have changed since they were compared last, the register's tag); one query."""
    low, high = code_range(code_prefix(code))
    known = VillageColumns.objects.filter(village=OuterRef("village"), version=OuterRef("version"))
    rows = RegisterVersion.objects.filter(village__code__gte=low, village__code__lt=high).exclude(
        Exists(known)
    )
    counted = rows.order_by().annotate(n=Func(F("pk"), function="COUNT")).values("n")
    register = Register.objects.annotate(n=Subquery(counted, output_field=IntegerField())).filter(pk=1)
    tag, n = register.values_list("tag", "n").first() or ("", 0)
    return n, tag


def numbers(rows: QuerySet[DuplicatePair]) -> list[int]:
    """The clusters of some pairs by their numbers, the best first; one query, some thousands in a county."""
    return [
        number for number, _ in rows.order_by("-rank", "cluster").values_list("cluster", "rank").distinct()
    ]


def clusters(rows: QuerySet[DuplicatePair], numbers: Sequence[int]) -> list[Cluster]:
    """Those clusters with what `rows` has of them, in the order given."""
    found: dict[int, list[DuplicatePair]] = defaultdict(list)
    marked = rows.annotate(mark=mark_in_query("second"))
    listed = marked.filter(cluster__in=numbers).select_related(*_RELATED)
    for pair in listed.order_by("-points", "first__number", "second__number"):
        found[pair.cluster].append(pair)
    return [_cluster(number, found[number]) for number in numbers if number in found]


def people_of(households: Collection[UUID]) -> People:
    """Members who are there, and numbers of other systems; one query for a page's households."""
    found, listed = People(), list(households)
    for start in range(0, len(listed), _AT_ONCE):
        part = listed[start : start + _AT_ONCE]
        members = Member.objects.filter(household__in=part, left_at=None)
        codes = ForeignNumber.objects.filter(household__in=part, kind=ForeignNumber.Kind.HOUSEHOLD)
        both = members.values_list("household_id", "name", "relation", Value("member")).union(
            codes.values_list("household_id", "system", "number", Value("number")), all=True
        )
        for household, one, other, kind in both:
            if kind == "member":
                found.members.setdefault(household, []).append(f"{one}（{other}）" if other else one)
            else:
                found.numbers.setdefault(household, []).append(f"{one} {other}")
    for words in (*found.members.values(), *found.numbers.values()):
        words.sort()
    return found


def _at(rows: QuerySet[M], scope: Scope, code: str) -> QuerySet[M]:
    low, high = code_range(code_prefix(code))
    for side in ("first", "second"):
        village = f"{side}__village__code"
        rows = scope.filter_villages(rows, village).filter(**{f"{village}__gte": low, f"{village}__lt": high})
    return rows


def _cluster(number: int, rows: Sequence[DuplicatePair]) -> Cluster:
    households = {h.number: h for pair in rows for h in (pair.first, pair.second)}
    pairs = [
        Pair(p.pk, p.first, p.second, p.points, Likeness.of(p.likeness), p.mark)  # type: ignore[attr-defined]
        for p in rows
    ]
    return Cluster(number, [households[key] for key in sorted(households)], pairs)

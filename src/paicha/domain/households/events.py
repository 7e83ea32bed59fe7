"""Register events: written, undone, and followed from what a household was to what it is.

What holds: an event keeps what was before as data; of a household's standing events the newest is undone first; what
a merged household was called leads to the household that it became part of, over any number of merges.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from django.db.models import F, Func, IntegerField, Model, OuterRef, Q, QuerySet, Subquery

from paicha.domain.households.models import BaseChange, ForeignNumber, Household, HouseholdEvent, Member

Kind = HouseholdEvent.Kind
UNDOABLE = (Kind.CLASS, Kind.CLOSE, Kind.REOPEN, Kind.MOVE, Kind.MERGE, Kind.SPLIT)
_LONGEST = 60
_AT_ONCE = 500

Ids = dict[str, list[Any]]  # table → ids of its rows, as JSON keeps them


@dataclass(frozen=True, slots=True)
class Past:
    """Where a household stood before, as (village's code, group), and the forms that it was asked on."""

    places: tuple[tuple[str, str], ...] = ()
    forms: tuple[str, ...] = ()

    @classmethod
    def of(cls, kept: Mapping[str, Any] | None) -> Self:
        """As the register keeps it; nothing for a household that nothing has happened to."""
        kept = kept or {}
        return cls(
            tuple((code, group) for code, group in kept.get("places", ())), tuple(kept.get("forms", ()))
        )

    @property
    def villages(self) -> frozenset[str]:
        return frozenset(code for code, _ in self.places)

    @property
    def groups(self) -> frozenset[str]:
        return frozenset(group for _, group in self.places if group)


@dataclass(frozen=True, slots=True)
class Destination:
    """Whose rows go along become, and in which village (its id)."""

    household: UUID
    village: int


def record(
    household: Household,
    kind: HouseholdEvent.Kind,
    *,
    actor: str,
    reason: str,
    at: datetime,
    old: str = "",
    new: str = "",
    other: UUID | None = None,
    state: Mapping[str, Any] | None = None,
) -> HouseholdEvent:
    """Write an event of a household that still stands where it was; the caller writes the audit."""
    return HouseholdEvent.objects.create(
        household=household, kind=kind, old=old[:_LONGEST], new=new[:_LONGEST], reason=reason, actor=actor, at=at,
        village_id=household.village_id, other_id=other, state=dict(state or {}),
    )  # fmt: skip


def standing_events(household: UUID) -> QuerySet[HouseholdEvent]:
    """Events of a household, or with it, that can be undone and were not; the newest first."""
    rows = HouseholdEvent.objects.filter(Q(household=household) | Q(other=household))
    return rows.filter(kind__in=UNDOABLE, undone_at=None, village__isnull=False).order_by("-pk")


def mark_of(household: UUID) -> int:
    """A number that changes with every event of a household, or with it, and with every undoing."""
    rows = HouseholdEvent.objects.filter(Q(household=household) | Q(other=household))
    return sum(2 if undone is None else 3 for undone in rows.values_list("undone_at", flat=True))


def mark_in_query(field: str) -> Subquery:
    """The same of the household that a query's rows have as `field`."""
    one = OuterRef(field)
    events = HouseholdEvent.objects.filter(Q(household=one) | Q(other=one)).order_by()
    number = IntegerField()
    all_, undone = (Func(F(name), function="COUNT", output_field=number) for name in ("pk", "undone_at"))
    return Subquery(events.annotate(n=all_ * 2 + undone).values("n"), output_field=number)


def last_left(households: Collection[UUID], village: int) -> list[tuple[UUID, str, str]]:
    """Of these, the ones that a standing event took out of a village: (household, head, its last such kind)."""
    kinds = (Kind.MOVE, Kind.MERGE, Kind.CLOSE)
    events = HouseholdEvent.objects.filter(
        household__in=households, village=village, kind__in=kinds, undone_at=None
    )
    rows = events.order_by("pk").values_list("household_id", "household__head_name", "kind")
    return [(household, head, kind) for household, (head, kind) in {row[0]: row[1:] for row in rows}.items()]


def mark_undone(event: HouseholdEvent, actor: str, at: datetime) -> None:
    """The event no longer stands; it stays on record."""
    event.undone_at, event.undone_by = at, actor
    event.save(update_fields=["undone_at", "undone_by"])


def remember(household: Household, code: str = "", form: str = "") -> None:
    """Keep where the household stood until now (`code` of its village), or its form; saved with what changes."""
    past = Past.of(household.past)
    places = dict.fromkeys((*past.places, *([(code, household.group)] if code else [])))
    forms = dict.fromkeys((*past.forms, *([form] if form else [])))
    household.past = {"places": [list(place) for place in places], "forms": list(forms)}


def survivors(households: Collection[UUID]) -> dict[UUID, UUID]:
    """Of these, the ones that were merged: which household each is now. A query for each merge in a row."""
    found: dict[UUID, UUID] = {}
    asked = set(households)
    open_ = set(asked)
    while open_:
        rows = HouseholdEvent.objects.filter(
            kind=Kind.MERGE, undone_at=None, household__in=list(open_)[:_AT_ONCE]
        )
        step = {old: new for old, new in rows.values_list("household_id", "other_id") if new is not None}
        rest = set(list(open_)[_AT_ONCE:])
        found = {old: step.get(new, new) for old, new in found.items()} | {
            old: new for old, new in step.items() if old not in found
        }
        open_ = rest | {new for new in step.values() if new not in found}
    return {old: new for old, new in found.items() if old in asked}  # not those on the way


def carry(
    rows: QuerySet[Any] | type[Model], source: UUID, to: Destination, only: Collection[Any] | None = None
) -> Ids:
    """Rows of `source` in one table become those of `to`; {table: ids}. `only`: of these ids alone."""
    query = rows if isinstance(rows, QuerySet) else rows._default_manager.all()
    query = query.filter(household=source)
    if only is not None:
        query = query.filter(pk__in=list(only))
    ids = list(query.order_by("pk").values_list("pk", flat=True))
    if not ids:
        return {}
    there: dict[str, Any] = {"household_id": to.household}
    if any(field.name == "village" for field in query.model._meta.fields):  # a person has none of their own
        there["village_id"] = to.village
    query.model._default_manager.filter(pk__in=ids).update(**there)
    return {query.model._meta.label_lower: [str(id_) if isinstance(id_, UUID) else id_ for id_ in ids]}


def join_ids(found: Iterable[Ids]) -> Ids:
    """What went along of several tables."""
    return {table: ids for one in found for table, ids in one.items()}


def carry_register(source: UUID, to: Destination, only: Ids | None = None) -> Ids:
    """Members, numbers of other systems (those of a member that goes, too), changes of base information."""
    numbers = ForeignNumber.objects.all()
    if only is not None:
        named = Q(pk__in=only.get("households.foreignnumber", []))
        numbers = numbers.filter(named | Q(member__in=only.get("households.member", [])))
    return join_ids(
        (
            carry(numbers, source, to),
            carry(Member, source, to, None if only is None else only.get("households.member", [])),
            carry(BaseChange, source, to, None if only is None else only.get("households.basechange", [])),
        )
    )

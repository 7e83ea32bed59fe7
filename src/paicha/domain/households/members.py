"""Members of households and the numbers of other systems: written in bulk by lists, one by one by people.

What holds: nobody's identity number is kept; what is written names its source; a member who left stays on record.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from paicha.domain import bulk
from paicha.domain.households.models import ForeignNumber, HeadDetails, Member

DETAILS = ("health", "labour", "work", "school")
HOUSEHOLD, PERSON = (kind.value for kind in ForeignNumber.Kind)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where something comes from: door and person, the upload that brought it, when."""

    source: str
    upload: UUID | None
    at: datetime


@dataclass(frozen=True, slots=True)
class NewMember:
    """Somebody who joins a household; `details` in the order of DETAILS."""

    id: UUID
    household: UUID
    name: str
    relation: str
    details: tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class NewNumber:
    """A number of another system for a household (`member` None: for it or its head)."""

    household: UUID
    member: UUID | None
    system: str
    kind: str
    number: str


def insert_members(members: Iterable[NewMember], origin: Origin) -> None:
    """Add members in one statement. The caller holds the village and writes the audit."""
    rows = [
        (m.id, m.household, m.name, m.relation, *m.details, origin.source, origin.upload, origin.at)
        for m in members
    ]
    columns = ("id", "household", "name", "relation", *DETAILS, "source", "upload", "at")
    bulk.insert(Member, columns, rows)


def rewrite_members(rows: Sequence[tuple[UUID, Sequence[str]]], origin: Origin) -> None:
    """Set name, relation and details of members: (id, values in that order). The caller writes the audit."""
    bulk.update(
        Member, ("name", "relation", *DETAILS, "source", "upload", "at"),
        [(*values, origin.source, origin.upload, origin.at, id_) for id_, values in rows],
    )  # fmt: skip


def write_heads(rows: Iterable[tuple[UUID, Sequence[str]]], origin: Origin) -> None:
    """Set the details of heads: (household, values in the order of DETAILS). The caller writes the audit."""
    said = {"source": origin.source, "upload": origin.upload, "at": origin.at}
    HeadDetails.objects.bulk_create(
        (HeadDetails(household_id=id_, **dict(zip(DETAILS, values, strict=True)), **said) for id_, values in rows),
        batch_size=500, update_conflicts=True, unique_fields=["household"],
        update_fields=[*DETAILS, "source", "upload", "at"],
    )  # fmt: skip


def insert_numbers(numbers: Iterable[NewNumber], origin: Origin) -> None:
    """Add numbers of other systems in one statement. The caller holds the village and writes the audit."""
    rows = [
        (n.household, n.member, n.system, n.kind, n.number, origin.source, origin.upload, origin.at)
        for n in numbers
    ]
    columns = ("household", "member", "system", "kind", "number", "source", "upload", "at")
    bulk.insert(ForeignNumber, columns, rows)


def given_people(upload: UUID, village: int) -> set[UUID]:
    """Households that an upload gave members or numbers of other systems in a village, and that have left it since."""
    left = Q(household__events__village=village) & ~Q(household__village=village)
    return {
        household
        for model in (Member, HeadDetails, ForeignNumber)
        for household in model._default_manager.filter(left, upload=upload).values_list(
            "household", flat=True
        )
    }


def take_members_back(
    village: int, upload: UUID, before: Mapping[str, Sequence[str]], stay: Collection[UUID]
) -> set[UUID]:
    """Let go what an upload brought about people of a village; those that it rewrote are as `before` says again.

    `before`: member → name, relation, details, source, upload; household, for its head → details, source, upload.
    Households of `stay`, and what was written again since, are left. Returns the households that were touched. The
    caller holds the village and writes the audit.
    """
    own = {"upload": upload, "household__village": village}
    numbers = ForeignNumber.objects.filter(**own).exclude(household__in=stay)
    members = Member.objects.filter(**own).exclude(household__in=stay)
    heads = HeadDetails.objects.filter(**own).exclude(household__in=stay)
    touched = {
        *numbers.values_list("household_id", flat=True),
        *heads.values_list("household_id", flat=True),
        *members.values_list("household_id", flat=True),
    }
    numbers.delete()
    known = [UUID(text) for text in before]
    bulk.update(Member, ("name", "relation", *DETAILS, "source", "upload"), _as_before(members, before))
    bulk.update(HeadDetails, (*DETAILS, "source", "upload"), _as_before(heads, before))
    heads.exclude(pk__in=known).delete()
    members.exclude(pk__in=known).filter(foreign_numbers=None).delete()
    return touched


def _as_before(rows: QuerySet[Any], before: Mapping[str, Sequence[str]]) -> list[tuple[Any, ...]]:
    """Of these rows, those whose earlier values are known: (*values, upload, id)."""
    again = rows.filter(pk__in=[UUID(text) for text in before]).values_list("pk", flat=True)
    return [
        (*told, UUID(upload) if upload else None, id_)
        for id_ in again
        for *told, upload in [before[str(id_)]]
    ]

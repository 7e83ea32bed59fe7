"""Members of households and the numbers of other systems: written in bulk by lists, one by one by people.

What holds: nobody's identity number is kept; what is written names its source; a member who left stays on record.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from paicha.domain import bulk
from paicha.domain.households.models import ForeignNumber, Member

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
        for model in (Member, ForeignNumber)
        for household in model._default_manager.filter(left, upload=upload).values_list(
            "household", flat=True
        )
    }


def take_members_back(
    village: int, upload: UUID, before: Mapping[str, Sequence[str]], stay: Collection[UUID]
) -> set[UUID]:
    """Let go what an upload brought about people of a village; those that it rewrote are as `before` says again.

    `before`: member → name, relation, details, source, upload. Households of `stay`, and what was written again
    since, are left. Returns the households that were touched. The caller holds the village and writes the audit.
    """
    own = {"upload": upload, "household__village": village}
    numbers = ForeignNumber.objects.filter(**own).exclude(household__in=stay)
    members = Member.objects.filter(**own).exclude(household__in=stay)
    touched = {
        *numbers.values_list("household_id", flat=True),
        *members.values_list("household_id", flat=True),
    }
    numbers.delete()
    columns = ("name", "relation", *DETAILS, "source", "upload")
    known = [UUID(text) for text in before]
    again = list(members.filter(pk__in=known).values_list("pk", flat=True))
    rows = [
        (*told, UUID(upload) if upload else None, id_)
        for id_ in again
        for *told, upload in [before[str(id_)]]
    ]
    bulk.update(Member, columns, rows)
    members.exclude(pk__in=known).filter(foreign_numbers=None).delete()
    return touched

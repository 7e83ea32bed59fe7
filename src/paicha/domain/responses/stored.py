"""What is in force for some households of a village, read once a part."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson
from django.db import connection

from paicha.domain.responses.models import Revision

if TYPE_CHECKING:
    from paicha.domain.responses.work import VillageWork

_MANY = 200  # above it the whole village is read, which costs one index range
_STORED = (
    "SELECT e.household_id, e.id, e.form, e.revision_number, r.answers, r.source, h.phone, h.population,"
    ' h."group", e.reopened, e.facts FROM rounds_rosterentry e JOIN households_household h ON h.id = e.household_id'
    " LEFT JOIN responses_revision r ON r.id = e.revision WHERE e.round_id = %s AND e.village_id = %s"
)


@dataclass(frozen=True, slots=True)
class Stored:
    """A household's place in the round. `number` 0 and empty answers: nothing answered yet."""

    household: UUID
    entry: int
    form: str
    number: int
    answers: str
    source: str
    phone: str
    population: int | None
    group: str
    reopened: bool
    facts: Mapping[str, Any]


def load_stored(work: VillageWork, households: Collection[UUID]) -> dict[UUID, Stored]:
    """Roster entries of these households in this village, with the revision in force. One statement."""
    if not households:
        return {}
    some = [id_.hex for id_ in households] if len(households) <= _MANY else []
    named = f" AND e.household_id IN ({', '.join(['%s'] * len(some))})" if some else ""
    with connection.cursor() as cursor:
        cursor.execute(_STORED + named, [work.round.pk, work.village.pk, *some])
        found = [_stored(row) for row in cursor.fetchall()]
    return {one.household: one for one in found if one.household in households}


def _stored(row: Sequence[Any]) -> Stored:
    household, entry, form, number, answers, source, phone, population, group, reopened, facts = row
    return Stored(
        as_uuid(household), entry, form, number, answers or "{}", source or "", phone, population, group,
        bool(reopened), as_facts(facts),
    )  # fmt: skip


def as_uuid(value: Any) -> UUID:
    """A UUID as either database gives it."""
    return value if isinstance(value, UUID) else UUID(value)


def as_facts(value: Any) -> dict[str, Any]:
    """Facts as either database gives them; none are an empty dict."""
    return (orjson.loads(value) if isinstance(value, str) else value) or {}


def answers_of(work: VillageWork, wanted: Collection[tuple[UUID, int]]) -> dict[tuple[UUID, int], str]:
    """Texts of earlier revisions by (household, number)."""
    if not wanted:
        return {}
    query = Revision.objects.filter(
        round=work.round,
        household__in={household for household, _ in wanted},
        number__in={n for _, n in wanted},
    )
    return {
        (h, n): a for h, n, a in query.values_list("household_id", "number", "answers") if (h, n) in wanted
    }

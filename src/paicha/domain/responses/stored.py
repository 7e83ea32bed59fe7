"""What is in force for some households of a village, read once a part."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from paicha.domain.responses.models import Revision
from paicha.domain.rounds.models import RosterEntry

if TYPE_CHECKING:
    from paicha.domain.responses.work import VillageWork

_MANY = 200  # above it the whole village is read, which costs one index range


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
    facts: Mapping[str, Any] | None


def load_stored(work: VillageWork, households: Collection[UUID]) -> dict[UUID, Stored]:
    """Roster entries of these households in this village, with the revision in force."""
    if not households:
        return {}
    entries = RosterEntry.objects.filter(round=work.round, village=work.village)
    if len(households) <= _MANY:
        entries = entries.filter(household__in=households)
    rows = entries.values_list(
        "household_id", "pk", "form", "revision", "revision_number",
        "household__phone", "household__population", "household__group", "reopened", "facts",
    )  # fmt: skip
    listed = [row for row in rows if row[0] in households]
    ids = [row[3] for row in listed if row[3]]
    texts: dict[UUID, tuple[str, str]] = {}
    for start in range(0, len(ids), 500):
        found = Revision.objects.filter(pk__in=ids[start : start + 500]).values_list(
            "pk", "answers", "source"
        )
        texts.update({pk: (answers, source) for pk, answers, source in found})
    stored = {}
    for household, entry, form, revision, number, phone, population, group, reopened, facts in listed:
        answers, source = texts.get(revision, ("{}", "")) if revision else ("{}", "")
        stored[household] = Stored(
            household, entry, form, number, answers, source, phone, population, group, reopened, facts
        )
    return stored


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

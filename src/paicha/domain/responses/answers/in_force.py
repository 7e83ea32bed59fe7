"""What is in force for some households of a village, read once a part."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
import polars as pl
from django.db import connection

from paicha.core.pack import Pack
from paicha.domain.households.events import Past
from paicha.domain.responses.answers.identity import identify_text
from paicha.domain.responses.columns import NOTHING, answer_schema, decode
from paicha.domain.responses.models import Revision
from paicha.domain.responses.rules.facts import with_facts
from paicha.domain.responses.work import VillageWork

_SOME = 500  # households in one statement
_MANY = 200  # above it the whole village is read, which costs one index range
_STORED = (
    "SELECT e.household_id, e.id, e.form, e.revision_number, r.answers, r.source, h.phone, h.population,"
    ' h."group", e.reopened, e.facts, h.head_name, h.past FROM rounds_rosterentry e'
    " JOIN households_household h ON h.id = e.household_id"
    " LEFT JOIN responses_revision r ON r.id = e.revision WHERE e.round_id = %s AND e.village_id = %s"
)


@dataclass(frozen=True, slots=True)
class Stored:
    """A household's place in the round. `number` 0 and empty answers: nothing answered yet.

    `answers` carry the register's head and group, whatever they were given with (`identity`).
    """

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
    head: str
    past: Past


def load_stored(work: VillageWork, households: Collection[UUID]) -> dict[UUID, Stored]:
    """Roster entries of these households in this village, with the revision in force. One statement."""
    if not households:
        return {}
    some = [id_.hex for id_ in households] if len(households) <= _MANY else []
    named = f" AND e.household_id IN ({', '.join(['%s'] * len(some))})" if some else ""
    with connection.cursor() as cursor:
        cursor.execute(_STORED + named, [work.round.pk, work.village.pk, *some])
        found = [_stored_row(work.pack, row) for row in cursor.fetchall()]
    return {one.household: one for one in found if one.household in households}


def _stored_row(pack: Pack, row: Sequence[Any]) -> Stored:
    household, entry, form, number, answers, source, phone, population, group, reopened, facts, head, past = (
        row
    )
    text = identify_text(pack, form, answers or NOTHING, head, group)
    return Stored(
        as_uuid(household), entry, form, number, text, source or "", phone, population, group, bool(reopened),
        as_facts(facts), head, Past.of(as_facts(past)),
    )  # fmt: skip


def as_uuid(value: Any) -> UUID:
    """A UUID as either database gives it."""
    return value if isinstance(value, UUID) else UUID(value)


def as_facts(value: Any) -> dict[str, Any]:
    """Facts as either database gives them; none are an empty dict."""
    return (orjson.loads(value) if isinstance(value, str) else value) or {}


def earlier_answers(work: VillageWork, before: Mapping[UUID, int]) -> dict[UUID, list[tuple[int, str]]]:
    """Revisions of households older than the number given for each, newest first: number and text.

    One query for each 500 households; what was withdrawn is none.
    """
    found: dict[UUID, list[tuple[int, str]]] = {}
    households = list(before)
    for start in range(0, len(households), _SOME):
        rows = Revision.objects.filter(
            round=work.round, household__in=households[start : start + _SOME]
        ).exclude(answers=NOTHING)
        for id_, number, text in rows.order_by("-number").values_list("household_id", "number", "answers"):
            if number < before[id_]:
                found.setdefault(id_, []).append((number, text))
    return found


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


def _answer_texts(work: VillageWork) -> list[tuple[UUID, str, str, dict[str, Any]]]:
    """Household, form, answers in force and facts."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT e.household_id, e.form, r.answers, e.facts"
            " FROM rounds_rosterentry e JOIN responses_revision r ON r.id = e.revision"
            " WHERE e.round_id = %s AND e.village_id = %s ORDER BY e.id",
            [work.round.pk, work.village.pk],
        )
        return [(as_uuid(row[0]), row[1], row[2], as_facts(row[3])) for row in cursor.fetchall()]


def current_answers(work: VillageWork, only: Collection[UUID] | None = None) -> pl.DataFrame:
    """Answered households of the village (all, or some) as columns: household, form, answers and facts."""
    rows = [row for row in _answer_texts(work) if only is None or row[0] in only]
    head = pl.DataFrame(
        {"household": [str(row[0]) for row in rows], "form": [row[1] for row in rows]},
        schema={"household": pl.String, "form": pl.String},
    )
    answers = decode(pl.Series([row[2] for row in rows], dtype=pl.String), answer_schema(work.pack))
    return with_facts(work.pack, pl.concat([head, answers], how="horizontal"), [row[3] for row in rows])

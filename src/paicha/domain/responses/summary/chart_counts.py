"""What a village's answers come to for a picture: households met by day, and chosen options by class.

Why as data of the summary row: a county's picture adds up 326 rows and reads no household. What holds: `counted`
and `behind` decide by the same words, so that a figure opens into exactly its rows.

`figures.days`: {ISO day: households met}; their day is the one written on the paper, else that of the first
revision, so that a later correction doesn't move it. `figures.answers`: {question: {form: {option: households}}}
for the questions that the pack pictures, and for its special circumstances; an option of several counts each
household that chose it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import connection

from paicha.core.pack import Pack
from paicha.domain import clock
from paicha.domain.responses.summary.village_checks import Answered
from paicha.domain.rounds.models import Round


def count_for_charts(met: Iterable[Answered]) -> dict[str, Any]:
    """`days` and `answers` of the households that were met."""
    days: Counter[str] = Counter()
    chosen: dict[str, Counter[tuple[str, str]]] = {}
    for row in met:
        days[row.day] += 1
        chosen.setdefault(row.form, Counter()).update(row.options)
    answers: dict[str, dict[str, dict[str, int]]] = {}
    for form, counts in chosen.items():
        for (question, option), n in counts.items():
            answers.setdefault(question, {}).setdefault(form, {})[option] = n
    return {"days": dict(sorted(days.items())), "answers": answers}


def counted_questions(pack: Pack) -> tuple[str, ...]:
    """What is pictured, and the special circumstances, which are listed by village."""
    special = pack.roles.special
    return pack.pictured if special is None or special in pack.pictured else (*pack.pictured, special)


def day_of(pack: Pack, answers: Mapping[str, Any], first: Any) -> str:
    """The day of the visit as ISO text; `first`: when the first revision came, as the database gives it."""
    written = answers.get(pack.roles.surveyed_on) if pack.roles.surveyed_on else None
    if written:
        return str(written)
    moment = first if isinstance(first, datetime) else datetime.fromisoformat(first)
    if moment.tzinfo is None:  # SQLite keeps UTC without saying so
        moment = moment.replace(tzinfo=UTC)
    return moment.astimezone(clock.SHANGHAI).date().isoformat()


def options_of(value: Any) -> list[str]:
    """The options of a choice or of several, as the summary names them."""
    if value is None:
        return []
    return [str(option) for option in value] if isinstance(value, list) else [str(value)]


def behind(
    round_: Round,
    pack: Pack,
    village: int,
    *,
    days: tuple[str, str] | None = None,
    question: str = "",
    form: str = "",
    option: str = "",
) -> list[UUID]:
    """The households of a village that a figure counts; one query. `days`: first and last, included."""
    found = []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT e.household_id, e.form, e.outcome, r.answers, f.at FROM rounds_rosterentry e"
            " JOIN responses_revision r ON r.id = e.revision"
            " JOIN responses_revision f ON f.household_id = e.household_id AND f.round_id = e.round_id"
            " AND f.number = 1 WHERE e.round_id = %s AND e.village_id = %s ORDER BY e.id",
            [round_.pk, village],
        )
        for household, on_form, outcome, text, first in cursor.fetchall():
            if not pack.outcome.met(outcome) or (form and on_form != form):
                continue
            answers = orjson.loads(text)
            if days and not days[0] <= day_of(pack, answers, first) <= days[1]:
                continue
            if question and option not in options_of(answers.get(question)):
                continue
            found.append(household if isinstance(household, UUID) else UUID(household))
    return found

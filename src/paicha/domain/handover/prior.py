"""What the round before said about a household, carried onto the new roster: the facts `prior_<question>`.

Why here: the opening knows both rounds; the rules and V42 then read facts of this round alone. What holds: a
village at a time, so that a county of 110,000 households costs memory for one village.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson
from django.db import connection

from paicha.core.pack import Pack
from paicha.domain.rounds.models import Round
from paicha.domain.rounds.prior import carry_facts, round_before
from paicha.domain.rounds.queries import village_areas

_SQL = (
    "SELECT n.id, r.answers FROM rounds_rosterentry n"
    " JOIN rounds_rosterentry p ON p.household_id = n.household_id AND p.round_id = %s"
    " JOIN responses_revision r ON r.id = p.revision"
    " WHERE n.round_id = %s AND n.village_id = %s"
)


def carry_prior(round_: Round, pack: Pack) -> int:
    """Tell the new roster what the round before answered; returns how many households were told something.

    Only what the pack declares as a fact `prior_<question>`, and only answers that its options still hold.
    """
    asked = [fact.of for fact in pack.facts if fact.of and fact.name == f"prior_{fact.of}"]
    before = round_before(round_) if asked else None
    if before is None:
        return 0
    return sum(
        carry_facts(_facts_of(pack, asked, before, round_, area.area_id)) for area in village_areas(round_)
    )


def _facts_of(
    pack: Pack, asked: list[str], before: Round, round_: Round, village: int
) -> Iterator[tuple[int, dict[str, Any]]]:
    with connection.cursor() as cursor:
        cursor.execute(_SQL, [before.pk, round_.pk, village])
        rows = cursor.fetchall()
    for entry, text in rows:
        answers = orjson.loads(text)
        found = {
            f"prior_{name}": value
            for name in asked
            if (value := answers.get(name)) in pack.questions[name].option_labels
        }
        if found:
            yield entry, found

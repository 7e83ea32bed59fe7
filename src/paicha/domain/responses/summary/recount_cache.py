"""What a village's count asks of each household's answers, read once a revision and kept in the process.

Why: one finished household makes its village be counted again, and 349 of its 350 rows are as they were. What holds:
a revision is never changed, so what was read of it stays true whatever happens beside, also in another process; the
count itself is made anew from all of them every time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import blake2b
from sys import intern
from threading import Lock
from typing import Any
from uuid import UUID

import orjson
from django.db import connection

from paicha.core.pack import Pack
from paicha.core.pack.per_pack import per_pack
from paicha.domain.responses.summary.chart_counts import counted_questions, day_of, options_of
from paicha.domain.responses.summary.village_checks import Answered, questions_needed

MOST = 120_000  # revisions kept in a process
_PART = 500
_SENT_AT_ONCE = 50  # households that a phone sends; more are an import's, which goes on to the next village

_MOST_SHARED = 50_000
_kept: dict[str, Answered] = {}  # by revision; a round, and so a revision, has one pack
_shared: dict[tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]] = {}  # the same choices, kept once
_lock = Lock()


def briefs_of(
    pack: Pack, revisions: Sequence[str], written: Mapping[str, tuple[UUID, str, str, datetime | None]]
) -> Mapping[str, Answered]:
    """Revisions by id (hexadecimal, without dashes), as a count asks of them.

    `written`: what this transaction wrote itself (household, form, answers, when the household was first answered
    where that is known). What was read before costs nothing; the rest one query for each 500.
    """
    found = {id_: one for id_ in revisions if (one := _kept.get(id_)) is not None}
    missing = [id_ for id_ in revisions if id_ not in found]
    if not missing:
        return found
    here = {id_: written[id_] for id_ in missing if id_ in written and _has_day(pack, written[id_])}
    for id_, (household, form, text, first) in here.items():
        found[id_] = brief(pack, household, form, text, first)
    away = [id_ for id_ in missing if id_ not in here]
    for start in range(0, len(away), _PART):
        for id_, household, form, text, first in _read(away[start : start + _PART]):
            found[id_] = brief(pack, household, form, text, first)
    _keep({id_: found[id_] for id_ in (missing if len(here) <= _SENT_AT_ONCE else away)})
    return found


def _has_day(pack: Pack, one: tuple[UUID, str, str, datetime | None]) -> bool:
    asked = pack.roles.surveyed_on
    return one[3] is not None or (asked is not None and f'"{asked}":' in one[2])


def _keep(new: Mapping[str, Answered]) -> None:
    with _lock:
        while len(_kept) + len(new) > MOST and _kept:
            _kept.pop(next(iter(_kept)))
        _kept.update(new)


def forget() -> None:
    """Keep nothing: a count afterwards reads everything again (the tests' oracle)."""
    with _lock:
        _kept.clear()


def _read(ids: Sequence[str]) -> Iterable[tuple[str, UUID, str, str, Any]]:
    marks = ", ".join(["%s"] * len(ids))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT CAST(r.id AS VARCHAR(36)), CAST(r.household_id AS VARCHAR(36)), r.form, r.answers, f.at"
            " FROM responses_revision r LEFT JOIN responses_revision f"
            " ON f.household_id = r.household_id AND f.round_id = r.round_id AND f.number = 1"
            f" WHERE r.id IN ({marks})",
            list(ids),
        )
        for id_, household, form, text, first in cursor.fetchall():
            yield id_.replace("-", ""), UUID(household), form, text, first


def brief(pack: Pack, household: UUID, form: str, text: str, first: Any) -> Answered:
    """What a count asks of one revision's canonical text. `first`: when the household was first answered."""
    answers = orjson.loads(text)
    names, pictured, aside = _reading(pack)
    same = orjson.dumps([pair for pair in answers.items() if pair[0] not in aside])
    options = tuple(
        [
            (question, option)
            for question in pictured
            if (value := answers.get(question)) is not None
            for option in options_of(value)
        ]
    )
    values = [answers.get(name) for name in names]
    return Answered(
        household.hex,
        intern(form),
        tuple([value if value is None or type(value) is int else _small(value) for value in values]),
        blake2b(same, digest_size=8).digest(),
        intern(day_of(pack, answers, first)),
        _shared.setdefault(options, options) if len(_shared) < _MOST_SHARED else options,
    )


@per_pack
def _reading(pack: Pack) -> tuple[tuple[str, ...], tuple[str, ...], frozenset[str | None]]:
    """Questions asked for, those pictured, and those whose answers differ also where rows are filled in alike."""
    roles = pack.roles
    own = {roles.head, roles.phone, roles.population, roles.remark, roles.surveyed_on}
    return questions_needed(pack), counted_questions(pack), frozenset(own)


def _small(value: Any) -> Any:
    """Names, days and choices stand in hundreds of rows."""
    if isinstance(value, list):
        return tuple(value)
    return intern(value) if isinstance(value, str) and len(value) < 11 else value

"""Duplicates kept up to date with the register, and told apart by people.

What holds: only villages whose register changed are read again, and only households that the change concerns are
compared again; the pairs are then those that comparing everything would give; a pair that a person told apart comes
back only with something new that makes the two alike.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl
from django.db import transaction

from paicha.core.normalise import name_key
from paicha.core.refusal import Refusal, text_field
from paicha.domain import clock
from paicha.domain.accounts.policies import Scope
from paicha.domain.audit.services import Entry, append, village_chain
from paicha.domain.duplicates import columns
from paicha.domain.duplicates.comparison import compared_again, find_pairs
from paicha.domain.duplicates.likeness import Likeness, marks
from paicha.domain.duplicates.models import Distinction, DuplicatePair
from paicha.domain.households.models import Household, Register
from paicha.domain.households.services import register_tag

_AT_ONCE = 500
_TRIES = 3
_COMPARED = ("points", "likeness", "settled")
_REASON = 200  # characters


class DuplicateError(Refusal):
    """An act on a pair that can't be."""


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a refresh did: villages read, pairs that came, went or changed, and how long it took."""

    villages: int
    changed: int
    seconds: float


def refresh() -> Refreshed:
    """Bring the pairs up to the register as it is now; cheap where nothing changed.

    Read and compared outside of a transaction, for that takes seconds in a county; what somebody else has brought up
    to date meanwhile is begun anew, and after some tries left to the next refresh.
    """
    began = time.monotonic()
    for _ in range(_TRIES):
        compared_with, versions = columns.versions(), columns.stale()
        if not versions:
            break
        kept, fresh = columns.stored_columns(), columns.read(versions)
        now = columns.together((kept | fresh).values())
        pairs, numbers = _compare(kept, fresh, now)
        with transaction.atomic():
            Register.objects.select_for_update().get(tag=register_tag())
            if columns.versions() == compared_with:
                columns.keep(fresh, versions)
                changed = _keep(pairs, now, numbers)
                return Refreshed(len(versions), changed, time.monotonic() - began)
    return Refreshed(0, 0, time.monotonic() - began)


def _compare(
    kept: Mapping[int, pl.DataFrame], fresh: Mapping[int, pl.DataFrame], now: pl.DataFrame
) -> tuple[pl.DataFrame, set[int] | None]:
    """(pairs, numbers of the households that they are complete for, None for all)."""
    if not kept:
        return find_pairs(now), None
    was = columns.together(frame for village, frame in kept.items() if village in fresh)
    pairs, concerned = compared_again(now, columns.changed_rows(was, columns.together(fresh.values())))
    return pairs, set(concerned.to_list())


def _keep(pairs: pl.DataFrame, register: pl.DataFrame, concerned: set[int] | None) -> int:
    """Write what differs from the pairs that are kept; those of none of these households stay. Returns how many."""
    known = _stored_pairs(concerned)
    facts = _facts(register, pairs)
    households = _households(facts)
    words = _words(households)
    fresh: dict[tuple[int, int], DuplicatePair] = {}
    for row in pairs.iter_rows(named=True):
        first, second = row["first"], row["second"]
        likeness = Likeness.of(row)
        marked = marks(likeness, (facts[first]["name"], facts[second]["name"]), facts[first]["phone"])
        one, other = households[first], households[second]
        word = words.get((one, other))
        fresh[first, second] = DuplicatePair(
            first_id=one, second_id=other, points=row["points"], likeness=likeness.as_json(),
            settled=word is not None and set(marked) <= set(word), cluster=0, rank=0, since=clock.now(),
        )  # fmt: skip
    gone = [pair.pk for key, pair in known.items() if key not in fresh]
    new = [pair for key, pair in fresh.items() if key not in known]
    other = [
        _into(known[key], pair) for key, pair in fresh.items() if key in known and _differ(known[key], pair)
    ]
    for start in range(0, len(gone), _AT_ONCE):
        DuplicatePair.objects.filter(pk__in=gone[start : start + _AT_ONCE]).delete()
    DuplicatePair.objects.bulk_create(new, batch_size=_AT_ONCE)
    DuplicatePair.objects.bulk_update(other, _COMPARED, batch_size=_AT_ONCE)
    if gone or new or other:
        cluster_again()
    return len(gone) + len(new) + len(other)


def _differ(known: DuplicatePair, now: DuplicatePair) -> bool:
    return any(getattr(known, name) != getattr(now, name) for name in _COMPARED)


def _into(known: DuplicatePair, now: DuplicatePair) -> DuplicatePair:
    for name in _COMPARED:
        setattr(known, name, getattr(now, name))
    return known


def _stored_pairs(concerned: set[int] | None) -> dict[tuple[int, int], DuplicatePair]:
    rows = DuplicatePair.objects.select_related("first", "second")
    pairs = {(pair.first.number, pair.second.number): pair for pair in rows}
    if concerned is None:
        return pairs
    return {key: pair for key, pair in pairs.items() if concerned.intersection(key)}


def _facts(register: pl.DataFrame, pairs: pl.DataFrame) -> dict[int, dict[str, Any]]:
    numbers = pl.concat([pairs["first"], pairs["second"]]).unique()
    rows = register.filter(pl.col("number").is_in(numbers.implode())).select(
        "number", "village", "name", "phone"
    )
    return {row["number"]: row for row in rows.iter_rows(named=True)}


def _households(numbers: Iterable[int]) -> dict[int, Any]:
    found: dict[int, Any] = {}
    listed = list(numbers)
    for start in range(0, len(listed), _AT_ONCE):
        rows = Household.objects.filter(number__in=listed[start : start + _AT_ONCE])
        found |= dict(rows.values_list("number", "pk"))
    return found


def _words(households: Mapping[int, Any]) -> dict[tuple[Any, Any], list[str]]:
    """What people told apart, by pair: the marks upon which they did."""
    if not households:
        return {}
    rows = Distinction.objects.filter(taken_back_at=None)
    return {
        (first, second): said for first, second, said in rows.values_list("first_id", "second_id", "marks")
    }


def cluster_again() -> None:
    """Which pairs not settled hang together, and how high each such cluster ranks: written where it changed."""
    rows = list(
        DuplicatePair.objects.filter(settled=False).values_list(
            "pk", "first__number", "second__number", "points", "cluster", "rank"
        )
    )
    lowest: dict[int, int] = {}

    def root(number: int) -> int:
        while (above := lowest.setdefault(number, number)) != number:
            lowest[number] = number = lowest[above]
        return number

    for _, first, second, *_ in rows:
        one, other = sorted((root(first), root(second)))
        lowest[other] = one
    best: dict[int, int] = {}
    for _, first, _, points, *_ in rows:
        best[root(first)] = max(points, best.get(root(first), points))
    changed = [
        DuplicatePair(pk=pk, cluster=root(first), rank=best[root(first)])
        for pk, first, _, _, cluster, rank in rows
        if (cluster, rank) != (root(first), best[root(first)])
    ]
    DuplicatePair.objects.bulk_update(changed, ["cluster", "rank"], batch_size=_AT_ONCE)


@transaction.atomic
def tell_apart(pair: DuplicatePair, scope: Scope, reason: str) -> Distinction:
    """Keep a person's word that the two households are two. Raises Refusal: it is settled, no reason is given."""
    pair = (
        DuplicatePair.objects.select_for_update(of=("self",))
        .select_related("first", "second")
        .get(pk=pair.pk)
    )
    why = text_field("理由", reason, _REASON, asks="为什么不是同一户")
    if pair.settled:
        raise DuplicateError("I01", first=pair.first.head_name, second=pair.second.head_name)
    Distinction.objects.filter(first=pair.first, second=pair.second, taken_back_at=None).update(
        taken_back_at=clock.now(), taken_back_by=scope.actor
    )  # an older word, which something new had overtaken
    names = [name_key(household.head_name) for household in (pair.first, pair.second)]
    said = Distinction.objects.create(
        first=pair.first, second=pair.second, reason=why, by=scope.actor, at=clock.now(),
        marks=marks(Likeness.of(pair.likeness), names, pair.first.phone),
    )  # fmt: skip
    pair.settled = True
    pair.save(update_fields=["settled"])
    cluster_again()
    _log("duplicate.apart", said, scope)
    return said


@transaction.atomic
def take_word_back(said: Distinction, scope: Scope) -> None:
    """Take a word back: the pair is listed again, if the two are still alike. Raises DuplicateError."""
    said = (
        Distinction.objects.select_for_update(of=("self",)).select_related("first", "second").get(pk=said.pk)
    )
    if said.taken_back_at is not None:
        raise DuplicateError("I02")
    said.taken_back_at, said.taken_back_by = clock.now(), scope.actor
    said.save(update_fields=["taken_back_at", "taken_back_by"])
    DuplicatePair.objects.filter(first=said.first, second=said.second).update(settled=False)
    cluster_again()
    _log("duplicate.apart_back", said, scope)


def _log(act: str, said: Distinction, scope: Scope) -> None:
    villages = sorted({said.first.village_id, said.second.village_id})
    append(
        [
            Entry(village_chain(village), scope.actor, act, f"{said.first_id} {said.second_id}")
            for village in villages
        ]
    )

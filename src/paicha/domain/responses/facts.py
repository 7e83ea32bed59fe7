"""Facts of a household that upper apps tell the rules: deliberated, enrolment_started, measures, the last round's.

Why: the rules ask for them (S14, S15, S18, S33), and the apps that know them stand above this one. What holds:
facts travel down as data on the roster entry; a household whose facts change is screened again at once.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

import polars as pl

from paicha.core.pack import Pack
from paicha.domain.responses.frames import dtype
from paicha.domain.rounds.models import RosterEntry

if TYPE_CHECKING:
    from paicha.domain.responses.work import VillageWork

Facts = Mapping[str, Any] | None


def fact_schema(pack: Pack) -> dict[str, Any]:
    """Column types of the facts of households, by name."""
    kinds: dict[str, Any] = {}
    for fact in pack.facts:
        if fact.scope == "household":
            if fact.of and fact.of in pack.questions:
                kinds[fact.name] = dtype(pack, fact.of)
            else:
                kinds[fact.name] = pl.Boolean if fact.type == "boolean" else pl.Int64
    return kinds


def with_facts(pack: Pack, frame: pl.DataFrame, facts: Sequence[Facts]) -> pl.DataFrame:
    """`frame` with a column a fact; unchanged where no row has any, for an absent fact is null."""
    if not any(facts):
        return frame
    kinds = fact_schema(pack)
    return frame.with_columns(
        [
            pl.Series(name, [(row or {}).get(name) for row in facts], dtype=kind)
            for name, kind in kinds.items()
        ]
    )


def record_household_facts(work: VillageWork, household: UUID, **facts: Any) -> None:
    """Set facts of a household in this round (None takes one back) and screen it again.

    Must run inside `work`'s transaction; does nothing where nothing changes. Raises RosterEntry.DoesNotExist
    for a household that is not of this village and round, and ValueError for a fact the pack doesn't know.
    """
    from paicha.domain.responses.rescreen import rescreen

    unknown = set(facts) - set(fact_schema(work.pack))
    if unknown:
        raise ValueError(f"the pack has no such fact: {sorted(unknown)}")
    entry = RosterEntry.objects.select_for_update().get(
        round=work.round, village=work.village, household_id=household
    )
    known = dict(entry.facts or {}) | facts
    known = {name: value for name, value in known.items() if value is not None}
    if known == (entry.facts or {}):
        return
    entry.facts = known or None
    entry.save(update_fields=["facts"])
    work.changed = True
    rescreen(work, {household})


def known_facts(pack: Pack, facts: Mapping[str, Any] | None, names: Collection[str]) -> dict[str, Any]:
    """The facts that an expression reads, as an answer's values beside the answers; for showing why."""
    kinds = fact_schema(pack)
    return {name: (facts or {}).get(name) for name in names if name in kinds}

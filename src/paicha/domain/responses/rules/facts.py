"""Facts of households, which upper apps tell the rules, as columns beside the answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from paicha.core.pack import Pack
from paicha.domain.responses.columns import dtype

Facts = Mapping[str, Any] | None  # of a household; None: none


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

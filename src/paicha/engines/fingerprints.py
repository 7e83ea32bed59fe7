"""A short stable name for the answers that a finding rests on.

A person's decision on a finding stands as long as its fingerprint stays the same, so it must not change
with a version of Polars, with the width of a column, or with the order in which options were ticked. It
is therefore a BLAKE2 hash over a canonical text of the rule's id and the answers that the rule reads,
by name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from typing import Any

import polars as pl

from paicha.core.expressions import Kind, Symbol

_FIELD = "\x1f"
_ABSENT = "\x1e"


def answer_texts(frame: pl.DataFrame, symbols: Iterable[Symbol]) -> dict[str, list[str]]:
    """Canonical text of every answer, by name, in the order of the rows: what fingerprints are made of."""
    wanted = {symbol.name: _text(symbol) for symbol in symbols}
    if not wanted:
        return {}
    texts = frame.select(text.fill_null(_ABSENT).alias(name) for name, text in wanted.items())
    return {name: texts[name].to_list() for name in wanted}


def answer_text(kind: Kind, value: Any) -> str:
    """The canonical text of one answer given as a Python value: the same as in `answer_texts`."""
    if value is None:
        return _ABSENT
    if kind is Kind.CHOICES:
        return ",".join(map(str, sorted(option for option in value if option is not None)))
    return str(value).lower() if kind is Kind.BOOLEAN else str(value)


def fingerprint(rule: str, names: Sequence[str], texts: Mapping[str, Sequence[str]], row: int) -> str:
    """16 hex digits for a rule that reads `names`, over the answers of one row of `answer_texts`."""
    parts = [f"{name}={texts[name][row]}" for name in sorted(names)]
    return blake2b(_FIELD.join([rule, *parts]).encode(), digest_size=8).hexdigest()


def _text(symbol: Symbol) -> pl.Expr:
    column = pl.col(symbol.name)
    if symbol.kind is Kind.CHOICES:
        return column.list.drop_nulls().list.sort().cast(pl.List(pl.String)).list.join(",")
    return column.cast(pl.String)

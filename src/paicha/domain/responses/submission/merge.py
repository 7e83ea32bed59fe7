"""Two versions of the same answers merged field by field against what both were made from.

Which rows are merged at all, and what becomes of a field that both changed, is decided in `conflicts`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True, slots=True)
class Merge:
    """`answers`: what would be in force; `fields`: questions both changed, empty without a conflict.

    `other`: the same with the incoming answers in those fields.
    """

    answers: pl.DataFrame
    other: pl.DataFrame
    fields: list[list[str]]


def differs(left: str, right: str) -> pl.Expr:
    """Whether two columns hold different answers, null counting as an answer."""
    return pl.col(left).ne_missing(pl.col(right))


def merge_fields(
    incoming: pl.DataFrame, stored: pl.DataFrame, base: pl.DataFrame, questions: Sequence[str]
) -> Merge:
    """Three-way merge of equally long frames, row by row and field by field.

    A field that only one side changed since `base` takes that side; changed by both to the same answer it
    is no conflict; changed differently it keeps the stored answer and is named in `fields`.
    """
    joined = pl.concat(
        [
            incoming.select([pl.col(q).alias(f"{q}@in") for q in questions]),
            stored.select([pl.col(q).alias(f"{q}@now") for q in questions]),
            base.select([pl.col(q).alias(f"{q}@base") for q in questions]),
        ],
        how="horizontal",
    )
    mine_changed = {q: differs(f"{q}@in", f"{q}@base") for q in questions}
    theirs_changed = {q: differs(f"{q}@now", f"{q}@base") for q in questions}

    def taking(wins: dict[str, pl.Expr]) -> pl.DataFrame:
        return joined.select(
            pl.when(wins[q]).then(pl.col(f"{q}@in")).otherwise(pl.col(f"{q}@now")).alias(q) for q in questions
        )

    answers = taking({q: mine_changed[q] & ~theirs_changed[q] for q in questions})
    collide = joined.select(
        [(mine_changed[q] & theirs_changed[q] & differs(f"{q}@in", f"{q}@now")).alias(q) for q in questions]
    )
    fields: list[list[str]] = [
        [q for q, hit in zip(questions, row, strict=True) if hit] for row in collide.iter_rows()
    ]
    return Merge(answers, taking(mine_changed), fields)

"""Rows made canonical and evaluated: all that can be said about answers without knowing what is stored.

Why apart: it is pure, so a county's import does it in the reading processes, beside the database work; a
page's save does it in place. Both come to the same.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from paicha.core.pack import Pack
from paicha.domain.responses.columns import answer_schema, complete, texts_of
from paicha.domain.responses.rules.row_tests import Days, Mark, evaluate


@dataclass(frozen=True, slots=True)
class Evaluated:
    """Canonical text of each row, and what the pack's tests and rules hit."""

    texts: list[str]
    marks: list[Mark]


def prepare(pack: Pack, frame: pl.DataFrame) -> pl.DataFrame:
    """Every question a typed column; the default outcome put in; empty lists are no answer."""
    changes = []
    for name in pack.answer_questions:
        if pack.questions[name].type == "choices":
            changes.append(pl.when(pl.col(name).list.len() > 0).then(pl.col(name).list.sort()).alias(name))
    whole = with_outcome(pack, complete(frame, answer_schema(pack)))
    return whole.with_columns(changes) if changes else whole


def with_outcome(pack: Pack, frame: pl.DataFrame) -> pl.DataFrame:
    """Rows of answers with the outcome that goes without saying put in."""
    if not pack.outcome:
        return frame
    return frame.with_columns(pl.col(pack.outcome.question).fill_null(pack.outcome.of_answers(None)))


def evaluate_rows(pack: Pack, days: Days, frame: pl.DataFrame) -> Evaluated:
    """Evaluate prepared rows (with their `form`)."""
    return Evaluated(texts_of(pack, frame), evaluate(frame, pack, days))

"""Rows made canonical and evaluated: all that can be said about answers without knowing what is stored.

Why apart: it is pure, so a county's import does it in the reading processes, beside the database work; a
page's save does it in place. Both come to the same.
"""

from __future__ import annotations

from collections.abc import Sequence
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


def answer_rows(pack: Pack, frame: pl.DataFrame, forms: Sequence[str]) -> pl.DataFrame:
    """The columns of a batch: `form` (a row each) and every question, as the pack's types; what else `frame` has stays.

    The default outcome is put in; empty lists are no answer; options stand in order. Every door's answers come here.
    """
    changes = []
    for name in pack.answer_questions:
        if pack.questions[name].type == "choices":
            changes.append(pl.when(pl.col(name).list.len() > 0).then(pl.col(name).list.sort()).alias(name))
    named = frame.with_columns(pl.Series("form", forms, dtype=pl.String))
    whole = with_outcome(pack, complete(named, answer_schema(pack)))
    return whole.with_columns(changes) if changes else whole


def with_outcome(pack: Pack, frame: pl.DataFrame) -> pl.DataFrame:
    """Rows of answers with the outcome that goes without saying put in."""
    if not pack.outcome:
        return frame
    return frame.with_columns(pl.col(pack.outcome.question).fill_null(pack.outcome.of_answers(None)))


def evaluate_rows(pack: Pack, days: Days, frame: pl.DataFrame) -> Evaluated:
    """Evaluate rows as `answer_rows` gives them."""
    return Evaluated(texts_of(pack, frame), evaluate(frame, pack, days))

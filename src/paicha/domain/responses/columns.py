"""Answers as typed columns, and back as canonical JSON text.

Why: rules, checks and comparisons run over columns; a revision keeps one text, and equal answers have
equal texts, so that 'no change' is a comparison of two strings. The text lists the form's questions in
official order and leaves out what was not answered.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import polars as pl

from paicha.core.pack import Pack

NOTHING = "{}"  # the canonical text of no answers

_DTYPE: dict[str, Any] = {
    "text": pl.String,
    "integer": pl.Int64,
    "choice": pl.Int16,
    "choices": pl.List(pl.Int16),
    "date": pl.Date,
}


def dtype(pack: Pack, question: str) -> Any:
    """The column type of a question."""
    return _DTYPE[pack.questions[question].type]


@lru_cache(maxsize=64)
def _schema(digest: str, names: tuple[str, ...], types: tuple[str, ...]) -> dict[str, Any]:
    return {name: _DTYPE[kind] for name, kind in zip(names, types, strict=True)}


def schema(pack: Pack, questions: Sequence[str]) -> dict[str, Any]:
    """Column types of some questions, in their order."""
    return _schema(pack.digest, tuple(questions), tuple(pack.questions[name].type for name in questions))


def answer_schema(pack: Pack) -> dict[str, Any]:
    """Column types of every question of any household form."""
    return schema(pack, pack.answer_questions)


def complete(frame: pl.DataFrame, wanted: dict[str, Any]) -> pl.DataFrame:
    """`frame` with every wanted column, absent ones as typed nulls, others kept."""
    have = frame.schema
    changes = [
        pl.col(name).cast(kind) if name in have else pl.lit(None, dtype=kind).alias(name)
        for name, kind in wanted.items()
        if have.get(name) != kind
    ]
    return frame.with_columns(changes) if changes else frame


def encode(frame: pl.DataFrame, questions: Sequence[str]) -> pl.Series:
    """Canonical JSON text of each row's answers to `questions`; null answers are left out."""
    text = frame.select(pl.struct(list(questions)).struct.json_encode().alias("answers"))["answers"]
    # A quote inside a text is escaped, so these patterns meet keys alone.
    return text.str.replace_all(r'"[a-z0-9_]+":null,', "").str.replace_all(r',?"[a-z0-9_]+":null\}', "}")


def decode(texts: pl.Series, wanted: dict[str, Any]) -> pl.DataFrame:
    """Columns of canonical texts; null texts give rows of nulls."""
    if texts.len() == 0 or not wanted:
        return pl.DataFrame(schema=wanted)
    decoded = texts.str.json_decode(pl.Struct(wanted))
    return decoded.struct.unnest()


def texts_of(pack: Pack, frame: pl.DataFrame) -> list[str]:
    """Canonical text of each row, by its own form's questions."""
    forms = frame["form"].unique().to_list()
    if len(forms) == 1:
        return encode(frame, pack.household_forms[forms[0]].questions).to_list()
    texts: list[str] = [""] * frame.height
    indexed = frame.with_row_index("@index")
    for form in forms:
        part = indexed.filter(pl.col("form") == form)
        encoded = encode(part, pack.household_forms[form].questions).to_list()
        for index, text in zip(part["@index"].to_list(), encoded, strict=True):
            texts[index] = text
    return texts

"""What goes into `submit_responses` and what comes back: rows, receipts, things said about a row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import polars as pl

from paicha.domain.responses.compiled import Hit
from paicha.domain.responses.evaluation import Evaluated

STATUSES = ("stored", "unchanged", "merged", "conflict", "held", "refused")


@dataclass(frozen=True, slots=True)
class Said:
    """Something to say about a row: id of the rule, severity, the question it points at, the sentence."""

    code: str
    severity: str
    question: str
    message: str


@dataclass(slots=True)
class Receipt:
    """What became of one row. `row` is the caller's; `revision` the number now in force."""

    row: int
    status: str
    household: UUID | None = None
    revision: int = 0
    created: bool = False
    number: int = 0  # of a household that was created
    said: list[Said] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Rows:
    """A village's rows of a batch.

    `frame`: `row` (unique integer), `household` (UUID text, or null for one found now), `form`, `base` (revision
    number or null), `address`, answer columns; from a device also `new_id`, the id of a household that it found,
    and `base_text`, the answers that the row was made from where they never came into force as they were.
    `present`: per form, the questions that the upload has a column for; the others keep what is stored.
    """

    frame: pl.DataFrame
    present: Mapping[str, frozenset[str]]
    source: str
    upload: UUID | None = None
    evaluated: Evaluated | None = None  # of exactly this frame, prepared; else it is done in place
    by_base: bool = False  # a device: an old base is merged even where its own answers are in force
    hold: str = ""  # a code of the catalogue: all of it waits for a person, wherever the village stands


def finger(hit: Hit, answers: Mapping[str, Any]) -> str:
    """The question to correct: the first it points at that has an answer, else the first."""
    return next((name for name in hit.questions if answers.get(name) is not None), hit.questions[0])


def column(frame: pl.DataFrame, name: str | None) -> Sequence[Any]:
    """A column's values, or nulls where the pack has no such question."""
    return frame[name].to_list() if name else [None] * frame.height

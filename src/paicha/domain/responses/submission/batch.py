"""A village's part of a batch on its way in: its rows, what is known of each, and what becomes of it.

What holds: every door builds it by `Batch.of`, with its answers as columns of the pack's types: made here of the
rows of a page, a phone or a held row, or for a file by the process that read it (`intake.preparation`); both go
through `rules.evaluation.answer_rows`. A row carries its receipt, its place in the round and what the rules found. Rows
are views: what runs over many of them runs over `answers`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Self
from uuid import UUID

import polars as pl

from paicha.core.pack import Pack
from paicha.domain.responses.answers.in_force import Stored
from paicha.domain.responses.columns import NOTHING, answer_schema, decode, texts_of
from paicha.domain.responses.rules.evaluation import Evaluated, answer_rows
from paicha.domain.responses.rules.row_tests import Hit
from paicha.domain.responses.work import VillageWork


class Status(StrEnum):
    """What became of a row."""

    STORED = "stored"  # in force as it was sent
    UNCHANGED = "unchanged"  # says what is in force
    MERGED = "merged"  # in force, beside what others had changed meanwhile
    CONFLICT = "conflict"  # listed for a person to settle
    HELD = "held"  # kept until it may go in
    REFUSED = "refused"  # not stored here; the door may keep what came
    WITHDRAWN = "withdrawn"  # a desk's own undo: nothing is in force any more; no batch ends so

    @property
    def goes_in(self) -> bool:
        """Whether the row becomes a revision."""
        return self in (Status.STORED, Status.MERGED)

    @property
    def in_force(self) -> bool:
        """Whether nothing of the row is left to do."""
        return self.goes_in or self is Status.UNCHANGED


@dataclass(frozen=True, slots=True)
class Said:
    """Something to say about a row: id of the rule, severity, the question it points at, the sentence."""

    code: str
    severity: str
    question: str
    message: str


@dataclass(slots=True)
class Receipt:
    """What became of one row; `revision` is the number now in force.

    `before` and `after`: answers in force before and after a row that went in, as text; '' where there were none.
    """

    status: Status
    household: UUID | None = None
    revision: int = 0
    created: bool = False
    number: int = 0  # of a household that was created
    said: list[Said] = field(default_factory=list)
    before: str = ""
    after: str = ""


@dataclass(slots=True)
class IncomingRow:
    """A row as a door brings it. `household` None: one found now; `base`: the revision that it was made from.

    `values`: answers by question, as the pack's types; a question without a key keeps what is stored. In their place
    `text`: all answers as a canonical text. From a device also `new_id`, the id of a household that it found, and
    `base_text`, the answers that the row was made from where they never came into force as they were.
    """

    form: str
    household: UUID | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    text: str | None = None
    base: int | None = None
    address: str = ""
    new_id: UUID | None = None
    base_text: str | None = None


@dataclass(slots=True)
class Row:
    """A row of a batch: what the door said of it, what is in force of its household, what was found, its receipt.

    `index`: its row of the batch's columns; `text`: its answers as canonical text, once they stand.
    """

    index: int
    sent: IncomingRow
    receipt: Receipt
    stored: Stored | None = None
    text: str = ""
    hits: list[Hit] = field(default_factory=list)

    @property
    def household(self) -> UUID | None:
        return self.receipt.household

    @property
    def status(self) -> Status:
        return self.receipt.status

    @property
    def number(self) -> int:
        """The revision in force; 0 for none."""
        return self.stored.number if self.stored else 0

    def say(self, code: str, severity: str, question: str, message: str) -> None:
        """Put a sentence into the receipt; a hard one refuses the row."""
        self.receipt.said.append(Said(code, severity, question, message))
        if severity == "hard":
            self.receipt.status = Status.REFUSED


@dataclass(frozen=True, slots=True)
class ReadColumns:
    """Answers of all rows of a batch as a reading process prepared them: `form` and every question, evaluated.

    `present`: per form, the questions that the upload has a column for.
    """

    answers: pl.DataFrame
    evaluated: Evaluated
    present: Mapping[str, frozenset[str]]


@dataclass(slots=True)
class Batch:
    """Rows of one village from one source.

    `answers`: `form` and every question of the pack, a row each; changed by `replace` alone. `evaluated`: what was
    found of exactly these, where that was done beside reading.
    """

    rows: Sequence[Row]
    answers: pl.DataFrame
    present: Mapping[str, frozenset[str]]
    source: str
    upload: UUID | None = None
    evaluated: Evaluated | None = None
    by_base: bool = False  # a device: an old base is merged even where its own answers are in force
    hold: str = ""  # a code of the catalogue: all of it waits for a person, wherever the village stands

    @classmethod
    def of(
        cls,
        work: VillageWork,
        rows: Sequence[IncomingRow],
        *,
        source: str,
        upload: UUID | None = None,
        columns: ReadColumns | None = None,
        by_base: bool = False,
        hold: str = "",
    ) -> Self:
        """Rows of `work`'s village as a batch; their answers stand in the rows, or all of them in `columns`.

        Rows of one form must have the same questions; all rows come with texts, or none.
        """
        ready = [
            Row(index, row, Receipt(Status.STORED, row.household)) for index, row in enumerate(rows)
        ]  # stored, unless something is said against it
        if columns is not None:
            return cls(
                ready, columns.answers, columns.present, source, upload, columns.evaluated, by_base, hold
            )
        answers = answer_rows(work.pack, _answer_columns(work.pack, rows), [row.form for row in rows])
        return cls(ready, answers, _present(work.pack, rows), source, upload, None, by_base, hold)

    @property
    def receipts(self) -> list[Receipt]:
        """What became of each row, in their order."""
        return [row.receipt for row in self.rows]

    @property
    def accepted(self) -> list[Row]:
        """Rows that go in, as far as is known."""
        return [row for row in self.rows if row.receipt.status.goes_in]

    @property
    def households(self) -> set[UUID]:
        """Known households of the rows."""
        return {row.household for row in self.rows if row.household}

    def column(self, question: str | None) -> Sequence[Any]:
        """A question's answers, a row each; nulls where the pack has no such question."""
        return self.answers[question].to_list() if question else [None] * len(self.rows)

    def current(self, pack: Pack, rows: Sequence[Row]) -> pl.DataFrame:
        """What is in force of some rows' households, as columns; nulls where nothing is."""
        texts = [row.stored.answers if row.stored and row.stored.number else NOTHING for row in rows]
        return decode(pl.Series(texts, dtype=pl.String), answer_schema(pack))

    def replace(self, answers: pl.DataFrame) -> None:
        """Put other answers in place of those that were sent; what was found of those is void."""
        if answers is not self.answers:
            self.answers, self.evaluated = answers, None

    def write_texts(self, pack: Pack) -> None:
        """Give each row the text of its answers as they stand; one that says what is in force is no change."""
        texts = self.evaluated.texts if self.evaluated else texts_of(pack, self.answers)
        for row, text in zip(self.rows, texts, strict=True):
            row.text, row.receipt.revision = text, row.number
            open_ = row.status.goes_in or row.status is Status.HELD
            if open_ and row.stored and row.number and row.stored.answers == text:
                row.receipt.status = Status.UNCHANGED


def _answer_columns(pack: Pack, rows: Sequence[IncomingRow]) -> pl.DataFrame:
    """The answers that stand in the rows, a column for each question that any row answers."""
    kinds = answer_schema(pack)
    if any(row.text is not None for row in rows):
        texts = pl.Series([row.text or NOTHING for row in rows], dtype=pl.String)
        return decode(texts, kinds)
    names = [name for name in pack.answer_questions if any(name in row.values for row in rows)]
    return pl.DataFrame(
        [pl.Series(name, [row.values.get(name) for row in rows], dtype=kinds[name]) for name in names]
    )


def _present(pack: Pack, rows: Sequence[IncomingRow]) -> dict[str, frozenset[str]]:
    return {
        row.form: frozenset(row.values if row.text is None else pack.household_forms[row.form].questions)
        for row in rows
    }

"""What a reading process makes of a table before the database is asked: canonical rows, evaluated.

Why here: it is half of an import's work and needs no database, so it runs beside it, file by file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from paicha.core.catalogue import Message
from paicha.core.pack import Pack, ProfileForm
from paicha.domain.responses.compiled import Days, Mark, evaluate_form
from paicha.domain.responses.evaluation import Evaluated, evaluate_rows, prepare
from paicha.formats.reading import ROSTER, Fault, Headings, HouseholdTable, ReadFile, VillageTable


@dataclass(slots=True)
class HouseholdRows:
    """The rows of a household form, ready for `submit_responses`.

    `frame`: the reader's `_row`, `_group`, `_key`, `_base`, `_answered`, then `form` and every question of the
    pack. `present`: the questions that the table has a column for.
    """

    file: str
    sheet: str
    form: str
    frame: pl.DataFrame
    cells: Mapping[str, str]
    headings: Headings
    faults: Sequence[Fault]
    present: frozenset[str]
    evaluated: Evaluated


@dataclass(slots=True)
class VillageFormRead:
    """A village form as read, with what its own rules say."""

    table: VillageTable
    marks: list[Mark]


Table = HouseholdRows | VillageFormRead | HouseholdTable


@dataclass(slots=True)
class Prepared:
    """A file's tables in sheet order; rosters stay as the reader gave them."""

    file: str
    tables: list[Table] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)


def prepare_file(read: ReadFile, pack: Pack, days: Days) -> Prepared:
    """Make every table of a file ready."""
    prepared = Prepared(read.file, messages=read.messages)
    for table in read.tables:
        if isinstance(table, VillageTable):
            prepared.tables.append(VillageFormRead(table, _marks(table, pack)))
        elif table.form == ROSTER:
            prepared.tables.append(table)
        else:
            prepared.tables.append(_household_rows(table, pack, days))
    return prepared


def _household_rows(table: HouseholdTable, pack: Pack, days: Days) -> HouseholdRows:
    frame, group = table.frame, pack.roles.group
    present = set(frame.columns) & set(pack.answer_questions)
    if group:
        own = [pl.col(group)] if group in present else []
        frame = frame.with_columns(pl.coalesce(*own, pl.col("_group")).alias(group))
        if frame[group].null_count() < frame.height:
            present.add(group)
    frame = prepare(pack, frame.with_columns(pl.lit(table.form).alias("form")))
    evaluated = evaluate_rows(pack, days, frame)
    return HouseholdRows(
        table.file, table.sheet, table.form, frame, table.cells, table.headings, table.faults, frozenset(present),
        evaluated,
    )  # fmt: skip


def _marks(table: VillageTable, pack: Pack) -> list[Mark]:
    form: Any = pack.form(table.form)
    return (
        evaluate_form(table.values, pack, form) if isinstance(form, ProfileForm) and not table.faults else []
    )

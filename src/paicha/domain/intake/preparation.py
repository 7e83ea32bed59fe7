"""What a reading process makes of a table before the database is asked: canonical rows, evaluated.

Why here: it is half of an import's work and needs no database, so it runs beside it, file by file.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from paicha.core.catalogue import Message
from paicha.core.pack import Pack, ProfileForm
from paicha.domain.responses.columns import complete
from paicha.domain.responses.rules.evaluation import Evaluated, answer_rows, evaluate_rows
from paicha.domain.responses.rules.row_tests import Days, Mark, evaluate_forms
from paicha.formats.reading import (
    ROSTER,
    Fault,
    Headings,
    HouseholdTable,
    PersonTable,
    ReadFile,
    VillageTable,
)


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
    hidden: frozenset[int] = frozenset()  # sheet rows that nobody sees


@dataclass(slots=True)
class VillageFormRead:
    """A village form as read, with what its own rules say."""

    table: VillageTable
    marks: list[Mark]


Table = HouseholdRows | VillageFormRead | HouseholdTable | PersonTable


@dataclass(slots=True)
class Prepared:
    """A file's tables in sheet order; rosters and lists of persons stay as the reader gave them."""

    file: str
    tables: list[Table] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)


def prepare_files(reads: Sequence[ReadFile], pack: Pack, days: Days) -> list[Prepared]:
    """Make every table of some files ready. Their rows are evaluated together: one select for many files."""
    households: list[tuple[HouseholdTable, pl.DataFrame, frozenset[str]]] = []
    forms: dict[str, list[VillageTable]] = {}
    for read in reads:
        for table in read.tables:
            if isinstance(table, VillageTable):
                if isinstance(pack.form(table.form), ProfileForm) and not table.faults:
                    forms.setdefault(table.form, []).append(table)
            elif isinstance(table, HouseholdTable) and table.form != ROSTER:
                households.append((table, *_prepare(table, pack)))
    rows = iter(_evaluate(households, pack, days))
    marks = {id(t): found for form, listed in forms.items() for t, found in _form_marks(form, listed, pack)}
    prepared = []
    for read in reads:
        tables: list[Table] = []
        for table in read.tables:
            if isinstance(table, VillageTable):
                tables.append(VillageFormRead(table, marks.get(id(table), [])))
            elif isinstance(table, PersonTable) or table.form == ROSTER:
                tables.append(table)
            else:
                tables.append(next(rows))
        prepared.append(Prepared(read.file, tables, read.messages))
    return prepared


def _prepare(table: HouseholdTable, pack: Pack) -> tuple[pl.DataFrame, frozenset[str]]:
    frame, group = table.frame, pack.roles.group
    present = set(frame.columns) & set(pack.answer_questions)
    columns = {one.name: one for one in frame.get_columns() if one.name in _META or one.name in present}
    if group:
        groups = columns["_group"]
        own = columns.get(group)
        columns[group] = groups.alias(group) if own is None else own.zip_with(own.is_not_null(), groups)
        if columns[group].null_count() < frame.height:
            present.add(group)
        elif group not in present:
            del columns[group]
    return pl.DataFrame(columns), frozenset(present)


# What the reader tells about a row; a table without keys has no such columns.
_META = {
    "_row": pl.UInt32(),
    "_group": pl.String(),
    "_key": pl.String(),
    "_base": pl.Int64(),
    "_answered": pl.Boolean(),
}


def _evaluate(
    tables: Sequence[tuple[HouseholdTable, pl.DataFrame, frozenset[str]]], pack: Pack, days: Days
) -> list[HouseholdRows]:
    if not tables:
        return []
    whole = complete(pl.concat([frame for _, frame, _ in tables], how="diagonal"), _META)
    whole = answer_rows(
        pack, whole, [form for table, frame, _ in tables for form in [table.form] * frame.height]
    )
    found = evaluate_rows(pack, days, whole)
    starts = [0]
    for _, frame, _ in tables:
        starts.append(starts[-1] + frame.height)
    marks: list[list[Mark]] = [[] for _ in tables]
    for row, kind, entry, mark in found.marks:
        at = bisect_right(starts, row) - 1
        marks[at].append((row - starts[at], kind, entry, mark))
    rows = []
    for number, (table, frame, present) in enumerate(tables):
        start, end = starts[number], starts[number + 1]
        rows.append(
            HouseholdRows(
                table.file, table.sheet, table.form, whole.slice(start, frame.height), table.cells, table.headings,
                table.faults, present, Evaluated(found.texts[start:end], marks[number]), table.hidden,
            )
        )  # fmt: skip
    return rows


def _form_marks(
    form: str, tables: Sequence[VillageTable], pack: Pack
) -> Iterator[tuple[VillageTable, list[Mark]]]:
    profile: Any = pack.form(form)
    found: list[list[Mark]] = [[] for _ in tables]
    for row, kind, entry, mark in evaluate_forms([table.values for table in tables], pack, profile):
        found[row].append((0, kind, entry, mark))
    yield from zip(tables, found, strict=True)

"""A row as it is typed into a form on the screen: texts, cell by cell, to answers and back.

Why: a clerk types what stands on the paper, and one reader reads it, whether it comes in a workbook or from a
page. What holds: `read_typed` runs the importer's own table builder over the texts; what `typed_cells` shows of
answers reads back as exactly those answers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from paicha.core.normalise import fold
from paicha.core.pack import HouseholdForm, Pack
from paicha.core.pack.per_pack import per_pack
from paicha.formats.layout import Field, cell_text, cell_value, household_table, unprinted_fields
from paicha.formats.reading import HouseholdTable
from paicha.formats.reading.grid import Grid, Raw
from paicha.formats.reading.household_table import TableBuilder
from paicha.formats.reading.households import Segment
from paicha.formats.reading.layout import Columns
from paicha.formats.reading.reader import reader_for


@per_pack
def typed_fields(pack: Pack, form: HouseholdForm) -> dict[str, Field]:
    """Every cell of a form that can be typed, by name: the printed ones in order, then the unprinted ones."""
    listed = [*household_table(pack, form).fields, *unprinted_fields(pack, form)]
    return {field.name: field for field in listed if field.kind != "number"}


def typed_cells(pack: Pack, form: HouseholdForm, answers: Mapping[str, Any]) -> dict[str, str]:
    """What stands in each cell for these answers; several counts of one cell in their order, `0 4 0`."""
    return {name: _cell_text(field, answers) for name, field in typed_fields(pack, form).items()}


def _cell_text(field: Field, answers: Mapping[str, Any]) -> str:
    if field.kind == "parts":
        counts = [answers.get(part.name) for part in field.parts]
        return cell_text(field, answers) if None in counts else " ".join(map(str, counts))
    value = cell_value(field, answers)
    return "" if value is None else str(value)


def read_typed(
    pack: Pack, form: HouseholdForm, rows: Sequence[Mapping[str, str]], near: date
) -> HouseholdTable:
    """Read typed rows; all of them have the same cells: names of `typed_fields`, or of questions of the form.

    Faults carry the row's index and the question; `near` dates what has no year, as in a file.
    """
    names = list(rows[0]) if rows else []
    fields = typed_fields(pack, form)
    parted = {name for name in names if name in fields and fields[name].kind == "parts"}
    grid: list[list[Raw]] = [
        [_spread(row[name], len(fields[name].parts)) if name in parted else row[name] for name in names]
        for row in rows
    ]
    meanings = tuple(f"#{name}" if name in parted else name for name in names)
    columns = Columns(form.name, meanings, tuple(names))
    segment = Segment(columns, None, None, {}, 0, len(rows), list(range(len(rows))), [None] * len(rows))
    return TableBuilder(reader_for(pack, near).parsers, Grid("", grid), segment, "", []).build()


def _spread(text: str, parts: int) -> str:
    """`040` typed in one go as `0 4 0`: as many digits as the cell has counts, so that no other reading is left."""
    digits = fold(text).strip()
    return " ".join(digits) if re.fullmatch(f"[0-9]{{{parts}}}", digits) else text


def cell_of(pack: Pack, form: HouseholdForm, question: str, cells: Iterable[str]) -> str:
    """Which of these cells an answer stands in: its own, the one of its counts, or the option's that asks for it."""
    have = set(cells)
    if question in have:
        return question
    for name, field in typed_fields(pack, form).items():
        beside = {part.name for part in field.parts} | {text for _, text in field.texts}
        if name in have and question in beside:
            return name
    return ""

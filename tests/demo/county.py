"""A small county made once for the tests of the demo, and its households as their sheets show them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import paicha
from paicha.core.pack import FILES, Pack, load
from paicha.demo import County
from paicha.demo.generate import habits_of
from paicha.demo.plan import FORMS, VillagePlan
from paicha.demo.sheets import sheet_columns, sheets_of
from paicha.demo.village import Census, Row, draw_village

PACK_FOLDER = Path(paicha.__file__).parent / "packs" / "shenmu_2022_spring"
DAYS = (date(2022, 3, 10), date(2022, 3, 14))
TYPED_TOGETHER = {
    "insurance": ("insured_none", "insured_resident", "insured_employee"),
    "major_expense": ("major_expense", "major_expense_reason"),
    "civil_aid": ("civil_aid", "civil_aid_other"),
}


def county(households: int, seed: int = 1) -> County:
    return County(PACK_FOLDER / "areas.csv", households, seed, DAYS)


@cache
def pack() -> Pack:
    return load({name: (PACK_FOLDER / name).read_bytes() for name in FILES})


def censuses(made: County) -> Iterator[tuple[VillagePlan, Census]]:
    for plan in made.plans():
        habits = habits_of(plan, made.seed)
        yield plan, draw_village(plan, made.seed, made.days, habits.grouped)


def households_as_shown(made: County) -> Iterator[tuple[VillagePlan, Row, dict[str, Any]]]:
    """Every household with the answers that its sheet has a column for."""
    for plan, census in censuses(made):
        habits = habits_of(plan, made.seed)
        for form in FORMS:
            blocks = [
                [row for _, rows in block for row in rows]
                for _, block in sheets_of(form, census.rows[form], habits)
            ]
            own = census.own_sheet
            if own is not None and own.form == form:
                blocks.append([own])
            for rows in blocks:
                shown = {
                    name
                    for column in sheet_columns(form, habits, rows)
                    for name in TYPED_TOGETHER.get(column.question, (column.question,))
                }
                for row in rows:
                    yield plan, row, {name: value for name, value in row.answers.items() if name in shown}

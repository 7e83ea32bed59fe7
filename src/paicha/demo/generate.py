"""Makes the county: one filled workbook a village, and the truth about all of them.

Deterministic in (areas, households, seed, days). Villages don't depend on each other, so a large county
is written by two processes, started afresh (`spawn`) because a fork after Polars was loaded may hang.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from xlsxwriter import Workbook

from paicha.demo.areas import read_villages
from paicha.demo.habits import Habits, choose_habits, write_group
from paicha.demo.plan import FORMS, VillagePlan, make_plan
from paicha.demo.sheets import Formats, write_household_forms
from paicha.demo.truth import Truth, error, lead, village_leads
from paicha.demo.village import Census, Row, draw_village, village_rng
from paicha.demo.village_forms import VillageForms

WORTH_A_POOL = 20_000  # households from which a second process pays for its start
CLASSES = {"general": "一般农户", "lifted": "已脱贫户", "monitored": "易返贫致贫户"}


@dataclass(frozen=True)
class County:
    """What to make. `days` are the first and last day of the survey: no answer is dated outside them."""

    areas_csv: Path
    households: int
    seed: int
    days: tuple[date, date]

    def plans(self) -> list[VillagePlan]:
        return make_plan(read_villages(self.areas_csv), self.households, self.seed)


def generate(
    county: County,
    workbooks: Path,
    processes: int | None = None,
    advance: Callable[[int, int], None] | None = None,
) -> list[Truth]:
    """Writes TOWNCODE-NAME/VILLAGECODE-NAME.xlsx under `workbooks` for every village with households.

    Returns the truth: leads of households and villages, then errors, in village order; `household_id` is
    null throughout. `advance(done, all)` is called after each village. Raises ValueError (one Chinese
    sentence) for a county that can't be made, OSError where `workbooks` can't be written.
    """
    plans = county.plans()
    for town in sorted({plan.village.path.split("/")[0] for plan in plans}):
        (workbooks / town).mkdir(parents=True, exist_ok=True)
    make = partial(_write_village, county, workbooks, other_town=_other_towns(plans))
    if processes is None:
        processes = 2 if county.households >= WORTH_A_POOL else 1
    truth: list[Truth] = []
    with ExitStack() as stack:
        parts: Iterator[list[Truth]] = map(make, plans)
        if processes > 1:
            pool = stack.enter_context(ProcessPoolExecutor(processes, get_context("spawn")))
            parts = pool.map(make, plans, chunksize=8)
        for done, part in enumerate(parts, 1):
            truth += part
            if advance is not None:
                advance(done, len(plans))
    return sorted(truth, key=lambda line: line["kind"] == "error")


def _other_towns(plans: Iterable[VillagePlan]) -> dict[str, str]:
    """For each town the one whose name a wrong heading gives: the next in order."""
    towns = list(dict.fromkeys(plan.village.town for plan in plans))
    return dict(zip(towns, towns[1:] + towns[:1], strict=True))


def habits_of(plan: VillagePlan, seed: int) -> Habits:
    """How this village's clerk writes, with what its planted faults need."""
    needs = {habit: value for fault in plan.faults for habit, value in fault.needs.items()}
    return choose_habits(village_rng(plan, seed, "habits"), plan.households, needs)


def _write_village(
    county: County, workbooks: Path, plan: VillagePlan, other_town: dict[str, str]
) -> list[Truth]:
    """One village: drawn, written, and its part of the truth."""
    habits = habits_of(plan, county.seed)
    census = draw_village(plan, county.seed, county.days, habits.grouped)
    rng = village_rng(plan, county.seed, "writing")
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with Workbook(str(workbooks / plan.village.path), options) as book:
        formats = Formats.of(book)
        book.set_properties({"created": datetime.combine(county.days[1], time(0)), "author": ""})
        faults = write_household_forms(book, census, habits, formats, rng, other_town[plan.village.town])
        forms = VillageForms(book, census, habits, formats, rng, county.days[1])
        forms.write()
    return _truth(census, faults, forms)


def _truth(census: Census, faults: list[tuple[Row, str]], forms: VillageForms) -> list[Truth]:
    plan = census.plan
    found = [
        (rule, row) for row in census.all_rows if row.archetype is not None for rule in row.archetype.leads
    ]
    truth = [lead(rule, plan.village.code, row.group, row.name) for rule, row in found]
    truth += village_leads(plan, [(rule, row.form) for rule, row in found])
    for row, cell in faults:
        if row.fault is not None:
            name = None if row.fault.question == "head_name" else row.name
            truth.append(error(row.fault.rule, plan, cell, row.group, name))
    if forms.fault is not None and forms.fault_cell is not None:
        truth.append(error(forms.fault.rule, plan, forms.fault_cell))
    return truth


def write_roster(county: County, path: Path) -> int:
    """The same county's households as a roster: 镇街, 村, 组, 户主, 人口, 电话, 类别. Returns the rows written.

    A household that the workbooks leave without a group has none here either.
    """
    count = 0
    with Workbook(str(path), {"constant_memory": True, "strings_to_formulas": False}) as book:
        sheet = book.add_worksheet("花名册")
        sheet.write_row(0, 0, ("镇街", "村", "组", "户主", "人口", "电话", "类别"))
        for plan in county.plans():
            habits = habits_of(plan, county.seed)
            census = draw_village(plan, county.seed, county.days, habits.grouped)
            for row in sorted(census.all_rows, key=lambda row: FORMS.index(row.form)):
                count += 1
                group = write_group(row.group, habits.group_writing) if row.group else None
                people = row.answers.get("population")
                sheet.write_row(
                    count,
                    0,
                    (
                        plan.village.town,
                        plan.village.written,
                        group,
                        row.name,
                        people,
                        row.answers.get("phone"),
                        CLASSES[row.form],
                    ),
                )
    return count

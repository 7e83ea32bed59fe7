"""The county in the middle of its survey: the roster, what the round before answered, and each day's workbooks.

Why apart from `generate`: there every household is answered, and the truth of it is stated; here each village is as
far as villages are on such a day, and nobody counts what was planted. What holds: deterministic in (areas,
households, seed, days); every household stands in the roster; one town has villages of every kind, by its order.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from random import Random

from xlsxwriter import Workbook

from paicha.demo.clean import draw
from paicha.demo.generate import CLASSES, WORTH_A_POOL, County, habits_of
from paicha.demo.habits import Habits, write_group
from paicha.demo.plan import FORMS, VillagePlan
from paicha.demo.sheets import Formats, write_household_forms
from paicha.demo.village import Census, Row, draw_village, village_rng
from paicha.demo.village_forms import VillageForms

ROSTER = ("镇街", "村", "组", "户主", "人口", "电话", "类别")
_VILLAGES = 16  # of the town that is played, as near as there is
_ROUND_DAYS = 10
_DONE, _UNTOUCHED = 0.17, 0.91  # of the villages: done below the first, not begun above the second
_HALF = (0.3, 0.84)  # of its households that a village between them has met
_PLAYED = ((2, 0.25), (4, 0.45), (7, 0.62))  # as `Pace.parts`

Line = tuple[str, str, str | None, str, object, object, str]


@dataclass(frozen=True)
class Pace:
    """How far a village is: the days on which it hands in, each with the share of its households met by then."""

    parts: tuple[tuple[int, float], ...] = ()

    @property
    def done(self) -> bool:
        return bool(self.parts) and self.parts[-1][1] >= 1


@dataclass(frozen=True)
class Scene:
    """What was written. `done`: villages of the played town that are through; `played`: the one that is shown."""

    roster: Path  # the county's, but for the played town
    before: tuple[Path, Path]  # the played town's roster, and its workbooks of the round before
    days: tuple[Path, ...]  # a folder of workbooks a day, the first day first
    own: tuple[Path, ...]  # the same of the village that is shown, which its own officer takes in
    town: str
    played: str
    done: tuple[str, ...]


def write_scene(
    county: County, before: date, folder: Path, advance: Callable[[int, int], None] | None = None
) -> Scene:
    """Write the scene of the last of `county.days` into `folder`; `before`: the day the round before opened.

    `advance(done, all)` is called after each village. Raises as `generate` does.
    """
    plans = county.plans()
    town, played = _cast(plans)
    days = (county.days[1] - county.days[0]).days + 1
    paces = _paces(county, plans, town, played, days)
    folders = tuple(folder / f"day{number}" for number in range(1, days + 1))
    own = tuple(folder / f"own{number}" for number in range(1, days + 1))
    for place in (folder / "before", *folders, *own):
        for name in {plan.village.path.split("/")[0] for plan in plans}:
            (place / name).mkdir(parents=True, exist_ok=True)
    write = partial(_write_village, county, before, folder)
    jobs = []
    for plan, pace in paces:
        cast = plan.village.town_code == town
        jobs.append((_tidy(plan, pace) if cast else plan, pace, cast))
    roster, first = folder / "roster.csv", folder / "town.csv"
    with ExitStack() as stack:
        rest, own_town = (
            csv.writer(stack.enter_context(path.open("w", encoding="utf-8", newline="")))
            for path in (roster, first)
        )
        for out in (rest, own_town):
            out.writerow(ROSTER)
        parts: Iterator[list[Line]] = map(write, jobs)
        if county.households >= WORTH_A_POOL:
            pool = stack.enter_context(ProcessPoolExecutor(2, get_context("spawn")))
            parts = pool.map(write, jobs, chunksize=8)
        for number, ((_, _, in_town), lines) in enumerate(zip(jobs, parts, strict=True), 1):
            (own_town if in_town else rest).writerows(lines)
            if advance is not None:
                advance(number, len(jobs))
    done = [p.village.code for p, pace in paces if pace.done and p.village.town_code == town]
    return Scene(roster, (first, folder / "before"), folders, own, town, played, tuple(done))


def _cast(plans: list[VillagePlan]) -> tuple[str, str]:
    """The town that is played, and its village nearest to the county's average."""
    towns: dict[str, list[VillagePlan]] = {}
    for plan in plans:
        towns.setdefault(plan.village.town_code, []).append(plan)
    town = min(towns, key=lambda code: (abs(len(towns[code]) - _VILLAGES), code))
    average = sum(plan.households for plan in plans) / len(plans)
    played = min(towns[town], key=lambda p: (not p.counts["monitored"], abs(p.households - average)))
    return town, played.village.code


def _paces(
    county: County, plans: list[VillagePlan], town: str, played: str, days: int
) -> list[tuple[VillagePlan, Pace]]:
    """How far each village is; in the played town one after the other, so that each kind is there."""
    kinds = (1.0, 0.7, 1.0, 0.0, 1.0, 0.5, 1.0, 0.8, 1.0, 0.0)
    place, found = 0, []
    for plan in plans:
        rng = village_rng(plan, county.seed, "pace")
        roll, share, day = rng.random(), rng.uniform(*_HALF), rng.randint(2, days)
        if plan.village.code == played:
            found.append((plan, Pace(tuple((part, by) for part, by in _PLAYED if part <= days))))
            continue
        if plan.village.town_code == town:
            share, day = kinds[place % len(kinds)], min(days, 3 + place % 4)
            place += 1
        elif roll < _DONE:
            share, day = 1.0, min(days, day + 1)
        elif roll > _UNTOUCHED:
            share = 0.0
        found.append((plan, Pace(((day, share),) if share else ())))
    return found


def _tidy(plan: VillagePlan, pace: Pace) -> VillagePlan:
    """A village of the played town: what is wrong with it comes from its people, not from its workbook."""
    faults = [] if pace.done else plan.faults
    return replace(
        plan, faults=faults, form_fault=None, grid_slip=None, says_no_monitored=False, verification=None,
        has_profile=True, has_statistics=False, stays_due=plan.stays_due and not pace.done,
        problem_rows=max(1, plan.problem_rows),
    )  # fmt: skip


def _write_village(
    county: County, before: date, folder: Path, job: tuple[VillagePlan, Pace, bool]
) -> list[Line]:
    """One village's workbooks; its lines of the roster."""
    plan, pace, played = job
    habits = habits_of(plan, county.seed)
    census = draw_village(plan, county.seed, county.days, habits.grouped)
    lines = list(_lines(census, habits))
    name = plan.village.path
    if played:
        days = (before, before + timedelta(days=_ROUND_DAYS - 1))
        _write(county, folder / "before" / name, _earlier(census, county.seed, days), habits, days[1])
    before_part = 0.0
    for day, share in pace.parts:
        last = county.days[0] + timedelta(days=day - 1)
        some = _met(census, pace, county.seed, (before_part, share), (county.days[0], last))
        alone = len(pace.parts) > 1
        place = folder / f"{'own' if alone else 'day'}{day}"
        _write(county, place / name, some, habits, last, forms=not alone)
        before_part = share
    return lines


def _lines(census: Census, habits: Habits) -> Iterator[Line]:
    village = census.plan.village
    for row in sorted(census.all_rows, key=lambda row: FORMS.index(row.form)):
        group = write_group(row.group, habits.group_writing) if row.group else None
        answers = row.answers
        yield (
            village.town, village.written, group, row.name, answers.get("population"), answers.get("phone"),
            CLASSES[row.form],
        )  # fmt: skip


def _write(
    county: County, path: Path, census: Census, habits: Habits, day: date, *, forms: bool = False
) -> None:
    rng = village_rng(census.plan, county.seed, "writing")
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with Workbook(str(path), options) as book:
        book.set_properties({"created": datetime.combine(day, time(0)), "author": ""})
        formats = Formats.of(book)
        write_household_forms(book, census, habits, formats, rng, census.plan.village.town)
        if forms:
            VillageForms(book, census, habits, formats, rng, day).write()


def _earlier(census: Census, seed: int, days: tuple[date, date]) -> Census:
    """The same households half a year ago, when nothing was wrong with any of them."""
    rng = village_rng(census.plan, seed, "before")
    rows = {
        form: [_household_before(rng, row, days) for row in listed] for form, listed in census.rows.items()
    }
    plan = replace(census.plan, archetypes=[], faults=[])
    return replace(census, plan=plan, rows=rows, own_sheet=None)


def _household_before(rng: Random, row: Row, days: tuple[date, date]) -> Row:
    answers = draw(rng, row.form, {}, days)
    answers |= {"head_name": row.name, "phone": row.answers.get("phone")}
    return Row(row.form, row.group, row.name, answers)


def _met(census: Census, pace: Pace, seed: int, part: tuple[float, float], days: tuple[date, date]) -> Census:
    """Those of `part` (from one share to another), met within `days`; the forms about all only when all are met."""
    plan = census.plan
    if not pace.done:
        plan = replace(plan, has_profile=False, has_statistics=False, verification=None, form_fault=None)
    rng = village_rng(plan, seed, "met")
    rows = {
        form: [row for row in listed if part[0] <= rng.random() < part[1]]
        for form, listed in census.rows.items()
    }
    for row in (row for listed in rows.values() for row in listed):
        surveyed = row.answers.get("surveyed_on")
        if isinstance(surveyed, date) and days[1] < surveyed < days[1] + timedelta(days=30):
            row.answers["surveyed_on"] = days[0] + (surveyed - days[0]) % (
                days[1] - days[0] + timedelta(days=1)
            )
    own = census.own_sheet if pace.done else None
    return replace(census, plan=plan, rows=rows, own_sheet=own)

"""The households of one village: who they are, what they answer, what that implies.

Drawn from the seed and the village's code alone, so that a village is the same whoever makes it and
whatever else is made.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from random import Random

from paicha.demo.archetypes import Archetype
from paicha.demo.clean import Household, away, draw
from paicha.demo.faults import RowFault
from paicha.demo.names import Names, chinese_number, group_names, phone_number
from paicha.demo.plan import FORMS, VillagePlan

Planted = Archetype | RowFault | int | None  # an int is an outcome: 4 away, 5 empty, 6 moved, 7 refused


@dataclass
class Row:
    """One household on its form. `group` is None where its sheet carries none."""

    form: str
    group: str | None
    name: str
    answers: Household
    archetype: Archetype | None = None
    fault: RowFault | None = None

    @property
    def is_surveyed(self) -> bool:
        """Outcome 1–3: what form 4 counts."""
        outcome = self.answers.get("outcome", 1)
        return isinstance(outcome, int) and outcome <= 3

    @property
    def is_here(self) -> bool:
        """Neither an empty house nor moved away: what the village's own totals count."""
        return self.answers.get("outcome") not in {5, 6}

    @property
    def people(self) -> int:
        population = self.answers.get("population")
        return population if isinstance(population, int) else 0


@dataclass
class Census:
    """A village drawn: its groups, rows by form in the order of its sheets, and people who sign."""

    plan: VillagePlan
    groups: list[str]
    rows: dict[str, list[Row]]
    signers: tuple[str, str, str]
    surveyors: dict[str | None, list[str]]
    own_sheet: Row | None = None  # the row whose heading names another town

    @property
    def all_rows(self) -> list[Row]:
        own = [self.own_sheet] if self.own_sheet else []
        return [row for form in FORMS for row in self.rows[form]] + own


def village_rng(plan: VillagePlan, seed: int, purpose: str) -> Random:
    """A stream of chance for one village and purpose, independent of every other."""
    return Random(f"paicha demo {purpose} {seed} {plan.village.code}")  # noqa: S311 - reproducible, not secret


def draw_village(plan: VillagePlan, seed: int, days: tuple[date, date], grouped: bool) -> Census:
    """All households of a village; `grouped` says whether its 1-2 and 1-3 sheets carry the group."""
    rng = village_rng(plan, seed, "households")
    names = Names(rng, plan.village.stem)
    groups = group_names(rng, plan.households)
    phones = iter(range(plan.first_index, plan.first_index + plan.households))
    rows: dict[str, list[Row]] = {}
    own: Row | None = None
    for form in reversed(FORMS):  # the smaller forms first: without a group their names stand alone
        drawn = []
        for planted in _plant(rng, plan, form):
            answers = _answers(rng, form, planted, days)
            group: str | None = groups[int(rng.random() ** 1.15 * len(groups))]
            lone = isinstance(planted, RowFault) and planted.own_sheet
            if lone:
                group = chinese_number(len(groups) + 1) + "组" if groups[0] == "一组" else groups[0]
            elif form != "general" and not grouped:
                group = None
            name = names.head(group)
            answers["head_name"] = name
            answers["phone"] = phone_number(next(phones), rng.random() < 0.01)
            row = Row(form, group, name, answers)
            row.archetype = planted if isinstance(planted, Archetype) else None
            row.fault = planted if isinstance(planted, RowFault) else None
            if lone:
                own = row
            else:
                drawn.append(row)
        rows[form] = sorted(drawn, key=lambda row: groups.index(row.group) if row.group else 0)
    if own is not None and own.group not in groups:
        groups.append(str(own.group))
    people = {group: [names.person() for _ in range(rng.choice((1, 2, 2, 3)))] for group in (None, *groups)}
    signers = (names.person(), names.person() if rng.random() < 0.4 else "无此岗位", names.person())
    return Census(plan, groups, rows, signers, people, own)


def _plant(rng: Random, plan: VillagePlan, form: str) -> list[Planted]:
    """One entry a household of `form`, in random order: what is planted on it, an outcome, or nothing."""
    chosen: list[Planted] = [kind for kind in plan.archetypes if kind.form == form]
    chosen += [fault for fault in plan.faults if fault.form == form]
    free = plan.counts[form] - len(chosen)
    if form == "general" and plan.stays_due:
        chosen += [4 if i % 3 != 2 else 7 for i in range(min(free, 1 + plan.households // 40))]
    if form == "general" and free > 20:
        chosen += [5 if i % 3 != 2 else 6 for i in range(round(free * rng.uniform(0, 0.02)))]
    chosen += [None] * (plan.counts[form] - len(chosen))
    rng.shuffle(chosen)
    return chosen


def _answers(rng: Random, form: str, planted: Planted, days: tuple[date, date]) -> Household:
    if planted is None:
        return draw(rng, form, {}, days)
    if isinstance(planted, int):
        return away(rng, planted)
    outcome = planted.answers.get("outcome")
    if isinstance(outcome, int) and outcome >= 4:
        return away(rng, outcome) | dict(planted.answers)
    answers = draw(rng, form, planted.answers, days)
    if isinstance(planted, RowFault):
        answers["outcome"] = 1
    return answers

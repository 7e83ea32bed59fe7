"""Answers of a household that nothing is wrong with, and how an archetype's answers are completed.

What holds for every household drawn here: no screening rule fires beyond what the fixed answers imply,
no validation, hard or soft, is broken. So: an income in band 3 or 4, a guarantee solved, everybody
insured, no enrolment in question, a phone of its own, nothing that a soft rule asks about.
"""

from __future__ import annotations

from bisect import bisect
from datetime import date, timedelta
from random import Random
from typing import Any

from paicha.demo.archetypes import Answers

POLICIES = (
    *("产业奖补", "医疗参保补贴", "教育资助", "务工补贴", "光伏分红", "公益岗", "小额信贷"),
    "产业奖补、医疗参保补贴",
)
AWAY = {
    5: ("长期空置", "窑洞空置多年", "老人去世后空户"),
    6: ("已迁出至榆林", "户口已销", "与儿子合户"),
    4: ("举家外出,电话未通", "全家在外务工未联系上"),
    7: ("户主拒绝排查",),
}

Household = dict[str, Any]  # answers by canonical name: small integers, tuples of them, texts, dates, None


def _population(rng: Random) -> int:
    roll = rng.random()
    return 1 + bisect((0.1, 0.36, 0.57, 0.8, 0.94), roll)


def _income(rng: Random, band: int) -> int:
    low, high = {1: (1800, 4000), 2: (4001, 6000), 3: (6001, 10_000), 4: (10_001, 28_000)}[band]
    return rng.randint(low, high)


def _insurance(rng: Random, household: Household, fixed: Answers) -> None:
    """Everybody insured but those fixed otherwise; nobody of band 1 by an employer (V33)."""
    population = household["population"]
    none: Any = fixed.get("insured_none", 0)
    rest = population - none - fixed.get("insured_other", 0)
    employee = 1 if household["income_band"] in (3, 4) and rest > 1 and rng.random() < 0.18 else 0
    household["insured_none"] = none
    household["insured_employee"] = employee
    household["insured_resident"] = rest - employee + fixed.get("insured_extra", 0)


def _fill_lifted(rng: Random, household: Household) -> None:
    roll = rng.random()
    household["livelihood"] = (1,) if roll < 0.3 else (2,) if roll < 0.55 else (1, 2) if roll < 0.88 else (3,)
    household["in_national_system"] = 1
    household["policies"] = None if rng.random() < 0.25 else rng.choice(POLICIES)
    household["policy_gap"] = 2


def _fill_monitored(rng: Random, household: Household, fixed: Answers) -> None:
    _fill_lifted(rng, household)
    household["household_type"] = rng.choice((1, 1, 2, 2, 3))
    household["bottom_aid"] = fixed.get("bottom_aid", 1 if rng.random() < 0.8 else 2)
    household["return_risk"] = rng.choice((1, 2, 2))
    household["risk_cleared"] = rng.choice((2, 3, 3))
    if household["bottom_aid"] == 1:
        household["income_band"] = 3  # 低保 beside band 4 asks for a reason (V31)


def draw(rng: Random, form: str, fixed: Answers, days: tuple[date, date]) -> Household:
    """A household of `form` with the answers `fixed`, everything else clean; surveyed within `days`."""
    roll = rng.random()
    household: Household = {"income_band": 3 if roll < 0.3 else 4}
    schooling = fixed.get("schooling", 2 if rng.random() < 0.3 else 3)
    population = _population(rng)
    if schooling != 3 and population < 3:
        population += 2  # a pupil doesn't live alone (V35)
    household["schooling"] = 3 if fixed.get("population") in (0, 1) else schooling
    household["population"] = population
    roll = rng.random()
    residence = 1 if roll < 0.55 else 2 if roll < 0.67 else 3 if roll < 0.9 else 4 if roll < 0.95 else 5
    household["residence"] = residence
    household["housing"] = 3 if residence > 1 and rng.random() < 0.4 else 2  # V34
    household["water"] = 3 if rng.random() < 0.25 else 2
    household["major_expense"] = 2
    if form == "general":
        household["civil_aid"] = (5,)
    elif form == "lifted":
        _fill_lifted(rng, household)
    else:
        _fill_monitored(rng, household, fixed)
    if form != "monitored":
        household["enrol"] = 3
    household.update(fixed)
    household.pop("insured_extra", None)
    _insurance(rng, household, fixed)
    _fill_unprinted(rng, household, form, days)
    household.update(fixed)
    household.pop("insured_extra", None)
    if fixed.get("surveyed_on") == "future":
        household["surveyed_on"] = days[1].replace(year=days[1].year + 36, day=min(days[1].day, 28))
    return household


def _fill_unprinted(rng: Random, household: Household, form: str, days: tuple[date, date]) -> None:
    """What stands right of the table where a village has such columns."""
    first, last = days
    population, band = household["population"], household["income_band"]
    household["surveyed_on"] = first + timedelta(days=rng.randint(0, (last - first).days))
    roll = rng.random()
    household["outcome"] = 1 if roll < 0.9 else 2 if roll < 0.96 else 3
    household["income"] = _income(rng, band)
    household["income_stable"] = 1 if rng.random() < 0.8 else 2
    household["migrant_workers"] = min(population, 1 if roll < 0.3 else 0)
    household["petition"] = 2
    if form == "monitored":
        household["aid_effect"] = 1 if rng.random() < 0.7 else 2


def away(rng: Random, outcome: int) -> Household:
    """A household nobody answered for (outcomes 4–7): its outcome, and the remark that says why."""
    return {"outcome": outcome, "population": _population(rng), "remark": rng.choice(AWAY[outcome])}

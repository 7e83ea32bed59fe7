"""Every screening rule of the notice's pack, by hand: answers that must be a lead, and near misses that must not.

Typed after the rules' reference, not after the pack. Each line: rule, form, answers that fire it, and changes to
them that each make it silent. An answer that isn't given is unanswered.
"""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from paicha.core.expressions import Kind
from paicha.core.pack import Pack, load
from paicha.engines import RuleSet, rule_sets
from paicha.engines.columns import dtype
from paicha.packs import DEFAULT, read_pack

Answers = dict[str, Any]
NO = {"enrol": 3}
YES = {"risk_cleared": 1}
UNHELPED = {"bottom_aid": 3}

HOUSEHOLDS: list[tuple[str, str, Answers, list[Answers]]] = [
    ("S01", "GL", {"income_band": 1, **NO}, [{"income_band": 2}, {"enrol": 2}, {"enrol": None}]),
    ("S02", "GL", {"income_band": 2, **NO}, [{"income_band": 1}, {"income_band": 3}, {"enrol": 1}]),
    ("S02", "GL", {"income_band": 2, "income": 6000, **NO}, [{"income": 6001}, {"income_band": None}]),
    ("S02", "GL", {"income_band": 3, "income": 5999, **NO}, [{"income": None}]),
    ("S03", "GLM", {"housing": 1}, [{"housing": 2}, {"housing": None}]),
    ("S04", "GLM", {"schooling": 1}, [{"schooling": 3}]),
    ("S05", "GLM", {"water": 1}, [{"water": 3}]),
    ("S06", "GLM", {"insured_none": 1}, [{"insured_none": 0}, {"insured_none": None}]),
    ("S07", "GL", {"major_expense": 1, **NO}, [{"major_expense": 2}, {"enrol": 2}]),
    ("S08", "GL", {"income_band": 1, "major_expense": 1, "enrol": 2}, [{"enrol": 1}, {"enrol": None}]),
    ("S08", "GL", {"income_band": 2, "major_expense": 1, **NO}, [{"income_band": 3}, {"major_expense": 2}]),
    ("S09", "G", {"civil_aid": [1], **NO}, [{"civil_aid": [2]}, {"civil_aid": None}, {"enrol": 1}]),
    ("S10", "G", {"civil_aid": [3, 2], **NO}, [{"civil_aid": []}, {"civil_aid": [1]}]),
    ("S11", "G", {"civil_aid": [3], **NO}, [{"civil_aid": [4]}]),
    ("S12", "G", {"civil_aid": [4], **NO}, [{"civil_aid": [5]}]),
    ("S13", "G", {"civil_aid": [4], "income_band": 2, **NO}, [{"income_band": 3}, {"civil_aid": [5]}]),
    ("S13", "G", {"civil_aid": [1], "water": 1, "income_band": 4, **NO}, [{"water": 2}, {"enrol": 2}]),
    ("S13", "G", {"civil_aid": [2], "major_expense": 1, **NO}, [{"major_expense": 2}]),
    ("S14", "GL", {"enrol": 2}, [{"deliberated": True}, {"enrol": 1}]),
    ("S14", "GL", {"enrol": 2, "deliberated": False}, [{"deliberated": True}]),
    ("S15", "GL", {"enrol": 1}, [{"enrolment_started": True}, {"enrol": 2}]),
    ("S16", "LM", {"livelihood": [4], "income_band": 3}, [{"income_band": 4}, {"livelihood": [1, 2]}]),
    ("S17", "LM", {"policy_gap": 1}, [{"policy_gap": 2}]),
    ("S18", "M", UNHELPED, [{"bottom_aid": 1}, {"policies": "产业奖补"}, {"measures": 1}]),
    ("S18", "M", {"measures": 0, **UNHELPED}, [{"bottom_aid": None}]),
    ("S19", "M", {"income_band": 2, **YES}, [{"risk_cleared": 2}, {"income": 6500}]),
    ("S20", "M", {"insured_none": 1, **YES}, [{"insured_none": 0}, {"risk_cleared": 3}]),
    ("S20", "M", {"schooling": 1, **YES}, [{"schooling": 2}]),
    ("S21", "M", {"major_expense": 1, **YES}, [{"major_expense": 2}, {"risk_cleared": None}]),
    ("S22", "M", {**UNHELPED, **YES}, [{"measures": 2}, {"policies": "社保"}, {"risk_cleared": 2}]),
    ("S22", "M", {"livelihood": [4], **YES}, [{"livelihood": [2]}]),
    ("S27", "LM", {"in_national_system": 2}, [{"in_national_system": 1}]),
    ("S29", "L", {"policies": "吃低保", "income_band": 1, **NO}, [{"policies": "分红"}, {"income_band": 3}]),
    ("S29", "L", {"policies": "临时救助", "major_expense": 1, **NO}, [{"policies": None}, {"enrol": 1}]),
    ("S29", "L", {"policies": "特困供养", "income_band": 2, **NO}, [{"enrol": 2}]),
    ("S30", "GL", {"special": [1, 5], **NO}, [{"special": [1]}, {"enrol": 1}]),
    ("S31", "M", {"return_risk": 1, **YES}, [{"return_risk": 2}, {"risk_cleared": 3}]),
    ("S32", "GL", {"income_stable": 3, **NO}, [{"income_stable": 2}, {"enrol": 2}]),
    ("S33", "GLM", {"special": [4]}, [{"special": [5]}, {"special": []}, {"measures": 1}]),
    ("S34", "M", {"aid_effect": 3}, [{"aid_effect": 2}]),
]
VILLAGES: list[tuple[str, Answers, list[Answers]]] = [
    ("S23", {"rows_monitored": 0, "monitored_households": 4}, [{"rows_monitored": 4}]),
    ("S23", {"rows_monitored": 4, "monitored_households": 0}, [{"monitored_households": None}]),
    ("S24", {"rows_monitored": 0, "open_leads": 1}, [{"open_leads": 0}, {"rows_monitored": 1}]),
    ("S25", {"problem_rows": 0, "open_leads": 3}, [{"problem_rows": 1}, {"open_leads": 0}]),
    ("S26", {"grid_workers": 0}, [{"grid_workers": 1}]),
    ("S26", {"grid_workers": 3, "grid_visits": 2}, [{"grid_visits": 1}]),
    ("S26", {"fortnightly_meetings": 2}, [{"fortnightly_meetings": 1}]),
    ("S26", {"system_accurate": 2}, [{"system_accurate": None}]),
    ("S28", {"no_answers_form5": 1}, [{"no_answers_form5": 0}]),
]
FORMS = {"G": "general", "L": "lifted", "M": "monitored"}


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load(read_pack(DEFAULT))


def frame(rules: RuleSet, rows: list[Answers]) -> pl.DataFrame:
    names = {name for row in rows for name in row}
    schema = {symbol.name: dtype(symbol.kind) for symbol in rules.symbols if symbol.name in names}
    assert names == set(schema), names - set(schema)
    return pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=schema)


def fired(rules: RuleSet, rows: list[Answers]) -> list[set[str]]:
    found = rules.findings(frame(rules, rows))
    return [set(found.filter(pl.col("row") == number)["rule"]) for number in range(len(rows))]


@pytest.mark.parametrize(("rule", "letters", "answers", "misses"), HOUSEHOLDS)
def test_household_rule(pack: Pack, rule: str, letters: str, answers: Answers, misses: list[Answers]) -> None:
    rules = rule_sets(pack).households
    rows = [{"form": form, **answers} for form in FORMS.values()]
    rows += [{"form": FORMS[letter], **answers, **miss} for letter in letters for miss in misses]
    said = [rule in found for found in fired(rules, rows)]
    assert said == [letter in letters for letter in FORMS] + [False] * len(letters) * len(misses)


@pytest.mark.parametrize(("rule", "answers", "misses"), VILLAGES)
def test_village_rule(pack: Pack, rule: str, answers: Answers, misses: list[Answers]) -> None:
    rules = rule_sets(pack).villages
    said = [rule in found for found in fired(rules, [answers, *({**answers, **miss} for miss in misses)])]
    assert said == [True] + [False] * len(misses)


def test_every_rule_stands_in_the_tables(pack: Pack) -> None:
    assert {rule for rule, *_ in [*HOUSEHOLDS, *VILLAGES]} == {rule.id for rule in pack.rules}


@pytest.mark.parametrize(
    ("outcome", "counts"), [(None, True), (1, True), (2, True), (3, True), (4, False), (5, False), (7, False)]
)
def test_only_households_that_were_met(pack: Pack, outcome: int | None, counts: bool) -> None:
    said = fired(rule_sets(pack).households, [{"form": "general", "housing": 1, "outcome": outcome}])
    assert ("S03" in said[0]) == counts


def test_kinds_are_known(pack: Pack) -> None:
    kinds = {symbol.kind for symbol in rule_sets(pack).households.symbols}
    assert kinds == {Kind.TEXT, Kind.INTEGER, Kind.CHOICE, Kind.CHOICES, Kind.BOOLEAN}

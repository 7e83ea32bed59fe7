"""Planted errors, typed by hand: one fault each, on a household or a village form otherwise clean.

The `question` or `figure` is the one whose cell a person would correct; the truth file gives its address.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from paicha.demo.archetypes import Answers


class Written(Enum):
    """What stands in the faulty cell: `NATURALLY`, what the answers say, as in any other."""

    NATURALLY = 0


@dataclass(frozen=True)
class RowFault:
    """One household row that must be refused.

    `rule` is the validation, or `unreadable` where a cell has no single reading. `raw` is what stands in
    the cell instead of the answer (None: blank). `needs` are habits that the sheet must have for the
    fault to be the only one.
    """

    id: str
    rule: str
    form: str
    question: str
    answers: Answers = field(default_factory=dict)
    raw: str | int | float | Written | None = Written.NATURALLY
    needs: Mapping[str, str] = field(default_factory=dict)
    own_sheet: bool = False


@dataclass(frozen=True)
class FormFault:
    """One village form (`profile` 2, `statistics` 4, `verification` 5) that must be refused.

    `change` says by which amount a figure departs from the true one; `put` what it says instead.
    """

    id: str
    rule: str
    form: str
    figure: str
    change: Mapping[str, int] = field(default_factory=dict)
    put: Mapping[str, int] = field(default_factory=dict)


_ONE_CELL = {"insurance": "one"}
_THREE_CELLS = {"insurance": "three"}

ROW_FAULTS = (
    # V01 what is required is present
    RowFault("v01_name", "V01", "general", "head_name", raw=None),
    RowFault("v01_population", "V01", "general", "population", raw=None),
    RowFault("v01_residence", "V01", "general", "residence", raw=None),
    RowFault("v01_insurance", "V01", "general", "insurance", raw=None, needs=_ONE_CELL),
    RowFault("v01_aid", "V01", "general", "civil_aid", raw=None),
    RowFault("v01_enrol", "V01", "general", "enrol", raw=None),
    RowFault("v01_gap", "V01", "lifted", "policy_gap", raw=None),
    RowFault("v01_moved", "V01", "general", "remark", answers={"outcome": 6, "remark": None}, raw=None),
    # V02 option in the list
    RowFault("v02_residence", "V02", "general", "residence", raw=6),
    RowFault("v02_housing", "V02", "general", "housing", raw=4),
    RowFault("v02_band", "V02", "general", "income_band", raw="5"),
    RowFault("v02_aid", "V02", "general", "civil_aid", raw=7),
    RowFault("v02_system", "V02", "lifted", "in_national_system", raw="3"),
    # V03 population 1–20
    RowFault("v03_many", "V03", "general", "population", answers={"population": 21}),
    RowFault("v03_none", "V03", "general", "population", answers={"population": 0}),
    # V04 counts ≥ 0
    RowFault("v04_insured", "V04", "general", "insured_none", raw=-1, needs=_THREE_CELLS),
    RowFault("v04_workers", "V04", "lifted", "migrant_workers", answers={"migrant_workers": 0}, raw=-2),
    # V05 insured more than the population
    RowFault("v05_insured", "V05", "general", "insurance", answers={"insured_extra": 2}, needs=_ONE_CELL),
    RowFault("v05_lifted", "V05", "lifted", "insurance", answers={"insured_extra": 1}, needs=_ONE_CELL),
    # V06 a reason iff a major expense, V07 what other aid iff 4
    RowFault("v06_no_reason", "V06", "general", "major_expense", raw=1),
    RowFault("v06_lifted", "V06", "lifted", "major_expense", raw="1"),
    RowFault("v06_reason", "V06", "general", "major_expense", raw="2,原因孩子上大学"),
    RowFault("v07_unnamed", "V07", "general", "civil_aid", raw="4"),
    RowFault("v07_named", "V07", "general", "civil_aid", raw="3(高龄补贴)"),
    # V08, V09 what stands alone
    RowFault("v08_aid", "V08", "general", "civil_aid", raw="1、5"),
    RowFault("v09_livelihood", "V09", "lifted", "livelihood", raw="2、4"),
    # V10 kind of monitored household
    RowFault("v10_type", "V10", "monitored", "household_type", raw=None),
    # V12 phone
    RowFault("v12_short", "V12", "general", "phone", raw="1391234567"),
    RowFault("v12_long", "V12", "lifted", "phone", raw="159012345678"),
    # V13 a heading that names another town than the village's
    RowFault("v13_town", "V13", "general", "heading", own_sheet=True),
    # V14 surveyors, V15 a day to come, V44 income against its band
    RowFault("v14_surveyors", "V14", "general", "surveyors", raw=None, needs={"sign": "each"}),
    RowFault("v15_future", "V15", "general", "surveyed_on", answers={"surveyed_on": "future"}),
    RowFault("v44_low", "V44", "general", "income", answers={"income": 3500, "income_band": 3}),
    RowFault("v44_high", "V44", "lifted", "income", answers={"income": 12000, "income_band": 3}),
    # no single reading
    RowFault("two_readings", "unreadable", "general", "housing", raw="1或2"),
    RowFault("not_known", "unreadable", "general", "income_band", raw="不详"),
    RowFault("half", "unreadable", "general", "residence", raw=1.5),
    RowFault("two_waters", "unreadable", "lifted", "water", raw="2或3"),
    RowFault("about_four", "unreadable", "general", "population", raw="三四口人"),
)

FORM_FAULTS = (
    # V16 counts ≥ 0, households = 0 iff people = 0, people ≥ households
    FormFault("v16_fewer_people", "V16", "profile", "dibao_people", put={"dibao_households": 4, "dibao_people": 3}),
    FormFault("v16_negative", "V16", "profile", "disabled_people", put={"disabled_people": -3}),
    FormFault("v16_nobody", "V16", "profile", "orphans_households",
              put={"orphans_households": 0, "orphans_people": 2}),
    # V17 lifted, monitored, dibao, tekun ≤ total; V18 people of the rest ≤ total people
    FormFault("v17_lifted", "V17", "profile", "lifted_households",
              change={"lifted_households": 1, "lifted_people": 1}),
    FormFault("v17_dibao", "V17", "profile", "dibao_people", change={"dibao_people": 10}),
    FormFault("v18_school", "V18", "profile", "school_age_people", change={"school_age_people": 5}),
    FormFault("v18_orphans", "V18", "profile", "orphans_people", change={"orphans_people": 9}),
    # V19–V22 form 4 against itself, the rows, the profile and form 3
    FormFault("v19_sum", "V19", "statistics", "surveyed", change={"surveyed": 1}),
    FormFault("v20_general", "V20", "statistics", "surveyed_general",
              change={"surveyed_general": 2, "surveyed": 2}),
    FormFault("v21_groups", "V21", "statistics", "groups", change={"groups": 1}),
    FormFault("v21_people", "V21", "statistics", "total_people", change={"total_people": 7}),
    FormFault("v21_resident", "V21", "statistics", "resident_households", change={"resident_households": 1}),
    FormFault("v22_problems", "V22", "statistics", "problems", change={"problems": 2}),
    # V23 a no in form 5 asks for the problems found
    FormFault("v23_conclusion", "V23", "verification", "conclusion_problems"),
)  # fmt: skip

FORM_FAULTS_BY_ID = {fault.id: fault for fault in FORM_FAULTS}

# What 'change' of V17 and V18 departs from: not the figure itself but the village's total.
FROM_TOTAL = {
    "v17_lifted": {"lifted_households": "total_households", "lifted_people": "total_people"},
    "v17_dibao": {"dibao_people": "total_people"},
    "v18_school": {"school_age_people": "total_people"},
    "v18_orphans": {"orphans_people": "total_people"},
}

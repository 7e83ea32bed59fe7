"""Households with something to find, typed by hand: their answers, and the leads that follow.

The table is the truth of the demo. Nothing here is computed: whoever doubts a line reads the answers
beside the rules of the reference. Answers that a line doesn't name are drawn clean (`clean`), within
what the line fixes. A line without leads is a trap: it looks like a lead and is none.

S15 is never stated, since it shows only from a village's deadline on: a line that would raise it says
so by `enrols`, and is planted only where it cannot change what follows for the village.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Answer = int | str | tuple[int, ...] | None
Answers = Mapping[str, Answer]


@dataclass(frozen=True)
class Archetype:
    """One kind of household: the form it fills, the answers that matter, the leads they imply."""

    id: str
    form: str
    answers: Answers
    leads: tuple[str, ...]
    enrols: bool = False


def _line(id_: str, leads: str, *, enrols: bool = False, **answers: Answer) -> Archetype:
    form = {"g": "general", "l": "lifted", "m": "monitored"}[id_[0]]
    return Archetype(id_, form, answers, tuple(leads.split()), enrols)


ILL, STUDY, CARE, ACCIDENT = "大病住院", "孩子上大学", "残疾护理", "意外事故"

GENERAL = (
    _line("g_low", "S01", income_band=1, enrol=3),
    _line("g_low_edge", "S01", income=4000, income_band=1, enrol=3),
    _line("g_line", "S02", income_band=2, enrol=3),
    _line("g_line_edge", "S02", income=6000, income_band=2, enrol=3),
    _line("g_line_beyond", "", income=6001, income_band=3, enrol=3),
    _line("g_house", "S03", housing=1, enrol=3),
    _line("g_house_unsure", "S03 S14", housing=1, enrol=2),
    _line("g_school", "S04", schooling=1, population=4),
    _line("g_water", "S05", water=1),
    _line("g_uninsured", "S06", insured_none=1, population=3),
    _line("g_expense", "S07", major_expense=1, major_expense_reason=ILL, income_band=4, enrol=3),
    _line("g_low_expense", "S01 S07 S08", income_band=1, major_expense=1, major_expense_reason=ILL, enrol=3),
    _line("g_line_expense", "S02 S07 S08", income_band=2, major_expense=1, major_expense_reason=STUDY, enrol=3),
    _line("g_expense_unsure", "S08 S14", income_band=2, major_expense=1, major_expense_reason=CARE, enrol=2),
    _line("g_dibao", "S09", civil_aid=(1,), income_band=3, enrol=3),
    _line("g_dibao_line", "S02 S09 S13", civil_aid=(1,), income_band=2, enrol=3),
    _line("g_dibao_low", "S01 S09 S13", civil_aid=(1,), income_band=1, enrol=3),
    _line("g_dibao_unsure", "S14", civil_aid=(1,), income_band=2, enrol=2),
    _line("g_tekun", "S10", civil_aid=(2,), population=1, income_band=3, enrol=3),
    _line("g_tekun_water", "S05 S10 S13", civil_aid=(2,), population=1, income_band=3, water=1, enrol=3),
    _line("g_temporary", "S11", civil_aid=(3,), income_band=3, enrol=3),
    _line("g_temporary_expense", "S07 S11 S13", civil_aid=(3,), income_band=3, major_expense=1,
          major_expense_reason=ACCIDENT, enrol=3),
    _line("g_other_aid", "S12", civil_aid=(4,), civil_aid_other="高龄补贴", income_band=3, enrol=3),
    _line("g_other_aid_school", "S04 S12 S13", civil_aid=(4,), civil_aid_other="慈善助学", population=5,
          schooling=1, income_band=3, enrol=3),
    _line("g_two_aids", "S03 S09 S11 S13", civil_aid=(1, 3), housing=1, income_band=3, enrol=3),
    _line("g_unsure", "S14", income_band=3, enrol=2),
    _line("g_sudden", "S30", special=(5,), special_detail="户主突发重病", enrol=3),
    _line("g_sudden_unsure", "S14", special=(5,), special_detail="车祸致残", enrol=2),
    _line("g_falling", "S32", income_stable=3, enrol=3),
    _line("g_disaster", "S33", special=(1,), special_detail="冰雹致果园绝收"),
    _line("g_returned", "S33", special=(2, 3), special_detail="厂里停工返乡"),
    _line("g_stranded_sudden", "S30 S33", special=(4, 5), special_detail="滞留在外无法务工", enrol=3),
    _line("g_many", "S01 S03 S04 S05 S06 S07 S08 S09 S11 S12 S13 S30 S32 S33", population=6, income_band=1,
          housing=1, schooling=1, water=1, insured_none=2, major_expense=1, major_expense_reason=ILL,
          civil_aid=(1, 3, 4), civil_aid_other="残疾人两项补贴", special=(1, 5), special_detail="房屋受灾且户主患病",
          income_stable=3, enrol=3),
    _line("g_other_insured", "", population=5, insured_other=1, insured_other_reason="现役军人"),
    _line("g_empty_house", "", outcome=5, housing=1, water=1, remark="长期无人居住"),
    _line("g_enrol", "", enrols=True, income_band=1, major_expense=1, major_expense_reason=ILL, enrol=1),
    _line("g_enrol_house", "S03", enrols=True, income_band=2, housing=1, enrol=1),
    _line("g_enrol_dibao", "", enrols=True, civil_aid=(1,), income_band=2, enrol=1),
)  # fmt: skip

LIFTED = (
    _line("l_low", "S01", income_band=1, enrol=3, policies="产业奖补"),
    _line("l_line", "S02", income_band=2, enrol=3, policies="务工补贴"),
    _line("l_house", "S03", housing=1),
    _line("l_school", "S04", schooling=1, population=4),
    _line("l_water", "S05", water=1),
    _line("l_uninsured", "S06", insured_none=2, population=4),
    _line("l_expense", "S07", income_band=3, major_expense=1, major_expense_reason=STUDY, enrol=3,
          policies="教育资助"),
    _line("l_line_expense", "S02 S07 S08", income_band=2, major_expense=1, major_expense_reason=ILL, enrol=3,
          policies="医疗参保补贴"),
    _line("l_expense_unsure", "S08 S14", income_band=1, major_expense=1, major_expense_reason=ILL, enrol=2,
          policies="产业奖补"),
    _line("l_unsure", "S14", enrol=2),
    _line("l_idle", "S16", livelihood=(4,), income_band=3),
    _line("l_idle_rich", "", livelihood=(4,), income_band=4),
    _line("l_gap", "S17", policy_gap=1, policy_gap_detail="教育资助未到账"),
    _line("l_unrecorded", "S27", in_national_system=2),
    _line("l_dibao", "S02 S29", policies="低保、产业奖补", income_band=2, enrol=3),
    _line("l_tekun", "S07 S29", policies="特困供养", population=1, income_band=3, major_expense=1,
          major_expense_reason=CARE, enrol=3),
    _line("l_temporary", "S01 S29", policies="临时救助", income_band=1, enrol=3),
    _line("l_dibao_well", "", policies="低保", income_band=3, major_expense=2, enrol=3),
    _line("l_sudden", "S30", special=(5,), special_detail="妻子突发脑梗", enrol=3),
    _line("l_falling", "S32", income_stable=3, enrol=3),
    _line("l_flood", "S33", special=(1,), special_detail="山洪冲毁农田"),
    _line("l_stranded", "S33", special=(4,), special_detail="滞留外地"),
    _line("l_many", "S01 S03 S05 S06 S07 S08 S16 S17 S27 S29 S30 S32 S33", population=5, income_band=1,
          housing=1, water=1, insured_none=1, major_expense=1, major_expense_reason=ACCIDENT, livelihood=(4,),
          in_national_system=2, policies="低保、临时救助", policy_gap=1, policy_gap_detail="危房改造未落实",
          special=(3, 5), special_detail="返乡后突遇事故", income_stable=3, enrol=3),
    _line("l_enrol", "", enrols=True, income_band=2, policies="低保", enrol=1),
)  # fmt: skip

# The first two are stacked: with four monitored households in a small county every rule of 1-3 still appears.
MONITORED = (
    _line("m_untreated", "S03 S04 S05 S06 S16 S17 S18 S27 S33 S34", population=5, household_type=1, housing=1,
          schooling=1, water=1, insured_none=1, income_band=1, livelihood=(4,), in_national_system=2,
          bottom_aid=3, policies=None, policy_gap=1, policy_gap_detail="危房改造未落实", special=(1,),
          special_detail="暴雨致窑洞坍塌", aid_effect=3, return_risk=1, risk_cleared=3),
    _line("m_removed_early", "S03 S06 S16 S18 S19 S20 S21 S22 S31", population=4, household_type=2, housing=1,
          insured_none=1, income_band=2, major_expense=1, major_expense_reason=ILL, livelihood=(4,),
          bottom_aid=3, policies=None, return_risk=1, risk_cleared=1),
    _line("m_poor_removed", "S19", income_band=2, bottom_aid=1, return_risk=2, risk_cleared=1),
    _line("m_poor_removed_edge", "S19", income=6000, income_band=2, bottom_aid=1, return_risk=2, risk_cleared=1),
    _line("m_thirsty_removed", "S05 S20", water=1, income_band=3, bottom_aid=1, return_risk=2, risk_cleared=1),
    _line("m_uninsured_removed", "S06 S20", insured_none=1, population=3, income_band=3, bottom_aid=1,
          return_risk=2, risk_cleared=1),
    _line("m_expense_removed", "S21", major_expense=1, major_expense_reason=ILL, income_band=4, bottom_aid=2,
          return_risk=2, risk_cleared=1),
    _line("m_idle_removed", "S16 S22", livelihood=(4,), income_band=3, bottom_aid=1, return_risk=2,
          risk_cleared=1),
    _line("m_idle_rich_removed", "S22", livelihood=(4,), income_band=4, bottom_aid=2, return_risk=2,
          risk_cleared=1),
    _line("m_unaided_removed", "S18 S22", bottom_aid=3, policies=None, income_band=4, return_risk=2,
          risk_cleared=1),
    _line("m_risky_removed", "S31", bottom_aid=1, income_band=3, return_risk=1, risk_cleared=1),
    _line("m_well_removed", "", bottom_aid=3, policies="产业奖补、公益岗", income_band=4, return_risk=2,
          risk_cleared=1),
    _line("m_house", "S03", housing=1, bottom_aid=1, risk_cleared=3),
    _line("m_school", "S04", schooling=1, population=4, bottom_aid=1, risk_cleared=2),
    _line("m_idle", "S16", livelihood=(4,), income_band=2, bottom_aid=1, risk_cleared=3),
    _line("m_gap", "S17", policy_gap=1, policy_gap_detail="小额信贷未落实", bottom_aid=1, risk_cleared=3),
    _line("m_unaided", "S18", bottom_aid=3, policies=None, risk_cleared=3),
    _line("m_unrecorded", "S27", in_national_system=2, bottom_aid=1, risk_cleared=3),
    _line("m_snow", "S33", special=(1, 2), special_detail="雪灾压塌羊圈", bottom_aid=1, risk_cleared=3),
    _line("m_sudden", "", special=(5,), special_detail="突发重病", bottom_aid=1, risk_cleared=3),
    _line("m_slow_aid", "S34", aid_effect=3, bottom_aid=1, risk_cleared=3),
)  # fmt: skip

ARCHETYPES = {archetype.id: archetype for archetype in (*GENERAL, *LIFTED, *MONITORED)}

# Kinds missed, outside and deliberate: what a village's own rules count as open leads (rules.md, S24 and S25).
_OPEN_ON_ANY_FORM = frozenset(
    ("S01", "S02", "S07", "S08", "S09", "S10", "S11", "S12", "S13", "S14", "S29", "S30", "S32")
)
_OPEN_UNLESS_MONITORED = frozenset(("S03", "S04", "S05"))


def counts_as_open(rule: str, form: str) -> bool:
    """Whether a lead of `rule` on `form` is of a kind that a village's rules count."""
    return rule in _OPEN_ON_ANY_FORM or (rule in _OPEN_UNLESS_MONITORED and form != "monitored")


def has_open_lead(archetype: Archetype) -> bool:
    """Whether a household of this kind leaves a lead that its village's rules count."""
    return any(counts_as_open(rule, archetype.form) for rule in archetype.leads)

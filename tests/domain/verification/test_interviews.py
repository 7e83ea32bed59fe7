"""Re-interviews: what is asked, what is compared, what follows; and what they say about the county."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from tests.worlds.county import GENERAL
from tests.worlds.town import POOR, Town

from paicha.core.refusal import Refusal
from paicha.domain.responses.models import Finding, Revision
from paicha.domain.verification.interviews import (
    Statement,
    differences,
    interview_questions,
    record_interview,
    risk_questions,
)
from paicha.domain.verification.models import Interview, Sample, SampleHousehold
from paicha.domain.verification.results import ANY, behind, interviews_of, results
from paicha.domain.verification.samples import SampleError, draw_sample

ASKED = (
    "population", "residence", "housing", "schooling", "water", "insured_none", "insured_resident",
    "insured_employee", "income_band", "major_expense", "civil_aid", "enrol",
)  # fmt: skip


@pytest.fixture
def sample(town: Town) -> Sample:
    """Every household of the town."""
    return draw_sample(
        town.county.round, town.county.pack, households=8, villages=2, seed=7, actor="operator:x"
    )


def told(town: Town, row: SampleHousehold, outcome: int = 1, note: str = "", **differs: Any) -> Interview:
    answers = {name: GENERAL[name] for name in ASKED} | differs
    statement = Statement(outcome, answers if outcome in (1, 2, 3) else {}, note)
    return record_interview(town.county.round, town.county.pack, row, statement, actor="5")


def rows(sample: Sample, poor: bool) -> list[SampleHousehold]:
    """Drawn households whose village wrote the lowest band of income, or nothing that a rule found."""
    found = Finding.objects.filter(household__isnull=False, severity="lead")
    listed = SampleHousehold.objects.filter(sample=sample).order_by("position")
    if poor:
        return list(listed.filter(household__in=found.filter(rule="S01").values("household")))
    return list(listed.exclude(household__in=found.values("household")))


def test_what_is_printed_as_choice_or_number_is_asked(town: Town) -> None:
    assert tuple(q.name for q in interview_questions(town.county.pack, "general")) == ASKED
    assert {q.name for q in interview_questions(town.county.pack, "monitored")} >= {
        "household_type",
        "bottom_aid",
        "return_risk",
    }
    for form in town.county.pack.household_forms:
        assert not {"head_name", "phone", "remark", "surveyors"} & {
            q.name for q in interview_questions(town.county.pack, form)
        }


def test_risk_is_what_open_leads_rest_on(town: Town) -> None:
    found = risk_questions(town.county.pack, "general")
    assert {"income_band", "housing", "civil_aid", "major_expense", "enrol"} <= found
    assert not {"residence", "population", "insured_none"} & found


@pytest.mark.parametrize(
    ("mine", "theirs", "found"),
    [
        ({"housing": 1}, {"housing": 2}, {"housing": True}),
        ({"housing": 2}, {"housing": 2}, {"housing": False}),
        ({"housing": 2}, {}, {}),
        ({"housing": None}, {"housing": 2}, {}),
        ({"civil_aid": [1, 3]}, {"civil_aid": [3, 1]}, {"civil_aid": False}),
        ({"civil_aid": [1]}, {"civil_aid": [1, 3]}, {"civil_aid": True}),
        ({"civil_aid": [1]}, {"civil_aid": []}, {}),
        ({"insured_none": 0}, {"insured_none": 0}, {"insured_none": False}),
        ({"insured_none": 0}, {"insured_none": 1}, {"insured_none": True}),
    ],
)
def test_answers_compared(town: Town, mine: Any, theirs: Any, found: dict[str, bool]) -> None:
    assert differences(town.county.pack, mine, theirs) == found


def test_what_differs_on_risk_is_a_lead_and_nothing_of_the_village_changes(
    town: Town, sample: Sample
) -> None:
    revisions = Revision.objects.count()
    row = rows(sample, poor=True)[0]
    interview = told(town, row, housing=1)  # the village wrote the lowest band, the household the third
    assert {name for name, differs in interview.compared.items() if differs} == {"housing", "income_band"}
    lead = Finding.objects.get(household=row.household, rule="L06")
    assert "安全住房 村里填 2 自有住房且安全，回访是 1 不安全" in lead.detail
    assert Revision.objects.count() == revisions
    calm = rows(sample, poor=False)[0]
    told(town, calm, residence=3)
    assert not Finding.objects.filter(household=calm.household, rule="L06").exists()


def test_what_the_village_writes_later_changes_no_comparison(town: Town, sample: Sample) -> None:
    row = rows(sample, poor=True)[0]
    before = told(town, row)
    village = next(v for v in town.villages if v.area.pk == row.village_id)
    village.one(
        source="desk:9", household=row.household_id, base=1, head_name=row.household.head_name, income_band=3
    )
    assert Interview.objects.get().compared == before.compared
    assert Interview.objects.get().revision == Revision.objects.get(household=row.household, number=1).pk


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"outcome": 9}, "请选见到人没有"),
        ({"outcome": 4}, "没见到人，请在说明里写清情况"),
        ({"housing": None}, "还有 1 项没问：安全住房"),
        ({"note": "长" * 301}, "最多 300 字"),
        ({"population": 21}, "家庭人口是 21，应在 1 到 20 之间"),
        ({"housing": 9, "population": 0}, "没有选项 9.*；家庭人口是 0，应在 1 到 20 之间"),
        ({"civil_aid": [1, 5]}, "民政政策选了 5 否，又选了别的"),
    ],
)
def test_what_an_interview_needs(town: Town, sample: Sample, change: dict[str, Any], said: str) -> None:
    with pytest.raises(Refusal, match=said):
        told(town, rows(sample, poor=False)[0], **change)
    assert not Interview.objects.exists()


def test_once_is_once(town: Town, sample: Sample) -> None:
    row = rows(sample, poor=False)[0]
    told(town, row)
    with pytest.raises(SampleError, match="交上以后不能改"):
        told(town, row, housing=1)
    assert Interview.objects.get().differs == 0


def test_every_figure_is_its_rows(town: Town, sample: Sample) -> None:
    poor, calm = rows(sample, poor=True), rows(sample, poor=False)
    told(town, poor[0])
    told(town, calm[0])
    told(town, calm[1], outcome=4, note="去了内蒙")
    interviews = interviews_of(sample)
    lines = {line.question: line.estimate for line in results(town.county.pack, interviews)}
    assert (lines["income_band"].n, lines["income_band"].differ) == (2, 1)
    assert (lines[ANY].n, lines[ANY].differ) == (
        3,
        2,
    )  # whom the village met and the city didn't differs, too
    for question, found in lines.items():
        assert len(behind(interviews, question, differing=False)) == found.n
        assert len(behind(interviews, question, differing=True)) == found.differ
    mine, theirs = 1 / poor[0].probability, 1 / calm[0].probability
    assert lines["income_band"].share == mine / (mine + theirs) == Fraction(1, 2)  # everybody was certain
    assert POOR["income_band"] == 1
    assert results(town.county.pack, []) == []

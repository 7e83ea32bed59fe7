"""Rows on their way in: new, equal, corrected, merged, in conflict, refused."""

from __future__ import annotations

from typing import Any

import pytest
from tests.worlds.village import DESK, EXCEL, PHONE, FilledVillage

from paicha.domain.areas.models import Group
from paicha.domain.audit.models import AuditEntry
from paicha.domain.audit.queries import verify
from paicha.domain.households.models import Household
from paicha.domain.responses.audit_check import broken_parts
from paicha.domain.responses.models import Revision
from paicha.domain.rounds.models import RosterEntry


def test_a_household_found_now_goes_into_register_roster_and_round(village: FilledVillage) -> None:
    receipt = village.one(head_name="李墕", phone="13900000001", group="2", population=5, insured_resident=5)
    assert (receipt.status, receipt.revision, receipt.created) == ("stored", 1, True)
    household = Household.objects.get(pk=receipt.household)
    assert (household.head_name, household.group, household.phone) == ("李墕", "2", "13900000001")
    assert (household.population, household.household_class) == (5, "general")
    entry = RosterEntry.objects.get(household=household)
    assert (entry.form, entry.added, entry.outcome, entry.revision_number) == ("general", True, 1, 1)
    revision = Revision.objects.get(household=household)
    assert (revision.source, revision.address, revision.number, revision.base) == (EXCEL, "表.xlsx!B5", 1, 0)
    assert Group.objects.filter(village=village.area, name="2").exists()


@pytest.mark.parametrize("source", [EXCEL, DESK])
def test_an_equal_row_is_no_change_whoever_sends_it(village: FilledVillage, source: str) -> None:
    household = village.new()
    before = village.stored()
    again = village.one(source, household=household)
    assert (again.status, again.revision, again.said) == ("unchanged", 1, [])
    assert village.stored() == before


def test_a_row_of_the_roster_without_an_outcome_column_was_met(village: FilledVillage) -> None:
    household = village.register("张三")
    receipt = village.one(household=household, absent=("outcome",))
    assert receipt.status == "stored"
    assert RosterEntry.objects.get(household=household).outcome == 1
    assert village.summary.counts == {"general": {"1": 1}}


def test_an_absent_outcome_counts_as_met_beside_rows_of_the_register(village: FilledVillage) -> None:
    household = village.register("张三")
    receipts = village.send(
        [{"household": household}, {"head_name": "李四"}, {"head_name": "王五"}], absent=("outcome",)
    )
    assert [r.status for r in receipts] == ["stored"] * 3
    assert village.summary.counts == {"general": {"1": 3}}


# What the second row says, its source, its base; what becomes of it, and the answers in force then.
CORRECTIONS: dict[str, tuple[dict[str, Any], str, int | None, str, dict[str, Any]]] = {
    "the same source corrects": ({"housing": 1}, EXCEL, None, "stored", {"housing": 1}),
    "another on the revision in force corrects": ({"housing": 1}, DESK, 1, "stored", {"housing": 1}),
    "another without base is in conflict": ({"housing": 1}, DESK, None, "conflict", {"housing": 2}),
    "another with an unknown base is in conflict": ({"housing": 1}, DESK, 9, "conflict", {"housing": 2}),
    "another adds what nobody answered": ({"income": 8000}, DESK, None, "merged", {"income": 8000}),
    "another's blanks say nothing": ({"remark": None}, DESK, None, "unchanged", {"remark": "瓦房"}),
    "the same source clears by a blank": ({"remark": None}, EXCEL, None, "stored", {"remark": None}),
    "a corrector clears by a blank": ({"remark": None}, DESK, 1, "stored", {"remark": None}),
}


@pytest.mark.parametrize("case", CORRECTIONS)
def test_a_second_row(village: FilledVillage, case: str) -> None:
    changes, source, base, status, expected = CORRECTIONS[case]
    household = village.new(remark="瓦房")
    receipt = village.one(source, **({"household": household, "base": base, "remark": "瓦房"} | changes))
    assert receipt.status == status
    answers = village.answers(household)
    assert {name: answers.get(name) for name in expected} == expected
    assert receipt.revision == (2 if status in ("stored", "merged") else 1)


def test_an_absent_column_keeps_and_a_blank_cell_clears(village: FilledVillage) -> None:
    household = village.new(remark="瓦房", income=8000, special=[1, 3], special_detail="雹灾")
    receipt = village.one(household=household, absent=("remark", "special"))
    assert receipt.status == "stored"
    answers = village.answers(household)
    assert (answers["remark"], answers["special"]) == ("瓦房", [1, 3])
    assert "income" not in answers and "special_detail" not in answers


# Base, what others have changed since, what this row says; status, colliding fields, answers in force.
Merge = tuple[dict[str, Any], dict[str, Any], str, list[str], dict[str, Any]]
MERGES: dict[str, Merge] = {
    "different fields": ({"water": 1}, {"housing": 1}, "merged", [], {"water": 1, "housing": 1}),
    "the same field alike": ({"water": 1}, {"water": 1}, "unchanged", [], {"water": 1}),
    "the same field alike, and one more": (
        {"water": 1}, {"water": 1, "housing": 1}, "merged", [], {"water": 1, "housing": 1},
    ),
    "the same field differently": ({"water": 1}, {"water": 3}, "conflict", ["water"], {"water": 1}),
    "one alike, one differently": (
        {"water": 1, "housing": 1}, {"water": 1, "housing": 3}, "conflict", ["housing"], {"housing": 1},
    ),
    "cleared here, changed there": (
        {"remark": "新房"}, {"remark": None}, "conflict", ["remark"], {"remark": "新房"},
    ),
    "cleared here alone": ({"water": 1}, {"remark": None}, "merged", [], {"water": 1, "remark": None}),
    "nothing changed here": ({"water": 1}, {}, "unchanged", [], {"water": 1}),
    "a list": ({"special": [2]}, {"special": [1]}, "conflict", ["special"], {"special": [2]}),
}  # fmt: skip


@pytest.mark.parametrize("case", MERGES)
def test_two_sources_on_one_base(village: FilledVillage, case: str) -> None:
    theirs, mine, status, fields, expected = MERGES[case]
    first = {"remark": "瓦房"}
    household = village.new(**first)
    assert village.one(DESK, household=household, base=1, **(first | theirs)).status == "stored"
    receipt = village.one(PHONE, household=household, base=1, **(first | mine))
    assert receipt.status == status
    answers = village.answers(household)
    assert {name: answers.get(name) for name in expected} == expected
    assert [c.fields for c in village.conflicts] == ([fields] if fields else [])
    assert village.summary.figures["conflicts"] == len(village.conflicts)


def test_a_conflict_is_listed_once_however_often_it_is_delivered(village: FilledVillage) -> None:
    household = village.new()
    for _ in range(3):
        receipt = village.one(DESK, household=household, housing=1)
        assert receipt.status == "conflict"
        assert [(s.code, s.severity, s.question) for s in receipt.said] == [("C01", "soft", "housing")]
    assert len(village.conflicts) == 1
    (conflict,) = village.conflicts
    assert (conflict.household_id, conflict.fields, conflict.source) == (household, ["housing"], DESK)
    assert village.one(DESK, household=household, housing=3).status == "conflict"
    assert len(village.conflicts) == 2


def test_a_refused_row_leaves_neither_draft_nor_household(village: FilledVillage) -> None:
    before = village.stored()
    entries = AuditEntry.objects.count()
    receipt = village.one(housing=9)
    assert (receipt.status, receipt.household) == ("refused", None)
    assert [(s.code, s.severity, s.question) for s in receipt.said] == [("V02", "hard", "housing")]
    assert village.stored() == before and AuditEntry.objects.count() == entries


def test_a_refused_correction_leaves_what_is_in_force(village: FilledVillage) -> None:
    household = village.new()
    assert village.one(household=household, insured_none=9).status == "refused"
    assert village.answers(household)["insured_none"] == 0
    assert Revision.objects.count() == 1


def test_the_others_of_a_batch_go_in(village: FilledVillage) -> None:
    receipts = village.send(
        [{"head_name": "张三"}, {"head_name": "李四", "water": None}, {"head_name": "王五"}]
    )
    assert [r.status for r in receipts] == ["stored", "refused", "stored"]
    assert village.summary.counts == {"general": {"1": 2}}


BLANK: dict[str, Any] = dict.fromkeys(
    (
        "population", "residence", "housing", "schooling", "water", "insured_none", "insured_resident",
        "insured_employee", "income_band", "major_expense", "surveyors", "civil_aid", "enrol",
    )
)  # fmt: skip


@pytest.mark.parametrize("outcome", [4, 5, 6, 7])
def test_who_was_not_met_needs_a_name_and_a_remark_only(village: FilledVillage, outcome: int) -> None:
    bare = BLANK | {"outcome": outcome}
    refused = village.one(**bare)
    assert [(s.code, s.question) for s in refused.said] == [("V01", "remark")]
    receipt = village.one(**bare, remark="在内蒙打工")
    assert receipt.status == "stored"
    assert village.summary.counts == {"general": {str(outcome): 1}}
    assert village.found(receipt.household) == {}


@pytest.mark.parametrize("outcome", [1, 2, 3])
def test_who_was_met_answers_everything(village: FilledVillage, outcome: int) -> None:
    refused = village.one(**BLANK, outcome=outcome)
    assert {s.code for s in refused.said} == {"V01", "V14"}
    assert {s.question for s in refused.said} == set(BLANK)


def test_a_row_on_another_classs_form_is_refused_naming_the_right_one(village: FilledVillage) -> None:
    household = village.register("张三", "monitored")
    receipt = village.one(household=household)
    assert receipt.status == "refused"
    (said,) = receipt.said
    assert (said.code, said.severity) == ("V11", "hard")
    assert "张三" in said.message and "附件1-3" in said.message
    assert Revision.objects.count() == 0


def test_a_household_of_another_village_is_refused(village: FilledVillage) -> None:
    neighbour = FilledVillage(village.county, village.county.villages[1])
    household = neighbour.new()
    receipt = village.one(household=household)
    assert [(s.code, s.severity) for s in receipt.said] == [("V13", "hard")]


def test_what_is_soft_goes_in_and_waits_for_its_reason(village: FilledVillage) -> None:
    receipt = village.one(population=14, insured_resident=13, phone="13900000001")
    assert receipt.status == "stored"
    assert {(s.code, s.severity) for s in receipt.said} == {("V03s", "soft"), ("V05", "soft")} or {
        s.severity for s in receipt.said
    } == {"soft"}
    waiting = village.open(receipt.household, "soft")
    assert {s.code for s in receipt.said} <= waiting
    assert village.summary.figures["soft"] == len(waiting | village.open(None, "soft"))
    finding = village.finding(sorted(waiting)[0], receipt.household)
    village.decide(finding, "confirmed", "三代同住")
    assert village.summary.figures["soft"] == len(waiting | village.open(None, "soft")) - 1


def test_the_register_follows_the_answers(village: FilledVillage) -> None:
    household = village.new(phone="13900000001", group="1")
    village.one(household=household, phone="13900000002", group="2", population=3, insured_resident=3)
    known = Household.objects.get(pk=household)
    assert (known.phone, known.group, known.population) == ("13900000002", "2", 3)
    village.one(household=household, phone=None, group="2", population=3, insured_resident=3)
    known.refresh_from_db()
    assert known.phone == "13900000002", "what was known stays known, for matching"


def test_everything_that_is_stored_stands_in_the_chain(village: FilledVillage) -> None:
    household = village.new()
    village.one(household=household, housing=1)
    village.one(DESK, household=household, housing=3)
    village.fill()
    village.decide(village.finding("S03", household))
    assert verify() == [] and broken_parts() == []

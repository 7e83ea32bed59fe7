"""A village's own forms: kept by revision, checked whole, read by statistics and village rules."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from tests.worlds.county import PROFILE
from tests.worlds.village import FilledVillage

from paicha.domain.audit.queries import verify
from paicha.domain.responses.audit_check import broken_parts
from paicha.domain.responses.models import Revision

VISIT: dict[str, Any] = {
    "v_arranged": 1, "v_survey": 1, "v_measures": 1, "v_data": 1, "v_problems": 1, "v_petitions": 1,
    "conclusion_opinion": "继续保持", "area_leader": "王磊", "verifiers": "李强", "verified_on": date(2022, 3, 10),
}  # fmt: skip


def test_a_profile_is_stored_and_read_by_the_summary(village: FilledVillage) -> None:
    receipt = village.fill()
    assert (receipt.status, receipt.revision, receipt.said) == ("stored", 1, [])
    assert village.summary.profile == PROFILE
    assert verify() == [] and broken_parts() == []


def test_an_equal_profile_is_no_change_and_a_blank_one_says_nothing(village: FilledVillage) -> None:
    assert village.county.fill(village.area, "village_profile", {}).status == "unchanged"
    village.fill()
    again = village.fill()
    assert (again.status, again.revision) == ("unchanged", 1)
    assert Revision.objects.count() == 1


def test_what_a_correction_does_not_name_stays_and_none_clears(village: FilledVillage) -> None:
    village.fill(suggestions="加强培训")
    receipt = village.county.fill(village.area, "village_profile", {"total_people": 30})
    assert (receipt.status, receipt.revision) == ("stored", 2)
    assert village.summary.profile == PROFILE | {"suggestions": "加强培训", "total_people": 30}
    village.county.fill(village.area, "village_profile", {"suggestions": None})
    assert "suggestions" not in village.summary.profile


# Changes to a profile that a hard rule refuses, and the rule
REFUSED = [
    ({"village_type": 9}, "V02"),
    ({"disabled_people": -1}, "V16"),
    ({"orphans_households": 2, "orphans_people": 0}, "V16"),
    ({"orphans_households": 2, "orphans_people": 1}, "V16"),
    ({"lifted_households": 7, "lifted_people": 7}, "V17"),
    ({"dibao_households": 2, "dibao_people": 25}, "V17"),
    ({"school_age_people": 25}, "V18"),
]


@pytest.mark.parametrize(("changes", "rule"), REFUSED)
def test_a_hard_rule_refuses_the_form_whole(
    village: FilledVillage, changes: dict[str, Any], rule: str
) -> None:
    receipt = village.fill(**changes)
    assert receipt.status == "refused"
    assert rule in {s.code for s in receipt.said} and {s.severity for s in receipt.said} == {"hard"}
    assert Revision.objects.count() == 0 and village.summary.profile == {}


def test_more_residents_than_people_is_soft(village: FilledVillage) -> None:
    receipt = village.fill(resident_households=9, resident_people=40)
    assert receipt.status == "stored"
    assert {(s.code, s.severity) for s in receipt.said} == {("V43", "soft")}


@pytest.mark.parametrize(
    ("changes", "status", "noes"),
    [
        ({}, "stored", 0),
        ({"v_data": 2, "v_petitions": 2, "conclusion_problems": "电话有误"}, "stored", 2),
        ({"v_data": 2}, "refused", None),
    ],
)
def test_a_town_s_visit_tells_the_rules_how_many_points_got_a_no(
    village: FilledVillage, changes: dict[str, Any], status: str, noes: int | None
) -> None:
    village.new()
    receipt = village.county.fill(village.area, "town_verification", VISIT | changes)
    assert receipt.status == status, receipt.said
    if status == "refused":
        assert "V23" in {s.code for s in receipt.said}
    assert village.summary.facts.get("no_answers_form5") == noes
    assert ("S28" in village.open()) is bool(noes)
    assert village.summary.profile == {}, "form 5 is no profile"


def test_the_profile_and_the_rows_are_compared_when_either_changes(village: FilledVillage) -> None:
    village.fill(total_households=2, total_people=8)
    village.new(phone="13900000001")
    assert {"V26", "V27"} <= village.open(None, "soft")
    village.new(head_name="李四", phone="13900000002")
    assert not {"V26", "V27"} & village.open(None, "soft")
    village.fill(total_households=3, total_people=8, lifted_people=4)
    assert {"V26", "V27"} & village.open(None, "soft") == {"V26"}

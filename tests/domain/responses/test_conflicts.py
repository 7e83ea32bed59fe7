"""Conflicts: settled field by field by a person, and nothing that only one side changed is lost."""

from __future__ import annotations

from uuid import UUID

import orjson
import pytest
from tests.worlds.village import DESK, EXCEL, PHONE, FilledVillage

from paicha.domain.audit.models import AuditEntry
from paicha.domain.audit.queries import verify
from paicha.domain.responses.audit_check import broken_parts
from paicha.domain.responses.services import DecisionError, settle_conflict
from paicha.domain.responses.submission.batch import Receipt


def settle(village: FilledVillage, take_other: dict[str, bool], index: int = -1) -> Receipt:
    conflict = village.conflicts[index]
    return settle_conflict(
        village.county.round, village.county.pack, conflict, take_other=take_other, actor="5", source=DESK
    )


def disputed(village: FilledVillage) -> UUID:
    """Base: a clean household; the desk says housing 1; the phone, on the old base, housing 3 and water 1."""
    household = village.new(remark="瓦房")
    village.one(DESK, household=household, base=1, housing=1, remark="瓦房")
    receipt = village.one(PHONE, household=household, base=1, housing=3, water=1, remark="瓦房")
    assert receipt.status == "conflict"
    return household


@pytest.mark.parametrize(("other", "housing"), [(False, 1), (True, 3)])
def test_the_chosen_answer_holds_and_what_only_the_other_changed_comes_along(
    village: FilledVillage, other: bool, housing: int
) -> None:
    household = disputed(village)
    receipt = settle(village, {"housing": other})
    assert (receipt.status, receipt.revision) == ("stored", 3)
    answers = village.answers(household)
    assert (answers["housing"], answers["water"], answers["remark"]) == (housing, 1, "瓦房")
    (conflict,) = village.conflicts
    assert conflict.settled_at is not None and conflict.settled_by == "5"
    assert village.summary.figures["conflicts"] == 0
    assert AuditEntry.objects.filter(action="conflict.settle").count() == 1
    assert verify() == [] and broken_parts() == []


def test_what_was_corrected_after_the_conflict_came_stands(village: FilledVillage) -> None:
    household = disputed(village)
    village.one(DESK, household=household, base=2, housing=1, water=3, income_band=4, remark="瓦房")
    settle(village, {"housing": True})
    answers = village.answers(household)
    assert (answers["housing"], answers["water"], answers["income_band"]) == (3, 3, 4)


def test_a_cleared_answer_can_be_chosen(village: FilledVillage) -> None:
    household = village.new(remark="瓦房")
    village.one(DESK, household=household, base=1, remark="新房")
    assert village.one(PHONE, household=household, base=1, remark=None).status == "conflict"
    settle(village, {"remark": True})
    assert "remark" not in village.answers(household)


def test_without_a_base_the_others_blanks_say_nothing(village: FilledVillage) -> None:
    household = village.new(remark="瓦房")
    village.one(DESK, household=household, housing=1, remark=None, income=8000)
    settle(village, {"housing": True})
    answers = village.answers(household)
    assert (answers["housing"], answers["remark"], answers["income"]) == (1, "瓦房", 8000)


def test_every_field_must_be_decided(village: FilledVillage) -> None:
    village.new()
    household = village.new(head_name="李四")
    village.one(DESK, household=household, head_name="李四", housing=1, water=1)
    with pytest.raises(DecisionError, match="有无安全饮水"):
        settle(village, {"housing": True})
    assert village.conflicts[0].settled_at is None


def test_a_choice_against_the_rules_is_said_and_nothing_is_settled(village: FilledVillage) -> None:
    household = village.new()
    village.one(DESK, household=household, base=1, population=5, insured_resident=5)
    village.one(PHONE, household=household, base=1, population=3, insured_resident=3)
    with pytest.raises(DecisionError, match="不合规则"):
        settle(village, {"population": True, "insured_resident": False})
    assert village.conflicts[0].settled_at is None
    assert village.answers(household)["population"] == 5
    settle(village, {"population": True, "insured_resident": True})
    assert village.answers(household)["population"] == 3


def test_settled_twice_is_refused(village: FilledVillage) -> None:
    disputed(village)
    settle(village, {"housing": True})
    with pytest.raises(DecisionError, match="已经有人处理"):
        settle(village, {"housing": False})


def test_findings_follow_the_settled_answers(village: FilledVillage) -> None:
    household = disputed(village)
    assert village.open(household) == {"S03"}
    settle(village, {"housing": True})
    assert village.open(household) == {"S05"}
    assert village.found(household)["S03"] == "lapsed"


def test_a_settled_conflict_delivered_again_is_no_news_where_its_answers_hold(village: FilledVillage) -> None:
    household = village.new()
    village.one(DESK, household=household, housing=1)
    settle(village, {"housing": True})
    assert village.one(EXCEL, household=household, housing=1).status == "unchanged"
    assert len(village.conflicts) == 1


def test_a_conflict_keeps_what_the_other_said(village: FilledVillage) -> None:
    disputed(village)
    other = orjson.loads(village.conflicts[0].answers)
    assert (other["housing"], other["water"]) == (3, 1)

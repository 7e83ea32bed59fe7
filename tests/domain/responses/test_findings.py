"""A person's decision stands while the answers it rests on do; a lead that no longer fires lapses."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.worlds.county import OPENS
from tests.worlds.village import DESK, FilledVillage

from paicha.domain import clock
from paicha.domain.audit.models import AuditEntry
from paicha.domain.audit.queries import verify
from paicha.domain.responses.audit_check import broken_parts
from paicha.domain.responses.models import Finding
from paicha.domain.responses.services import DecisionError

POOR = {"income_band": 1}  # S01, and nothing else on 1-1


def poor(village: FilledVillage) -> UUID:
    household = village.new(**POOR)
    assert village.found(household) == {"S01": "open"}
    return household


@pytest.mark.parametrize("state", ["confirmed", "dismissed"])
def test_a_decision_stands_while_its_answers_do(village: FilledVillage, state: str) -> None:
    household = poor(village)
    village.decide(village.finding("S01", household), state, "入户看过")
    village.one(household=household, **POOR, housing=3, remark="瓦房")  # nothing that S01 reads
    village.screen()
    found = village.finding("S01", household)
    assert (found.state, found.reason, found.decided_by, found.before) == (state, "入户看过", "5", None)
    assert "S01" not in village.summary.leads and village.summary.figures["decided"] == 1


def test_changed_answers_open_it_again_and_show_the_old_decision(village: FilledVillage) -> None:
    household = village.new(income_band=2)
    assert village.open(household) == {"S02"}
    village.decide(village.finding("S02", household), "dismissed", "外出务工，收入够")
    village.one(household=household, income_band=2, income=5000)
    found = village.finding("S02", household)
    assert (found.state, found.reason, found.decided_by, found.decided_at) == ("open", "", "", None)
    before = found.before or {}
    assert (before["state"], before["reason"], before["by"]) == ("dismissed", "外出务工，收入够", "5")
    assert before["at"].startswith("2022-03-10T")


@pytest.mark.parametrize("way", ["changed again", "lapsed and back", "screened", "shown otherwise"])
def test_the_old_decision_is_shown_until_the_next_one(village: FilledVillage, way: str) -> None:
    household = village.new(income_band=2)
    village.decide(village.finding("S02", household), "dismissed", "外出务工，收入够")
    village.one(household=household, income_band=2, income=5000)
    if way == "changed again":
        village.one(household=household, income_band=2, income=5500)
    elif way == "lapsed and back":
        village.one(household=household, income_band=3)
        assert village.found(household)["S02"] == "lapsed"
        village.one(household=household, income_band=2, income=5500)
    elif way == "screened":
        village.screen()
    else:
        Finding.objects.filter(rule="S02").update(detail="旧的说法")
        village.screen()
    found = village.finding("S02", household)
    assert found.state == "open"
    assert (found.before or {}).get("reason") == "外出务工，收入够"
    village.decide(found, "confirmed", "已申请纳入")
    village.one(household=household, income_band=2, income=5900)
    assert (village.finding("S02", household).before or {})["reason"] == "已申请纳入"


def test_what_no_longer_fires_lapses_and_opens_when_it_fires_again(village: FilledVillage) -> None:
    household = poor(village)
    village.one(household=household)
    assert village.found(household) == {"S01": "lapsed"}
    assert "S01" not in village.summary.leads
    village.one(household=household, **POOR)
    assert village.found(household) == {"S01": "open"}
    assert village.summary.leads["S01"] == 1


@pytest.mark.parametrize("state", ["confirmed", "dismissed"])
def test_a_decided_one_that_no_longer_fires_stays_on_record(village: FilledVillage, state: str) -> None:
    household = poor(village)
    village.decide(village.finding("S01", household), state, "入户看过")
    village.one(household=household)
    assert village.found(household) == {"S01": state}
    village.one(household=household, **POOR)
    assert village.found(household) == {"S01": state}, "the same answers again: the decision stands"


@pytest.mark.parametrize(
    ("state", "reason", "said"),
    [("dismissed", "  ", "写明理由"), ("lapsed", "不用管", "属实"), ("", "x", "属实")],
)
def test_a_decision_needs_a_state_and_a_reason(
    village: FilledVillage, state: str, reason: str, said: str
) -> None:
    household = poor(village)
    with pytest.raises(DecisionError, match=said):
        village.decide(village.finding("S01", household), state, reason)
    assert village.found(household) == {"S01": "open"}


def test_a_decision_is_logged_and_may_be_taken_again(village: FilledVillage) -> None:
    household = poor(village)
    village.decide(village.finding("S01", household), "dismissed", "看错了")
    village.decide(village.finding("S01", household), "confirmed", "又去看过")
    found = village.finding("S01", household)
    assert (found.state, found.reason) == ("confirmed", "又去看过")
    actions = AuditEntry.objects.filter(action__startswith="finding.").order_by("seq")
    assert list(actions.values_list("action", flat=True)) == ["finding.dismissed", "finding.confirmed"]
    assert verify() == [] and broken_parts() == []


# Village rules: rows, profile, problems; which fire once everybody is done
QUIET: dict[str, Any] = {"monitored_households": 0, "monitored_people": 0}
LEAD = {"civil_aid": [1]}  # S09, of a kind that counts as open


def test_village_rules_wait_while_somebody_is_due(village: FilledVillage) -> None:
    household = village.register("李四")
    village.fill(**QUIET)
    village.new(**LEAD)
    assert village.found() == {}
    village.one(household=household, head_name="李四", outcome=4, remark="在内蒙")
    assert village.found() == {}, "who was not reached stays due"
    village.one(household=household, head_name="李四", outcome=6, remark="已迁出")
    assert {"S23", "S24"} <= village.open()


@pytest.mark.parametrize(("days", "fires"), [(10, False), (11, True)])
def test_or_until_the_deadline_has_passed(village: FilledVillage, days: int, fires: bool) -> None:
    village.register("李四")
    village.fill(**QUIET)
    village.new(**LEAD)
    village.screen(OPENS + timedelta(days=days))
    assert ({"S23", "S24"} <= village.open()) is fires
    with clock.frozen(OPENS + timedelta(days=days)):
        village.new(head_name="王五")
    assert ({"S23", "S24"} <= village.open()) is fires


def test_dismissing_every_lead_ends_the_strong_one_but_not_the_cross_check(village: FilledVillage) -> None:
    first, second = village.new(**LEAD), village.new(head_name="李四", civil_aid=[2])
    village.fill(**QUIET)
    assert {"S23", "S24"} <= village.open()
    village.decide(village.finding("S09", first), "dismissed")
    assert {"S23", "S24"} <= village.open()
    village.decide(village.finding("S10", second), "confirmed")
    assert {"S23", "S24"} <= village.open(), "confirmed is not dismissed"
    village.decide(village.finding("S10", second), "dismissed", "已享受特困供养")
    assert village.open() == {"S23"}
    assert village.found()["S24"] == "lapsed"


def test_what_lapsed_is_no_open_lead_either(village: FilledVillage) -> None:
    household = village.new(**LEAD)
    village.fill(**QUIET)
    assert "S24" in village.open()
    village.one(household=household)
    assert "S24" not in village.open() and "S23" in village.open()


def test_a_village_without_roster_and_answers_has_no_leads(village: FilledVillage) -> None:
    village.screen(OPENS + timedelta(days=40))
    assert village.found() == {}


@pytest.mark.parametrize(("form", "answers"), [("general", {"enrol": 1}), ("lifted", {"enrol": 1})])
def test_a_decided_enrolment_not_begun_shows_from_the_deadline_on(
    village: FilledVillage, form: str, answers: dict[str, Any]
) -> None:
    household = village.new(form=form, **answers)
    assert "S15" not in village.found(household)
    village.screen(OPENS + timedelta(days=10))
    assert "S15" not in village.found(household), "the deadline itself is still in time"
    village.screen(OPENS + timedelta(days=11))
    assert "S15" in village.open(household)
    with clock.frozen(OPENS + timedelta(days=12)):
        village.one(DESK, form=form, household=household, base=1, remark="已报镇", **answers)
        later = village.new(form=form, head_name="李四", **answers)
    assert "S15" in village.open(household) and "S15" in village.open(later)


def snapshot() -> list[tuple[Any, ...]]:
    columns = (
        "village", "household", "rule", "form", "severity", "kind", "strength", "fingerprint", "state", "detail",
        "reason", "before",
    )  # fmt: skip
    return sorted(Finding.objects.values_list(*columns), key=str)


def filled(village: FilledVillage) -> None:
    """Leads of many kinds, soft and office findings, decided and lapsed ones."""
    village.send(
        [
            {
                "head_name": "张三",
                "civil_aid": [1],
                "income_band": 1,
                "insured_employee": 1,
                "insured_resident": 3,
            },
            {"head_name": "李四", "enrol": 2, "phone": "13900000001"},
            {"head_name": "王五", "population": 14, "insured_resident": 13, "surveyed_on": date(2022, 1, 5)},
            {"head_name": "赵六", "outcome": 7, "remark": "不开门"},
            {"head_name": "a b", "special": [5], "petition": 1},
        ]
    )
    village.send([{"head_name": "钱七", "policies": "低保", "income_band": 2}], form="lifted")
    village.send(
        [{"head_name": "孙八", "risk_cleared": 1, "income_band": 1, "aid_effect": 3}], form="monitored"
    )
    village.fill(monitored_households=3, monitored_people=9, grid_workers=0)
    for rule, state in (("S09", "dismissed"), ("S14", "confirmed"), ("V37", "confirmed")):
        village.decide(Finding.objects.filter(rule=rule)[0], state, "看过")


@pytest.mark.parametrize("on", [None, OPENS + timedelta(days=11)])
def test_screening_again_comes_to_what_saving_came_to(village: FilledVillage, on: date | None) -> None:
    if on is None:
        filled(village)
    else:
        with clock.frozen(on):
            filled(village)
    before, summary = snapshot(), village.summary
    assert {f[4] for f in before} == {"lead", "soft", "office"}
    village.screen(on)
    assert snapshot() == before
    after = village.summary
    for row in (after, summary):
        row.figures.pop("before", None)  # of yesterday, which the clock of this test moves
    assert (after.counts, after.leads, after.figures) == (summary.counts, summary.leads, summary.figures)


def test_screening_after_findings_were_lost_brings_the_same_back(village: FilledVillage) -> None:
    filled(village)
    before = {(f[1], f[2], f[7]) for f in snapshot() if f[8] != "lapsed"}
    Finding.objects.all().delete()
    village.screen()
    assert {(f[1], f[2], f[7]) for f in snapshot()} == before

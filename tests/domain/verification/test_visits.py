"""Visits: proposed with reasons, led by whom the notice asks for, form 5 home; a cross-checker sees one village."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.worlds.county import OPENS
from tests.worlds.town import Town, fill

from paicha.core.refusal import Refusal
from paicha.domain import clock
from paicha.domain.accounts.models import Notice
from paicha.domain.accounts.roles import Verb
from paicha.domain.accounts.zones import set_leaders
from paicha.domain.responses.models import Finding, VillageSummary
from paicha.domain.verification.attention import causes, cross_check, first_stage, propose_visit
from paicha.domain.verification.errors import VerificationError
from paicha.domain.verification.models import Visit
from paicha.domain.verification.visit_selection import to_look_at
from paicha.domain.verification.visits import Plan, Result, drop, finish, plan

DAY = OPENS + timedelta(days=12)
FORM5: dict[str, Any] = {
    "v_arranged": 1, "v_survey": 1, "v_measures": 1, "v_data": 1, "v_problems": 1, "v_petitions": 1,
    "area_leader": "片长", "verifiers": "甲、乙", "verified_on": OPENS,
}  # fmt: skip


def planned(town: Town, n: int = 0, leader: str = "second", kind: str = "cross_check", **more: Any) -> Visit:
    with town.work(town.villages[n]) as work:
        return plan(work, Plan(kind, more.pop("on", DAY), town.users[leader], address="/visit/{pk}/", **more))


# facts, leads and figures of a summary row → what is proposed
PROPOSALS: list[tuple[dict[str, Any], str, str]] = [
    ({}, "cross_check", "没有易返贫致贫户"),
    ({"facts": {"cross_check": "planned"}}, "", ""),
    ({"facts": {"cross_check": "done"}}, "", ""),
    ({"monitored": 1}, "", ""),
    ({"monitored": 1, "leads": {"S25": 1}}, "verification", "问题清单一条也没有，却有没处理的线索"),
    ({"monitored": 1, "leads": {"S23": 1}}, "cross_check", "没有易返贫致贫户"),
    (
        {"monitored": 1, "leads": {"S01": 3, "S06": 2}, "figures": {"open_leads": 5}},
        "verification",
        "有 5 条线索没处理",
    ),
    ({"monitored": 1, "leads": {"S01": 4}, "figures": {"open_leads": 5}}, "", ""),
    ({"monitored": 1, "figures": {"office": 1}}, "verification", "有 1 处镇级关注"),
    ({"monitored": 1, "figures": {"conflicts": 2}}, "verification", "有 2 户两边填得不一样"),
    ({"monitored": 1, "facts": {"alert": 3}}, "verification", "新增 3 户风险户"),
    ({"monitored": 1, "figures": {"office": 1}, "facts": {"visits_planned": 1}}, "", ""),
    ({"monitored": 1, "figures": {"office": 1}, "facts": {"visits_done": 1}}, "", ""),
]


@pytest.mark.parametrize(("row", "kind", "reason"), PROPOSALS)
def test_what_is_proposed(town: Town, row: dict[str, Any], kind: str, reason: str) -> None:
    counts = {"general": {"1": 20}, "monitored": {"1": row.get("monitored", 0)}}
    summary = VillageSummary(
        counts=counts, leads=row.get("leads", {}), facts=row.get("facts", {}), figures=row.get("figures", {})
    )
    found, reasons = propose_visit(town.county.pack, summary)
    assert found == kind
    assert reason in reasons if reason else reasons == []


def test_a_village_without_anybody_takes_no_part(town: Town) -> None:
    assert propose_visit(town.county.pack, town.summary(town.villages[2])) == ("", [])


def test_the_cross_checker_sees_just_that_village_until_its_last_day(town: Town) -> None:
    village = town.villages[0].area.code
    assert not town.scope("second").covers(Verb.READ_HOUSEHOLDS, village)
    visit = planned(town)
    assert visit.assignment is not None and visit.zone == town.zones[1]
    last = visit.assignment.until
    assert last == OPENS + timedelta(days=15)  # the town's deadline is later than the visit
    for day, sees in ((clock.today(), True), (last, True), (last + timedelta(days=1), False)):
        with clock.frozen(day):
            scope = town.scope("second")
            assert scope.covers(Verb.READ_HOUSEHOLDS, village) is sees, day
            assert not scope.covers(Verb.READ_HOUSEHOLDS, town.villages[1].area.code)
            assert not scope.covers(Verb.SUBMIT_ANSWERS, village)
    notice = Notice.objects.get(user=town.users["second"])
    assert notice.address == f"/visit/{visit.pk}/" and "带队去" in notice.words
    assert town.facts(town.villages[0])["cross_check"] == "planned"
    assert town.facts(town.villages[0])["visit_on"] == DAY.isoformat()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"leader": "first"}, "请选别的片的片长带队，可以选：second的姓名"),  # his own zone
        ({"leader": "whole"}, "请选别的片的片长带队"),  # leads no zone
        ({"leader": "cadre0"}, "请选别的片的片长带队"),
        ({"leader": "stranger", "kind": "verification"}, "请选带队的人"),
        ({"on": OPENS - timedelta(days=1)}, "今天或以后的日期"),
        ({"on": None}, "请写哪一天去"),
        ({"kind": "other"}, "请选实地核实或交叉核实"),
        ({"team": "名" * 201}, "最多 200 字"),
    ],
)
def test_who_leads_and_when(town: Town, changes: dict[str, Any], said: str) -> None:
    with pytest.raises(Refusal, match=said):
        planned(town, **changes)
    assert not Visit.objects.exists()


def test_a_town_with_one_zone_is_told_what_to_do(town: Town) -> None:
    set_leaders(town.scope("clerk"), town.area, {town.zones[1].pk: None})
    with pytest.raises(VerificationError, match="请先在“分片”里分好片"):
        planned(town)


def test_one_visit_of_a_kind_at_a_time(town: Town) -> None:
    planned(town)
    with pytest.raises(VerificationError, match="已经安排了一次"):
        planned(town)
    planned(town, kind="verification", leader="first")  # the town's own visit is another thing
    assert town.facts(town.villages[0])["visits_planned"] == 2


def test_what_is_to_be_looked_at_is_the_same_for_everybody(town: Town) -> None:
    visit = planned(town)
    rows = list(visit.households.order_by("pk").values_list("household__number", "reason"))
    households = town.households(town.villages[0])
    assert len(rows) == 6 and [reason for _, reason in rows[:4]] != ["抽到"] * 4
    assert [reason for _, reason in rows[4:]] == ["抽到"] * 2

    with town.work(town.villages[0], "city") as work:
        assert to_look_at(work, visit) == list(
            visit.households.order_by("pk").values_list("household_id", "reason")
        )
    assert len(set(households)) == 6


def test_its_result_is_form_5_and_what_differs_is_a_lead(town: Town) -> None:
    visit = planned(town)
    household, other = town.households(town.villages[0])[4:6]
    seen: dict[UUID, tuple[str, str]] = {
        household: ("differs", "房子漏雨"),
        other: ("agrees", ""),
    }
    no = FORM5 | {"v_survey": 2, "conclusion_problems": "两户没入户"}
    with town.work(town.villages[0], "second") as work:
        finish(work, visit, Result(no, seen))
    facts = town.facts(town.villages[0])
    assert (facts["cross_check"], facts["visits_planned"], facts["visits_done"]) == ("done", 0, 1)
    assert facts["no_answers_form5"] == 1 and facts["visit_on"] == ""
    lead = Finding.objects.get(household=household, rule="L07")
    assert (lead.state, lead.detail) == ("open", "房子漏雨")
    assert not Finding.objects.filter(household=other, rule="L07").exists()
    village = town.villages[0].area.code
    assert town.scope("second").covers(Verb.READ_HOUSEHOLDS, village)  # today he sees what he has written
    with clock.frozen(clock.today() + timedelta(days=1)):
        assert not town.scope("second").covers(Verb.READ_HOUSEHOLDS, village)
    assert cross_check(town.county.pack, town.summary(town.villages[0])) == "done"


@pytest.mark.parametrize(
    ("values", "seen", "said"),
    [
        ({}, None, "一项也没填"),
        (FORM5 | {"v_data": 2}, None, "存在问题"),
        (FORM5, ("differs", " "), "请写明哪里不符"),
        (FORM5, ("maybe", ""), "请在“与表相符”“与表不符”“没见到人”里选一项"),
    ],
)
def test_a_result_that_is_refused_changes_nothing(
    town: Town, values: dict[str, Any], seen: tuple[str, str] | None, said: str
) -> None:
    visit = planned(town)
    looked = {town.households(town.villages[0])[0]: seen} if seen else {}
    before = town.facts(town.villages[0])
    with pytest.raises(VerificationError, match=said), town.work(town.villages[0]) as work:
        finish(work, visit, Result(values, looked))
    assert town.facts(town.villages[0]) == before
    assert Visit.objects.get().state == "planned"


def test_a_dropped_cross_check_is_needed_again_and_lets_nobody_in(town: Town) -> None:
    visit = planned(town)
    with pytest.raises(VerificationError, match="写明为什么不去"), town.work(town.villages[0]) as work:
        drop(work, visit, " ")
    with town.work(town.villages[0]) as work:
        drop(work, visit, "大雪封路")
    assert town.facts(town.villages[0])["cross_check"] == "needed"
    assert not town.scope("second").covers(Verb.READ_HOUSEHOLDS, town.villages[0].area.code)
    with pytest.raises(VerificationError, match="已经取消"), town.work(town.villages[0]) as work:
        finish(work, visit, Result(FORM5))
    planned(town)


@pytest.mark.parametrize(
    ("day", "status", "keys"),
    [
        (OPENS, "open", {"zero_leads", "zero", "leads", "soft", "profile"}),
        (OPENS + timedelta(days=10), "open", {"zero_leads", "zero", "leads", "soft", "profile"}),
        (OPENS + timedelta(days=11), "open", {"overdue", "zero_leads", "zero", "leads", "soft", "profile"}),
        (
            OPENS + timedelta(days=11),
            "handed_up",
            {"audit", "zero_leads", "zero", "leads", "soft", "profile"},
        ),
        (
            OPENS + timedelta(days=11),
            "returned",
            {"returned", "zero_leads", "zero", "leads", "soft", "profile"},
        ),
    ],
)
def test_why_a_village_needs_attention(town: Town, day: date, status: str, keys: set[str]) -> None:
    fill(town.villages[0], [{"head_name": "新户", "income_band": 1}])
    VillageSummary.objects.filter(village=town.villages[0].area).update(
        status=status, handed_up_at=clock.now() if status == "handed_up" else None
    )
    with clock.frozen(day):
        summary = town.summary(town.villages[0])
        stage = first_stage(town.county.round, town.county.pack, summary.code)
        found = causes(town.county.pack, summary, stage)
    assert {cause.key for cause in found} == keys
    assert causes(town.county.pack, town.summary(town.villages[2]), stage) == []


@pytest.mark.parametrize(
    ("visits", "status", "day", "idle"),
    [
        ([0], "open", 1, 0),
        ([0], "open", 2, 2),
        ([0, 2], "open", 3, 0),
        ([0, 2], "open", 6, 4),
        ([], "open", 1, 0),
        ([], "open", 3, 3),
        ([-5], "open", 3, 3),  # before the opening: counted from the opening
        ([0], "handed_up", 5, 0),
    ],
)
def test_a_village_without_a_visit_for_two_days_is_idle(
    town: Town, visits: list[int], status: str, day: int, idle: int
) -> None:
    village = town.villages[0]
    rows = [{"head_name": f"新户{n}", "surveyed_on": OPENS + timedelta(days=n)} for n in visits]
    absent = {"head_name": "在外户", "outcome": min(town.county.pack.due_by), "remark": "在外地"}
    with clock.frozen(OPENS + timedelta(days=day)):
        fill(village, [*rows, absent])
        VillageSummary.objects.filter(village=village.area).update(status=status)
        stage = first_stage(town.county.round, town.county.pack, village.area.code)
        found = causes(town.county.pack, town.summary(village), stage)
    assert [cause.n for cause in found if cause.key == "idle"] == ([idle] if idle else [])

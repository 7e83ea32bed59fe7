"""Meetings: what may stand on an agenda, how votes add up, and that the record takes every case or none."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.domain.cases.days import CLERK, Days
from tests.worlds.village import FilledVillage

from paicha.domain import clock
from paicha.domain.audit.queries import verify
from paicha.domain.cases.meetings import cancel_meeting, change_agenda, plan_meeting
from paicha.domain.cases.models import Case, Meeting, MeetingItem
from paicha.domain.cases.services import CaseError, ItemError, Vote, open_cases
from paicha.domain.responses.models import Finding

FOR = Vote(8, 1, 0, "passed")
POOR: dict[str, Any] = {"income_band": 1, "civil_aid": [1]}  # S01, S09, S13


def test_a_meeting_decides_cases_and_their_leads_at_once(days: Days) -> None:
    poor, other = (
        days.household(**POOR),
        days.household(head_name="李四", major_expense=1, major_expense_reason="病"),
    )
    assert days.village.open(poor) == {"S01", "S09", "S13"}
    cases = {days.open(poor): FOR, days.open(other): Vote(2, 7, 0, "ended", "已有医疗救助")}
    meeting = days.plan(*cases)
    assert days.facts["meetings_planned"] == 1
    evidence = MeetingItem.objects.get(meeting=meeting, number=1).evidence
    assert [rule for rule, _ in evidence] == ["S13", "S01", "S09"]  # the strong one first
    assert evidence[2][1] == "吃低保，却填了不需要纳入"
    days.day = 2
    days.hold(meeting, cases)
    assert days.village.found(poor) == {"S01": "confirmed", "S09": "confirmed", "S13": "confirmed"}
    assert days.village.finding("S01", poor).reason == "3月12日综合研判，纳入"
    assert days.village.found(other) == {"S07": "dismissed"}
    assert days.village.finding("S07", other).reason == "3月12日综合研判，不纳入：已有医疗救助"
    assert days.told(poor) == {"deliberated": True, "enrolment_started": True}
    assert days.told(other) == {"deliberated": True}
    assert days.facts["cases"] == {"enrolment.comparison": 1}
    assert (days.facts["meetings_planned"], days.facts["meeting_on"]) == (0, "2022-03-12")
    assert not {"S01", "S07", "S09", "S13"} & set(days.village.summary.leads)
    assert verify() == []


def test_the_rules_hear_of_a_deliberation(days: Days) -> None:
    unsure, needed = days.household(enrol=2), days.household(head_name="李四", enrol=1)
    assert days.village.open(unsure) == {"S14"}
    days.meet(days.open(unsure), "ended")
    assert days.village.found(unsure) == {"S14": "dismissed"}
    days.meet(days.open(needed))
    days.day = 15

    with clock.frozen(days.today):
        days.village.screen()
    assert "S15" not in days.village.open(needed)  # 判定纳入未推进: it was


@pytest.mark.parametrize(
    ("vote", "present", "said"),
    [
        (Vote(), 9, "张三户：请选会上的结果"),
        (Vote(decision="passed"), 9, "张三户：请填同意、不同意和弃权的票数"),
        (Vote(6, 1, 0, "passed"), 8, "同意 6、不同意 1、弃权 0，加起来 7，和到会 8 人不一致"),
        (Vote(9, 1, 0, "passed"), 9, "加起来 10，和到会 9 人不一致"),
        (Vote(1, 8, 0, "ended"), 9, "张三户：请写明理由"),
        (Vote(1, 8, 0, "back"), 9, "张三户：请写明理由"),
        (Vote(9, 0, 0, "passed", "长" * 301), 9, "理由有 301 个字"),
    ],
)
def test_votes_add_up_to_those_present(days: Days, vote: Vote, present: int, said: str) -> None:
    case = days.open(days.household())
    meeting = days.plan(case)
    with pytest.raises(ItemError, match=said) as refused:
        days.hold(meeting, vote, present)
    assert refused.value.item == meeting.items.get().pk
    meeting.refresh_from_db()
    case.refresh_from_db()
    assert (meeting.state, case.step) == ("planned", "deliberation")


@pytest.mark.parametrize(("votes", "passes"), [((5, 4, 0), True), ((4, 4, 1), False), ((4, 0, 5), False)])
def test_a_democratic_review_needs_more_than_half(
    days: Days, votes: tuple[int, int, int], passes: bool
) -> None:
    case = days.onward(days.open(days.household()), "review")
    meeting = days.plan(case, kind="review")
    if not passes:
        with pytest.raises(ItemError, match="没有过半"):
            days.hold(meeting, Vote(*votes, "passed"))
        return
    days.hold(meeting, Vote(*votes, "passed"))
    case.refresh_from_db()
    assert case.step == "notice"


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"present": 0}, "请填写到会人数"),
        ({"chair": ""}, "请填写主持人"),
        ({"attended": " "}, "请填写参加人员"),
        ({"attended": "甲、乙，丙\n丁", "present": 3}, "参加人员写了 4 人，到会人数是 3"),
        ({"minutes": ""}, "请填写会议记录"),
        ({"on": None}, "还没到，开过会再登记"),
    ],
)
def test_what_a_record_needs(days: Days, how: dict[str, Any], said: str) -> None:
    if "on" in how:
        how = {"on": days.today + timedelta(days=1)}
    meeting = days.plan(days.open(days.household()))
    with pytest.raises(CaseError, match=said):
        days.hold(meeting, FOR, **how)


def test_one_bad_item_leaves_all_as_they_were(days: Days) -> None:
    poor = days.household(**POOR)
    cases = {days.open(poor): FOR, days.open(days.household(head_name="李四")): Vote(1, 1, 1, "passed")}
    with pytest.raises(ItemError, match="李四户"):
        days.hold(days.plan(*cases), cases)
    assert days.facts["cases"] == {"enrolment.deliberation": 2}
    assert days.village.open(poor) == {"S01", "S09", "S13"}


def test_a_record_is_taken_back_whole_and_corrected(days: Days) -> None:
    poor = days.household(**POOR)
    case = days.open(poor)
    meeting = days.hold(days.plan(case), FOR)
    with pytest.raises(CaseError, match="不是您登记的"):
        days.unmeet(meeting, CLERK)
    meeting = days.unmeet(meeting)
    assert (meeting.state, days.facts["cases"]) == ("planned", {"enrolment.deliberation": 1})
    assert days.village.open(poor) == {"S01", "S09", "S13"}
    assert days.village.finding("S01", poor).before["reason"] == "3月10日综合研判，纳入"  # type: ignore[index]
    assert days.told(poor) == {}
    item = meeting.items.get()
    assert (item.votes_for, item.decision) == (8, "passed")  # what was typed is there to be corrected
    days.hold(meeting, Vote(0, 9, 0, "ended", "收入够"))
    assert days.village.finding("S01", poor).state == "dismissed"
    case.refresh_from_db()
    assert case.state == "ended"


def test_a_record_that_was_built_on_stays(days: Days) -> None:
    case = days.open(days.household(head_name="高兰花"))
    meeting = days.meet(case)
    days.take(case, actor=CLERK)
    with pytest.raises(CaseError, match="高兰花户已经往下办了"):
        days.unmeet(meeting)


def test_what_is_put_off_waits_for_another_meeting(days: Days) -> None:
    case = days.open(days.household())
    days.hold(days.plan(case), Vote(decision="later"))
    case.refresh_from_db()
    assert case.step == "deliberation"
    days.hold(days.plan(case), Vote(8, 1, 0, "back", "收入要再核"))
    case.refresh_from_db()
    assert (case.step, days.told(case.household_id)) == ("visit", {})


@pytest.mark.parametrize(
    ("kind", "step", "taken"),
    [
        ("deliberation", "deliberation", True),
        ("fortnightly", "deliberation", True),
        ("review", "deliberation", False),
        ("review", "review", True),
        ("fortnightly", "review", False),
        ("deliberation", "comparison", False),
    ],
)
def test_which_meeting_takes_which_step(days: Days, kind: str, step: str, taken: bool) -> None:
    case = days.onward(days.open(days.household()), step)
    if taken:
        assert days.plan(case, kind=kind).items.get().case == case
    else:
        with pytest.raises(CaseError, match="张三户现在是"):
            days.plan(case, kind=kind)


def test_an_agenda_is_changed_until_it_is_held(days: Days) -> None:
    one, two = days.open(days.household()), days.open(days.household(head_name="李四"))
    meeting = days.plan(one)
    with pytest.raises(CaseError, match="张三户已列入3月10日的会议"):
        days.plan(two, one)
    with days.work() as work:
        change_agenda(work, meeting, add=[two.pk], drop=[meeting.items.get().pk])
    assert [(i.number, i.case) for i in meeting.items.all()] == [(1, two)]
    other = days.plan(one)
    with days.work() as work:
        cancel_meeting(work, other)
    assert days.facts["meetings_planned"] == 1
    assert days.plan(one).state == "planned"
    days.hold(meeting, FOR)
    with days.work() as work, pytest.raises(CaseError, match="这次会议已召开，请刷新页面"):
        change_agenda(work, meeting, add=[one.pk])


def test_a_half_monthly_meeting_needs_no_household(days: Days) -> None:
    meeting = days.plan(kind="fortnightly", topics=["上半月周排查情况", " "])
    assert [item.topic for item in meeting.items.all()] == ["上半月周排查情况"]
    days.hold(meeting, FOR)
    assert days.facts["meeting_on"] == "2022-03-10"
    with pytest.raises(CaseError, match="请至少勾选一户"):
        days.plan(kind="deliberation")
    with days.work() as work, pytest.raises(CaseError, match="最多排到 60 天以后"):
        plan_meeting(work, "fortnightly", days.today + timedelta(days=61))
    assert Meeting.objects.count() == 1


def test_a_household_of_another_village_stands_on_no_agenda(days: Days) -> None:
    there = Days(FilledVillage(days.village.county, days.village.county.villages[1]))
    case = there.open(there.household())
    with pytest.raises(CaseError, match="不是本村的"):
        days.plan(case)
    with days.work() as work, pytest.raises(CaseError, match="不在本村的名册里"):
        open_cases(work, "enrolment", [case.household_id], origin="")
    assert Case.objects.count() == 1
    assert Finding.objects.filter(state="confirmed").count() == 0

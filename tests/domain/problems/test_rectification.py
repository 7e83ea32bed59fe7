"""Rectification: measure, done with evidence, re-checked by the level above, closed, sent back, withdrawn."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from tests.worlds.county import OPENS, County

from paicha.core.pack import load
from paicha.core.refusal import Refusal
from paicha.domain import clock
from paicha.domain.accounts.models import Assignment, Notice, User
from paicha.domain.accounts.policies import Grant, Scope
from paicha.domain.accounts.roles import ROLES, Kind, Verb
from paicha.domain.audit.queries import verify
from paicha.domain.problems.levels import level_of, may_check
from paicha.domain.problems.models import Problem, ProblemStep
from paicha.domain.problems.queries import problems_in_force, problems_listed
from paicha.domain.problems.rectification import (
    close,
    escalate,
    mark_done,
    may_take_step_back,
    remind,
    send_back,
    take_step_back,
)
from paicha.domain.problems.services import (
    ProblemError,
    ProblemListLocked,
    add_problem,
    replace_list,
    restore,
    set_rectification,
    withdraw,
)
from paicha.domain.responses.models import Finding, VillageSummary
from paicha.domain.responses.services import VillageWork, raise_lead, village_work
from paicha.domain.responses.village_facts import overdue
from paicha.packs import DEFAULT, read_pack

Act = Callable[[VillageWork, Problem], object]


def act(county: County, do: Act, actor: str = "7", *, through_lock: bool = False) -> Problem:
    with village_work(
        county.round, county.pack, county.villages[0], actor, through_lock=through_lock
    ) as work:
        do(work, Problem.objects.order_by("-pk").first())  # type: ignore[arg-type]
    return Problem.objects.order_by("-pk")[0]


def add(county: County, found_by: str = "village", **more: Any) -> Problem:
    with village_work(county.round, county.pack, county.villages[0], "7") as work:
        return add_problem(work, 1, "房顶漏雨", "desk:7", found_by=found_by, **more)


def measured(work: VillageWork, p: Problem) -> object:
    return set_rectification(work, p, measure="换瓦", due_on=OPENS + timedelta(days=5), owner="王五")


def facts(county: County) -> dict[str, Any]:
    found: dict[str, Any] = VillageSummary.objects.get(code=county.villages[0].code).facts
    return found


def hand_up(county: County, **more: Any) -> None:
    VillageSummary.objects.filter(code=county.villages[0].code).update(status="handed_up", **more)


def test_from_measure_to_closed(county: County) -> None:
    add(county)
    wanted = ("problem_rows", "problems_open", "problems_lacking", "problems_recheck", "problems_closed")

    def told() -> tuple[Any, ...]:
        return tuple(facts(county)[name] for name in wanted)

    assert told() == (1, 1, 1, 0, 0)
    act(county, measured)
    assert told() == (1, 1, 0, 0, 0)
    assert facts(county)["problems_due"] == "2022-03-15"
    act(county, lambda w, p: mark_done(w, p, "已换瓦，拍了照片"))
    assert told() == (1, 0, 0, 1, 0)
    assert facts(county)["problems_due"] is None
    act(county, lambda w, p: close(w, p, "现场看过"), actor="9")
    assert told() == (1, 0, 0, 0, 1)
    kinds = list(ProblemStep.objects.order_by("pk").values_list("kind", "by"))
    assert kinds == [("measure", "7"), ("done", "7"), ("closed", "9")]
    assert verify() == []


def test_sent_back_says_why_and_comes_again(county: County) -> None:
    add(county)
    for do in (measured, lambda w, p: mark_done(w, p, "修了")):
        act(county, do)
    sent = act(county, lambda w, p: send_back(w, p, "照片看不清"), actor="9")
    assert (sent.status, sent.check_reason) == ("open", "照片看不清")
    again = act(county, lambda w, p: mark_done(w, p, "补了照片"))
    assert (again.status, again.check_reason) == ("done", "")


@pytest.mark.parametrize(
    ("before", "do", "says"),
    [
        ([], lambda w, p: mark_done(w, p, "修了"), "还缺整改措施、整改时限、整改责任人"),
        ([measured], lambda w, p: mark_done(w, p, "  "), "请写明怎么整改好的"),
        ([measured], lambda w, p: mark_done(w, p, "长" * 1001), "1001 个字"),
        ([measured], close, "没有报整改完成"),
        ([measured], take_step_back, "没有可以撤销的步骤"),
        ([measured, lambda w, p: mark_done(w, p, "修了")], lambda w, p: send_back(w, p, ""), "为什么退回"),
        ([measured, lambda w, p: mark_done(w, p, "修了")], lambda w, p: mark_done(w, p, "修了"), "不用再报"),
        ([], lambda w, p: withdraw(w, p, ""), "为什么撤回"),
        ([], restore, "没有撤回"),
    ],
)
def test_a_step_that_is_not_due_is_refused(county: County, before: list[Act], do: Act, says: str) -> None:
    add(county)
    for earlier in before:
        act(county, earlier)
    stood = Problem.objects.get().status
    with pytest.raises(Refusal, match=says):
        act(county, do)
    assert Problem.objects.get().status == stood


def test_what_is_closed_stays(county: County) -> None:
    add(county)
    for do in (measured, lambda w, p: mark_done(w, p, "修了"), close):
        act(county, do)
    for do in (measured, lambda w, p: withdraw(w, p, "写错")):
        with pytest.raises(ProblemError, match="已经销号"):
            act(county, lambda w, p, do=do: (setattr(p, "measure", "x"), do(w, p)))  # type: ignore[misc]


def test_a_step_is_undone_by_who_took_it(county: County) -> None:
    add(county)
    act(county, measured)
    act(county, lambda w, p: mark_done(w, p, "修了"))
    steps = list(ProblemStep.objects.order_by("-pk"))
    assert (may_take_step_back(steps, "7"), may_take_step_back(steps, "8")) == ("整改完成", "")
    with pytest.raises(ProblemError, match="只有办这一步的人"):
        act(county, take_step_back, actor="8")
    assert act(county, take_step_back).status == "open"
    with pytest.raises(ProblemError, match="没有可以撤销"):
        act(county, take_step_back)


def test_withdrawn_and_restored_as_it_was(county: County) -> None:
    add(county)
    act(county, measured)
    act(county, lambda w, p: mark_done(w, p, "修了"))
    act(county, lambda w, p: withdraw(w, p, "和另一条重复"))
    assert problems_in_force(county.round, county.villages[0].pk) == []
    assert facts(county)["problem_rows"] == 0
    with pytest.raises(ProblemError, match="只有撤回的人"):
        act(county, restore, actor="8")
    back = act(county, restore)
    assert (back.status, back.measure) == ("done", "换瓦")
    assert facts(county)["problem_rows"] == 1


def test_a_list_that_leaves_a_finished_one_out_brings_it_back_finished(county: County) -> None:
    with village_work(county.round, county.pack, county.villages[0], "7") as work:
        replace_list(work, [(1, "房顶漏雨")], "excel:7")
    for do in (measured, lambda w, p: mark_done(w, p, "修了"), close):
        act(county, do)
    for entries in ([], [(1, "房顶漏雨")]):
        with village_work(county.round, county.pack, county.villages[0], "7") as work:
            replace_list(work, entries, "excel:7")
    assert Problem.objects.get().status == "closed"


def test_only_the_villages_own_are_counted_in_form_4(county: County) -> None:
    village = county.villages[0]
    add(county)
    add(county, "town")
    add(county, "city")
    assert [p.found_by for p in problems_in_force(county.round, village.pk)] == ["village"]
    assert len(problems_listed(county.round, [village.pk])) == 3
    assert (facts(county)["problem_rows"], facts(county)["problems_listed"]) == (1, 3)
    with village_work(
        county.round, county.pack, village, "7"
    ) as work:  # a village's list knows its own alone
        assert replace_list(work, [], "desk:7").withdrawn == 1
    assert len(problems_listed(county.round, [village.pk])) == 2


def test_a_village_that_handed_up_changes_nothing_in_its_list(county: County) -> None:
    add(county)
    hand_up(county)
    changes: list[Callable[[VillageWork], object]] = [
        lambda w: add_problem(w, 1, "又一条", "desk:7"),
        lambda w: replace_list(w, [], "desk:7"),
        lambda w: replace_list(w, [(2, "另一条")], "excel:9"),
        lambda w: withdraw(w, Problem.objects.get(), "写错"),
    ]
    for do in changes:
        with (
            pytest.raises(ProblemListLocked, match="本村已经上报，问题清单不能再改"),
            village_work(county.round, county.pack, county.villages[0], "7") as work,
        ):
            do(work)
    assert Problem.objects.count() == 1
    with village_work(county.round, county.pack, county.villages[0], "7") as work:
        assert replace_list(work, [(1, "房顶漏雨")], "desk:7").status == "unchanged"


def test_rectification_goes_on_and_the_levels_above_add_after_hand_up(county: County) -> None:
    add(county)
    hand_up(county)
    act(county, measured)
    assert act(county, lambda w, p: mark_done(w, p, "修了")).status == "done"
    assert add(county, "town").late
    assert facts(county)["problem_rows"] == 1


@pytest.mark.parametrize("how", ["returned", "form", "supplement"])
def test_what_came_back_is_open_again(county: County, how: str) -> None:
    add(county)
    hand_up(county, reopened_forms=["problem_list"] if how == "form" else [])
    if how == "returned":
        VillageSummary.objects.filter(code=county.villages[0].code).update(status="returned")
    with village_work(
        county.round, county.pack, county.villages[0], "7", through_lock=how == "supplement"
    ) as work:
        made = add_problem(work, 1, "补一条", "desk:7")
    assert made.late is (how != "returned")
    assert facts(county)["problem_rows"] == 2


def test_a_lead_is_listed_once(county: County) -> None:
    village = county.villages[0]
    receipt = county.submit(village, "general", [{"head_name": "张三"}])[0]
    assert receipt.household is not None
    with village_work(county.round, county.pack, village, "7") as work:
        lead = raise_lead(work, receipt.household, "surveyor", "家里有大病病人")
    first = add(county, finding=lead)
    with pytest.raises(ProblemError, match="已经列入问题清单"):
        add(county, finding=lead)
    act(county, lambda w, p: withdraw(w, first, "写错"))
    assert add(county, finding=lead).finding == Finding.objects.get(pk=lead.pk)


def test_overdue_is_counted_by_the_calendar_and_told_to_village_and_town(county: County) -> None:
    village = county.villages[0]
    for name, role, kind, ref in (
        ("cadre", "village_cadre", "village", village.code), ("town", "town_clerk", "area", village.code[:9]),
        ("city", "city_officer", "area", village.code[:6]), ("grid", "grid_worker", "village", village.code),
    ):  # fmt: skip
        user = User.objects.create_user(name)
        Assignment.objects.create(user=user, role=role, kind=kind, ref=ref, since=OPENS)
    add(county)
    act(county, measured)
    counted = [overdue(facts(county)["problems_due_on"], OPENS + timedelta(days=n)) for n in (4, 5, 6)]
    assert counted == [0, 0, 1]
    with (
        clock.frozen(date(2022, 3, 20)),
        village_work(county.round, county.pack, village, "9") as work,
    ):
        assert (remind(work, 1), remind(work, 1)) == (2, 0)  # not again while it is unread
    assert set(Notice.objects.values_list("user__username", flat=True)) == {"cadre", "town"}


def test_what_is_overdue_is_told_once_a_day_by_itself(county: County) -> None:
    cadre = User.objects.create_user("cadre")
    village = county.villages[0].code
    Assignment.objects.create(user=cadre, role="village_cadre", kind="village", ref=village, since=OPENS)
    add(county)
    act(county, measured)
    told = []
    for day in (15, 16, 16, 17):
        with clock.frozen(date(2022, 3, day)):
            told.append((escalate(county.round, county.pack), Notice.objects.count()))
        Notice.objects.filter(at__day=16).update(read_at=clock.now())
    assert told == [(0, 0), (1, 1), (0, 1), (1, 2)]
    assert verify() == []


def scope_with(role: str, ref: str) -> Scope:
    kind = Kind.VILLAGE if len(ref) == 12 else Kind.AREA
    return Scope("1", (Grant(kind, ref, ROLES[role].verbs),))


VILLAGE = "610881101201"
PACK = load(read_pack(DEFAULT))


@pytest.mark.parametrize(
    ("role", "ref", "writes_as", "checks"),
    [
        ("village_cadre", VILLAGE, "village", set()),
        ("grid_worker", VILLAGE, "village", set()),
        ("town_clerk", VILLAGE[:9], "town", {"village"}),
        ("town_clerk", "610881102", "village", set()),  # another town's
        ("city_officer", "610881", "city", {"village", "town", "city"}),
        ("liaison_cadre", VILLAGE, "village", set()),
    ],
)
def test_the_level_above_checks(role: str, ref: str, writes_as: str, checks: set[str]) -> None:
    who = scope_with(role, ref)
    assert level_of(who, VILLAGE) == writes_as
    assert {level for level in ("village", "town", "city") if may_check(PACK, who, VILLAGE, level)} == checks
    assert not checks or who.covers(Verb.RETURN, VILLAGE)

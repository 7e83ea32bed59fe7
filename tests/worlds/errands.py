"""A visit with its leader and a drawn household with its checker over the small world, and what they send of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.worlds.round import TODAY, TOWN, VILLAGE, World
from tests.worlds.sampled import drawn, of, said

from paicha.domain import clock
from paicha.domain.accounts.models import Assignment, User
from paicha.domain.households.services import new_id
from paicha.domain.responses.services import village_work
from paicha.domain.verification.models import SampleHousehold, Visit, VisitHousehold
from paicha.domain.verification.visits import Plan, plan

FORM5: dict[str, Any] = {
    "v_arranged": 1, "v_survey": 1, "v_measures": 1, "v_data": 1, "v_problems": 1, "v_petitions": 1,
    "area_leader": "leader的姓名", "verifiers": "甲、乙", "verified_on": TODAY.isoformat(),
}  # fmt: skip


def leader(world: World, name: str = "leader") -> User:
    """Somebody who may lead visits in the town."""
    user = User.objects.create_user(name, password="a-long-password-1", name=f"{name}的姓名")
    Assignment.objects.create(
        user=user, role="area_leader", kind="area", ref=TOWN[:9], since=world.round.opens_on
    )
    world.users[name] = user
    return user


def planned(world: World, who: User, village: str = VILLAGE, kind: str = "verification") -> Visit:
    """A visit to the village today."""
    with village_work(world.round, world.pack, world.areas[village], "operator:tester") as work:
        return plan(work, Plan(kind, clock.today(), who, "乙", ["镇里安排"], address="/visit/{pk}/"))


def visit_item(visit: Visit, looks: list[dict[str, Any]] | None = None, **more: Any) -> dict[str, Any]:
    """What a visit brings home; without `form`, form 5 with every point answered 是."""
    return {
        "item": str(new_id()), "kind": "visit", "visit": visit.pk, "looks": looks or [], "form": FORM5, "was": {},
        "completed": True, "answered_at": "2022-03-15T09:00:00+08:00", **more,
    }  # fmt: skip


def look(row: VisitHousehold, found: str, note: str = "", was: tuple[str, str] = ("", "")) -> dict[str, Any]:
    """What was seen at a household of a visit."""
    return {"row": row.pk, "found": found, "note": note, "was": list(was)}


def shared_out(world: World, head: str = "王建国", name: str = "visitor") -> SampleHousehold:
    """A household of a sample of every household, given to a checker of their own."""
    sample = drawn(world)
    user = User.objects.create_user(name, password="a-long-password-1", name=f"{name}的姓名")
    today = clock.today()
    Assignment.objects.create(
        user=user, role="spot_checker", kind="sample", ref=str(sample.pk), since=today, until=today + timedelta(days=10)
    )  # fmt: skip
    world.users[name] = user
    sampled = of(sample, head)
    sampled.checker = user
    sampled.save(update_fields=["checker"])
    return sampled


def interview_item(world: World, sampled: SampleHousehold, **differs: Any) -> dict[str, Any]:
    """What a household of the general form says; `note` and `outcome` may differ, too."""
    parts = {"note", "item"}
    answers = said(world, **{k: v for k, v in differs.items() if k not in parts})
    outcome = answers.pop("outcome")
    return {
        "item": str(new_id()), "kind": "interview", "sampled": sampled.pk, "outcome": outcome, "note": "",
        "answers": answers if outcome in (1, 2, 3) else {}, "answered_at": "2022-03-15T09:00:00+08:00",
    } | {k: v for k, v in differs.items() if k in parts}  # fmt: skip

"""What phones sent of visits and re-interviews and did not go in, on the pages of the town and of the city."""

from __future__ import annotations

from typing import Any

import pytest
from tests.worlds.errands import interview_item, leader, look, planned, shared_out, visit_item
from tests.worlds.phone import Phone
from tests.worlds.round import VILLAGE, World

from paicha.domain.responses.services import village_work
from paicha.domain.sync.devices import revoke
from paicha.domain.sync.models import SyncItem
from paicha.domain.verification.models import Interview, Visit
from paicha.domain.verification.visits import Result
from paicha.domain.verification.visits import look as look_at_desk

pytestmark = pytest.mark.django_db
NOTE = "住的不是这个房子"


def lost(phone: Phone, item: dict[str, Any]) -> None:
    """A phone is switched off, and sends what was finished on it."""
    revoke(phone.sender().device, "丢了", "operator:tester")  # type: ignore[arg-type]  # a phone has a device
    phone.kind = "upload"
    assert phone.send(phone.sealed(item))[0].status.value == "held"


def act(world: World, who: str, address: str, name: str, **more: str) -> int:
    item = more.pop("item", "") or str(SyncItem.objects.get().pk)
    return world.client(who).post(f"{address}leftover/", {"act": name, "item": item}).status_code


def test_a_held_visit_is_taken_in_by_the_town_once(world: World) -> None:
    visit = planned(world, leader(world))
    lost(Phone(world.users["leader"]), visit_item(visit))
    page = f"/visit/{visit.pk}/"
    shown = world.client("town").get(page).content.decode()
    assert "手机送来、没进去的" in shown and "这部手机已停用" in shown and "leader的姓名" in shown
    assert "没进去的" not in world.client("leader").get(page).content.decode()
    assert act(world, "leader", page, "take") == 403
    assert act(world, "town", page, "take", item="x") == 404
    assert act(world, "town", page, "take") == 302
    visit.refresh_from_db()
    assert (visit.state, visit.done_by) == (Visit.State.DONE, str(world.users["leader"].pk))
    kept = SyncItem.objects.get()
    assert (kept.raw, kept.settled_by) == (None, str(world.users["town"].pk))
    assert act(world, "town", page, "take") == 404
    assert "没进去的" not in world.client("town").get(page).content.decode()


def test_what_both_wrote_is_shown_until_somebody_has_looked(world: World) -> None:
    visit = planned(world, leader(world))
    row = visit.households.order_by("pk")[0]
    with village_work(world.round, world.pack, world.areas[VILLAGE], str(world.users["town"].pk)) as work:
        look_at_desk(work, visit, Result({}, {row.household_id: ("agrees", "")}))
    Phone(world.users["leader"]).send(
        visit_item(visit, [look(row, "differs", NOTE)], form={}, completed=False)
    )
    page = f"/visit/{visit.pk}/"
    shown = world.client("town").get(page).content.decode()
    assert NOTE in shown and "town的姓名" in shown
    assert 'value="take"' not in shown
    assert act(world, "town", page, "settle") == 302
    assert SyncItem.objects.get().raw is None


def test_a_held_re_interview_is_taken_in_by_the_city_and_shown_to_no_village(world: World) -> None:
    sampled = shared_out(world)
    checker = world.users["visitor"]
    lost(Phone(checker), interview_item(world, sampled, income_band=1))
    page = f"/sample/{sampled.sample_id}/"
    shown = world.client("city").get(page).content.decode()
    assert "手机送来、没进去的" in shown and "王建国户，visitor的姓名" in shown
    for who in ("cadre", "town"):
        assert act(world, who, page, "take") == 404
        assert "visitor" not in world.client(who).get(f"/area/{VILLAGE}/phones/").content.decode()
    assert act(world, "city", page, "take") == 302
    assert Interview.objects.get(sampled=sampled).by == str(checker.pk)
    assert act(world, "city", page, "take") == 404

"""The world with a town's zones and leaders, and the few acts that its tests begin with."""

from __future__ import annotations

from typing import Any

from django.test import Client
from tests.worlds.round import NEIGHBOUR, TODAY, TOWN, VILLAGE, World

from paicha.domain import clock
from paicha.domain.accounts.models import Assignment, User
from paicha.domain.areas.models import Area
from paicha.domain.areas.zones import arrange, make_zone
from paicha.domain.responses.models import VillageSummary

FORM5 = {
    "v_arranged": "1", "v_survey": "1", "v_measures": "1", "v_data": "1", "v_problems": "1", "v_petitions": "1",
    "area_leader": "片长", "verifiers": "甲、乙", "verified_on": TODAY.isoformat(),
}  # fmt: skip


def settle(world: World) -> World:
    """The world with two zones, VILLAGE in the first, and their leaders `near` and `far`."""
    area = Area.objects.get(code=TOWN)
    zones = [make_zone(area, name, "tester") for name in ("一片", "二片")]
    arrange(area, {world.areas[VILLAGE].pk: zones[0].pk, world.areas[NEIGHBOUR].pk: zones[1].pk}, "tester")
    for name, zone in zip(("near", "far"), zones, strict=True):
        world.users[name] = User.objects.create_user(name, password="a-long-password-1", name=f"{name}的姓名")
        Assignment.objects.create(
            user=world.users[name], role="area_leader", kind="zone", ref=str(zone.pk), since=TODAY
        )
    return world


def hand_up(code: str = VILLAGE) -> None:
    VillageSummary.objects.filter(code=code).update(status="handed_up", handed_up_at=clock.now())


def none_monitored(code: str = VILLAGE) -> None:
    """The village's counts without its one monitored household."""
    row = VillageSummary.objects.get(code=code)
    row.counts.pop("monitored")
    row.save()


def summary(code: str = VILLAGE) -> VillageSummary:
    return VillageSummary.objects.get(code=code)


def post(client: Client, address: str, status: int = 302, /, **data: Any) -> str:
    response = client.post(address, data)
    assert response.status_code == status, response.content.decode()[:2000]
    return response.content.decode()

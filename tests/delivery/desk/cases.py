"""Cases at the desk in few words: put forward, planned, recorded, one step taken."""

from __future__ import annotations

from datetime import date
from html import unescape
from typing import Any

from django.test import Client
from tests.worlds.round import VILLAGE, World

from paicha.domain import clock
from paicha.domain.cases.models import Case, Meeting, MeetingItem


def opened(world: World, *heads: str, who: str = "cadre", code: str = VILLAGE) -> list[Case]:
    """Households put forward by their leads."""
    ids = [str(world.household(head, code).pk) for head in heads]
    response = world.client(who).post(f"/area/{code}/cases/open/", {"household": ids})
    assert response.status_code == 302
    return [Case.objects.get(household=world.household(head, code)) for head in heads]


def planned(world: World, *cases: Case, kind: str = "deliberation", on: date | None = None) -> Meeting:
    data = {"kind": kind, "on": (on or clock.today()).isoformat(), "case": [case.pk for case in cases]}
    response = world.client("cadre").post(f"/area/{VILLAGE}/meetings/", data)
    assert response.status_code == 302, response.content.decode()
    return Meeting.objects.latest("pk")


def vote(meeting: Meeting, **how: Any) -> dict[str, Any]:
    """What is typed when a meeting is recorded: eight for, one against, on every item."""
    data: dict[str, Any] = {
        "on": clock.today().isoformat(), "place": "村委会", "chair": "支书", "present": "9",
        "attended": "张三、李四", "minutes": "逐户议过",
    }  # fmt: skip
    for item in MeetingItem.objects.filter(meeting=meeting):
        data |= {f"for_{item.pk}": "8", f"against_{item.pk}": "1", f"decision_{item.pk}": "passed"}
    return data | how


def held(world: World, *cases: Case, kind: str = "deliberation") -> Meeting:
    meeting = planned(world, *cases, kind=kind)
    response = world.client("cadre").post(f"/meeting/{meeting.pk}/record/", vote(meeting))
    assert response.status_code == 302, response.content.decode()
    return meeting


def step(client: Client, case: Case, **data: Any) -> Any:
    case.refresh_from_db()
    return client.post(f"/case/{case.pk}/step/", {"at": case.step, "way": "passed"} | data)


def page(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    return unescape(response.content.decode())

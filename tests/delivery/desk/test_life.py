"""A household's life on its page: each act with what follows said before, done by the clerk, and undone."""

from __future__ import annotations

from typing import Any

import pytest
from tests.worlds.life import require_whole
from tests.worlds.round import NEIGHBOUR, VILLAGE, World
from tests.worlds.sampled import checker, drawn, said

from paicha.domain.accounts.policies import operator_scope
from paicha.domain.households.models import Household, HouseholdEvent
from paicha.domain.life.act import Asked
from paicha.domain.life.closing import close
from paicha.domain.rounds.models import RosterEntry
from paicha.domain.verification.models import SampleHousehold

WHY = {"reason": "核实过"}
# act → what the form holds beside the reason; the steps of a clerk: presses, and fields filled in
ACTS: dict[str, tuple[dict[str, Any], str]] = {
    "move": ({"group": "2"}, "迁到"),
    "reclass": ({"class": "lifted"}, "类别已更正"),
    "split": (
        {"head": "王小国", "group": "1", "population": "2", "phone": "139 0000 1111"},
        "已分出王小国户",
    ),
    "merge": ({"other": "高兰花"}, "已并到高兰花户"),
    "close": ({"cause": "dead"}, "已销户"),
}


def told(response: Any) -> str:
    return str(response.content.decode())


@pytest.mark.parametrize("act", ACTS)
def test_done_by_the_clerk_and_undone(world: World, act: str) -> None:
    client, home = world.client("cadre"), world.household("王建国")
    at = f"/household/{home.pk}/life/"
    page = told(client.get(at))
    assert f'value="{act}"' in page and "原因" in page
    mark = {"seen": "0"}
    data, says = ACTS[act]
    done = client.post(at, {"act": act, **mark, **WHY, **data}, follow=True)
    assert says in told(done), told(done)[-3000:]
    event = HouseholdEvent.objects.get()
    assert client.get(at).status_code == client.get(f"/household/{home.pk}/").status_code == 200
    undone = client.post(at, {"act": "undo", "event": event.pk, "seen": "2"}, follow=True)
    assert "已撤销" in told(undone)
    event.refresh_from_db()
    assert event.undone_at is not None
    require_whole(world)


def test_a_closed_household_is_opened_again(world: World) -> None:
    client, home = world.client("cadre"), world.household("王建国")
    at = f"/household/{home.pk}/life/"
    client.post(at, {"act": "close", "cause": "away", **WHY})
    page = told(client.get(f"/household/{home.pk}/"))
    assert "已销户" in page and "换了户主" not in page
    assert client.get(f"/household/{home.pk}/people/").status_code == 200
    assert "已恢复" in told(client.post(at, {"act": "reopen", "reason": "又回来了"}, follow=True))
    assert RosterEntry.objects.get(household=home).outcome == 1


REFUSED = [
    ("cadre", {"act": "move", "village": NEIGHBOUR, **WHY}, 422, "不都在您负责的范围"),
    ("cadre", {"act": "move", "group": "2"}, 422, "原因"),
    ("cadre", {"act": "move", "group": "2", "seen": "9", **WHY}, 422, "又有变动"),
    ("cadre", {"act": "merge", "other": "没这人", **WHY}, 422, "没有户编号或户主"),
    ("cadre", {"act": "merge", "other": "王建国", **WHY}, 422, "没有户编号或户主"),
    ("cadre", {"act": "close", "cause": "", **WHY}, 422, "请选为什么销户"),
    ("cadre", {"act": "reclass", "class": "general", **WHY}, 422, "已经是"),
    ("cadre", {"act": "split", "head": "王建国", **WHY}, 422, "新户户主"),
    ("cadre", {"act": "undo", "event": "999999"}, 422, "没有这次变动"),
    ("cadre", {"act": "dance"}, 404, ""),
    ("grid", {"act": "move", "group": "2", **WHY}, 403, ""),
    ("elsewhere", {"act": "move", "group": "2", **WHY}, 404, ""),
]


@pytest.mark.parametrize(("who", "data", "status", "says"), REFUSED)
def test_what_is_refused_is_said_and_changes_nothing(
    world: World, who: str, data: dict[str, str], status: int, says: str
) -> None:
    home = world.household("王建国")
    answer = world.client(who).post(f"/household/{home.pk}/life/", data)
    assert (answer.status_code, says in told(answer)) == (status, True)
    assert not HouseholdEvent.objects.exists()
    home.refresh_from_db()
    assert (home.village.code, home.group) == (VILLAGE, "1")


def test_the_town_moves_between_its_villages(world: World) -> None:
    home = world.household("王建国")
    data = {"act": "move", "village": NEIGHBOUR, "group": "3", **WHY}
    done = world.client("town").post(f"/household/{home.pk}/life/", data, follow=True)
    assert "迁到" in told(done)
    assert Household.objects.get(pk=home.pk).village.code == NEIGHBOUR
    require_whole(world)


def test_a_drawn_household_that_is_closed_is_said_to_the_checker(world: World) -> None:
    sample = drawn(world, households=18)
    visitor = checker(world, sample)
    row = SampleHousehold.objects.filter(sample=sample, household__household_class="general").order_by("pk")[
        0
    ]
    place = (world.round, world.pack, row.household_id)
    close(*place, "dead", Asked(operator_scope("tester"), "去世"))
    assert visitor.get(f"/sampled/{row.pk}/").status_code == 200
    answer = visitor.post(f"/sampled/{row.pk}/", said(world))
    assert (answer.status_code, "已销户" in told(answer)) == (422, True)

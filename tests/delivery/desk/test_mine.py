"""Notices: told once, read once, one's own alone; and the page of one's open work."""

from __future__ import annotations

import pytest
from tests.delivery.desk.world import VILLAGE, World

from paicha.domain.accounts.models import Notice
from paicha.domain.accounts.notices import people_with, tell, unread
from paicha.domain.accounts.roles import Verb

pytestmark = pytest.mark.django_db


def told(world: World, words: str = "3 户退回，请改正") -> int:
    people = people_with(Verb.HAND_UP, VILLAGE, exactly=("village_cadre",))
    return tell(
        people, words, address=f"/area/{VILLAGE}/", subject="return:1", by=str(world.users["town"].pk)
    )


def test_who_hands_up_for_a_village_is_told_once_while_unread(world: World) -> None:
    assert [told(world), told(world)] == [1, 0]
    assert [unread(world.users[who]) for who in ("cadre", "town", "elsewhere")] == [1, 0, 0]
    world.users["cadre"].is_active = False
    world.users["cadre"].save()
    assert people_with(Verb.HAND_UP, VILLAGE, exactly=("village_cadre",)) == []


def test_a_notice_opens_its_page_is_read_then_and_may_be_told_again(world: World) -> None:
    told(world)
    client = world.client("cadre")
    page = client.get("/mine/").content.decode()
    assert "3 户退回，请改正" in page
    assert "town的姓名" in page
    pk = Notice.objects.get().pk
    assert client.get(f"/mine/notice/{pk}/").headers["Location"] == f"/area/{VILLAGE}/"
    assert unread(world.users["cadre"]) == 0
    assert told(world) == 1


@pytest.mark.parametrize("who", ["town", "grid", "nobody"])
def test_nobody_opens_anothers_notice(world: World, who: str) -> None:
    told(world)
    pk = Notice.objects.get().pk
    assert world.client(who).get(f"/mine/notice/{pk}/").status_code == 404
    assert unread(world.users["cadre"]) == 1


@pytest.mark.parametrize("who", ["city", "town", "cadre", "grid", "liaison", "auditor", "checker", "nobody"])
def test_the_page_opens_for_everybody(world: World, who: str) -> None:
    assert world.client(who).get("/mine/").status_code == 200


def test_all_read_at_once(world: World) -> None:
    told(world)
    assert world.client("cadre").post("/mine/read/").status_code == 302
    assert unread(world.users["cadre"]) == 0

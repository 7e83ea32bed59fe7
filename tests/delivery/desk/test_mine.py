"""Notices: told once, read once, one's own alone; and the page of one's open work."""

from __future__ import annotations

import pytest
from tests.worlds.round import VILLAGE, World

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


def test_a_role_is_handed_to_a_colleague_of_the_same_town_with_its_notices(world: World) -> None:
    told(world)
    cadre, liaison = world.users["cadre"], world.users["liaison"]
    client = world.client("cadre")
    page = client.get("/mine/handover/").content.decode()
    assert "liaison的姓名" in page
    assert "elsewhere的姓名" not in page
    row = cadre.assignments.get()
    refused = client.post("/mine/handover/", {"assignment": row.pk, "to": world.users["elsewhere"].pk})
    assert (refused.status_code, "请选接手的人" in refused.content.decode()) == (422, True)
    done = client.post("/mine/handover/", {"assignment": row.pk, "to": liaison.pk, "last_day": "明天"})
    assert (done.status_code, "请写成" in done.content.decode()) == (422, True)
    assert client.post("/mine/handover/", {"assignment": row.pk, "to": liaison.pk}).status_code == 302
    assert client.get(f"/area/{VILLAGE}/").status_code == 404
    taken = world.client("liaison")
    assert taken.get(f"/area/{VILLAGE}/handup/").status_code == 200
    notices = set(Notice.objects.filter(user=liaison).values_list("words", flat=True))
    assert len(notices) == 2
    assert any("村干部的分工交给了您" in words for words in notices)


def test_nobody_hands_over_what_is_not_theirs(world: World) -> None:
    row = world.users["cadre"].assignments.get()
    answer = world.client("town").post(
        "/mine/handover/", {"assignment": row.pk, "to": world.users["liaison"].pk}
    )
    assert answer.status_code == 422
    assert "不在您名下" in answer.content.decode()

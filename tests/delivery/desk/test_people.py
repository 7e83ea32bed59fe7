"""Members and numbers of a household on its page: added, corrected, ended; an identity number is refused."""

from __future__ import annotations

import re

import pytest
from tests.delivery.desk.pages import queries
from tests.worlds.round import VILLAGE, World

from paicha.domain.audit.models import AuditEntry
from paicha.domain.audit.queries import verify
from paicha.domain.households.models import ForeignNumber, HeadDetails, Member


def test_a_member_is_added_corrected_and_ends(world: World) -> None:
    client, home = world.client("cadre"), world.household("王建国")
    at = f"/household/{home.pk}/people/"
    assert "还没有记成员" in client.get(at).content.decode()
    client.post(f"{at}save/", {"act": "add", "name": "王小明", "relation": "之子", "school": "小学"})
    one = Member.objects.get()
    assert (one.household, one.name, one.school) == (home, "王小明", "小学")
    page, asked = queries(client, at)
    assert "王小明" in page and "小学" in page and len(asked) <= 12
    part = client.get(at, HTTP_HX_REQUEST="true").content.decode()
    assert "王小明" in part and "添加、修改成员和编号" in part and "<html" not in part
    changed = {"act": "change", "member": str(one.pk), "name": "王小明", "relation": "之子", "school": "初中"}
    client.post(f"{at}save/", changed)
    assert Member.objects.get().school == "初中"
    client.post(
        f"{at}save/", {"act": "number", "system": "学籍系统", "number": "20220001", "member": str(one.pk)}
    )
    assert "20220001" in client.get(at).content.decode()
    client.post(f"{at}save/", {"act": "end", "member": str(one.pk)})
    client.get(at)  # what was done is said once
    assert "王小明" not in client.get(at).content.decode()
    assert Member.objects.get().left_at is not None
    acts = set(AuditEntry.objects.filter(subject=str(home.pk)).values_list("action", flat=True))
    assert {"member.add", "member.change", "member.end", "foreign_number.add"} <= acts and verify() == []


def test_the_head_is_described_and_another_head_is_not_them(world: World) -> None:
    client, home = world.client("cadre"), world.household("王建国")
    at = f"/household/{home.pk}/"
    client.post(f"{at}people/save/", {"act": "head", "health": "长期慢性病", "work": "县外务工"})
    page, asked = queries(client, f"{at}people/")
    assert "改王建国（户主）的情况" in page and page.count("长期慢性病") == 2 and len(asked) <= 12
    part = client.get(f"{at}people/", HTTP_HX_REQUEST="true").content.decode()
    assert "户主" in part and "县外务工" in part and "您" not in part
    refused = client.post(f"{at}people/save/", {"act": "head", "health": "610821197001010018"})
    assert refused.status_code == 422 and "像是身份证号" in refused.content.decode()
    client.post(f"{at}people/save/", {"act": "add", "name": "王小明", "school": "小学"})
    client.post(f"{at}head/", {"head": "王小明", "reason": "去世"})
    one = HeadDetails.objects.get()
    assert (one.household, one.health, one.school) == (home, "", "小学")


# What is sent, and the code and words of its refusal
REFUSED = [
    ({"act": "add", "name": ""}, "请填写姓名"),
    ({"act": "add", "name": "王建国"}, "已经有“王建国”"),
    ({"act": "add", "name": "王小明", "health": "证 610821 19700101 0018"}, "健康状况里像是身份证号"),
    ({"act": "number", "system": "民政", "number": "610821197001010018"}, "编号里像是身份证号"),
    ({"act": "number", "system": "民政", "number": ""}, "请填写编号"),
    ({"act": "add", "name": "王" * 41}, "40"),
]


@pytest.mark.parametrize(("sent", "words"), REFUSED)
def test_what_is_refused_says_why(world: World, sent: dict[str, str], words: str) -> None:
    client, home = world.client("cadre"), world.household("王建国")
    answer = client.post(f"/household/{home.pk}/people/save/", sent)
    assert answer.status_code == 422 and words in answer.content.decode()
    assert not Member.objects.exists() and not ForeignNumber.objects.exists()


def test_another_household_s_member_is_out_of_reach(world: World) -> None:
    client = world.client("cadre")
    mine, other = world.household("王建国"), world.household("訾埃生")
    client.post(f"/household/{other.pk}/people/save/", {"act": "add", "name": "訾小平"})
    data = {"act": "end", "member": str(Member.objects.get().pk)}
    assert client.post(f"/household/{mine.pk}/people/save/", data).status_code == 404
    assert world.client("liaison").post(f"/household/{mine.pk}/people/save/", data).status_code == 403


def test_search_finds_a_member_and_a_change_names_the_person(world: World) -> None:
    client, home = world.client("cadre"), world.household("王建国")
    at = f"/household/{home.pk}/"
    client.post(f"{at}people/save/", {"act": "add", "name": "刘 小燕", "relation": "之儿媳"})
    found = client.get(f"/area/{VILLAGE}/households/?head=刘小", follow=True).content.decode()
    assert set(re.findall(r"/household/([0-9a-f-]{36})/", found)) == {str(home.pk)}
    change = {"person": "刘小燕", "field": "健康状况", "old": "健康", "new": "患大病"}
    client.post(f"{at}change/", change)
    assert "刘小燕的健康状况由“健康”变为“患大病”" in client.get(at).content.decode()
    assert "刘小燕的健康状况" in client.get(f"/area/{VILLAGE}/changes/").content.decode()
    answer = client.post(f"{at}change/", change | {"new": "610821197001010018"})
    assert answer.status_code == 422 and "像是身份证号" in answer.content.decode()

"""Find anything: what each role finds, why in words, in how many queries; every page of it is an entry."""

from __future__ import annotations

from typing import Any

import pytest
from tests.delivery.desk import access
from tests.delivery.desk.pages import MOST, queries
from tests.worlds.round import COUNTY, NEIGHBOUR, OTHER_TOWN, PHONE, TOWN, VILLAGE, World, phone_of

from paicha.core.keys import make_number
from paicha.domain.accounts.roles import ROLES, Verb
from paicha.domain.audit.models import AuditEntry
from paicha.domain.households.models import Household
from paicha.domain.households.people import Typed, add_member
from paicha.domain.households.services import change_head, register_tag
from paicha.domain.search.services import refresh


def found(world: World, who: str, text: str, within: str = "") -> str:
    """The page that somebody sees."""
    answer = world.client(who).get("/search/", {"q": text, "in": within})
    assert answer.status_code == 200
    return str(answer.content.decode())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("高兰花", "户主"),
        ("glh", "户主，拼音对得上"),
        ("高蓝花", "户主，同音"),
        ("高兰英", "户主，差一字"),
        ("李四", "户主以前叫李四"),
        ("王小明", "成员王小明"),
        ("水磨", ""),
        ("S09", ""),
        ("w", "太短"),
        ("883", "太短"),
        ("", "拼音首字母"),
        ("没有的人", "没有找到“没有的人”"),
    ],
)
def test_what_was_typed_is_found_and_why_is_said(world: World, text: str, said: str) -> None:
    household = world.household("高兰花")
    change_head(household, "李四", actor="x", reason="打错")
    household.refresh_from_db()
    change_head(household, "高兰花", actor="x", reason="改回")
    household.refresh_from_db()
    add_member(household, Typed({"name": "王小明"}), source="desk:5")
    page = found(world, "cadre", text)
    assert said in page
    assert (f'href="/household/{household.pk}/"' in page) == (said.startswith(("户主", "成员")))


def test_a_number_leads_straight_to_its_household(world: World) -> None:
    household = world.household("高兰花")
    number = make_number(household.number, register_tag())
    answer = world.client("cadre").get("/search/", {"q": number})
    assert (answer.status_code, answer["Location"]) == (302, f"/household/{household.pk}/")
    assert "没有找到" in found(world, "elsewhere", number)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("S09", "/rules/S09/"),
        ("V37", "/rules/V37/"),
        (VILLAGE, f"/area/{VILLAGE}/"),
        ("高家堡", f"/area/{TOWN}/"),
    ],
)
def test_rules_and_places_are_found(world: World, text: str, address: str) -> None:
    assert f'href="{address}"' in found(world, "city", text)


def test_every_role_finds_what_it_may_see_and_nothing_else(world: World) -> None:
    everybody = access.people(world)
    homes = {home.pk: home for home in Household.objects.select_related("village")}
    for who, (role, prefixes, groups) in access.PEOPLE.items():
        reads = Verb.READ_HOUSEHOLDS in ROLES[role].verbs if role else False
        client = access.signed_in(everybody[who])
        for text in ("高兰花", "zas", "訾埃生"):
            page = client.get("/search/", {"q": text}).content.decode()
            for home in homes.values():
                code = home.village.code
                seen = reads and (
                    any(code.startswith(prefix) for prefix in prefixes)
                    or (code == VILLAGE and home.group in groups)
                    or (who == "elsewhere" and code.startswith(OTHER_TOWN[:9]))
                )
                named = {"高兰花": "高兰花", "zas": "訾埃生", "訾埃生": "訾埃生"}[text] == home.head_name
                assert (f"/household/{home.pk}/" in page) == (seen and named), (who, text, code)


@pytest.mark.parametrize(
    ("who", "finds"),
    [("cadre", True), ("grid", True), ("town", True), ("liaison", False), ("auditor", False)],
)
def test_phones_find_for_those_alone_who_see_them(world: World, who: str, finds: bool) -> None:
    household = world.household("王建国")
    assert household.phone == phone_of("王建国")
    page = found(world, who, household.phone)
    assert (f"/household/{household.pk}/" in page) == finds
    assert f">{household.phone}<" not in page
    assert PHONE not in page.replace(f'value="{household.phone}"', "").replace(f"“{household.phone}”", "")


def test_looking_is_an_entry_without_what_was_typed(world: World) -> None:
    found(world, "cadre", "高兰花")
    found(world, "cadre", world.household("高兰花").phone[-4:])
    rows = AuditEntry.objects.filter(actor=str(world.users["cadre"].pk), action__startswith="read:search")
    assert sorted(rows.values_list("action", flat=True)) == ["read:search", "read:search:by_phone"]
    assert not rows.filter(subject__contains="高").exists()


@pytest.mark.parametrize("who", ["city", "town", "cadre", "grid", "leader", "department", "checker"])
def test_a_search_takes_twelve_queries(world: World, who: str) -> None:
    everybody = access.people(world)
    client = access.signed_in(everybody[who])
    refresh()
    client.get("/search/")
    for text in ("高兰花", "glh", PHONE[-4:], "没有的人", "", "H1234-1234567"):
        taken = queries(client, f"/search/?q={text}")[1]
        assert len(taken) <= MOST, (who, text, len(taken), taken)


def test_a_search_costs_the_same_whatever_it_finds(world: World) -> None:
    client = world.client("city")
    client.get("/search/?q=高")
    refresh()
    few = queries(client, "/search/?q=乔")[1]
    many = queries(client, "/search/?q=贺")[1]
    assert len(few) == len(many)


def test_a_long_group_has_a_way_on(world: World) -> None:
    rows: list[dict[str, Any]] = [
        {"household": None, "form": "general", "head_name": f"景{chr(0x4E00 + n)}", "group": "1", "outcome": 5,
         "remark": "空户"}
        for n in range(60)
    ]  # fmt: skip
    world.answer(VILLAGE, rows)
    page = found(world, "cadre", "景")
    assert page.count('href="/household/') == 20
    assert "还有 40 户，全部列出" in page
    listed = world.client("cadre").get("/search/?q=景&only=households").content.decode()
    assert listed.count('href="/household/') == 50
    assert "第 1 页，共 2 页" in listed
    assert world.client("cadre").get("/search/?q=景&only=households&page=2").content.decode().count(
        'href="/household/'
    ) == 10  # fmt: skip


@pytest.mark.parametrize(("within", "status"), [(NEIGHBOUR, 200), ("6108", 404), ("abc", 404), ("", 200)])
def test_where_to_look(world: World, within: str, status: int) -> None:
    answer = world.client("town").get("/search/", {"q": "高兰花", "in": within})
    assert answer.status_code == status
    if within == NEIGHBOUR:
        assert f"/household/{world.household('高兰花', NEIGHBOUR).pk}/" in answer.content.decode()
        assert f"/household/{world.household('高兰花').pk}/" not in answer.content.decode()


def test_every_page_has_the_box(world: World) -> None:
    page = world.client("city").get(f"/area/{COUNTY}/").content.decode()
    assert 'id="find-anything"' in page

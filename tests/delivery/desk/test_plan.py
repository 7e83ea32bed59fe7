"""The plan of visits on its pages: set by list, proposed, handed over, printed; two people, and who may."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.test import Client
from tests.delivery.desk.pages import MOST, queries
from tests.worlds.round import TODAY, TOWN, VILLAGE, World

from paicha.domain.audit.models import AuditEntry
from paicha.domain.households.models import Household
from paicha.domain.rounds.models import PlannedVisit
from paicha.domain.rounds.plan import plan_visits

ADDRESS, SET, LIST = (f"/area/{VILLAGE}/plan/{part}" for part in ("", "set/", "list/"))
# What is due in the world's village: 1组 nobody, 2组 three (one was away), 沟岔组 nobody


def form(client: Client, **changes: list[tuple[str, str]]) -> dict[str, list[str]]:
    """The page's form as it stands, with the lines of some groups (g2) replaced."""
    page = client.get(ADDRESS).content.decode()
    data: dict[str, list[str]] = {}
    for index, group in re.findall(r'name="group-(\d+)" value="([^"]*)"', page):
        (was,) = re.findall(rf'name="was-{index}" value="([^"]*)"', page)
        data[f"group-{index}"], data[f"was-{index}"] = [group], [was]
        lines = changes.get(f"g{group}")
        if lines is None:
            lines = [(who, day) for who, day in (line.split("|") for line in was.split(";") if line)]
        data[f"who-{index}"] = [who for who, _ in lines]
        data[f"day-{index}"] = [day for _, day in lines]
    return data


def planned() -> set[tuple[str, str, date | None]]:
    return set(PlannedVisit.objects.values_list("group", "surveyor", "on"))


def test_a_plan_is_set_line_by_line_and_stands_on_every_page(world: World) -> None:
    client = world.client("cadre")
    two = [("李四", TODAY.isoformat()), ("张三", "2022-03-16")]
    assert client.post(SET, form(client, g2=two)).status_code == 302
    assert planned() == {("2", "李四", TODAY), ("2", "张三", date(2022, 3, 16))}
    page = client.get(ADDRESS).content.decode()
    assert "李四" in page and 'href="/area/610881101201/plan/list/?day=2022-03-15&amp;surveyor=' in page
    assert "还有户没排上" not in page
    first = client.get(f"/area/{VILLAGE}/").content.decode()
    assert re.search(r'class="n">2</span><span>户排在今天，在二组', first)
    assert AuditEntry.objects.filter(action="plan.set").count() == 1
    assert client.post(SET, form(client)).status_code == 302
    assert AuditEntry.objects.filter(action="plan.set").count() == 1, "no change, no entry"


def test_the_list_of_a_day_holds_exactly_the_households_of_the_figure(world: World) -> None:
    client = world.client("cadre")
    client.post(SET, form(client, g2=[("李四", "2022-03-15"), ("张三", "2022-03-15")]))
    heads = []
    for who, n in (("张三", 2), ("李四", 1)):
        page = client.get(f"{LIST}?day=2022-03-15&surveyor={who}").content.decode()
        found = re.findall(r'href="/household/[^"]+">([^<]+)<', page)
        assert len(found) == n and f"<strong>{n} 户</strong>" in page
        heads += found
    assert sorted(heads) == sorted(["贺保平", "贺生花", "折玉兰"])
    assert "整户外出" in client.get(LIST).content.decode()
    assert "139" not in client.get(LIST).content.decode(), "no phone"
    assert "没有排着" in client.get(f"{LIST}?day=2022-03-19").content.decode()


def test_a_line_more_and_a_proposal_save_nothing(world: World) -> None:
    client = world.client("cadre")
    page = client.post(SET, form(client, g2=[("李四", "")]) | {"more": ["2"]}).content.decode()
    assert len(re.findall(r'name="who-1"', page)) == 2 and 'value="李四"' in page
    page = client.post(SET, form(client) | {"act": ["propose"]}).content.decode()
    assert 'name="who-1" value="cadre的姓名"' in page
    assert '<option value="2022-03-15" selected>' in page
    assert "存了才算" in page
    assert not PlannedVisit.objects.exists()


def test_what_is_refused_comes_back_as_typed(world: World) -> None:
    client = world.client("cadre")
    response = client.post(SET, form(client, g2=[("", "2022-03-16")]))
    page = response.content.decode()
    assert response.status_code == 422
    assert "2组排了日子，没写谁去" in page and '<option value="2022-03-16" selected>' in page
    assert not PlannedVisit.objects.exists()


@pytest.mark.parametrize("day", ["2022-13-16", "明天", "2022-02-30"])
def test_a_day_that_is_none_is_refused_at_its_group(world: World, day: str) -> None:
    client = world.client("cadre")
    response = client.post(SET, form(client, g2=[("李四", day)]))
    page = response.content.decode()
    assert response.status_code == 422
    assert page.count(f"二组的日子读到“{day}”，请写成 2022-03-15 这样的日期。") == 2, (
        "above, and at the group"
    )
    assert 'value="李四"' in page and not PlannedVisit.objects.exists()
    response = client.get(LIST, {"day": day})
    assert response.status_code == 422 and f"日子读到“{day}”" in response.content.decode()


def test_two_people_at_one_group(world: World) -> None:
    client = world.client("cadre")
    mine = form(client, g2=[("李四", "2022-03-16")])
    plan_visits(
        world.round, world.pack, world.areas[VILLAGE], {"2": [("张三", TODAY)], "1": [("张三", None)]}, "9"
    )
    response = client.post(SET, mine)
    page = response.content.decode()
    assert response.status_code == 422
    assert "别人改过这个组" in page and 'value="李四"' in page
    assert ("2", "张三", TODAY) in planned()
    again = dict(mine)
    for index, was in re.findall(r'name="was-(\d+)" value="([^"]*)"', page):
        again[f"was-{index}"] = [was]
    again["who-0"], again["day-0"] = ["张三"], [""]
    assert client.post(SET, again).status_code == 302
    assert planned() == {("2", "李四", date(2022, 3, 16)), ("1", "张三", None)}


def test_who_can_t_go_is_replaced(world: World) -> None:
    client = world.client("cadre")
    client.post(SET, form(client, g2=[("李四", "2022-03-16")]))
    response = client.post(SET, {"act": "hand", "old": "李四", "new": "王五"}, follow=True)
    assert "李四的 1 次都交给王五了" in response.content.decode()
    assert planned() == {("2", "王五", date(2022, 3, 16))}
    assert client.post(SET, {"act": "hand", "old": "王五", "new": ""}).status_code == 422


def test_too_many_a_day_is_said(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("paicha.delivery.desk.plan.visit_plan.per_day", lambda pack: 2)
    client = world.client("cadre")
    client.post(SET, form(client, g2=[("李四", "2022-03-16")]))
    assert "3 太多" in client.get(ADDRESS).content.decode()


def test_a_grid_worker_sees_own_groups_alone(world: World) -> None:
    plan_visits(
        world.round, world.pack, world.areas[VILLAGE], {"1": [("甲", TODAY)], "2": [("乙", TODAY)]}, "9"
    )
    client = world.client("grid")
    page = client.get(ADDRESS).content.decode()
    assert "一组" in page and "二组" not in page and "乙" not in page
    assert "没有排着" in client.get(LIST).content.decode()
    assert client.post(SET, {}).status_code == 403


def test_a_grid_worker_is_told_what_is_planned_for_today(world: World) -> None:
    place = world.areas[VILLAGE]
    Household.objects.filter(head_name="贺生花", village=place).update(group="1")
    plan_visits(world.round, world.pack, place, {"1": [("甲", TODAY)], "2": [("乙", TODAY)]}, "9")
    page, statements = queries(world.client("grid"), f"/area/{VILLAGE}/")
    assert re.search(r'class="n">1</span><span>户排在今天，在一组<', page)
    assert len(statements) <= MOST


@pytest.mark.parametrize(
    ("who", "code", "status"),
    [("cadre", VILLAGE, 200), ("liaison", VILLAGE, 200), ("town", TOWN, 404), ("elsewhere", VILLAGE, 404)],
)
def test_who_may_see(world: World, who: str, code: str, status: int) -> None:
    assert world.client(who).get(f"/area/{code}/plan/").status_code == status


@pytest.mark.parametrize("address", [ADDRESS, LIST, f"/area/{VILLAGE}/"])
def test_queries(world: World, address: str) -> None:
    client = world.client("cadre")
    client.post(SET, form(client, g2=[("李四", "2022-03-15")]))
    _, statements = queries(client, address)
    assert len(statements) <= MOST, "\n".join(statement[:150] for statement in statements)

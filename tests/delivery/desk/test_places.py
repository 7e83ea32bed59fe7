"""The page of a person with several places: what there is to do in each, how far it is, what is late."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.worlds.round import COUNTY, NEIGHBOUR, TOWN, VILLAGE, World

from paicha.domain import clock
from paicha.domain.responses.models import VillageSummary

pytestmark = pytest.mark.django_db


def rows(page: str) -> dict[str, str]:
    """Each village's row by its code."""
    found = re.findall(r"<tr><td.*?</tr>", page, re.S)
    return {code: row for row in found for code in re.findall(r'href="/area/(\d{12})/"', row)}


def test_each_place_says_what_is_to_do_and_its_figures_open(world: World) -> None:
    facts = {"problems_lacking": 2, "returns_open": 1}
    VillageSummary.objects.filter(code=NEIGHBOUR).update(facts=facts)
    client = world.client("liaison")
    with CaptureQueriesContext(
        connection,
    ) as seen:
        page = client.get("/").content.decode()
    assert len(seen) <= 12
    lines = rows(page)
    assert list(lines) == [NEIGHBOUR, VILLAGE]  # what is late stands first
    assert "2 条问题缺措施" in lines[NEIGHBOUR] and 'class="late">1 次退回要改' in lines[NEIGHBOUR]
    for address in re.findall(r'href="([^"]+)"', lines[VILLAGE]):
        assert client.get(address.replace("&amp;", "&")).status_code == 200, address


def test_a_village_that_is_late_says_so(world: World) -> None:
    assert "过期没上报" not in world.client("liaison").get("/").content.decode()
    with clock.frozen(clock.now() + timedelta(days=20)):
        lines = rows(world.client("liaison").get("/").content.decode())
        assert all("排查中，过期没上报" in line for line in lines.values())
        VillageSummary.objects.filter(code=VILLAGE).update(status=VillageSummary.Status.HANDED_UP)
        late = rows(world.client("liaison").get("/").content.decode())
        assert "过期没上报" in late[NEIGHBOUR] and "过期没上报" not in late[VILLAGE]


def test_a_countys_villages_turn_pages_and_are_all_counted(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = world.client("city")
    for name, views in (("villages", "home.areas"), ("attention", "verification.attention")):
        address = f"/area/{COUNTY}/{name}/"
        whole = client.get(address).content.decode()
        total = int(re.findall(r'id="count">(\d+)<', whole)[0])
        monkeypatch.setattr(f"paicha.delivery.desk.{views}.VILLAGES", 2)
        seen: list[str] = []
        for number in range(1, -(-total // 2) + 1):
            page = client.get(f"{address}?page={number}").content.decode()
            assert f'id="count">{total}<' in page
            table = page.split("<tbody>")[1]
            seen += re.findall(r'<tr><td[^>]*><a href="/area/(\d{12})/', table)
        assert len(seen) == len(set(seen)) == total, name


@pytest.mark.parametrize("code", [COUNTY, TOWN])
def test_the_households_of_a_place_add_up_and_each_part_opens(world: World, code: str) -> None:
    """Met, gone for good and still due are all the households: nobody is left without a word."""
    away = {
        "household": str(world.household("王建国").pk),
        "form": "general",
        "head_name": "王建国",
        "group": "1",
    }
    world.answer(VILLAGE, [away | {"outcome": 6, "remark": "迁到榆林"}])
    client = world.client("city")
    page = client.get(f"/area/{code}/").content.decode()
    gone = re.search(r"不用再去的：(.*?)</p>", page, re.S)
    assert gone is not None and "已迁出" in gone[1]
    addresses = re.findall(r'href="([^"]+)">([\d,]+) 户', gone[1])
    total = 0
    for address, n in addresses:
        rows = client.get(address).content.decode()
        assert re.findall(r'id="count">([\d,]+)<', rows) == [n], address
        total += int(n)
    counts: dict[str, int] = {}
    for kind in ("", "done", "due"):
        rows = client.get(f"/area/{code}/households/?outcome={kind}").content.decode()
        counts[kind] = int(re.findall(r'id="count">([\d,]+)<', rows)[0])
    assert counts[""] == counts["done"] + counts["due"] + total

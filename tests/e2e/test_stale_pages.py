"""A page that somebody left open, in Chromium at both widths: it does what it showed, and names what it left alone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer
from tests.e2e.forms import WIDTHS, fill_in, sit_down
from tests.worlds.round import BY_FORM, CLEAN, NEIGHBOUR, TOWN, VILLAGE, World
from tests.worlds.townsfolk import settle

from paicha.domain import clock
from paicha.domain.accounts.models import Notice
from paicha.domain.areas.zones import arrange
from paicha.domain.responses.models import Finding, Revision
from paicha.domain.verification.models import Visit

BULK = f"/area/{TOWN}/attention/bulk/"
POOR: dict[str, Any] = {"income_band": 1, "population": 3, "insured_resident": 3}


@pytest.fixture
def town(page: Page, world: World, live_server: LiveServer) -> World:
    settle(world)
    sit_down(page, world, "town", live_server.url)
    return world


@pytest.mark.parametrize("width", WIDTHS)
def test_a_lead_that_came_later_is_not_dismissed(page: Page, town: World, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{BULK}?act=dismiss")
    poor = town.household("王建国")
    row = {"household": str(poor.pk), "form": "general", "head_name": poor.head_name, "group": poor.group}
    with clock.frozen(clock.now() + timedelta(seconds=1)):
        town.answer(VILLAGE, [row | CLEAN | BY_FORM["general"] | POOR])
    fill_in(page, BULK, {"act": "dismiss", "rule": ["S01"], "reason": "核实过"}).click()
    expect(page.locator("main")).to_contain_text("打开页面以后新列出的 1 条没有动")
    states = dict(Finding.objects.filter(rule="S01").values_list("household__head_name", "state"))
    assert states["王建国"] == "open"
    assert states["高兰花"] == "dismissed"
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", WIDTHS)
def test_a_village_that_left_the_list_is_named_and_not_reminded(page: Page, town: World, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    first = town.areas[VILLAGE].parent.zones.get(name="一片")
    page.goto(f"{BULK}?act=remind&zone=一片")
    arrange(first.town, {town.areas[VILLAGE].pk: None}, "tester")
    fill_in(page, BULK, {"act": "remind", "words": "请今天上报"}).click()
    expect(page.locator("main")).to_contain_text(
        f"{town.areas[VILLAGE].spoken}的情况在您打开页面以后变了，没有办"
    )
    assert not Notice.objects.filter(words="请今天上报").exists()


@pytest.mark.parametrize("width", WIDTHS)
def test_a_visit_is_planned_where_the_page_showed_it_and_once(page: Page, town: World, width: int) -> None:
    """A village that left the filter is named and not visited; a page that still shows the other plans no second."""
    page.set_viewport_size({"width": width, "height": 800})
    stays, leaves = town.areas[VILLAGE], town.areas[NEIGHBOUR]
    zone = stays.parent.zones.get(name="一片")
    arrange(zone.town, {stays.pk: zone.pk, leaves.pk: zone.pk}, "tester")
    address = f"{BULK}?act=visit&zone=一片"
    older = page.context.new_page()
    for tab in (older, page):
        tab.goto(address)
        expect(tab.locator("ul.words li")).to_have_count(2)
    arrange(zone.town, {leaves.pk: None}, "tester")
    asked = {
        "act": "visit", "planned_on": clock.today().isoformat(), "leader": str(town.users["near"].pk),
    }  # fmt: skip
    for tab in (page, older):
        tab.bring_to_front()
        fill_in(tab, BULK, asked).click()
        expect(tab.locator("main")).to_contain_text(f"{leaves.spoken}的情况在您打开页面以后变了，没有办")
        assert [visit.village_id for visit in Visit.objects.all()] == [stays.pk]
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    older.close()


@pytest.mark.parametrize("width", WIDTHS)
def test_two_tabs_of_one_person_lose_nothing(
    page: Page, world: World, live_server: LiveServer, width: int
) -> None:
    """The older tab changes another answer: both stay. It changes the same one: the newer stays, and it is asked."""
    sit_down(page, world, "cadre", live_server.url)
    older = page.context.new_page()
    for tab in (page, older):
        tab.set_viewport_size({"width": width, "height": 800})
    home = world.household("高兰花")
    address = f"/household/{home.pk}/answer/"
    for tab in (older, page):
        tab.goto(address)
    page.bring_to_front()  # a page in the background is drawn once a second
    fill_in(page, address, {"remark": "去了县城", "water": "3"}).click()
    page.wait_for_url(lambda url: "/answer/" not in url)
    older.bring_to_front()
    fill_in(older, address, {"housing": "1", "water": "1"}).click()
    older.wait_for_function(
        "path => location.pathname !== path || document.querySelector('.said')", arg=address
    )
    newest = Revision.objects.filter(household=home).latest("pk").answers
    assert '"remark":"去了县城"' in newest and '"water":3' in newest and '"housing":1' in newest
    expect(older.locator("main")).to_contain_text("水")
    older.close()

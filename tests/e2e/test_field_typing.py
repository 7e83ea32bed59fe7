"""What somebody is typing on the phone stays: through what arrives meanwhile, a lock, and an impatient finger."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer
from tests.e2e.phones import Handset, handset
from tests.e2e.test_field import fill, finish
from tests.e2e.waits import until
from tests.worlds.round import VILLAGE, World

from paicha.domain import clock
from paicha.domain.handover.round_opening import open_round
from paicha.domain.households.models import Household
from paicha.domain.households.services import NewHousehold, add_households
from paicha.domain.problems.models import Problem

ARRIVES = "() => import('/static/field/store.js').then((store) => store.refresh())"
LOCKS = "() => import('/static/field/app.js').then(({ shell }) => shell.lock())"
TWICE = "(button) => { button.click(); button.click(); }"
SMALL = """() => [...document.querySelectorAll("a, button, input, select, textarea, summary, label.opt")]
  .filter((one) => one.checkVisibility() && !one.closest("label.opt:not(:scope)") && !one.closest(".unseen"))
  .map((one) => [one.textContent.trim().slice(0, 9) || one.name, Math.round(one.getBoundingClientRect().height)])
  .filter(([, height]) => height < 48)"""


@pytest.fixture
def phone(
    browser: Browser, live_server: LiveServer, world: World, settings: Settings, tmp_path: Path
) -> Iterator[Handset]:
    settings.PAICHA_HOME = tmp_path
    with handset(browser, live_server.url) as made:
        yield made
        assert [c for c in made.complaints if "Failed to load resource" not in c] == []


def open_raising(phone: Handset, head: str = "贺生花") -> None:
    phone.open_household(head)
    phone.page.get_by_role("link", name="问题、信访").click()
    phone.page.get_by_text("问题", exact=True).click()


def test_what_is_typed_of_a_problem_stays_when_something_arrives(phone: Handset) -> None:
    phone.set_up("cadre")
    open_raising(phone)
    phone.page.get_by_label("具体问题").fill("房顶漏雨")
    phone.page.evaluate(ARRIVES)
    phone.page.wait_for_timeout(100)
    expect(phone.page.get_by_label("具体问题")).to_have_value("房顶漏雨")


def test_what_is_typed_of_a_problem_is_there_after_a_lock_and_gone_once_stored(
    phone: Handset, world: World
) -> None:
    phone.set_up("cadre")
    open_raising(phone)
    with phone.keeps():
        phone.page.locator('input[name="type"][value="2"]').check()
    with phone.keeps():
        phone.page.get_by_label("具体问题").fill("房顶漏雨")
    phone.page.evaluate(LOCKS)
    phone.enter()
    phone.open_household("贺生花")
    phone.page.get_by_role("link", name="问题、信访").click()
    expect(phone.page.get_by_label("具体问题")).to_have_value("房顶漏雨")
    phone.page.get_by_role("button", name="存好").click()
    phone.waits(0)
    open_raising(phone)
    expect(phone.page.get_by_label("具体问题")).to_have_value("")
    assert [(p.type, p.text) for p in Problem.objects.all()] == [(2, "房顶漏雨")]


def test_two_taps_raise_one_problem(phone: Handset, world: World) -> None:
    phone.set_up("cadre")
    open_raising(phone)
    phone.page.locator('input[name="type"][value="1"]').check()
    phone.page.get_by_label("具体问题").fill("房顶漏雨")
    phone.page.get_by_role("button", name="存好").evaluate(TWICE)
    expect(phone.page.get_by_text("存好了。")).to_be_visible()
    phone.waits(0)
    assert Problem.objects.count() == 1


def test_a_problem_without_a_type_is_asked_for_it(phone: Handset) -> None:
    phone.set_up("cadre")
    open_raising(phone)
    phone.page.get_by_label("具体问题").fill("房顶漏雨")
    phone.page.get_by_role("button", name="存好").click()
    expect(phone.page.get_by_text("请选是哪一类问题。")).to_be_visible()


def test_a_household_being_added_stays_and_is_added_once(phone: Handset, world: World) -> None:
    phone.set_up("cadre")
    before = Household.objects.count()
    phone.page.get_by_role("link", name="添一户").click()
    phone.page.get_by_label("户主姓名").fill("高新添")
    phone.page.evaluate(ARRIVES)
    phone.page.wait_for_timeout(100)
    expect(phone.page.get_by_label("户主姓名")).to_have_value("高新添")
    phone.page.get_by_label("村民小组").fill("2")
    phone.page.get_by_role("button", name="添上，填这一户").evaluate(TWICE)
    expect(phone.page.get_by_role("heading", name="高新添户")).to_be_visible()
    fill(phone)
    finish(phone)
    phone.waits(0)
    phone.page.locator("#search").fill("高新添")
    expect(phone.page.locator("#count")).to_have_text("找到 1 户")
    assert Household.objects.count() == before + 1


def test_who_searches_keeps_the_keyboard_when_something_arrives(phone: Handset) -> None:
    phone.set_up("cadre")
    phone.page.locator("#search").press_sequentially("贺")
    phone.page.evaluate(ARRIVES)
    phone.page.wait_for_timeout(100)
    expect(phone.page.locator("#search")).to_be_focused()
    expect(phone.page.locator("#search")).to_have_value("贺")
    expect(phone.page.locator("#count")).to_contain_text("找到")


def test_the_list_is_where_it_was_left(phone: Handset, world: World) -> None:
    names = [f"农{chr(0x4E10 + n)}" for n in range(150)]
    add_households(world.areas[VILLAGE], [NewHousehold("3", name, "", 4, "general") for name in names])
    world.round = open_round(world.round.pack, world.pack, clock.today(), "operator:tester")
    phone.set_up("cadre")
    page = phone.page
    page.get_by_role("link", name=names[50]).scroll_into_view_if_needed()
    page.get_by_role("link", name=names[90]).scroll_into_view_if_needed()
    expect(page.get_by_role("link", name=names[90])).to_be_in_viewport()
    was = page.evaluate("scrollY")
    page.get_by_role("link", name=names[90]).click()
    expect(page.get_by_role("heading", name=f"{names[90]}户")).to_be_visible()
    page.get_by_role("link", name="返回").click()
    expect(page.get_by_role("link", name=names[90])).to_be_in_viewport()
    until(page, "the list is where it was", lambda: abs(page.evaluate("scrollY") - was) < 120)


def test_when_it_was_last_sent_is_known_after_reopening(phone: Handset) -> None:
    phone.set_up("cadre")
    phone.open_household("贺生花")
    fill(phone)
    finish(phone)
    phone.waits(0)
    phone.reopen()
    phone.enter()
    phone.page.goto("/field/#/device")
    expect(phone.page.locator("#sent")).to_contain_text(f"{clock.today().month}月")


def test_the_counts_of_who_is_insured_are_added_up_beside_the_people(phone: Handset) -> None:
    phone.set_up("cadre")
    phone.open_household("贺生花")
    phone.page.locator("#q-population").fill("4")
    phone.page.locator("#q-insured_resident").fill("3")
    total = phone.page.locator(".sum")
    expect(total).to_have_text("合计 3 人，家里 4 人")
    phone.page.locator("#q-insured_employee").fill("1")
    expect(total).to_have_text("合计 4 人，家里 4 人")


def test_leads_are_named_not_only_counted(phone: Handset) -> None:
    phone.set_up("cadre")
    phone.open_household("贺生花")
    fill(phone)
    phone.page.locator('input[name="housing"][value="1"]').check()
    expect(phone.page.locator("#left")).to_contain_text("线索")
    expect(phone.page.locator("#leads")).to_contain_text("住房")


def test_everything_to_touch_is_48_pixels_high(phone: Handset) -> None:
    small = {}

    def look(name: str) -> None:
        phone.page.wait_for_timeout(100)
        small[name] = phone.page.evaluate(SMALL)

    phone.set_up("cadre")
    for name in ("", "new", "device"):
        phone.page.goto(f"/field/#/{name}")
        look(name)
    phone.page.goto("/field/#/")
    phone.open_household("贺生花")
    look("household")
    phone.page.get_by_role("link", name="问题、信访").click()
    cards = phone.page.locator(".card summary")
    expect(cards).to_have_count(4)
    for number in range(4):
        cards.nth(number).click()
        look(f"raise {number}")
    assert {name: found for name, found in small.items() if found} == {}

"""A village day on the phone: twenty households offline, a conflict with the desk, a file, taps and seconds counted."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer
from tests.e2e.accessible import violations
from tests.e2e.conftest import sign_in
from tests.e2e.phones import Handset, handset
from tests.e2e.test_field import fill, finish, stored
from tests.worlds.round import VILLAGE, World

from paicha.domain import clock
from paicha.domain.handover.round_opening import open_round
from paicha.domain.households.services import NewHousehold, add_households
from paicha.domain.responses.models import Conflict, Revision
from paicha.domain.rounds.models import RosterEntry


@pytest.fixture
def phone(
    browser: Browser, live_server: LiveServer, world: World, settings: Settings, tmp_path: Path
) -> Iterator[Handset]:
    settings.PAICHA_HOME = tmp_path
    settings.MEDIA_ROOT = tmp_path
    with handset(browser, live_server.url) as made:
        yield made
        assert [c for c in made.complaints if "Failed to load resource" not in c] == []


@pytest.fixture
def next_round(world: World) -> World:
    """The round after: everybody answered in the last one is due again, with the last answers beside."""
    world.round = open_round(
        world.round.pack, world.pack, clock.today() - timedelta(days=1), "operator:tester"
    )
    return world


def taps(page: Page) -> int:
    return int(page.evaluate("window.taps"))


COUNT = """() => {
  window.taps = 0;
  document.addEventListener("click", (event) => { if (event.detail !== 0) window.taps += 1; }, true);
}"""


def test_twenty_households_without_a_signal_and_the_phone_dies_in_between(
    phone: Handset, world: World
) -> None:
    names = [f"乔{chr(0x4E01 + n)}" for n in range(20)]
    listed = [NewHousehold("2", name, "", 4, "general") for name in names]
    add_households(world.areas[VILLAGE], listed)
    world.round = open_round(world.round.pack, world.pack, clock.today(), "operator:tester")
    phone.set_up("cadre")
    phone.offline()
    for number, name in enumerate(names):
        phone.open_household(name)
        if number % 5 == 4:
            phone.page.get_by_role("button", name="整户外出未联系上").click()
            expect(phone.page.locator("#finish")).to_have_count(0)
        else:
            fill(phone)
            finish(phone)
        if number == 9:
            phone.reopen()
            phone.enter()
    phone.waits(20)
    phone.offline(False)
    phone.waits(0)
    entries = RosterEntry.objects.filter(round=world.round, household__head_name__in=names)
    assert sorted(entries.values_list("outcome", flat=True)) == [1] * 16 + [4] * 4
    assert set(entries.values_list("revision_number", flat=True)) == {1}


def test_two_phones_and_the_desk_over_one_household(
    phone: Handset, world: World, browser: Browser, live_server: LiveServer, page: Page
) -> None:
    phone.set_up("cadre")
    with handset(browser, live_server.url) as other:
        other.set_up("cadre")
        for one, income in ((phone, 4), (other, 3)):
            one.offline()
            one.open_household("贺生花")
            fill(one)
            one.page.locator(f'input[name="income_band"][value="{income}"]').check()
            finish(one)
        phone.offline(False)
        phone.waits(0)
        other.offline(False)
        other.waits(0)
        expect(other.page.locator(".state.conflict")).to_contain_text("两边不一样")
    assert Conflict.objects.get().fields == ["income_band"]
    sign_in(page, "cadre")
    page.goto(f"/area/{VILLAGE}/conflicts/")
    page.get_by_role("link", name="去定").click()
    expect(page.locator("main").get_by_text("手机").first).to_be_visible()
    page.locator('input[type="radio"][value="other"], input[type="radio"]').last.check()
    with page.expect_navigation():  # the form asks who is signed in before it goes
        page.locator("main form button").last.click()
    assert Conflict.objects.get().settled_at is not None
    entry = RosterEntry.objects.get(household=world.household("贺生花"))
    assert '"income_band":3' in Revision.objects.get(pk=entry.revision).answers


def test_a_file_handed_over_where_there_is_no_signal(
    phone: Handset, world: World, page: Page, tmp_path: Path
) -> None:
    phone.set_up("cadre")
    phone.offline()
    phone.open_household("贺生花")
    fill(phone)
    finish(phone)
    phone.page.goto("/field/#/device")
    with phone.page.expect_download() as download:
        phone.page.get_by_role("button", name="交接成文件").click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    assert "贺生花" not in file.read_text(encoding="utf-8")
    phone.waits(1)
    sign_in(page, "cadre")
    page.goto(f"/area/{VILLAGE}/phones/")
    page.get_by_label("文件（名字以 .paicha 结尾）").set_input_files(file)
    page.get_by_role("button", name="收下").last.click()
    expect(page.get_by_role("row", name="贺生花")).to_contain_text("收下了")
    assert stored(world, "贺生花") == 1
    phone.offline(False)
    phone.waits(0)
    assert stored(world, "贺生花") == 1


def test_taps_of_the_five_commonest_actions(phone: Handset, next_round: World) -> None:
    phone.set_up("cadre")
    phone.page.evaluate(COUNT)
    counted = {}

    def after(name: str) -> None:
        counted[name] = taps(phone.page)
        phone.page.evaluate("window.taps = 0")

    phone.page.get_by_role("link", name="王建国").click()
    expect(phone.page.get_by_text("标“上次”的是")).to_contain_text("月排查填的，标“名册”的是名册上的")
    expect(phone.page.locator("#c-phone")).to_contain_text("取自上次、名册")
    phone.page.get_by_role("button", name="和上次一样").click()
    finish(phone)
    after("a household as last round")
    phone.page.get_by_role("link", name="贺生花").click()
    phone.page.get_by_role("button", name="拒访").click()
    after("nobody met")
    phone.page.locator("#search").click()
    phone.page.keyboard.type("glh")
    expect(phone.page.locator(".rows li")).to_have_count(1)
    phone.page.get_by_role("link", name="高兰花").click()
    after("found by initials")
    phone.page.get_by_role("link", name="问题、信访").click()
    phone.page.locator("summary").first.click()
    phone.page.locator('input[name="type"][value="1"]').click()
    phone.page.get_by_label("具体问题").click()
    phone.page.keyboard.type("水管冻裂")
    phone.page.get_by_role("button", name="存好").click()
    after("a problem")
    phone.page.get_by_role("link", name="这部手机").click()
    phone.page.get_by_role("button", name="现在就传").click()
    after("send now")
    assert counted == {
        "a household as last round": 3, "nobody met": 2, "found by initials": 2, "a problem": 5, "send now": 2
    }  # fmt: skip


def test_a_household_of_form_1_1_in_under_a_minute_at_human_pace(phone: Handset, next_round: World) -> None:
    """A third of a second between taps; five answers change from last round."""
    phone.set_up("cadre")
    began = time.monotonic()
    phone.page.get_by_role("link", name="王建国").click()
    for selector in (
        "#as-last", 'input[name="water"][value="3"]', 'input[name="income_band"][value="3"]',
        'input[name="residence"][value="2"]', 'input[name="major_expense"][value="1"]',
    ):  # fmt: skip
        phone.page.wait_for_timeout(350)
        phone.page.locator(selector).click()
    phone.page.locator("#q-major_expense_reason").press_sequentially("慢性病住院", delay=350)
    phone.page.wait_for_timeout(350)
    finish(phone)
    assert time.monotonic() - began < 60


def test_no_page_of_the_phone_breaks_a_rule_of_accessibility(phone: Handset, next_round: World) -> None:
    page, found = phone.page, {}

    def look(name: str) -> None:
        found[name] = violations(page, {})

    page.goto("/field/")
    expect(page.get_by_role("link", name="联网登录")).to_be_visible()
    look("start")
    phone.set_up("cadre")
    look("list")
    phone.open_household("王建国")
    page.get_by_role("button", name="存好这一户").click()
    look("household with what is missing")
    page.get_by_role("button", name="和上次一样").click()
    look("household as last round")
    for address, heading in (
        ("new", "添一户"), ("device", "这部手机"), (f"h/{next_round.household('王建国').pk}/raise", "王建国户"),
        (f"h/{next_round.household('王建国').pk}/members", "王建国户家庭成员"),
    ):  # fmt: skip
        page.goto(f"/field/#/{address}")
        expect(page.get_by_role("heading", level=1)).to_have_text(heading)
        look(address.split("/")[-1])
    phone.reopen()
    expect(phone.page.get_by_label("口令", exact=True)).to_be_visible()
    page = phone.page
    look("pin")
    assert {name: v for name, v in found.items() if v} == {}

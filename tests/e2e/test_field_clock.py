"""A phone whose clock is wrong, names that the server has not seen, and what the phone says of itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from pypinyin import Style, pinyin
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer
from tests.e2e.phones import Handset, handset
from tests.e2e.test_field import fill, finish, stored
from tests.worlds.round import World

from paicha.domain import clock
from paicha.domain.responses.models import Revision
from paicha.domain.rounds.models import RosterEntry

COMMON = "".join(  # the first level of GB 2312, 3,755 characters
    bytes([high, low]).decode("gb2312")
    for high in range(0xB0, 0xD8)
    for low in range(0xA1, 0xFF)
    if (high, low) < (0xD7, 0xFA)
)


@pytest.fixture
def phone(
    browser: Browser, live_server: LiveServer, world: World, settings: Settings, tmp_path: Path
) -> Iterator[Handset]:
    settings.PAICHA_HOME = tmp_path
    settings.MEDIA_ROOT = tmp_path
    with handset(browser, live_server.url) as made:
        yield made
        assert [c for c in made.complaints if "Failed to load resource" not in c] == []


@pytest.mark.parametrize(("days", "word"), [(-40, "慢了 40 天"), (40, "快了 40 天")])
def test_the_servers_day_counts_where_the_phones_clock_is_wrong(
    phone: Handset, world: World, days: int, word: str
) -> None:
    phone.context.clock.set_system_time(clock.now() + timedelta(days=days))
    phone.set_up("cadre")
    phone.offline()
    phone.open_household("贺生花")
    today = clock.today()
    expect(phone.page.locator("#clock")).to_contain_text(word)
    expect(phone.page.locator("#clock")).to_contain_text(f"今天是 {today.month} 月 {today.day} 日")
    expect(phone.page.locator('input[name="surveyed_on"]')).to_have_value(today.isoformat())
    fill(phone)
    finish(phone)
    phone.reopen()
    phone.enter()
    phone.open_household("折玉兰")
    expect(phone.page.locator('input[name="surveyed_on"]')).to_have_value(today.isoformat())
    phone.page.goto("/field/#/device")
    expect(phone.page.locator("#clock")).to_contain_text("请在手机设置里校准时间")
    phone.offline(False)
    phone.page.get_by_role("button", name="现在就传").click()
    phone.waits(0)
    assert stored(world, "贺生花") == 1
    entry = RosterEntry.objects.get(household=world.household("贺生花"))
    assert f'"surveyed_on":"{today}"' in Revision.objects.get(pk=entry.revision).answers


def test_a_clock_that_is_put_right_afterwards_is_believed(phone: Handset, world: World) -> None:
    phone.context.clock.set_system_time(clock.now() - timedelta(days=40))
    phone.set_up("cadre")
    phone.offline()
    phone.context.clock.set_system_time(clock.now())
    phone.open_household("贺生花")
    expect(phone.page.locator('input[name="surveyed_on"]')).to_have_value(clock.today().isoformat())
    expect(phone.page.locator("#clock")).to_have_count(0)


def test_a_household_found_on_the_spot_is_found_by_its_initials(phone: Handset, world: World) -> None:
    phone.set_up("cadre")
    phone.offline()
    phone.page.goto("/field/#/new")
    phone.page.get_by_label("户主姓名").fill("折连生")
    phone.page.get_by_role("button", name="添上，填这一户").click()
    expect(phone.page.get_by_role("heading", name="折连生户")).to_be_visible()
    for typed in ("ZLS", "sls"):  # 折玉兰 of the roster lends the readings of the surname
        phone.page.goto("/field/#/")
        phone.page.locator("#search").fill(typed)
        expect(phone.page.get_by_role("link", name="折连生").first).to_be_visible()


def test_the_page_of_the_phone_says_what_waits_and_what_was_answered(phone: Handset, world: World) -> None:
    phone.set_up("cadre")
    phone.open_household("折玉兰")
    phone.page.get_by_role("button", name="整户外出未联系上").click()
    expect(phone.page.get_by_text("存好了。")).to_be_visible()
    phone.waits(0)
    phone.offline()
    phone.open_household("贺生花")
    fill(phone)
    finish(phone)
    phone.page.goto("/field/#/device")
    expect(phone.page.locator("#waits")).to_have_text("1 户：贺生花")
    expect(phone.page.locator("#answered")).to_have_text(re.compile("^(已收下|已排查) 1 户$"))


def test_initials_of_the_phone_are_readings_of_the_character(phone: Handset) -> None:
    """Every common character, one by one, against the dictionary that the server uses."""
    phone.page.goto("/field/")
    letters = phone.page.evaluate(
        """async (names) => {
          const { initials } = await import("/static/field/initials.js");
          return [...names].map((name) => initials(name, []));
        }""",
        COMMON,
    )
    read = [pinyin(c, style=Style.NORMAL, heteronym=True)[0] for c in COMMON]
    wrong = [
        (c, a) for c, a, r in zip(COMMON, letters, read, strict=True) if a.lower() not in {x[0] for x in r}
    ]
    assert (len(COMMON), wrong) == (3755, [])

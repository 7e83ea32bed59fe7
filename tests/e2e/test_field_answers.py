"""What the phone answers to a tap: stored and what next, the next open question, how it stands after sending."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer
from tests.e2e.phones import Handset, handset
from tests.e2e.test_field import fill, finish
from tests.worlds.round import World


@pytest.fixture
def phone(
    browser: Browser, live_server: LiveServer, world: World, settings: Settings, tmp_path: Path
) -> Iterator[Handset]:
    settings.PAICHA_HOME = tmp_path
    with handset(browser, live_server.url) as made:
        yield made
        assert [c for c in made.complaints if "Failed to load resource" not in c] == []


def test_the_page_of_the_phone_agrees_with_its_head_after_sending(phone: Handset) -> None:
    phone.set_up("cadre")
    phone.offline()
    phone.open_household("贺生花")
    fill(phone)
    finish(phone)
    expect(phone.page.locator(".toast")).to_contain_text("下一户")
    phone.page.goto("/field/#/device")
    expect(phone.page.locator("#waits")).to_have_text("1 户：贺生花")
    expect(phone.page.get_by_text("现在没有信号")).to_be_visible()
    phone.offline(False)
    expect(phone.page.locator("#waits")).to_have_text("没有，都传了")
    expect(phone.page.locator("#sent")).not_to_have_text("还没有传过")
    expect(phone.page.get_by_text("现在没有信号")).to_have_count(0)
    expect(phone.page.get_by_role("button", name="退出这部手机")).to_be_visible()
    expect(phone.page.locator("#version")).to_have_text("今天的版本")


def test_what_is_left_leads_to_the_next_open_question(phone: Handset) -> None:
    phone.set_up("cadre")
    phone.open_household("贺生花")
    left = phone.page.locator("#left")
    expect(left).to_contain_text("还差")
    expect(left).to_contain_text("题")
    phone.page.locator("#q-population").fill("4")
    left.click()
    first = phone.page.evaluate("document.activeElement.name")
    left.click()
    assert phone.page.evaluate("document.activeElement.name") not in (first, "population", "")


def test_an_income_of_six_digits_is_seen_whole(phone: Handset) -> None:
    phone.set_up("cadre")
    phone.open_household("贺生花")
    wide = phone.page.locator("input.wide").first
    wide.fill("126379")
    assert wide.evaluate("(box) => box.scrollWidth <= box.clientWidth && box.clientWidth >= 110")

"""The phone's pages in Chromium 92: set up, filled offline, killed, sent, left.

Playwright's locators want what version 92 lacks, so the page is driven by its own scripts: a tap is a click on what
stands there in words.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer
from tests.e2e.conftest import PASSWORD
from tests.e2e.phones import PIN
from tests.e2e.test_field import SIMPLE, stored
from tests.e2e.waits import open_context
from tests.worlds.round import World

TAP = """(words) => {
  const all = [...document.querySelectorAll("a, button, summary")].filter((e) => e.getClientRects().length);
  const found = all.find((e) => e.textContent.trim().startsWith(words));
  if (!found) throw new Error(`nothing to tap: ${words}; there is ${document.body.innerText.slice(0, 300)}`);
  found.click();
}"""
TYPE = """([selector, value]) => {
  const box = document.querySelector(selector);
  box.value = value;
  box.dispatchEvent(new Event("input", { bubbles: true }));
}"""
CHECK = "(selector) => document.querySelector(selector).click()"


class OldPhone:
    """A phone with Chromium 92."""

    def __init__(self, browser: Browser, url: str) -> None:
        self.context = open_context(browser, url, viewport={"width": 360, "height": 640})
        self.page: Page = self.context.new_page()
        self.errors: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))

    def sees(self, words: str) -> None:
        self.page.wait_for_function("(w) => document.body.innerText.includes(w)", arg=words)

    def tap(self, words: str) -> None:
        self.sees(words)
        self.page.evaluate(TAP, words)

    def types(self, selector: str, value: str) -> None:
        self.page.wait_for_function("(s) => document.querySelector(s)", arg=selector)
        self.page.evaluate(TYPE, [selector, value])

    def checks(self, selector: str) -> None:
        self.page.wait_for_function("(s) => document.querySelector(s)", arg=selector)
        self.page.evaluate(CHECK, selector)


@pytest.fixture
def phone(
    old_browser: Browser, live_server: LiveServer, world: World, settings: Settings, tmp_path: Path
) -> Iterator[OldPhone]:
    settings.PAICHA_HOME = tmp_path
    made = OldPhone(old_browser, live_server.url)
    yield made
    made.context.close()
    assert made.errors == []


def test_an_old_phone_fills_households_offline_and_loses_none(phone: OldPhone, world: World) -> None:
    page = phone.page
    page.goto("/field/")
    assert "Chrome/92." in page.evaluate("() => navigator.userAgent")
    phone.tap("联网登录")
    phone.types("#id_username", "cadre")
    phone.types("#id_password", PASSWORD)
    page.evaluate("() => document.querySelector('main form').submit()")
    phone.sees("只登录这一次")
    phone.types('input[name="pin"]', PIN)
    phone.types('input[name="again"]', PIN)
    phone.tap("登录，取走名册")
    phone.types("#pin", PIN)
    phone.sees("还差")
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    phone.context.set_offline(True)
    phone.tap("贺生花")
    phone.types("#q-population", "4")
    for name, number in SIMPLE.items():
        phone.checks(f'input[name="{name}"][value="{number}"]')
    phone.checks('input[name="civil_aid"][value="5"]')
    for name, people in (("insured_none", "0"), ("insured_resident", "4"), ("insured_employee", "0")):
        phone.types(f"#q-{name}", people)
    phone.tap("存好这一户")
    phone.sees("贺生花户存好了")
    phone.tap("折玉兰")
    phone.tap("拒访")
    phone.sees("待传 2 户")
    page.reload()  # from the cache: there is no network
    phone.sees("待传 2 户")
    phone.types("#pin", PIN)
    phone.sees("共 9 户")
    phone.context.set_offline(False)
    phone.sees("都传了")
    assert (stored(world, "贺生花"), stored(world, "折玉兰")) == (1, 1)

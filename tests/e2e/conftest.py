"""A real Chromium before a real server, on the small world of the desk's tests."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, Locator, Page, Playwright, expect, sync_playwright
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer
from tests.browsers import ARGUMENTS, environment, old_chromium, system_chromium
from tests.e2e.waits import be_patient, emptied, open_context
from tests.worlds.round import World, build

from paicha.domain import clock

if TYPE_CHECKING:
    from tests.e2e.people import Cast

# Playwright's own event loop runs in this thread, which makes Django refuse the tests' queries.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

PASSWORD = "a-long-password-1"

be_patient()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what drives a browser."""
    for item in items:
        if {"browser", "old_browser", "driver"} & set(getattr(item, "fixturenames", ())):
            item.add_marker("browser")


@pytest.fixture(scope="session")
def driver() -> Iterator[Playwright]:
    """Playwright itself, of which a process can have one."""
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def browser(driver: Playwright) -> Iterator[Browser]:
    """The system's Chromium, once a session."""
    made = driver.chromium.launch(executable_path=system_chromium(), args=["--no-sandbox"])
    yield made
    made.close()


@pytest.fixture(scope="session")
def old_browser(driver: Playwright) -> Iterator[Browser]:
    """Chromium 92, the oldest that the phone's pages promise to work in."""
    made = driver.chromium.launch(executable_path=old_chromium(), args=ARGUMENTS, env=environment())
    yield made
    made.close()


@pytest.fixture
def served(transactional_db: None, live_server: LiveServer) -> Iterator[None]:
    """Tables that are emptied only once the server has served the last request."""
    with emptied(live_server):
        yield


@pytest.fixture
def world(served: None, settings: Settings, tmp_path: Path) -> World:
    """The small world, its round opened five days ago."""
    settings.MEDIA_ROOT = tmp_path / "files"
    return build(clock.today() - timedelta(days=5))


@pytest.fixture
def page(browser: Browser, live_server: LiveServer, world: World) -> Iterator[Page]:
    """A page that fails the test for whatever the browser complains about: CSP above all."""
    context = open_context(browser, live_server.url, viewport={"width": 1280, "height": 800})
    made = context.new_page()
    complaints: list[str] = []
    made.on("console", lambda m: complaints.append(m.text) if m.type in ("error", "warning") else None)
    made.on("pageerror", lambda error: complaints.append(str(error)))
    yield made
    context.close()
    assert [c for c in complaints if "status of 4" not in c and "ERR_INTERNET_DISCONNECTED" not in c] == []


@pytest.fixture
def cast(
    served: None, settings: Settings, tmp_path: Path, browser: Browser, live_server: LiveServer
) -> Iterator[Cast]:
    """Everybody of a round, each at a browser of their own, whose complaints fail the test."""
    from tests.e2e.people import Cast, gather  # noqa: PLC0415  (it stands on this file)

    settings.MEDIA_ROOT = tmp_path / "files"
    made = Cast(gather(), browser, live_server.url)
    yield made
    made.leave()
    assert made.complaints == []


def sign_in(page: Page, who: str) -> None:
    """By keyboard alone."""
    page.goto("/login/")
    expect(
        page.get_by_label("账号")
    ).to_be_focused()  # the page does it by itself, a moment after it has loaded
    page.keyboard.type(who)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/login/" not in url)


def menu_entry(page: Page, name: str) -> Locator:
    """An entry of the menu, which is opened where the entry is behind 更多."""
    menu = page.get_by_role("navigation", name="主要")
    entry = menu.get_by_role("link", name=name, exact=True)
    if not entry.is_visible():
        menu.get_by_text("更多").click()
    return entry

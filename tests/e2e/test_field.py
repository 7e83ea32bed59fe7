"""The survey on a phone, in a real browser against the real server: offline, and nothing finished is ever lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer
from tests.delivery.desk.world import World
from tests.e2e.phones import Handset, handset

from paicha.domain.responses.models import Revision

SIMPLE = {
    "residence": 1,
    "housing": 2,
    "schooling": 3,
    "water": 2,
    "income_band": 4,
    "major_expense": 2,
    "enrol": 3,
}


@pytest.fixture
def phone(
    browser: Browser, live_server: LiveServer, world: World, settings: Settings, tmp_path: Path
) -> Iterator[Handset]:
    settings.PAICHA_HOME = tmp_path
    with handset(browser, live_server.url) as made:
        yield made
        assert [c for c in made.complaints if "ERR_INTERNET_DISCONNECTED" not in c] == []


def fill(phone: Handset, people: int = 4) -> None:
    """A household without anything that a rule would ask about."""
    page = phone.page
    page.locator("#q-population").fill(str(people))
    for name, number in SIMPLE.items():
        page.locator(f'input[name="{name}"][value="{number}"]').check()
    page.locator('input[name="civil_aid"][value="5"]').check()
    page.locator("#q-insured_none").fill("0")
    page.locator("#q-insured_resident").fill(str(people))
    page.locator("#q-insured_employee").fill("0")


def finish(phone: Handset) -> None:
    phone.page.get_by_role("button", name="存好这一户").click()
    expect(phone.page.get_by_text("存好了。")).to_be_visible()


def test_a_household_filled_without_a_signal_arrives_once(phone: Handset, world: World) -> None:
    phone.set_up("cadre")
    phone.offline()
    phone.open_household("贺生花")
    fill(phone)
    finish(phone)
    phone.waits(1)
    assert not Revision.objects.filter(household=world.household("贺生花")).exists()
    phone.offline(False)
    phone.waits(0)
    assert Revision.objects.filter(household=world.household("贺生花")).count() == 1

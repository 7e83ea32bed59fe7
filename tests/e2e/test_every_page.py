"""Every page there is, in a real browser: no violation of WCAG 2.2 AA, and nothing that scrolls sideways."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page
from tests.delivery.desk import access
from tests.e2e.accessible import faults
from tests.e2e.conftest import sign_in
from tests.worlds.round import World

PARTS = 4


def addresses(world: World, part: int) -> Iterator[str]:
    """One address of each name and level that somebody with every role can open as a page; a part of all."""
    client = access.signed_in(access.everything(world))
    listed: dict[tuple[str, str], list[str]] = {}
    for ask in access.asks(world):
        listed.setdefault((ask.name, ask.level), []).append(ask.address)
    for number, ((name, _), those) in enumerate(listed.items()):
        if number % PARTS != part or name == "sign_out":
            continue
        for address in those:
            answer = client.get(address)
            if answer.status_code == 200 and "text/html" in answer.headers["Content-Type"]:
                yield address
                break


@pytest.mark.parametrize("part", range(PARTS))
def test_every_page_is_accessible_and_fits(page: Page, world: World, part: int) -> None:
    found = {}
    pages = [*addresses(world, part), "/area/610881109999/"]
    sign_in(page, "everything")
    for address in pages:
        page.goto(address)
        found[address] = faults(page)
    assert {address: said for address, said in found.items() if said} == {}
    assert len(pages) > 5

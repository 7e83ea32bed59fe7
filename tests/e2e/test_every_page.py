"""Every page there is, in a real browser: no violation of WCAG 2.2 AA, and nothing that scrolls sideways."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page
from tests.delivery.desk import access
from tests.e2e.conftest import sign_in
from tests.worlds.round import World

RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
WIDTHS = (360, 600, 768, 1280, 1920)
PARTS = 4


def addresses(world: World) -> list[str]:
    """One address of each name and level that somebody with every role can open as a page."""
    client = access.signed_in(access.everything(world))
    found: dict[tuple[str, str], str] = {}
    for ask in access.asks(world):
        key = (ask.name, ask.level)
        if key in found or ask.name == "sign_out":
            continue
        answer = client.get(ask.address)
        if answer.status_code == 200 and "text/html" in answer.headers["Content-Type"]:
            found[key] = ask.address
    return [*found.values(), "/area/610881109999/"]


@pytest.mark.parametrize("part", range(PARTS))
def test_every_page_is_accessible_and_fits(page: Page, world: World, part: int) -> None:
    faults: dict[str, list[str]] = {}
    sideways = []
    listed = addresses(world)[part::PARTS]
    sign_in(page, "everything")
    for address in listed:
        page.goto(address)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
                sideways.append(f"{address} at {width}")
            if width in (360, 1280):
                found = Axe().run(page, options=RULES).response["violations"]
                said = [f"{v['id']}: {node['html'][:160]}" for v in found for node in v["nodes"][:3]]
                if said:
                    faults[f"{address} at {width}"] = said
    assert faults == {}
    assert sideways == []
    assert len(listed) > 5

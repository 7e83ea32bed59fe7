"""The plan of days on a phone: its table of days scrolls in its own frame."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page
from tests.e2e.conftest import sign_in
from tests.worlds.round import VILLAGE, World

_WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


@pytest.mark.browser
def test_a_table_of_many_days_scrolls_within_its_frame(page: Page, world: World) -> None:
    """Texts for screen readers alone stood outside the frame, and the page scrolled sideways with them."""
    page.set_viewport_size({"width": 360, "height": 740})
    sign_in(page, "cadre")
    page.goto(f"/area/{VILLAGE}/plan/")
    rows = page.locator("table.fill-in select")
    days = page.locator("table.fill-in select").first.locator("option").count() - 1
    assert days > 4 and rows.count() > 0
    for _ in range(days - 1):
        with page.expect_navigation():
            page.get_by_role("button", name="再加一次").first.click()
    for at in range(days):
        page.locator("input[name=who-0]").nth(at).fill("张三")
        page.locator("select[name=day-0]").nth(at).select_option(index=at + 1)
    with page.expect_navigation():
        page.get_by_role("button", name="存下", exact=True).last.click()
    assert page.get_by_role("group", name="每天多少户").evaluate("box => box.scrollWidth > box.clientWidth")
    assert not page.evaluate(_WIDE)

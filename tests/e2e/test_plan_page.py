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
    last = page.locator("select[name=day-0] option").count() - 1
    assert last > 4, "too few days for a wide table"
    for row in page.locator("table.fill-in .one").all():
        row.locator("input").fill("张三")
        row.locator("select").select_option(index=last)
    with page.expect_navigation():
        page.get_by_role("button", name="存下", exact=True).last.click()
    assert page.get_by_role("group", name="每天多少户").evaluate("box => box.scrollWidth > box.clientWidth")
    assert page.locator(".scroll .unseen").count(), "nobody goes on the last day"
    assert not page.evaluate(_WIDE)

"""Help in a real Chromium: '?' by keyboard at both widths, the tour of the first day, the way there on every page."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from tests.e2e.accessible import violations
from tests.e2e.conftest import sign_in
from tests.worlds.round import VILLAGE, World

_WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


@pytest.mark.parametrize("width", [360, 1280])
def test_who_comes_for_the_first_time_is_shown_three_steps_and_help(
    page: Page, world: World, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 860})
    page.goto("/login/")
    page.get_by_role("link", name="怎么登录，看帮助").click()
    expect(page.get_by_role("heading", name="怎么登录", exact=True)).to_be_visible()
    sign_in(page, "cadre")
    tour = page.locator(".tour")
    for nth in (1, 2, 3):
        expect(tour).to_contain_text(f"第 {nth} 步，共 3 步")
        assert (violations(page), page.evaluate(_WIDE)) == ([], False), nth
        with page.expect_navigation():
            tour.get_by_role("button").first.click()

    expect(tour).to_have_count(0)
    page.reload()
    expect(tour).to_have_count(0)

    page.locator(".account > summary").click()
    with page.expect_navigation():
        page.get_by_role("link", name="帮助", exact=True).click()
    expect(page.get_by_role("heading", name="村干部怎么做")).to_be_visible()
    with page.expect_navigation():
        page.get_by_role("link", name="看线索").first.click()
    assert page.url.endswith(f"/area/{VILLAGE}/leads/")

    mark = page.locator("button.term").first
    mark.focus()
    page.keyboard.press("Enter")
    said = page.locator(".term-words:popover-open")
    expect(said).to_contain_text("不是结论")
    assert (violations(page), page.evaluate(_WIDE)) == ([], False)
    page.keyboard.press("Escape")
    expect(said).to_have_count(0)


def test_large_print_is_turned_on_in_the_account_menu_and_holds_on_the_phone_s_pages(
    page: Page, world: World
) -> None:
    size = "getComputedStyle(document.body).fontSize"
    sign_in(page, "cadre")
    page.goto(f"/area/{VILLAGE}/leads/")
    assert page.evaluate(size) == "16px"
    page.locator(".account > summary").click()
    with page.expect_navigation():
        page.get_by_role("button", name="大字").click()
    assert page.url.endswith(f"/area/{VILLAGE}/leads/")
    assert page.evaluate(size) == "20px"
    page.goto("/field/")
    expect(page.get_by_role("link", name="联网登录")).to_be_visible()
    assert page.evaluate(size) == "21.25px"
    page.goto("/help/")
    page.locator(".account > summary").click()
    with page.expect_navigation():
        page.get_by_role("button", name="字小一点").click()
    assert page.evaluate(size) == "16px"

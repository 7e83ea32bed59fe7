"""Preview, history and taking back of an upload, in a browser: what the page shows, and that it fits both widths."""

from __future__ import annotations

import io
import os
from collections.abc import Callable

import openpyxl
import pytest
from playwright.sync_api import Page, expect
from tests.delivery.desk.test_transfer import changed
from tests.e2e.conftest import sign_in
from tests.worlds.round import VILLAGE, World

SHOTS = os.environ.get("PAICHA_SHOTS", "")


def shoot(page: Page, name: str, width: int) -> None:
    """A picture for the eye, where one is asked for; and nothing stands outside the page."""
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}-{width}.png", full_page=True)


@pytest.mark.parametrize("width", [360, 1280])
def test_a_wrong_file_is_seen_before_it_goes_in_and_taken_back_after(
    page: Page, world: World, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 860})
    sign_in(page, "cadre")
    book = page.request.get(f"/area/{VILLAGE}/download/?as=xlsx").body()

    def send(change: Callable[[bytes], bytes]) -> None:
        page.goto(f"/area/{VILLAGE}/upload/")
        file = {"name": "表.xlsx", "mimeType": "application/vnd.ms-excel", "buffer": change(book)}
        page.get_by_label("选文件").set_input_files(file)  # type: ignore[arg-type]
        page.get_by_role("button", name="先看看会怎样").click()
        expect(page.get_by_role("heading", name="一行一行看")).to_be_visible()

    send(lambda content: changed(changed(content, "王建国", 8, 3), "王建国", 4, "15900001111"))
    row = page.get_by_role("row").filter(has_text="王建国")
    row.get_by_text("改 2 项").click()
    expect(row.get_by_text("159****1111")).to_be_visible()
    shoot(page, "preview", width)
    page.get_by_role("link", name="安全饮水 1").click()
    expect(page.get_by_role("row").filter(has_text="王建国").get_by_text("3 分散取水且安全")).to_be_visible()
    page.get_by_role("button", name="收下").click()
    expect(page.get_by_role("heading", name="已收下")).to_be_visible()

    page.get_by_role("link", name="传过的表格，撤回").click()
    expect(page.get_by_role("heading", name="传过的表格")).to_be_visible()
    shoot(page, "history", width)
    page.get_by_role("button", name="撤回这次上传").click()
    expect(page.get_by_text("还没有撤回，先看看会怎样")).to_be_visible()
    shoot(page, "undo", width)
    page.get_by_role("button", name="撤回", exact=True).click()
    expect(page.get_by_role("heading", name="已撤回")).to_be_visible()
    sheet = openpyxl.load_workbook(io.BytesIO(page.request.get(f"/area/{VILLAGE}/download/?as=xlsx").body()))
    assert not any("15900001111" in str(cell.value) for line in sheet.worksheets[0] for cell in line)

"""A list inside a form, in a real browser: ticks and what was typed outlive turning, searching and sorting."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from tests.e2e.conftest import sign_in
from tests.worlds.ledger import Ledgers
from tests.worlds.round import VILLAGE, World

from paicha.domain.cases.models import Case
from paicha.domain.handover.models import Return


@pytest.mark.parametrize("width", [360, 1280])
def test_rows_of_several_pages_go_back_together(
    page: Page, world: World, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    monkeypatch.setattr("paicha.delivery.desk.shell.paging.SIZE", 2)
    ledgers = Ledgers(world)
    ledgers.complete()
    ledgers.hand_up()
    page.set_viewport_size({"width": width, "height": 800})
    sign_in(page, "town")
    page.goto(f"/area/{VILLAGE}/return/")
    page.get_by_label("要改什么").fill("人口对不上")
    boxes, count = page.locator("#list tbody input[type=checkbox]"), page.locator("[data-ticked]")
    first = boxes.first.input_value()
    boxes.first.check()
    page.get_by_role("link", name="下一页").click()
    expect(page.get_by_text("第 2 页")).to_be_visible()
    expect(count).to_have_text("已勾 1 户")
    second = boxes.last.input_value()
    boxes.last.check()
    expect(count).to_have_text("已勾 2 户")
    expect(count).to_be_in_viewport()
    page.get_by_role("link", name="组", exact=True).click()
    expect(page.locator("th[aria-sort]")).to_have_text("组")
    page.get_by_label("户主姓名", exact=True).fill("没有这个人")
    page.get_by_role("button", name="查找").click()
    expect(page.get_by_text("没有这样的户")).to_be_visible()
    expect(page.get_by_label("要改什么")).to_have_value("人口对不上")
    page.locator("input[name=to]").first.check()
    page.get_by_role("button", name="退回", exact=True).click()
    page.wait_for_url("**/returns/")
    assert sorted(Return.objects.get().households) == sorted([first, second])


def test_a_refusal_stands_at_its_field(page: Page, world: World) -> None:
    ledgers = Ledgers(world)
    ledgers.complete()
    ledgers.hand_up()
    sign_in(page, "town")
    page.goto(f"/area/{VILLAGE}/return/")
    page.locator("#list tbody input[type=checkbox]").first.check()
    page.locator("input[name=to]").first.check()
    page.get_by_role("button", name="退回", exact=True).click()
    reason = page.get_by_label("要改什么")
    expect(reason).to_be_focused()
    expect(reason).to_have_attribute("aria-invalid", "true")
    expect(reason).to_be_in_viewport()
    expect(page.locator("#why-not")).to_contain_text("请写明为什么退回")


@pytest.mark.parametrize("width", [360, 1280])
def test_households_of_several_pages_are_put_forward_together(
    page: Page, world: World, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    monkeypatch.setattr("paicha.delivery.desk.shell.paging.SIZE", 1)
    page.set_viewport_size({"width": width, "height": 640})
    sign_in(page, "cadre")
    page.goto(f"/area/{VILLAGE}/leads/")
    button, count = page.get_by_role("button", name="勾选的户提请研判"), page.locator("[data-ticked]")
    expect(button).to_be_in_viewport()
    heads = set()
    for _ in range(12):
        box = page.locator("#list tbody input[type=checkbox]")
        if box.count() and not box.first.is_checked() and len(heads) < 2:
            box.first.check()
            heads.add(box.first.input_value())
            expect(count).to_have_text(f"已勾 {len(heads)} 户")
        turn = page.get_by_role("link", name="下一页")
        if not turn.count() or len(heads) == 2:
            break
        number = page.locator("nav.pages span").first.inner_text()
        turn.click()
        expect(page.locator("nav.pages span").first).not_to_have_text(number)
    assert len(heads) == 2
    with page.expect_navigation():
        button.click()
    assert Case.objects.filter(household__in=heads).count() == 2

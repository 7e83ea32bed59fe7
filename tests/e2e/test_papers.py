"""Form 2 and the plan of visits by keyboard alone, and the bulletin's text copied, in a real browser."""

from __future__ import annotations

from playwright.sync_api import Page, expect
from tests.e2e.conftest import sign_in
from tests.worlds.round import COUNTY, VILLAGE, World

from paicha.domain import clock
from paicha.domain.responses.models import VillageSummary
from paicha.domain.rounds.models import PlannedVisit


def test_form_2_takes_a_count_at_once_and_saves_by_enter(page: Page, world: World) -> None:
    sign_in(page, "cadre")
    page.goto(f"/area/{VILLAGE}/profile/")
    field = page.get_by_label("总人口人数", exact=True)
    take = page.locator("button[data-into=i_total_people]")
    field.focus()
    page.keyboard.type("40")
    expect(page.locator("button[data-into=i_total_people] + .mark")).to_be_visible()
    take.focus()
    page.keyboard.press("Enter")
    expect(field).to_have_value("36")
    expect(field).to_be_focused()
    expect(take).to_be_hidden()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("村情调查表已存下")
    assert VillageSummary.objects.get(code=VILLAGE).profile == {"total_people": 36}


def test_a_group_is_planned_by_keyboard_alone(page: Page, world: World) -> None:
    sign_in(page, "cadre")
    page.goto(f"/area/{VILLAGE}/plan/")
    page.get_by_label("二组排查人员").focus()
    page.keyboard.type("李四")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    assert "再加一次" in page.evaluate("document.activeElement.textContent")
    page.get_by_label("二组排查人员").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("排好了，改了 1 处")
    visit = PlannedVisit.objects.get()
    assert (visit.group, visit.surveyor, visit.on) == ("2", "李四", clock.today())
    expect(page.get_by_role("link", name="3 户，看名单")).to_be_visible()


def test_the_bulletin_is_copied(page: Page, world: World) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    sign_in(page, "city")
    page.goto(f"/area/{COUNTY}/bulletin/")
    page.get_by_role("button", name="复制").click()
    expect(page.get_by_role("status")).to_contain_text("已复制")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.get_by_label("粘贴到微信或 WPS").input_value()
    assert copied.startswith("【神木市")

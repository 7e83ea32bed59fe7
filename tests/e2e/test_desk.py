"""The desk in a real browser: no violation of WCAG 2.2 AA, no sideways scrolling, and work by keyboard alone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from tests.e2e.accessible import faults
from tests.e2e.conftest import menu_entry, sign_in
from tests.worlds.round import BY_FORM, CLEAN, COUNTY, PHONE, TOWN, VILLAGE, World

from paicha.domain.responses.models import Conflict, Finding, Revision

PARTS = 2


def addresses(world: World) -> list[str]:
    """Every kind of page."""
    household = world.household("訾埃生")
    known = {
        "household": str(world.household("王建国").pk),
        "form": "general",
        "head_name": "王建国",
        "group": "1",
    }
    world.answer(VILLAGE, [known | CLEAN | BY_FORM["general"] | {"water": 3}], source="field:9")
    conflict = Conflict.objects.get()
    return [
        f"/area/{COUNTY}/", f"/area/{TOWN}/", f"/area/{VILLAGE}/", f"/area/{COUNTY}/villages/",
        f"/area/{VILLAGE}/households/", f"/area/{COUNTY}/leads/", f"/area/{VILLAGE}/leads/?what=soft",
        f"/area/{VILLAGE}/conflicts/", f"/conflict/{conflict.pk}/", f"/household/{household.pk}/",
        f"/area/{VILLAGE}/forms/", *(f"/area/{VILLAGE}/forms/{form.name}/" for form in world.pack.forms),
        f"/area/{COUNTY}/forms/", f"/area/{VILLAGE}/upload/", f"/area/{TOWN}/download/", f"/area/{VILLAGE}/changes/",
        "/rules/S13/", "/password/", "/area/610881109999/",
    ]  # fmt: skip


@pytest.mark.parametrize("part", range(PARTS))
def test_every_page_of_the_city_is_accessible_and_fits(page: Page, world: World, part: int) -> None:
    page.goto("/login/")
    found = {"/login/": faults(page)}
    sign_in(page, "city")
    for address in addresses(world)[part::PARTS]:
        page.goto(address)
        found[address] = faults(page)
    assert {address: said for address, said in found.items() if said} == {}


def test_a_lead_is_decided_by_keyboard_alone(page: Page, world: World) -> None:
    sign_in(page, "cadre")
    expect(page.get_by_role("heading", level=1)).to_contain_text("村")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "跳到正文"
    page.keyboard.press("Enter")
    page.get_by_role("link", name="高兰花", exact=True).focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/household/**")
    page.get_by_label("理由", exact=True).first.focus()
    page.keyboard.type("入户看过，儿子在外打工供养")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "不属实"
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("已记为“不属实”")
    finding = Finding.objects.get(household=world.household("高兰花"), rule="S01")
    assert (finding.state, finding.reason) == ("dismissed", "入户看过，儿子在外打工供养")


def test_a_phone_is_shown_in_place_for_a_purpose(page: Page, world: World) -> None:
    sign_in(page, "cadre")
    page.goto(f"/household/{world.household('王建国').pk}/")
    assert PHONE not in page.content()
    page.get_by_text("看全号").first.click()
    page.get_by_label("用途").select_option("打电话联系这一户")
    page.get_by_role("button", name="看全号").click()
    expect(page.locator("#phone")).to_contain_text(PHONE)


def test_a_filter_waits_for_its_button_and_a_short_reason_fills_its_field(page: Page, world: World) -> None:
    sign_in(page, "cadre")
    page.goto(f"/area/{VILLAGE}/households/")
    page.get_by_label("排查情况").select_option("还没查完")
    page.get_by_role("button", name="查找").click()
    page.wait_for_url("**outcome=due**")
    expect(page.locator("#count")).to_have_text("3")
    page.goto(f"/household/{world.household('訾埃生').pk}/")
    page.get_by_label("风险已消除").check()
    expect(page.get_by_label("理由", exact=True).first).to_have_value("风险已消除")


def test_a_workbook_goes_out_and_comes_back(page: Page, world: World) -> None:
    sign_in(page, "cadre")
    page.goto(f"/area/{VILLAGE}/download/")
    with page.expect_download() as got:
        page.get_by_role("link", name="Excel").click()
    file = got.value.path()
    before = Revision.objects.filter(household__isnull=False).count()
    menu_entry(page, "上传").click()
    with page.expect_file_chooser() as chooser:
        page.get_by_label("选文件，可以一次选多个").click()
    named = file.with_name("本村.xlsx")
    named.write_bytes(file.read_bytes())
    chooser.value.set_files(named)
    page.get_by_role("button", name="先看看会怎样").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("还没有存，先看看会怎样")
    expect(page.locator("main")).to_contain_text("没有变化")
    assert Revision.objects.filter(household__isnull=False).count() == before


def test_the_way_from_the_county_to_a_household(page: Page, world: World) -> None:
    sign_in(page, "city")
    page.get_by_role("link", name="高家堡镇", exact=True).first.click()
    page.get_by_role("link", name=world.areas[VILLAGE].spoken, exact=True).click()
    page.get_by_role("link", name="訾埃生", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("訾埃生户")
    page.get_by_role("link", name="规则 S13").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("救助叠加风险")

"""A whole sheet of fifteen households typed by keyboard alone in a real browser, and its keystrokes counted."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from pytest_django.live_server_helper import LiveServer
from tests.e2e.accessible import faults
from tests.e2e.conftest import sign_in
from tests.e2e.waits import open_context, until
from tests.worlds.round import VILLAGE, World

from paicha.domain.households.services import NewHousehold, add_households
from paicha.domain.responses.models import Draft, Finding, Revision
from paicha.domain.rounds.models import RosterEntry

GROUP = "3"
ANSWERS = "1232" + "040" + "4" + "2" + "5" + "3"  # 居住地 … 饮水, 医保, 收入, 支出, 民政, 纳入
SURVEYORS = "李四"


@dataclass
class Keys:
    """A keyboard that counts."""

    page: Page
    pressed: list[str] = field(default_factory=list)

    def type(self, text: str) -> None:
        for char in text:
            self.page.keyboard.press(char)
            self.pressed.append(char)

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)
        self.pressed.append(key)

    def insert(self, text: str) -> None:
        """Chinese, as an input method puts it in; counted a stroke a character."""
        self.page.keyboard.insert_text(text)
        self.pressed += list(text)


def fifteen_households(world: World) -> None:
    """A group of fifteen households that nobody has visited."""
    area = world.areas[VILLAGE]
    known = [NewHousehold(GROUP, f"户主{n:02d}", f"139000030{n:02d}", 4, "general") for n in range(1, 16)]
    for id_, _ in add_households(area, known):
        RosterEntry.objects.create(
            round=world.round, household_id=id_, village=area, form="general", group=GROUP
        )


@pytest.fixture
def sheet(page: Page, world: World) -> Page:
    """The sheet of that group, opened by the cadre."""
    fifteen_households(world)
    sign_in(page, "cadre")
    page.goto(f"/area/{VILLAGE}/entry/general/?group={GROUP}")
    expect(page.locator(".grid.live")).to_be_visible()  # the rules are there
    return page


def answers(world: World, head: str) -> dict[str, Any]:
    entry = RosterEntry.objects.get(household=world.household(head))
    found: dict[str, Any] = json.loads(Revision.objects.get(pk=entry.revision).answers)
    return found


def cursor_in(page: Page, label: str | re.Pattern[str]) -> None:
    """The cursor comes to stand in the cell of this label."""
    expect(page.locator(":focus")).to_have_attribute("aria-label", label)


def test_fifteen_households_take_twelve_keys_each(sheet: Page, world: World) -> None:
    keys = Keys(sheet)
    expect(sheet.locator("#everybody")).to_be_focused()
    keys.insert(SURVEYORS)
    keys.press("Enter")
    cursor_in(sheet, "户主01，居住地")
    before = len(keys.pressed)
    for number in range(1, 16):
        cursor_in(sheet, f"户主{number:02d}，居住地")
        keys.type(ANSWERS)
        cursor_in(sheet, f"户主{number:02d}，备注")
        keys.press("Enter")
    expect(sheet.locator("#said")).to_contain_text("这一张都存好了")
    assert len(keys.pressed) - before == 15 * 12
    stored = RosterEntry.objects.filter(household__group=GROUP, outcome=1)
    assert stored.count() == 15
    told = answers(world, "户主09")
    assert (told["insured_resident"], told["civil_aid"], told["surveyors"]) == (4, [5], SURVEYORS)
    assert told["phone"] == "13900003009"


def test_the_end_of_a_sheet_waits_for_rows_that_are_still_on_their_way(sheet: Page, world: World) -> None:
    sheet.evaluate("""() => {
        const send = window.fetch;
        let wait = 4500;
        window.fetch = async (...what) => {
            await new Promise((go) => setTimeout(go, wait -= 1500));
            return send(...what);
        };
    }""")  # a weak signal: the last row overtakes the one before it
    keys = Keys(sheet)
    keys.insert(SURVEYORS)
    sheet.get_by_label("户主13，居住地").focus()
    for _ in range(3):
        keys.type(ANSWERS)
        keys.press("Enter")
    expect(sheet.locator("#said")).to_contain_text("这一张都存好了")
    assert RosterEntry.objects.filter(household__group=GROUP, outcome=1).count() == 3


def test_what_is_wrong_is_said_at_once_and_mended_by_keyboard(sheet: Page, world: World) -> None:
    keys = Keys(sheet)
    keys.insert(SURVEYORS)
    keys.press("Enter")
    keys.type("7")  # no such option: the cell stays
    expect(sheet.locator("#said")).to_contain_text("居住地没有选项 7")
    cursor_in(sheet, "户主01，居住地")
    keys.press("Backspace")
    keys.type("1232" + "090")  # nine insured of four people, said by the rules before anything is sent
    expect(sheet.locator("tbody", has_text="户主01").locator(".told")).to_contain_text("比家里 4 口人多")
    assert Revision.objects.filter(household=world.household("户主01")).count() == 0
    keys.type("4" + "2" + "5" + "3")
    keys.press("Enter")
    expect(sheet.locator("#said")).to_contain_text("没存")
    assert Draft.objects.get().household == world.household("户主01")
    keys.press("F2")
    cursor_in(sheet, re.compile("^户主01，家庭成员参加"))
    keys.type("040")
    keys.press("ArrowDown")
    expect(sheet.locator("tbody", has_text="户主01").locator("[data-state]")).to_have_text("已存")
    assert answers(world, "户主01")["insured_resident"] == 4
    assert not Draft.objects.exists()


@pytest.mark.parametrize("whole", [True, False], ids=["sheet", "one household"])
def test_rules_that_come_late_speak_of_what_was_typed_before(page: Page, world: World, whole: bool) -> None:
    fifteen_households(world)
    sign_in(page, "cadre")
    late: list[Route] = []

    def keep(route: Route) -> None:
        late.append(route)

    page.route("**/rules/*.js", keep)
    home = world.household("户主01").pk
    page.goto(f"/area/{VILLAGE}/entry/general/?group={GROUP}" if whole else f"/household/{home}/answer/")
    if whole:
        page.get_by_label("户主01，家庭成员参加城乡居民(职工)基本医疗保险").fill("090")
    else:
        for name, people in (("none", "0"), ("resident", "9"), ("employee", "0")):
            page.locator(f"[name=insured_{name}]").fill(people)
    until(page, "the rules are on their way", lambda: late)
    late[0].continue_()
    expect(page.locator(".hard, [data-error]", has_text="比家里 4 口人多").first).to_be_visible()


def test_a_reason_is_picked_by_a_digit_before_the_row_is_sent(sheet: Page, world: World) -> None:
    keys = Keys(sheet)
    keys.insert(SURVEYORS)
    keys.press("Enter")
    keys.type("1332" + "040" + "4" + "2" + "5" + "3")
    keys.press("Enter")
    expect(sheet.locator("label", has=sheet.locator(":focus"))).to_contain_text("却填了租房")
    keys.type("1")
    keys.press("Enter")
    expect(sheet.locator("tbody", has_text="户主01").locator("[data-state]")).to_have_text("已存")
    found = Finding.objects.get(household=world.household("户主01"), rule="V34")
    assert (found.state, found.reason) == ("confirmed", "核对过，情况就是这样")


def test_undo_outcomes_and_texts_by_keyboard(sheet: Page, world: World) -> None:
    keys = Keys(sheet)
    keys.insert(SURVEYORS)
    keys.press("Enter")
    keys.press("Alt+5")
    row = sheet.locator("tbody", has_text="户主01")
    expect(row.locator("[data-state]")).to_have_text("已存")
    assert answers(world, "户主01")["outcome"] == 5
    cursor_in(sheet, "户主02，居住地")
    keys.press("Control+z")
    expect(sheet.locator("#said")).to_contain_text("已撤销")
    assert RosterEntry.objects.get(household=world.household("户主01")).outcome is None
    cursor_in(sheet, "户主01，居住地")
    keys.type("1232" + "040" + "3" + "1")
    keys.insert("大病住院")
    keys.press("Enter")
    keys.type("13")
    keys.press("Enter")
    keys.type("3")
    keys.press("Enter")
    expect(row.locator("[data-state]")).to_have_text("已存")
    told = answers(world, "户主01")
    assert (told["major_expense_reason"], told["civil_aid"]) == ("大病住院", [1, 3])


def test_a_row_left_half_typed_is_there_again(sheet: Page, world: World) -> None:
    keys = Keys(sheet)
    keys.insert(SURVEYORS)
    keys.press("Enter")
    keys.type("12")
    sheet.goto(f"/area/{VILLAGE}/entry/")
    until(sheet, "what is left is sent while the next page loads", Draft.objects.exists)
    sheet.reload()
    expect(sheet.locator("main")).to_contain_text("填了没存的 1 户")
    sheet.goto(f"/area/{VILLAGE}/entry/general/?group={GROUP}")
    expect(sheet.get_by_label("户主01，居住地")).to_have_value("1")
    expect(sheet.get_by_label("户主01，有无安全住房")).to_have_value("2")


def test_a_row_taken_back_before_it_was_saved_leaves_no_draft(sheet: Page, world: World) -> None:
    keys = Keys(sheet)
    keys.insert(SURVEYORS)
    keys.press("Enter")
    keys.type("12")
    until(sheet, "kept by itself after some seconds", Draft.objects.exists)
    assert Draft.objects.get().answers["housing"] == "2"
    keys.press("Control+z")
    expect(sheet.get_by_label("户主01，居住地")).to_have_value("")
    until(sheet, "the draft is let go", lambda: not Draft.objects.exists())


def test_two_people_on_one_row_in_two_browsers(
    sheet: Page, world: World, browser: Browser, live_server: LiveServer
) -> None:
    context = open_context(browser, live_server.url)
    other = context.new_page()
    sign_in(other, "town")
    other.goto(f"/area/{VILLAGE}/entry/general/?group={GROUP}")
    for one in (sheet, other):
        keys = Keys(one)
        keys.insert(SURVEYORS)
        keys.press("Enter")
        keys.type(ANSWERS if one is sheet else ANSWERS.replace("1232", "1233"))  # 饮水 2, then 3
        keys.press("Enter")
        expect(one.locator("#said")).to_contain_text("户主01")
    row = other.locator("tbody", has_text="户主01")
    expect(row.locator("[data-state]")).to_have_text("等人定")
    said = "安全饮水，cadre的姓名填“2 自来水供水且安全”，您填“3 分散取水且安全”"
    expect(row.locator(".told")).to_contain_text(f"两边都留着，等人逐项定：{said}")
    row.get_by_role("link", name="去看两边的答案").click()
    expect(other.locator("main")).to_contain_text("3 分散取水且安全")
    assert answers(world, "户主01")["water"] == 2
    context.close()


def test_without_the_script_the_sheet_is_one_form(
    page: Page, world: World, browser: Browser, live_server: LiveServer
) -> None:
    context = open_context(browser, live_server.url, java_script_enabled=False)
    plain = context.new_page()
    sign_in(plain, "cadre")
    plain.goto(f"/area/{VILLAGE}/entry/general/?group=2")
    for label, text in (
        ("居住地", "1"), ("有无安全住房", "2"), ("有无义务教育阶段因贫失学辍学学生", "3"), ("有无安全饮水", "2"),
        ("家庭成员参加城乡居民(职工)基本医疗保险", "090"), ("人均年纯收入", "4"), ("有无较大刚性支出", "2"),
        ("是否享受民政政策", "5"), ("是否需要纳入易返贫致贫户", "3"), ("排查人员签字", SURVEYORS),
    ):  # fmt: skip
        plain.get_by_label(f"贺生花，{label}").fill(text)
    plain.get_by_role("button", name="存这一张").click()
    expect(plain.get_by_role("alert")).to_contain_text("1 户没存上")
    cell = plain.get_by_label("贺生花，家庭成员参加")
    expect(cell).to_have_attribute("aria-invalid", "true")
    expect(plain.get_by_label("贺生花，居住地")).to_have_value("1")
    cell.fill("0 4 0")
    plain.get_by_role("button", name="存这一张").click()
    expect(plain.get_by_role("status").first).to_contain_text("存了 1 户")
    assert answers(world, "贺生花")["insured_resident"] == 4
    context.close()


def test_visits_by_one_key(sheet: Page, world: World) -> None:
    sheet.goto(f"/area/{VILLAGE}/visits/?group={GROUP}")
    keys = Keys(sheet)
    keys.press("4")
    row = sheet.locator("tr", has_text="户主01")
    expect(row).to_contain_text("已记：整户外出未联系上")
    expect(sheet.get_by_label("户主02：整户外出未联系上")).to_be_focused()
    keys.press("5")
    expect(sheet.locator("tr", has_text="户主02")).to_contain_text("已记：空户")
    expect(sheet.get_by_label("户主03：整户外出未联系上")).to_be_focused()
    assert answers(world, "户主01")["remark"] == "整户外出未联系上"
    row.get_by_role("button", name="撤销").press("Enter")
    expect(row).to_contain_text("已撤销")
    assert RosterEntry.objects.get(household=world.household("户主01")).outcome is None


def test_a_late_answer_of_the_server_leaves_the_cursor_where_somebody_put_it(
    sheet: Page, world: World
) -> None:
    sheet.goto(f"/area/{VILLAGE}/visits/?group={GROUP}")
    keys = Keys(sheet)
    keys.press("4")
    first = sheet.locator("tr", has_text="户主01")
    expect(first).to_contain_text("已记：整户外出未联系上")
    expect(sheet.get_by_label("户主02：整户外出未联系上")).to_be_focused()
    waiting: list[Route] = []

    def keep(route: Route) -> None:
        waiting.append(route)

    sheet.route("**/visits/**", keep)
    keys.press("5")
    first.get_by_role("button", name="撤销").focus()
    until(sheet, "the key asked the server", lambda: waiting)
    waiting[0].continue_()
    expect(sheet.locator("tr", has_text="户主02")).to_contain_text("已记：空户")
    sheet.wait_for_timeout(200)  # longer than htmx takes to settle, after which the cursor used to jump
    expect(first.get_by_role("button", name="撤销")).to_be_focused()


def test_one_household_by_keyboard(sheet: Page, world: World) -> None:
    sheet.goto(f"/household/{world.household('户主01').pk}/answer/")
    keys = Keys(sheet)
    at = sheet.locator(":focus")
    expect(at).to_have_attribute("name", "residence")
    keys.type("1332")
    expect(at).to_have_attribute("name", "insured_none")
    for count in "040":
        keys.type(count)
        keys.press("Enter")
    keys.type("42")
    keys.type("5")
    keys.type("3")
    expect(at).to_have_attribute("name", "surveyors")
    keys.insert(SURVEYORS)
    sheet.get_by_label("住在本村，却填了租房，请核对").focus()
    keys.type("1")
    keys.press("Control+Enter")
    sheet.wait_for_url(re.compile(r"/household/[^/]+/$"))
    expect(sheet.get_by_role("status")).to_contain_text("已存（第 1 稿）")
    assert answers(world, "户主01")["housing"] == 3
    assert Finding.objects.get(household=world.household("户主01"), rule="V34").state == "confirmed"


def test_pages_of_entry_are_accessible_and_fit(sheet: Page, world: World) -> None:
    found = {}
    for address in (
        f"/area/{VILLAGE}/entry/", f"/area/{VILLAGE}/entry/general/?group={GROUP}", f"/area/{VILLAGE}/entry/lifted/",
        f"/area/{VILLAGE}/visits/", f"/area/{VILLAGE}/add/", f"/household/{world.household('高兰花').pk}/answer/",
    ):  # fmt: skip
        sheet.goto(address)
        found[address] = faults(sheet, widths=())
    assert {address: said for address, said in found.items() if said} == {}

"""What was typed survives the end of a sign-in, a sign-in in a second tab, and somebody else's sign-in."""

from __future__ import annotations

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer
from tests.delivery.desk.creations.all_levels import addresses, takes_a_post
from tests.e2e.conftest import sign_in
from tests.e2e.forms import OPEN, WIDTHS, sit_down
from tests.e2e.texts import WITHOUT, Text, texts
from tests.worlds.round import NEIGHBOUR, OPENED, VILLAGE, World

from paicha.domain.households.models import Household
from paicha.domain.responses.models import Revision

COOKIE = "paicha"


def second_tab(page: Page, who: str) -> None:
    tab = page.context.new_page()
    sign_in(tab, who)
    tab.close()
    page.bring_to_front()


# Forms that do not stay as they are, each with its reason.
ELSEWHERE = {
    "entry_sheet": "a row is kept by its own script, tried below",
    "visits": "a remark goes with the key beside it, tried below",
    "password": "a password is typed again, never kept",
    "second": "a code is good for half a minute, never kept",
}


def test_every_form_stays_with_what_was_typed(page: Page, world: World, live_server: LiveServer) -> None:
    """Signed out, then somebody else signed in: the form says so at both widths, and keeps what was typed."""
    wrong, found = [], texts(world)
    met = {kind.partition(" ")[0] for kind in found}
    taking = {name for name, pattern in addresses() if takes_a_post(pattern)}
    assert {name for name in taking if name not in met} == WITHOUT.keys()
    for kind, form in found.items():
        if kind.partition(" ")[0] in ELSEWHERE:
            continue
        try:
            said = stays(page, world, form, live_server.url)
        except PlaywrightError as error:
            said = str(error)[:400]
        if said:
            wrong.append(f"{kind}: {said}")
    assert not wrong, "\n".join(wrong)


def stays(page: Page, world: World, form: Text, at: str) -> str:
    """What is wrong with a form whose sign-in has ended; '' where nothing is."""
    page.set_viewport_size({"width": 1280, "height": 800})
    sit_down(page, world, form.who, at)
    page.goto(form.page)
    page.evaluate(OPEN)
    field = page.locator(f'form [name="{form.name}"]:visible').first
    typed = "2022-03-15" if field.get_attribute("type") == "date" else "7"
    field.fill(typed)
    page.context.clear_cookies()
    for who, words in [("", "登录已失效"), ("liaison", "另一个人")]:
        if who:
            sit_down(page, world, who, at)
        field.evaluate("(one) => { one.form.noValidate = true; one.form.requestSubmit(); }")
        line = page.locator("[data-session]", has_text=words)
        line.wait_for()
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            if not line.is_visible() or page.evaluate("document.documentElement.scrollWidth") > width:
                return f"{words} does not fit {width} px"
    if field.input_value() != typed or not page.url.endswith(form.page):
        return f"{field.input_value()!r} instead of {typed!r} on {page.url}"
    kept = page.evaluate("Object.keys({ ...localStorage, ...sessionStorage })")
    return " ".join(key for key in kept if not key.startswith("htmx") and key != "theme")  # light or dark


def test_a_form_stays_when_the_work_was_handed_over(page: Page, world: World) -> None:
    """Another village more takes nothing away and doesn't stop anybody; the village gone does, and says so."""
    sign_in(page, "cadre")
    page.goto(f"/household/{world.household('高兰花').pk}/answer/")
    page.locator("#q-remark").fill("去了县城")
    mine = world.users["cadre"].assignments
    mine.create(role="village_cadre", kind="village", ref=NEIGHBOUR, since=OPENED)
    page.locator("#q-remark").press("Control+Enter")
    page.wait_for_url(lambda url: "/answer/" not in url)
    page.goto(f"/household/{world.household('高兰花').pk}/answer/")
    page.locator("#q-remark").fill("又回来了")
    mine.filter(ref=VILLAGE).delete()
    page.locator("#q-remark").press("Control+Enter")
    expect(page.locator("[data-session]")).to_contain_text("您的分工变了")
    expect(page.locator("#q-remark")).to_have_value("又回来了")


def test_a_form_stays_while_the_server_is_away(page: Page, world: World) -> None:
    sign_in(page, "cadre")
    page.goto(f"/household/{world.household('高兰花').pk}/answer/")
    page.locator("#q-remark").fill("去了县城")
    page.context.set_offline(True)
    page.locator("#q-remark").press("Control+Enter")
    expect(page.locator("[data-session]")).to_contain_text("没连上")
    page.context.set_offline(False)
    page.locator("#q-remark").press("Control+Enter")
    page.wait_for_url(lambda url: "/answer/" not in url)
    newest = Revision.objects.filter(household=world.household("高兰花")).latest("pk")
    assert "去了县城" in str(newest.answers)


def test_an_answer_is_stored_after_signing_in_again(page: Page, world: World) -> None:
    sign_in(page, "cadre")
    page.goto(f"/household/{world.household('高兰花').pk}/answer/")
    page.locator("#q-remark").fill("去了县城")
    page.context.clear_cookies(name=COOKIE)
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("link", name="重新登录")).to_have_attribute("target", "_blank")
    second_tab(page, "cadre")
    page.locator("#q-remark").press("Control+Enter")
    page.wait_for_url(lambda url: "/answer/" not in url or "#why" in url)
    newest = Revision.objects.filter(household=world.household("高兰花")).latest("pk")
    assert "去了县城" in str(newest.answers)
    assert Household.objects.filter(head_name="高兰花", village__code=VILLAGE).count() == 1


def test_a_remark_stays_when_the_sign_in_ended(page: Page, world: World, live_server: LiveServer) -> None:
    """The key beside a remark is sent by htmx: it must not put the page of the door into the row."""
    home = world.household("贺生花").pk
    sit_down(page, world, "cadre", live_server.url)
    page.goto(f"/area/{VILLAGE}/visits/")
    remark = page.locator(f'[name="{home}:remark"]')
    remark.fill("去了县城")
    page.context.clear_cookies()
    page.locator(f'tr[data-visit="{home}"] button[data-ends]').first.click()
    expect(page.locator("[data-session]")).to_contain_text("登录已失效")
    expect(remark).to_have_value("去了县城")
    assert not Revision.objects.filter(household=home).exists()
    sit_down(page, world, "cadre", live_server.url)
    page.locator(f'tr[data-visit="{home}"] button[data-ends]').first.click()
    expect(page.locator(f'tr[data-visit="{home}"] [role=status]')).to_contain_text("已记")
    assert "去了县城" in Revision.objects.get(household=home).answers


def test_a_row_of_a_sheet_waits_for_its_own_author(page: Page, world: World) -> None:
    home = world.household("高兰花").pk
    before = Revision.objects.filter(household=home).count()
    sign_in(page, "cadre")
    page.goto(f"/area/{VILLAGE}/entry/general/?group=2")
    cell = page.locator(f'[name="{home}:remark"]')
    cell.fill("去了县城")
    page.context.clear_cookies(name=COOKIE)
    page.keyboard.press("ArrowDown")
    expect(page.locator("#said")).to_contain_text("登录已失效")
    expect(page.locator("#said a")).to_have_attribute("target", "_blank")
    second_tab(page, "liaison")
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(page.locator("#said")).to_contain_text("另一个人")
    assert Revision.objects.filter(household=home).count() == before
    page.context.clear_cookies(name=COOKIE)
    second_tab(page, "cadre")
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(page.locator(f'tbody[data-row="{home}"] [data-state]')).to_have_text("已存")
    expect(cell).to_have_value("去了县城")

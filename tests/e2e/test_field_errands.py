"""Visits and re-interviews on a phone of 360 pixels: taken along, done without a signal, kept through a kill, sent."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer
from tests.e2e.phones import PIN, Handset, handset
from tests.e2e.waits import until
from tests.worlds.errands import FORM5, leader, planned, shared_out
from tests.worlds.round import VILLAGE, World

from paicha.domain.responses.services import village_work
from paicha.domain.sync.models import SyncItem
from paicha.domain.verification.models import Interview, Visit, VisitHousehold
from paicha.domain.verification.visits import Result, drop
from paicha.domain.verification.visits import look as look_at_desk


class ErrandPhone(Handset):
    """A phone of somebody who surveys no village: it opens on what is to be visited."""

    def enter(self, pin: str = PIN) -> None:
        self.page.get_by_label("口令", exact=True).fill(pin)
        expect(self.page.locator("#errands")).to_be_visible()

    def set_up(self, who: str, pin: str = PIN) -> None:
        self.sign_in_once(who, pin)
        self.enter(pin)
        self.controlled()

    def open(self, name: str) -> None:
        self.page.locator("#errands").get_by_role("link", name=name).click()
        expect(self.page.get_by_role("heading", name=name)).to_be_visible()


@pytest.fixture
def phone(
    browser: Browser, live_server: LiveServer, world: World, settings: Settings, tmp_path: Path
) -> Iterator[ErrandPhone]:
    settings.PAICHA_HOME = tmp_path
    with handset(browser, live_server.url, ErrandPhone) as made:
        yield made
        assert [c for c in made.complaints if "Failed to load resource" not in c] == []


def fits(page: Page) -> None:
    """Nothing is wider than the screen."""
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def see(page: Page, head: str, found: str, note: str = "") -> None:
    card = page.locator("#looks fieldset", has_text=f"{head}户").first
    card.get_by_label(found).check()
    if note:
        card.get_by_label("说明").fill(note)


def fill_form5(page: Page, option: int = 1) -> None:
    for name in FORM5:
        if name.startswith("v_"):
            page.locator(f'#c-{name} input[value="{option}"]').check()


def test_a_visit_is_carried_out_without_a_signal(phone: ErrandPhone, world: World) -> None:
    visit = planned(world, leader(world))
    first, second = [row.household.head_name for row in visit.households.order_by("pk")[:2]]
    phone.set_up("leader")
    phone.offline()
    phone.open(world.areas[VILLAGE].spoken)
    fits(phone.page)
    with phone.keeps():
        see(phone.page, first, "与表不符")
    phone.page.get_by_role("button", name="先传看到的").click()
    expect(phone.page.locator("#left")).to_contain_text("请写明哪里不符")
    with phone.keeps():
        see(phone.page, first, "与表不符", "房子是土坯的")
    phone.reopen()  # killed while it was being filled in
    phone.enter()
    expect(phone.page.locator("#errands .state")).to_have_text("填了一半")
    phone.open(world.areas[VILLAGE].spoken)
    phone.page.get_by_role("button", name="先传看到的").click()
    expect(phone.page.locator("#errands .state")).to_have_text("待传")
    phone.open(world.areas[VILLAGE].spoken)
    see(phone.page, second, "没见到人", "去了县城")
    phone.page.get_by_role("button", name="交核查结果").click()
    expect(phone.page.locator("#left")).to_contain_text("还有 6 项没选")
    fill_form5(phone.page)
    phone.page.get_by_role("button", name="交核查结果").click()
    expect(phone.page.locator("#errands .state")).to_have_text("待传")
    phone.reopen()
    phone.enter()
    phone.waits(1)
    phone.offline(False)
    phone.waits(0)
    visit.refresh_from_db()
    assert visit.state == Visit.State.DONE
    seen = VisitHousehold.objects.filter(visit=visit).exclude(found="").order_by("pk")
    assert list(seen.values_list("found", "note")) == [("differs", "房子是土坯的"), ("away", "去了县城")]
    assert [item.status for item in SyncItem.objects.all()] == ["stored", "stored"]


def test_what_the_desk_wrote_and_a_visit_that_was_cancelled_are_told(
    phone: ErrandPhone, world: World
) -> None:
    visit = planned(world, leader(world))
    row = visit.households.order_by("pk")[0]
    phone.set_up("leader")
    phone.offline()
    phone.open(world.areas[VILLAGE].spoken)
    see(phone.page, row.household.head_name, "与表相符")
    phone.page.get_by_role("button", name="先传看到的").click()
    with village_work(world.round, world.pack, world.areas[VILLAGE], str(world.users["town"].pk)) as work:
        look_at_desk(work, visit, Result({}, {row.household_id: ("away", "没人")}))
    phone.offline(False)
    phone.waits(0)
    phone.open(world.areas[VILLAGE].spoken)
    until(phone.page, "the desk's word is kept", lambda: SyncItem.objects.get().status == "conflict")
    with village_work(world.round, world.pack, world.areas[VILLAGE], str(world.users["town"].pk)) as work:
        drop(work, visit, "不去了")
    see(phone.page, row.household.head_name, "没见到人")
    phone.page.get_by_role("button", name="先传看到的").click()
    phone.waits(0)
    expect(phone.page.locator("#errands .state")).to_have_text("没收下，要改")
    phone.open(world.areas[VILLAGE].spoken)
    expect(phone.page.locator("main .say")).to_contain_text("这次核实已经取消")


def test_a_re_interview_is_blind_and_taken_once(phone: ErrandPhone, world: World) -> None:
    sampled = shared_out(world)
    phone.set_up("visitor")
    phone.offline()
    phone.open("王建国")
    fits(phone.page)
    page = phone.page
    assert page.locator("input:checked").count() == 1, "only how they were met is chosen"
    page.get_by_role("button", name="交回访").click()
    expect(page.locator("#left")).to_contain_text("还有 12 项没问")
    values = {
        "residence": 1, "housing": 2, "schooling": 3, "water": 2, "income_band": 1, "major_expense": 2,
        "civil_aid": 5, "enrol": 3,
    }  # fmt: skip
    for name, value in values.items():
        page.locator(f'#c-{name} input[value="{value}"]').check()
    with phone.keeps():
        for name, count in (
            ("population", 4),
            ("insured_none", 0),
            ("insured_resident", 4),
            ("insured_employee", 0),
        ):
            page.locator(f"#q-{name}").fill(str(count))
    phone.reopen()
    phone.enter()
    phone.open("王建国")
    phone.page.get_by_role("button", name="交回访").click()
    expect(phone.page.locator("#errands .state")).to_have_text("待传")
    phone.open("王建国")
    expect(phone.page.locator("main")).to_contain_text("交上以后不能改")
    phone.page.get_by_role("link", name="返回").click()
    phone.offline(False)
    phone.waits(0)
    interview = Interview.objects.get(sampled=sampled)
    assert (interview.differs, interview.compared["income_band"]) == (1, True)
    expect(phone.page.locator("#errands")).to_have_count(0)


def test_nobody_is_there(phone: ErrandPhone, world: World) -> None:
    sampled = shared_out(world)
    phone.set_up("visitor")
    phone.open("王建国")
    phone.page.locator("summary", has_text="没见到人").click()
    ending = phone.page.locator("details .keys button").first
    ending.click()
    expect(phone.page.locator("#left")).to_contain_text("请在说明里写清")
    phone.page.get_by_label("说明（找过谁，人在哪里）").fill("邻居说在内蒙")
    ending.click()
    phone.waits(0)
    assert Interview.objects.get(sampled=sampled).note == "邻居说在内蒙"

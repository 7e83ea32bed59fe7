"""The survey on a phone, in a real browser against the real server: offline, and nothing finished is ever lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Route, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer
from tests.e2e.phones import Handset, handset
from tests.e2e.waits import until
from tests.worlds.round import World

from paicha.delivery.field import views
from paicha.domain.responses.models import Conflict, HeldRevision, Revision
from paicha.domain.sync.devices import revoke
from paicha.domain.sync.models import Device

SIMPLE = {
    "residence": 1,
    "housing": 2,
    "schooling": 3,
    "water": 2,
    "income_band": 4,
    "major_expense": 2,
    "enrol": 3,
}


@pytest.fixture
def phone(
    browser: Browser, live_server: LiveServer, world: World, settings: Settings, tmp_path: Path
) -> Iterator[Handset]:
    settings.PAICHA_HOME = tmp_path
    with handset(browser, live_server.url) as made:
        yield made
        assert [c for c in made.complaints if "Failed to load resource" not in c] == []


def fill(phone: Handset, people: int = 4) -> None:
    """A household without anything that a rule would ask about."""
    page = phone.page
    page.locator("#q-population").fill(str(people))
    for name, number in SIMPLE.items():
        page.locator(f'input[name="{name}"][value="{number}"]').check()
    page.locator('input[name="civil_aid"][value="5"]').check()
    page.locator("#q-insured_none").fill("0")
    page.locator("#q-insured_resident").fill(str(people))
    page.locator("#q-insured_employee").fill("0")


def finish(phone: Handset) -> None:
    phone.page.get_by_role("button", name="存好这一户").click()
    expect(phone.page.locator("#finish")).to_have_count(0)  # the list is there again
    expect(phone.page.get_by_text("存好了。")).to_be_visible()


def test_a_household_filled_without_a_signal_arrives_once(phone: Handset, world: World) -> None:
    phone.set_up("cadre")
    phone.offline()
    phone.open_household("贺生花")
    fill(phone)
    finish(phone)
    phone.waits(1)
    assert not Revision.objects.filter(household=world.household("贺生花")).exists()
    phone.offline(False)
    phone.waits(0)
    assert Revision.objects.filter(household=world.household("贺生花")).count() == 1


def stored(world: World, head: str) -> int:
    return Revision.objects.filter(household=world.household(head)).count()


def test_what_is_half_typed_is_there_after_the_process_was_killed(phone: Handset, world: World) -> None:
    phone.set_up("cadre")
    phone.offline()
    phone.open_household("贺生花")
    with phone.keeps():
        phone.page.locator("#q-population").fill("3")
    with phone.keeps():
        phone.page.locator('input[name="housing"][value="3"]').check()
    phone.reopen()
    phone.enter()
    expect(phone.page.locator(".state.draft")).to_have_count(1)
    phone.open_household("贺生花")
    expect(phone.page.locator("#q-population")).to_have_value("3")
    expect(phone.page.locator('input[name="housing"][value="3"]')).to_be_checked()


def test_what_is_finished_is_there_after_the_process_was_killed_and_arrives(
    phone: Handset, world: World
) -> None:
    phone.set_up("cadre")
    phone.offline()
    phone.open_household("贺生花")
    fill(phone)
    finish(phone)
    phone.reopen()
    phone.waits(1)  # on the locked page, too
    phone.offline(False)
    phone.waits(0)  # sent without the PIN
    assert stored(world, "贺生花") == 1


def test_a_lost_reply_doubles_nothing(phone: Handset, world: World) -> None:
    phone.set_up("cadre")
    lost = []

    def lose(route: Route) -> None:
        if lost:
            route.continue_()
            return
        route.fetch()  # it arrived, and was answered
        lost.append(True)
        route.abort()

    phone.page.route("**/api/v1/sync/batches", lose)
    phone.open_household("贺生花")
    fill(phone)
    finish(phone)
    phone.waits(0)
    assert lost
    assert stored(world, "贺生花") == 1


def test_a_clock_set_back_does_not_turn_the_order(phone: Handset, world: World) -> None:
    phone.set_up("cadre")
    phone.offline()
    phone.open_household("贺生花")
    fill(phone)
    finish(phone)
    phone.page.evaluate("() => { const now = Date.now; Date.now = () => now() - 7200000; }")
    phone.open_household("贺生花")
    phone.page.locator('input[name="income_band"][value="3"]').check()
    finish(phone)
    phone.offline(False)
    phone.waits(0)
    made = Revision.objects.filter(household=world.household("贺生花")).order_by("number")
    assert ['"income_band":3' in one.answers for one in made] == [False, True]
    assert not Conflict.objects.exists()


def test_leaving_with_something_unsent_locks_and_loses_nothing(phone: Handset, world: World) -> None:
    phone.set_up("cadre")
    phone.offline()
    phone.open_household("贺生花")
    fill(phone)
    finish(phone)
    phone.page.goto("/field/#/device")
    phone.page.get_by_role("button", name="传完退出").click()
    expect(phone.page.get_by_label("口令", exact=True)).to_be_visible()
    phone.waits(1)
    phone.offline(False)
    phone.waits(0)
    phone.enter()
    phone.page.goto("/field/#/device")
    phone.page.get_by_role("button", name="退出这部手机").click()
    expect(phone.page.get_by_role("link", name="联网登录")).to_be_visible()
    assert stored(world, "贺生花") == 1


def test_a_forgotten_pin_locks_reading_but_what_waits_arrives(phone: Handset, world: World) -> None:
    phone.set_up("cadre")
    phone.offline()
    phone.open_household("贺生花")
    fill(phone)
    finish(phone)
    phone.reopen()
    phone.page.get_by_label("口令", exact=True).fill("999888")
    expect(phone.page.get_by_text("口令不对")).to_be_visible()
    phone.page.get_by_text("忘了口令").click()
    phone.page.get_by_role("button", name="传完没传的，重新登录").click()
    expect(phone.page.get_by_text("还有 1 户没传上去")).to_be_visible()
    phone.offline(False)
    phone.waits(0)  # it is sent by itself as well: the button pressed meanwhile would be told to wait
    phone.page.get_by_role("button", name="传完没传的，重新登录").click()
    phone.page.wait_for_url(lambda url: "/field/enrol/" in url or "/login/" in url)
    assert stored(world, "贺生花") == 1


def test_a_revoked_phone_hands_over_its_outbox_and_nothing_else(phone: Handset, world: World) -> None:
    phone.set_up("cadre")
    phone.offline()
    phone.open_household("贺生花")
    fill(phone)
    finish(phone)
    revoke(Device.objects.get(), "丢了", "1")
    phone.offline(False)
    phone.waits(0)
    assert stored(world, "贺生花") == 0
    assert [held.reason for held in HeldRevision.objects.all()] == ["D12"]


OUTBOX = "import('/static/field/db.js').then(async (m) => m.count(await m.open(), 'outbox'))"
FILL = """async () => {
  const db = await new Promise((done) => {
    const asked = indexedDB.open("filler", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("s", { autoIncrement: true });
    asked.onsuccess = () => done(asked.result);
  });
  const put = (size) => new Promise((done) => {
    const bytes = new Uint8Array(size);
    for (let i = 0; i < size; i += 65536) crypto.getRandomValues(bytes.subarray(i, Math.min(size, i + 65536)));
    const tx = db.transaction("s", "readwrite");
    tx.objectStore("s").put(bytes);
    tx.oncomplete = () => done(true);
    tx.onabort = () => done(false);
  });
  for (const size of [1000000, 100000, 10000, 1000, 100]) while (await put(size)) { /* until it is full */ }
  db.close();
}"""


EMPTY = "new Promise((done) => { indexedDB.deleteDatabase('filler').onsuccess = done; }).then(() => 1)"


def limit(phone: Handset, quota: int) -> None:
    """Give the phone's pages so many bytes of disk."""
    phone.page.goto("/field/")
    beside = phone.context.new_page()  # the limit goes with the page that set it
    phone.context.new_cdp_session(beside).send(
        "Storage.overrideQuotaForOrigin",
        {"origin": phone.page.evaluate("location.origin"), "quotaSize": quota},
    )
    phone.page.bring_to_front()  # a page in the background is drawn once a second


def test_a_full_phone_says_so_and_keeps_what_is_stored(phone: Handset, world: World) -> None:
    limit(phone, 8_000_000)
    phone.set_up("cadre")
    phone.offline()
    phone.open_household("贺生花")
    fill(phone)
    finish(phone)
    for _ in range(25):  # what is kept back for this, and what the browser tidies up, lets some more go in
        phone.page.evaluate(FILL)
        phone.open_household("折玉兰")
        phone.page.get_by_role("button", name="拒访").click()
        full, done = phone.page.get_by_text("手机存满了").first, phone.page.get_by_text("存好了。")
        expect(full.or_(done).first).to_be_visible()
        if full.is_visible():
            break
    expect(phone.page.locator("#left")).to_contain_text("已经存好的都在")
    before = phone.page.evaluate(OUTBOX)
    assert before >= 1
    phone.offline(False)  # sending makes room: what is received leaves the phone though it is full
    phone.waits(0)
    phone.page.evaluate(EMPTY)
    phone.page.get_by_role("button", name="拒访").click()
    expect(phone.page.get_by_text("存好了。")).to_be_visible()
    phone.waits(0)
    assert (stored(world, "贺生花"), stored(world, "折玉兰")) == (1, 1)


DISK = "navigator.storage.estimate().then((estimate) => estimate.usageDetails.indexedDB)"
RESERVE = """new Promise((done) => {
  const asked = indexedDB.open("paicha-field");
  asked.onsuccess = () => {
    const count = asked.result.transaction("meta").objectStore("meta").count("reserve");
    count.onsuccess = () => { asked.result.close(); done(count.result); };
  };
})"""


def test_a_full_phone_has_its_reserve_again_once_there_is_room(phone: Handset) -> None:
    limit(phone, 8_000_000)
    phone.set_up("cadre")
    assert phone.page.evaluate(RESERVE) == 1
    assert phone.page.evaluate(DISK) > 512 * 1024, "the reserve takes the room that it keeps"
    phone.offline()
    for _ in range(25):  # until something needed the room that is kept back
        phone.page.evaluate(FILL)
        phone.open_household("折玉兰")
        phone.page.get_by_role("button", name="拒访").click()
        expect(
            phone.page.locator("#left", has_text="手机存满了").or_(phone.page.get_by_text("存好了。"))
        ).to_be_visible()
        phone.page.goto("/field/#/")
        if phone.page.evaluate(RESERVE) == 0:
            break
    assert phone.page.evaluate(RESERVE) == 0
    phone.page.evaluate(EMPTY)
    phone.offline(False)
    phone.waits(0)
    until(phone.page, "the reserve is there again", lambda: phone.page.evaluate(RESERVE) == 1)


# A promise would be truthy at once for `wait_for_function`, so the page itself waits.
_HAS_WAITING = """async () => {
  const registration = await navigator.serviceWorker.getRegistration();
  for (let tries = 0; !registration.waiting && tries < 1800; tries += 1) await new Promise((go) => setTimeout(go, 50));
  return registration.waiting !== null;
}"""


def test_an_update_waits_until_nothing_is_unsent(
    phone: Handset, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone.set_up("cadre")
    old = phone.page.locator("body").get_attribute("data-version")
    phone.offline()
    phone.open_household("贺生花")
    fill(phone)
    monkeypatch.setattr(views, "version", lambda: "another-shell")
    phone.offline(False)
    phone.page.evaluate("navigator.serviceWorker.getRegistration().then((r) => r.update()).then(() => true)")
    assert phone.page.evaluate(_HAS_WAITING), "a newer shell came, and waits"
    expect(phone.page.locator("#q-population")).to_have_value("4")  # nothing happens to who is typing
    phone.offline()
    finish(phone)
    phone.waits(1)
    assert phone.page.locator("body").get_attribute("data-version") == old
    phone.offline(False)
    expect(phone.page.locator("body")).to_have_attribute("data-version", "another-shell")
    assert stored(world, "贺生花") == 1


def test_a_page_that_the_service_worker_missed_is_taken_over(phone: Handset, world: World) -> None:
    phone.set_up("cadre")
    phone.page.context.new_cdp_session(phone.page).send("Page.reload", {"ignoreCache": True})
    expect(phone.page.get_by_label("口令", exact=True)).to_be_visible()
    phone.controlled()


def test_a_service_worker_that_was_not_installed_is_tried_again(
    phone: Handset, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = views.shell_files()
    monkeypatch.setattr(views, "shell_files", lambda: {**files, "/static/field/lost.js": b""})
    phone.page.goto("/field/")
    expect(phone.page.get_by_role("link", name="联网登录")).to_be_visible()
    phone.page.wait_for_function("async () => !(await navigator.serviceWorker.getRegistration('/field/'))")
    monkeypatch.undo()
    phone.controlled()


def test_how_it_is_done_stands_on_the_phone_without_a_signal(phone: Handset, world: World) -> None:
    phone.set_up("cadre")
    phone.offline()
    phone.page.get_by_role("link", name="这部手机").first.click()
    phone.page.get_by_role("link", name="怎么用").click()
    expect(phone.page.get_by_text("马上到我的手机里停用")).to_be_visible()
    phone.page.get_by_role("link", name="返回").click()
    expect(phone.page.locator("#search")).to_be_visible()  # still open

"""Members of households on a phone: added, corrected and ended without a signal, found by name, never by a number."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer
from tests.e2e.phones import OUTBOX, Handset, handset
from tests.e2e.waits import until
from tests.worlds.round import World

from paicha.core.identity import holds_identity
from paicha.domain.households.models import BaseChange, Member
from paicha.domain.households.people import Typed, add_member, change_member

HEAD = "贺生花"


@pytest.fixture
def phone(
    browser: Browser, live_server: LiveServer, world: World, settings: Settings, tmp_path: Path
) -> Iterator[Handset]:
    settings.PAICHA_HOME = tmp_path
    with handset(browser, live_server.url) as made:
        yield made
        assert [c for c in made.complaints if "Failed to load resource" not in c] == []


def known(world: World) -> list[tuple[str, str, str]]:
    rows = Member.objects.filter(household=world.household(HEAD), left_at=None).order_by("pk")
    return list(rows.values_list("name", "relation", "health"))


def members_page(phone: Handset) -> None:
    phone.page.get_by_role("link", name="添、改家庭成员").click()
    expect(phone.page.get_by_role("heading", name=f"{HEAD}户家庭成员")).to_be_visible()


def write(phone: Handset, card: str, **fields: str) -> None:
    """Open a card, fill its fields, save."""
    page = phone.page
    page.locator("summary", has_text=card).click()
    for label, text in fields.items():
        page.locator("details[open]").get_by_label(label).fill(text)
    page.get_by_role("button", name="存好").click()


def test_a_member_is_added_corrected_and_ended_without_a_signal(phone: Handset, world: World) -> None:
    phone.set_up("cadre")
    phone.offline()
    phone.open_household(HEAD)
    members_page(phone)
    write(phone, "添一个人", 姓名="贺小明", 与户主关系="子", 健康状况="健康")
    line = phone.page.locator("#members li")
    expect(line).to_contain_text("贺小明 · 子 · 健康")
    expect(line).to_contain_text("待传")
    phone.reopen()
    phone.enter()
    line = phone.page.locator("#members li")
    phone.page.locator("#search").fill("hxm")
    expect(phone.page.locator(".rows li")).to_have_count(1)
    expect(phone.page.locator(".rows li")).to_contain_text("子 贺小明")
    phone.open_household(HEAD)
    members_page(phone)
    write(phone, "贺小明", 健康状况="残疾")
    expect(line).to_contain_text("残疾")
    phone.offline(False)
    phone.waits(0)
    assert known(world) == [("贺小明", "子", "残疾")]
    members_page(phone)
    phone.page.locator("summary", has_text="贺小明").click()
    phone.page.get_by_role("button", name="嫁出、迁走、去世了").click()
    phone.page.get_by_role("button", name="再点一次").click()
    expect(line).to_have_count(0)
    phone.waits(0)
    until(phone.page, "nobody is left", lambda: known(world) == [])


def test_what_the_desk_wrote_is_there_and_both_are_kept(phone: Handset, world: World) -> None:
    was = {"name": "贺小明", "relation": "子", "health": "健康"}
    one = add_member(world.household(HEAD), Typed(was), source="desk:9")
    phone.set_up("cadre")
    phone.offline()
    phone.page.locator("#search").fill("贺小明")
    expect(phone.page.locator(".rows li")).to_have_count(1)
    phone.open_household(HEAD)
    members_page(phone)
    change_member(one, Typed(was | {"health": "长期慢性病"}), source="desk:9")
    write(phone, "贺小明", 与户主关系="长子")
    expect(phone.page.locator("#members li")).to_contain_text("长子")
    phone.offline(False)
    phone.waits(0)
    assert known(world) == [("贺小明", "长子", "长期慢性病")]


def test_an_identity_number_stays_out_of_the_outbox(phone: Handset, world: World) -> None:
    phone.set_up("cadre")
    phone.offline()
    phone.open_household(HEAD)
    members_page(phone)
    write(phone, "添一个人", 姓名="贺小明", 务工情况="610881199003071230")
    expect(phone.page.locator("details[open] [role=alert]")).to_contain_text("像是身份证号")
    assert phone.page.evaluate(OUTBOX) == 0


def test_a_change_of_base_information_names_the_person(phone: Handset, world: World) -> None:
    add_member(world.household(HEAD), Typed({"name": "贺小明", "relation": "子"}), source="desk:9")
    phone.set_up("cadre")
    phone.open_household(HEAD)
    phone.page.get_by_role("link", name="问题、信访、信息变更").click()
    phone.page.locator("summary", has_text="信息变更").click()
    phone.page.get_by_label("哪个人").select_option("贺小明")
    phone.page.get_by_label("哪一项").select_option("健康状况")
    phone.page.get_by_label("现在", exact=True).fill("长期慢性病")
    phone.page.get_by_role("button", name="存好").click()
    phone.waits(0)
    assert BaseChange.objects.get().subject == "贺小明的健康状况"


TEXTS = [
    "610881199003071230", "61088119900307123X", "６１０８８１１９９００３０７１２３０", "610881 1990 0307 1230",
    "610881900307123", "61088119900307123042", "G610881199003071230", "15012348831", "610881101201", "", "贺小明",
    "610881199013071230", "991881199003071230", "号610881-19900307-1230。", "1234567890123456", "61088119900230123X",
]  # fmt: skip


def test_the_phone_knows_an_identity_number_as_the_server_does(phone: Handset) -> None:
    phone.page.goto("/field/")
    found = phone.page.evaluate(
        """async (texts) => {
          const { holdsIdentity } = await import("/static/field/identity.js");
          return texts.map(holdsIdentity);
        }""",
        TEXTS,
    )
    assert dict(zip(TEXTS, found, strict=True)) == {text: holds_identity(text) for text in TEXTS}

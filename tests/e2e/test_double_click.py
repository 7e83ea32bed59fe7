"""A real double click on every creating form in Chromium: done once, and the page never says that it was not."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer
from tests.delivery.desk.creations.all_levels import MAKERS
from tests.delivery.desk.creations.table import Creation
from tests.e2e.forms import WIDTHS, fill_in, sit_down, slow_server
from tests.e2e.phones import PIN
from tests.e2e.waits import PATIENCE
from tests.worlds.round import World
from tests.worlds.townsfolk import settle

from paicha.domain.responses.models import Draft
from paicha.domain.sync.models import Device

ANSWERED = "() => !window.asked || document.querySelector('[data-visit] [role=status]')"


@pytest.mark.parametrize("width", WIDTHS)
def test_every_creating_form_bears_a_double_click(
    page: Page, world: World, live_server: LiveServer, settings: Settings, tmp_path: Path, width: int
) -> None:
    settings.PAICHA_HOME = tmp_path  # where a backup is noted
    page.set_viewport_size({"width": width, "height": 800})
    settle(world)
    wrong = []
    for name, make in MAKERS.items():
        try:
            act = make(world)
            before = act.rows()
            said = press_twice(page, world, act, live_server.url)
        except Exception as error:  # one form that fails must not hide the next: all are named at the end
            wrong.append(f"{name}: {str(error)[:600]}")
            continue
        if act.rows() != before + 1 or said:
            wrong.append(f"{name}: {act.rows() - before} made; {said}")
    assert not wrong, "\n".join(wrong)
    assert not Draft.objects.exists()


def test_a_phone_is_set_up_once(page: Page, world: World, live_server: LiveServer) -> None:
    page.set_viewport_size({"width": 360, "height": 640})
    sit_down(page, world, "cadre", live_server.url)
    page.goto("/field/enrol/")
    page.get_by_label("口令（6 位数字").fill(PIN)
    page.get_by_label("再输一次").fill(PIN)
    page.get_by_role("button", name="登录，取走名册").dblclick()
    page.wait_for_url(lambda url: "/enrol/" not in url)
    assert Device.objects.count() == 1


def press_twice(page: Page, world: World, act: Creation, at: str) -> str:
    """What is wrong with what the person sees afterwards; '' where nothing is."""
    sit_down(page, world, act.who, at)
    page.goto(act.page)
    send = fill_in(page, act.to, act.data)
    page.evaluate("window.asked = true")
    send.scroll_into_view_if_needed()
    box = send.bounding_box()
    assert box is not None
    at_button = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    with slow_server(act.to) as sent:
        page.mouse.click(*at_button)
        assert sent.wait(PATIENCE)
        page.mouse.click(*at_button)
        page.wait_for_function(ANSWERED)
        page.wait_for_load_state()
    seen = page.locator("body").inner_text()
    if any(words in seen for words in ("没存上", "出错", "已经存在")) or page.locator(".said.hard").count():
        return f"{page.url}: {seen[:300]}"
    if page.evaluate("document.documentElement.scrollWidth") > page.viewport_size["width"]:
        return f"{page.url} is wider than the screen"
    return ""

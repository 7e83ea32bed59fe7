"""The desk's forms under the hands of a test: somebody sits down, finds a form on a page, fills it in, presses.

Signing in is by the session's cookie, which costs no page; the door itself has its own tests.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.signals import request_started
from playwright.sync_api import Locator, Page
from tests.worlds.round import World

WIDTHS = (1280, 360)
_SENDS = "form[data-tried] button:not(.unseen), form[data-tried] input[type=submit]"
OPEN = "document.querySelectorAll('details:not(.drop-down)').forEach((one) => one.open = true)"
_MARK = """([to, names, act]) => {
    const held = (form, name) => [...form.elements].filter((one) => one.name === name);
    const mine = [...document.forms].find((form) => form.method === 'post'
        && new URL(form.getAttribute('action') || location.href, location.href).pathname === to
        && names.every((name) => held(form, name).length)
        && (!act || held(form, 'act').some((one) => one.value === act)));
    if (!mine) return false;
    for (const one of document.querySelectorAll('[data-tried]')) one.removeAttribute('data-tried');
    mine.dataset.tried = '';
    for (const one of mine.elements) one.dataset.tried = one.name;
    return true;
}"""


def sit_down(page: Page, world: World, who: str, at: str) -> None:
    """`who` is signed in to the server `at` in this browser, in place of whoever was."""
    cookie = world.client(who).cookies[settings.SESSION_COOKIE_NAME]
    page.context.clear_cookies()
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": at}])


def fill_in(page: Page, to: str, data: dict[str, Any]) -> Locator:
    """Fill in the form of the page that posts to `to`, as a person would; returns the button that sends it."""
    page.evaluate(OPEN)
    wanted = urlsplit(to).path
    assert page.evaluate(_MARK, [wanted, list(data), data.get("act", "")]), f"no form for {to} on {page.url}"
    mains = page.locator("form[data-tried] button.main")
    send = (mains if mains.count() else page.locator(_SENDS)).first
    for name, value in data.items():
        fields = page.locator(f'[data-tried="{name}"]')
        kind = fields.first.evaluate("(one) => one.type")
        if kind == "submit":
            send = page.locator(f'button[data-tried="{name}"][value="{value}"]')
        elif kind == "file":
            fields.set_input_files({"name": value[0], "buffer": value[1], "mimeType": value[2]})
        elif kind.startswith("select"):
            fields.select_option(value)
        elif kind in ("radio", "checkbox"):
            for one in [value] if isinstance(value, str) else value:
                page.locator(f'[data-tried="{name}"][value="{one}"]').check(force=True)
        elif kind != "hidden":
            fields.first.fill(str(value))
    return send


@contextmanager
def slow_server(to: str, longest: float = 3) -> Iterator[Event]:
    """The first POST to an address is held until the second has come, or for `longest` seconds.

    A test's double click is faster than a person's: its second submission would take the place of the first before
    anything was sent. The event is set once the first has come.
    """
    first, second = Event(), Event()

    def hold(environ: dict[str, Any], **_: object) -> None:
        if (environ["REQUEST_METHOD"], environ["PATH_INFO"]) != ("POST", urlsplit(to).path):
            return
        if first.is_set():
            second.set()
        first.set()
        second.wait(longest)

    request_started.connect(hold)
    try:
        yield first
    finally:
        second.set()
        request_started.disconnect(hold)

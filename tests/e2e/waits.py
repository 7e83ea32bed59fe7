"""How long tests that drive a browser wait, and for what: never for a time where something can be waited for.

Why: a machine that does other work besides makes everything late, and a test that gives up early says that something
is broken which is not. Who waits for what must come ends at once where it comes, however long the patience is.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

PATIENCE = 90.0  # seconds


def be_patient() -> None:
    """Let Playwright's `expect` wait as long as everything else here."""
    expect.set_options(timeout=PATIENCE * 1000)


def open_context(browser: Browser, url: str, **more: Any) -> BrowserContext:
    """A profile of its own in the browser, at `url`, as patient as the tests; `more` as Playwright takes it."""
    context = browser.new_context(base_url=url, **more)
    context.set_default_timeout(PATIENCE * 1000)
    return context


def until(page: Page, what: str, holds: Callable[[], object]) -> None:
    """Wait until something holds that the page doesn't show; the browser goes on meanwhile. Fails with `what`."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, f"not within {PATIENCE} s: {what}"
        page.wait_for_timeout(20)


@contextmanager
def emptied(live_server: LiveServer) -> Iterator[None]:
    """At the end wait until the server serves no connection any more.

    What a page sends as it is left (a beacon, a request cut short) must find this test's tables, not the next one's.
    """
    server, lock = live_server.thread.httpd, threading.Lock()
    open_now: set[object] = set()
    serve = type(server).process_request_thread.__get__(server)

    def counted(request: Any, address: Any) -> None:
        with lock:
            open_now.add(request)
        try:
            serve(request, address)
        finally:
            with lock:
                open_now.discard(request)

    server.process_request_thread = counted
    try:
        yield
        end = time.monotonic() + PATIENCE
        while open_now and time.monotonic() < end:
            time.sleep(0.01)
        assert not open_now, "a connection to the server was never closed"
    finally:
        del server.process_request_thread

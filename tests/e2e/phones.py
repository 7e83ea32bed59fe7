"""A phone in the hand of a test: 360 × 640, its own browser profile, a PIN."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, BrowserContext, Page, expect
from tests.e2e.conftest import sign_in

PIN = "135790"


class Handset:
    """One phone. `page` is its screen; what the browser complains about is kept in `complaints`."""

    def __init__(self, context: BrowserContext) -> None:
        self.context = context
        self.complaints: list[str] = []
        self.page = self._screen()

    def _screen(self) -> Page:
        page = self.context.new_page()
        page.on(
            "console", lambda m: self.complaints.append(m.text) if m.type in ("error", "warning") else None
        )
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        return page

    def set_up(self, who: str, pin: str = PIN) -> None:
        """Sign in once, online, choose a PIN, take the roster along."""
        self.page.goto("/field/")
        expect(self.page.get_by_role("link", name="联网登录")).to_be_visible()
        sign_in(self.page, who)
        self.page.goto("/field/enrol/")
        self.page.get_by_label("口令（6 位数字").fill(pin)
        self.page.get_by_label("再输一次").fill(pin)
        self.page.get_by_role("button", name="登录，取走名册").click()
        self.page.wait_for_url(lambda url: "/enrol/" not in url)
        self.enter(pin)
        expect(self.page.locator("#count")).to_contain_text("户", timeout=15_000)
        self.controlled()

    def controlled(self) -> None:
        """Wait until the page comes from the service worker, so that it opens without a signal."""
        self.page.wait_for_function("() => navigator.serviceWorker.controller !== null")

    def enter(self, pin: str = PIN) -> None:
        """Type the PIN."""
        self.page.get_by_label("口令", exact=True).fill(pin)
        expect(self.page.locator("#search")).to_be_visible(timeout=15_000)

    def offline(self, gone: bool = True) -> None:
        self.context.set_offline(gone)

    def open_household(self, head: str) -> None:
        self.page.locator("#search").fill(head)
        self.page.get_by_role("link", name=head).first.click()
        expect(self.page.get_by_role("heading", name=f"{head}户")).to_be_visible()

    def waits(self, n: int) -> None:
        """The number of unsent households on the page."""
        expect(self.page.locator("#outbox")).to_contain_text(
            f"待传 {n} 户" if n else "都传了", timeout=15_000
        )

    def reopen(self) -> None:
        """The process of the page dies, and the person opens it again."""
        self.page.close()
        self.page = self._screen()
        self.page.goto("/field/")


@contextmanager
def handset(browser: Browser, url: str) -> Iterator[Handset]:
    """A phone of its own, thrown away afterwards."""
    context = browser.new_context(
        viewport={"width": 360, "height": 640}, base_url=url, has_touch=True, is_mobile=True
    )
    made = Handset(context)
    yield made
    context.close()

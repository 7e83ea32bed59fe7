"""A phone in the hand of a test: 360 × 640, its own browser profile, a PIN."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TypeVar, overload

from playwright.sync_api import Browser, BrowserContext, Page, expect
from tests.e2e.conftest import sign_in
from tests.e2e.waits import open_context, until

PIN = "135790"
_DISK = """new Promise((done) => {
  const asked = indexedDB.open("paicha-field");
  asked.onsuccess = () => {
    const db = asked.result;
    %s
  };
})"""
# How many households wait.
OUTBOX = (
    _DISK
    % """
    const outbox = db.transaction("outbox").objectStore("outbox").getAll();
    outbox.onsuccess = () => { db.close(); done(new Set(outbox.result.map((row) => row.household)).size); };"""
)
# What is kept of drafts and half filled forms, sealed as it lies there.
KEPT = (
    _DISK
    % """
    const tx = db.transaction(["work", "meta"]);
    const [work, keys, rows] = [tx.objectStore("work").getAll(), tx.objectStore("meta").getAllKeys(),
      tx.objectStore("meta").getAll()];
    tx.oncomplete = () => {
      db.close();
      const typed = rows.result.filter((_, n) => String(keys.result[n]).startsWith("typed "));
      done(JSON.stringify([work.result, typed], (_, one) =>
        one instanceof ArrayBuffer || ArrayBuffer.isView(one) ? Array.from(new Uint8Array(one.buffer ?? one)) : one));
    };"""
)


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
        self.sign_in_once(who, pin)
        self.enter(pin)
        expect(self.page.locator("#count")).to_contain_text("户")
        self.controlled()

    def sign_in_once(self, who: str, pin: str = PIN) -> None:
        """Sign in once, online, and choose a PIN."""
        self.page.goto("/field/")
        expect(self.page.get_by_role("link", name="联网登录")).to_be_visible()
        sign_in(self.page, who)
        self.page.goto("/field/enrol/")
        self.page.get_by_label("口令（6 位数字").fill(pin)
        self.page.get_by_label("再输一次").fill(pin)
        self.page.get_by_role("button", name="登录，取走名册").click()
        self.page.wait_for_url(lambda url: "/enrol/" not in url)

    def controlled(self) -> None:
        """Wait until the page comes from the service worker, so that it opens without a signal."""
        self.page.wait_for_function("() => navigator.serviceWorker.controller !== null")

    def enter(self, pin: str = PIN) -> None:
        """Type the PIN."""
        self.page.get_by_label("口令", exact=True).fill(pin)
        expect(self.page.locator("#search")).to_be_visible()

    def offline(self, gone: bool = True) -> None:
        self.context.set_offline(gone)

    def open_household(self, head: str) -> None:
        self.page.locator("#search").fill(head)
        self.page.get_by_role("link", name=head).first.click()
        expect(self.page.get_by_role("heading", name=f"{head}户")).to_be_visible()

    def waits(self, n: int) -> None:
        """So many households are unsent, on the phone's disk and then on the page."""
        until(self.page, f"{n} unsent", lambda: self.page.evaluate(OUTBOX) == n)
        expect(self.page.locator("#outbox")).to_contain_text(f"待传 {n} 户" if n else "都传了")

    @contextmanager
    def keeps(self) -> Iterator[None]:
        """What is typed within is on the phone's disk at the end, which is a moment after it was typed."""
        before = self.page.evaluate(KEPT)
        yield
        until(self.page, "what was typed is kept", lambda: self.page.evaluate(KEPT) != before)

    def reopen(self) -> None:
        """The process of the page dies, and the person opens it again."""
        self.page.close()
        self.page = self._screen()
        self.page.goto("/field/")


H = TypeVar("H", bound=Handset)


@overload
def handset(browser: Browser, url: str) -> AbstractContextManager[Handset]: ...
@overload
def handset(browser: Browser, url: str, kind: type[H]) -> AbstractContextManager[H]: ...
@contextmanager
def handset(browser: Browser, url: str, kind: type[Handset] = Handset) -> Iterator[Handset]:
    """A phone of its own, thrown away afterwards."""
    context = open_context(
        browser, url, viewport={"width": 360, "height": 640}, has_touch=True, is_mobile=True
    )
    made = kind(context)
    yield made
    context.close()

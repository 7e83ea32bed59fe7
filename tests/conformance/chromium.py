"""A real Chromium that imports ES modules and answers in JSON, for targets that run in a browser.

Playwright's event loop lives in a thread of its own: in the tests' thread it would make Django refuse queries.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

from playwright.sync_api import Page, sync_playwright
from tests.browsers import ARGUMENTS, environment, old_chromium, system_chromium

_IMPORT = """async ([text, body, argument]) => {
  const address = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  try {
    const module = await import(address);
    return JSON.stringify(module[body](JSON.parse(argument)));
  } finally {
    URL.revokeObjectURL(address);
  }
}"""


class _Chromium:
    def __init__(self, old: bool) -> None:
        self._old = old_chromium() if old else None
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="chromium")
        self._page: Page = self._thread.submit(self._start).result()

    def _start(self) -> Page:
        self._playwright = sync_playwright().start()
        found = self._old or system_chromium()
        self._browser = self._playwright.chromium.launch(
            executable_path=found,
            args=ARGUMENTS if self._old else ["--no-sandbox"],
            env=environment() if self._old else None,
        )
        return self._browser.new_page()

    def run(self, module: str, function: str, argument: str) -> str:
        """JSON of what an exported function of a module says of an argument given as JSON."""
        said: Any = self._thread.submit(self._page.evaluate, _IMPORT, [module, function, argument]).result()
        return str(said)

    def stop(self) -> None:
        def close() -> None:
            self._browser.close()
            self._playwright.stop()

        self._thread.submit(close).result()
        self._thread.shutdown()


@cache
def chromium(old: bool = False) -> _Chromium:
    """One browser a process, the system's or version 92, started when the first test wants it; `conftest` stops it."""
    made = _Chromium(old)
    started.append(made)
    return made


started: list[_Chromium] = []

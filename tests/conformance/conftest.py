"""One Chromium a session, stopped at its end, and a mark on what drives it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.conformance.chromium import started


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what drives a browser."""
    for item in items:
        target = (
            item.callspec.params.get("target")
            if isinstance(item, pytest.Function) and hasattr(item, "callspec")
            else None
        )
        if str(target).startswith("javascript") or "in_chromium" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")


@pytest.fixture(scope="session", autouse=True)
def _stop_chromium() -> Iterator[None]:
    yield
    for browser in started:
        browser.stop()


@pytest.fixture
def in_chromium() -> None:
    """For tests that run in the browser without being one of the targets."""

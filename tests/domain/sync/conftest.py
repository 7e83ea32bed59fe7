"""The desk's small world, and a phone of its grid worker and of its cadre."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django import Settings
from tests.worlds.round import TODAY, World, build

from paicha.domain import clock


@pytest.fixture
def world(db: None, settings: Settings, tmp_path: object) -> Iterator[World]:
    """A round of three villages on its sixth day; keys in a home of the test's own."""
    settings.PAICHA_HOME = tmp_path
    settings.MEDIA_ROOT = tmp_path
    with clock.frozen(TODAY):
        yield build()

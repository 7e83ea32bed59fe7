"""The small world, its clock on the sixth day of the round, in a home of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings
from tests.worlds.round import TODAY, World, build

from paicha.domain import clock


@pytest.fixture(autouse=True)
def _own_home(settings: Settings, tmp_path: Path) -> None:
    """What a page notes in the home (a backup that is wanted) is no other test's."""
    settings.PAICHA_HOME = tmp_path / "home"
    settings.PAICHA_HOME.mkdir(mode=0o700)


@pytest.fixture
def world(db: None) -> Iterator[World]:
    """A round of three villages on its sixth day."""
    with clock.frozen(TODAY):
        yield build()

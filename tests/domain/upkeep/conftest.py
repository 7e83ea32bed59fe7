"""The small world, its clock on the sixth day of the round."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.worlds.round import TODAY, World, build

from paicha.domain import clock


@pytest.fixture
def world(db: None) -> Iterator[World]:
    """A round of three villages on its sixth day."""
    with clock.frozen(TODAY):
        yield build()

"""The small county of these tests, opened on the opening day."""

from __future__ import annotations

from datetime import datetime

import pytest
from tests.worlds.county import County, open_county


@pytest.fixture
def county(db: None, at_opening: datetime) -> County:
    """Two towns with three villages and a residents' committee each, nobody on the roster."""
    return open_county()

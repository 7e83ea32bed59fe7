"""The town of these tests, on the opening day."""

from __future__ import annotations

from datetime import datetime

import pytest
from tests.worlds.town import Town, filled


@pytest.fixture
def town(db: None, at_opening: datetime) -> Town:
    """Two zones; the first village has a few leads, the second none, the third is empty."""
    return filled()

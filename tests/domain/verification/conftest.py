"""The town of these tests, on the opening day."""

from __future__ import annotations

from datetime import datetime

import pytest
from tests.domain.verification.town import AIDED, POOR, UNINSURED, Town, build, fill


@pytest.fixture
def town(db: None, at_opening: datetime) -> Town:
    """Two zones; the first village has a few leads, the second none, the third is empty."""
    made = build()
    fill(made.villages[0], [POOR, AIDED, UNINSURED, POOR, {}, {}])
    fill(made.villages[1], [{}, {}])
    return made

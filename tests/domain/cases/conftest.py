"""A village in an opened round, and what people do there day by day."""

from __future__ import annotations

from datetime import datetime

import pytest
from tests.domain.cases.days import Days
from tests.worlds.county import open_county
from tests.worlds.village import FilledVillage


@pytest.fixture
def days(db: None, at_opening: datetime) -> Days:
    """The first village of a county on the opening day; nobody on the roster."""
    county = open_county()
    return Days(FilledVillage(county, county.villages[0]))

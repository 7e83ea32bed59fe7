"""A small county, opened on the opening day, and its first village."""

from __future__ import annotations

from datetime import datetime

import pytest
from tests.worlds.county import open_county
from tests.worlds.village import FilledVillage


@pytest.fixture
def village(db: None, at_opening: datetime) -> FilledVillage:
    """The first village of a county that has just opened its round; nobody on the roster."""
    county = open_county()
    return FilledVillage(county, county.villages[0])

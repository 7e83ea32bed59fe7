"""An empty register of three villages."""

from __future__ import annotations

import pytest
from tests.worlds.villages import three_villages

from paicha.domain.areas.models import Area


@pytest.fixture
def villages(db: None) -> list[Area]:
    return three_villages()

"""The small world on its sixth day, with something of every kind at two villages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.worlds.busy import at_work
from tests.worlds.round import NEIGHBOUR, TODAY, VILLAGE, World, build
from tests.worlds.sampled import drawn
from tests.worlds.townsfolk import settle

from paicha.domain import clock


@pytest.fixture
def world(db: None) -> Iterator[World]:
    """Leads, problems, petitions, cases, measures, referrals, changes, a sample."""
    with clock.frozen(TODAY):
        made = build()
        settle(made)
        at_work(made, VILLAGE)
        at_work(made, NEIGHBOUR)
        drawn(made, households=18)
        yield made


@pytest.fixture
def plain(db: None) -> Iterator[World]:
    """Three villages, two thirds answered."""
    with clock.frozen(TODAY):
        yield build()

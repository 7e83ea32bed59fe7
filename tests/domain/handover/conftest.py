"""The small world on its sixth day, with the acts between the levels."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.worlds.ledger import Ledgers
from tests.worlds.round import TODAY, build

from paicha.domain import clock


@pytest.fixture
def ledgers(db: None) -> Iterator[Ledgers]:
    """Three villages, two thirds answered."""
    with clock.frozen(TODAY):
        yield Ledgers(build())


@pytest.fixture
def up(ledgers: Ledgers) -> Ledgers:
    """The first village handed up."""
    ledgers.complete()
    ledgers.hand_up()
    return ledgers

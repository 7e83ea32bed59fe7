"""Which day of a stage it is, and how much of the survey the calendar asks for by then."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.worlds.county import OPENS, County, open_county

from paicha.domain.rounds.queries import current_stage


@pytest.fixture
def county(db: None) -> County:
    return open_county()


@pytest.mark.parametrize(
    ("after", "title", "nth", "left", "share"),
    [
        (0, "村级排查", 1, 10, 9),
        (6, "村级排查", 7, 4, 64),
        (10, "村级排查", 11, 0, 100),
        (11, "镇级核实", 1, 4, 100),  # its own first day; the survey should be done
        (15, "镇级核实", 5, 0, 100),
        (16, "市级抽查", 1, 15, 100),
        (32, "市级抽查", 17, -1, 100),
        (-1, "村级排查", 1, 11, 0),
    ],
)
def test_a_stage_counts_its_own_days(
    county: County, after: int, title: str, nth: int, left: int, share: int
) -> None:
    stage = current_stage(county.round, county.pack, OPENS + timedelta(days=after))
    assert (stage.title, stage.nth, stage.left, stage.survey_share) == (title, nth, left, share)

"""Shares of a sample and their intervals: textbook values, and what must hold for any sample."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paicha.core.sampling import estimate
from paicha.core.sampling.systematic import lengths, probabilities, taken

HALF = Fraction(1, 2)
answers = st.lists(
    st.tuples(st.integers(1, 20).map(lambda n: Fraction(n, 20)), st.booleans()), min_size=1, max_size=30
)


def equal(n: int, differ: int) -> list[tuple[Fraction, bool]]:
    return [(HALF, i < differ) for i in range(n)]


@pytest.mark.parametrize(
    ("n", "differ", "low", "high"),  # Wilson's interval as published (Newcombe 1998, method 3)
    [(263, 81, 0.2553, 0.3662), (148, 15, 0.0624, 0.1605), (20, 0, 0.0, 0.1611), (29, 1, 0.0061, 0.1718)],
)
def test_equal_chances_give_wilsons_interval(n: int, differ: int, low: float, high: float) -> None:
    found = estimate(equal(n, differ))
    assert found is not None
    assert (found.n, found.differ, found.share) == (n, differ, Fraction(differ, n))
    assert found.low == pytest.approx(low, abs=0.00006)
    assert found.high == pytest.approx(high, abs=0.00006)


@given(answers)
def test_the_share_lies_in_its_interval_and_the_interval_in_nought_to_one(
    listed: list[tuple[Fraction, bool]],
) -> None:
    found = estimate(listed)
    assert found is not None
    assert 0 <= found.low <= float(found.share) <= found.high <= 1
    assert (found.share == 0) == (found.differ == 0)
    assert (found.share == 1) == (found.differ == found.n)
    assert found.high - found.low > 0


def test_a_household_counts_for_as_many_as_it_stands_for() -> None:
    found = estimate([(Fraction(1), True), (Fraction(1, 9), False)])
    assert found is not None
    assert found.share == Fraction(1, 10)
    assert estimate([]) is None


def test_nineteen_intervals_of_twenty_hold_the_truth() -> None:
    """800 systematic samples of 120 from 3,000, risk weighted, where those at risk differ more often."""
    random = Random(11)
    weights = [random.choice([1, 1, 1, 3, 4, 6]) for _ in range(3000)]
    differs = [random.random() < (0.25 if weight > 1 else 0.08) for weight in weights]
    truth = sum(differs) / 3000
    chances = probabilities(weights, 120)
    held = 0
    for _ in range(800):
        order = random.sample(range(3000), 3000)
        line, unit = lengths([chances[i] for i in order])
        places = taken(line, unit, random.randrange(unit))
        found = estimate([(chances[order[p]], differs[order[p]]) for p in places])
        assert found is not None
        held += found.low <= truth <= found.high
    assert 0.93 <= held / 800 <= 0.99

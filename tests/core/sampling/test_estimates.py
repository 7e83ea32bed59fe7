"""Shares of a sample and their intervals: textbook values, and what must hold for any sample."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paicha.core.sampling import estimate
from paicha.core.sampling.estimates import _student
from paicha.core.sampling.systematic import lengths, places_hit, probabilities

FEW = Fraction(1, 10**6)  # of so many that nothing is certain
answers = st.lists(
    st.tuples(st.integers(1, 20).map(lambda n: Fraction(n, 20)), st.booleans()), min_size=1, max_size=30
)


def equal(n: int, differ: int, chance: Fraction = FEW) -> list[tuple[Fraction, bool]]:
    return [(chance, i < differ) for i in range(n)]


@pytest.mark.parametrize(
    ("n", "differ", "chance", "low", "high"),
    [
        (30, 1, FEW, 0.0054, 0.1789),  # svy 0.35, Wilson: the factor n/(n-1) and Student's t
        (30, 29, FEW, 0.8211, 0.9946),
        (30, 0, FEW, 0.0, 0.1135),  # all agree: Kish's number, Wilson as published (Newcombe 1998, method 3)
        (20, 0, FEW, 0.0, 0.1611),
        (20, 20, FEW, 0.8389, 1.0),
        (600, 55, Fraction(1), 0.0917, 0.0917),  # everybody was asked: nothing is left to chance
        (600, 0, Fraction(1), 0.0, 0.0),
        (1, 1, Fraction(1), 1.0, 1.0),
        (550, 50, Fraction(550, 600), 0.0842, 0.0981),
        (300, 28, Fraction(1, 2), 0.0725, 0.1194),
    ],
)
def test_what_is_known_of_equal_chances(
    n: int, differ: int, chance: Fraction, low: float, high: float
) -> None:
    found = estimate(equal(n, differ, chance))
    assert found is not None
    assert (found.n, found.differ, found.share) == (n, differ, Fraction(differ, n))
    assert found.low == pytest.approx(low, abs=0.00006)
    assert found.high == pytest.approx(high, abs=0.00006)


@pytest.mark.parametrize(
    ("freedom", "quantile"),  # printed tables of Student's t, two-sided 95 %
    [
        (1, 12.7062),
        (2, 4.3027),
        (3, 3.1824),
        (4, 2.7764),
        (9, 2.2622),
        (30, 2.0423),
        (120, 1.9799),
        (10**6, 1.96),
    ],
)
def test_students_t_is_that_of_the_tables(freedom: int, quantile: float) -> None:
    assert _student(freedom) == pytest.approx(quantile, abs=0.00006)


@given(answers, st.integers(1, 20), st.booleans())
def test_a_household_drawn_with_certainty_never_widens_what_the_others_leave_open(
    listed: list[tuple[Fraction, bool]], certain: int, differs: bool
) -> None:
    """Asked of one opinion, so that the share stays: the more are certain, the narrower."""
    same = [(chance, differs) for chance, _ in listed]
    before, after = estimate(same), estimate([*same, *[(Fraction(1), differs)] * certain])
    assert before is not None and after is not None
    assert after.high - after.low <= before.high - before.low + 1e-12


@given(answers)
def test_the_share_lies_in_its_interval_and_the_interval_in_nought_to_one(
    listed: list[tuple[Fraction, bool]],
) -> None:
    found = estimate(listed)
    assert found is not None
    assert 0 <= found.low <= float(found.share) <= found.high <= 1
    assert (found.share == 0) == (found.differ == 0)
    assert (found.share == 1) == (found.differ == found.n)
    assert (found.high == found.low) == all(chance == 1 for chance, _ in listed)


def test_a_household_counts_for_as_many_as_it_stands_for() -> None:
    found = estimate([(Fraction(1), True), (Fraction(1, 9), False)])
    assert found is not None
    assert found.share == Fraction(1, 10)
    assert estimate([]) is None


@pytest.mark.parametrize(
    ("size", "drawn", "risky", "others"),  # of a county; how often those at risk differ, and the others
    [(3000, 120, 0.25, 0.08), (600, 300, 0.20, 0.05), (600, 550, 0.20, 0.05), (3000, 30, 0.40, 0.15)],
)
def test_nineteen_intervals_of_twenty_hold_the_truth(
    size: int, drawn: int, risky: float, others: float
) -> None:
    """500 systematic samples, risk weighted, where those at risk differ more often."""
    random = Random(11)
    weights = [random.choice([1, 1, 1, 3, 4, 6]) for _ in range(size)]
    differs = [random.random() < (risky if weight > 1 else others) for weight in weights]
    truth = sum(differs) / size
    chances = probabilities(weights, drawn)
    held = 0
    for _ in range(500):
        order = random.sample(range(size), size)
        line, unit = lengths([chances[i] for i in order])
        places = places_hit(line, unit, random.randrange(unit))
        found = estimate([(chances[order[p]], differs[order[p]]) for p in places])
        assert found is not None
        held += found.low <= truth <= found.high
    assert held / 500 >= 0.93

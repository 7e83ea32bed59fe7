"""Draws: size, certainty, exact probabilities over every possible start, whoever lists the frame in which order."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paicha.core.sampling import (
    Frame,
    HouseholdUnit,
    SampleTooLarge,
    VillageUnit,
    draw,
    risk_weight,
    village_weight,
)
from paicha.core.sampling.draw import village_chances
from paicha.core.sampling.systematic import in_order, lengths, places_hit, probabilities, random_below, shares

weights = st.lists(st.integers(1, 10), min_size=1, max_size=12)


def sized(listed: list[int]) -> st.SearchStrategy[tuple[list[int], int]]:
    return st.integers(0, len(listed)).map(lambda size: (listed, size))


def over_all_starts(chances: list[Fraction]) -> list[Fraction]:
    """How often each unit is taken, over every start: a draw changes only where a point meets a unit's edge."""
    line, unit = lengths(chances)
    edges, reached = {0, unit}, 0
    for length in line:
        reached += length
        edges.add(reached % unit)
    found: Counter[int] = Counter()
    ordered = sorted(edges)
    for low, high in pairwise(ordered):
        for place in places_hit(line, unit, low):
            found[place] += high - low
    return [Fraction(found[place], unit) for place in range(len(chances))]


@given(weights.flatmap(sized))
def test_probabilities_add_up_to_the_size_and_follow_the_weights(case: tuple[list[int], int]) -> None:
    listed, size = case
    chances = probabilities(listed, size)
    assert sum(chances) == size
    assert all(0 <= chance <= 1 for chance in chances)
    rest = {chance / weight for chance, weight in zip(chances, listed, strict=True) if chance < 1}
    assert len(rest) <= 1
    if rest:  # what is certain would not have fitted in
        assert all(
            weight * max(rest) >= 1 for chance, weight in zip(chances, listed, strict=True) if chance == 1
        )


@given(weights.flatmap(sized))
def test_each_start_takes_exactly_the_size_and_all_starts_together_the_probabilities(
    case: tuple[list[int], int],
) -> None:
    chances = probabilities(*case)
    line, unit = lengths(chances)
    seen: Counter[int] = Counter()
    for start in range(unit):
        chosen = places_hit(line, unit, start)
        assert len(chosen) == len(set(chosen)) == case[1]
        assert {i for i, chance in enumerate(chances) if chance == 1} <= set(chosen)
        seen.update(chosen)
    assert [Fraction(seen[i], unit) for i in range(len(chances))] == chances
    assert over_all_starts(chances) == chances


@given(weights.flatmap(sized).filter(lambda case: case[1] > 0), st.data())
def test_a_total_weighted_by_one_over_the_probability_is_right_on_average(
    case: tuple[list[int], int], data: st.DataObject
) -> None:
    chances = probabilities(*case)
    values = data.draw(st.lists(st.integers(0, 9), min_size=len(chances), max_size=len(chances)))
    line, unit = lengths(chances)
    totals = [sum(values[i] / chances[i] for i in places_hit(line, unit, start)) for start in range(unit)]
    assert Fraction(sum(totals), unit) == sum(values)


@given(
    st.lists(st.tuples(st.integers(1, 40), st.integers(0, 1), st.integers(1, 9)), min_size=1, max_size=8),
    st.data(),
)
def test_seats_shared_out_keep_their_bounds_and_their_sum(
    towns: list[tuple[int, int, int]], data: st.DataObject
) -> None:
    totals, lows, highs = map(list, zip(*towns, strict=True))
    size = data.draw(st.integers(sum(lows), sum(highs)))
    found = shares(totals, lows, highs, size)
    assert sum(found) == size
    assert all(low <= share <= high for low, share, high in zip(lows, found, highs, strict=True))
    rates = {
        share / total
        for share, total, low, high in zip(found, totals, lows, highs, strict=True)
        if low < share < high
    }
    assert len(rates) <= 1


@st.composite
def villages(pick: st.DrawFn) -> list[VillageUnit]:
    made = []
    for town in range(pick(st.integers(1, 5))):
        for number in range(pick(st.integers(1, 5))):
            code = f"61088110{town}{201 + number}"
            made.append(
                VillageUnit(code, f"61088110{town}000", pick(st.booleans()), pick(st.integers(1, 10)))
            )
    return made


@given(villages(), st.data())
def test_every_village_of_a_stratum_has_its_chance_and_every_town_a_village_where_possible(
    listed: list[VillageUnit], data: st.DataObject
) -> None:
    ordered = sorted(listed)
    size = data.draw(st.integers(1, len(ordered)))
    chances = village_chances(ordered, size, ())
    assert sum(chances) == size
    assert all(0 < chance <= 1 for chance in chances)
    assert over_all_starts(chances) == chances
    towns = {village.town for village in ordered}
    line, unit = lengths(chances)
    for start in sorted({0, unit - 1, unit // 2, unit // 3}):
        seen = {ordered[i].town for i in places_hit(line, unit, start)}
        assert len(seen) >= min(len(towns), size) or size < len(towns)


@given(villages(), st.data())
def test_a_village_has_no_chance_only_where_the_seats_are_just_one_for_each_town_without_a_village(
    listed: list[VillageUnit], data: st.DataObject
) -> None:
    ordered = sorted(listed)
    towns = sorted({village.town for village in ordered})
    covered = data.draw(st.sets(st.sampled_from(towns)))
    size = data.draw(st.integers(1, len(ordered)))
    chances = village_chances(ordered, size, covered)
    assert sum(chances) == size
    tight = size == len(towns) - len(covered)
    for village, chance in zip(ordered, chances, strict=True):
        assert (chance == 0) == (tight and village.town in covered)
        assert not tight or village.town in covered or chance > 0


@given(villages(), st.data(), st.integers(0, 10**9))
def test_villages_without_a_monitored_household_come_first(
    listed: list[VillageUnit], data: st.DataObject, seed: int
) -> None:
    size = data.draw(st.integers(0, len(listed)))
    found = draw(Frame.of(listed, []), households=0, villages=size, seed=seed).villages
    zero = {village.code for village in listed if village.zero}
    drawn = {village.code for village in found}
    assert len(drawn) == len(found) == size
    assert len(drawn & zero) == min(size, len(zero))
    if size >= len(zero):
        assert all(village.probability == 1 for village in found if village.stratum == "zero")
    assert all((village.code in zero) == (village.stratum == "zero") for village in found)


def county(n: int = 300) -> tuple[list[VillageUnit], list[HouseholdUnit]]:
    random = Random(7)
    listed = [
        VillageUnit(f"6108811{v % 3:02d}{200 + v}", f"6108811{v % 3:02d}000", v % 4 == 0, 1 + v)
        for v in range(9)
    ]
    units = [HouseholdUnit(100_001 + i, listed[i % 9].code, random.randint(1, 10)) for i in range(n)]
    return listed, units


def test_the_same_frame_in_another_order_is_the_same_draw() -> None:
    listed, units = county()
    first = draw(Frame.of(listed, units), households=40, villages=5, seed=20220401)
    mixed = list(units)
    Random(1).shuffle(mixed)
    again = draw(Frame.of(reversed(listed), mixed), households=40, villages=5, seed=20220401)
    assert again == first
    assert draw(Frame.read(Frame.of(listed, units).text), households=40, villages=5, seed=20220401) == first
    assert (
        draw(Frame.of(listed, units), households=40, villages=5, seed=20220402).households != first.households
    )


def test_a_draw_stays_what_it_was() -> None:
    """A published sample must come out the same for ever: this one was written down when the draw was made."""
    listed, units = county(60)
    found = draw(Frame.of(listed, units), households=5, villages=4, seed=1)
    assert found.frame_hash == PUBLISHED[0]
    assert [h.number for h in found.households] == PUBLISHED[1]
    assert [v.code for v in found.villages] == PUBLISHED[2]


PUBLISHED: tuple[str, list[int], list[str]] = (
    "b74fdfca5fda56799736121d6712746c0fe708f8121b91080f8c23edbc675f1d",
    [100049, 100037, 100026, 100055, 100046],
    ["610881100200", "610881101204", "610881102208", "610881101207"],
)


def test_households_stand_in_the_order_of_their_hash() -> None:
    listed, units = county()
    numbers = [h.number for h in draw(Frame.of(listed, units), households=60, villages=0, seed=3).households]
    assert numbers == sorted(numbers, key=lambda number: in_order(3, number))
    assert len(numbers) == len(set(numbers)) == 60


@pytest.mark.parametrize(
    ("households", "of", "asked", "have"), [(301, "households", 301, 300), (1, "villages", 10, 9)]
)
def test_more_than_there_is_cannot_be_drawn(households: int, of: str, asked: int, have: int) -> None:
    listed, units = county()
    with pytest.raises(SampleTooLarge) as refused:
        draw(Frame.of(listed, units), households=households, villages=10 if of == "villages" else 1, seed=1)
    assert (refused.value.what, refused.value.asked, refused.value.have) == (of, asked, have)


def test_everybody_is_certain_where_everybody_is_asked_for() -> None:
    listed, units = county(20)
    found = draw(Frame.of(listed, units), households=20, villages=9, seed=5)
    assert (
        {h.probability for h in found.households} == {v.probability for v in found.villages} == {Fraction(1)}
    )


def test_one_heavy_unit_is_certain_and_the_rest_shares_what_is_left() -> None:
    assert probabilities([10, 1, 1, 1, 1], 2) == [1, *[Fraction(1, 4)] * 4]
    assert probabilities([10, 6, 1, 1, 1, 1], 3) == [1, 1, *[Fraction(1, 4)] * 4]


@given(st.integers(1, 2**300), st.text(max_size=5))
def test_a_start_lies_below_its_bound(bound: int, word: str) -> None:
    assert 0 <= random_below(bound, word) < bound
    assert random_below(bound, word) == random_below(bound, word)


def test_starts_are_spread_evenly() -> None:
    found = Counter(random_below(7, seed) for seed in range(7000))
    assert all(abs(n - 1000) < 130 for n in found.values())  # more than four standard deviations


@pytest.mark.parametrize(
    ("strengths", "weight"),
    [
        ([], 1),
        (["weak"], 2),
        (["normal"], 3),
        (["strong"], 4),
        (["strong"] * 3, 10),
        (["strong"] * 9, 10),
        ([""], 3),
    ],
)
def test_risk_weights(strengths: list[str], weight: int) -> None:
    assert risk_weight(strengths) == weight


@pytest.mark.parametrize(
    ("leads", "households", "weight"),
    [
        (0, 350, 1),
        (1, 350, 1),
        (17, 350, 1),
        (18, 350, 2),
        (70, 350, 4),
        (157, 350, 9),
        (158, 350, 10),
        (999, 350, 10),
        (0, 0, 1),
    ],
)
def test_village_weights(leads: int, households: int, weight: int) -> None:
    assert village_weight(leads, households) == weight


def test_a_frame_with_a_unit_twice_is_none() -> None:
    unit = HouseholdUnit(1, "610881101201", 1)
    for units in ([unit, HouseholdUnit(1, "610881101202", 2)], [HouseholdUnit(2, "610881101201", 0)]):
        with pytest.raises(ValueError, match=r"frame|weights"):
            Frame.of([], units)

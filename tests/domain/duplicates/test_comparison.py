"""Which households look like one, and which do not: likenesses in a table, each with what it must come to."""

from __future__ import annotations

from dataclasses import dataclass, replace

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paicha.core.normalise import name_key
from paicha.core.readings import readings
from paicha.domain.duplicates.columns import SCHEMA
from paicha.domain.duplicates.comparison import compared_again, find_pairs


@dataclass(frozen=True)
class Home:
    """A household as the register has it."""

    head: str = "王建国"
    phone: str = ""
    group: str = "1"
    village: int = 1
    population: int | None = 4
    members: tuple[str, ...] = ()
    homes: tuple[str, ...] = ()
    persons: tuple[str, ...] = ()


def register(homes: dict[int, Home]) -> pl.DataFrame:
    rows = [
        (number, h.village, h.group, name_key(h.head), h.phone, h.population, "\n".join(readings(name_key(h.head))),
         "\n".join(sorted(h.members)), "\n".join(sorted(h.homes)), "\n".join(sorted(h.persons)))
        for number, h in sorted(homes.items())
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def listed(homes: dict[int, Home]) -> set[tuple[int, int]]:
    return {(row["first"], row["second"]) for row in find_pairs(register(homes)).iter_rows(named=True)}


PHONE, OTHER = "15012348831", "15012348832"
ALIKE = {
    "one character apart, one phone": (Home(phone=PHONE), Home("王健国", PHONE)),
    "one character missing, one phone": (Home(phone=PHONE), Home("王国", PHONE)),
    "another reading of the surname": (Home("单国强"), Home("善国强")),
    "same reading, same group, one phone known": (Home("王建国", PHONE), Home("王健国")),
    "same name, same group, no phone": (Home(), Home()),
    "same name, one phone, another group": (Home(phone=PHONE), Home(phone=PHONE, group="2", population=5)),
    "same name and phone in another village": (Home(phone=PHONE), Home(phone=PHONE, village=2)),
    "the same number in another system": (
        Home(homes=("民政 17",)),
        Home("贺兰", "", "3", homes=("民政 17",)),
    ),
    "a person's number": (Home(persons=("民政 1701",)), Home("王国强", persons=("民政 1701",))),
    "the wife's name as head": (
        Home("王建国", members=("高兰花", "王小兵")),
        Home("高兰花", members=("王建国", "王小兵")),
    ),
    "a family in two villages": (
        Home("王建国", members=("高兰花", "王小兵", "王小红")),
        Home("高兰花", members=("王建国", "王小兵", "王小红"), village=2),
    ),
    "one character apart, everything else the same": (Home("王建国"), Home("王建明")),
}
UNLIKE = {
    "namesakes with phones of their own": (Home(phone=PHONE), Home(phone=OTHER)),
    "namesakes of two villages": (Home(), Home(village=2)),
    "brothers with phones of their own": (Home("王建国", PHONE), Home("王建明", OTHER)),
    "father and son on one phone": (Home("王建国", PHONE), Home("王小兵", PHONE)),
    "brothers, one without a phone": (Home("王建国", PHONE), Home("王建明", population=5)),
    "two systems' numbers differ": (Home(homes=("民政 1",)), Home(homes=("民政 2",))),
    "families with no member in common": (Home(members=("高兰花",)), Home(members=("贺玉兰",))),
    "one member's name in common": (Home("贺平", members=("高兰花",)), Home("白强", members=("高兰花",))),
}


@pytest.mark.parametrize("case", ALIKE)
def test_alike(case: str) -> None:
    first, second = ALIKE[case]
    assert listed({1: first, 2: second}) == {(1, 2)}
    assert listed({1: second, 2: first}) == {(1, 2)}, "whichever comes first"


@pytest.mark.parametrize("case", UNLIKE)
def test_unlike(case: str) -> None:
    first, second = UNLIKE[case]
    assert listed({1: first, 2: second}) == set()


def test_a_common_name_says_less() -> None:
    """Twenty villages have a 王建国: two of them in one group of one village are no surprise."""
    pair = {1: Home(population=3), 2: Home(population=5)}
    assert listed(pair) == {(1, 2)}
    namesakes = {n: Home(village=n, population=None) for n in range(3, 21)}
    assert listed(pair | namesakes) == set()


def test_a_phone_that_many_give_says_nothing() -> None:
    """The village clerk's number stands on a whole group."""
    homes = {n: Home(f"王建{name}", PHONE, population=None) for n, name in enumerate("国明军民平强伟勇华")}
    assert listed(homes) == set()


def test_points_rise_with_what_is_shared() -> None:
    least = Home("王建国", PHONE, group="1", population=None)
    steps = [
        replace(least, head="王健民", members=("高兰花",)),
        replace(least, head="王健国"),
        replace(least),
        replace(least, population=4),
    ]
    points = [
        find_pairs(register({1: replace(least, population=step.population, members=step.members), 2: step}))[
            "points"
        ]
        for step in steps
    ]
    assert [len(p) for p in points] == [1] * 4
    assert [p[0] for p in points] == sorted(p[0] for p in points)


few = st.builds(
    Home,
    head=st.sampled_from(["王建国", "王健国", "王建明", "单强", "善强", "高兰花"]),
    phone=st.sampled_from(["", PHONE, OTHER]),
    group=st.sampled_from(["", "1", "2"]),
    village=st.integers(1, 2),
    population=st.sampled_from([None, 3, 4]),
    members=st.sets(st.sampled_from(["高兰花", "王小兵", "王建国"]), max_size=2).map(tuple),
    homes=st.sets(st.sampled_from(["民政 1", "民政 2", "教育 1"]), max_size=1).map(tuple),
    persons=st.sets(st.sampled_from(["民政 9", "民政 8"]), max_size=1).map(tuple),
)
registers = st.dictionaries(st.integers(1, 30), few, max_size=12)


@given(registers)
def test_no_pair_twice_and_every_pair_by_itself(homes: dict[int, Home]) -> None:
    """A pair comes once, lower number first; order and numbers play no part."""
    found = find_pairs(register(homes))
    pairs = list(zip(found["first"], found["second"], strict=True))
    assert len(pairs) == len(set(pairs))
    assert all(first < second for first, second in pairs)
    turned = {100 - number: home for number, home in homes.items()}
    points = {frozenset(pair): p for pair, p in zip(pairs, found["points"], strict=True)}
    other = find_pairs(register(turned))
    assert points == {
        frozenset((100 - row["first"], 100 - row["second"])): row["points"]
        for row in other.iter_rows(named=True)
    }


@given(registers, registers, st.sets(st.integers(1, 30)))
def test_what_a_change_leaves_out_stays(
    before: dict[int, Home], after: dict[int, Home], gone: set[int]
) -> None:
    """Comparing again what a change concerns gives the pairs that comparing everything gives."""
    now = {n: h for n, h in (before | after).items() if n not in gone}
    old, new = register(before), register(now)
    changed = pl.concat([old.join(new, on=list(SCHEMA), how="anti", nulls_equal=True),
                         new.join(old, on=list(SCHEMA), how="anti", nulls_equal=True)])  # fmt: skip
    again, concerned = compared_again(new, changed)
    numbers = set(concerned.to_list())
    kept = [r for r in find_pairs(old).iter_rows() if not numbers.intersection(r[-2:])]
    assert sorted(map(str, [*kept, *again.iter_rows()])) == sorted(map(str, find_pairs(new).iter_rows()))

"""One draw: M villages, those without a monitored household first, and N households of the whole county by risk.

Villages stand in two strata. Those where nobody is monitored come first (notice: 市级抽查排在前面): all of them where
they fit in M, else M among them. What is left of M goes to the others. Within a stratum the seats are shared out
among the towns in proportion to their villages' weights, at least one to a town that has none yet, where the
stratum's seats suffice for that; then villages lie in order of town, and within a town by SHA-256 of 'seed:code',
and are drawn systematically. So every village has a known chance, and it is nothing in two cases only: the first
stratum took all seats, or the seats left are just one for each town that has none yet (then towns that have one
get no second).

Households are drawn from the whole county, not from the drawn villages alone, so that their answers speak for the
county: systematically, in order of SHA-256 of 'seed:number', in proportion to their risk weights.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby

from paicha.core.sampling.frame import Frame, HouseholdUnit, VillageUnit
from paicha.core.sampling.systematic import in_order, lengths, places_hit, probabilities, random_below, shares

ZERO, REST = "zero", "rest"


class SampleTooLarge(ValueError):
    """More is asked for than there is. `what` villages or households; `have` how many there are."""

    def __init__(self, what: str, asked: int, have: int) -> None:
        super().__init__(f"{asked} {what} asked for, {have} in the frame")
        self.what, self.asked, self.have = what, asked, have


@dataclass(frozen=True, slots=True)
class DrawnVillage:
    """A village of the sample. `stratum` 'zero' or 'rest'; `probability` that it is drawn at all."""

    code: str
    stratum: str
    weight: int
    probability: Fraction


@dataclass(frozen=True, slots=True)
class DrawnHousehold:
    """A household of the sample, in the order in which it was drawn."""

    number: int
    village: str
    weight: int
    probability: Fraction


@dataclass(frozen=True, slots=True)
class Draw:
    """What a seed draws from a frame."""

    seed: int
    frame_hash: str
    villages: tuple[DrawnVillage, ...]
    households: tuple[DrawnHousehold, ...]


def draw(frame: Frame, *, households: int, villages: int, seed: int) -> Draw:
    """Draw so many households and villages. The same arguments give the same draw, always. Raises SampleTooLarge."""
    for what, asked, have in (
        ("villages", villages, len(frame.villages)),
        ("households", households, len(frame.households)),
    ):
        if not 0 <= asked <= have:
            raise SampleTooLarge(what, asked, have)
    return Draw(
        seed,
        frame.digest,
        tuple(_villages(frame, villages, seed)),
        tuple(_households(frame, households, seed)),
    )


def _households(frame: Frame, size: int, seed: int) -> list[DrawnHousehold]:
    ordered: list[HouseholdUnit] = sorted(frame.households, key=lambda h: in_order(seed, h.number))
    chances = probabilities([h.weight for h in ordered], size)
    chosen = _systematic(chances, seed, frame.digest, "households")
    return [
        DrawnHousehold(ordered[i].number, ordered[i].village, ordered[i].weight, chances[i]) for i in chosen
    ]


def _villages(frame: Frame, size: int, seed: int) -> list[DrawnVillage]:
    zero = [village for village in frame.villages if village.zero]
    rest = [village for village in frame.villages if not village.zero]
    first = min(size, len(zero))
    drawn = _stratum(frame, zero, first, seed, ZERO, frozenset())
    covered = {village.town for village in zero} if first == len(zero) else frozenset[str]()
    return drawn + _stratum(frame, rest, size - first, seed, REST, covered)


def _stratum(
    frame: Frame, units: Sequence[VillageUnit], size: int, seed: int, name: str, covered: Collection[str]
) -> list[DrawnVillage]:
    """`size` of these villages; `covered`: towns that have one in the sample already."""
    if not size:
        return []
    ordered = sorted(units, key=lambda v: (v.town, in_order(seed, v.code)))
    chances = village_chances(ordered, size, covered)
    chosen = _systematic(chances, seed, frame.digest, f"villages:{name}")
    return [DrawnVillage(ordered[i].code, name, ordered[i].weight, chances[i]) for i in chosen]


def village_chances(ordered: Sequence[VillageUnit], size: int, covered: Collection[str]) -> list[Fraction]:
    """Inclusion probabilities of villages in order of town: each town's share of the seats, spread by weight.

    None is 0 but where the seats are just one for each town outside `covered`: then those of covered towns are.
    """
    towns = [list(group) for _, group in groupby(ordered, key=lambda v: v.town)]
    lows = [int(town[0].town not in covered) for town in towns]
    if sum(lows) > size:
        lows = [0] * len(towns)
    seats = shares([sum(v.weight for v in town) for town in towns], lows, [len(town) for town in towns], size)
    return [
        chance
        for town, share in zip(towns, seats, strict=True)
        for chance in probabilities([v.weight for v in town], share)
    ]


def _systematic(chances: Sequence[Fraction], seed: int, digest: str, what: str) -> list[int]:
    """Certain units and those that the points fall on, in order."""
    line, unit = lengths(chances)
    return places_hit(line, unit, random_below(unit, seed, digest, what))

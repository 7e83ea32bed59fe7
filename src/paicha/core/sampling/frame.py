"""What a sample is drawn from: every village with households, every household of the roster, each with a weight.

What holds: the same villages and households give the same text and the same hash, in whatever order they come
and on whichever database; the text is all that is needed to draw again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

from paicha.core.pack.naming import strength_rank

_WEIGHTS = (3, 2, 1)  # of an open lead, from the strongest
HEAVIEST = 10


@dataclass(frozen=True, slots=True, order=True)
class VillageUnit:
    """A village by its 12-digit code, with its town's. `zero`: nobody there is monitored."""

    code: str
    town: str
    zero: bool
    weight: int


@dataclass(frozen=True, slots=True, order=True)
class HouseholdUnit:
    """A household by its number (not its id, which differs between databases)."""

    number: int
    village: str
    weight: int


def risk_weight(strengths: Iterable[str]) -> int:
    """1 without an open lead; each adds 3 (strong), 2 or 1 (weak); 10 at the most."""
    return min(1 + sum(_WEIGHTS[strength_rank(strength)] for strength in strengths), HEAVIEST)


def village_weight(open_leads: int, households: int) -> int:
    """A point for every five open leads a hundred households, rounded up; from 1 to 10."""
    return max(1, min(-(-20 * open_leads // max(households, 1)), HEAVIEST))


@dataclass(frozen=True)
class Frame:
    """Villages in order of code, households in order of number; made by `of` or read from its own text."""

    villages: tuple[VillageUnit, ...]
    households: tuple[HouseholdUnit, ...]

    @classmethod
    def of(cls, villages: Iterable[VillageUnit], households: Iterable[HouseholdUnit]) -> Frame:
        """A frame of units in any order. Raises ValueError for a unit twice, or a weight below 1."""
        made = cls(tuple(sorted(villages)), tuple(sorted(households)))
        keys = [v.code for v in made.villages], [h.number for h in made.households]
        if any(len(set(listed)) != len(listed) for listed in keys):
            raise ValueError("a unit stands twice in the frame")
        weights = [v.weight for v in made.villages] + [h.weight for h in made.households]
        if any(weight < 1 for weight in weights):
            raise ValueError("weights are whole numbers from 1 up")
        return made

    @cached_property
    def text(self) -> bytes:
        """The canonical listing: a line a unit, villages first."""
        lines = [f"v,{v.code},{v.town},{int(v.zero)},{v.weight}" for v in self.villages]
        lines += [f"h,{h.number},{h.village},{h.weight}" for h in self.households]
        return "\n".join(lines).encode("ascii")

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the listing, 64 hex digits."""
        return sha256(self.text).hexdigest()

    @classmethod
    def read(cls, text: bytes) -> Frame:
        """The frame of a listing. Raises ValueError where it is none."""
        villages, households = [], []
        for line in text.decode("ascii").splitlines():
            kind, *parts = line.split(",")
            if kind == "v":
                code, town, zero, weight = parts
                villages.append(VillageUnit(code, town, zero == "1", int(weight)))
            else:
                number, village, weight = parts
                households.append(HouseholdUnit(int(number), village, int(weight)))
        return cls.of(villages, households)

"""Systematic sampling with probability proportional to whole weights, exactly.

Units lie one after another on a line, each as long as its inclusion probability in units of `unit`; points stand
`unit` apart, beginning at a random start; a unit is taken where a point falls on it. A unit is never longer than
`unit`, so it is taken at most once, and over all starts it is taken exactly as often as its probability says.
What would be taken with certainty (weight × size ≥ total) stands apart, and the rest is drawn without it.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from hashlib import sha256
from math import lcm

_BITS = 256


def random_below(bound: int, *words: object) -> int:
    """A number from 0 to `bound` - 1, each as likely as the others, told by the words alone.

    SHA-256 of the words and a counter, as one integer; what lies beyond the last whole multiple of `bound` is
    thrown away and the counter goes on, so that no remainder comes more often than another.
    """
    if bound < 1:
        raise ValueError("a number below nothing")
    blocks = -(-bound.bit_length() // _BITS) + 1
    limit = (1 << _BITS * blocks) // bound * bound
    text = ":".join(map(str, words))
    counter = 0
    while True:
        parts = (sha256(f"{text}:{counter}:{block}".encode()).digest() for block in range(blocks))
        value = int.from_bytes(b"".join(parts), "big")
        if value < limit:
            return value % bound
        counter += 1


def in_order(seed: int, key: object) -> bytes:
    """By what units are ordered: SHA-256 of 'seed:key'."""
    return sha256(f"{seed}:{key}".encode()).digest()


def probabilities(weights: Sequence[int], size: int | Fraction) -> list[Fraction]:
    """Inclusion probabilities in proportion to the weights, none above 1, that add up to `size`.

    `size` may be a fraction (a town's share of the seats). Raises ValueError for more than there are units.
    """
    if not 0 <= size <= len(weights):
        raise ValueError("more are asked for than there are")
    left, total = Fraction(size), sum(weights)
    certain: set[int] = set()
    for index in sorted(range(len(weights)), key=lambda i: -weights[i]):
        if left <= 0 or weights[index] * left < total:
            break
        certain.add(index)
        left -= 1
        total -= weights[index]
    rate = left / total if total else Fraction(0)
    return [Fraction(1) if i in certain else rate * weight for i, weight in enumerate(weights)]


def lengths(chances: Sequence[Fraction]) -> tuple[list[int], int]:
    """The probabilities as whole lengths on the line, and the unit between two points."""
    unit = lcm(*{chance.denominator for chance in chances}) if chances else 1
    return [chance.numerator * (unit // chance.denominator) for chance in chances], unit


def places_hit(line: Sequence[int], unit: int, start: int) -> list[int]:
    """The places of the units that the points from `start` (0 … unit - 1) fall on, in order."""
    found, reached, point = [], 0, start
    for place, length in enumerate(line):
        reached += length
        if point < reached:
            found.append(place)
            point += unit
    return found


def shares(totals: Sequence[int], lows: Sequence[int], highs: Sequence[int], size: int) -> list[Fraction]:
    """`size` shared out in proportion to `totals`, each share within its bounds; exact.

    Every share is `rate × total` cut to its bounds, and the one rate is found at which they add up to `size`.
    Raises ValueError where the bounds don't allow it.
    """
    if not sum(lows) <= size <= sum(highs):
        raise ValueError("the bounds don't allow this size")

    def cut(rate: Fraction) -> list[Fraction]:
        return [
            min(max(rate * total, Fraction(low)), Fraction(high))
            for total, low, high in zip(totals, lows, highs, strict=True)
        ]

    bends = {
        Fraction(bound, total)
        for bounds in (lows, highs)
        for bound, total in zip(bounds, totals, strict=True)
    }
    rate = max((bend for bend in bends | {Fraction(0)} if sum(cut(bend)) <= size), default=Fraction(0))
    missing = size - sum(cut(rate))
    if missing:
        growing = sum(
            total
            for total, low, high in zip(totals, lows, highs, strict=True)
            if Fraction(low, total) <= rate < Fraction(high, total)
        )
        rate += Fraction(missing) / growing
    return cut(rate)

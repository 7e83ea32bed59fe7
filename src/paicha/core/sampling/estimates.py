"""What a sample says about the county: the share of households that answer otherwise, with an interval.

Households were drawn with unequal probabilities, so each counts with one over its probability (Hájek's ratio).
The ratio is an exact fraction. Its interval is Wilson's 95 % for as many equally drawn households as carry the
same information: n_eff = p(1-p)/v, where v is the linearised variance with replacement (a slight overestimate for
a systematic sample, so the interval is rather too wide), and never more than were asked; where all agree or all
differ, v says nothing and Kish's (Σw)²/Σw² stands in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt

_Z = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Estimate:
    """`n` compared, `differ` of them; `share` of the county's households, `low` … `high` its 95 % interval."""

    n: int
    differ: int
    share: Fraction
    low: float
    high: float


def estimate(answers: Sequence[tuple[Fraction, bool]]) -> Estimate | None:
    """From (inclusion probability, whether it differs) of each household; None where there is none."""
    if not answers:
        return None
    weights = [1 / chance for chance, _ in answers]
    total = sum(weights, Fraction(0))
    share = sum((w for w, (_, differs) in zip(weights, answers, strict=True) if differs), Fraction(0)) / total
    low, high = _wilson(float(share), _information(answers, weights, share, total))
    differ = sum(differs for _, differs in answers)
    return Estimate(len(answers), differ, share, low, high)


def _information(
    answers: Sequence[tuple[Fraction, bool]], weights: Sequence[Fraction], share: Fraction, total: Fraction
) -> float:
    """As how many equally drawn households these count."""
    n = len(answers)
    kish = float(total * total / sum((w * w for w in weights), Fraction(0)))
    if n < 2 or share in (0, 1):
        return kish
    spread = sum(
        ((w * (int(differs) - share)) ** 2 for w, (_, differs) in zip(weights, answers, strict=True)),
        Fraction(0),
    )
    variance = float(spread / (total * total))
    return min(float(n), float(share) * (1 - float(share)) / variance)


def _wilson(share: float, n: float) -> tuple[float, float]:
    """Wilson's interval of a share of `n`."""
    z2 = _Z * _Z
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = _Z / (1 + z2 / n) * sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    return max(0.0, min(share, middle - half)), min(1.0, max(share, middle + half))

"""What a sample says about the county: the share of households that answer otherwise, with an interval.

Households were drawn with unequal probabilities, so each counts with one over its probability (Hájek's ratio).
The ratio is an exact fraction. Its interval is Wilson's 95 % for as many equally drawn households as carry the
same information: n_eff = p(1-p)/v, where v is the linearised variance Σ(1-π)(w(y-p))²·n/(n-1) / (Σw)². A household
that was certain to be drawn adds nothing to v, so a census has no interval. n_eff is never more than n/f, where
f = Σ(1-π)w²/Σw² is the share that is left to chance. v is itself an estimate, so Student's t with n-1 degrees of
freedom stands for the normal quantile. Where all agree or all differ, v says nothing: Kish's (Σw)²/Σw² over f
stands in, with the normal quantile. What was measured of this: docs/decisions/0013.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import atan, cos, pi, sin, sqrt

_Z = 1.959963984540054
_NORMAL_FROM = 2000  # here the two quantiles differ by less than 0.0012


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
    low, high = _interval(answers, weights, share, total)
    differ = sum(differs for _, differs in answers)
    return Estimate(len(answers), differ, share, low, high)


def _interval(
    answers: Sequence[tuple[Fraction, bool]], weights: Sequence[Fraction], share: Fraction, total: Fraction
) -> tuple[float, float]:
    """Wilson's interval for the information that the answers carry; the share alone where all were certain."""
    n, chances = len(answers), [chance for chance, _ in answers]
    squares = sum((w * w for w in weights), Fraction(0))
    left = sum(((1 - c) * w * w for c, w in zip(chances, weights, strict=True)), Fraction(0)) / squares
    if left == 0:
        return float(share), float(share)
    if n < 2 or share in (0, 1):
        return _wilson(float(share), float(total * total / squares / left), _Z)
    spread = sum(
        ((1 - chance) * (w * (int(differs) - share)) ** 2
         for w, (chance, differs) in zip(weights, answers, strict=True)),
        Fraction(0),
    )  # fmt: skip
    most = n / left
    information = share * (1 - share) * total * total * (n - 1) / (spread * n) if spread else most
    return _wilson(float(share), float(min(most, information)), _student(n - 1))


def _wilson(share: float, n: float, z: float) -> tuple[float, float]:
    """Wilson's interval of a share of `n`, `z` standard errors wide on either side."""
    z2 = z * z
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = z / (1 + z2 / n) * sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    return max(0.0, min(share, middle - half)), min(1.0, max(share, middle + half))


@lru_cache(maxsize=1024)
def _student(freedom: int) -> float:
    """The quantile of Student's t that leaves 2.5 % on either side, by halving. 1 at least."""
    if freedom > _NORMAL_FROM:
        return _Z
    low, high = _Z, 13.0
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if _within(middle, freedom) < 0.95 else (low, middle)
    return (low + high) / 2


def _within(t: float, freedom: int) -> float:
    """The probability that Student's t lies between -t and t (Abramowitz and Stegun 26.7.3 and 26.7.4)."""
    angle = atan(t / sqrt(freedom))
    odd = freedom % 2
    term = cos(angle) if odd else 1.0
    series = 0.0
    for step in range(odd, freedom - 1, 2):
        series += term
        term *= cos(angle) ** 2 * (step + 1) / (step + 2)
    return 2 / pi * (angle + sin(angle) * series) if odd else sin(angle) * series

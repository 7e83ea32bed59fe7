"""How probabilities and shares read on the city's pages."""

from __future__ import annotations

from fractions import Fraction

from django import template

from paicha.domain.verification.models import SampleHousehold, SampleVillage

register = template.Library()


@register.filter
def chance(drawn: SampleVillage | SampleHousehold) -> str:
    """'1（必抽）', or '3/523（0.57%）': exact, and as a percentage; a long fraction as the percentage alone."""
    exact = drawn.probability
    if exact == 1:
        return "1（必抽）"
    text = f"{exact.numerator}/{exact.denominator}"
    share = f"{100 * float(exact):.2f}%"
    return f"{text}（{share}）" if len(text) <= 16 else share


@register.filter
def percent(value: float | Fraction) -> str:
    """'12.3%'."""
    return f"{100 * float(value):.1f}%"


@register.filter
def along(value: float | Fraction) -> str:
    """A share as a place from 0 to 100 on a drawn line."""
    return f"{100 * float(value):.2f}"


@register.filter
def minus(value: int, other: int) -> int:
    """The difference of two counts."""
    return value - other

"""What the check knows of a value: its kind, its options, and the range that its integers cannot leave.

The range proof is interval arithmetic over the declared ranges. It makes every target's integers exact:
64 bits in Polars and Spark, 53 in a browser.
"""

from __future__ import annotations

from dataclasses import dataclass

from paicha.core.expressions.tree import Operator
from paicha.core.expressions.vocabulary import Kind, Symbol


@dataclass(frozen=True, slots=True)
class Type:
    """`kind` None means that an error was reported below: it fits everything, so that nothing is
    reported twice."""

    kind: Kind | None
    options: frozenset[int] = frozenset()
    low: int = 0
    high: int = 0
    literal: bool = False


FAULTY = Type(None)
TRUTH = Type(Kind.BOOLEAN)


def of_symbol(symbol: Symbol) -> Type:
    """The type of a name. An integer without a declared range gets an empty one; the caller reports it."""
    return Type(symbol.kind, symbol.options or frozenset(), symbol.low or 0, symbol.high or 0)


def of_integer(value: int) -> Type:
    return Type(Kind.INTEGER, low=value, high=value, literal=True)


def of_arithmetic(operator: Operator, left: Type, right: Type) -> Type:
    """The interval that a sum, difference or product lies in."""
    if operator == "+":
        bounds = [left.low + right.low, left.high + right.high]
    elif operator == "-":
        bounds = [left.low - right.high, left.high - right.low]
    else:
        bounds = [a * b for a in (left.low, left.high) for b in (right.low, right.high)]
    return Type(Kind.INTEGER, low=min(bounds), high=max(bounds))


def union(left: Type, right: Type) -> Type:
    """The type of a value that is one or the other; both are of one kind (a choice wins over its literal)."""
    if left.kind is None or right.kind is None:
        return FAULTY
    kind = Kind.CHOICE if Kind.CHOICE in (left.kind, right.kind) else left.kind
    return Type(kind, left.options | right.options, min(left.low, right.low), max(left.high, right.high))


def mismatch(left: Type, right: Type) -> str | None:
    """Why two values cannot be compared, as the end of a Chinese sentence with its remedy, or None."""
    if left.kind is None or right.kind is None:
        return None
    if Kind.CHOICES in (left.kind, right.kind):
        return "多选题不能直接比较：请用 array_contains(题目, 选项)"
    for choice, other in ((left, right), (right, left)):
        if choice.kind is Kind.CHOICE and other.kind is Kind.INTEGER:
            return _option(choice, other)
    if left.kind is not right.kind:
        return f"{left.kind.label}不能和{right.kind.label}比较：请让两边同类"
    if left.kind is Kind.CHOICE and left.options != right.options:
        return "两道单选题的选项不同，不能比较：请分别写出选项"
    return None


def _option(choice: Type, other: Type) -> str | None:
    if not other.literal:
        return "单选题不能和算出来的数比较：请写选项序号"
    if other.low not in choice.options:
        return f"没有选项 {other.low}：选项有 {'、'.join(map(str, sorted(choice.options)))}"
    return None

"""The checked tree as a Python function of one row, for the few rows of a save at a desk or from a phone.

Why: an engine of columns costs the same for one row as for a county. What holds: a row is a mapping from names to
answers, where an absent name is no answer; None is unknown; whatever this says of a row, every other target says too
(the conformance table).
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from typing import Any

from paicha.core.expressions import tree
from paicha.core.expressions.tree import Node
from paicha.core.normalise import PATTERNS

Row = Mapping[str, Any]
Says = Callable[[Row], Any]

_COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq, "<>": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_OPERATORS: Mapping[str, Callable[[Any, Any], int]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul,
}  # fmt: skip


def compile_node(node: Node) -> Says:
    """A function from a row to True, False, None (unknown), or the value."""
    match node:
        case tree.Name(name):
            return lambda row: row.get(name)
        case tree.Constant(value):
            return lambda row: value
        case tree.Compare(sign, left, right):
            return _both(_COMPARISONS[sign], compile_node(left), compile_node(right))
        case tree.Arithmetic(sign, left, right):
            return _both(_OPERATORS[sign], compile_node(left), compile_node(right))
        case tree.Negate(operand):
            return _apply_to_known(operator.neg, compile_node(operand))
        case tree.Not(operand):
            return _apply_to_known(operator.not_, compile_node(operand))
        case tree.Join(junction, parts):
            return _join(junction == "OR", tuple(compile_node(part) for part in parts))
        case tree.Coalesce(parts):
            return _first(tuple(compile_node(part) for part in parts))
        case tree.Condition(_, body):
            return compile_node(body)
        case tree.IsNull(operand):
            of = compile_node(operand)
            return lambda row: of(row) is None
        case _:
            return _within(node)


def _within(node: tree.In | tree.Contains | tree.Like | tree.Matches | tree.AllIn) -> Says:
    match node:
        case tree.In(operand, items):
            constants = frozenset(item.value for item in items)
            return _apply_to_known(constants.__contains__, compile_node(operand))
        case tree.Contains(several, option):
            return _apply_to_known(lambda chosen: option in chosen, compile_node(several))
        case tree.Like(operand, fragment):
            return _apply_to_known(lambda text: fragment in text, compile_node(operand))
        case tree.Matches(operand, pattern):
            whole = re.compile(PATTERNS[pattern].pattern)
            return _apply_to_known(lambda text: whole.fullmatch(text) is not None, compile_node(operand))
        case tree.AllIn(several, options):
            return _apply_to_known(frozenset(options).issuperset, compile_node(several))


def _apply_to_known(function: Callable[[Any], Any], value: Says) -> Says:
    def says(row: Row) -> Any:
        found = value(row)
        return None if found is None else function(found)

    return says


def _both(function: Callable[[Any, Any], Any], left: Says, right: Says) -> Says:
    def says(row: Row) -> Any:
        one = left(row)
        if one is None:
            return None
        other = right(row)
        return None if other is None else function(one, other)

    return says


def _join(decisive: bool, parts: tuple[Says, ...]) -> Says:
    """OR is true where a part is, AND false where a part is; else unknown where a part is."""

    def says(row: Row) -> bool | None:
        found: bool | None = not decisive
        for part in parts:
            value: bool | None = part(row)
            if value is decisive:
                return decisive
            if value is None:
                found = None
        return found

    return says


def _first(parts: tuple[Says, ...]) -> Says:
    def says(row: Row) -> Any:
        for part in parts:
            value = part(row)
            if value is not None:
                return value
        return None

    return says

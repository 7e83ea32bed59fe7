"""The checked tree of a rule: a small closed set of immutable nodes from which every target's text is
rendered.

What holds: names are known, kinds fit, conditions and parameters are put in, and no integer passes
2^53. A renderer therefore only translates; it never decides what a rule means.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from paicha.core.expressions.vocabulary import Kind

Comparison = Literal["=", "<>", "<", "<=", ">", ">="]
Operator = Literal["+", "-", "*"]
Junction = Literal["AND", "OR"]


@dataclass(frozen=True, slots=True)
class Name:
    """A question or fact."""

    name: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Constant:
    """A literal or a parameter's value. bool, int, str or date; never null."""

    value: bool | int | str | dt.date


@dataclass(frozen=True, slots=True)
class Compare:
    """Two values of one kind. Unknown where either is null."""

    operator: Comparison
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """Two integers. Null where either is null."""

    operator: Operator
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Negate:
    operand: Node


@dataclass(frozen=True, slots=True)
class Join:
    """AND or OR over two or more parts, three-valued."""

    junction: Junction
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    operand: Node


@dataclass(frozen=True, slots=True)
class In:
    """Equal to any of the constants; unknown where the operand is null."""

    operand: Node
    items: tuple[Constant, ...]


@dataclass(frozen=True, slots=True)
class IsNull:
    """Never unknown."""

    operand: Node


@dataclass(frozen=True, slots=True)
class Coalesce:
    """The first part that is not null."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Contains:
    """A several-choices answer has the option. An empty list has none; null is unknown."""

    list: Name
    option: int


@dataclass(frozen=True, slots=True)
class Like:
    """A text question holds the fragment, letter for letter; unknown where it is null."""

    operand: Name
    fragment: str


@dataclass(frozen=True, slots=True)
class Matches:
    """A text question has the form of a named pattern of `normalise.PATTERNS`, as a whole; unknown where it is null."""

    operand: Name
    pattern: str


@dataclass(frozen=True, slots=True)
class AllIn:
    """A several-choices answer has no option but these. True of an empty list; null is unknown."""

    list: Name
    options: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Condition:
    """A named condition of the pack with its body: it means its body, the name is kept for people."""

    name: str
    body: Node


Node = (
    Name
    | Constant
    | Compare
    | Arithmetic
    | Negate
    | Join
    | Not
    | In
    | IsNull
    | Coalesce
    | Contains
    | Like
    | Matches
    | AllIn
    | Condition
)
Truth = Compare | Join | Not | In | IsNull | Contains | Like | Matches | AllIn


def children(node: Node) -> tuple[Node, ...]:
    """The operands of a node, left to right."""
    match node:
        case Compare() | Arithmetic():
            return (node.left, node.right)
        case Negate() | Not() | In() | IsNull() | Like() | Matches():
            return (node.operand,)
        case Join() | Coalesce():
            return node.parts
        case Contains() | AllIn():
            return (node.list,)
        case Condition():
            return (node.body,)
        case _:
            return ()


def walk(node: Node) -> Iterator[Node]:
    """The node and all below it, in the order of the text."""
    yield node
    for child in children(node):
        yield from walk(child)

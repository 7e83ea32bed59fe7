"""The language of rules, read and run a second time in plain Python: what every target is compared with.

It shares nothing with the package: its own reader of the text (by SQL's precedence) and three-valued logic on Python
values, where None is unknown. It checks nothing; the texts it is given have passed the package's check.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

Row = Mapping[str, Any]
Tree = tuple[Any, ...]

_TOKEN = re.compile(r"\s*(?:(\d+)|'((?:[^']|'')*)'|(<>|<=|>=|[=<>+\-*(),:])|(\w+))")


def read(text: str) -> Tree:
    """The text as nested tuples: ('OR', left, right), ('name', x), ('value', v) …"""
    reader = _Reader(text)
    tree = reader.either()
    assert reader.next is None, f"left over in {text!r}"
    return tree


class _Reader:
    def __init__(self, text: str) -> None:
        self._tokens: list[tuple[str, Any]] = []
        at, text = 0, text.rstrip()
        while at < len(text):
            found = _TOKEN.match(text, at)
            assert found, text[at:]
            number, string, sign, word = found.groups()
            if number is not None:
                self._tokens.append(("number", int(number)))
            elif string is not None:
                self._tokens.append(("string", string.replace("''", "'")))
            elif sign is not None:
                self._tokens.append((sign, sign))
            else:
                self._tokens.append(("word", word))
            at = found.end()
        self._at = 0

    @property
    def next(self) -> str | None:
        if self._at == len(self._tokens):
            return None
        kind, value = self._tokens[self._at]
        return value.upper() if kind == "word" and value.upper() in _WORDS else kind

    def take(self, *wanted: str) -> Any:
        assert self.next in wanted, (wanted, self._tokens, self._at)
        self._at += 1
        return self._tokens[self._at - 1][1]

    def given(self, *wanted: str) -> bool:
        if self.next in wanted:
            self._at += 1
            return True
        return False

    def either(self) -> Tree:
        left = self.both()
        while self.given("OR"):
            left = ("OR", left, self.both())
        return left

    def both(self) -> Tree:
        left = self.negation()
        while self.given("AND"):
            left = ("AND", left, self.negation())
        return left

    def negation(self) -> Tree:
        return ("NOT", self.negation()) if self.given("NOT") else self.predicate()

    def predicate(self) -> Tree:
        left = self.sum()
        if self.next in ("=", "<>", "<", "<=", ">", ">="):
            return (self.take(*_COMPARISONS), left, self.sum())
        if self.given("IS"):
            negative = self.given("NOT")
            self.take("NULL")
            return ("NOT", ("NULL", left)) if negative else ("NULL", left)
        negative = self.given("NOT")
        if self.given("LIKE"):
            found: Tree = ("LIKE", left, self.take("string")[1:-1])
        elif self.given("IN"):
            self.take("(")
            items = [self.sum()]
            while self.given(","):
                items.append(self.sum())
            self.take(")")
            found = ("IN", left, items)
        else:
            assert not negative
            return left
        return ("NOT", found) if negative else found

    def sum(self) -> Tree:
        left = self.product()
        while self.next in ("+", "-"):
            left = (f"{self.take('+', '-')}2", left, self.product())
        return left

    def product(self) -> Tree:
        left = self.signed()
        while self.given("*"):
            left = ("*2", left, self.signed())
        return left

    def signed(self) -> Tree:
        return ("-1", self.signed()) if self.given("-") else self.primary()

    def primary(self) -> Tree:
        if self.given("("):
            inner = self.either()
            self.take(")")
            return inner
        if self.given(":"):
            return ("parameter", self.take("word"))
        if self.next in ("number", "string"):
            return ("value", self.take("number", "string"))
        word = self._tokens[self._at][1]
        self._at += 1
        if word.upper() in ("TRUE", "FALSE"):
            return ("value", word.upper() == "TRUE")
        if word.upper() == "DATE" and self.next == "string":
            return ("value", dt.date.fromisoformat(self.take("string")))
        if self.next == "(":
            self.take("(")
            parts = [self.either()]
            while self.given(","):
                parts.append(self.either())
            self.take(")")
            return (word.lower(), *parts)
        return ("name", word)


_WORDS = {"AND", "OR", "NOT", "IS", "NULL", "IN", "LIKE"}
_COMPARISONS = ("=", "<>", "<", "<=", ">", ">=")


class Interpreter:
    """Evaluates texts over rows, with the pack's parameters and conditions."""

    def __init__(self, parameters: Mapping[str, int], conditions: Mapping[str, str]) -> None:
        self._parameters = parameters
        self._conditions = {name: read(text) for name, text in conditions.items()}

    def run(self, tree: Tree, row: Row) -> Any:
        """The value for one row; None is null, or unknown. A name that the row lacks is null."""
        head, *rest = tree
        if head == "value":
            return rest[0]
        if head == "parameter":
            return self._parameters[rest[0]]
        if head == "name":
            condition = self._conditions.get(rest[0])
            return row.get(rest[0]) if condition is None else self.run(condition, row)
        if head in ("AND", "OR"):
            return _join(head, self.run(rest[0], row), self.run(rest[1], row))
        if head == "coalesce":
            values = (self.run(part, row) for part in rest)
            return next((value for value in values if value is not None), None)
        if head == "NULL":
            return self.run(rest[0], row) is None
        operands = [self.run(rest[0], row)]
        if head in _BINARY:
            operands.append(self.run(rest[1], row))
        elif head == "IN":
            operands.append([self.run(item, row) for item in rest[1]])
        elif head == "LIKE":
            operands.append(rest[1])
        if None in operands:
            return None
        return _OPERATIONS[head](*operands)


def _join(head: str, left: Any, right: Any) -> Any:
    decisive = head == "OR"
    if left is decisive or right is decisive:
        return decisive
    return None if left is None or right is None else not decisive


_OPERATIONS: dict[str, Any] = {
    "=": lambda a, b: a == b,
    "<>": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "+2": lambda a, b: a + b,
    "-2": lambda a, b: a - b,
    "*2": lambda a, b: a * b,
    "-1": lambda a: -a,
    "NOT": lambda a: not a,
    "IN": lambda a, items: a in items,
    "LIKE": lambda a, fragment: fragment in a,
    "array_contains": lambda items, option: option in items,
}
_BINARY = {*_COMPARISONS, "+2", "-2", "*2", "array_contains"}

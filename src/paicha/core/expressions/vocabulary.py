"""The names that a rule may use, with all that the type check and the range proof need to know of each.

The vocabulary is data of the pack: questions, facts, parameters and named conditions. Nothing here knows a
question by name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property

LIMIT = 2**53
"""Largest absolute value an integer may reach anywhere: beyond it a browser's numbers lose units."""

RESERVED = frozenset(
    {"and", "or", "not", "in", "is", "null", "like", "true", "false", "coalesce", "array_contains"}
)
"""Words of the language itself; any other SQL keyword may be the name of a question."""
_NAME = re.compile(r"[a-z][a-z0-9_]*")


class Kind(Enum):
    """What a question's answer is, as far as a rule can tell."""

    INTEGER = "integer"
    CHOICE = "choice"
    CHOICES = "choices"
    TEXT = "text"
    DATE = "date"
    BOOLEAN = "boolean"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    Kind.INTEGER: "整数",
    Kind.CHOICE: "单选",
    Kind.CHOICES: "多选",
    Kind.TEXT: "文字",
    Kind.DATE: "日期",
    Kind.BOOLEAN: "是非",
}


@dataclass(frozen=True, slots=True)
class Symbol:
    """A question or fact: `options` of a choice, `low` and `high` (both included) of an integer."""

    name: str
    kind: Kind
    options: frozenset[int] | None = None
    low: int | None = None
    high: int | None = None


@dataclass(frozen=True)
class Vocabulary:
    """All names of one kind of row (a household, or a village)."""

    symbols: Mapping[str, Symbol]
    parameters: Mapping[str, int] = field(default_factory=dict)
    conditions: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def problems(self) -> dict[str, str]:
        """Name → why no rule can use it ('what is wrong：what to do'); reported where a rule does."""
        found: dict[str, str] = {}
        for name in [*self.symbols, *self.parameters, *self.conditions]:
            if not _NAME.fullmatch(name) or name in RESERVED:
                found[name] = f"名称 {name} 不能用在规则里：请改用小写字母、数字、下划线，避开 and、null 等词"
        for name in self.conditions:
            if name in self.symbols:
                found[name] = f"{name} 既是题目（或事实）又是条件：请给其中一个改名"
        for name, symbol in self.symbols.items():
            if symbol.kind in (Kind.CHOICE, Kind.CHOICES) and not symbol.options:
                found[name] = f"选择题 {name} 没有选项：请在题目里写上选项"
        return found

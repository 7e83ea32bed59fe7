"""A rule in Chinese words, for the pack's description and for the person who decides on a finding.

It reads the checked tree, so that the words and what runs cannot drift apart.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from paicha.core.expressions import tree
from paicha.core.expressions.tree import Constant, Node
from paicha.core.expressions.vocabulary import Kind
from paicha.core.normalise import PATTERNS

_WORDS = {"=": "等于", "<>": "不等于", "<": "小于", "<=": "不超过", ">": "大于", ">=": "不低于"}
_DAY_WORDS = {"=": "是", "<>": "不是", "<": "早于", "<=": "不晚于", ">": "晚于", ">=": "不早于"}
_SIGNS = {"+": "＋", "-": "－", "*": "×"}
_MIRROR: dict[str, str] = {"=": "=", "<>": "<>", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


def in_words(root: Node, labels: Mapping[str, str], options: Mapping[str, Mapping[int, str]]) -> str:
    """One sentence without a full stop. A name without a label stands as it is; so does an option."""
    return _Speaker(labels, options).say(root)


class _Speaker:
    def __init__(self, labels: Mapping[str, str], options: Mapping[str, Mapping[int, str]]) -> None:
        self._labels = labels
        self._options = options

    def say(self, node: Node) -> str:
        match node:
            case tree.Join():
                return self._join(node)
            case tree.Not(operand):
                return self._not(operand)
            case tree.Compare():
                return self._compare(node)
            case tree.Condition(name, body):
                label = self._labels.get(name)
                return f"符合“{label}”" if label else self.say(body)
            case tree.Coalesce():
                return self._fallback(node)
            case tree.Constant(value):
                return "总是成立" if value else "总不成立"
            case _:
                return self._answer(node)

    def _answer(self, node: Node) -> str:
        """What is said of one answer."""
        match node:
            case tree.In(operand, items):
                choice = _choice(operand)
                values = [self._value(item, choice) for item in items]
                return f"{self._term(operand)} 是 {_join_or(values)}"
            case tree.IsNull(operand):
                return f"没有填{self._term(operand)}"
            case tree.Contains(several, option):
                return f"{self._label(several.name)} 含 {self._option(several.name, option)}"
            case tree.Like(operand, fragment):
                return f"{self._label(operand.name)} 写有“{fragment}”"
            case tree.Matches(operand, pattern):
                return f"{self._label(operand.name)} 是{PATTERNS[pattern].label}"
            case tree.AllIn(several, ()):
                return f"{self._label(several.name)} 一项也没有选"
            case tree.AllIn(several, options):
                return f"{self._label(several.name)} 只含 {self._options_of(several.name, options)}"
            case _:
                return f"{self._term(node)}：是"

    def _join(self, node: tree.Join) -> str:
        if node.junction == "AND":
            return "，且 ".join(self._inner(part) for part in node.parts)
        several = [part for part in node.parts if isinstance(part, tree.Contains)]
        if len(several) == len(node.parts) and len({part.list.name for part in several}) == 1:
            name = several[0].list.name
            return f"{self._label(name)} 含 {_join_or([self._option(name, part.option) for part in several])}"
        return "，或 ".join(self._inner(part) for part in node.parts)

    def _inner(self, node: Node) -> str:
        """A part of a larger sentence: what holds a comma of its own goes in brackets."""
        said = self.say(node)
        while isinstance(node, tree.Condition):
            node = node.body
        return f"（{said}）" if isinstance(node, tree.Join) and "，" in said else said

    def _not(self, operand: Node) -> str:
        match operand:
            case tree.IsNull(inner):
                return f"填了{self._term(inner)}"
            case tree.Coalesce((tree.Name(name, _), tree.Constant(False))):
                return f"{self._label(name)}：否或没有记录"
            case tree.Name(name, _):
                return f"{self._label(name)}：否"
            case tree.Like(inner, fragment):
                return f"{self._label(inner.name)} 没有写“{fragment}”"
            case tree.Matches(inner, pattern):
                return f"{self._label(inner.name)} 不是{PATTERNS[pattern].label}"
            case tree.AllIn(several, ()):
                return f"{self._label(several.name)} 选了"
            case tree.AllIn(several, options):
                return (
                    f"{self._label(several.name)} 含有 {self._options_of(several.name, options)} 以外的选项"
                )
            case tree.Contains(several, option):
                return f"{self._label(several.name)} 不含 {self._option(several.name, option)}"
            case _:
                return f"不是（{self.say(operand)}）"

    def _compare(self, node: tree.Compare) -> str:
        left, right, operator = node.left, node.right, str(node.operator)
        if isinstance(left, Constant) and not isinstance(right, Constant):
            left, right, operator = right, left, _MIRROR[operator]
        choice = _choice(left)
        if choice and isinstance(right, Constant) and isinstance(right.value, int):
            return f"{self._term(left)} {self._choice_words(choice, operator, right.value)}"
        if isinstance(right, Constant) and isinstance(right.value, bool):
            return f"{self._term(left)}：{'是' if right.value == (operator == '=') else '否'}"
        words = _DAY_WORDS if _day(left) or _day(right) else _WORDS
        return f"{self._term(left)} {words[operator]} {self._term(right)}"

    def _choice_words(self, name: str, operator: str, value: int) -> str:
        if operator == "=":
            return f"是 {self._option(name, value)}"
        if operator == "<>":
            return f"不是 {self._option(name, value)}"
        numbers = sorted(self._options.get(name, {}))
        fit = [
            n
            for n in numbers
            if {"<": n < value, "<=": n <= value, ">": n > value, ">=": n >= value}[operator]
        ]
        if not fit:
            return f"{_WORDS[operator]} {value}"
        return f"是 {_join_or([self._option(name, n) for n in fit])}"

    def _fallback(self, node: tree.Coalesce) -> str:
        match node.parts:
            case (tree.Name(name, Kind.BOOLEAN), tree.Constant(False)):
                return f"{self._label(name)}：是"
            case _:
                first, *rest = (self.say(part) for part in node.parts)
                return f"（{first}；没有填时看：{'；再没有填时看：'.join(rest)}）"

    def _term(self, node: Node) -> str:
        """A value inside a comparison."""
        match node:
            case tree.Name(name, _):
                return self._label(name)
            case tree.Constant():
                return self._value(node, None)
            case tree.Arithmetic(operator, left, right):
                return f"{self._factor(left, operator)} {_SIGNS[operator]} {self._factor(right, operator)}"
            case tree.Negate(operand):
                return f"－{self._factor(operand, '*')}"
            case tree.Coalesce((first, tree.Constant() as value)):
                return f"{self._term(first)}（没有填按 {self._value(value, _choice(first))}）"
            case tree.Coalesce(parts) if not _boolean(parts[0]):
                return "、没有填时取 ".join(self._term(part) for part in parts)
            case _:
                return f"（{self.say(node)}）"

    def _factor(self, node: Node, operator: str) -> str:
        loose = isinstance(node, tree.Arithmetic) and (operator != "+" or node.operator == "-")
        return f"（{self._term(node)}）" if loose else self._term(node)

    def _value(self, constant: Constant, choice: str | None) -> str:
        value = constant.value
        if isinstance(value, bool):
            return "是" if value else "否"
        if isinstance(value, int):
            return self._option(choice, value) if choice else str(value)
        if isinstance(value, dt.date):
            return f"{value.year}年{value.month}月{value.day}日"
        return f"“{value}”"

    def _label(self, name: str) -> str:
        return self._labels.get(name, name)

    def _options_of(self, name: str, numbers: tuple[int, ...]) -> str:
        return _join_or([self._option(name, number) for number in numbers])

    def _option(self, name: str, number: int) -> str:
        label = self._options.get(name, {}).get(number)
        return f"{number} {label}" if label else str(number)


def _choice(node: Node) -> str | None:
    """The single-choice question whose option numbers a constant beside this node stands for."""
    match node:
        case tree.Name(name, Kind.CHOICE):
            return name
        case tree.Coalesce(parts):
            return next((found for found in map(_choice, parts) if found), None)
        case _:
            return None


def _day(node: Node) -> bool:
    match node:
        case tree.Name(_, kind):
            return kind is Kind.DATE
        case tree.Constant(value):
            return isinstance(value, dt.date)
        case tree.Coalesce(parts):
            return _day(parts[0])
        case _:
            return False


def _boolean(node: Node) -> bool:
    match node:
        case tree.Name(_, kind):
            return kind is Kind.BOOLEAN
        case tree.Constant(value):
            return isinstance(value, bool)
        case tree.Coalesce(parts):
            return _boolean(parts[0])
        case tree.Arithmetic() | tree.Negate():
            return False
        case _:
            return True


def _join_or(values: list[str]) -> str:
    return values[0] if len(values) == 1 else f"{'、'.join(values[:-1])} 或 {values[-1]}"

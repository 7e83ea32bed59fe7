"""A rule's text → its checked tree, or every error at once.

sqlglot builds the raw tree, once; from here on the list of nodes is closed, kinds are checked, and
conditions and parameters are put in. Where SQL readers disagree (`a = 1 IS NULL`, `a = b = c`) brackets
are demanded, not guessed. The language is that of the rules' reference ('Expressions').
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from sqlglot import exp
from sqlglot.errors import ParseError
from sqlglot.parser import Parser

from paicha.core.expressions import tree, types
from paicha.core.expressions.errors import ExpressionError, ExpressionErrors
from paicha.core.expressions.expression import Expression, expression_of
from paicha.core.expressions.lexer import MAX_DEPTH, Lexer
from paicha.core.expressions.tree import Comparison, Constant, Node, Operator
from paicha.core.expressions.types import FAULTY, TRUTH, Type
from paicha.core.expressions.vocabulary import LIMIT, Kind, Vocabulary

_COMPARISONS: dict[type[exp.Expr], Comparison] = {
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.GT: ">",
    exp.GTE: ">=",
}
_OPERATORS: dict[type[exp.Expr], Operator] = {exp.Add: "+", exp.Sub: "-", exp.Mul: "*"}
_ARGS: dict[type[exp.Expr], frozenset[str]] = {
    exp.In: frozenset({"this", "expressions"}),
    exp.Like: frozenset({"this", "expression", "negate"}),
    exp.ArrayContains: frozenset({"this", "expression"}),
    exp.Column: frozenset({"this"}),
    exp.Coalesce: frozenset({"this", "expressions"}),
}
_Checked = tuple[Node, Type]
_NOTHING: _Checked = (Constant(False), FAULTY)


def parse(text: str, vocabulary: Vocabulary) -> Expression:
    """Read and check one rule. Raises ExpressionErrors with every error of the text and of the
    conditions it uses."""
    checker = _Checker(vocabulary)
    try:
        root, kind = checker.check_text(text, None)
    except RecursionError:
        raise ExpressionErrors(
            text, [ExpressionError.of("too_deep", 0, "表达式套得太深：请拆成命名条件")]
        ) from None
    if kind.kind not in (Kind.BOOLEAN, None):
        checker.error(
            "not_boolean",
            None,
            f"规则应是一个条件，这里是{kind.kind.label}：请写成比较，例如 {text.strip()} = 1",
        )
    if checker.errors:
        raise ExpressionErrors(text, checker.errors)
    return expression_of(root, vocabulary, text.strip())


class _Checker:
    """One pass over sqlglot's tree; errors are collected, never raised."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.errors: list[ExpressionError] = []
        self._vocabulary = vocabulary
        self._condition: str | None = None
        self._open: list[str] = []
        self._done: dict[str, _Checked] = {}
        self._depth = 0

    def error(self, code: str, at: exp.Expr | None, message: str) -> _Checked:
        position = _position(at) if at is not None else 0
        self.errors.append(ExpressionError.of(code, position, message, self._condition))
        return _NOTHING

    def check_text(self, text: str, condition: str | None) -> _Checked:
        """Lex, parse and check the rule's text, or that of a condition."""
        lexer = Lexer(text, self._vocabulary, condition)
        tokens = lexer.tokens()
        self.errors += lexer.errors
        if any(error.code not in ("unknown_name", "unknown_parameter", "name") for error in lexer.errors):
            return _NOTHING
        outer, self._condition = self._condition, condition
        try:
            raw = Parser().parse(tokens, text)
            if len(raw) != 1 or raw[0] is None:
                return self.error("syntax", None, "这不是一个完整的表达式：请检查括号和 AND、OR")
            return self._check(raw[0])
        except ParseError as problem:
            column = problem.errors[0].get("col") if problem.errors else None
            self.errors.append(_syntax_error(text, problem, column, condition))
            return _NOTHING
        finally:
            self._condition = outer

    # -- the closed list of nodes --

    def _check(self, node: exp.Expr) -> _Checked:
        if isinstance(node, exp.Paren):
            return self._check(node.this)
        self._depth += 1
        try:
            if self._depth > 2 * MAX_DEPTH:
                return self.error("too_deep", node, "表达式套得太深：请拆成命名条件")
            return self._dispatch(node)
        finally:
            self._depth -= 1

    def _dispatch(self, node: exp.Expr) -> _Checked:
        allowed = _ARGS.get(type(node))
        if allowed is not None and {key for key, value in node.args.items() if value} - allowed:
            return self.error("syntax", node, "这里多写了内容：请核对括号里的个数和写法")
        kind = type(node)
        if kind in _COMPARISONS:
            return self._compare(node, _COMPARISONS[kind])
        if kind in _OPERATORS:
            return self._arithmetic(node, _OPERATORS[kind])
        method = _METHODS.get(kind)
        if method is None:
            return self.error("syntax", node, "规则里没有这种写法：请只用比较、AND、OR、NOT、IN、IS NULL 等")
        checked: _Checked = getattr(self, method)(node)
        return checked

    def _name(self, node: exp.Column) -> _Checked:
        name = node.name
        if name in self._vocabulary.conditions:
            return self._expand(node, name)
        symbol = self._vocabulary.symbols.get(name)
        if symbol is None:  # reported by the lexer
            return _NOTHING
        if symbol.kind is Kind.INTEGER:
            if symbol.low is None or symbol.high is None:
                return self.error(
                    "no_range", node, f"{name} 没有写明最小值和最大值，无法证明不会溢出：请在题目或事实里写上"
                )
            if max(abs(symbol.low), abs(symbol.high)) > LIMIT:
                return self._too_large(node)
        return tree.Name(name, symbol.kind), types.of_symbol(symbol)

    def _expand(self, node: exp.Column, name: str) -> _Checked:
        if name in self._open:
            circle = " → ".join([*self._open[self._open.index(name) :], name])
            return self.error("cycle", node, f"条件互相引用成了圈（{circle}）：请去掉其中一处")
        if name not in self._done:
            self._open.append(name)
            depth, self._depth = self._depth, 0
            body, kind = self.check_text(self._vocabulary.conditions[name], name)
            self._depth = depth
            self._open.pop()
            self._done[name] = tree.Condition(name, body), kind
        return self._done[name]

    def _literal(self, node: exp.Literal) -> _Checked:
        if node.is_string:
            return Constant(str(node.this)), Type(Kind.TEXT, literal=True)
        return Constant(int(node.this)), types.of_integer(int(node.this))

    def _parameter(self, node: exp.Placeholder) -> _Checked:
        value = self._vocabulary.parameters.get(node.name)
        if value is None:  # reported by the lexer
            return _NOTHING
        if abs(value) > LIMIT:
            return self._too_large(node)
        return Constant(value), types.of_integer(value)

    def _truth(self, node: exp.Boolean) -> _Checked:
        return Constant(bool(node.this)), TRUTH

    def _date(self, node: exp.Cast) -> _Checked:
        try:
            if node.to.this is exp.DataType.Type.DATE and node.this.is_string and len(node.this.name) == 10:
                return Constant(dt.date.fromisoformat(node.this.name)), Type(Kind.DATE, literal=True)
        except ValueError:
            pass
        return self.error("date", node, "读不懂的日期：请写成 DATE '2022-03-01'")

    def _compare(self, node: exp.Expr, operator: Comparison) -> _Checked:
        self._check_brackets(node.this, node.expression)
        left, left_type = self._check(node.this)
        right, right_type = self._check(node.expression)
        problem = types.mismatch(left_type, right_type)
        if problem:
            return self.error("kind", node, problem)
        kind = left_type.kind or right_type.kind
        if operator not in ("=", "<>") and kind in (Kind.TEXT, Kind.BOOLEAN):
            return self.error("order", node, f"{kind.label}不分大小：请用 = 或 <>")
        return tree.Compare(operator, left, right), TRUTH

    def _arithmetic(self, node: exp.Expr, operator: Operator) -> _Checked:
        left, left_type = self._integer(node.this)
        right, right_type = self._integer(node.expression)
        if left_type.kind is None or right_type.kind is None:
            return _NOTHING
        result = types.of_arithmetic(operator, left_type, right_type)
        if max(abs(result.low), abs(result.high)) > LIMIT:
            return self._too_large(node)
        return tree.Arithmetic(operator, left, right), result

    def _negate(self, node: exp.Neg) -> _Checked:
        operand, kind = self._integer(node.this)
        if kind.kind is None:
            return _NOTHING
        if isinstance(operand, Constant) and isinstance(operand.value, int) and kind.literal:
            return Constant(-operand.value), types.of_integer(-operand.value)
        return tree.Negate(operand), Type(Kind.INTEGER, low=-kind.high, high=-kind.low)

    def _integer(self, node: exp.Expr) -> _Checked:
        checked, kind = self._check(node)
        if kind.kind not in (Kind.INTEGER, None):
            return self.error("kind", node, f"{kind.kind.label}不能加减乘：请只用整数题目")
        return checked, kind

    def _join(self, node: exp.Expr) -> _Checked:
        parts = tuple(self._boolean(part) for part in _flat(node, type(node)))
        return tree.Join("AND" if isinstance(node, exp.And) else "OR", parts), TRUTH

    def _not(self, node: exp.Not) -> _Checked:
        return tree.Not(self._boolean(node.this)), TRUTH

    def _boolean(self, node: exp.Expr) -> Node:
        checked, kind = self._check(node)
        if kind.kind not in (Kind.BOOLEAN, None):
            self.error(
                "not_boolean", node, f"AND、OR、NOT 只接条件，这里是{kind.kind.label}：请写成比较，例如 = 1"
            )
        return checked

    def _in(self, node: exp.In) -> _Checked:
        self._check_brackets(node.this)
        operand, kind = self._check(node.this)
        items: list[Constant] = []
        for item in node.expressions:
            value, value_type = self._check(item)
            problem = types.mismatch(kind, value_type)
            if problem:
                self.error("kind", item, problem)
            elif isinstance(value, Constant):
                items.append(value)
            else:
                self.error("in", item, "IN 的括号里不是常数：请只写常数或参数")
        if not node.expressions:
            return self.error("in", node, "IN 的括号里是空的：请至少写一个常数")
        return tree.In(operand, tuple(items)), TRUTH

    def _is(self, node: exp.Is) -> _Checked:
        self._check_brackets(node.this)
        if not isinstance(node.expression, exp.Null):
            return self.error("is", node, "IS 后面只能是 NULL 或 NOT NULL：是非请直接写名称或 = TRUE")
        operand, _ = self._check(node.this)
        return tree.IsNull(operand), TRUTH

    def _coalesce(self, node: exp.Coalesce) -> _Checked:
        sources = [node.this, *node.expressions]
        if len(sources) < 2:
            return self.error("coalesce", node, "coalesce 至少写两项：coalesce(题目, 没有填时的值)")
        checked = [self._check(source) for source in sources]
        result = checked[0][1]
        for source, (_, kind) in zip(sources[1:], checked[1:], strict=True):
            problem = types.mismatch(result, kind)
            if problem:
                return self.error("kind", source, problem)
            result = types.union(result, kind)
        return tree.Coalesce(tuple(part for part, _ in checked)), result

    def _contains(self, node: exp.ArrayContains) -> _Checked:
        several, kind = self._check(node.this)
        option, option_type = self._check(node.expression) if node.expression else _NOTHING
        if kind.kind is None or option_type.kind is None:
            return _NOTHING
        if kind.kind is not Kind.CHOICES or not isinstance(several, tree.Name):
            return self.error("kind", node, "array_contains 只用于多选题：单选题请写 = 选项")
        if option_type.kind is not Kind.INTEGER or not isinstance(option, Constant):
            return self.error("kind", node, "array_contains 的第二项不是选项：请写选项序号")
        value = option_type.low
        if value not in kind.options:
            options = "、".join(map(str, sorted(kind.options)))
            return self.error("kind", node.expression, f"没有选项 {value}：选项有 {options}")
        return tree.Contains(several, value), TRUTH

    def _like(self, node: exp.Like) -> _Checked:
        operand, kind = self._check(node.this)
        if kind.kind is None:
            return _NOTHING
        if kind.kind is not Kind.TEXT or not isinstance(operand, tree.Name):
            return self.error("kind", node, "LIKE 只用于文字题：其他题目请用 = 或 array_contains")
        pattern = node.expression
        text = pattern.name if isinstance(pattern, exp.Literal) and pattern.is_string else ""
        fragment = text[1:-1]
        if len(text) < 3 or text[0] != "%" or text[-1] != "%" or any(c in fragment for c in "%_\\"):
            return self.error("like", node, "LIKE 后面的写法不对：请写成 '%文字%'，文字里不能有 % _ \\")
        like = tree.Like(operand, fragment)
        return (tree.Not(like) if node.args.get("negate") else like), TRUTH

    def _check_brackets(self, *operands: exp.Expr) -> None:
        for operand in operands:
            if isinstance(operand, exp.Not):
                self.error("brackets", operand, "NOT 夹在比较里：请加括号，例如 a = (NOT b)")

    def _too_large(self, node: exp.Expr) -> _Checked:
        return self.error("overflow", node, "按声明的取值范围可能超过 2 的 53 次方：请缩小题目的取值范围")


_METHODS: dict[type[exp.Expr], str] = {
    exp.Column: "_name",
    exp.Literal: "_literal",
    exp.Placeholder: "_parameter",
    exp.Boolean: "_truth",
    exp.Cast: "_date",
    exp.Neg: "_negate",
    exp.And: "_join",
    exp.Or: "_join",
    exp.Not: "_not",
    exp.In: "_in",
    exp.Is: "_is",
    exp.Coalesce: "_coalesce",
    exp.ArrayContains: "_contains",
    exp.Like: "_like",
}


def _flat(node: exp.Expr, kind: type[exp.Expr]) -> Iterable[exp.Expr]:
    """The parts of a chain of one junction, left to right, without recursion."""
    parts: list[exp.Expr] = []
    while type(node) is kind:
        parts.append(node.expression)
        node = node.this
    return [node, *reversed(parts)]


def _position(node: exp.Expr) -> int:
    starts = [found.meta["start"] for found in node.walk() if "start" in found.meta]
    return min(starts, default=0)


def _syntax_error(text: str, problem: ParseError, column: object, condition: str | None) -> ExpressionError:
    line = int(problem.errors[0].get("line") or 1) if problem.errors else 1
    before = sum(len(part) + 1 for part in text.split("\n")[: line - 1])
    offset = before + int(column) - 1 if isinstance(column, int) else 0
    return ExpressionError.of(
        "syntax", max(0, min(offset, len(text) - 1)), "从这里起读不懂：请检查括号、逗号和 AND、OR", condition
    )

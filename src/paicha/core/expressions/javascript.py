"""The checked tree as a JavaScript expression, for the module that a browser runs (`engines.browser`).

What holds: `a` is a row of canonical answers without prototype, where an absent name is no answer; null is
unknown; dates are ISO texts, whose order is that of the days; the functions are those of `operators.js`.
Integers are doubles, exact up to 2^53, beyond which the check lets nothing grow. The text is part of a module
that is served as a file: nothing is evaluated in the browser.
"""

from __future__ import annotations

import datetime as dt
import json

from paicha.core.expressions import tree
from paicha.core.expressions.errors import TargetError
from paicha.core.expressions.tree import Node
from paicha.core.expressions.vocabulary import LIMIT
from paicha.core.normalise import PATTERNS

_COMPARISONS = {"=": "eq", "<>": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge"}
_OPERATORS = {"+": "add", "-": "sub", "*": "mul"}


def render(node: Node) -> str:
    """A JavaScript expression that is true, false, null, or the value. Raises TargetError."""
    match node:
        case tree.Name(name):
            return f"(a.{name} ?? null)"
        case tree.Constant(value):
            return constant(value)
        case tree.Arithmetic(operator, left, right):
            return _call(_OPERATORS[operator], left, right)
        case tree.Negate(operand):
            return f"sub(0, {render(operand)})"
        case tree.Coalesce(parts):
            return f"({' ?? '.join(render(part) for part in parts)})"
        case tree.Condition(_, body):
            return render(body)
        case _:
            return _truth(node)


def _truth(node: tree.Truth) -> str:
    match node:
        case tree.Compare(operator, left, right):
            return _call(_COMPARISONS[operator], left, right)
        case tree.Join(junction, parts):
            return _call(junction.lower(), *parts)
        case tree.Not(operand):
            return _call("not", operand)
        case tree.In(operand, items):
            return f"within({render(operand)}, [{', '.join(constant(item.value) for item in items)}])"
        case tree.IsNull(operand):
            return f"({render(operand)} === null)"
        case tree.Contains(several, option):
            return f"has({render(several)}, {option})"
        case tree.Like(operand, fragment):
            return f"has({render(operand)}, {literal(fragment)})"
        case tree.Matches(operand, pattern):
            return f"matches({render(operand)}, /{PATTERNS[pattern].pattern}/u)"
        case tree.AllIn(several, options):
            return f"allWithin({render(several)}, {literal(list(options))})"


def _call(function: str, *operands: Node) -> str:
    return f"{function}({', '.join(render(operand) for operand in operands)})"


def constant(value: bool | int | str | dt.date) -> str:
    """A literal or parameter. Raises TargetError for an integer that a double can't hold."""
    if isinstance(value, dt.date):
        return literal(value.isoformat())
    if isinstance(value, int) and abs(value) > LIMIT:
        raise TargetError("E60", value=value)
    return literal(value)


def literal(value: object) -> str:
    """JSON that is JavaScript in any place of a file: no end of a script, no line separators."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.replace("</", "<\\/").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")

"""The checked tree as SQL for Polars (`pl.sql_expr`).

Fully bracketed, since readers of SQL disagree on precedence. Integers and choices are cast to 64 bits
whatever width a file has (sums of Int8 wrap in Polars). IN becomes a chain of comparisons: one meaning
of null everywhere. Names are quoted, so that no keyword of Polars' dialect gets in the way.
"""

from __future__ import annotations

import datetime as dt

from paicha.core.expressions import tree
from paicha.core.expressions.tree import Constant, Node
from paicha.core.expressions.vocabulary import Kind
from paicha.core.normalise import PATTERNS


def render(node: Node) -> str:
    """SQL text over columns named as the questions, of the types that `engines` gives a frame."""
    match node:
        case tree.Name(name, kind):
            number = kind in (Kind.INTEGER, Kind.CHOICE)
            return f'CAST("{name}" AS BIGINT)' if number else f'"{name}"'
        case tree.Constant():
            return _constant(node)
        case tree.Arithmetic(operator, left, right):
            return f"({render(left)} {operator} {render(right)})"
        case tree.Negate(operand):
            return f"(0 - {render(operand)})"
        case tree.Coalesce(parts):
            return "COALESCE(" + ", ".join(render(part) for part in parts) + ")"
        case tree.Condition(_, body):
            return render(body)
        case _:
            return f"({_truth(node)})"


def _truth(node: tree.Truth) -> str:
    match node:
        case tree.Compare(operator, left, right):
            return f"{render(left)} {operator} {render(right)}"
        case tree.Join(junction, parts):
            return f" {junction} ".join(render(part) for part in parts)
        case tree.Not(operand):
            return f"NOT {render(operand)}"
        case tree.In(operand, items):
            return " OR ".join(f"({render(operand)} = {_constant(item)})" for item in items)
        case tree.IsNull(operand):
            return f"{render(operand)} IS NULL"
        case tree.Contains(several, option):
            return f"ARRAY_CONTAINS({render(several)}, {option})"
        case tree.Like(operand, fragment):
            return f"{render(operand)} LIKE {_text(f'%{fragment}%')}"
        case tree.Matches(operand, pattern):
            return f"REGEXP_LIKE({render(operand)}, {_text(PATTERNS[pattern].pattern)})"
        case tree.AllIn(several, options):
            one = f"({'|'.join(map(str, options))})"
            whole = f"^({one}(,{one})*)?$" if options else "^$"
            return f"REGEXP_LIKE(ARRAY_TO_STRING({render(several)}, ','), {_text(whole)})"


def _constant(constant: Constant) -> str:
    value = constant.value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int):
        return f"({value})" if value < 0 else str(value)
    if isinstance(value, dt.date):
        return f"DATE '{value.isoformat()}'"
    return _text(value)


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"

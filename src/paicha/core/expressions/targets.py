"""The table of targets: one renderer a file, each from the checked tree. Adding a target is adding a line."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from paicha.core.expressions import javascript, polars_sql
from paicha.core.expressions.errors import TargetError
from paicha.core.expressions.expression import Expression
from paicha.core.expressions.tree import Node

TARGETS: Mapping[str, Callable[[Node], str]] = {
    "polars": polars_sql.render,
    "javascript": javascript.render,
}


def render(expression: Expression, target: str) -> str:
    """The expression's text for a target of `TARGETS`. Raises TargetError where it cannot say it."""
    renderer = TARGETS.get(target)
    if renderer is None:
        raise TargetError("E61", target=target, targets="、".join(TARGETS))
    return renderer(expression.root)

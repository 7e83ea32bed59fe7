"""The table of targets. Each runs checked expressions over rows and says True, False or None for every row.

A target that is added to the package is added here, and nowhere else in these tests.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import polars as pl
from tests.conformance.chromium import chromium

from paicha.core.expressions import Expression, Kind, Symbol, render
from paicha.core.expressions.plain import compile_node
from paicha.engines.browser.module import operators
from paicha.engines.columns import adapt_columns

Answers = list[list[bool | None]]


@dataclass(frozen=True)
class Table:
    """Rows of answers by column. `widths` names the integer type a file might have; an absent column isn't there."""

    symbols: Mapping[str, Symbol]
    columns: Mapping[str, Sequence[Any]]
    widths: Mapping[str, str]
    height: int

    def row(self, number: int) -> dict[str, Any]:
        return {name: values[number] for name, values in self.columns.items()}


def polars(expressions: Sequence[Expression], table: Table) -> Answers:
    data = {
        name: pl.Series(name, values, dtype=_dtype(table, name)) for name, values in table.columns.items()
    }
    frame = pl.DataFrame({"row": pl.Series(range(table.height), dtype=pl.Int64), **data})
    typed = frame.with_columns(adapt_columns(frame.schema, table.symbols.values()))
    out = typed.select(
        # `row` makes a constant expression as long as the frame
        pl.when(pl.col("row") >= 0).then(pl.sql_expr(render(expression, "polars"))).alias(str(number))
        for number, expression in enumerate(expressions)
    )
    return [column.to_list() for column in out.iter_columns()]


def _dtype(table: Table, name: str) -> pl.DataType | type[pl.DataType]:
    width: type[pl.DataType] = getattr(pl, table.widths.get(name, "Int64"))
    match table.symbols[name].kind:
        case Kind.INTEGER | Kind.CHOICE:
            return width
        case Kind.CHOICES:
            return pl.List(width)
        case Kind.TEXT:
            return pl.String
        case Kind.DATE:
            return pl.Date
        case _:
            return pl.Boolean


def javascript(expressions: Sequence[Expression], table: Table, old: bool = False) -> Answers:
    """In Chromium (or version 92), by the module's own operators; rows without prototype, as the module makes them."""
    tests = ", ".join(f"(a) => {render(expression, 'javascript')}" for expression in expressions)
    over = "rows.map((row) => test(Object.assign(Object.create(null), row)))"
    module = f"{operators()}\nexport const said = (rows) => [{tests}].map((test) => {over});"
    rows = json.dumps([table.row(number) for number in range(table.height)], default=str)
    answers: Answers = json.loads(chromium(old).run(module, "said", rows))
    return answers


def plain(expressions: Sequence[Expression], table: Table) -> Answers:
    """The few rows of a save, in Python."""
    rows = [table.row(number) for number in range(table.height)]
    return [[says(row) for row in rows] for says in (compile_node(e.root) for e in expressions)]


TARGETS: dict[str, Callable[[Sequence[Expression], Table], Answers]] = {
    "polars": polars,
    "plain": plain,
    "javascript": javascript,
    "javascript in version 92": partial(javascript, old=True),
}

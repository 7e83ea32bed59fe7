"""Which column types a rule can read, and how a frame is brought to them.

A file or a batch may lack columns (nobody answered) and may hold integers of any width; a rule sees
typed columns all the same. Anything else is refused with one sentence, never converted by guess.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import polars as pl

from paicha.core.expressions import Kind, Symbol

_DTYPES: Mapping[Kind, pl.DataType] = {
    Kind.INTEGER: pl.Int64(),
    Kind.CHOICE: pl.Int64(),
    Kind.CHOICES: pl.List(pl.Int64),
    Kind.TEXT: pl.String(),
    Kind.DATE: pl.Date(),
    Kind.BOOLEAN: pl.Boolean(),
}
_WORDS: Mapping[Kind, str] = {
    Kind.INTEGER: "整数",
    Kind.CHOICE: "整数（选项序号）",
    Kind.CHOICES: "整数的列表（选项序号）",
    Kind.TEXT: "文字",
    Kind.DATE: "日期",
    Kind.BOOLEAN: "是非（true、false）",
}


class ColumnTypeError(ValueError):
    """Columns of a type that no rule can read; the message is one Chinese sentence."""


def dtype(kind: Kind) -> pl.DataType:
    """The type that a column of this kind has where nothing else is known."""
    return _DTYPES[kind]


def adapted(schema: Mapping[str, pl.DataType], symbols: Iterable[Symbol]) -> list[pl.Expr]:
    """Expressions for `with_columns` that add what is absent, as typed nulls, and retype what is all null.

    Integers keep their width here: the rules' own text casts them. Raises ColumnTypeError, naming every
    wrong column.
    """
    changes: list[pl.Expr] = []
    wrong: list[str] = []
    for symbol in symbols:
        wanted = _DTYPES[symbol.kind]
        found = schema.get(symbol.name)
        if found is None:
            changes.append(pl.lit(None, dtype=wanted).alias(symbol.name))
        elif found == pl.Null or found == pl.List(pl.Null) or isinstance(found, pl.Categorical | pl.Enum):
            if found != pl.Null and not _fits(found, symbol.kind):
                wrong.append(f"{symbol.name} 应是{_WORDS[symbol.kind]}")
            else:
                changes.append(pl.col(symbol.name).cast(wanted))
        elif not _fits(found, symbol.kind):
            wrong.append(f"{symbol.name} 应是{_WORDS[symbol.kind]}")
    if wrong:
        raise ColumnTypeError(f"列的类型不对：{'、'.join(wrong)}。请改正后再来。")
    return changes


def _fits(found: pl.DataType, kind: Kind) -> bool:
    if kind in (Kind.INTEGER, Kind.CHOICE):
        return found.is_integer()
    if kind is Kind.CHOICES:
        return isinstance(found, pl.List) and (found.inner == pl.Null or _integer(found.inner))
    if kind is Kind.TEXT:
        return found == pl.String or isinstance(found, pl.Categorical | pl.Enum)
    return found == _DTYPES[kind]


def _integer(inner: object) -> bool:
    return isinstance(inner, pl.DataType) and inner.is_integer()

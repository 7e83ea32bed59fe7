"""Which column types a rule can read, and how a frame is brought to them.

A file or a batch may lack columns (nobody answered) and may hold integers of any width; a rule sees
typed columns all the same. Anything else is refused with one sentence, never converted by guess.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache

import polars as pl

from paicha.core import normalise
from paicha.core.expressions import Kind, Symbol
from paicha.core.refusal import Refusal

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


class ColumnTypeError(Refusal):
    """Columns of a type that no rule can read."""


def dtype(kind: Kind) -> pl.DataType:
    """The type that a column of this kind has where nothing else is known."""
    return _DTYPES[kind]


def adapt_columns(schema: Mapping[str, pl.DataType], symbols: Iterable[Symbol]) -> list[pl.Expr]:
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
        raise ColumnTypeError("E48", wrong="、".join(wrong))
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


def without_silences(
    schema: Mapping[str, pl.DataType], symbols: Iterable[Symbol], silences: Collection[str]
) -> list[pl.Expr]:
    """Expressions for `with_columns`: texts that say nothing ('', '无', a dash) are null, as every door stores them.

    Columns that aren't there, and those of another type, are left as they are.
    """
    silent = _silence_pattern(frozenset(silences))
    names = [symbol.name for symbol in symbols if symbol.kind is Kind.TEXT and symbol.name in schema]
    texts = [pl.col(name).cast(pl.String) for name in names if _fits(schema[name], Kind.TEXT)]
    return [pl.when(~text.str.contains(silent)).then(text) for text in texts]


@lru_cache(maxsize=8)
def _silence_pattern(silences: frozenset[str]) -> str:
    """A regular expression for just the values that `normalise.text` takes for nothing said."""
    alike: dict[str, str] = {}  # a character and all that fold to it; "" for those that disappear
    for code in (*range(0xD800), *range(0xE000, 0x30000)):
        folded = normalise.fold(chr(code))
        if folded != chr(code):
            alike[folded] = alike.get(folded, "") + chr(code)

    def one_of(characters: str) -> str:
        return "[" + re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", characters) + "]"

    gone = one_of(alike[""])
    blank = rf"(?:[\s\x1c-\x1f]|{one_of(alike[' '])}|{gone})*"
    words = [f"{gone}*".join(one_of(c + alike.get(c, "")) for c in silence) for silence in sorted(silences)]
    dashes = rf"(?:{one_of('_-—–－/' + chr(92) + '.。、·')}|[\s\x1c-\x1f]|{one_of(alike[' '])}|{gone})*"
    return f"^(?:{blank}(?:{'|'.join(words)}){blank}|{dashes})$"


_WIDE = (pl.UInt64, pl.Int128, pl.UInt128)
LOWEST, HIGHEST = -(2**63), 2**63 - 1


def beyond_64_bits(schema: Mapping[str, pl.DataType], symbols: Iterable[Symbol]) -> dict[str, pl.Expr]:
    """Column → where it holds a number that 64 bits don't. Only columns whose type could are looked at."""
    found = {}
    for symbol in symbols:
        kind = schema.get(symbol.name)
        if isinstance(kind, pl.List):
            low, high = pl.col(symbol.name).list.min(), pl.col(symbol.name).list.max()
            kind = kind.inner if isinstance(kind.inner, pl.DataType) else None
        else:
            low = high = pl.col(symbol.name)
        if kind in _WIDE:
            found[symbol.name] = (low < LOWEST) | (high > HIGHEST)
    return found

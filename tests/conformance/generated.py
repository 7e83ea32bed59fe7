"""Vocabularies, expressions and tables that no author would write: what hypothesis draws for the conformance tests."""

from __future__ import annotations

import datetime as dt
from typing import Any

from hypothesis import strategies as st
from tests.conformance.targets import Table

from paicha.core.expressions import LIMIT, Kind, Symbol, Vocabulary

RANGES = [(0, 20), (-128, 127), (0, 255), (-(2**31), 2**31 - 1), (0, 10**7), (-LIMIT, LIMIT), (7, 7)]
WIDTHS = {
    "Int8": (-(2**7), 2**7 - 1),
    "UInt8": (0, 2**8 - 1),
    "Int16": (-(2**15), 2**15 - 1),
    "UInt16": (0, 2**16 - 1),
    "Int32": (-(2**31), 2**31 - 1),
    "UInt32": (0, 2**32 - 1),
    "Int64": (-(2**63), 2**63 - 1),
    "UInt64": (0, 2**64 - 1),
}
# Keywords of this or that SQL stand among the names on purpose.
INTEGERS = ("rows", "count", "a1")
CHOICES_OF_ONE = ("group", "order")
CHOICES_OF_SEVERAL = ("values", "aid")
TEXTS = ("select", "note")
DATES = ("date", "seen_on")
TRUTHS = ("first", "met")
FRAGMENTS = ["低保", "a", "A", ".", "(", "[", "^", "$", "''", "𠮷", "+", " ", "？"]
DAYS = [
    dt.date(1, 1, 1),
    dt.date(1970, 1, 1),
    dt.date(2022, 2, 28),
    dt.date(2022, 3, 1),
    dt.date(9999, 12, 31),
]


@st.composite
def vocabularies(draw: st.DrawFn) -> Vocabulary:
    symbols: dict[str, Symbol] = {}
    for name in INTEGERS:
        low, high = draw(st.sampled_from(RANGES))
        symbols[name] = Symbol(name, Kind.INTEGER, None, low, high)
    options = draw(st.frozensets(st.integers(1, 15), min_size=1, max_size=5))
    for names, kind in ((CHOICES_OF_ONE, Kind.CHOICE), (CHOICES_OF_SEVERAL, Kind.CHOICES)):
        symbols |= {name: Symbol(name, kind, options) for name in names}
    for names, kind in ((TEXTS, Kind.TEXT), (DATES, Kind.DATE), (TRUTHS, Kind.BOOLEAN)):
        symbols |= {name: Symbol(name, kind) for name in names}
    parameters = {"line": draw(st.sampled_from([0, 1, 6000, LIMIT])), "option": min(options)}
    bare = Vocabulary(symbols, parameters)
    conditions = {"inner": draw(conditions_over(bare, 1))}
    conditions["outer"] = draw(conditions_over(Vocabulary(symbols, parameters, conditions), 1))
    return Vocabulary(symbols, parameters, conditions)


def conditions_over(vocabulary: Vocabulary, depth: int) -> st.SearchStrategy[str]:
    """Texts of boolean expressions, with brackets only where two readings would exist, or at random."""
    leaf = st.one_of(*_leaves(vocabulary))
    if depth == 0:
        return leaf
    inner = conditions_over(vocabulary, depth - 1)
    closed = inner.map(lambda text: f"({text})")
    part = st.one_of(leaf, closed)
    return st.one_of(
        leaf,
        st.tuples(inner, st.sampled_from(["AND", "OR", "and", "or"]), inner).map(" ".join),
        st.tuples(part, st.sampled_from(["AND", "OR"]), part, st.sampled_from(["AND", "OR"]), part).map(
            " ".join
        ),
        closed.map(lambda text: f"NOT {text}"),
        leaf.map(lambda text: f"NOT {text}"),
        st.tuples(closed, st.sampled_from(["IS NULL", "IS NOT NULL"])).map(" ".join),
        st.tuples(closed, st.sampled_from(["=", "<>"]), closed).map(" ".join),
        st.lists(inner, min_size=2, max_size=3).map(lambda texts: f"coalesce({', '.join(texts)})"),
    )


def _leaves(vocabulary: Vocabulary) -> list[st.SearchStrategy[str]]:
    options = sorted(vocabulary.symbols["group"].options or ())
    option = st.sampled_from([*map(str, options), ":option"])
    one = st.sampled_from(CHOICES_OF_ONE)
    one = st.one_of(one, st.tuples(one, option).map(lambda pair: f"coalesce({pair[0]}, {pair[1]})"))
    text = st.sampled_from(TEXTS)
    words = st.sampled_from(FRAGMENTS).map(lambda fragment: f"'{fragment}'")
    day = st.one_of(
        st.sampled_from(DATES), st.sampled_from(DAYS).map(lambda day: f"DATE '{day.isoformat()}'")
    )
    compare = st.sampled_from(["=", "<>", "<", "<=", ">", ">="])
    equal = st.sampled_from(["=", "<>"])
    anything = st.sampled_from(list(vocabulary.symbols))
    number = integers(2)
    listed = st.sampled_from(["IN", "NOT IN"])

    def items(values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        return st.lists(values, min_size=1, max_size=3).map(lambda found: f"({', '.join(found)})")

    def written(*parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        return st.tuples(*parts).map(" ".join)

    return [
        written(number, compare, number),
        written(number, listed, items(st.sampled_from(["0", "7", "-1", ":line"]))),
        written(one, compare, option),
        written(option, compare, one),
        written(st.sampled_from(CHOICES_OF_ONE), equal, st.sampled_from(CHOICES_OF_ONE)),
        written(one, listed, items(option)),
        st.tuples(st.sampled_from(CHOICES_OF_SEVERAL), option).map(
            lambda p: f"array_contains({p[0]}, {p[1]})"
        ),
        written(text, equal, words),
        written(text, equal, text),
        st.tuples(text, st.sampled_from(["LIKE", "NOT LIKE"]), st.sampled_from(FRAGMENTS)).map(
            lambda p: f"{p[0]} {p[1]} '%{p[2]}%'"
        ),
        written(day, compare, day),
        written(anything, st.sampled_from(["IS NULL", "IS NOT NULL"])),
        st.sampled_from([*TRUTHS, *vocabulary.conditions, "TRUE", "false"]),
        written(st.sampled_from(TRUTHS), equal, st.sampled_from(["TRUE", "FALSE", *TRUTHS])),
    ]


def integers(depth: int) -> st.SearchStrategy[str]:
    """Texts of integer expressions; some may pass 2^53 by their declared ranges and be refused."""
    leaf = st.one_of(
        st.sampled_from(INTEGERS), st.sampled_from(["0", "1", "127", "6000", ":line", str(LIMIT)])
    )
    if depth == 0:
        return leaf
    inner = integers(depth - 1)
    closed = st.one_of(leaf, inner.map(lambda text: f"({text})"))
    return st.one_of(
        leaf,
        st.tuples(inner, st.sampled_from(["+", "-"]), closed).map(" ".join),
        st.tuples(closed, st.just("*"), closed).map(" ".join),
        closed.map(lambda text: f"-{text}"),
        st.tuples(inner, leaf).map(lambda pair: f"coalesce({pair[0]}, {pair[1]})"),
    )


@st.composite
def tables(draw: st.DrawFn, vocabulary: Vocabulary, max_rows: int = 12) -> Table:
    height = draw(st.integers(1, max_rows))
    columns: dict[str, Any] = {}
    widths: dict[str, str] = {}
    for name, symbol in vocabulary.symbols.items():
        if draw(st.integers(0, 9)) == 0:
            continue  # the column is absent
        low, high = _bounds(symbol)
        fit = [width for width, (least, most) in WIDTHS.items() if least <= low and high <= most]
        widths[name] = draw(st.sampled_from(fit))
        values = st.one_of(st.none(), _values(symbol))
        columns[name] = draw(st.lists(values, min_size=height, max_size=height))
    return Table(vocabulary.symbols, columns, widths, height)


def _bounds(symbol: Symbol) -> tuple[int, int]:
    if symbol.options:
        return min(symbol.options), max(symbol.options)
    return symbol.low or 0, symbol.high or 0


def _values(symbol: Symbol) -> st.SearchStrategy[Any]:
    match symbol.kind:
        case Kind.INTEGER:
            low, high = _bounds(symbol)
            near = [low, high, min(low + 1, high), max(high - 1, low)]
            return st.one_of(st.sampled_from(near), st.integers(low, high))
        case Kind.CHOICE:
            return st.sampled_from(sorted(symbol.options or ()))
        case Kind.CHOICES:
            return st.lists(st.sampled_from(sorted(symbol.options or ())), max_size=4)
        case Kind.TEXT:
            plain = st.sampled_from([f.replace("''", "'") for f in FRAGMENTS])
            odd = st.sampled_from(["", "\n", "%", "_", "\\", "a\nb", "低"])
            return st.lists(st.one_of(plain, odd), max_size=4).map("".join)
        case Kind.DATE:
            return st.sampled_from(DAYS)
        case _:
            return st.booleans()

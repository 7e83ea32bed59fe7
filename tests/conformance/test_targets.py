"""Every target says of every row what a plain three-valued interpreter says: true, false or unknown."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from tests.conformance.generated import conditions_over, tables, vocabularies
from tests.conformance.interpreter import Interpreter, read
from tests.conformance.targets import TARGETS, Table
from tests.lengths import examples

from paicha.core.expressions import Expression, ExpressionErrors, Kind, Symbol, Vocabulary, parse
from paicha.core.pack import Pack, load
from paicha.core.pack.vocabulary import vocabulary as vocabulary_of
from paicha.packs import DEFAULT, read_pack

slow_draws = settings(
    deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)


def agree(target: str, vocabulary: Vocabulary, texts: list[str], table: Table) -> list[list[Any]]:
    """Compare a target with the interpreter; returns what both say, expression by expression."""
    plain = Interpreter(vocabulary.parameters, vocabulary.conditions)
    expected = [[plain.run(tree, table.row(n)) for n in range(table.height)] for tree in map(read, texts)]
    found = TARGETS[target]([parse(text, vocabulary) for text in texts], table)
    for text, wanted, got in zip(texts, expected, found, strict=True):
        assert got == wanted, f"{target}: {text}"
    return expected


def provable(text: str, vocabulary: Vocabulary) -> bool:
    """Whether the text passes; the only reason it may not is the range proof."""
    try:
        parse(text, vocabulary)
    except ExpressionErrors as refused:
        assert {error.code for error in refused.errors} <= {"overflow"}, (text, str(refused))
        return False
    return True


@pytest.mark.parametrize("target", TARGETS)
@settings(slow_draws, max_examples=examples(150))
@given(data=st.data())
def test_generated_expressions(target: str, data: st.DataObject) -> None:
    vocabulary = data.draw(vocabularies())
    texts = data.draw(st.lists(conditions_over(vocabulary, 2), min_size=1, max_size=6))
    texts = [text for text in texts if provable(text, vocabulary)]
    assume(texts)
    agree(target, vocabulary, texts, data.draw(tables(vocabulary)))


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load(read_pack(DEFAULT))


def texts_of(pack: Pack, scope: str) -> list[str]:
    rules = [rule.when for rule in pack.rules if rule.scope == scope]
    household = set(pack.household_forms)
    checks = [c.when for c in pack.checks if (scope == "household") == bool(household & set(c.forms))]
    return rules + checks


@pytest.mark.parametrize("scope", ["household", "village"])
@pytest.mark.parametrize("target", TARGETS)
@settings(slow_draws, max_examples=examples(40))
@given(data=st.data())
def test_every_rule_of_the_pack(target: str, scope: str, pack: Pack, data: st.DataObject) -> None:
    vocabulary = vocabulary_of(pack, scope)
    agree(target, vocabulary, texts_of(pack, scope), data.draw(tables(vocabulary)))


@pytest.mark.parametrize("scope", ["household", "village"])
@pytest.mark.parametrize("target", TARGETS)
def test_every_rule_of_the_pack_says_yes_no_and_unknown(target: str, scope: str, pack: Pack) -> None:
    """On 6000 drawn rows, so that the comparison above isn't one of silences."""
    vocabulary = vocabulary_of(pack, scope)
    chance = random.Random(20220310)
    columns = {
        name: [_answer(symbol, chance) for _ in range(6000)] for name, symbol in vocabulary.symbols.items()
    }
    table = Table(vocabulary.symbols, columns, {}, 6000)
    texts = texts_of(pack, scope)
    for text, said in zip(texts, agree(target, vocabulary, texts, table), strict=True):
        assert {True, False} <= set(said), f"always {set(said)}: {text}"


def _answer(symbol: Symbol, chance: random.Random) -> Any:
    if chance.random() < 0.15:
        return None
    match symbol.kind:
        case Kind.CHOICE:
            return chance.choice(sorted(symbol.options or ()))
        case Kind.CHOICES:
            return chance.sample(sorted(symbol.options or ()), chance.randint(0, 2))
        case Kind.INTEGER:
            low, high = symbol.low or 0, symbol.high or 0
            return min(high, max(low, chance.choice([0, 1, 2, 3, 5000, 8000, 20_000])))
        case Kind.TEXT:
            return chance.choice(["低保", "特困供养", "得过临时救助", "产业奖补"])
        case Kind.BOOLEAN:
            return chance.random() < 0.5
        case _:
            return None


# What is easy to get wrong, typed by hand: text, one row of answers, what it says.
V = Vocabulary(
    {
        "n": Symbol("n", Kind.INTEGER, None, 0, 127),
        "one": Symbol("one", Kind.CHOICE, frozenset({1, 2, 3})),
        "several": Symbol("several", Kind.CHOICES, frozenset({1, 2, 3})),
        "text": Symbol("text", Kind.TEXT),
        "met": Symbol("met", Kind.BOOLEAN),
    }
)
BY_HAND: list[tuple[str, dict[str, Any], bool | None]] = [
    ("n + n = 254", {"n": 127}, True),
    ("-n - n = -254", {"n": 127}, True),
    ("one = 1", {}, None),
    ("NOT one = 1", {}, None),
    ("NOT one = 1", {"one": 2}, True),
    ("one <> 1 OR n = 5", {"n": 5}, True),
    ("one = 1 AND n = 4", {"n": 5}, False),
    ("one = 1 AND n = 5", {"n": 5}, None),
    ("one IN (1, 2)", {}, None),
    ("one NOT IN (1, 2)", {}, None),
    ("(one = 1) IS NULL", {}, True),
    ("array_contains(several, 1)", {"several": []}, False),
    ("array_contains(several, 1)", {}, None),
    ("several IS NULL", {"several": []}, False),
    ("text LIKE '%低保%'", {"text": "一\n低保\n二"}, True),
    ("text LIKE '%.%'", {"text": "abc"}, False),
    ("text NOT LIKE '%a%'", {}, None),
    ("text IS NULL", {"text": ""}, False),
    ("NOT coalesce(met, false)", {}, True),
    ("coalesce(one = 1, n = 5)", {"n": 5}, True),
    ("coalesce(n, 0) = 0 AND several IS NULL", {}, True),
    ("one = 1 OR one = 2 AND n = 9", {"one": 1, "n": 5}, True),
    ("TRUE", {}, True),
]


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(("text", "row", "said"), BY_HAND)
def test_by_hand(target: str, text: str, row: dict[str, Any], said: bool | None) -> None:
    table = Table(V.symbols, {name: [value] for name, value in row.items()}, dict.fromkeys(row, "Int8"), 1)
    assert agree(target, V, [text], table) == [[said]]


def test_lists_with_nulls_read_as_without() -> None:
    """Engines disagree on nulls inside a list; a file's are read as if they were not there."""
    expression: Expression = parse("array_contains(several, 1)", V)
    table = Table(V.symbols, {"several": [[None], [None, 1], [2, None]]}, {"several": "Int8"}, 3)
    assert TARGETS["polars"]([expression], table) == [[False, True, False]]

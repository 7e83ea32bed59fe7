"""What the language holds, what it refuses, and that a refusal says where, why and what to do."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paicha.core.expressions import LIMIT, ExpressionErrors, Kind, Symbol, Vocabulary, parse, render

VOCABULARY = Vocabulary(
    {
        symbol.name: symbol
        for symbol in (
            Symbol("income_band", Kind.CHOICE, frozenset({1, 2, 3, 4})),
            Symbol("enrol", Kind.CHOICE, frozenset({1, 2, 3})),
            Symbol("prior_enrol", Kind.CHOICE, frozenset({1, 2, 3})),
            Symbol("income", Kind.INTEGER, None, 0, 10_000_000),
            Symbol("measures", Kind.INTEGER, None, 0, 1000),
            Symbol("huge", Kind.INTEGER, None, 0, LIMIT // 2),
            Symbol("unbounded", Kind.INTEGER, None, 0, None),
            Symbol("civil_aid", Kind.CHOICES, frozenset({1, 2, 3, 4, 5})),
            Symbol("policies", Kind.TEXT),
            Symbol("group", Kind.TEXT),
            Symbol("rows", Kind.INTEGER, None, 0, 1000),
            Symbol("surveyed_on", Kind.DATE),
            Symbol("deliberated", Kind.BOOLEAN),
            Symbol("bare", Kind.CHOICE),
        )
    },
    {"line": 6000, "line_band": 2},
    {
        "within_line": "coalesce(income <= :line, income_band <= :line_band)",
        "wide": "within_line OR array_contains(civil_aid, 1)",
        "round": "square AND TRUE",
        "square": "round OR enrol = 9",
        "wrong": "enrol = 9",
        "policies": "TRUE",
    },
)
GOOD = Vocabulary(VOCABULARY.symbols, VOCABULARY.parameters)


@pytest.mark.parametrize(
    ("text", "polars"),
    [
        ("enrol = 3", '(CAST("enrol" AS BIGINT) = 3)'),
        ("enrol = :line_band", '(CAST("enrol" AS BIGINT) = 2)'),
        ("NOT enrol = 3", '(NOT (CAST("enrol" AS BIGINT) = 3))'),
        ("NOT policies IS NULL", '(NOT ("policies" IS NULL))'),
        ("policies IS NOT NULL", '(NOT ("policies" IS NULL))'),
        ("group = '2' AND rows > 0", '(("group" = \'2\') AND (CAST("rows" AS BIGINT) > 0))'),
        (
            "deliberated OR enrol = 1 AND enrol = 2",
            '("deliberated" OR ((CAST("enrol" AS BIGINT) = 1) AND (CAST("enrol" AS BIGINT) = 2)))',
        ),
        ("enrol NOT IN (1, 2)", '(NOT ((CAST("enrol" AS BIGINT) = 1) OR (CAST("enrol" AS BIGINT) = 2)))'),
        ("policies NOT LIKE '%低保%'", "(NOT (\"policies\" LIKE '%低保%'))"),
        ("group = 'it''s'", "(\"group\" = 'it''s')"),
        ("income - -1 > -2 * 3", '((CAST("income" AS BIGINT) - (-1)) > ((-2) * 3))'),
        ("-income < 0", '((0 - CAST("income" AS BIGINT)) < 0)'),
        ("surveyed_on >= DATE '2022-03-10'", "(\"surveyed_on\" >= DATE '2022-03-10')"),
        ("coalesce(enrol, 3) = 3", '(COALESCE(CAST("enrol" AS BIGINT), 3) = 3)'),
        ("array_contains(civil_aid, 4)", '(ARRAY_CONTAINS("civil_aid", 4))'),
        ("(enrol = 1) = (income = 1)", None),
        ("enrol = prior_enrol", None),
        ("deliberated = TRUE", None),
        ("income + measures * 2 > 3", None),
        ("huge + huge <= 5", None),
    ],
)
def test_accepted_and_rendered(text: str, polars: str | None) -> None:
    rendered = render(parse(text, GOOD), "polars")
    assert polars is None or rendered == polars


def test_conditions_are_put_in_and_remembered() -> None:
    expression = parse("wide AND enrol = 3", VOCABULARY)
    assert expression.conditions == ("wide", "within_line")
    assert expression.names == ("income", "income_band", "civil_aid", "enrol")
    assert "6000" in render(expression, "polars")


@pytest.mark.parametrize(
    ("text", "code", "position", "said"),
    [
        ("", "empty", 0, "表达式是空的"),
        ("enrl = 3", "unknown_name", 0, "是不是 enrol"),
        ("income > :lin", "unknown_parameter", 10, "是不是 line"),
        ("enrol = 4", "kind", 0, "选项有 1、2、3"),
        ("enrol IN (1, 4)", "kind", 13, "选项有 1、2、3"),
        ("enrol = income", "kind", 0, "选项序号"),
        ("enrol = income_band", "kind", 0, "选项不同"),
        ("enrol = 'a'", "kind", 0, "同类"),
        ("civil_aid = 1", "kind", 0, "array_contains"),
        ("array_contains(enrol, 1)", "kind", 0, "单选题请写 ="),
        ("array_contains(civil_aid, 7)", "kind", 26, "没有选项 7"),
        ("array_contains(civil_aid, income)", "kind", 0, "选项序号"),
        ("array_contains(civil_aid, 1, 2)", "syntax", 0, "多写了"),
        ("coalesce(income)", "coalesce", 0, "至少写两项"),
        ("coalesce(income, 'a') = 1", "kind", 17, "同类"),
        ("coalesce(civil_aid, civil_aid) IS NULL", "kind", 20, "array_contains"),
        ("group > 'a'", "order", 0, "不分大小"),
        ("deliberated < TRUE", "order", 0, "不分大小"),
        ("income", "not_boolean", 0, "规则应是一个条件"),
        ("NOT income", "not_boolean", 4, "只接条件"),
        ("deliberated AND income", "not_boolean", 16, "只接条件"),
        ("enrol + 1 = 2", "kind", 0, "不能加减乘"),
        ("group LIKE 'a%'", "like", 0, "'%文字%'"),
        ("group LIKE '%a_b%'", "like", 0, "'%文字%'"),
        ("group LIKE '%%'", "like", 0, "'%文字%'"),
        ("income LIKE '%1%'", "kind", 0, "文字题"),
        ("group LIKE group", "like", 0, "'%文字%'"),
        ("income = NULL", "null", 9, "IS NULL"),
        ("deliberated IS TRUE", "is", 0, "NULL"),
        ("income IN (income)", "in", 11, "常数"),
        ("income IN ()", "in", 0, "至少写一个"),
        ("income = 1 IS NULL", "brackets", 11, "两种读法"),
        ("deliberated = group IS NULL", "brackets", 20, "两种读法"),
        ("deliberated = income = 1", "brackets", 21, "两种读法"),
        ("deliberated = NOT deliberated", "brackets", 18, "加括号"),
        ("income != 1", "symbol", 7, "<>"),
        ("income == 1", "symbol", 7, "等于请写 ="),
        ("income / 2 = 1", "symbol", 7, "没有除法"),
        ("income = 1;", "symbol", 10, "分号"),
        ("a.income = 1", "symbol", 1, "表名"),
        ("\"group\" = 'a'", "quoted", 0, "不加引号"),
        ('group = "a"', "quoted", 8, "单引号"),
        ("income = 1.5", "number", 9, "不是整数"),
        ("income = 1e3", "number", 9, "不是整数"),
        (f"income = {LIMIT + 1}", "number", 9, "53"),
        ("group = 'a\\b'", "text", 8, "反斜杠"),
        ("income BETWEEN 1 AND 2", "word", 7, "两个比较"),
        ("CASE WHEN deliberated THEN TRUE END", "word", 0, "CASE"),
        ("income IN (SELECT 1)", "word", 11, "SELECT"),
        ("nvl(income, 1) = 1", "function", 0, "nvl"),
        ("income = 1 -- why", "comment", 9, "注释"),
        ("income = 1 income", "syntax", 0, "这种写法"),
        ("(income = 1", "syntax", 10, "括号"),
        ("income = 1)", "syntax", 10, "括号"),
        ("group = 'a", "syntax", 0, "引号"),
        ("surveyed_on = DATE '2022-02-30'", "date", 19, "DATE '"),
        ("surveyed_on = '2022-03-10'", "kind", 0, "同类"),
        ("unbounded > 1", "no_range", 0, "最小值和最大值"),
        ("huge * 2 + 2 > 1", "overflow", 0, "53"),
        ("income * income * income > 1", "overflow", 0, "53"),
        ("bare = 1", "name", 0, "没有选项"),
        ("policies IS NULL", "name", 0, "既是题目"),
        ("(" * 60 + "enrol = 1" + ")" * 60, "too_deep", 40, "命名条件"),
        ("NOT " * 200 + "deliberated", "too_deep", 0, "命名条件"),
        ("deliberated" + " OR deliberated" * 400, "too_long", 4000, "命名条件"),
    ],
)
def test_refused(text: str, code: str, position: int, said: str) -> None:
    with pytest.raises(ExpressionErrors) as refused:
        parse(text, VOCABULARY)
    first = next(error for error in refused.value.errors if error.code == code)
    assert first.position == position
    assert said in f"{first.message}：{first.remedy}"
    assert first.message
    assert first.remedy


def test_all_errors_at_once() -> None:
    with pytest.raises(ExpressionErrors) as refused:
        parse("enrl = 1 AND enrol = 9 AND civil_aid = 1 AND income > :lne", VOCABULARY)
    assert [error.code for error in refused.value.errors] == [
        "unknown_name",
        "kind",
        "kind",
        "unknown_parameter",
    ]


def test_errors_of_a_condition_name_it_once() -> None:
    with pytest.raises(ExpressionErrors) as refused:
        parse("wrong AND wrong AND enrol = 7", VOCABULARY)
    assert [(e.condition, e.position) for e in refused.value.errors] == [(None, 20), ("wrong", 0)]


def test_a_circle_of_conditions() -> None:
    with pytest.raises(ExpressionErrors) as refused:
        parse("round", VOCABULARY)
    circle = next(error for error in refused.value.errors if error.code == "cycle")
    assert "round → square → round" in circle.message
    assert {error.condition for error in refused.value.errors} == {"square"}


def test_names_stand_in_the_order_of_the_text() -> None:
    assert parse("enrol = 1 AND rows = 1 AND income = 1 AND deliberated", GOOD).names == (
        "enrol",
        "rows",
        "income",
        "deliberated",
    )


@pytest.mark.parametrize(
    ("text", "first", "second"),
    [
        ("a + b = 0", (0, LIMIT), (0, 0)),
        ("a + b = 0", (-LIMIT, 0), (-1, 0)),
        ("a - b = 0", (0, LIMIT), (-1, 5)),
        ("a - b = 0", (-LIMIT, 0), (0, 1)),
        ("a - b = 0", (0, LIMIT), (0, LIMIT)),
        ("a * b = 0", (-(2**27), 0), (0, 2**27)),
        ("a * b = 0", (-(2**27), 0), (-(2**27), 0)),
        ("a * b = 0", (-(2**26), 0), (-(2**27), 2**27)),
        ("-a - b = 0", (-LIMIT, 0), (-1, 0)),
        ("coalesce(a, b) + 1 = 0", (0, 1), (0, LIMIT)),
        ("coalesce(b, a) - 1 = 0", (0, 1), (-LIMIT, 0)),
        ("coalesce(a, 0) * 2 + b = 0", (5, 2**52), (0, 0)),
        ("a + b = 0", (0, LIMIT + 1), (0, 0)),
    ],
)
def test_the_range_proof_is_exact(text: str, first: tuple[int, int], second: tuple[int, int]) -> None:
    """A text is accepted exactly when no values within the declared ranges take any part of it past 2^53."""
    vocabulary = Vocabulary(
        {
            "a": Symbol("a", Kind.INTEGER, None, *first),
            "b": Symbol("b", Kind.INTEGER, None, *second),
        }
    )
    operations = {
        "a + b = 0": lambda a, b: [a + b],
        "a - b = 0": lambda a, b: [a - b],
        "a * b = 0": lambda a, b: [a * b],
        "-a - b = 0": lambda a, b: [-a, -a - b],
        "coalesce(a, b) + 1 = 0": lambda a, b: [a + 1, b + 1],
        "coalesce(b, a) - 1 = 0": lambda a, b: [a - 1, b - 1],
        "coalesce(a, 0) * 2 + b = 0": lambda a, b: [a * 2, a * 2 + b],
    }
    reached = [abs(v) for a in first for b in second for v in [a, b, *operations[text](a, b)]]
    if max(reached) <= LIMIT:
        parse(text, vocabulary)
    else:
        with pytest.raises(ExpressionErrors) as refused:
            parse(text, vocabulary)
        assert {error.code for error in refused.value.errors} == {"overflow"}


@given(st.sampled_from("+-*"), st.lists(st.integers(-(2**30), 2**30), min_size=4, max_size=4))
def test_the_range_proof_holds(operator: str, ends: list[int]) -> None:
    (a, b), (c, d) = sorted(ends[:2]), sorted(ends[2:])
    symbols = {"a": Symbol("a", Kind.INTEGER, None, a, b), "b": Symbol("b", Kind.INTEGER, None, c, d)}
    corners = [eval(f"({x}) {operator} ({y})") for x in (a, b) for y in (c, d)]
    proven = True
    try:
        parse(f"a {operator} b = 0", Vocabulary(symbols))
    except ExpressionErrors:
        proven = False
    assert proven == (max(map(abs, corners)) <= LIMIT)


@pytest.mark.parametrize("name", ["and", "Group", "a-b", "1a", "null"])
def test_names_that_no_rule_can_use(name: str) -> None:
    assert name in Vocabulary({name: Symbol(name, Kind.TEXT)}).problems


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        parse(text, VOCABULARY)
    except ExpressionErrors as refused:
        assert refused.errors
        assert all(error.remedy and 0 <= error.position <= len(text) for error in refused.errors)


WORDS = ["enrol", "=", "1", "(", ")", "AND", "OR", "NOT", "IN", "IS", "NULL", ",", "'a'", "group", "coalesce"]
WORDS += [
    "array_contains",
    "civil_aid",
    "LIKE",
    "'%a%'",
    "-",
    "+",
    "*",
    ":",
    "line",
    "within_line",
    "DATE",
    "<",
]


@given(st.lists(st.sampled_from(WORDS), max_size=14))
def test_any_words_are_read_or_refused(words: list[str]) -> None:
    try:
        render(parse(" ".join(words), VOCABULARY), "polars")
    except ExpressionErrors as refused:
        assert refused.errors
        assert all(error.remedy for error in refused.errors)

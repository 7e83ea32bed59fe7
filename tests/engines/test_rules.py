"""A rule set over frames as they come: narrow, short of columns, mixed, empty, of the wrong type."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest

from paicha.core.expressions import Kind, Symbol, Vocabulary, parse
from paicha.engines import ColumnTypeError, Entry, RuleSet

VOCABULARY = Vocabulary(
    {
        "people": Symbol("people", Kind.INTEGER, None, 0, 200),
        "insured": Symbol("insured", Kind.INTEGER, None, 0, 200),
        "house": Symbol("house", Kind.CHOICE, frozenset({1, 2})),
        "aid": Symbol("aid", Kind.CHOICES, frozenset({1, 2, 3})),
        "text": Symbol("text", Kind.TEXT),
        "day": Symbol("day", Kind.DATE),
        "met": Symbol("met", Kind.BOOLEAN),
    }
)
MET = parse(
    "coalesce(outcome, 1) IN (1)",
    Vocabulary({"outcome": Symbol("outcome", Kind.CHOICE, frozenset({1, 4}))}),
)


def rules(
    *texts: str, forms: tuple[str, ...] = ("a", "b"), met_only: bool = True, by_form: bool = True
) -> RuleSet:
    entries = [Entry(f"R{n:02}", forms, parse(text, VOCABULARY), met_only) for n, text in enumerate(texts)]
    return RuleSet(tuple(entries), MET, by_form)


def test_narrow_integers_do_not_wrap() -> None:
    frame = pl.DataFrame(
        {"form": ["a"], "people": [100], "insured": [100]},
        schema_overrides={"people": pl.Int8, "insured": pl.Int8},
    )
    assert rules("people + insured = 200").findings(frame).height == 1


def test_mixed_forms_order_and_rows() -> None:
    frame = pl.DataFrame({"form": ["a", "b", "c", None, "a"], "house": [1, 1, 1, 1, 2]})
    both = RuleSet(
        (
            Entry("X02", ("b",), parse("house = 1", VOCABULARY)),
            Entry("X01", ("a", "b"), parse("house >= 1", VOCABULARY)),
        )
    )
    found = both.findings(frame, with_fingerprints=False).select("row", "entry", "rule").rows()
    assert found == [(0, 1, "X01"), (1, 0, "X02"), (1, 1, "X01"), (4, 1, "X01")]


@pytest.mark.parametrize(
    ("met_only", "by_form", "rows"),
    [(True, True, [0, 2]), (False, True, [0, 1, 2]), (True, False, [0, 2, 3])],
)
def test_gates(met_only: bool, by_form: bool, rows: list[int]) -> None:
    frame = pl.DataFrame({"form": ["a", "a", "b", "z"], "outcome": [1, 4, None, None], "house": [1, 1, 1, 1]})
    found = rules("house = 1", met_only=met_only, by_form=by_form).findings(frame)
    assert found["row"].to_list() == rows


def test_absent_and_all_null_columns() -> None:
    frame = pl.DataFrame({"form": ["a"], "aid": [None], "people": [None]})
    texts = (
        "aid IS NULL",
        "text IS NULL",
        "coalesce(people, 0) = 0",
        "day IS NULL",
        "NOT coalesce(met, FALSE)",
    )
    assert rules(*texts, "array_contains(aid, 1)", "people = 0").findings(frame)["entry"].to_list() == [
        0,
        1,
        2,
        3,
        4,
    ]


def test_lists_without_a_type() -> None:
    assert rules("array_contains(aid, 1)").findings(pl.DataFrame({"form": ["a"], "aid": [[]]})).height == 0


def test_texts_as_categories() -> None:
    frame = pl.DataFrame({"form": ["a", "b"], "text": ["低保", "x"]}).cast(pl.Categorical)
    assert rules("text LIKE '%低保%'").findings(frame)["row"].to_list() == [0]


@pytest.mark.parametrize("rows", [0, 1])
def test_nothing_to_say(rows: int) -> None:
    frame = pl.DataFrame({"form": ["a"] * rows}, schema={"form": pl.String})
    empty = rules("house = 1").findings(frame)
    assert empty.schema == {"row": pl.UInt32, "entry": pl.UInt16, "rule": pl.String, "fingerprint": pl.String}
    assert empty.height == RuleSet(()).findings(frame).height == 0


@pytest.mark.parametrize(
    ("name", "values", "said"),
    [
        ("house", ["1"], "house 应是整数"),
        ("house", [1.0], "house 应是整数"),
        ("aid", [1], "aid 应是整数的列表"),
        ("aid", [["1"]], "aid 应是整数的列表"),
        ("text", [1], "text 应是文字"),
        ("day", [dt.datetime(2022, 3, 1)], "day 应是日期"),
        ("met", [1], "met 应是是非"),
        ("outcome", ["1"], "outcome 应是整数"),
    ],
)
def test_wrong_types_are_refused(name: str, values: list[Any], said: str) -> None:
    some = rules("house = 1", "array_contains(aid, 1)", "text IS NULL", "day IS NULL", "met")
    with pytest.raises(ColumnTypeError, match=said):
        some.findings(pl.DataFrame({"form": ["a"], name: values}))


def test_all_wrong_types_at_once() -> None:
    with pytest.raises(ColumnTypeError, match=r"house.*text"):
        rules("house = 1 AND text IS NULL").findings(
            pl.DataFrame({"form": ["a"], "house": ["1"], "text": [1]})
        )


def fingerprint_of(text: str, frame: pl.DataFrame) -> str:
    return str(rules(text).findings(frame.with_columns(form=pl.lit("a")))["fingerprint"].item())


def test_fingerprint_is_the_same_for_good() -> None:
    """A change here would open every decided finding again: it needs a migration, not a new constant."""
    frame = pl.DataFrame(
        {
            "house": [1],
            "aid": [[2, 1]],
            "text": ["低保"],
            "met": [True],
            "day": [dt.date(2022, 3, 10)],
            "people": [None],
        },
        schema_overrides={"people": pl.Int64},
    )
    every = "house = 1 AND array_contains(aid, 1) AND text IS NOT NULL AND met AND day IS NOT NULL AND people IS NULL"
    assert fingerprint_of(every, frame) == "ecc5b7c23321b13d"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (pl.Series("house", [1], pl.Int8), pl.Series("house", [1], pl.Int64), True),
        (pl.Series("aid", [[1, 3]]), pl.Series("aid", [[3, 1]]), True),
        (pl.Series("aid", [[1, 3]], pl.List(pl.Int8)), pl.Series("aid", [[3, 1]]), True),
        (pl.Series("aid", [[1]]), pl.Series("aid", [[1, 3]]), False),
        (pl.Series("house", [1]), pl.Series("house", [2]), False),
        (pl.Series("text", ["a"]), pl.Series("text", [None], pl.String), False),
        (pl.Series("people", [1]), pl.Series("people", [2]), True),  # no part of what the rule reads
    ],
)
def test_fingerprint_follows_the_answers(one: pl.Series, other: pl.Series, same: bool) -> None:
    text = "house = 1 OR house = 2 OR array_contains(aid, 1) OR text IS NULL OR text IS NOT NULL"
    found = [fingerprint_of(text, pl.DataFrame([series])) for series in (one, other)]
    assert (found[0] == found[1]) == same

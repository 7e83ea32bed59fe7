"""A handful of rows asked one by one says what columns say: every constraint, check and lead, with its fingerprint."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.lengths import examples

from paicha.core.pack import Pack, Question, load
from paicha.domain.responses.columns import answer_schema
from paicha.domain.responses.rules.facts import fact_schema
from paicha.domain.responses.rules.row_tests import Days, _of_columns, _of_rows
from paicha.packs import DEFAULT, read_pack

DAYS = Days(date(2022, 3, 15), date(2022, 3, 10), date(2022, 3, 20))
TEXTS = [
    "",
    "王建国",
    "张",
    "张三\n",
    "13800138000",
    "13800138000\n",
    "0912-8321000",
    "12",
    "低保",
    "得过临时救助。",
]


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load(read_pack(DEFAULT))


def answers(question: Question) -> st.SearchStrategy[Any]:
    """Likely, unlikely and impossible ones."""
    numbers = [option.number for option in question.options]
    match question.type:
        case "choice":
            some: st.SearchStrategy[Any] = st.sampled_from([*numbers, 0, 99])
        case "choices":
            some = st.lists(st.sampled_from([*numbers, 99]), max_size=3, unique=True)
        case "integer":
            edges = {question.low or 0, question.high or 0, question.usual_high or 0}
            some = st.sampled_from(sorted({n + by for n in edges for by in (-1, 0, 1)} | {1, 3, 4000, 8000}))
        case "date":
            some = st.integers(-12, 12).map(lambda n: DAYS.today + timedelta(days=n))
        case _:
            some = st.sampled_from(TEXTS)
    return st.none() | some


@st.composite
def rows(draw: st.DrawFn, pack: Pack) -> list[dict[str, Any]]:
    facts = {
        name: st.none() | (st.booleans() if kind == pl.Boolean else st.integers(0, 4))
        for name, kind in fact_schema(pack).items()
        if kind != pl.String and not isinstance(kind, pl.List)
    }
    asked = {name: answers(pack.questions[name]) for name in pack.answer_questions}
    form = st.sampled_from(sorted(pack.household_forms))
    return draw(st.lists(st.fixed_dictionaries({"form": form, **asked, **facts}), min_size=1, max_size=5))


@settings(deadline=None, max_examples=examples(150), suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_rows_say_what_columns_say(pack: Pack, data: st.DataObject) -> None:
    drawn = data.draw(rows(pack))
    kinds = {"form": pl.String, **answer_schema(pack), **fact_schema(pack)}
    frame = pl.DataFrame({n: [row.get(n) for row in drawn] for n in kinds}, schema=kinds)
    one_by_one = _of_rows(frame.to_dicts(), pack, DAYS)
    assert sorted(one_by_one) == sorted(_of_columns(frame, pack, DAYS))
    assert one_by_one, "a drawn row always breaks something"

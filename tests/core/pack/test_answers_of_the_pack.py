"""What a pack answers itself, so that nobody decides it again: who was met, which leads count, what is kept."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import paicha
from paicha.core.expressions import compile_node
from paicha.core.pack import Pack, load
from paicha.core.pack.constraints import met_expression
from paicha.core.pack.naming import strength_rank
from paicha.core.pack.outcome import NONE
from paicha.core.pack.per_pack import PACKS, per_pack
from paicha.packs import DEFAULT, read_pack


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load(read_pack(DEFAULT))


@pytest.mark.parametrize(
    ("value", "was_met", "at_door", "due", "gone"),
    [
        (None, False, False, True, False),
        (1, True, True, False, False),
        (2, True, False, False, False),
        (3, True, False, False, False),
        (4, False, False, True, False),
        (5, False, False, False, True),
        (6, False, False, False, True),
        (7, False, False, True, False),
    ],
)
def test_how_a_visit_ended(
    pack: Pack, value: int | None, was_met: bool, at_door: bool, due: bool, gone: bool
) -> None:
    outcome = pack.outcome
    found = outcome.met(value), outcome.at_door(value), outcome.due(value), outcome.gone(value)
    assert found == (was_met, at_door, due, gone)
    expression = met_expression(pack)
    assert expression is not None
    answers = {outcome.question: value}
    assert compile_node(expression.root)(answers) is outcome.met(outcome.of_answers(value))


def test_who_asks_of_many_outcomes_at_once_asks_the_same_place(pack: Pack) -> None:
    options = [option.number for option in pack.questions[pack.outcome.question].options]
    assert pack.outcomes == tuple(options)
    assert pack.met_by == tuple(n for n in options if pack.outcome.met(n)) == (1, 2, 3)
    assert pack.due_by == tuple(n for n in options if pack.outcome.due(n)) == (4, 7)
    without = load(read_pack(DEFAULT)).model_copy(update={"outcome": NONE, "digest": "without"})
    assert (without.outcomes, without.met_by, without.due_by) == ((1,), (1,), ())


def test_nothing_else_reads_by_which_outcomes_somebody_was_met() -> None:
    house = Path(paicha.__file__).parent
    reading = re.compile(r"outcome\.(done|stays_due)\b")
    readers = {
        str(path.relative_to(house))
        for path in (*house.rglob("*.py"), *house.rglob("*.js"))
        if reading.search(path.read_text(encoding="utf-8"))
    }
    assert readers == {
        "core/pack/consistency.py",  # the pack's own lists, before it is one
        "delivery/field/static/field/survey.js",  # isMet, isDue: lists made of `met_by`, `due_by`
    }


def test_a_pack_without_an_outcome_met_whoever_answered(pack: Pack) -> None:
    without = pack.model_copy(update={"outcome": NONE, "digest": "without"})
    assert not without.outcome and met_expression(without) is None
    assert [without.outcome.met(value) for value in (None, 1)] == [False, True]
    assert [without.outcome.due(value) for value in (None, 1)] == [True, False]


def test_watched_and_open(pack: Pack) -> None:
    assert (pack.watched.name, pack.watched.form) == ("monitored", "monitored")
    assert pack.open_kinds == {"missed", "outside", "deliberate"}


def test_strengths_have_one_order() -> None:
    assert sorted(["weak", "", "strong", "normal"], key=strength_rank) == ["strong", "", "normal", "weak"]


def test_what_follows_from_a_pack_is_made_once_and_goes_with_it(pack: Pack) -> None:
    made: list[tuple[str, str]] = []

    @per_pack
    def note(pack: Pack, word: str) -> tuple[str, str]:
        made.append((pack.digest, word))
        return made[-1]

    packs = [pack.model_copy(update={"digest": str(n)}) for n in range(PACKS + 1)]
    for word in ("a", "b", "a"):
        assert note(packs[0], word) == ("0", word)
    assert made == [("0", "a"), ("0", "b")]
    for one in packs[1:]:
        note(one, "a")
    note(packs[-1], "a")
    assert len(made) == PACKS + 2
    note(packs[0], "a")  # the first made room for the last
    assert len(made) == PACKS + 3

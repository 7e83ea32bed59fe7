"""Constraints as expressions: every target says of every answer what the constraint's own words mean."""

from __future__ import annotations

import random
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.conformance.targets import TARGETS, Table
from tests.conformance.test_targets import V

from paicha.core.expressions import Expression, Kind, expression_of, tree
from paicha.core.pack import Pack, ProfileForm, load
from paicha.core.pack.constraints import DAYS, ConstraintTest, household_tests, profile_tests
from paicha.core.pack.vocabulary import vocabulary
from paicha.packs import DEFAULT, read_pack

SECOND = Path(__file__).parents[1] / "packs" / "second"
TODAY = date(2022, 3, 15)
ROUND = dict(zip(DAYS, (TODAY, date(2022, 3, 10), date(2022, 3, 20)), strict=True))
TEXTS = [
    "",
    "王建国",
    "张",
    "张三\n",
    "阿卜杜拉·买买提",
    "𠮷野家",
    "王1",
    "13800138000",
    "13800138000\n",
    "0912-8321000",
    "12",
]
PHONE = re.compile(r"1[3-9]\d{9}|0(10|2\d|[3-9]\d\d)-[2-8]\d{6,7}", re.ASCII)
PERSON = re.compile(r"[\u3400-\u9fff\U00020000-\U000323af·〇]{2,6}")

SEVERAL, TEXT = tree.Name("several", Kind.CHOICES), tree.Name("text", Kind.TEXT)
BY_HAND: list[tuple[tree.Node, dict[str, Any], bool | None]] = [
    (tree.AllIn(SEVERAL, (1, 2)), {"several": [1, 2]}, True),
    (tree.AllIn(SEVERAL, (1, 2)), {"several": [2, 2]}, True),
    (tree.AllIn(SEVERAL, (1, 2)), {"several": [1, 12]}, False),
    (tree.AllIn(SEVERAL, (1, 2)), {"several": []}, True),
    (tree.AllIn(SEVERAL, (1, 2)), {}, None),
    (tree.AllIn(SEVERAL, ()), {"several": []}, True),
    (tree.AllIn(SEVERAL, ()), {"several": [1]}, False),
    (tree.Not(tree.AllIn(SEVERAL, (1,))), {}, None),
    (tree.Matches(TEXT, "phone"), {"text": "0912-8321000"}, True),
    (tree.Matches(TEXT, "phone"), {"text": "0912-8321000\n"}, False),
    (tree.Matches(TEXT, "phone"), {"text": "电话13800138000"}, False),
    (tree.Matches(TEXT, "person"), {"text": "𠮷野"}, True),
    (tree.Matches(TEXT, "person"), {"text": ""}, False),
    (tree.Matches(TEXT, "person"), {}, None),
    (tree.Not(tree.Matches(TEXT, "person")), {"text": "王"}, True),
]


@pytest.mark.parametrize("target", TARGETS)
def test_by_hand(target: str) -> None:
    for node, row, said in BY_HAND:
        table = Table(V.symbols, {n: [v] for n, v in row.items()}, dict.fromkeys(row, "Int8"), 1)
        assert TARGETS[target]([expression_of(node, V)], table) == [[said]], (node, row)


@pytest.fixture(scope="module", params=["shenmu", "second"])
def pack(request: pytest.FixtureRequest) -> Pack:
    if request.param == "shenmu":
        return load(read_pack(DEFAULT))
    return load({file.name: file.read_bytes() for file in sorted(SECOND.iterdir()) if file.is_file()})


def meant(pack: Pack, test: ConstraintTest, row: dict[str, Any]) -> bool:
    """What the kinds of constraints mean, told without the package's trees."""
    question, constraint = test.question, test.constraint
    value, today, opens, closes = row[question.name], *ROUND.values()
    if constraint.kind == "required":
        outcome = row.get(pack.outcome.question)
        met = not pack.outcome or (pack.outcome.default if outcome is None else outcome) in pack.outcome.done
        form = pack.form(test.form) if test.form else None
        needed = form is None or question.name in (form.required if met else pack.outcome.needs)
        return needed and value in (None, [])
    if value is None:
        return False
    numbers, low, high = set(question.option_labels), question.low or 0, question.high or 0
    broken = {
        "option": lambda: bool({*value} - numbers) if isinstance(value, list) else value not in numbers,
        "range": lambda: not low <= value <= high,
        "count": lambda: not low <= value <= high,
        "usual": lambda: (question.usual_high or 0) < value <= (question.high or value),
        "phone": lambda: not PHONE.fullmatch(value),
        "people_name": lambda: not PERSON.fullmatch(value),
        "future": lambda: value > today,
        "period": lambda: value < opens or closes < value <= today,
    }
    return broken[constraint.kind]()


def answer(pack: Pack, name: str, chance: random.Random) -> Any:
    question = pack.questions[name]
    if chance.random() < 0.15:
        return None
    match question.type:
        case "choice":
            return chance.choice([*question.option_labels, 98])
        case "choices":
            return chance.sample([*question.option_labels, 98], chance.randint(0, 2))
        case "integer":
            edges = {question.low or 0, question.high or 0, question.usual_high or 0}
            return chance.choice(sorted(n + by for n in edges for by in (-1, 0, 1)))
        case "date":
            return TODAY + timedelta(days=chance.randint(-8, 8))
        case _:
            return chance.choice(TEXTS)


def rows_over(
    pack: Pack, scope: str, tests: tuple[ConstraintTest, ...]
) -> tuple[Table, list[dict[str, Any]]]:
    chance = random.Random(f"{pack.name} {scope}")
    known = vocabulary(pack, scope).symbols
    symbols = known | {s.name: s for test in tests for s in test.expression.symbols}
    names = [name for name in symbols if name in pack.questions]
    rows = [{name: answer(pack, name, chance) for name in names} | ROUND for _ in range(400)]
    columns = {name: [row[name] for row in rows] for name in (*names, *DAYS) if name in symbols}
    return Table(symbols, columns, {}, len(rows)), rows


@pytest.mark.parametrize("scope", ["household", "village"])
@pytest.mark.parametrize("target", TARGETS)
def test_every_constraint_of_the_pack(target: str, scope: str, pack: Pack) -> None:
    profiles = [form for form in pack.forms if isinstance(form, ProfileForm)]
    tests = tuple(test for form in profiles for test in profile_tests(pack, form.questions, form.required))
    tests = household_tests(pack) if scope == "household" else tests
    table, rows = rows_over(pack, scope, tests)
    expressions: list[Expression] = [test.expression for test in tests]
    for test, said in zip(tests, TARGETS[target](expressions, table), strict=True):
        wanted = [meant(pack, test, row) for row in rows]
        assert [one is True for one in said] == wanted, (test.constraint.id, test.question.name)
        assert True in wanted, f"never broken: {test.constraint.id} {test.question.name}"

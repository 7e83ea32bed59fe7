"""What the generated module says of a household's answers in Chromium is what the server says, word for word."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from tests.conformance.chromium import chromium

from paicha.core.expressions import TargetError
from paicha.core.pack import Pack, Question, load
from paicha.domain.responses.rules.evaluation import answer_rows
from paicha.domain.responses.rules.row_tests import Days, evaluate, hits
from paicha.domain.responses.rules.rule_text import message_of
from paicha.domain.responses.submission.evaluation import plain_first
from paicha.engines.browser import address_of, rules_module
from paicha.packs import DEFAULT, read_pack

pytestmark = pytest.mark.usefixtures("in_chromium")
OPENS = date(2022, 3, 10)
DAYS = Days(today=OPENS + timedelta(days=5), opens_on=OPENS, closes_on=OPENS + timedelta(days=10))
SECOND = Path(__file__).parents[1] / "packs" / "second"
# What clerks write that a constraint on a text has to judge.
TEXTS = {
    "phone": ["15012348831", "0912-8331234", "010-83312345", "1501234883", "12012348831", "1501234883x\n"],
    "person": ["王建国", "訾埃生", "阿卜杜拉·买买提", "王", "王 建国", "𠮷野家", "㐀㐁", "王1", "一二三四五六七"],
}  # fmt: skip

Said = list[tuple[str, str, tuple[str, ...], str]]


@pytest.fixture(scope="module", params=["shenmu", "second"])
def pack(request: pytest.FixtureRequest) -> Pack:
    if request.param == "shenmu":
        return load(read_pack(DEFAULT))
    return load({file.name: file.read_bytes() for file in sorted(SECOND.iterdir()) if file.is_file()})


def answer(question: Question, chance: random.Random) -> Any:
    """Null, an answer that fits, or one that doesn't, as canonical values."""
    if chance.random() < 0.12:
        return None
    odd = chance.random() < 0.1
    match question.type:
        case "choice":
            return chance.choice([*question.option_labels, 98] if odd else [*question.option_labels])
        case "choices":
            options = [*question.option_labels, 98] if odd else [*question.option_labels]
            return chance.sample(options, chance.randint(0, min(3, len(options))))
        case "integer":
            low, high = question.low or 0, question.high or 0
            usual = question.usual_high or low
            near = [low, low + 1, low + 2, low + 4, usual, usual + 1, high, 4000, 4001, 6000, 9000]
            return chance.choice([low - 1, high + 1, -5] if odd else [n for n in near if low <= n <= high])
        case "date":
            return OPENS + timedelta(days=chance.choice([-40_000, -33_000, -1, 0, 3, 5, 6, 10, 11]))
        case _:
            return chance.choice(
                TEXTS.get(question.format, ["低保", "大病{住院}", 'a"</script>\u2028b\\', "{label}"])
            )


def rows_of(pack: Pack, form: str, count: int) -> list[dict[str, Any]]:
    chance = random.Random(f"{pack.name} {form}")
    return [
        {name: answer(pack.questions[name], chance) for name in pack.household_forms[form].questions}
        for _ in range(count)
    ]


def on_the_server(pack: Pack, form: str, rows: Sequence[dict[str, Any]]) -> tuple[list[Said], list[Said]]:
    """What each row is told, and what is left of it without repetitions."""
    names = pack.household_forms[form].questions
    kinds = {
        "text": pl.String,
        "integer": pl.Int64,
        "choice": pl.Int64,
        "choices": pl.List(pl.Int64),
        "date": pl.Date,
    }
    schema = {name: kinds[pack.questions[name].type] for name in names}
    frame = pl.DataFrame({n: [row[n] for row in rows] for n in names}, schema=schema)
    frame = answer_rows(pack, frame, [form] * frame.height)
    every: list[Said] = [[] for _ in rows]
    plain: list[Said] = [[] for _ in rows]
    found: list[list[Any]] = [[] for _ in rows]
    for hit in hits(pack, evaluate(frame, pack, DAYS)):
        found[hit.index].append(hit)
    for index, row in enumerate(frame.iter_rows(named=True)):
        for target, kept in ((every, found[index]), (plain, _hard(found[index]))):
            target[index] = [(h.id, h.severity, h.questions, message_of(pack, h, row)) for h in kept]
    return every, plain


def _hard(found: list[Any]) -> list[Any]:
    return plain_first([hit for hit in found if hit.severity == "hard"])


def on_the_device(
    pack: Pack, form: str, rows: Sequence[dict[str, Any]], old: bool = False
) -> tuple[list[Said], list[Said]]:
    days = {"today": DAYS.today, "opens_on": DAYS.opens_on, "closes_on": DAYS.closes_on}
    both = """
      export const said = ({form, rows, days}) => rows.map((row) => {
        const every = check(form, row, days);
        const hard = plainFirst(every.filter((one) => one.severity === "hard"));
        return [every, hard].map((list) => list.map((one) => [one.id, one.severity, one.questions, one.message]));
      });"""
    argument = json.dumps({"form": form, "rows": rows, "days": days}, default=str)
    told = json.loads(chromium(old).run(rules_module(pack) + both, "said", argument))
    as_said = [[[(i, s, tuple(q), m) for i, s, q, m in part] for part in pair] for pair in told]
    return [every for every, _ in as_said], [hard for _, hard in as_said]


@pytest.mark.parametrize("old", [False, True], ids=["the system's", "version 92"])
def test_a_device_says_what_the_server_says(pack: Pack, old: bool) -> None:
    heard: set[str] = set()
    for form in pack.household_forms:
        rows = rows_of(pack, form, 3000)
        expected, plain = on_the_server(pack, form, rows)
        found, found_plain = on_the_device(pack, form, rows, old)
        for row, wanted, got in zip(rows, expected, found, strict=True):
            assert got == wanted, (form, row)
        assert found_plain == plain
        heard |= {one[0] for said in expected for one in said}
    household = set(pack.household_forms)
    could = {c.id for c in pack.constraints} | {c.id for c in pack.checks if household & set(c.forms)}
    could |= {rule.id for rule in pack.rules if rule.scope == "household"}
    silent = could - heard
    assert silent <= {"V16"}, f"compared in silence alone: {silent}"  # V16: numbers of a village's own form


def test_a_form_without_answers(pack: Pack) -> None:
    """Every required answer is missed, whether it stands there as null, as nothing typed or not at all."""
    for form in pack.household_forms:
        names = pack.household_forms[form].questions
        rows: list[dict[str, Any]] = [{}, dict.fromkeys(names), dict.fromkeys(names, "")]
        expected, _ = on_the_server(pack, form, [dict.fromkeys(names)])
        assert expected[0], form
        assert on_the_device(pack, form, rows)[0] == expected * 3


def test_facts_that_a_page_knows_are_heard() -> None:
    pack = load(read_pack(DEFAULT))
    row = {"enrol": 2, "head_name": "王建国"}
    said = on_the_device(pack, "general", [row, row | {"deliberated": True}])[0]
    assert [any(one[0] == "S14" for one in found) for found in said] == [True, False]


def test_the_module_holds_what_a_page_needs() -> None:
    pack = load(read_pack(DEFAULT))
    body = "\nexport const held = () => ({digest, silences, outcome, roles, questions, forms, kinds});"
    held = json.loads(chromium().run(rules_module(pack) + body, "held", "null"))
    assert held["digest"] == pack.digest
    assert held["silences"] == list(pack.silences)
    assert set(held["questions"]) == set(pack.answer_questions)
    assert held["questions"]["phone"]["masked"] is True
    assert held["questions"]["civil_aid"]["options"][3] == {
        "number": 4,
        "label": "其他",
        "text": "civil_aid_other",
    }
    for name, form in pack.household_forms.items():
        assert held["forms"][name]["questions"] == list(form.questions)
        assert held["forms"][name]["required"] == list(form.required)


def test_one_text_one_address(pack: Pack) -> None:
    assert address_of(pack) == address_of(pack)
    assert len({address_of(load(read_pack(DEFAULT))), address_of(_changed(pack))}) == 2


def _changed(pack: Pack) -> Pack:
    return pack.model_copy(update={"digest": "other", "title": "另一轮"})


@pytest.mark.parametrize("message", ["{head_name!r}", "{population:>5}", "{population.real}", "{nobody}"])
def test_what_a_device_cannot_say_is_refused(message: str) -> None:
    pack = load(read_pack(DEFAULT))
    check = pack.checks[0].model_copy(update={"message": message})
    check._expression = pack.checks[0].expression
    with pytest.raises(TargetError, match="V05"):
        rules_module(pack.model_copy(update={"digest": message, "checks": (check,)}))

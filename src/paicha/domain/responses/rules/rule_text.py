"""What is said about a row: a pack's message with the answers put in, and an answer in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from paicha.core.pack import Constraint, Pack, Question
from paicha.domain.responses.rules.row_tests import Hit


def answer_in_words(question: Question, value: Any) -> str:
    """'1 低保、3 临时救助', '4 人', '3月14日'; '没填' where there is no answer."""
    if value is None or value == []:
        return "没填"
    labels = question.option_labels
    if question.type == "choice":
        return f"{value} {labels.get(value, '')}".strip()
    if question.type == "choices":
        return "、".join(f"{number} {labels.get(number, '')}".strip() for number in value)
    if isinstance(value, date):
        return f"{value.year}年{value.month}月{value.day}日"
    return f"{value}{question.unit}"


def message_of(pack: Pack, hit: Hit, answers: Mapping[str, Any]) -> str:
    """The sentence for one hit."""
    source = hit.source
    if isinstance(source, Constraint):
        question = pack.questions[hit.questions[0]]
        label = _printed_label(pack, question, str(answers.get("form", "")))
        return source.say(question, _value(answers.get(question.name)), label)
    if hit.severity == "lead":
        return source.message
    return source.message.format_map({name: _value(answers.get(name)) for name in pack.questions})


def _printed_label(pack: Pack, question: Question, form: str) -> str:
    """What stands above the cell on paper: counts that share a cell go by the column's label."""
    columns = pack.household_forms[form].columns if form in pack.household_forms else ()
    column = next((c for c in columns if any(part.question == question.name for part in c.parts)), None)
    return column.label if column else question.label


def because(pack: Pack, reads: tuple[str, ...], answers: Mapping[str, Any]) -> str:
    """The answers that made a rule fire: '人均年纯收入 是 1 4000元以下，需要纳入 是 3 否'."""
    said = []
    for name in reads:
        question = pack.questions.get(name)
        value = answers.get(name)
        if question is not None and value not in (None, []):
            said.append(f"{question.short or question.label} 是 {answer_in_words(question, value)}")
    return "，".join(said)


def _value(value: Any) -> str:
    if value is None:
        return "空"
    if isinstance(value, list):
        return "、".join(str(item) for item in value)
    return str(value)

"""Answers of a re-interview as they come from its form: values where they are some, and what is wrong in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import QueryDict

from paicha.core.bounds import wholes
from paicha.core.catalogue import sentence
from paicha.core.pack import Question
from paicha.domain.verification.interviews import title_of


def read(sent: QueryDict, questions: Sequence[Question]) -> tuple[dict[str, Any], list[str]]:
    """(question → value, sentences about what can't be taken); what was left blank is in neither."""
    values: dict[str, Any] = {}
    wrong = []
    for question in questions:
        texts = [text.strip() for text in sent.getlist(question.name) if text.strip()]
        if not texts:
            continue
        numbers = wholes(texts, 10**8 - 1)
        label = title_of(question)
        if len(numbers) < len(texts):
            wrong.append(sentence("G04", label=label, read=texts[0][:12]))
        elif question.type == "integer":
            said = _beyond(question, label, numbers[0])
            wrong += [said] if said else []
            values[question.name] = numbers[0]
        elif not set(numbers) <= set(question.option_labels):
            wrong.append(sentence("Y57", label=label, n=numbers[0]))
        elif question.type == "choice":
            values[question.name] = numbers[0]
        else:
            alone = [o.label for o in question.options if o.exclusive and o.number in numbers]
            if alone and len(set(numbers)) > 1:
                wrong.append(sentence("Y58", label=label, option=alone[0]))
            values[question.name] = sorted(set(numbers))
    return values, wrong


def _beyond(question: Question, label: str, number: int) -> str:
    low, high = question.low, question.high
    if (low is None or number >= low) and (high is None or number <= high):
        return ""
    return sentence("Y59", label=label, n=number, low=low, high=high)

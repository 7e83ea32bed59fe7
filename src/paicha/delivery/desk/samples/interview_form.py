"""Answers of a re-interview as they come from its form: values where they are some; whether they will do is asked
by `record_interview`, as of a household's own form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import QueryDict

from paicha.core.bounds import wholes
from paicha.core.catalogue import sentence
from paicha.core.pack import Question
from paicha.domain.verification.interviews import title_of


def read(sent: QueryDict, questions: Sequence[Question]) -> tuple[dict[str, Any], list[str]]:
    """(question → value, sentences about texts that are no numbers); what was left blank is in neither."""
    values: dict[str, Any] = {}
    wrong = []
    for question in questions:
        texts = [text.strip() for text in sent.getlist(question.name) if text.strip()]
        numbers = wholes(texts, 10**8 - 1)
        if len(numbers) < len(texts):
            wrong.append(sentence("G04", label=title_of(question), read=texts[0][:12]))
        elif numbers:
            values[question.name] = sorted(set(numbers)) if question.type == "choices" else numbers[0]
    return values, wrong

"""What a step writes down, as a form sends it: each by its type, each refusal naming the field and the remedy."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from paicha.core.pack import Record, Step
from paicha.core.refusal import text_field
from paicha.domain import clock
from paicha.domain.cases.errors import CaseError

TEXT = 300


def day_words(day: date) -> str:
    """'3月14日'."""
    return f"{day.month}月{day.day}日"


def records_of(step: Step, given: Mapping[str, Any]) -> dict[str, Any]:
    """The records of a step by name, in JSON types (dates as ISO texts); what is not asked is left out."""
    found: dict[str, Any] = {}
    for record in step.records:
        value = value_of(record, given.get(record.name))
        if value is not None:
            found[record.name] = value
    return found


def value_of(record: Record, given: Any) -> Any:
    """One record; None where it is empty and may be. Raises CaseError."""
    text = given.isoformat() if isinstance(given, date) else str(given if given is not None else "").strip()
    if not text:
        if record.required:
            raise CaseError("G10", label=record.label)
        return None
    if record.type == "integer":
        if not (text.isdecimal() and len(text) < 10):
            raise CaseError("G04", label=record.label, read=text[:20])
        return int(text)
    if record.type == "date":
        return day_of(record.label, text).isoformat()
    return text_field(record.label, text, TEXT)


def day_of(label: str, given: Any, *, future: bool = False) -> date:
    """A day as a date field sends it (2022-03-14). Raises CaseError for what is none, or lies ahead."""
    text = str(given if given is not None else "").strip()
    if not text:
        raise CaseError("G10", label=label)
    try:
        day = date.fromisoformat(text[:10])
    except ValueError:
        raise CaseError("G03", label=label, read=text[:20]) from None
    if not future and day > clock.today():
        raise CaseError("K45", label=label, day=day_words(day))
    if not 1990 <= day.year <= clock.today().year + 5:
        raise CaseError("K46", label=label, year=day.year)
    return day

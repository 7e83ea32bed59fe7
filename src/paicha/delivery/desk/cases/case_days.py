"""Readers of days for fields of forms about cases: each is handed a text and its label, and raises CaseError."""

from __future__ import annotations

from datetime import date

from paicha.domain.cases.records import day_of


def past_day(text: str, label: str) -> date:
    """A day until today, which must be there."""
    return day_of(label, text)


def any_day(text: str, label: str) -> date:
    """A day, also one that lies ahead, which must be there."""
    return day_of(label, text, future=True)


def any_day_or_none(text: str, label: str) -> date | None:
    """A day, also one that lies ahead; None where nothing is typed."""
    return any_day(text, label) if text else None

"""Fields of forms whose refusals are sentences of the catalogue: what was typed, and what is wanted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms

from paicha.core.bounds import whole
from paicha.core.catalogue import sentence
from paicha.core.refusal import Refusal
from paicha.delivery.desk.shell.form_input import Unclear, day_typed


class WholeNumber(forms.Field):
    """A number from 0 to `most`, written in digits. Refused with Y55."""

    def __init__(self, label: str, *, most: int) -> None:
        super().__init__(label=label, required=False)  # what is missing is refused as what is no number
        self.most = most

    def to_python(self, value: Any) -> int:
        text = str(value if value is not None else "")
        number = whole(text.strip(), self.most)
        if number is None:
            raise forms.ValidationError(sentence("Y55", title=self.label, read=text, most=self.most), "Y55")
        return number


class Day(forms.Field):
    """A day, or None where `read` lets nothing typed pass. `read` (text, label) raises Refusal for what is no day."""

    def __init__(self, label: str, *, read: Callable[[str, str], date | None] = day_typed) -> None:
        super().__init__(label=label, required=False)  # `read` says what is missing, too
        self.read = read

    def to_python(self, value: Any) -> date | None:
        try:
            return self.read(str(value if value is not None else ""), str(self.label))
        except Refusal as refused:
            raise forms.ValidationError(str(refused), refused.code) from refused


class Amount(forms.Field):
    """A whole number from 0 to `most`, with or without commas; None where nothing is typed. Refused with G04."""

    def __init__(self, label: str, *, most: int) -> None:
        super().__init__(label=label, required=False)
        self.most = most

    def to_python(self, value: Any) -> int | None:
        text = str(value if value is not None else "").strip().replace(",", "")
        if not text:
            return None
        number = whole(text, self.most)
        if number is None:
            raise forms.ValidationError(sentence("G04", label=self.label, read=text[:12]), "G04")
        return number


class Words(forms.CharField):
    """A text as it was typed, "" for none; the service says how long it may be, and whether it is needed."""

    def __init__(self) -> None:
        super().__init__(required=False, strip=False)


def entries(form: forms.Form) -> dict[str, Any]:
    """What was entered, by field. Raises Unclear with the sentence of the first field that is refused."""
    if not form.is_valid():
        raise Unclear("G05", said=first_error(form))
    return form.cleaned_data


def first_error(form: forms.Form) -> str:
    """The sentence of the first field that is refused, in the order of the form; '' where all hold."""
    return next((str(error) for errors in form.errors.values() for error in errors), "")

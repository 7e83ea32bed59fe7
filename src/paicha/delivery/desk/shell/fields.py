"""Fields of forms whose refusals are sentences of the catalogue: what was typed, and what is wanted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from django import forms

from paicha.core.bounds import whole, wholes
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


class Chosen(forms.Field):
    """The number of what was chosen from a list, or stands hidden in the form; None for none and for what is none."""

    def __init__(self) -> None:
        super().__init__(required=False)

    def to_python(self, value: Any) -> int | None:
        return whole(str(value if value is not None else ""))


class Ticks(forms.Field):
    """What is ticked of several inputs of one name: numbers, or with `texts` what each says."""

    widget = forms.MultipleHiddenInput

    def __init__(self, *, texts: bool = False) -> None:
        super().__init__(required=False)
        self.texts = texts

    def to_python(self, value: Sequence[str] | None) -> list[int] | list[str]:
        given = list(value or ())
        return given if self.texts else wholes(given)


class RowForm(forms.Form):
    """The inputs of one row of a page, each called by its field, `joint` and the row's key (the form's `prefix`)."""

    joint = "_"

    def add_prefix(self, field_name: str) -> str:
        return f"{field_name}{self.joint}{self.prefix}"


def entries(form: forms.Form) -> dict[str, Any]:
    """What was entered, by field. Raises Unclear with the first field that is refused, and its sentence."""
    if not form.is_valid():
        raise Unclear("G05", field=form.add_prefix(next(iter(form.errors))), said=first_error(form))
    return form.cleaned_data


def first_error(form: forms.Form) -> str:
    """The sentence of the first field that is refused, in the order of the form; '' where all hold."""
    return next((str(error) for errors in form.errors.values() for error in errors), "")

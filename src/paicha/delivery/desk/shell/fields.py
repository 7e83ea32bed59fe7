"""Fields of forms whose refusals are sentences of the catalogue: what was typed, and what is wanted."""

from __future__ import annotations

from typing import Any

from django import forms

from paicha.core.bounds import whole
from paicha.core.catalogue import sentence


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


def first_error(form: forms.Form) -> str:
    """The sentence of the first field that is refused, in the order of the form; '' where all hold."""
    return next((str(error) for errors in form.errors.values() for error in errors), "")

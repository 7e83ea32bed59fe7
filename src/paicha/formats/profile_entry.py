"""A village's own form as it is typed on the screen: texts to answers, by the reader of the files.

What holds: a text means on the page what it means in a cell of a workbook (`3.2万`, `无`, `②`); what has no single
reading is said at its question and nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from paicha.core.catalogue import sentence
from paicha.core.pack import Pack, ProfileForm
from paicha.formats.documents import Value
from paicha.formats.layout import value_text
from paicha.formats.reading.cell import Bad
from paicha.formats.reading.reader import reader_for


@dataclass(frozen=True, slots=True)
class TypedProfile:
    """What was read. `faults`: question → the sentence that says why its text has no single reading."""

    values: dict[str, Value] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)


def read_profile(pack: Pack, form: ProfileForm, texts: Mapping[str, str], near: date) -> TypedProfile:
    """Read typed texts by question; a question without text is None. `near` dates what has no year."""
    parsers, made = reader_for(pack, near).parsers, TypedProfile()
    for name in dict.fromkeys(form.questions):
        question, text = pack.questions[name], texts.get(name, "").strip()
        unit = next((c.unit for row in form.rows for c in row.cells if c.question == name and c.unit), "")
        parsed = parsers.memo(name).column([text.removesuffix(unit).strip() if unit else text])[0]
        if isinstance(parsed, Bad):
            words = {"label": question.label, "read": parsed.read} | parsed.words
            made.faults[name] = sentence(parsed.code, **words)
        else:
            made.values[name] = list(parsed) if isinstance(parsed, tuple) else parsed
    return made


def profile_texts(pack: Pack, form: ProfileForm, values: Mapping[str, Value]) -> dict[str, str]:
    """What stands in each field for these answers; it reads back as exactly them."""
    return {
        name: value.isoformat() if isinstance(value := values.get(name), date) else value_text(value)
        for name in dict.fromkeys(form.questions)
        if name in pack.questions
    }

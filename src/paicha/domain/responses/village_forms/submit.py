"""A village's own forms (附件2, 附件5): the same way as a household's answers, one row at a time.

What holds: a hard rule refuses the form whole; equal answers are no change; each accepted version is a
revision; the profile in force stands in the summary row, where statistics and village rules read it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import orjson

from paicha.core.catalogue import sentence
from paicha.core.pack import Pack, ProfileForm
from paicha.domain.responses.columns import NOTHING
from paicha.domain.responses.rules.row_tests import Mark, evaluate_forms, form_hits
from paicha.domain.responses.rules.rule_text import message_of
from paicha.domain.responses.submission.audit_digest import VILLAGE_FORM
from paicha.domain.responses.submission.batch import Receipt, Said, Status
from paicha.domain.responses.submission.revisions import NewRevision, append_part
from paicha.domain.responses.work import FormInForce, VillageWork, record_facts


@dataclass(frozen=True, slots=True)
class FormAnswers:
    """Answers of one village form; questions not in `values` keep what is stored.

    `marks`: what `evaluate_forms` found over exactly these values, where that was done beside reading.
    """

    form: ProfileForm
    values: Mapping[str, Any]
    source: str
    upload: UUID | None = None
    address: str = ""
    marks: Sequence[Mark] | None = None


def submit_village_form(work: VillageWork, answers: FormAnswers) -> Receipt:
    """Take one village form in. Its status: stored, unchanged or refused."""
    form, pack = answers.form, work.pack
    latest = work.form_revisions().get(form.name)
    merged = dict(answers.values)
    if latest:
        merged = {**stored_answers(pack, latest.answers), **merged}
    text = _text(form, merged)
    receipt = Receipt(Status.STORED, revision=latest.number if latest else 0)
    if text == (latest.answers if latest else NOTHING):  # a blank form says nothing
        receipt.status = Status.UNCHANGED
        return receipt
    if work.locked and _of_village(pack, form.name) and form.name not in work.summary.reopened_forms:
        receipt.status = Status.REFUSED
        receipt.said.append(Said("H02", "hard", form.questions[0], sentence("H02", form=form.label)))
        return receipt
    marks = (
        answers.marks if answers.marks is not None and not latest else evaluate_forms([merged], pack, form)
    )
    for hit in form_hits(pack, form, marks):
        said = Said(hit.id, hit.severity, hit.questions[0], message_of(pack, hit, merged))
        receipt.said.append(said)
        if hit.severity == "hard":
            receipt.status = Status.REFUSED
    if receipt.status is Status.REFUSED:
        receipt.said = [said for said in receipt.said if said.severity == "hard"]
        return receipt
    receipt.revision += 1
    revision = NewRevision(
        None,
        form.name,
        receipt.revision,
        receipt.revision - 1,
        text,
        answers.source,
        answers.upload,
        answers.address,
    )
    tell_form(work, form, merged)
    work.form_revisions()[form.name] = FormInForce(receipt.revision, text)
    append_part(
        work, VILLAGE_FORM, [revision], recount=False
    )  # `tell_form` asks for it where a count reads the form
    return receipt


def _of_village(pack: Pack, name: str) -> bool:
    """Whether the form is the village's own, or signed by it: form 5 alone is not."""
    form = pack.village_forms.get(name)
    return not (isinstance(form, ProfileForm) and form.by == "town")


def stored_answers(pack: Pack, text: str) -> dict[str, Any]:
    """Answers of a stored text, dates as dates."""
    return {
        name: date.fromisoformat(value) if pack.questions[name].type == "date" else value
        for name, value in orjson.loads(text).items()
    }


def _text(form: ProfileForm, values: Mapping[str, Any]) -> str:
    """Canonical JSON text: questions in official order, what was not answered left out."""
    names = dict.fromkeys(form.questions)
    return orjson.dumps({n: values[n] for n in names if values.get(n) not in (None, [])}).decode()


def tell_form(work: VillageWork, form: ProfileForm, values: Mapping[str, Any]) -> None:
    """What statistics and village rules read: the profile's answers, or how many points got a 否."""
    if form.by == "village":
        work.summary.profile = {
            name: value.isoformat() if isinstance(value, date) else value
            for name, value in values.items()
            if value is not None
        }
        work.changed = True
    if form.points:
        record_facts(work, no_answers_form5=sum(values.get(name) == 2 for name in form.points))

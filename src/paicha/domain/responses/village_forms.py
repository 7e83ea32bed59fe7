"""A village's own forms (附件2, 附件5): the same way as a household's answers, one row at a time.

What holds: a hard rule refuses the form whole; equal answers are no change; each accepted version is a
revision; the profile in force stands in the summary row, where statistics and village rules read it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import orjson
import polars as pl

from paicha.core.pack import ProfileForm
from paicha.domain.households.services import new_id
from paicha.domain.responses import parts
from paicha.domain.responses.compiled import validate_village_form
from paicha.domain.responses.frames import complete, decode, encode, schema
from paicha.domain.responses.models import Revision
from paicha.domain.responses.receipts import Receipt, Said
from paicha.domain.responses.wording import message_of
from paicha.domain.responses.work import VillageWork, record_facts


@dataclass(frozen=True, slots=True)
class FormAnswers:
    """Answers of one village form; questions not in `values` keep what is stored."""

    form: ProfileForm
    values: Mapping[str, Any]
    source: str
    upload: UUID | None = None
    address: str = ""


def submit_village_form(work: VillageWork, answers: FormAnswers) -> Receipt:
    """Take one village form in. Status stored, unchanged or refused; `row` of the receipt is 0."""
    form, pack = answers.form, work.pack
    names = tuple(dict.fromkeys(form.questions))
    wanted = schema(pack, names)
    latest = latest_form(work, form.name)
    old = orjson.loads(latest.answers) if latest else {}
    kept = decode(pl.Series([orjson.dumps(old).decode()]), wanted).row(0, named=True)
    merged = {name: answers.values.get(name, kept[name]) for name in names}
    frame = complete(pl.DataFrame({k: [v] for k, v in merged.items()}, schema=wanted), wanted)
    text = encode(frame, names)[0]
    receipt = Receipt(0, "stored", revision=latest.number if latest else 0)
    if latest and latest.answers == text:
        receipt.status = "unchanged"
        return receipt
    row = frame.with_columns(pl.lit(form.name).alias("form"))
    for hit in validate_village_form(row, pack, form):
        said = Said(hit.id, hit.severity, hit.questions[0], message_of(pack, hit, merged))
        receipt.said.append(said)
        if hit.severity == "hard":
            receipt.status = "refused"
    if receipt.status == "refused":
        receipt.said = [said for said in receipt.said if said.severity == "hard"]
        return receipt
    receipt.revision += 1
    part, id_ = new_id(), new_id()
    Revision.objects.create(
        id=id_, round=work.round, village=work.village, household=None, form=form.name, number=receipt.revision,
        base=receipt.revision - 1, answers=text, source=answers.source, upload=answers.upload, part=part,
        address=answers.address, at=work.at,
    )  # fmt: skip
    _tell(work, form, merged)
    written = [parts.Written(id_, None, form.name, receipt.revision, text)]
    work.note(parts.part_entry(work.village.pk, work.actor, parts.VILLAGE_FORM, part, written))
    return receipt


def latest_form(work: VillageWork, form: str) -> Revision | None:
    """The revision of a village form in force."""
    return (
        Revision.objects.filter(round=work.round, village=work.village, household__isnull=True, form=form)
        .order_by("-number")
        .first()
    )


def _tell(work: VillageWork, form: ProfileForm, values: Mapping[str, Any]) -> None:
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

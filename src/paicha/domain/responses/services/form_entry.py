"""A village's own form saved from a page: two people at it lose nothing, what is refused stays as a draft.

What holds: a question that its author did not touch never overwrites what somebody else has written since; one
that both changed differently stops the save and is named, with the other's answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import orjson

from paicha.core.pack import Pack, ProfileForm
from paicha.domain.responses.models import Revision
from paicha.domain.responses.services.drafts import drop_draft, keep_draft
from paicha.domain.responses.submission.batch import Receipt, Status
from paicha.domain.responses.village_forms.submit import FormAnswers, submit_village_form
from paicha.domain.responses.work import VillageWork


@dataclass(frozen=True, slots=True)
class SavedForm:
    """What became of it. `clashes`: question → what somebody else has answered since; then nothing was saved."""

    receipt: Receipt | None
    clashes: Mapping[str, Any] = field(default_factory=dict)

    @property
    def stored(self) -> bool:
        return self.receipt is not None and self.receipt.status.in_force


def draft_place(form: ProfileForm) -> str:
    """Where a draft of the form stands among an author's drafts of the village."""
    return f"form:{form.name}"


def save_form(
    work: VillageWork,
    form: ProfileForm,
    values: Mapping[str, Any],
    source: str,
    *,
    base: int,
    texts: Mapping[str, str],
) -> SavedForm:
    """Save every question of a village form as typed on a page that showed revision `base` (0: none).

    `texts`: the same as typed; they are kept as the author's draft where nothing could be saved.
    """
    mine = dict(values)
    latest = work.form_revisions().get(form.name)
    if latest is not None and latest.number != base:
        then, now = _answers(work, form, base), typed_answers(work.pack, latest.answers)
        mine = {name: value for name, value in values.items() if not _same(value, then.get(name))}
        clashes = {
            name: now.get(name)
            for name, value in mine.items()
            if not _same(now.get(name), then.get(name)) and not _same(now.get(name), value)
        }
        if clashes:
            keep(work, form, texts, base)
            return SavedForm(None, clashes)
    receipt = submit_village_form(work, FormAnswers(form, mine, source))
    if receipt.status is Status.REFUSED:
        keep(work, form, texts, base)
    else:
        drop_draft(work, draft_place(form))
    return SavedForm(receipt)


def keep(work: VillageWork, form: ProfileForm, texts: Mapping[str, str], base: int) -> None:
    """Keep what was typed as the author's draft."""
    keep_draft(work, draft_place(form), form=form.name, answers=texts, base=base)


def typed_answers(pack: Pack, text: str) -> dict[str, Any]:
    """Answers of a stored text, dates as dates."""
    return {
        name: date.fromisoformat(value)
        if name in pack.questions and pack.questions[name].type == "date"
        else value
        for name, value in orjson.loads(text).items()
    }


def _answers(work: VillageWork, form: ProfileForm, number: int) -> dict[str, Any]:
    """The answers of an earlier revision; {} for none."""
    found = Revision.objects.filter(
        round=work.round, village=work.village, household__isnull=True, form=form.name, number=number
    )
    text = found.values_list("answers", flat=True).first()
    return typed_answers(work.pack, text) if text else {}


def _same(one: Any, other: Any) -> bool:
    return (
        (one or None) == (other or None) if one in (None, [], "") or other in (None, [], "") else one == other
    )

"""Earlier answers put in force again, many households of a village at once: when an upload is taken back.

What holds: nothing is deleted; what was in force before comes back as a new revision, through `submit_responses`
like anything else; a village form that had none before is blank again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from paicha.core.pack import ProfileForm
from paicha.domain.responses.columns import NOTHING
from paicha.domain.responses.submission.audit_digest import VILLAGE_FORM
from paicha.domain.responses.submission.batch import Batch, IncomingRow, Receipt
from paicha.domain.responses.submission.revisions import NewRevision, append_part
from paicha.domain.responses.submission.submit import submit_responses
from paicha.domain.responses.village_forms.submit import stored_answers, tell_form
from paicha.domain.responses.work import FormInForce, VillageWork


@dataclass(frozen=True, slots=True)
class Earlier:
    """Answers that are to be in force again, on the form of the roster, over the revision `number`."""

    form: str
    text: str
    number: int


def restore_answers(
    work: VillageWork, wanted: Mapping[UUID, Earlier], source: str, address: str
) -> dict[UUID, Receipt]:
    """Put earlier answers in force again; each household's receipt. A hard rule may refuse them today."""
    rows = [
        IncomingRow(one.form, household, text=one.text, base=one.number, address=address)
        for household, one in wanted.items()
    ]
    return dict(zip(wanted, submit_responses(work, Batch.of(work, rows, source=source)), strict=True))


def restore_form(work: VillageWork, name: str, text: str, source: str, address: str) -> None:
    """A village's own form as it was: its canonical text, '{}' for none."""
    latest = work.form_revisions()[name]
    number = latest.number + 1
    revision = NewRevision(None, name, number, latest.number, text, source, address=address)
    append_part(work, VILLAGE_FORM, [revision])
    work.form_revisions()[name] = FormInForce(number, text)
    form = work.pack.village_forms.get(name)
    if isinstance(form, ProfileForm):
        tell_form(work, form, stored_answers(work.pack, text))
        if text == NOTHING and form.points:  # not looked at is not 'no fault'
            told = work.summary.facts
            work.summary.facts = {name: told[name] for name in told if name != "no_answers_form5"}

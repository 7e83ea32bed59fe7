"""Revisions appended to a village, and the audit entry of the part that they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from paicha.domain import bulk
from paicha.domain.households.services import new_id
from paicha.domain.responses.models import Revision
from paicha.domain.responses.submission.audit_digest import Written, part_entry
from paicha.domain.responses.work import VillageWork

_COLUMNS = (
    "id", "round", "village", "household", "form", "number", "base", "answers", "source", "upload", "part",
    "address", "at",
)  # fmt: skip


@dataclass(slots=True)
class NewRevision:
    """A revision to append: answers whole, as canonical text. `household` None: a form of the village's own."""

    household: UUID | None
    form: str
    number: int
    base: int
    answers: str
    source: str
    upload: UUID | None = None
    address: str = ""


def append_part(
    work: VillageWork, action: str, revisions: Sequence[NewRevision], *, recount: bool = True
) -> list[UUID]:
    """Append revisions as one part with its audit entry (`action`: SUBMIT or VILLAGE_FORM); their ids, in order.

    `recount`: whether the village has to be counted again for them.
    """
    part = new_id()
    ids = [new_id() for _ in revisions]
    rows = [
        (
            id_, work.round.pk, work.village.pk, r.household, r.form, r.number, r.base, r.answers, r.source, r.upload,
            part, r.address, work.at,
        )
        for id_, r in zip(ids, revisions, strict=True)
    ]  # fmt: skip
    bulk.insert(Revision, _COLUMNS, rows)
    work.changed = work.changed or recount
    if not work.trial:
        written = [
            Written(id_, r.household, r.form, r.number, r.answers)
            for id_, r in zip(ids, revisions, strict=True)
        ]
        work.note(part_entry(work.village.pk, work.actor, action, part, written), recount=recount)
    return ids

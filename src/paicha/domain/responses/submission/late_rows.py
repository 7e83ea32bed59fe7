"""What may not go in now is held, never lost, and taken in once it may be (`release`).

A village has handed up, or the door says why (`Batch.hold`): a scope that ended, a phone that was switched off.

What holds (mechanism, Hand-up): a locked row changes nothing in force; the same answers held twice are held
once; whatever is taken goes through `submit_responses` like anything else, with its own source and upload.
"""

from __future__ import annotations

from paicha.core.catalogue import sentence
from paicha.domain import bulk
from paicha.domain.audit.services import Entry, village_chain
from paicha.domain.responses.models import HeldRevision
from paicha.domain.responses.submission.batch import Batch, Status
from paicha.domain.responses.work import VillageWork, record_facts

_COLUMNS = (
    "round", "village", "household", "form", "base", "answers", "source", "upload", "address", "at", "outcome",
    "reason", "new_household", "base_text",
)  # fmt: skip


def hold(work: VillageWork, batch: Batch) -> None:
    """Mark what may not go in now: all of it (`batch.hold`), or of a village handed up all but what came back."""
    if not work.locked and not batch.hold:
        return
    for row in batch.rows:
        if row.status is Status.STORED and (batch.hold or not (row.stored and row.stored.reopened)):
            row.receipt.status = Status.HELD


def keep_held(work: VillageWork, batch: Batch) -> None:
    """Write the rows that are held, each once; their receipts say what will happen to them."""
    held = [row for row in batch.rows if row.status is Status.HELD]
    if not held:
        return
    waiting = HeldRevision.objects.filter(round=work.round, village=work.village, taken_at=None)
    known = set(waiting.values_list("household_id", "form", "answers", "source"))
    reason = batch.hold or "H01"
    new = []
    for row in held:
        sent = row.sent
        row.say(reason, "note", work.pack.roles.head, sentence(reason))
        if (row.household, sent.form, row.text, batch.source) in known:
            continue
        new.append(
            (
                work.round.pk, work.village.pk, row.household, sent.form, sent.base or 0, row.text, batch.source,
                batch.upload, sent.address, work.at, "", reason, sent.new_id, sent.base_text,
            )
        )  # fmt: skip
    bulk.insert(HeldRevision, _COLUMNS, new)
    if new:
        work.note(Entry(village_chain(work.village.pk), work.actor, "responses.hold", count=len(new)))
        record_facts(work, held=waiting.count())

"""Scanned signed copies of a village's forms, and what people add to form 4's remark.

What holds: a copy is kept with its checksum; replaced, the old one stays on record and can still be opened. The
fact `signed_copies` {form: pages} is what lists and the checklist read.
"""

from __future__ import annotations

from collections.abc import Iterable

from paicha.core.pack import Pack
from paicha.core.refusal import text_field
from paicha.domain.areas.models import Area
from paicha.domain.audit.services import Entry, village_chain
from paicha.domain.files.models import StoredFile
from paicha.domain.files.services import store_file
from paicha.domain.handover.errors import HandoverError
from paicha.domain.handover.ledger_text import is_villages
from paicha.domain.handover.models import SignedCopy, StatisticsNote
from paicha.domain.handover.queries import copies, note_of
from paicha.domain.responses.services import VillageWork, record_facts, village_work
from paicha.domain.rounds.models import Round

_NOTE = 100


def attach_copy(
    round_: Round,
    pack: Pack,
    village: Area,
    actor: str,
    form: str,
    name: str,
    chunks: Iterable[bytes],
    *,
    replaces: int | None = None,
) -> SignedCopy:
    """Attach a page; `replaces`: the id of the copy whose place it takes. Raises HandoverError, FileRefused.

    Also after the hand-up: a scan adds nothing to the answers, and the paper is often signed last.
    """
    if form not in pack.household_forms and not is_villages(pack, form):
        raise HandoverError("H10")
    with village_work(round_, pack, village, actor) as work:
        return attach_within(work, form, store_file(name, chunks, actor), replaces=replaces)


def attach_within(
    work: VillageWork, form: str, stored: StoredFile, *, replaces: int | None = None
) -> SignedCopy:
    """`attach_copy` of a file that is kept already, as part of a village's transaction. Raises HandoverError."""
    if form not in work.pack.household_forms and not is_villages(work.pack, form):
        raise HandoverError("H10")
    old = None
    if replaces is not None:
        rows = SignedCopy.objects.select_for_update().filter(
            round=work.round, village=work.village, form=form
        )
        old = rows.filter(pk=replaces, replaced_by=None).first()
        if old is None:
            raise HandoverError("H11")
    made = SignedCopy.objects.create(
        round=work.round, village=work.village, form=form, file=stored, at=work.at, by=work.actor
    )
    if old is not None:
        old.replaced_by = made
        old.save(update_fields=["replaced_by"])
    _record(work, "copy.replace" if old else "copy.attach", made)
    return made


def add_note(round_: Round, pack: Pack, village: Area, actor: str, text: str) -> str:
    """Add to form 4's remark of a village ('' takes it back); locked with the rest. Raises HandoverError."""
    said = text_field("补充的备注", " ".join(text.split()), _NOTE)
    with village_work(round_, pack, village, actor) as work:
        form = pack.statistics
        if form is None:
            raise HandoverError("A15")
        if work.locked and form.name not in work.summary.reopened_forms:
            raise HandoverError("H13", label=form.label)
        if said != note_of(round_, village.pk):
            made = StatisticsNote.objects.create(
                round=round_, village=village, code=village.code, text=said, at=work.at, by=actor
            )
            chain = village_chain(village.pk)
            work.note(Entry(chain, actor, "statistics.note", f"note:{made.pk}"), recount=False)
    return said


def _record(work: VillageWork, action: str, made: SignedCopy) -> None:
    counted: dict[str, int] = {}
    for one in copies(work.round, work.village.pk):
        counted[one.form] = counted.get(one.form, 0) + 1
    record_facts(work, signed_copies=counted)
    mark = made.file.digest
    chain = village_chain(work.village.pk)
    work.note(Entry(chain, work.actor, action, f"copy:{made.pk}", mark), recount=False)

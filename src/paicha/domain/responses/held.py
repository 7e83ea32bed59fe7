"""What arrives for a village that has handed up: held, never lost, and taken in once it may be.

What holds (mechanism, Hand-up): a locked row changes nothing in force; the same answers held twice are held
once; whatever is taken goes through `submit_responses` like anything else, with its own source and upload.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

import orjson
import polars as pl

from paicha.core.catalogue import sentence
from paicha.domain import bulk
from paicha.domain.audit.services import Entry, village_chain
from paicha.domain.households.models import Household
from paicha.domain.responses.frames import decode, schema
from paicha.domain.responses.models import HeldRevision
from paicha.domain.responses.receipts import Receipt, Rows, Said
from paicha.domain.responses.stored import Stored
from paicha.domain.responses.work import VillageWork, record_facts

_COLUMNS = (
    "round", "village", "household", "form", "base", "answers", "source", "upload", "address", "at", "outcome",
    "reason", "new_household", "base_text",
)  # fmt: skip


def hold(work: VillageWork, rows: Rows, receipts: list[Receipt], stored: Mapping[UUID, Stored]) -> None:
    """Mark what may not go in now: all of it (`rows.hold`), or of a village handed up all but what came back."""
    if not work.locked and not rows.hold:
        return
    for receipt in receipts:
        old = stored.get(receipt.household) if receipt.household else None
        if receipt.status == "stored" and (rows.hold or not (old and old.reopened)):
            receipt.status = "held"


def keep_held(
    work: VillageWork, rows: Rows, frame: pl.DataFrame, receipts: list[Receipt], texts: list[str]
) -> None:
    """Write the rows that are held, each once; their receipts say what will happen to them."""
    held = [i for i, receipt in enumerate(receipts) if receipt.status == "held"]
    if not held:
        return
    waiting = HeldRevision.objects.filter(round=work.round, village=work.village, taken_at=None)
    known = set(waiting.values_list("household_id", "form", "answers", "source"))
    forms, bases, addresses = (frame[name].to_list() for name in ("form", "base", "address"))
    ids = frame["new_id"].to_list() if "new_id" in frame.columns else [None] * frame.height
    befores = frame["base_text"].to_list() if "base_text" in frame.columns else [None] * frame.height
    reason = rows.hold or "H01"
    new = []
    for i in held:
        receipt = receipts[i]
        receipt.said.append(Said(reason, "note", work.pack.roles.head, sentence(reason)))
        if (receipt.household, forms[i], texts[i], rows.source) in known:
            continue
        new.append(
            (
                work.round.pk, work.village.pk, receipt.household, forms[i], bases[i] or 0, texts[i], rows.source,
                rows.upload, addresses[i] or "", work.at, "", reason, UUID(ids[i]) if ids[i] else None, befores[i],
            )
        )  # fmt: skip
    bulk.insert(HeldRevision, _COLUMNS, new)
    if new:
        work.note(Entry(village_chain(work.village.pk), work.actor, "responses.hold", count=len(new)))
        record_facts(work, held=waiting.count())


@dataclass(slots=True)
class Taken:
    """What became of held rows: how many went in, are settled as no change, or wait for a person elsewhere."""

    stored: int = 0
    unchanged: int = 0
    conflicts: int = 0
    refused: int = 0


def take_held(
    work: VillageWork, households: Collection[UUID] | None = None, only: Collection[int] | None = None
) -> Taken:
    """Take what is held into force, in the order in which it came: all of the village, or of some households.

    The village must be open, or `work` write through the lock. What a rule refuses stays on record with the
    outcome `refused`; a household found on the spot meets one of the same group and name that exists by now.
    `only`: ids of the held rows, where a person picked them. Keeps the fact `held` equal to what still waits.
    """
    from paicha.domain.responses.submit import submit_responses

    waiting = HeldRevision.objects.select_for_update().filter(
        round=work.round, village=work.village, taken_at=None
    )
    if households is not None:
        waiting = waiting.filter(household__in=list(households))
    if only is not None:
        waiting = waiting.filter(pk__in=list(only))
    taken = Taken()
    for held in waiting.order_by("pk"):
        receipt = submit_responses(work, _rows(work, held))[0]
        if receipt.status == "held":  # its row has not come back
            continue
        held.taken_at, held.outcome = work.at, receipt.status
        held.save(update_fields=["taken_at", "outcome"])
        taken.stored += receipt.status in ("stored", "merged")
        taken.unchanged += receipt.status == "unchanged"
        taken.conflicts += receipt.status == "conflict"
        taken.refused += receipt.status == "refused"
    left = HeldRevision.objects.filter(round=work.round, village=work.village, taken_at=None)
    record_facts(work, held=left.count())
    return taken


def _rows(work: VillageWork, held: HeldRevision) -> Rows:
    form = work.pack.household_forms[held.form]
    household = held.household_id or _met_since(work, held)
    new_id = str(held.new_household) if held.new_household and household is None else None
    frame = decode(pl.Series([held.answers]), schema(work.pack, form.questions)).with_columns(
        row=pl.lit(0, dtype=pl.UInt32),
        household=pl.lit(str(household) if household else None, dtype=pl.String),
        form=pl.lit(held.form),
        base=pl.lit(held.base or None, dtype=pl.Int64),
        address=pl.lit(held.address),
        new_id=pl.lit(new_id, dtype=pl.String),
        base_text=pl.lit(held.base_text, dtype=pl.String),
    )
    device = held.source.startswith("field:")
    return Rows(frame, {held.form: frozenset(form.questions)}, held.source, held.upload, by_base=device)


def _met_since(work: VillageWork, held: HeldRevision) -> UUID | None:
    """A household found on the spot that the register has by now: by the device's id, else by group and name."""
    if held.new_household and Household.objects.filter(pk=held.new_household, village=work.village).exists():
        return held.new_household
    answers, roles = orjson.loads(held.answers), work.pack.roles
    group = answers.get(roles.group, "") if roles.group else ""
    same = Household.objects.filter(
        village=work.village, group=group, head_name=answers.get(roles.head, ""), closed_at=None
    )
    return same.values_list("pk", flat=True).first()

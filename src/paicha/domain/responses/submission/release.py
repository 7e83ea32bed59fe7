"""Held answers taken into force: through `submit_responses` like anything else, with their own source and upload."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

import orjson

from paicha.core.normalise import name_key
from paicha.domain.households.models import Household, HouseholdEvent
from paicha.domain.responses.models import HeldRevision
from paicha.domain.responses.submission.batch import Batch, IncomingRow, Status
from paicha.domain.responses.submission.submit import submit_responses
from paicha.domain.responses.work import VillageWork, record_facts


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
    waiting = HeldRevision.objects.select_for_update().filter(
        round=work.round, village=work.village, taken_at=None
    )
    if households is not None:
        waiting = waiting.filter(household__in=list(households))
    if only is not None:
        waiting = waiting.filter(pk__in=list(only))
    taken = Taken()
    for held in waiting.order_by("pk"):
        receipt = submit_responses(work, _batch(work, held))[0]
        if receipt.status is Status.HELD:  # its row has not come back
            continue
        held.taken_at, held.outcome = work.at, receipt.status.value
        held.save(update_fields=["taken_at", "outcome"])
        taken.stored += receipt.status.goes_in
        taken.unchanged += receipt.status is Status.UNCHANGED
        taken.conflicts += receipt.status is Status.CONFLICT
        taken.refused += receipt.status is Status.REFUSED
    left = HeldRevision.objects.filter(round=work.round, village=work.village, taken_at=None)
    record_facts(work, held=left.count())
    return taken


def _batch(work: VillageWork, held: HeldRevision) -> Batch:
    """Held answers as a batch of their own: each has its source, upload and base."""
    household = held.household_id or _met_since(work, held)
    row = IncomingRow(
        held.form,
        household,
        text=held.answers,
        base=held.base or None,
        address=held.address,
        new_id=held.new_household if household is None else None,
        base_text=held.base_text,
    )
    device = held.source.startswith("field:")
    return Batch.of(work, [row], source=held.source, upload=held.upload, by_base=device)


def _met_since(work: VillageWork, held: HeldRevision) -> UUID | None:
    """A household found on the spot that the register has by now: by the device's id, else by group and name.

    Also by the name of a head before. Names that differ in spelling alone (`name_key`) are one, as at every door.
    """
    if held.new_household and Household.objects.filter(pk=held.new_household, village=work.village).exists():
        return held.new_household
    answers, roles = orjson.loads(held.answers), work.pack.roles
    group = answers.get(roles.group, "") if roles.group else ""
    head = name_key(answers.get(roles.head) or "")
    same = Household.objects.filter(village=work.village, group=group, closed_at=None).order_by("pk")
    for names in (
        same.values_list("pk", "head_name"),
        same.filter(events__kind=HouseholdEvent.Kind.HEAD).values_list("pk", "events__old"),
    ):
        for household, name in names:
            if name_key(name) == head:
                return household
    return None

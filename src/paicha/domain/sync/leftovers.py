"""Visits and re-interviews that phones brought and that could not go in: a person takes one in, or has looked at it.

What holds: one is settled once; what is taken in goes through the services of the desk, in the name of who finished it;
until then it is kept as it came.
"""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction

from paicha.domain import clock
from paicha.domain.audit.services import Entry, actor_chain, append
from paicha.domain.responses.services import Status, village_work
from paicha.domain.rounds.packs import pack_of
from paicha.domain.sync.devices import DeviceError
from paicha.domain.sync.errand_items import Errand, take_in
from paicha.domain.sync.items import InterviewItem, VisitItem
from paicha.domain.sync.models import SyncItem
from paicha.domain.sync.waiting import KEPT
from paicha.domain.verification.models import SampleHousehold, Visit


@transaction.atomic
def take_leftover(item: SyncItem, subject: Visit | SampleHousehold, actor: str) -> None:
    """Take a held errand in. Raises Refusal, and it goes on waiting; DeviceError where somebody has settled it."""
    body = (VisitItem if isinstance(subject, Visit) else InterviewItem).model_validate(item.raw)
    round_ = subject.round if isinstance(subject, Visit) else subject.sample.round
    errand = Errand(body, round_, subject.village, subject)
    with village_work(round_, pack_of(round_), subject.village, actor) as work:
        _settle([item], actor)
        receipt = take_in(work, errand, f"field:{item.user_id}@{item.device}")
        if receipt.status is Status.CONFLICT:
            raise DeviceError("D47", said="；".join(said["message"] for said in receipt.messages))


@transaction.atomic
def settle_leftovers(items: Collection[SyncItem], actor: str) -> None:
    """Somebody has looked at items that did not go in, and needs no more of them. Raises DeviceError."""
    _settle(items, actor)


def _settle(items: Collection[SyncItem], actor: str) -> None:
    rows = SyncItem.objects.select_for_update().filter(KEPT, pk__in=[item.pk for item in items])
    fresh = list(rows)
    if not fresh:
        raise DeviceError("D25")
    at = clock.now()
    for row in fresh:
        row.settled_at, row.settled_by, row.raw = at, actor, None
        row.save(update_fields=["settled_at", "settled_by", "raw"])
    append([Entry(actor_chain(actor), actor, "device.settle", f"item:{row.pk}") for row in fresh])

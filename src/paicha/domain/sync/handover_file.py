"""Work that comes as a file: an outbox handed over where there is no signal, taken in at the village desk.

What holds: the file is the outbox as it lies on the phone, so the same items later over the network get the same
receipts; it is taken in the desk person's name and scope, its answers under the name of who finished them; what
belongs to other villages is left in the file, and said so. Also: whose phones a village sees, and what waits.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from paicha.core.bounds import read_json
from paicha.domain import clock
from paicha.domain.accounts.models import Assignment
from paicha.domain.accounts.policies import Scope, scope
from paicha.domain.accounts.roles import Kind
from paicha.domain.areas.models import Group
from paicha.domain.audit.services import Entry, village_chain
from paicha.domain.households.services import new_id
from paicha.domain.responses.services import VillageWork
from paicha.domain.sync.batches import MOST, Batch, take_batch
from paicha.domain.sync.devices import DeviceError, Sender
from paicha.domain.sync.models import Credential, Device, SyncItem
from paicha.domain.sync.receipts import ItemReceipt
from paicha.domain.sync.waiting import tell_refused


@dataclass(frozen=True, slots=True)
class Handed:
    """What became of a file: its device, a receipt an item, and how many belong elsewhere."""

    device: Device
    receipts: list[ItemReceipt]
    left: int


def take_file(by: Scope, name: str, content: bytes) -> Handed:
    """Take a hand-over file in. Raises DeviceError where it is none, or of a phone that nobody set up."""
    try:
        body = read_json(content)
        if body["paicha"] != "handover" or not isinstance(body["items"], list):
            raise KeyError
        id_ = UUID(str(body["device"]))
    except (KeyError, TypeError, ValueError) as error:
        raise DeviceError("D17", file=name) from error
    device = Device.objects.select_related("user").filter(pk=id_).first()
    if device is None:
        raise DeviceError("D18", file=name)
    sender = Sender(device.user, scope(device.user), Credential.Kind.FULL, device)
    receipts: list[ItemReceipt] = []
    items = body["items"]
    for start in range(0, len(items), MOST):
        receipts += take_batch(sender, Batch(new_id(), device.pk, items[start : start + MOST]), by=by)
    return Handed(device, receipts, len(items) - len(receipts))


def phones_of(village_code: str, village: int) -> QuerySet[Device]:
    """Phones of everybody who works in a village or in groups of it today, those with something unsent first."""
    today = clock.today()
    groups = [str(pk) for pk in Group.objects.filter(village=village).values_list("pk", flat=True)]
    refs = Q(kind=Kind.VILLAGE, ref=village_code) | Q(kind=Kind.GROUP, ref__in=groups)
    people = Assignment.objects.filter(refs, Q(until__isnull=True) | Q(until__gte=today), since__lte=today)
    rows = Device.objects.filter(user__in=people.values("user")).select_related("user")
    return rows.order_by("revoked_at", "-waiting", "-seen_at", "pk")


@transaction.atomic
def settle_item(work: VillageWork, item: SyncItem) -> None:
    """Somebody has looked at a refused item: typed it at the desk, or needn't. Raises DeviceError."""
    rows = SyncItem.objects.select_for_update().filter(
        round=work.round, village=work.village, settled_at=None
    )
    fresh = rows.filter(pk=item.pk, status="refused").first()
    if fresh is None:
        raise DeviceError("D25")
    fresh.settled_at, fresh.settled_by, fresh.raw = work.at, work.actor, None
    fresh.save(update_fields=["settled_at", "settled_by", "raw"])
    work.note(
        Entry(village_chain(work.village.pk), work.actor, "device.settle", f"item:{fresh.pk}"), recount=False
    )
    tell_refused(work)

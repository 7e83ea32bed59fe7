"""A batch → its villages, one transaction each → `submit_responses` → a receipt an item, kept for good.

What holds: an item is taken once; its row is written in the transaction of what it brought, after the village's lock
and a look for it, so that the same item at the same moment waits and then finds its receipt; a stop between two
villages leaves the rest to be sent again; what can't go in is kept (held, draft, raw), never dropped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from paicha.core.bounds import storable
from paicha.core.pack import Pack
from paicha.core.refusal import Refusal
from paicha.domain import bulk, clock
from paicha.domain.accounts.policies import Scope
from paicha.domain.accounts.roles import Verb
from paicha.domain.responses.services import Status, VillageWork, village_work
from paicha.domain.rounds.models import Round
from paicha.domain.rounds.packs import pack_of
from paicha.domain.sync.answers import Line, submit_lines
from paicha.domain.sync.devices import DeviceError, Sender
from paicha.domain.sync.errand_items import Errand, route_errand, take_errand
from paicha.domain.sync.items import Arrived, ErrandItem, Item, ItemError, arrived
from paicha.domain.sync.members import GUARDED, without_identity
from paicha.domain.sync.models import Credential, Device, SyncItem
from paicha.domain.sync.raised_items import take_raised
from paicha.domain.sync.receipts import ItemReceipt, refused
from paicha.domain.sync.routing import Routed, Router
from paicha.domain.sync.waiting import tell_refused

MOST = 200
_SEEN = timedelta(seconds=30)
_SKEW_SECONDS = 2
_COLUMNS = (
    "id", "kind", "errand", "batch", "device", "user", "round", "village", "asked", "household", "status", "revision",
    "messages", "raw", "sealed", "answered_at", "skew", "at", "settled_by",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Batch:
    """What a device sends at once. `now`: its clock; `waiting`: how many households stay unsent there."""

    id: UUID
    device: UUID
    items: Sequence[Any]
    now: datetime | None = None
    waiting: int | None = None
    shell: str = ""
    persisted: bool | None = None


def take_batch(sender: Sender, batch: Batch, *, by: Scope | None = None) -> list[ItemReceipt]:
    """Take a batch in; receipts in the order of its items, one for each that has an id.

    `by`: who brings it where that is another than the sender (a hand-over file at the village desk): it is taken in
    that person's name, only where that person may import, and sealed alone; of the others there is no receipt.
    Raises DeviceError for a batch that is too long, or of another device than its token's.
    """
    if len(batch.items) > MOST:
        raise DeviceError("D16", most=MOST)
    if sender.device is not None and sender.device.pk != batch.device:
        raise DeviceError("D04")
    skew = round((clock.now() - batch.now).total_seconds()) if batch.now else 0
    only = by is not None or sender.kind == Credential.Kind.UPLOAD
    came = [a for raw in batch.items if (a := arrived(raw, batch.device, sealed_only=only)) is not None]
    taking = _Taking(sender, batch, skew, by)
    taking.take(list({a.id: a for a in reversed(came)}.values())[::-1])
    if by is None:
        _note_device(sender, batch, skew)
    return [taking.receipts[id_] for id_ in dict.fromkeys(a.id for a in came) if id_ in taking.receipts]


def _taken_before(sender: Sender, ids: Sequence[UUID]) -> dict[UUID, ItemReceipt]:
    """Receipts of items that came before; another person's item is nobody else's to ask for."""
    rows = SyncItem.objects.filter(pk__in=ids).values_list(
        "user_id", "pk", "status", "household", "revision", "messages"
    )
    return {
        id_: ItemReceipt(id_, Status(status), *rest)
        if user == sender.user.pk
        else refused(id_, ItemError("D09"))
        for user, id_, status, *rest in rows
    }


@dataclass(slots=True)
class _Taking:
    """One batch on its way in."""

    sender: Sender
    batch: Batch
    skew: int
    by: Scope | None
    receipts: dict[UUID, ItemReceipt] = field(default_factory=dict)

    def take(self, came: Sequence[Arrived]) -> None:
        bad = [a for a in came if a.item is None and a.errand is None]
        good = [a for a in came if a.item is not None]
        parts: dict[tuple[int, str, str], list[Routed]] = {}
        if good:
            router = Router(self.sender, good)
            for one in good:
                try:
                    routed = router.route(one)
                except ItemError as error:
                    one.error = error
                    bad.append(one)
                    continue
                if self.by is not None and not self.by.covers(Verb.IMPORT_FILES, routed.village.code):
                    continue
                parts.setdefault((routed.round.pk, routed.village.code, routed.hold), []).append(routed)
        if bad:
            self._keep_bad(bad)
        for _, part in sorted(parts.items()):
            self._part(part[0].round, part)
        for one in came:
            if one.errand is not None:
                self._errand(one, one.errand)

    def _part(self, round_: Round, part: Sequence[Routed]) -> None:
        """One village's items, in one transaction."""
        pack = pack_of(round_)
        actor = (self.by or self.sender.scope).actor
        with village_work(round_, pack, part[0].village, actor) as work:
            again = _taken_before(self.sender, [one.arrived.id for one in part])
            self.receipts.update(again)
            lines = [
                Line(one, ItemReceipt(one.arrived.id, Status.STORED))
                for one in part
                if one.arrived.id not in again
            ]
            if not lines:
                return
            submit_lines(work, lines, self._source(), self.batch.device)
            level = (self.by or self.sender.scope).reach(Verb.RAISE_PROBLEMS, work.village.code)
            take_raised(work, lines, self.sender.user, self.batch.device, self._source(), level)
            self._record(pack, work, lines)
        self.receipts.update({line.receipt.item: line.receipt for line in lines})

    def _errand(self, one: Arrived, item: ErrandItem) -> None:
        """A visit or a re-interview, in a transaction of its own; what its service refuses undoes all but its row."""
        try:
            errand = route_errand(self.sender, item, self.by)
        except ItemError as error:
            one.error = error
            self._keep_bad([one])
            return
        if errand is None:
            return
        try:
            self._take_errand(one, errand, None)
        except Refusal as error:
            self._take_errand(one, errand, refused(one.id, error))

    def _take_errand(self, one: Arrived, errand: Errand, receipt: ItemReceipt | None) -> None:
        """`receipt`: what is recorded without taking anything in. Raises Refusal."""
        actor = (self.by or self.sender.scope).actor
        with village_work(errand.round, pack_of(errand.round), errand.village, actor) as work:
            again = _taken_before(self.sender, [one.id])
            if not again:
                made = receipt or take_errand(work, errand, self._source())
                bulk.insert(SyncItem, _COLUMNS, [self._errand_row(one, errand, made, work.at)])
                again = {one.id: made}
        self.receipts.update(again)

    def _errand_row(
        self, one: Arrived, errand: Errand, receipt: ItemReceipt, at: datetime
    ) -> tuple[Any, ...]:
        item = errand.item
        village = errand.village.pk if item.kind == "visit" else None
        raw = _record_of(item) if receipt.status is not Status.STORED else None
        return (
            receipt.item, item.kind, errand.subject.pk, self.batch.id, self.batch.device, self.sender.user.pk,
            errand.round.pk, village, None, None, receipt.status.value, 0, receipt.messages, raw, one.sealed,
            item.answered_at, self.skew, at, "",
        )  # fmt: skip

    def _source(self) -> str:
        door = "api" if self.sender.kind == Credential.Kind.API else "field"
        return f"{door}:{self.sender.user.pk}@{self.batch.device}"

    def _record(self, pack: Pack, work: VillageWork, lines: Sequence[Line]) -> None:
        bulk.insert(SyncItem, _COLUMNS, [self._row(line.routed, line.receipt, work.at) for line in lines])
        if any(line.receipt.status is Status.REFUSED for line in lines):
            tell_refused(work)

    def _row(self, routed: Routed, receipt: ItemReceipt, at: datetime) -> tuple[Any, ...]:
        item = routed.arrived.item
        assert item is not None
        raw = _record_of(item) if receipt.status is not Status.STORED else None
        return (
            receipt.item, SyncItem.Kind.ANSWERS, None, self.batch.id, self.batch.device, self.sender.user.pk,
            routed.round.pk, routed.village.pk, item.household_id, receipt.household, receipt.status.value,
            receipt.revision, receipt.messages, raw, routed.arrived.sealed, item.answered_at, self.skew, at, "",
        )  # fmt: skip

    def _keep_bad(self, bad: Sequence[Arrived]) -> None:
        """What belongs to no village, or can't be read: kept as it came, refused for good."""
        at, rows = clock.now(), []
        for one in bad:
            assert one.error is not None
            self.receipts[one.id] = receipt = refused(one.id, one.error)
            kind = one.errand.kind if one.errand is not None else SyncItem.Kind.ANSWERS
            rows.append(
                (
                    one.id, kind, None, self.batch.id, self.batch.device, self.sender.user.pk, None, None, None, None,
                    "refused", 0, receipt.messages, _as_it_came(one), one.sealed, None, self.skew, at, "",
                )
            )  # fmt: skip
        with transaction.atomic():
            before = _taken_before(self.sender, [row[0] for row in rows])
            self.receipts.update(before)
            bulk.insert(SyncItem, _COLUMNS, [row for row in rows if row[0] not in before])


def _record_of(item: Item | ErrandItem) -> dict[str, Any]:
    """An item as it is kept beside its receipt; identity numbers of persons are not."""
    kept: dict[str, Any] = item.model_dump(mode="json", by_alias=True)
    if not isinstance(item, Item):
        return kept
    kept["raised"] = [without_identity(one) if one["kind"] in GUARDED else one for one in kept["raised"]]
    return kept


def _as_it_came(one: Arrived) -> dict[str, Any]:
    """What is kept of an item that nothing was done with: opened where it could be."""
    item = one.item or one.errand
    return _record_of(item) if item is not None else storable(dict(one.raw))


def _note_device(sender: Sender, batch: Batch, skew: int) -> None:
    """What the device page shows: when it was last heard (to the minute), its clock, and what waits there."""
    if sender.device is None:
        return
    device, at = sender.device, clock.now()
    change: dict[str, Any] = {}
    if batch.now is not None and abs(skew - (device.skew or 0)) > _SKEW_SECONDS:
        change["skew"] = max(min(skew, 2**31 - 1), -(2**31))
    if batch.waiting is not None:
        change["waiting"] = max(batch.waiting, 0)
        if batch.waiting == 0:
            change["waiting_since"] = None
        elif device.waiting_since is None:
            change["waiting_since"] = at
    if batch.shell:
        change["shell"] = batch.shell[:20]
    if batch.persisted is not None:
        change["persisted"] = batch.persisted
    change = {name: value for name, value in change.items() if getattr(device, name) != value}
    if change or device.seen_at is None or at - device.seen_at > _SEEN:
        Device.objects.filter(pk=device.pk).update(seen_at=at, **change)

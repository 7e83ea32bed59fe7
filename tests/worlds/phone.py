"""A phone as a test holds it: an item of the small world's round, open or sealed, sent as its person."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson
from tests.worlds.round import CLEAN, World

from paicha.domain.accounts.models import User
from paicha.domain.accounts.policies import scope
from paicha.domain.households.services import new_id
from paicha.domain.sync.batches import Batch, take_batch
from paicha.domain.sync.devices import Sender, enrol
from paicha.domain.sync.models import Device
from paicha.domain.sync.receipts import ItemReceipt
from paicha.domain.sync.sealing import current_key, seal

GENERAL: dict[str, Any] = {**CLEAN, "civil_aid": [5], "enrol": 3}


@dataclass
class Phone:
    """Somebody's phone. `kind`: full (unlocked) or upload (locked, revoked)."""

    user: User
    kind: str = "full"
    id: UUID = field(default_factory=new_id)

    def __post_init__(self) -> None:
        made = enrol(self.user, self.id, "一部手机", "Android 10")
        self.token, self.upload = made.token, made.upload

    def sender(self) -> Sender:
        self.user = User.objects.get(pk=self.user.pk)
        return Sender(self.user, scope(self.user), self.kind, Device.objects.get(pk=self.id))

    def send(self, *items: dict[str, Any], batch: UUID | None = None) -> list[ItemReceipt]:
        return take_batch(self.sender(), Batch(batch or new_id(), self.id, items))

    def sealed(self, item: dict[str, Any]) -> dict[str, Any]:
        plain = orjson.dumps(item)
        box = seal(plain, UUID(str(item["item"])), self.id, current_key())
        return {"item": item["item"], "sealed": base64.b64encode(box).decode()}


def item(world: World, head: str, /, **changes: Any) -> dict[str, Any]:
    """A finished item of a household of the village, with clean answers; `changes`: answers, or parts of the item."""
    parts = {"base", "after", "completed", "confirmed", "raised", "round", "village", "household", "item"}
    made: dict[str, Any] = {
        "item": str(new_id()), "household_id": str(world.household(head).pk), "base": None,
        "answers": {**GENERAL, **{k: v for k, v in changes.items() if k not in parts}}, "completed": True,
        "confirmed": [], "raised": [], "answered_at": "2022-03-15T09:00:00+08:00",
    }  # fmt: skip
    return made | {k: v for k, v in changes.items() if k in parts}

"""Phones and what they sent, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from paicha.domain.households.models import Household
from paicha.domain.households.people import LABELS
from paicha.domain.sync.models import Device, RaisedItem, SyncItem
from paicha.domain.sync.receipts import ItemReceipt

_SKEW = 300  # seconds of clock difference that nobody need know of
STATUSES = {
    "stored": "收下了", "unchanged": "和已有的一样", "merged": "并进去了", "conflict": "两边填得不一样，请定",
    "held": "先存着", "refused": "没收下",
}  # fmt: skip
KINDS = {"problem": "问题", "petition": "信访", "change": "信息变更", "photo": "签字表照片",
    "member": "家庭成员",
}  # fmt: skip
_ACTS = {"add": "添上", "change": "改", "end": "已不在这一户："}


@dataclass(frozen=True, slots=True)
class Card:
    """A phone. `clock`: how far its clock is off, '' where it hardly is."""

    device: Device
    clock: str


def cards(devices: Iterable[Device]) -> list[Card]:
    """Phones as the pages show them."""
    return [Card(device, _clock(device.skew)) for device in devices]


def _clock(skew: int) -> str:
    if abs(skew) < _SKEW:
        return ""
    off = f"{abs(skew) // 60} 分钟" if abs(skew) < 7200 else f"{abs(skew) // 3600} 小时"
    return f"手机时间{'慢' if skew > 0 else '快'}了 {off}，请校准"


def heads(rows: Iterable[SyncItem | RaisedItem | ItemReceipt]) -> dict[object, str]:
    """Names of the households that rows are about, by their id."""
    wanted = {row.household for row in rows if row.household}
    return dict(Household.objects.filter(pk__in=wanted).values_list("pk", "head_name"))


def said(row: SyncItem) -> str:
    """Why an item was refused."""
    return "；".join(m["message"] for m in row.messages if m.get("message"))


def what(row: RaisedItem) -> str:
    """What was raised, in one line."""
    data = row.payload or {}
    if row.kind == "member":
        return f"{KINDS[row.kind]}：{_member(data)}"[:160]
    words = data.get("text") or data.get("demand") or data.get("new") or data.get("name") or ""
    return f"{KINDS.get(row.kind, row.kind)}：{str(words)[:80]}"


def _member(data: Mapping[str, Any]) -> str:
    """Somebody added, corrected or ended, with what is said of them."""
    now = data.get("now") or {}
    details = [f"{LABELS[name]}“{text}”" for name, text in now.items() if name in LABELS and name != "name"]
    whom = f"{_ACTS.get(data.get('act', ''), '')}{now.get('name') or data.get('name') or ''}"
    return "，".join((whom, *details))

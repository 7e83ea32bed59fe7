"""A member of a household as a phone adds, corrects or ends them → the register, field by field.

What holds: a field that only the phone changed is taken, one that others changed otherwise since waits for a person
who sees both; somebody added twice is one person; an identity number is refused and kept nowhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from paicha.core.catalogue import sentence
from paicha.core.identity import MARK, hide_identity, holds_identity
from paicha.core.normalise import name_key
from paicha.core.refusal import Refusal
from paicha.domain.households.members import DETAILS
from paicha.domain.households.models import Household, Member
from paicha.domain.households.people import (
    LABELS,
    Typed,
    add_member,
    bring_back,
    change_member,
    end_member,
    lock_people,
)
from paicha.domain.responses.services import VillageWork
from paicha.domain.sync.items import ItemError
from paicha.domain.sync.models import RaisedItem

FIELDS = ("name", "relation", *DETAILS)
GUARDED = ("member", "change")  # kinds that are about persons: no identity number goes in or is kept


@dataclass(frozen=True, slots=True)
class Rest:
    """What a person must decide of an item: the sentence that says it with its code, and the payload that waits."""

    code: str
    message: str
    payload: dict[str, Any]


def names_identity(kind: str, data: Mapping[str, Any]) -> bool:
    """Whether something raised about persons holds an identity number, or the mark of one that was hidden."""
    return kind in GUARDED and any(holds_identity(text) or MARK in text for text in _texts(data))


def without_identity(data: Mapping[str, Any]) -> dict[str, Any]:
    """The payload with a mark for every identity number."""
    return {
        name: without_identity(value) if isinstance(value, Mapping)
        else hide_identity(value, MARK) if isinstance(value, str) else value
        for name, value in data.items()
    }  # fmt: skip


def put_member(
    work: VillageWork, data: Mapping[str, Any], household: Household | None, id_: UUID, source: str
) -> tuple[str, Rest | None]:
    """Take one act in: (its audit subject, what of it waits). `id_`: of the raised item, an added person's own.

    `data`: act (add, change, end), `member`, `was` (what the phone showed), `now`. Raises Refusal.
    """
    if names_identity("member", data):
        raise Refusal("G14", label="家庭成员")
    was, now, act = _values(data, "was"), _values(data, "now"), data.get("act")
    if act == "add":
        if household is None or household.village_id != work.village.pk:
            raise ItemError("D39")
        lock_people(household)
        same = _same(household, now.get("name", ""))
        if same is None:
            made = add_member(household, Typed(now), source=source, id_=id_)
            return f"member:{made.pk}", None
        was, now = {}, {name: value for name, value in now.items() if value and name != "name"}
        return f"member:{same.pk}", _change(same, was, now, source)
    member = _find_member(work, data.get("member"))
    lock_people(member.household)
    member.refresh_from_db()
    subject = f"member:{member.pk}"
    if act == "end":
        if member.left_at is None:
            end_member(member, source=source)
        return subject, None
    if act != "change":
        raise ItemError("D05", place="家庭成员")
    if member.left_at is not None:
        if not data.get("left"):
            return subject, Rest("D40", sentence("D40", name=member.name), dict(data) | {"left": True})
        bring_back(member, source=source)
    return subject, _change(member, was, now, source)


def _change(member: Member, was: Mapping[str, str], now: Mapping[str, str], source: str) -> Rest | None:
    """Take what only the phone changed; what others changed otherwise meanwhile is the rest."""
    taken: dict[str, str] = {}
    differ: dict[str, str] = {}
    for name, value in now.items():
        here, before = getattr(member, name), was.get(name, "")
        if value in (before, here):
            continue
        (taken if here == before else differ)[name] = value
    if taken:
        change_member(member, Typed({name: getattr(member, name) for name in FIELDS} | taken), source=source)
    if not differ:
        return None
    here = {name: getattr(member, name) for name in differ}
    said = "；".join(
        sentence("D41", label=LABELS[name], here=here[name] or "空", phone=value or "空")
        for name, value in differ.items()
    )
    left = {"act": "change", "member": str(member.pk), "name": member.name, "was": here, "now": differ}
    return Rest("D41", f"{member.name}：{said}", left)


def _find_member(work: VillageWork, text: Any) -> Member:
    """The member that an item names, by their id or by the id of the item that added them. Raises ItemError."""
    try:
        id_ = UUID(str(text))
    except ValueError as error:
        raise ItemError("D39") from error
    found = _member(id_)
    if found is None:
        added = RaisedItem.objects.filter(pk=id_, kind="member").values_list("subject", flat=True).first()
        kind, _, became = (added or "").partition(":")
        found = _member(UUID(became)) if kind == "member" else None
    if found is None or found.household.village_id != work.village.pk:
        raise ItemError("D39")
    return found


def _member(id_: UUID) -> Member | None:
    return Member.objects.select_related("household").filter(pk=id_).first()


def _same(household: Household, name: str) -> Member | None:
    """Somebody of that name who is in the household already."""
    here = Member.objects.select_related("household").filter(household=household, left_at=None)
    return next((one for one in here.order_by("pk") if name_key(one.name) == name_key(name)), None)


def _values(data: Mapping[str, Any], part: str) -> dict[str, str]:
    given = data.get(part)
    if not isinstance(given, Mapping):
        return {}
    return {name: given[name].strip() for name in FIELDS if isinstance(given.get(name), str)}


def _texts(data: Mapping[str, Any]) -> list[str]:
    found = []
    for value in data.values():
        if isinstance(value, Mapping):
            found += _texts(value)
        elif isinstance(value, str):
            found.append(value)
    return found

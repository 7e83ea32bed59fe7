"""What was raised at the door: problems, petitions, changes of base information, photos, members of households.

What holds: each has its own id and is taken in once, whichever item or batch brings it; what may not go in now (a
village that has handed up, somebody who works elsewhere) is kept whole until a person of the village takes it or
says why not; what is wrong about it is said in the receipt and kept as well.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction

from paicha.core.catalogue import sentence
from paicha.core.pack import Pack
from paicha.core.refusal import Refusal
from paicha.domain.accounts.models import User
from paicha.domain.files.services import store_file
from paicha.domain.handover.copies import attach_within
from paicha.domain.households.models import Household
from paicha.domain.problems.petitions import note_petition
from paicha.domain.problems.services import ProblemListLocked, add_problem
from paicha.domain.responses.services import VillageWork
from paicha.domain.responses.services.base_changes import note_change
from paicha.domain.sync.answers import Line
from paicha.domain.sync.items import ItemError, photo_bytes
from paicha.domain.sync.members import Rest, names_identity, put_member, without_identity
from paicha.domain.sync.models import RaisedItem
from paicha.domain.sync.routing import NEVER
from paicha.domain.sync.waiting import RAISED, tell_raised

_STEPS = {"problem": ("rectification", "problem"), "petition": ("petition", "received")}


class RaisedError(Refusal):
    """What can't be taken in or dismissed."""


def take_raised(
    work: VillageWork, lines: Sequence[Line], user: User, device: UUID, source: str, level: str
) -> None:
    """Take in what the items of a village raised. Must run inside `work`'s transaction, after the answers.

    `level`: how far the person's right to raise reaches there; what the pack gives to a higher one waits for it.
    """
    wanted = {one.id: (line, one) for line in lines for one in line.item.raised}
    if not wanted:
        return
    known = set(RaisedItem.objects.filter(pk__in=wanted).values_list("pk", flat=True))
    for id_, (line, one) in wanted.items():
        if id_ in known:
            continue
        row = RaisedItem(
            id=id_, item=line.receipt.item, user=user, device=device, round=work.round, village=work.village,
            household=line.receipt.household, kind=one.kind, at=work.at, payload=one.payload(),
        )  # fmt: skip
        code = line.routed.hold or ("" if may_take(work.pack, row.kind, level) else "D37")
        if names_identity(one.kind, one.payload()):
            code, row.status, row.payload = "G14", RaisedItem.Status.REFUSED, without_identity(one.payload())
            row.message = sentence(code, label="这一项")
        elif code:
            row.status = RaisedItem.Status.REFUSED if code == NEVER else RaisedItem.Status.HELD
            row.message = sentence(code)
        else:
            code = _take(work, row, source)
        if code:
            severity = "note" if row.status == RaisedItem.Status.HELD else "hard"
            line.receipt.say(code, severity, row.message, raised=id_)
        row.save(force_insert=True)
    tell_raised(work)


def may_take(pack: Pack, kind: str, level: str) -> bool:
    """Whether the pack's procedures leave it to this level to enter what was raised (`Scope.reach`)."""
    return kind not in _STEPS or pack.schedule.reached_by(*_STEPS[kind], level)


def take_in(work: VillageWork, raised: RaisedItem, source: str) -> RaisedItem:
    """A person of the village takes in what waits. Raises RaisedError, and then it waits on."""
    fresh = _waiting(work, raised)
    _take(work, fresh, source)
    if fresh.status != RaisedItem.Status.STORED:
        raise RaisedError("G05", said=fresh.message)
    fresh.settled_at, fresh.settled_by = work.at, work.actor
    fresh.save()
    tell_raised(work)
    return fresh


def dismiss(work: VillageWork, raised: RaisedItem, reason: str) -> RaisedItem:
    """A person of the village doesn't take it, and says why. Raises RaisedError."""
    fresh = _waiting(work, raised)
    if not reason.strip():
        raise RaisedError("D26")
    fresh.status, fresh.reason = RaisedItem.Status.DISMISSED, reason.strip()[:200]
    fresh.settled_at, fresh.settled_by = work.at, work.actor
    fresh.save()
    tell_raised(work)
    return fresh


def _waiting(work: VillageWork, raised: RaisedItem) -> RaisedItem:
    rows = RaisedItem.objects.select_for_update().filter(round=work.round, village=work.village)
    fresh = rows.filter(RAISED, pk=raised.pk).first()
    if fresh is None:
        raise RaisedError("D27")
    return fresh


def _take(work: VillageWork, row: RaisedItem, source: str) -> str:
    """Put it where it belongs, or say on the row why it waits; the code of that sentence, '' where it is stored."""
    household = Household.objects.filter(pk=row.household).first() if row.household else None
    rest: Rest | None = None
    try:
        with transaction.atomic():
            if row.kind == "member":
                row.subject, rest = put_member(work, row.payload or {}, household, row.id, source)
            else:
                row.subject = _carry_out(
                    work, row.kind, row.payload or {}, household, source, str(row.user_id)
                )
    except ProblemListLocked as locked:
        row.status, row.message = RaisedItem.Status.HELD, str(locked)[:300]
        return locked.code
    except ValueError as error:
        refused = error if isinstance(error, Refusal) else ItemError("D05", place="提的这一条")
        row.status, row.message = RaisedItem.Status.REFUSED, str(refused)[:300]
        return refused.code
    if rest is not None:
        row.status, row.payload, row.message = RaisedItem.Status.HELD, rest.payload, rest.message[:300]
        return rest.code
    row.status, row.payload, row.message = RaisedItem.Status.STORED, None, ""
    return ""


def _carry_out(
    work: VillageWork, kind: str, data: Mapping[str, Any], household: Household | None, source: str, by: str
) -> str:
    """What it became, as its audit subject. Raises ValueError with the sentence."""
    match kind:
        case "problem":
            problem = add_problem(
                work, _number(data.get("type")), _text(data, "text"), source, household=household,
                measure=_text(data, "measure"), due_on=_day(data.get("due_on"), "整改时限"),
                owner=_text(data, "owner"),
            )  # fmt: skip
            return f"problem:{problem.pk}"
        case "petition":
            petition = note_petition(
                work, received_on=_day(data.get("received_on"), "收到日期") or work.days.today,
                from_whom=_text(data, "from_whom"), demand=_text(data, "demand"), household=household,
            )  # fmt: skip
            return f"petition:{petition.pk}"
        case "change":
            change = note_change(
                work,
                household,
                field=_text(data, "field"),
                old=_text(data, "old"),
                new=_text(data, "new"),
                person=_text(data, "person"),
            )
            return f"change:{change.pk}"
        case _:
            stored = store_file(_text(data, "name") or "照片.jpg", [photo_bytes(data)], by)
            return f"copy:{attach_within(work, _text(data, 'form'), stored).pk}"


def _text(data: Mapping[str, Any], name: str) -> str:
    value = data.get(name)
    return value if isinstance(value, str) else ""


def _number(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _day(value: Any, label: str) -> date | None:
    if value in (None, ""):
        return None
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        raise ItemError("D05", place=label) from error

"""Two households that are one are merged: the survivor keeps number and answers, the other leads to it.

What holds: nothing is deleted; the absorbed household is closed and keeps its revisions; what stands about it is the
survivor's; its answers fill what the survivor's leave blank, and what differs is a conflict that a person settles.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from paicha.core.pack import Pack
from paicha.domain.cases.carrying import going_procedures, planned_meeting
from paicha.domain.households.events import Destination, Kind, Past, record, remember
from paicha.domain.households.models import HouseholdEvent
from paicha.domain.households.services import add_people
from paicha.domain.life.act import Act, Asked, Home, open_act
from paicha.domain.life.closing import come_back, leave
from paicha.domain.life.errors import LifeError
from paicha.domain.life.rows import carry_all
from paicha.domain.responses.models import Finding, Revision
from paicha.domain.responses.services import VillageWork, raise_lead
from paicha.domain.responses.services.register_events import (
    answers_given,
    answers_in_force,
    held_answers_join,
    put_in_force,
    settle_listed,
    shared_answers,
    take_answers,
)
from paicha.domain.rounds.models import Round


def merge(round_: Round, pack: Pack, absorbed: UUID, survivor: UUID, asked: Asked) -> HouseholdEvent:
    """Merge a household into another, of the same village or of another. Raises LifeError.

    `asked.seen` is the absorbed household's mark.
    """
    if absorbed == survivor:
        raise LifeError("N17")
    with open_act(round_, pack, [absorbed, survivor], asked) as act:
        return absorb(act, act.homes[absorbed], act.homes[survivor], asked.reason.strip())


def absorb(act: Act, home: Home, other: Home, reason: str) -> HouseholdEvent:
    """Merge `home` into `other` within an act; both are locked."""
    entry = home.place
    _require(home, other)
    answers, form = answers_in_force(entry), entry.form
    event = record(
        home.household, Kind.MERGE, actor=act.actor, reason=reason, at=act.at, old=home.household.head_name,
        new=other.household.head_name, other=other.household.pk,
    )  # fmt: skip
    state: dict[str, Any] = leave(act, home) | {"past": other.household.past}
    _remember(other, home, form)
    to = Destination(other.household.pk, other.household.village_id)
    rows = state["rows"] = carry_all(home.work, home.household.pk, to)
    held_answers_join(home.work, rows, home.household.pk)
    shared = shared_answers(other.work, answers, other.place.form)
    if shared:
        before = other.place
        state["answers"] = take_answers(other.work, before, shared, act.source, _address(event), merge=True) | {
            "outcome": before.outcome, "revision": str(before.revision) if before.revision else None,
        }  # fmt: skip
    _raise_again(other.work, other.household.pk, state["findings"])
    event.state = state
    event.save(update_fields=["state"])
    act.note(event)
    act.tell([other.household.pk], rows)
    return event


def _require(home: Home, other: Home) -> None:
    other.require_open()
    names = home.household.head_name, other.household.head_name
    assert other.place is not None
    if going_procedures(home.household.pk) & going_procedures(other.household.pk):
        raise LifeError("N18", one=names[0], other=names[1])
    meeting = planned_meeting(home.household.pk) if home.work is not other.work else None
    if meeting is not None:
        raise LifeError("N07", head=names[0], meeting=str(meeting))


def _remember(other: Home, home: Home, form: str) -> None:
    """The survivor is known by where the absorbed stood, and by the forms that either was asked on."""
    mine, theirs = other.household, home.household
    group, past = mine.group, Past.of(theirs.past)
    for place, name in ((theirs.village.code, theirs.group), *past.places):
        mine.group = name
        remember(mine, code=place)
    mine.group = group
    for old in (form, *past.forms):
        if old != other.place.form:
            remember(mine, form=old)
    mine.save(update_fields=["past"])


def _address(event: HouseholdEvent) -> str:
    return f"并户 {event.pk}"


def undo_merge(act: Act, event: HouseholdEvent) -> None:
    """Both stand as they did, with what was added to the survivor since."""
    assert event.other_id is not None
    home, other, state = act.homes[event.household_id], act.homes[event.other_id], event.state
    other.require_open()
    back = Destination(home.household.pk, home.household.village_id)
    carry_all(other.work, other.household.pk, back, state.get("rows", {}))
    come_back(act, home, state)
    add_people(other.household, -state.get("more", 0))
    settle_listed(other.work, other.household.pk, _address(event))
    _take_out(act, other, state.get("answers"), event)
    act.tell([home.household.pk, other.household.pk], state.get("rows", {}))


def _take_out(act: Act, other: Home, became: Mapping[str, Any] | None, event: HouseholdEvent) -> None:
    """What the merging brought into the survivor's answers leaves again, unless somebody has answered since."""
    entry = other.place
    if became is None or became["before"] == became["after"] or entry.revision_number != became["after"]:
        return
    newest = Revision.objects.get(household=other.household, round=act.round, number=became["after"])
    if newest.address == _address(event):
        text = answers_given(became["revision"])
        put_in_force(other.work, entry, text, became["outcome"], act.source, f"撤销{_address(event)}")


def _raise_again(work: VillageWork, household: UUID, findings: Mapping[str, str]) -> None:
    """Leads that somebody brought about a merged household stand about the one that it became part of."""
    by_rule = {known.id: source for source, known in work.pack.lead_source.items()}
    open_ = [int(pk) for pk, state in findings.items() if state == Finding.State.OPEN]
    for rule, detail in Finding.objects.filter(pk__in=open_, rule__in=by_rule).values_list("rule", "detail"):
        for said in filter(None, detail.split("；")):
            raise_lead(work, household, by_rule[rule], said)

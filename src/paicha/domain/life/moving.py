"""A household moves to another group, or to another village of the register, with everything that stands about it.

What holds: number, key and revisions stay; the village that it leaves counts it no longer from the same moment on
that the other does; what was there of it is found from both (`Household.past`, `domain/intake/matching.py`).
"""

from __future__ import annotations

from uuid import UUID

from paicha.core.normalise import group as group_text
from paicha.core.pack import Pack
from paicha.domain.areas.models import Area
from paicha.domain.areas.services import add_groups
from paicha.domain.cases.carrying import planned_meeting
from paicha.domain.households.events import Destination, Kind, record, remember
from paicha.domain.households.models import HouseholdEvent
from paicha.domain.life.act import Act, Asked, Home, open_act
from paicha.domain.life.errors import LifeError
from paicha.domain.life.rows import carry_all
from paicha.domain.rounds.models import Round
from paicha.domain.rounds.services import move_entry


def move(
    round_: Round, pack: Pack, household: UUID, village: Area, group: str, asked: Asked
) -> HouseholdEvent:
    """Move a household to a village and group ('' for none). Raises LifeError."""
    with open_act(round_, pack, [household], asked, [village]) as act:
        home = act.homes[household]
        goal = _group(group)
        if home.household.village_id == village.pk and home.household.group == goal:
            raise LifeError("N06", head=home.household.head_name)
        entry = home.place
        state = {"group": home.household.group, "entry_group": entry.group}
        old, new = _place(home.household.village, home.household.group), _place(village, goal)
        made = record(
            home.household, Kind.MOVE, actor=act.actor, reason=asked.reason.strip(), at=act.at, old=old, new=new,
            state=state,
        )  # fmt: skip
        go(act, home, village, goal)
        act.note(made)
    return made


def go(act: Act, home: Home, village: Area, group: str) -> None:
    """Move what stands about a household; the villages are locked."""
    household, entry = home.household, home.place
    home.require_open()
    away = household.village_id != village.pk
    if away:
        target = act.works[village.pk]
        if target.locked:
            raise LifeError("N03", village=village.spoken)
        meeting = planned_meeting(household.pk)
        if meeting is not None:
            raise LifeError("N07", head=household.head_name, meeting=str(meeting))
    remember(household, code=household.village.code)
    household.village, household.group = village, group
    household.save(update_fields=["village", "group", "past"])
    if group:
        add_groups(village, {group})
    move_entry(entry, village, group)
    rows = {}
    if away:
        rows = carry_all(home.work, household.pk, Destination(household.pk, village.pk))
    act.tell([household.pk], rows)


def move_back(act: Act, event: HouseholdEvent) -> None:
    """Undo a move: the household goes back to where it was, with what was added since."""
    home = act.homes[event.household_id]
    assert event.village is not None
    go(act, home, event.village, str(event.state.get("group", "")))


def _group(text: str) -> str:
    return (group_text(text) or "") if text.strip() else ""


def _place(village: Area, group: str) -> str:
    named = f"{group}组" if group.isdigit() else group
    return f"{village.spoken}{named}"

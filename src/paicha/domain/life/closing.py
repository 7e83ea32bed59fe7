"""A household is closed, in history and in no total, and opened again as it was.

What holds: its answers, cases, measures and samples stay where they are; findings lapse and conflicts rest until it
comes back; a case that is going is ended first, by whoever may.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from paicha.core.pack import Pack
from paicha.domain.cases.carrying import going_procedures
from paicha.domain.handover.locks import apply_returns
from paicha.domain.handover.queries import open_returns
from paicha.domain.households.events import Kind, record, standing_events
from paicha.domain.households.models import HouseholdEvent
from paicha.domain.life.act import Act, Asked, Home, open_act
from paicha.domain.life.errors import LifeError
from paicha.domain.responses.services.register_events import leave_roster, return_to_roster
from paicha.domain.rounds.models import RosterEntry, Round
from paicha.domain.rounds.services import NewEntry, add_due

CAUSES = {"dead": "全户亡故", "away": "整户迁出本县", "abroad": "出国定居", "other": "其他"}


def close(round_: Round, pack: Pack, household: UUID, cause: str, asked: Asked) -> HouseholdEvent:
    """Close a household; `cause` of CAUSES. Raises LifeError."""
    if cause not in CAUSES:
        raise LifeError("N11", causes="、".join(CAUSES.values()))
    with open_act(round_, pack, [household], asked) as act:
        home = act.homes[household]
        require_no_case(home)
        state = leave(act, home)
        made = record(
            home.household, Kind.CLOSE, actor=act.actor, reason=asked.reason.strip(), at=act.at, new=CAUSES[cause],
            state=state,
        )  # fmt: skip
        act.note(made)
        act.tell([], {})
    return made


def reopen(round_: Round, pack: Pack, household: UUID, asked: Asked) -> HouseholdEvent:
    """Open a closed household again, as it was. Raises LifeError; one that was merged is undone instead."""
    with open_act(round_, pack, [household], asked) as act:
        home = act.homes[household]
        last = standing_events(household).first()
        if home.household.closed_at is None:
            raise LifeError("N12", head=home.household.head_name)
        if last is not None and last.kind in (Kind.MERGE, Kind.SPLIT):
            raise LifeError("N13", head=home.household.head_name)
        state = last.state if last is not None and last.kind == Kind.CLOSE else {}
        made = record(home.household, Kind.REOPEN, actor=act.actor, reason=asked.reason.strip(), at=act.at)
        come_back(act, home, state)
        act.note(made)
        act.tell([household], {})
    return made


def require_no_case(home: Home) -> None:
    """Raise LifeError where a case of the household is going."""
    if going_procedures(home.household.pk):
        raise LifeError("N14", head=home.household.head_name)


def leave(act: Act, home: Home) -> dict[str, Any]:
    """Take a household out of the round and close it; what `come_back` needs."""
    entry = home.place
    home.require_open()
    state = leave_roster(home.work, entry)
    home.household.closed_at = act.at
    home.household.save(update_fields=["closed_at"])
    home.entry = None
    return state


def come_back(act: Act, home: Home, state: dict[str, Any]) -> RosterEntry | None:
    """Open a household again, as `leave` found it; in a later round it is due. Its place in the round."""
    home.require_open()
    home.household.closed_at = None
    home.household.save(update_fields=["closed_at"])
    if state.get("round") == act.round.pk:
        home.entry = return_to_roster(home.work, home.household.pk, state)
        if home.entry.reopened:  # what it came back for may be done by now
            work = home.work
            apply_returns(work, open_returns(act.round, work.village.pk), otherwise=work.summary.status)
            home.entry.refresh_from_db(fields=["reopened"])
    elif home.entry is None:
        form = next((c.form for c in act.pack.classes if c.name == home.household.household_class), None)
        if form is None:
            raise LifeError("N15")
        add_due(
            act.round,
            home.work.village,
            [NewEntry(home.household.pk, form, home.household.group, None, None, 0)],
        )
        home.entry = RosterEntry.objects.get(round=act.round, household=home.household)
    return home.entry


def undo_close(act: Act, event: HouseholdEvent) -> None:
    """The household is open again, as it was."""
    come_back(act, act.homes[event.household_id], event.state)
    act.tell([event.household_id], {})


def undo_reopen(act: Act, event: HouseholdEvent) -> None:
    """The household is closed again; the closing before keeps what is there now."""
    home = act.homes[event.household_id]
    require_no_case(home)
    state = leave(act, home)
    closing = standing_events(event.household_id).filter(kind=Kind.CLOSE).first()
    if closing is not None:
        closing.state = state
        closing.save(update_fields=["state"])
    act.tell([], {})

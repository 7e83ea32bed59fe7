"""A wrong class is corrected: the household goes to the form of the right one, with its answers of the same name.

What holds (forms, Traps): the other answers stay in the old revision and are listed as to be asked; where the new
form's hard rules refuse what is left the household is due, and its answers wait as the clerk's draft.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from paicha.core.pack import Pack
from paicha.domain.households.events import Kind, record, remember
from paicha.domain.households.models import HouseholdEvent
from paicha.domain.life.act import Act, Asked, Home, open_act
from paicha.domain.life.closing import require_no_case
from paicha.domain.life.errors import LifeError
from paicha.domain.responses.services.drafts import drop_draft
from paicha.domain.responses.services.register_events import (
    answers_given,
    answers_in_force,
    open_questions,
    put_in_force,
    shared_answers,
    take_answers,
)
from paicha.domain.responses.services.withdraw import withdraw_all
from paicha.domain.rounds.models import Round
from paicha.domain.rounds.services import entry_state


def reclass(round_: Round, pack: Pack, household: UUID, class_: str, asked: Asked) -> HouseholdEvent:
    """Correct a household's class. Its event's state lists what is to be asked (`open`). Raises LifeError."""
    wanted = next((one for one in pack.classes if one.name == class_), None)
    if wanted is None:
        raise LifeError("N15")
    with open_act(round_, pack, [household], asked) as act:
        home = act.homes[household]
        entry = home.place
        home.require_open()
        require_no_case(home)
        old = home.household.household_class
        if old == class_ and entry.form == wanted.form:
            raise LifeError("N16", head=home.household.head_name, label=wanted.label)
        state: dict[str, Any] = {"class": old, "round": round_.pk, "entry": entry_state(entry)}
        state |= _change(act, home, class_, wanted.form)
        made = record(
            home.household, Kind.CLASS, actor=act.actor, reason=asked.reason.strip(), at=act.at, old=old, new=class_,
            state=state,
        )  # fmt: skip
        act.note(made)
        act.tell([household], {})
    return made


def _change(act: Act, home: Home, class_: str, form: str) -> dict[str, Any]:
    """Give a household another class and form; what became of its answers."""
    entry, household = home.place, home.household
    answers = answers_in_force(entry)
    remember(household, form=entry.form)
    household.household_class = class_
    household.save(update_fields=["household_class", "past"])
    entry.form = form
    entry.save(update_fields=["form"])
    home.work.changed = True
    if not answers:
        return {"status": "none", "before": entry.revision_number, "after": entry.revision_number}
    shared = shared_answers(home.work, answers, form)
    became = take_answers(home.work, entry, shared, act.source, "更正类别", merge=False)
    if became["status"] == "refused":
        withdraw_all(home.work, [entry], act.source, "更正类别")
        became["after"] = entry.revision_number + 1
    became["open"] = open_questions(home.work, shared, form)
    return became


def undo_reclass(act: Act, event: HouseholdEvent) -> None:
    """The old class and form again; answers given since to questions that both have stay."""
    home, state = act.homes[event.household_id], event.state
    entry, household = home.place, home.household
    home.require_open()
    since = answers_in_force(entry) if entry.revision_number != state["after"] else {}
    outcome = entry.outcome
    remember(household, form=entry.form)
    household.household_class = state["class"]
    household.save(update_fields=["household_class", "past"])
    if state["round"] != act.round.pk:
        form = next((c.form for c in act.pack.classes if c.name == state["class"]), entry.form)
        _change(act, home, state["class"], form)
        return
    was = state["entry"]
    entry.form = was["form"]
    entry.save(update_fields=["form"])
    drop_draft(home.work, str(household.pk))
    home.work.changed = True
    if was["revision"] is not None:
        old = answers_given(was["revision"])
        put_in_force(
            home.work, entry, old | shared_answers(home.work, since, was["form"]),
            outcome if since else was["outcome"], act.source, "撤销更正类别",
        )  # fmt: skip
    elif since:
        shared = shared_answers(home.work, since, was["form"])
        if (
            take_answers(home.work, entry, shared, act.source, "撤销更正类别", merge=False)["status"]
            == "refused"
        ):
            withdraw_all(home.work, [entry], act.source, "撤销更正类别")
    act.tell([household.pk], {})

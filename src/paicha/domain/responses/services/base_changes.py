"""Changes of base information of a village: noted, ticked once entered into the national system, unticked.

Why here: the changes belong to the register, which stands below the village's transaction and its summary row.
What holds: the facts `changes_open`, `changes_all` and `changes_since` (how many were noted on each day and wait)
are what lists above the village add up. There is no write path to the national system: the tick is a person's
word. What waits for three days is shown to village and town (notice, 2(四); mechanism).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

from paicha.core.identity import holds_identity
from paicha.core.refusal import Refusal, text_field
from paicha.domain.audit.services import Entry, village_chain
from paicha.domain.households import services as households
from paicha.domain.households.models import BaseChange, Household
from paicha.domain.responses.village_facts import VillageFacts, due_facts, overdue
from paicha.domain.responses.work import VillageWork, record_facts

LATE_DAYS = 3


class ChangeError(Refusal):
    """A change or a tick that can't be taken as given."""


def note_change(
    work: VillageWork, household: Household | None, *, field: str, old: str, new: str, person: str = ""
) -> BaseChange:
    """Note a change of a household, of a `person` of it, or of the village itself. Raises ChangeError, Refusal."""
    known = BaseChange.FIELDS[:3] if household is not None else BaseChange.FIELDS[3:]
    if field not in known or not new.strip():
        raise ChangeError("C17")
    text_field("原来的情况", old, 100)
    text_field("现在的情况", new, 100)
    whom = text_field("姓名", person, 40) if household is not None else ""
    if any(map(holds_identity, (whom, old, new))):
        raise ChangeError("G14", label="这一项")
    change = households.note_change(
        work.village, household, field=field, old=old, new=new, actor=work.actor, person=whom
    )
    tell_changes(work)
    return change


def mark_entered(
    work: VillageWork, ids: Collection[int] | None = None, groups: Collection[str] | None = None
) -> int:
    """Tick changes as entered: some of the village, or with None all that wait; returns how many.

    `groups`: of households of these groups alone.
    """
    rows = BaseChange.objects.select_for_update(of=("self",)).filter(village=work.village, entered_on=None)
    if ids is not None:
        rows = rows.filter(pk__in=list(ids))
    if groups is not None:
        rows = rows.filter(household__group__in=groups)
    ticked = list(rows.order_by("pk"))
    households.mark_entered(ticked, actor=work.actor)
    for change in ticked:
        _note(work, "change.entered", change)
    tell_changes(work)
    return len(ticked)


def unmark(work: VillageWork, change: BaseChange) -> None:
    """Take one's own tick back, in one step. Raises ChangeError."""
    fresh = BaseChange.objects.select_for_update().filter(village=work.village, pk=change.pk).first()
    if fresh is None or fresh.entered_on is None:
        raise ChangeError("C18")
    if fresh.entered_by != work.actor:
        raise ChangeError("C19")
    households.unmark_entered(fresh)
    _note(work, "change.unmark", fresh)
    tell_changes(work)


def waiting_long(fact: VillageFacts, today: date) -> int:
    """How many changes of a village have waited for three days or more, by its summary row's facts."""
    return overdue(fact.changes_since_on, today - timedelta(days=LATE_DAYS - 1))


def tell_changes(work: VillageWork) -> None:
    """Tell the summary row which changes wait to be entered."""
    rows = list(BaseChange.objects.filter(village=work.village).values_list("noted_on", "entered_on"))
    waiting = [noted_on for noted_on, entered_on in rows if entered_on is None]
    record_facts(
        work, changes_open=len(waiting), changes_all=len(rows), **due_facts("changes_since", waiting)
    )


def _note(work: VillageWork, action: str, change: BaseChange) -> None:
    chain = village_chain(work.village.pk)
    work.note(Entry(chain, work.actor, action, f"change:{change.pk}"), recount=False)

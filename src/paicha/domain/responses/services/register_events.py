"""What of a household's answers goes along with a register event: to another village or household, out, and back.

What holds: a revision is never changed, so it stays on the chain of the village where it was given, and the roster
names it wherever the household stands; a household that leaves the roster counts nowhere, and everything that was
open about it is as it was once it comes back.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from paicha.domain.households.events import Destination, Ids, carry, joined
from paicha.domain.responses.findings.rescreen import rescreen
from paicha.domain.responses.models import Conflict, Draft, Finding, HeldRevision
from paicha.domain.responses.work import VillageWork, record_facts
from paicha.domain.rounds.models import RosterEntry
from paicha.domain.rounds.services import entry_state, remove_entries, restore_entry


def carry_answers(work: VillageWork, source: UUID, to: Destination, only: Ids | None = None) -> Ids:
    """What waits and what was typed goes along; with a household that only moves, its findings and conflicts, too.

    `work`: of either village. `only`: the rows that went along once, on their way back.
    """
    tables: list[QuerySet[Any]] = [
        HeldRevision.objects.filter(round=work.round, taken_at=None),
        Draft.objects.filter(round=work.round).exclude(_typed_there(to)),
    ]
    if source == to.household:
        tables += [
            Finding.objects.filter(round=work.round),
            Conflict.objects.filter(round=work.round, settled_at=None),
        ]
    wanted = only if only is not None else {}
    return joined(
        carry(rows, source, to, None if only is None else wanted.get(rows.model._meta.label_lower, []))
        for rows in tables
    )


def _typed_there(to: Destination) -> Exists:
    """The author has a draft at the destination already, under the same place."""
    same = Draft.objects.filter(round=OuterRef("round"), village=to.village, author=OuterRef("author"))
    return Exists(same.filter(device=OuterRef("device"), place=OuterRef("place")).exclude(pk=OuterRef("pk")))


def leave_roster(work: VillageWork, entry: RosterEntry) -> dict[str, Any]:
    """Take a household out of the round; what `return_to_roster` needs. Its findings lapse, its conflicts rest."""
    findings = Finding.objects.filter(round=work.round, household=entry.household_id)
    stood = findings.exclude(state=Finding.State.LAPSED)
    conflicts = Conflict.objects.filter(round=work.round, household=entry.household_id, settled_at=None)
    state = {
        "entry": entry_state(entry),
        "findings": {str(pk): kept for pk, kept in stood.values_list("pk", "state")},
        "conflicts": list(conflicts.values_list("pk", flat=True)),
    }
    stood.update(state=Finding.State.LAPSED)
    conflicts.update(settled_at=work.at, settled_by=work.actor)
    remove_entries([entry.pk])
    work.changed = True
    return state


def return_to_roster(work: VillageWork, household: UUID, state: Mapping[str, Any]) -> RosterEntry:
    """Put a household back as `leave_roster` found it, and screen it again."""
    entry = restore_entry(work.round, work.village, household, state["entry"])
    by_state: dict[str, list[int]] = {}
    for pk, kept in state["findings"].items():
        by_state.setdefault(kept, []).append(int(pk))
    rows = Finding.objects.filter(round=work.round, household=household, state=Finding.State.LAPSED)
    for kept, ids in by_state.items():
        rows.filter(pk__in=ids).update(state=kept)
    again = Conflict.objects.filter(pk__in=state["conflicts"], household=household)
    again.update(settled_at=None, settled_by="")
    work.changed = True
    rescreen(work, {household})
    return entry


def tell_answers(work: VillageWork) -> None:
    """Tell the summary row what waits and what is typed in the village, after rows came or went."""
    authors: dict[str, int] = {}
    for author in Draft.objects.filter(round=work.round, village=work.village).values_list(
        "author", flat=True
    ):
        authors[author] = authors.get(author, 0) + 1
    held = HeldRevision.objects.filter(round=work.round, village=work.village, taken_at=None)
    record_facts(work, drafts=authors, held=held.count())

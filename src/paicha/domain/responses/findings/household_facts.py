"""Facts of a household that upper apps tell the rules: deliberated, enrolment_started, measures, the last round's.

Why: the rules ask for them (S14, S15, S18, S33), and the apps that know them stand above this one. What holds:
facts travel down as data on the roster entry; a household whose facts change is screened again at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from paicha.domain import bulk
from paicha.domain.responses.findings.rescreen import rescreen
from paicha.domain.responses.rules.facts import fact_schema
from paicha.domain.responses.work import VillageWork
from paicha.domain.rounds.models import RosterEntry


def record_household_facts(work: VillageWork, household: UUID, **facts: Any) -> None:
    """Set facts of a household in this round (None takes one back) and screen it again.

    Must run inside `work`'s transaction; does nothing where nothing changes. Raises RosterEntry.DoesNotExist
    for a household that is not of this village and round, and ValueError for a fact the pack doesn't know.
    """
    unknown = set(facts) - set(fact_schema(work.pack))
    if unknown:
        raise ValueError(f"the pack has no such fact: {sorted(unknown)}")
    entry = RosterEntry.objects.select_for_update().get(
        round=work.round, village=work.village, household_id=household
    )
    known = dict(entry.facts or {}) | facts
    known = {name: value for name, value in known.items() if value is not None}
    if known == (entry.facts or {}):
        return
    entry.facts = known or None
    entry.save(update_fields=["facts"])
    work.changed = True
    rescreen(work, {household})


def record_facts_of_households(work: VillageWork, told: Mapping[UUID, Mapping[str, Any]]) -> None:
    """As `record_household_facts` for many households of the village at once; those not on its roster are left out.

    Sets facts alone, takes none back. Two statements, and a screening of those that were answered.
    """
    entries = RosterEntry.objects.select_for_update().filter(round=work.round, village=work.village)
    rows, answered = [], set()
    for pk, household, facts, revision in entries.values_list("pk", "household_id", "facts", "revision"):
        known = dict(facts or {})
        if household in told and (after := {**known, **told[household]}) != known:
            rows.append((after, pk))
            if revision is not None:
                answered.add(household)
    bulk.update(RosterEntry, ("facts",), rows)
    work.changed = work.changed or bool(rows)
    if answered:
        rescreen(work, answered)

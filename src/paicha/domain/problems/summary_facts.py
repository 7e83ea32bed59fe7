"""What the summary row is told of problems and petitions, so that no page counts their rows.

The facts and what they mean: `responses.village_facts`.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

from paicha.domain.problems.levels import checked_by
from paicha.domain.problems.models import Petition, Problem
from paicha.domain.problems.queries import MEASURES, required_fields
from paicha.domain.responses.services import VillageWork, record_facts
from paicha.domain.responses.village_facts import due_facts

_IN_FORCE = ("open", "done", "closed")


def told_problems(work: VillageWork) -> int:
    """Tell the summary row how the village's problems stand; returns `problem_rows`. One query."""
    rows = Problem.objects.filter(round=work.round, village=work.village, status__in=_IN_FORCE)
    by = Counter[str]()
    due: list[date] = []
    needed = required_fields(work.pack)
    for row in rows.values("found_by", "status", *MEASURES):
        by["listed"] += 1
        by[row["status"]] += 1
        by["rows"] += row["found_by"] == Problem.Level.VILLAGE
        if row["status"] == Problem.Status.OPEN:
            by["lacking"] += not all(row[name] for name in needed)
            due += [row["due_on"]] if row["due_on"] else []
        elif row["status"] == Problem.Status.DONE:
            by_town = checked_by(work.pack, row["found_by"]) == Problem.Level.TOWN
            by["recheck" if by_town else "recheck_city"] += 1
    facts: dict[str, Any] = {
        "problem_rows": by["rows"], "problems_listed": by["listed"], "problems_open": by["open"],
        "problems_lacking": by["lacking"], "problems_recheck": by["recheck"],
        "problems_recheck_city": by["recheck_city"], "problems_closed": by["closed"],
    }  # fmt: skip
    record_facts(work, **facts, **due_facts("problems_due", due))
    return by["rows"]


def told_petitions(work: VillageWork) -> None:
    """Tell the summary row which petitions wait for a reply. One query."""
    rows = Petition.objects.filter(round=work.round, village=work.village)
    of: Counter[str] = Counter()
    due: list[date] = []
    every = 0
    for household, replied, due_on in rows.values_list("household_id", "replied_on", "due_on"):
        every += 1
        if household:
            of[str(household)] += 1
        due += [due_on] if replied is None else []
    record_facts(
        work, petitions_open=len(due), petitions_all=every, petitions_of=dict(sorted(of.items())),
        **due_facts("petitions_due", due),
    )  # fmt: skip

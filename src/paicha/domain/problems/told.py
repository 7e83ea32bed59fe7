"""What the summary row is told of problems and petitions, so that no page counts their rows.

Facts: `problem_rows` (form 4, S25: what the village found and did not withdraw), `problems_listed` (all in
force), `problems_open`, `problems_lacking` (open without measure, limit or owner), `problems_recheck` and
`problems_recheck_city` (done, waiting for the town or for the city), `problems_closed`, `problems_due` (earliest
limit of an open one) and `problems_due_on` {day: open ones due}; `petitions_open`, `petitions_all`,
`petitions_due`, `petitions_due_on`, and `petitions_of` {household: entries}, which the recount compares with
the answers.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

from paicha.domain.problems.models import Petition, Problem
from paicha.domain.responses.due import due_facts
from paicha.domain.responses.services import VillageWork, record_facts

_IN_FORCE = ("open", "done", "closed")


def told_problems(work: VillageWork) -> int:
    """Tell the summary row how the village's problems stand; returns `problem_rows`. One query."""
    rows = Problem.objects.filter(round=work.round, village=work.village, status__in=_IN_FORCE)
    by = Counter[str]()
    due: list[date] = []
    listed = rows.values_list("found_by", "status", "measure", "due_on", "owner")
    for found_by, status, measure, due_on, owner in listed:
        by["listed"] += 1
        by[status] += 1
        by["rows"] += found_by == Problem.Level.VILLAGE
        if status == Problem.Status.OPEN:
            by["lacking"] += not (measure and due_on and owner)
            due += [due_on] if due_on else []
        elif status == Problem.Status.DONE:
            by["recheck" if found_by == Problem.Level.VILLAGE else "recheck_city"] += 1
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

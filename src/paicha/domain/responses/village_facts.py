"""What apps above tell about a village in a round, fact by fact: who owns it and what it means.

Why as data of the summary row: lists of villages add these up, so that no page counts an upper app's rows, and a
pack's village rules ask for them by name (`problem_rows`, `no_answers_form5`). What holds: `record_facts` alone
writes them, in the village's transaction and only under these names; a fact that nobody has told yet reads as its
default. Days are ISO texts; '…_on' {day: how many fall due on it}, so that lateness changes by the calendar alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any, Self


@dataclass(frozen=True, slots=True, kw_only=True)
class VillageFacts:
    """The facts of a village's summary row (`VillageSummary.fact`)."""

    # Of answers (responses)
    drafts: Mapping[str, int] = field(default_factory=dict)  # {author: what they typed and did not save}
    planned: Mapping[str, Mapping[str, int]] = field(
        default_factory=dict
    )  # {group: {day or '': visits planned}}
    held: int = 0  # rows that came after the hand-up and wait
    no_answers_form5: int = 0  # points of form 5 with a 否
    stages_over: list[str] = field(default_factory=list)  # stages whose end the rules have seen
    changes_open: int = 0  # changes of base information not entered yet
    changes_all: int = 0
    changes_since: str | None = None  # the first day of one that waits
    changes_since_on: Mapping[str, int] = field(default_factory=dict)

    # Of the roster (responses)
    roster_groups: Sequence[str] | None = None  # groups with a household; None: not counted yet

    # Of phones (sync)
    field_refused: int = 0  # refused items that a person must look at
    field_raised: int = 0  # what was raised at the door and waits

    # Of cases
    cases: Mapping[str, int] = field(default_factory=dict)  # {procedure.step: going}
    cases_open: Mapping[str, str] = field(
        default_factory=dict
    )  # {procedure.step: first day one can be passed}
    cases_due: str | None = None  # the first day on which a step is due
    enrolled: int = 0  # newly enrolled this round
    objections: int = 0  # not answered yet
    meetings_planned: int = 0
    meeting_on: str | None = None  # the last one held
    measured: int = 0  # watched households with a measure
    enrolled_unhelped: int = 0  # enrolled since, without one
    grid_last: Mapping[str, str] = field(default_factory=dict)  # {group: last weekly round, '' without}
    alert: int = 0  # many new risk households at once: how many
    alert_on: str | None = None  # since when that many

    # Of problems and petitions
    problem_rows: int | None = None  # form 4: what the village found and did not withdraw; None: no list yet
    problems_listed: int = 0  # all in force
    problems_open: int = 0
    problems_lacking: int = 0  # open without what the pack wants of measure, limit and owner
    problems_recheck: int = 0  # done, waiting for the town
    problems_recheck_city: int = 0  # done, waiting for the city
    problems_closed: int = 0
    problems_due: str | None = None
    problems_due_on: Mapping[str, int] = field(default_factory=dict)
    problems_reminded: str = ""  # the day of the last reminder
    petitions_open: int = 0  # without a reply
    petitions_all: int = 0
    petitions_of: Mapping[str, int] = field(default_factory=dict)  # {household: entries}
    petitions_due: str | None = None
    petitions_due_on: Mapping[str, int] = field(default_factory=dict)

    # Of questions to departments (referrals)
    referrals_open: int = 0
    referrals_answered: int = 0
    referrals_due: str | None = None
    referrals_due_on: Mapping[str, int] = field(default_factory=dict)

    # Of verification
    audit_begun: int = 0  # 1 once the town looks at what was handed up
    audited: str = ""  # the result: passed, visit
    audited_for: str = ""  # of which hand-up
    enquiries_open: int = 0
    enquiries_answered: int = 0  # answered, not looked at yet
    visits_planned: int = 0
    visits_done: int = 0
    visit_on: str = ""  # the next one planned
    cross_check: str = ""  # needed, planned, done
    reinterviewed: int = 0  # households the city asked again
    reinterviews_differ: int = 0  # of these, with other answers
    spot_check_no: int = 0  # points of the city's spot check with a 否

    # Of the ledger (handover)
    returns_open: int = 0  # rows and forms that came back and are not done
    signed_copies: Mapping[str, int] = field(default_factory=dict)  # {form: copies kept}

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Self:
        """The facts as a summary row keeps them; what a later version no longer knows is left out."""
        return cls(**{name: value for name, value in told.items() if value is not None and name in NAMES})


NAMES = frozenset(one.name for one in fields(VillageFacts))


def due_facts(name: str, days: Iterable[date]) -> dict[str, Any]:
    """`name`: the earliest day (ISO) or None; `name`_on: {day: how many}. For `record_facts`."""
    counted = Counter(day.isoformat() for day in days)
    return {name: min(counted, default=None), f"{name}_on": dict(sorted(counted.items()))}


def overdue(due_on: Mapping[str, int], today: date) -> int:
    """How many fell due before today, of {day: how many}."""
    return sum(n for day, n in due_on.items() if day < today.isoformat())

"""Adding up village summary rows: every figure above a household is one of these sums.

Why: nothing on a page counts households. What holds: a figure here equals the number of rows that
`Selection` picks with the same words, so that a number on the screen opens into exactly its rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db.models import Q

from paicha.core.pack import Pack
from paicha.domain.responses.models import VillageSummary

DONE, DUE = "done", "due"
Counts = Mapping[str, Mapping[str, int]]


def outcome_key(outcome: int | None) -> str:
    """How a summary's counts name a roster entry's outcome; one that nobody has answered for is `DUE`."""
    return DUE if outcome is None else str(outcome)


@dataclass(frozen=True, slots=True)
class Selection:
    """Households of a round by form and by how the visit ended.

    `outcome`: '' all, 'done' met, 'due' still due (not answered, or stays due), 'blank' not answered at all,
    or the number of one outcome.
    """

    form: str = ""
    outcome: str = ""

    def keys(self, pack: Pack) -> frozenset[str] | None:
        """The outcomes as the summary's counts name them; None for all."""
        if not self.outcome:
            return None
        if self.outcome == DONE:
            return frozenset(map(str, pack.met_by))
        if self.outcome == DUE:
            return frozenset({DUE, *map(str, pack.due_by)})
        return frozenset({DUE if self.outcome == "blank" else self.outcome})

    def count(self, pack: Pack, counts: Counts) -> int:
        """How many households of these counts it picks."""
        keys = self.keys(pack)
        return sum(
            n
            for form, by in counts.items()
            if not self.form or form == self.form
            for outcome, n in by.items()
            if keys is None or outcome in keys
        )

    def condition(self, pack: Pack) -> Q:
        """The same as a filter on roster entries."""
        found = Q(form=self.form) if self.form else Q()
        keys = self.keys(pack)
        if keys is None:
            return found
        ended = Q(outcome__in=sorted(int(key) for key in keys if key != DUE))
        return found & (ended | Q(outcome__isnull=True) if DUE in keys else ended)


def done(pack: Pack, counts: Counts) -> dict[str, int]:
    """Households met (outcomes 1–3), by form: form 4's 排查户数."""
    return {form: Selection(form, DONE).count(pack, counts) for form in pack.household_forms}


def due(pack: Pack, counts: Counts) -> int:
    """Households still due: not answered, or answered with an outcome that stays due."""
    return Selection(outcome=DUE).count(pack, counts)


@dataclass(slots=True)
class Tally:
    """Figures of one village or of many. `by_form`: form → (met, on the roster)."""

    villages: int = 0
    households: int = 0
    done: int = 0
    due: int = 0
    added: int = 0
    people: int = 0
    open_leads: int = 0
    decided: int = 0
    soft: int = 0
    office: int = 0
    conflicts: int = 0
    problems: int = 0
    by_form: dict[str, tuple[int, int]] = field(default_factory=dict)
    waiting: dict[int, int] = field(default_factory=dict)  # outcome that stays due → households
    leads: Counter[str] = field(default_factory=Counter)  # rule → open findings

    @property
    def blank(self) -> int:
        """Not answered at all."""
        return self.due - sum(self.waiting.values())

    @property
    def gone(self) -> int:
        """Neither met nor due: empty, moved away."""
        return self.households - self.done - self.due

    @property
    def leads_per_hundred(self) -> float:
        """Open leads per hundred households, to a tenth; one that has any is never 0.0."""
        if not self.households or not self.open_leads:
            return 0.0
        return max(0.1, round(100 * self.open_leads / self.households, 1))

    @property
    def percent(self) -> int:
        """Met or gone, of all: whole percent, 100 only when nobody is due."""
        if not self.households:
            return 0
        return 100 if not self.due else int(100 * (self.households - self.due) / self.households)


def tally(pack: Pack, summaries: Iterable[VillageSummary]) -> Tally:
    """Add up summary rows of a round of `pack`."""
    total = Tally()
    for summary in summaries:
        add_counts(total, pack, summary.counts)
        figures = summary.figures
        total.villages += 1
        total.added += summary.added
        total.people += figures.get("people", 0)
        total.open_leads += figures.get("open_leads", 0)
        total.decided += figures.get("decided", 0)
        total.soft += figures.get("soft", 0)
        total.office += figures.get("office", 0)
        total.conflicts += figures.get("conflicts", 0)
        total.problems += summary.fact.problem_rows or 0
        total.leads.update(summary.leads)
    return total


def add_up(tallies: Iterable[Tally]) -> Tally:
    """The sum of tallies, which stay as they are."""
    total = Tally()
    for one in tallies:
        for name in _SUMMED:
            setattr(total, name, getattr(total, name) + getattr(one, name))
        for form, (met, listed) in one.by_form.items():
            had = total.by_form.get(form, (0, 0))
            total.by_form[form] = (had[0] + met, had[1] + listed)
        for outcome, n in one.waiting.items():
            total.waiting[outcome] = total.waiting.get(outcome, 0) + n
        total.leads.update(one.leads)
    return total


_SUMMED = (
    "villages", "households", "done", "due", "added", "people", "open_leads", "decided", "soft", "office",
    "conflicts", "problems",
)  # fmt: skip


def add_counts(total: Tally, pack: Pack, counts: Counts) -> None:
    """Add households by form and outcome to `total`."""
    total.households += Selection().count(pack, counts)
    total.due += Selection(outcome=DUE).count(pack, counts)
    for form in pack.household_forms:
        met = Selection(form, DONE).count(pack, counts)
        had = total.by_form.get(form, (0, 0))
        total.by_form[form] = (had[0] + met, had[1] + Selection(form).count(pack, counts))
        total.done += met
    for outcome in pack.due_by:
        more = Selection(outcome=str(outcome)).count(pack, counts)
        total.waiting[outcome] = total.waiting.get(outcome, 0) + more


def has_rows(summary: VillageSummary) -> bool:
    """Whether there is anything to survey: residents' committees without rural households take no part."""
    return bool(summary.counts) or bool(summary.profile)


def none_monitored(pack: Pack, summary: VillageSummary) -> bool:
    """零监测户村: no household of the watched class on the roster, or the rule that asks for a cross-check says so.

    The one definition, for first pages, tables, cross-checks, samples and the bulletin alike.
    """
    if not has_rows(summary):
        return False
    asking = {rule.id for rule in pack.rules if rule.asks == "cross_check"}
    on_roster = Selection(pack.watched.form).count(pack, summary.counts)
    return not on_roster or bool(asking & set(summary.leads))


def household_leads(pack: Pack, summary: VillageSummary) -> int:
    """Open leads on households; what a village's own rules say of it is not among them."""
    own = {rule.id for rule in pack.rules if rule.scope == "village"}
    return sum(n for rule, n in summary.leads.items() if rule not in own)

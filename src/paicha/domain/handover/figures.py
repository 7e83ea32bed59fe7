"""A village's figures of form 4, counted: the same function for what is handed up and for what is shown.

What holds: figures come from households by form and outcome, the profile, the number of problems, and what the
remark says; nothing is typed but the note that people add to the remark. So a frozen row and a live row can be
compared figure by figure, and what differs was changed after the hand-up.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from paicha.core.pack import Pack
from paicha.domain.accounts.policies import code_range
from paicha.domain.handover.models import StatisticsNote
from paicha.domain.responses.models import VillageSummary
from paicha.domain.responses.summary.tallies import DONE, Selection

COUNTED = ("profile", "surveyed", "problems")
Counts = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Sources:
    """What the figures of a village are counted from. `enrolled`: newly enrolled in this round; `note`: typed."""

    counts: Counts
    profile: Mapping[str, Any]
    problems: int
    enrolled: int = 0
    note: str = ""


def sources_of(summary: VillageSummary | None, note: str = "") -> Sources:
    """The sources as a village's summary row holds them."""
    if summary is None:
        return Sources({}, {}, 0, 0, note)
    fact = summary.fact
    return Sources(summary.counts, summary.profile, fact.problem_rows or 0, fact.enrolled, note)


def figures_of(pack: Pack, sources: Sources) -> dict[str, Any]:
    """Form 4's figures of a village by name: those that are counted, and the remark. {} without such a form."""
    values: dict[str, Any] = {}
    for figure in pack.statistics.figures if pack.statistics else ():
        match figure.source:
            case "profile":
                values[figure.name] = sources.profile.get(figure.question or "")
            case "surveyed":
                values[figure.name] = Selection(figure.form or "", DONE).count(pack, sources.counts)
            case "problems":
                values[figure.name] = sources.problems
            case "remark":
                values[figure.name] = remark(pack, sources)
    return values


def remark(pack: Pack, sources: Sources) -> str | None:
    """What stays due, by how the visit ended; how many were newly enrolled; then what people added."""
    said = []
    for outcome, words in sorted(pack.outcome.remarks.items()):
        n = Selection(outcome=str(outcome)).count(pack, sources.counts)
        if n:
            said.append(words.format(n=n))
    form = pack.statistics
    if form is not None and form.enrolled_remark and sources.enrolled:
        said.append(form.enrolled_remark.format(n=sources.enrolled))
    if sources.note:
        said.append(sources.note)
    return "，".join(said) or None


def sums(pack: Pack, rows: Collection[Mapping[str, Any]]) -> dict[str, int | None]:
    """The counted figures of several rows added up; a figure that no row knows stays None."""
    total: dict[str, int | None] = {}
    for figure in pack.statistics.figures if pack.statistics else ():
        if figure.source in COUNTED:
            known = [value for row in rows if isinstance(value := row.get(figure.name), int)]
            total[figure.name] = sum(known) if known else None
    return total


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure that is no longer what was handed up."""

    name: str
    label: str
    handed_up: Any
    now: Any


def differences(pack: Pack, frozen: Mapping[str, Any], live: Mapping[str, Any]) -> list[Difference]:
    """Counted figures that differ, in the order of the form."""
    found = []
    for figure in pack.statistics.figures if pack.statistics else ():
        if figure.source in COUNTED and frozen.get(figure.name) != live.get(figure.name):
            label = f"{figure.group}{figure.label}" if figure.group else figure.label
            found.append(Difference(figure.name, label, frozen.get(figure.name), live.get(figure.name)))
    return found


def notes(round_id: int, prefix: str) -> dict[str, str]:
    """What people added to the remark, by village code, below a code prefix; one query."""
    low, high = code_range(prefix)
    rows = StatisticsNote.objects.filter(round=round_id, code__gte=low, code__lt=high).order_by("pk")
    return dict(rows.values_list("code", "text"))

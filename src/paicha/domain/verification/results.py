"""What the re-interviews of a sample say: question by question, how often village and household differ.

What holds: each figure is told by the interviews that stand behind it (`rows`), weighted by one over the exact
probability with which the household was drawn; households that nobody met, and answers that one side left blank, are
in no figure.
"""

from __future__ import annotations

from dataclasses import dataclass

from paicha.core.pack import Pack
from paicha.core.sampling import Estimate, estimate
from paicha.domain.verification.interviews import title_of
from paicha.domain.verification.models import Interview, Sample

ANY = "any"  # a household that differs on any question


@dataclass(frozen=True, slots=True)
class QuestionResult:
    """One line: a question (or ANY), and the share of the county's households on which the two sides differ."""

    question: str
    title: str
    estimate: Estimate


def interviews_of(sample: Sample) -> list[Interview]:
    """The re-interviews of a sample with their households and villages, in the order of the draw; one query."""
    rows = Interview.objects.filter(sampled__sample=sample)
    return list(rows.select_related("sampled__household", "sampled__village").order_by("sampled__position"))


def results(pack: Pack, interviews: list[Interview]) -> list[QuestionResult]:
    """Every compared question in the pack's order, after the line for any of them; empty before the first."""
    compared = [(i.sampled.probability, i.compared) for i in interviews if i.compared]
    names = {name for _, listed in compared for name in listed}
    lines = []
    overall = estimate([(chance, any(listed.values())) for chance, listed in compared])
    if overall is not None:
        lines.append(QuestionResult(ANY, "有任何一项不一致", overall))
    for name, question in pack.questions.items():
        found = (
            estimate([(chance, listed[name]) for chance, listed in compared if name in listed])
            if name in names
            else None
        )
        if found is not None:
            lines.append(QuestionResult(name, title_of(question), found))
    return lines


def behind(interviews: list[Interview], question: str, differing: bool) -> list[Interview]:
    """The interviews that a figure counts: those compared on a question, or of them those that differ."""
    if question == ANY:
        return [i for i in interviews if i.compared and (i.differs or not differing)]
    return [i for i in interviews if question in i.compared and (i.compared[question] or not differing)]

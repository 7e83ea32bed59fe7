"""Reading the problem list and petitions: a village's entries, how many each village has, a page of many."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from paicha.domain.problems.models import Petition, Problem, ProblemStep
from paicha.domain.rounds.models import Round


def problems_in_force(round_: Round, village_id: int) -> list[Problem]:
    """A village's own entries that are not withdrawn (form 3), by type and in the order of writing."""
    return [p for p in problems_listed(round_, [village_id]) if p.found_by == Problem.Level.VILLAGE]


def problems_listed(
    round_: Round,
    village_ids: Collection[int],
    chosen: Q | None = None,
    groups: Collection[str] | None = None,
) -> list[Problem]:
    """Entries of some villages whoever found them, village by village, by type, in the order of writing.

    `chosen` narrows; without it all that are in force. `groups`: of households of these groups alone.
    """
    rows: QuerySet[Problem] = Problem.objects.filter(round=round_, village_id__in=village_ids)
    rows = rows.filter(chosen) if chosen is not None else rows.exclude(status=Problem.Status.WITHDRAWN)
    if groups is not None:
        rows = rows.filter(household__group__in=groups)
    return list(rows.select_related("household", "village__parent").order_by("village__code", "type", "pk"))


def problem_counts(round_: Round, village_ids: Iterable[int] | None = None) -> dict[int, int]:
    """The villages' own entries in force by village (its area's id), in one query; without any: left out."""
    listed = Problem.objects.filter(round=round_, found_by=Problem.Level.VILLAGE).exclude(
        status=Problem.Status.WITHDRAWN
    )
    if village_ids is not None:
        listed = listed.filter(village_id__in=list(village_ids))
    rows = listed.order_by("village_id").values_list("village_id").annotate(n=Count("pk"))
    return dict(rows)


def lacking() -> Q:
    """Open, and without measure, limit or owner."""
    return Q(status=Problem.Status.OPEN) & (Q(measure="") | Q(due_on=None) | Q(owner=""))


def steps_of(problem: Problem) -> list[ProblemStep]:
    """What was done about a problem, newest first."""
    return list(ProblemStep.objects.filter(problem=problem).order_by("-pk"))


def petitions_listed(
    round_: Round,
    village_ids: Collection[int],
    state: str,
    today: date,
    groups: Collection[str] | None = None,
) -> list[Petition]:
    """Petitions of some villages: `state` open, late, replied or all; those due first stand first."""
    rows = Petition.objects.filter(round=round_, village_id__in=village_ids)
    if state in ("open", "late"):
        rows = rows.filter(replied_on=None)
    if state == "late":
        rows = rows.filter(due_on__lt=today)
    if state == "replied":
        rows = rows.exclude(replied_on=None)
    if groups is not None:
        rows = rows.filter(household__group__in=groups)
    return list(
        rows.select_related("household", "village__parent", "problem").order_by(
            "village__code", "due_on", "pk"
        )
    )


def missing_of(problem: Problem) -> tuple[str, ...]:
    """Which of measure, limit and owner a problem still lacks (notice: every problem has all three)."""
    parts = (("整改措施", problem.measure), ("整改时限", problem.due_on), ("整改责任人", problem.owner))
    return tuple(label for label, value in parts if not value)


def problems_of(round_: Round, household: UUID) -> list[Problem]:
    """A household's problems in force, newest first."""
    rows = Problem.objects.filter(round=round_, household_id=household).exclude(
        status=Problem.Status.WITHDRAWN
    )
    return list(rows.order_by("-pk"))


def petitions_of(round_: Round, household: UUID) -> list[Petition]:
    """A household's petitions, newest first."""
    return list(Petition.objects.filter(round=round_, household_id=household).order_by("-pk"))

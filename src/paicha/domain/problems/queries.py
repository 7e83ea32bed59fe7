"""Reading the problem list: a village's entries, and how many each village has."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Count

from paicha.domain.problems.models import Problem
from paicha.domain.rounds.models import Round


def problems_in_force(round_: Round, village_id: int) -> list[Problem]:
    """Entries of a village that are not withdrawn, by type and in the order in which they were written."""
    listed = Problem.objects.filter(round=round_, village_id=village_id).exclude(
        status=Problem.Status.WITHDRAWN
    )
    return list(listed.select_related("household").order_by("type", "pk"))


def problem_counts(round_: Round, village_ids: Iterable[int] | None = None) -> dict[int, int]:
    """Entries in force by village (its area's id), in one query; villages without any are left out."""
    listed = Problem.objects.filter(round=round_).exclude(status=Problem.Status.WITHDRAWN)
    if village_ids is not None:
        listed = listed.filter(village_id__in=list(village_ids))
    rows = listed.order_by("village_id").values_list("village_id").annotate(n=Count("pk"))
    return dict(rows)


def missing_of(problem: Problem) -> tuple[str, ...]:
    """Which of measure, limit and owner a problem still lacks (notice: every problem has all three)."""
    parts = (("整改措施", problem.measure), ("整改时限", problem.due_on), ("整改责任人", problem.owner))
    return tuple(label for label, value in parts if not value)

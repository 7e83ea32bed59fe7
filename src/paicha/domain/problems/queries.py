"""Reading the problem list and petitions: a village's entries, how many each village has, a page of many."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from functools import reduce
from operator import or_
from uuid import UUID

from django.db.models import Q, QuerySet

from paicha.core.pack import Pack
from paicha.domain.problems.models import Petition, Problem, ProblemStep
from paicha.domain.rounds.models import Round

MEASURES = {"measure": "整改措施", "due_on": "整改时限", "owner": "整改责任人"}


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


def problems_saying(round_: Round, seen: Q, pack: Pack, text: str, at_most: int) -> list[Problem]:
    """Entries in force whose words, or whose type, hold a text; `seen`: where somebody may look. The newest first.

    Read along the villages that are seen: a county has some thousand entries.
    """
    listed = pack.problem_list.types if pack.problem_list else ()
    types = [kind.number for kind in listed if text in kind.label]
    rows = Problem.objects.filter(seen, round=round_).exclude(status=Problem.Status.WITHDRAWN)
    rows = rows.filter(Q(text__contains=text) | Q(type__in=types)).select_related("household", "village")
    return list(rows.order_by("-pk")[:at_most])


def lacking(pack: Pack) -> Q:
    """Open, and without something that `wanted` names."""
    empty = {"measure": Q(measure=""), "due_on": Q(due_on=None), "owner": Q(owner="")}
    nothing = Q(pk__in=[])
    return Q(status=Problem.Status.OPEN) & reduce(
        or_, (empty[name] for name in required_fields(pack)), nothing
    )


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


def required_fields(pack: Pack) -> dict[str, str]:
    """What every problem must have, field → label: by the pack's step `measure`, by the notice all three."""
    return pack.schedule.required("rectification", "measure", MEASURES)


def missing_of(pack: Pack, problem: Problem) -> tuple[str, ...]:
    """Which of measure, limit and owner a problem still lacks, in words."""
    return tuple(label for name, label in required_fields(pack).items() if not getattr(problem, name))


def problems_of(round_: Round, household: UUID) -> list[Problem]:
    """A household's problems in force, newest first."""
    rows = Problem.objects.filter(round=round_, household_id=household).exclude(
        status=Problem.Status.WITHDRAWN
    )
    return list(rows.order_by("-pk"))


def petitions_of(round_: Round, household: UUID) -> list[Petition]:
    """A household's petitions, newest first."""
    return list(Petition.objects.filter(round=round_, household_id=household).order_by("-pk"))

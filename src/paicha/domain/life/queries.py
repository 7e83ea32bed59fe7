"""What a person is told before a register event, and of those that were: what goes along, what can be undone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import CharField, Count, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Cast

from paicha.domain.accounts.models import User
from paicha.domain.accounts.policies import Scope
from paicha.domain.accounts.roles import Verb
from paicha.domain.areas.models import Group
from paicha.domain.cases.models import Case, Measure
from paicha.domain.households.events import UNDOABLE
from paicha.domain.households.models import BaseChange, HouseholdEvent
from paicha.domain.problems.models import Petition, Problem
from paicha.domain.referrals.models import Referral
from paicha.domain.responses.models import Conflict, Finding, HeldRevision, Revision
from paicha.domain.rounds.models import Round, RoundArea
from paicha.domain.verification.models import SampleHousehold


@dataclass(frozen=True, slots=True)
class History:
    """A household's register events, the newest first. `mark`: changes with each (`events.mark_of`)."""

    events: Sequence[HouseholdEvent]
    mark: int

    @property
    def undoable(self) -> int | None:
        """The event that may be undone now: the newest that stands; None without one."""
        return next((e.pk for e in self.events if is_standing(e)), None)


def is_standing(event: HouseholdEvent) -> bool:
    """Whether an event is one that can be undone, and was not."""
    return event.kind in UNDOABLE and event.village_id is not None and event.undone_at is None


def history(household: UUID) -> History:
    """Events of a household, or with it, with the names of who did and undid them (`actor_name`, `undone_by_name`,
    None for whoever has no account); one query."""
    rows = HouseholdEvent.objects.filter(Q(household=household) | Q(other=household))
    people = User.objects.annotate(text=Cast("pk", CharField()))
    named = {
        f"{which}_name": Subquery(people.filter(text=OuterRef(which)).values("name")[:1])
        for which in ("actor", "undone_by")
    }
    events = list(rows.select_related("household", "other").annotate(**named).order_by("-pk"))
    return History(events, sum(2 if event.undone_at is None else 3 for event in events))


def going_along(round_: Round, household: UUID) -> dict[str, int]:
    """What stands about a household, by what it is called; one query."""
    of: dict[str, QuerySet[Any]] = {
        "答案（稿）": Revision.objects.filter(round=round_),
        "线索": Finding.objects.filter(round=round_, severity="lead").exclude(state="lapsed"),
        "两边不一致": Conflict.objects.filter(round=round_, settled_at=None),
        "先存着的": HeldRevision.objects.filter(round=round_, taken_at=None),
        "研判": Case.objects.all(),
        "帮扶措施": Measure.objects.filter(withdrawn_at=None),
        "问题": Problem.objects.filter(round=round_).exclude(status="withdrawn"),
        "信访": Petition.objects.filter(round=round_),
        "部门核实": Referral.objects.filter(round=round_, withdrawn_at=None),
        "信息变更": BaseChange.objects.all(),
        "抽查": SampleHousehold.objects.filter(sample__round=round_),
    }
    arms = [
        rows.filter(household=household).order_by().annotate(what=Value(name, CharField())).values("what")
        .annotate(n=Count("pk")).values_list("what", "n")
        for name, rows in of.items()
    ]  # fmt: skip
    found = dict(arms[0].union(*arms[1:], all=True))
    return {name: found[name] for name in of if found.get(name)}


def villages_kept(scope: Scope, round_: Round) -> list[RoundArea]:
    """The villages whose register a person keeps, by code; one query."""
    rows = RoundArea.objects.filter(round=round_, level__in=("village", "residents"))
    return list(scope.narrow(rows, Verb.KEEP_REGISTER, village="code").order_by("code"))


def groups_of(village_id: int) -> list[str]:
    """The groups that a village has; one query."""
    return sorted(Group.objects.filter(village=village_id).values_list("name", flat=True))

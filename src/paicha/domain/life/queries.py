"""What a person is told before a register event, and of those that were: what goes along, what can be undone."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import CharField, Count, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Cast

from paicha.domain.accounts.models import User
from paicha.domain.accounts.policies import Scope
from paicha.domain.accounts.roles import Verb
from paicha.domain.areas.models import Group
from paicha.domain.cases.models import Case, Measure
from paicha.domain.households.events import UNDOABLE, Ids
from paicha.domain.households.models import BaseChange, HouseholdEvent, Member
from paicha.domain.problems.models import Petition, Problem
from paicha.domain.referrals.models import Referral
from paicha.domain.responses.models import Conflict, Finding, HeldRevision, Revision, VillageSummary
from paicha.domain.rounds.models import Round, RoundArea
from paicha.domain.verification.models import SampleHousehold

_TABLES = {
    "households.member": "成员", "cases.measure": "帮扶", "problems.problem": "问题", "problems.petition": "信访",
}  # fmt: skip


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


@dataclass(frozen=True, slots=True)
class About:
    """What stands about a household: how many of each kind; what may go along with a part, as ('table:id', words)."""

    counts: dict[str, int]
    choices: list[tuple[str, str]]


def what_stands(round_: Round, household: UUID) -> About:
    """What goes along with a household; one query."""
    of: dict[str, QuerySet[Any]] = {
        "答案": Revision.objects.filter(round=round_),
        "线索": Finding.objects.filter(round=round_, severity="lead").exclude(state="lapsed"),
        "两边不一致": Conflict.objects.filter(round=round_, settled_at=None),
        "先存着的": HeldRevision.objects.filter(round=round_, taken_at=None),
        "研判": Case.objects.all(),
        "帮扶措施": Measure.objects.filter(withdrawn_at=None),
        "问题": Problem.objects.filter(round=round_).exclude(status="withdrawn"),
        "信访": Petition.objects.filter(round=round_),
        "部门核实": Referral.objects.filter(round=round_, withdrawn_at=None),
        "成员": Member.objects.filter(left_at=None),
        "信息变更": BaseChange.objects.all(),
        "抽查": SampleHousehold.objects.filter(sample__round=round_),
    }
    text = CharField()
    counts = [
        rows.filter(household=household).order_by().annotate(what=Value(name, text), words=Value("", text))
        .values("what", "words").annotate(n=Cast(Count("pk"), text)).values_list("what", "n", "words")
        for name, rows in of.items()
    ]  # fmt: skip
    choices = [
        rows.filter(household=household).order_by().annotate(
            what=Value(table, text), n=Cast("pk", text), words=F(column)
        ).values_list("what", "n", "words")
        for table, (column, rows) in _parts(round_).items()
    ]  # fmt: skip
    read = list(counts[0].union(*counts[1:], *choices, all=True))
    numbers = {what: int(n) for what, n, _ in read if what in of}
    listed = [
        (f"{what}:{n}", f"{_TABLES[what]} {words[:30]}") for what, n, words in sorted(read) if what in _TABLES
    ]
    return About({name: numbers[name] for name in of if numbers.get(name)}, listed)


def _parts(round_: Round) -> dict[str, tuple[str, QuerySet[Any]]]:
    """What may go along with a part: by table the column that tells a row, and the rows."""
    return {
        "households.member": ("name", Member.objects.filter(left_at=None)),
        "cases.measure": ("policy", Measure.objects.filter(withdrawn_at=None)),
        "problems.problem": ("text", Problem.objects.filter(round=round_).exclude(status="withdrawn")),
        "problems.petition": ("demand", Petition.objects.filter(round=round_)),
    }


def rows_chosen(keys: Sequence[str]) -> Ids:
    """Keys of `About.choices` as rows by table; others are left out."""
    found: Ids = {}
    for key in keys:
        table, _, pk = key.partition(":")
        if table in _TABLES and pk:
            found.setdefault(table, []).append(pk)
    return found


def villages_kept(scope: Scope, round_: Round) -> list[RoundArea]:
    """The villages whose register a person keeps, by code; one query."""
    rows = RoundArea.objects.filter(round=round_, level__in=("village", "residents"))
    return list(scope.narrow(rows, Verb.KEEP_REGISTER, village="code").order_by("code"))


def any_handed_up(round_: Round, codes: Collection[str]) -> bool:
    """Whether one of these villages has handed up; one query."""
    up = VillageSummary.Status.HANDED_UP
    return VillageSummary.objects.filter(round=round_, status=up, code__in=list(codes)).exists()


def groups_of(village_id: int) -> list[str]:
    """The groups that a village has; one query."""
    return sorted(Group.objects.filter(village=village_id).values_list("name", flat=True))

"""What has been built on a household's answers since a moment: why an upload leaves it where it is taken back.

What holds: a thing counts where it was made after the answers; each says in a few words what it is. One query a kind
for a whole village, whatever its size.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Model, Q

from paicha.domain import clock
from paicha.domain.accounts.models import Assignment
from paicha.domain.accounts.roles import Kind
from paicha.domain.areas.models import Area, Group
from paicha.domain.cases.models import Case, GridRound, Measure
from paicha.domain.handover.models import Correction
from paicha.domain.households.models import BaseChange, Household, HouseholdEvent
from paicha.domain.problems.models import Petition, Problem
from paicha.domain.referrals.models import ComparisonRow, Referral
from paicha.domain.responses.models import Conflict, Finding
from paicha.domain.responses.services import VillageWork
from paicha.domain.rounds.models import PlannedVisit, RosterEntry
from paicha.domain.verification.models import Enquiry, SampleHousehold, VisitHousehold

# What, when it was made, in words.
_KINDS: tuple[tuple[type[Model], str, str], ...] = (
    (Finding, "decided_at", "线索或要说明的已有人处理"),
    (Case, "opened_at", "已进入程序"),
    (Measure, "noted_at", "已登记帮扶措施"),
    (GridRound, "noted_at", "已有日常排查记录"),
    (Problem, "at", "已列入问题清单"),
    (Petition, "at", "已登记信访"),
    (Referral, "sent_at", "已请部门核实"),
    (ComparisonRow, "lead_at", "名单比对已列为线索"),
    (Enquiry, "at", "镇里已来问"),
    (VisitHousehold, "visit__made_at", "已列入实地核实"),
    (SampleHousehold, "sample__drawn_at", "已被抽中"),
    (BaseChange, "noted_on", "已登记信息变更"),
    (HouseholdEvent, "at", "登记有变动（户主、类别、迁移、分户、并户、销户）"),
    (Correction, "at", "上报后更正过"),
    (Conflict, "at", "别人填得不一样，等人来定"),
)
_BY_GROUP: tuple[type[Model], ...] = (RosterEntry, PlannedVisit, GridRound)
_AT_ONCE = 500


def built_on(work: VillageWork, since: Mapping[UUID, datetime], upload: UUID) -> dict[UUID, str]:
    """Of these households of `work`'s village, each with when its answers came, those on which something rests."""
    found: dict[UUID, str] = {}
    for model, when, words in _KINDS:
        for household, at in _made_since(model, when, since, upload):
            if household not in found and at >= _day(since[household], at):
                found[household] = words
    return found


def groups_in_use(village: Area, names: Collection[str]) -> set[str]:
    """Which of these groups of a village a household, the plan, a grid worker's rounds or somebody's work rests on."""
    there = {"village": village, "group__in": names}
    households = Household.objects.filter(**there).exclude(events__kind=HouseholdEvent.Kind.TAKE_BACK)
    used: set[str] = set()
    for rows in (households, *(model._default_manager.filter(**there) for model in _BY_GROUP)):
        used.update(rows.values_list("group", flat=True))
    ids = {
        str(pk): name
        for pk, name in Group.objects.filter(village=village, name__in=names).values_list("pk", "name")
    }
    worked = Assignment.objects.filter(kind=Kind.GROUP, ref__in=ids).values_list("ref", flat=True)
    return used | {ids[ref] for ref in worked}


def _made_since(
    model: type[Model], when: str, since: Mapping[UUID, datetime], upload: UUID
) -> Iterator[tuple[UUID, Any]]:
    households = list(since)
    for start in range(0, len(households), _AT_ONCE):
        some = households[start : start + _AT_ONCE]
        first = min(since[household] for household in some)
        begin = first.astimezone(clock.SHANGHAI).date() if when == "noted_on" else first
        asked = Q(household__in=some) & Q(**{f"{when}__gte": begin})
        if model is Conflict:
            asked &= ~Q(upload=upload)
        elif model is HouseholdEvent:
            asked &= Q(undone_at=None)
        yield from model._default_manager.filter(asked).values_list("household_id", when)


def _day(since: datetime, at: Any) -> Any:
    """`since` as what it is compared with: a moment, or its day."""
    return since if isinstance(at, datetime) else since.astimezone(clock.SHANGHAI).date()

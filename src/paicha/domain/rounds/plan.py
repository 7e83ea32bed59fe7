"""A village's plan for its days: who surveys which group when, how many households that makes, a first proposal.

Why: ten days and 350 households need a plan that can be read at a glance. What holds: several visits of a group
share evenly what is still due there, the days that have passed take no share; nothing here counts households, the
caller says how many are due in each group.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction

from paicha.core.pack import Pack
from paicha.core.refusal import Refusal, text_field
from paicha.domain import clock
from paicha.domain.areas.models import Area
from paicha.domain.audit.services import Entry, append, village_chain
from paicha.domain.households.queries import UNGROUPED
from paicha.domain.rounds.models import PlannedVisit, Round
from paicha.domain.rounds.queries import StageState, stages

Line = tuple[str, str, date | None]
"""(group, surveyor, day) of a visit; no day: whenever there is time."""

_NAME = 40
_AFTER_THE_END = 6  # days to choose from once the stage is over


class PlanError(Refusal):
    """A plan that can't be taken as given."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A planned visit. `first` and `due`: its share of the group's households still due, by their order."""

    group: str
    surveyor: str
    on: date | None
    first: int
    due: int


def survey_stage(round_: Round, pack: Pack, code: str) -> StageState:
    """The stage in which villages survey."""
    listed = stages(round_, pack, code=code)
    return next((stage for stage in listed if stage.level == "village"), listed[0])


def plan_days(round_: Round, pack: Pack, code: str) -> list[date]:
    """The days that a visit may be planned on: from today, or the opening, to the stage's deadline."""
    start = max(clock.today(), round_.opens_on)
    end = survey_stage(round_, pack, code).deadline
    if end < start:
        end = start + timedelta(days=_AFTER_THE_END)
    return [start + timedelta(days=n) for n in range((end - start).days + 1)]


def planned_lines(round_: Round, village: int, groups: Iterable[str] | None = None) -> list[Line]:
    """The plan of a village (of some of its groups), by day. One query."""
    rows = PlannedVisit.objects.filter(round=round_, village=village)
    if groups is not None:
        rows = rows.filter(group__in=list(groups))
    listed = list(rows.values_list("group", "surveyor", "on"))
    return sorted(listed, key=lambda line: (line[2] or date.max, line[1], line[0]))


def share_out(lines: Sequence[Line], due: Mapping[str, int]) -> list[Visit]:
    """The visits with their shares: what is due in a group is split evenly over its visits from today on."""
    today = clock.today()
    ahead = Counter(group for group, _, on in lines if on is None or on >= today)
    begun: Counter[str] = Counter()
    taken: Counter[str] = Counter()
    visits = []
    for group, surveyor, on in lines:
        share = 0
        if ahead[group] and (on is None or on >= today):
            base, more = divmod(due.get(group, 0), ahead[group])
            share = base + (begun[group] < more)
            begun[group] += 1
        visits.append(Visit(group, surveyor, on, taken[group], share))
        taken[group] += share
    return visits


def planned_for(
    round_: Round,
    village: int,
    due: Mapping[str, int],
    *,
    on: date,
    surveyor: str = "",
    groups: Iterable[str] | None = None,
) -> list[Visit]:
    """Today's (or another day's) visits of a village, of one surveyor or of some groups. One query."""
    visits = share_out(planned_lines(round_, village, groups), due)
    return [v for v in visits if v.on == on and (not surveyor or v.surveyor == surveyor)]


def plan_fact(lines: Sequence[Line]) -> dict[str, dict[str, int]]:
    """The plan as a village's summary row keeps it: group → day ('' for none) → visits; names stay out."""
    found: dict[str, dict[str, int]] = {}
    for group, _, on in lines:
        by = found.setdefault(group, {})
        key = on.isoformat() if on else ""
        by[key] = by.get(key, 0) + 1
    return found


def planned_today(fact: Mapping[str, Mapping[str, int]], due: Mapping[str, int]) -> dict[str, int]:
    """Households planned for today in each group, from `plan_fact`: the shares of `shared`, added up."""
    today = clock.today().isoformat()
    found = {}
    for group, by in fact.items():
        ahead = sum(n for day, n in by.items() if not day or day >= today)
        mine = by.get(today, 0)
        if mine:
            base, more = divmod(due.get(group, 0), ahead)
            found[group] = base * mine + min(mine, more)  # today's come first, and take what is left over
    return {group: n for group, n in found.items() if n}


def per_day(pack: Pack) -> int:
    """How many households one person may do a day before somebody asks (V38); 0: the pack has no such check."""
    check = next((c for c in pack.named_checks if c.check == "same_answers"), None)
    return int(check.number("per_day")) if check else 0


def propose(
    due: Mapping[str, int], surveyors: Mapping[str, Sequence[str]], days: Sequence[date], at_most: int
) -> list[Line]:
    """A plan for groups: each by its own people, the emptiest of their days first, at most `at_most` a day each.

    Groups without people, or with nothing due, are left out; where the days don't suffice, days hold more.
    """
    load: Counter[tuple[str, date]] = Counter()
    lines: list[Line] = []
    for group in sorted(due, key=lambda group: -due[group]):
        people = surveyors.get(group, ())
        left = due[group]
        if not people or not days or not left:
            continue
        pieces = -(-left // at_most) if at_most else 1
        for piece in range(pieces):
            share = left // pieces + (piece < left % pieces)
            who, day = min(
                ((person, day) for person in people for day in days),
                key=lambda slot: (load[slot] + share > at_most > 0, slot[1], load[slot]),
            )
            if load[who, day] + share > at_most > 0:  # full everywhere: the emptiest day
                who, day = min(((p, d) for p in people for d in days), key=lambda slot: (load[slot], slot[1]))
            load[who, day] += share
            lines.append((group, who, day))
    return lines


def plan_visits(
    round_: Round,
    pack: Pack,
    village: Area,
    plan: Mapping[str, Sequence[tuple[str, date | None]]],
    actor: str,
) -> int:
    """Set the visits of groups: group → (surveyor, day) each; none takes the group off the plan.

    Groups not named keep what is planned. Returns how many visits changed. Raises PlanError.
    """
    first, last = round_.opens_on, plan_days(round_, pack, village.code)[-1]
    for group, visits in plan.items():
        for surveyor, day in visits:
            _check(group, surveyor.strip(), day, first, last)
    return _set(round_, village, plan, actor)


@transaction.atomic
def _set(
    round_: Round, village: Area, plan: Mapping[str, Sequence[tuple[str, date | None]]], actor: str
) -> int:
    known: dict[str, list[PlannedVisit]] = {}
    rows = PlannedVisit.objects.select_for_update().filter(
        round=round_, village=village, group__in=list(plan)
    )
    for row in rows:
        known.setdefault(row.group, []).append(row)
    gone, fresh = [], []
    for group, visits in plan.items():
        wanted = Counter((surveyor.strip(), day) for surveyor, day in visits)
        for row in known.get(group, []):
            if wanted[row.surveyor, row.on]:
                wanted[row.surveyor, row.on] -= 1
            else:
                gone.append(row.pk)
        fresh += [
            PlannedVisit(round=round_, village=village, group=group, surveyor=surveyor, on=day)
            for (surveyor, day), n in wanted.items()
            if n > 0
        ]
    PlannedVisit.objects.filter(pk__in=gone).delete()
    PlannedVisit.objects.bulk_create(fresh)
    changed = max(len(gone), len(fresh))
    if changed:
        append([Entry(village_chain(village.pk), actor, "plan.set", f"round:{round_.pk}", count=changed)])
    return changed


def _check(group: str, surveyor: str, day: date | None, first: date, last: date) -> None:
    name = f"{group}组" if group.isdecimal() else group or UNGROUPED
    if not surveyor:
        raise PlanError("T01", name=name)
    text_field(f"{name}的排查人员", surveyor, _NAME)
    if day is not None and not first <= day <= last:
        raise PlanError("T02", name=name, day=_spoken(day), first=_spoken(first), last=_spoken(last))


def _spoken(day: date) -> str:
    return f"{day.month}月{day.day}日"


def hand_to(round_: Round, village: Area, old: str, new: str, actor: str) -> int:
    """Give every coming visit of one surveyor to another; returns how many. Raises PlanError."""
    clean = new.strip()
    if not clean or len(clean) > _NAME:
        raise PlanError("T03")
    with transaction.atomic():
        rows = PlannedVisit.objects.filter(round=round_, village=village, surveyor=old)
        changed = rows.exclude(on__lt=clock.today()).update(surveyor=clean)
        if changed:
            subject = f"round:{round_.pk}"
            append([Entry(village_chain(village.pk), actor, "plan.hand_to", subject, count=changed)])
    return changed

"""Reading cases, meetings, measures and rounds for pages of a place that a scope has already been asked for.

What holds: figures come from the facts of summary rows, and a page of a list reads the rows of that page alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery

from paicha.core.pack import Pack, Procedure, Step
from paicha.domain.accounts.policies import Scope
from paicha.domain.accounts.roles import Verb
from paicha.domain.cases.models import Case, GridRound, Measure, Meeting, MeetingItem
from paicha.domain.responses.models import VillageSummary
from paicha.domain.responses.village_facts import VillageFacts
from paicha.domain.rounds.models import Round

# Whose steps a verb lets one take.
VERB_OF = {"village": Verb.DELIBERATE, "town": Verb.REVIEW_CASES, "county": Verb.DECIDE_CASES}


def levels(scope: Scope, village: str) -> frozenset[str]:
    """The levels whose steps a person may take in a village (12 digits)."""
    return frozenset(level for level, verb in VERB_OF.items() if scope.covers(verb, village))


def own_level(scope: Scope) -> str:
    """The highest level whose steps a person takes anywhere; '' for who only reads."""
    return next((level for level in ("county", "town", "village") if scope.allows(VERB_OF[level])), "")


@dataclass(frozen=True, slots=True)
class StepCount:
    """A step of a procedure with how many cases stand on it; `opens_on`: when the first can be passed."""

    procedure: Procedure
    step: Step
    n: int
    opens_on: date | None

    @property
    def key(self) -> str:
        return f"{self.procedure.id}.{self.step.id}"


def step_counts(pack: Pack, summaries: Iterable[VillageSummary]) -> list[StepCount]:
    """Cases by step over summary rows, in the pack's order; steps without cases are left out."""
    counts: Counter[str] = Counter()
    opens: dict[str, str] = {}
    for summary in summaries:
        counts.update(summary.fact.cases)
        for key, first in summary.fact.cases_open.items():
            opens[key] = min(opens.get(key, "9999"), first)
    found = []
    for procedure in pack.schedule.case_procedures:
        for step in procedure.steps:
            key = f"{procedure.id}.{step.id}"
            if counts[key]:
                day = date.fromisoformat(opens[key]) if key in opens else None
                found.append(StepCount(procedure, step, counts[key], day))
    return found


def count_of(summary: VillageSummary, keys: Collection[str] = ()) -> int:
    """How many cases of a village stand on these steps ('enrolment.review'); all of them without any."""
    cases = summary.fact.cases
    return int(sum(cases.get(key, 0) for key in keys) if keys else sum(cases.values()))


def going(villages: Collection[int], keys: Collection[str] = ()) -> QuerySet[Case]:
    """Going cases of some villages, on some steps where `keys` names them; what is due first."""
    return _with_context(Case.objects.filter(_on(keys), village_id__in=villages, state=Case.State.GOING))


def of_village(round_: Round, village: int) -> QuerySet[Case]:
    """What goes on in a village, and what came to its end in this round."""
    return _with_context(
        Case.objects.filter(Q(state=Case.State.GOING) | Q(closed_on__gte=round_.opens_on), village=village)
    )


def new_enrolments(round_: Round, pack: Pack, villages: Collection[int]) -> QuerySet[Case]:
    """Cases at whose end a household was newly enrolled in this round: as many as the facts say."""
    makers = [
        p.id for p in pack.schedule.case_procedures if any(b.into == pack.watched.name for b in p.becomes)
    ]
    rows = Case.objects.filter(
        closed_on__gte=round_.opens_on, village_id__in=villages, state=Case.State.DONE, procedure__in=makers
    )
    return _with_context(rows)


def _on(keys: Collection[str]) -> Q:
    found = Q()
    for key in keys:
        procedure, _, step = key.partition(".")
        found |= Q(procedure=procedure, step=step)
    return found


def _with_context(rows: QuerySet[Case]) -> QuerySet[Case]:
    """With the household, the village, and the planned meeting on whose agenda each stands."""
    planned = MeetingItem.objects.filter(case=OuterRef("pk"), meeting__state=Meeting.State.PLANNED)
    return (
        rows.annotate(
            planned_on=Subquery(planned.values("meeting__held_on")[:1]),
            planned_pk=Subquery(planned.values("meeting")[:1]),
        )
        .select_related("household", "village__parent")
        .order_by("village__code", F("due_on").asc(nulls_last=True), "opens_on", "pk")
    )


def cases_of(household: UUID) -> list[Case]:
    """Every case of a household, the newest first."""
    return list(Case.objects.filter(household=household).order_by("-pk"))


def measures_of(household: UUID) -> list[Measure]:
    """The measures of a household that stand, the newest first."""
    return list(Measure.objects.filter(household=household, withdrawn_at=None).order_by("-since", "-pk"))


def meetings(village: int) -> QuerySet[Meeting]:
    """Meetings of a village, planned ones first, then the last held; with how many items each has."""
    rows = Meeting.objects.filter(village=village).exclude(state=Meeting.State.CANCELLED)
    return rows.annotate(items_count=Count("items")).order_by("-state", "-held_on", "-pk")


def weekly_rounds(village: int, groups: Collection[str] | None = None) -> QuerySet[GridRound]:
    """Weekly rounds of a village, newest first; `groups` None: of every group."""
    rows = GridRound.objects.filter(village=village).select_related("household")
    if groups is not None:
        rows = rows.filter(group__in=groups)
    return rows.order_by("-on", "-pk")


# What is overdue, from facts alone


def groups_overdue(pack: Pack, fact: VillageFacts, opened: date, today: date) -> list[str]:
    """Groups without a weekly round for as long as the pack allows, counted from the round's first day (`opened`)
    where there was none; empty where nothing is known yet. `fact`: of the village's summary row."""
    habits = pack.schedule.habits
    if habits is None:
        return []
    limit = (today - timedelta(days=habits.round_days)).isoformat()
    last = fact.grid_last
    groups = last if fact.roster_groups is None or not last else fact.roster_groups
    return [group for group in groups if (last.get(group) or opened.isoformat()) < limit]


def meeting_overdue(pack: Pack, summary: VillageSummary, opened: date, today: date) -> int:
    """Days by which a village's half-monthly meeting is late; 0 where it isn't. `opened`: the round's first day."""
    habits = pack.schedule.habits
    if habits is None or not summary.counts:
        return 0
    last = summary.fact.meeting_on
    since = date.fromisoformat(last) if last else opened
    return max((today - since).days - habits.meeting_days, 0)


def without_measures(pack: Pack, summary: VillageSummary) -> int:
    """Watched households without a measure: those of the form less the fact `measured`, and those enrolled since."""
    listed = sum((summary.counts.get(pack.watched.form) or {}).values())
    since = summary.fact.enrolled_unhelped
    return max(int(listed) - summary.fact.measured, 0) + since


def alert_of(pack: Pack, summary: VillageSummary, today: date) -> int:
    """Many new risk households at once: how many, as long as the alert is fresh; else 0."""
    alert, day = pack.schedule.alert, summary.fact.alert_on
    if alert is None or not day or (today - date.fromisoformat(day)).days > alert.days:
        return 0
    return summary.fact.alert

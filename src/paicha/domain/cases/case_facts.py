"""What cases tell the rules and the lists: facts of a household, and a village's counts, written down as data.

What holds: the facts of a village and of its households say what the cases, meetings, measures and rounds say,
since whoever changes one of these calls `tell` in the same transaction; no page counts cases.
The facts and what they mean: `responses.village_facts`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Max, Q

from paicha.core.pack import Pack
from paicha.domain.cases.models import Case, CaseStep, GridRound, Measure, Meeting, Objection
from paicha.domain.responses.rules.facts import fact_schema
from paicha.domain.responses.services import (
    VillageWork,
    record_facts,
    record_household_facts,
    village_work,
)
from paicha.domain.rounds.models import RosterEntry, Round, RoundArea

MEASURES = "measures"


def effective(log: Iterable[CaseStep]) -> list[CaseStep]:
    """The lines of a log that stand: those neither undone nor undoing, oldest first."""
    rows = sorted(log, key=lambda row: row.pk)
    undone = {row.undoes_id for row in rows if row.undoes_id}
    return [row for row in rows if row.pk not in undone and row.result != CaseStep.Result.UNDONE]


def facts_of_log(pack: Pack, procedure: str, rows: Iterable[CaseStep]) -> set[str]:
    """The facts that the standing lines of a case's log tell."""
    steps = pack.schedule.procedure[procedure].step
    found: set[str] = set()
    for row in effective(rows):
        if row.step in steps:
            found.update(steps[row.step].told(row.result))
    return found


def tell(work: VillageWork, households: Collection[UUID] = ()) -> None:
    """Write down what the cases of the village, and of these households, now say."""
    _tell_households(work, sorted(set(households)))
    record_facts(work, **village_facts(work))


def _tell_households(work: VillageWork, households: Collection[UUID]) -> None:
    known = set(fact_schema(work.pack))
    spoken = {
        name
        for procedure in work.pack.schedule.case_procedures
        for step in procedure.steps
        for names in step.tells.values()
        for name in names
    } & known
    listed = set(
        RosterEntry.objects.filter(
            round=work.round, village=work.village, household__in=households
        ).values_list("household_id", flat=True)
    )
    of_round = Case.objects.filter(household__in=listed).filter(Q(round=work.round) | Q(state="going"))
    said: dict[UUID, set[str]] = {}
    for case in of_round.prefetch_related("log"):
        said.setdefault(case.household_id, set()).update(
            facts_of_log(work.pack, case.procedure, case.log.all())
        )
    measures = Counter(
        Measure.objects.filter(household__in=listed, withdrawn_at=None).values_list("household_id", flat=True)
    )
    for household in sorted(listed):
        facts: dict[str, Any] = {name: (name in said.get(household, ())) or None for name in spoken}
        if MEASURES in known:
            facts[MEASURES] = measures[household] or None
        if facts:
            record_household_facts(work, household, **facts)


def village_facts(work: VillageWork) -> dict[str, Any]:
    """The facts of a village, counted from its own rows (some 350 households, a handful of cases)."""
    return {
        **_case_facts(work), **_meeting_facts(work), **_alert(work),
        **_count_measured(work), "grid_last": _rounds(work),
    }  # fmt: skip


def _case_facts(work: VillageWork) -> dict[str, Any]:
    going = Case.objects.filter(village=work.village, state=Case.State.GOING)
    counts: Counter[str] = Counter()
    opens: dict[str, str] = {}
    dues = []
    for procedure, step, due_on, opens_on in going.values_list("procedure", "step", "due_on", "opens_on"):
        key = f"{procedure}.{step}"
        counts[key] += 1
        if opens_on is not None:
            opens[key] = min(opens.get(key, "9999"), opens_on.isoformat())
        if due_on is not None:
            dues.append(due_on.isoformat())
    watched = work.pack.watched.name
    makers = [p.id for p in work.pack.schedule.case_procedures if any(b.into == watched for b in p.becomes)]
    done = Case.objects.filter(
        village=work.village, closed_on__gte=work.round.opens_on, state=Case.State.DONE, procedure__in=makers
    )
    return {
        "cases": dict(sorted(counts.items())), "cases_open": dict(sorted(opens.items())),
        "cases_due": min(dues, default=None), "enrolled": done.count(),
        "objections": Objection.objects.filter(case__in=going, answered_on=None).count(),
    }  # fmt: skip


def _meeting_facts(work: VillageWork) -> dict[str, Any]:
    rows = Meeting.objects.filter(village=work.village)
    held = rows.filter(
        state=Meeting.State.HELD, kind__in=(Meeting.Kind.DELIBERATION, Meeting.Kind.FORTNIGHTLY)
    )
    last = held.aggregate(last=Max("held_on"))["last"]
    return {
        "meetings_planned": rows.filter(state=Meeting.State.PLANNED).count(),
        "meeting_on": last.isoformat() if last else None,
    }


def _alert(work: VillageWork) -> dict[str, Any]:
    """Many new risk households at once: as many as the pack says, or its share of the village, at least two."""
    alert = work.pack.schedule.alert
    if alert is None:
        return {}
    since = work.at - timedelta(days=alert.days)
    new = (
        Case.objects.filter(village=work.village, procedure=alert.procedure, opened_at__gt=since)
        .exclude(state=Case.State.ENDED)
        .count()
    )
    households = RosterEntry.objects.filter(round=work.round, village=work.village).count()
    share = max(2, -(-alert.percent * households // 100))
    if new < min(alert.households, share):
        return {"alert": 0, "alert_on": None}
    was = work.summary.fact
    return {
        "alert": new,
        "alert_on": work.days.today.isoformat() if was.alert != new else was.alert_on,
    }


def _count_measured(work: VillageWork) -> dict[str, int]:
    """Watched households of the roster with a measure; and those enrolled since, on another form, without one."""
    watched = work.pack.watched
    roster = RosterEntry.objects.filter(round=work.round, village=work.village)
    helped = Measure.objects.filter(village=work.village, withdrawn_at=None).values("household")
    since = roster.filter(household__household_class=watched.name).exclude(form=watched.form)
    return {
        "measured": roster.filter(form=watched.form, household__in=helped).count(),
        "enrolled_unhelped": since.exclude(household__in=helped).count(),
    }


def _rounds(work: VillageWork) -> dict[str, str]:
    groups = RosterEntry.objects.filter(round=work.round, village=work.village)
    found = dict.fromkeys(sorted(set(groups.values_list("household__group", flat=True))), "")
    last = GridRound.objects.filter(village=work.village).order_by().values("group").annotate(last=Max("on"))
    found.update({row["group"]: row["last"].isoformat() for row in last})
    return found


def carry_over(round_: Round, pack: Pack, actor: str) -> int:
    """Tell a round that has just opened what goes on from before: cases, measures, meetings, weekly rounds.

    Village by village, only where there is anything; returns how many villages.
    """
    households: dict[int, set[UUID]] = {}
    going = Case.objects.filter(state=Case.State.GOING).values_list("village_id", "household_id")
    helped = Measure.objects.filter(withdrawn_at=None).values_list("village_id", "household_id")
    for village, household in [*going, *helped]:
        households.setdefault(village, set()).add(household)
    for village in {
        *Meeting.objects.values_list("village_id", flat=True),
        *GridRound.objects.values_list("village_id", flat=True),
    }:
        households.setdefault(village, set())
    areas = (
        RoundArea.objects.filter(round=round_, area__in=households).select_related("area").order_by("code")
    )
    for place in areas:
        with village_work(round_, pack, place.area, actor) as work:
            tell(work, households[place.area_id])
    return len(areas)

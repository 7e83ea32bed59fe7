"""Cases step by step: opened, passed, sent back, ended, undone, as the pack's procedures say.

What holds: no step is skipped; a step that isn't due, isn't the actor's, hasn't lasted as long as it must, is
barred by a guard or objected to can't be taken, and one sentence says why; whoever did the last step undoes it,
until somebody has built on it; every act writes a line of the log, an audit entry, and the facts.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from paicha.core.pack import Pack, Procedure, Step
from paicha.core.pack.naming import strength_rank
from paicha.core.refusal import text_field
from paicha.domain.audit.services import Entry, village_chain
from paicha.domain.cases import guards
from paicha.domain.cases.case_facts import tell
from paicha.domain.cases.errors import CaseError
from paicha.domain.cases.models import Case, Meeting, Objection
from paicha.domain.cases.records import TEXT, day_words, records_of
from paicha.domain.cases.steps import (
    BACK,
    BY_SURVEY,
    ENDED,
    PASSED,
    end_step,
    enter,
    line,
    pass_step,
)
from paicha.domain.responses.models import Finding
from paicha.domain.responses.services import VillageWork
from paicha.domain.rounds.models import RosterEntry

LEVELS = {"village": "村里", "town": "镇街", "county": "市级"}


def procedure_of(pack: Pack, name: str) -> Procedure:
    """A procedure that households go through. Raises CaseError."""
    found = pack.schedule.procedure.get(name)
    if found is None or not found.classes:
        raise CaseError("K01")
    return found


def step_of(pack: Pack, case: Case) -> Step:
    """Where a case stands."""
    return pack.schedule.procedure[case.procedure].step[case.step]


def open_cases(
    work: VillageWork,
    procedure: str,
    households: Sequence[UUID],
    *,
    origin: str,
    records: Mapping[str, Any] | None = None,
) -> list[Case]:
    """Open a case for each household, its first step passed; one that is going already is returned as it is.

    `origin`: what brought it up, the household's leads where it is empty.

    Raises CaseError, with the household's name, and then opens none.
    """
    wanted = procedure_of(work.pack, procedure)
    noted = records_of(wanted.steps[0], records or {})
    entries = _entries(work, households)
    going = {
        case.household_id: case
        for case in Case.objects.filter(household__in=list(entries), procedure=procedure, state="going")
    }
    fresh = [entry for household, entry in entries.items() if household not in going]
    _check_openings(work, wanted, fresh, noted)
    made = {entry.household_id: _open(work, wanted, entry, origin, noted) for entry in fresh}
    if made:
        tell(work, made)
    return [{**going, **made}[household] for household in entries]


def _entries(work: VillageWork, households: Sequence[UUID]) -> dict[UUID, RosterEntry]:
    """Roster entries of the village in the order asked for. Raises CaseError."""
    rows = RosterEntry.objects.filter(round=work.round, village=work.village, household__in=households)
    found = {row.household_id: row for row in rows.select_related("household")}
    if not households:
        raise CaseError("K02")
    if set(households) - set(found):
        raise CaseError("K03")
    return {household: found[household] for household in households}


def _check_openings(
    work: VillageWork, procedure: Procedure, entries: Sequence[RosterEntry], noted: Mapping[str, Any]
) -> None:
    labels = {entry.name: entry.label for entry in work.pack.classes}
    enrolled: dict[UUID, date | None] = {}
    for entry in entries:
        household = entry.household
        if household.closed_at is not None:
            raise CaseError("K04", head=household.head_name, title=procedure.title)
        if household.household_class not in procedure.classes:
            now = labels.get(household.household_class, household.household_class)
            meant = "、".join(labels[name] for name in procedure.classes)
            raise CaseError("K05", head=household.head_name, now=now, title=procedure.title, meant=meant)
        enrolled[household.pk] = (
            guards.enrolled_on(work.pack, procedure, household.pk, noted) if procedure.guards else None
        )
    why = guards.obstacles(work.round, work.pack, procedure, enrolled)
    for entry in entries:
        if why.get(entry.household_id):
            said = "；".join(why[entry.household_id])
            raise CaseError("K06", head=entry.household.head_name, title=procedure.title, said=said)


def _open(
    work: VillageWork, procedure: Procedure, entry: RosterEntry, origin: str, noted: dict[str, Any]
) -> Case:
    today, first = work.days.today, procedure.steps[0]
    leads = list(
        Finding.objects.filter(
            round=work.round, household=entry.household_id, severity="lead", state="open"
        ).order_by("pk")
    )
    case = Case.objects.create(
        round=work.round, village=work.village, household=entry.household, procedure=procedure.id,
        finding=leads[0] if leads else None, origin=(origin.strip() or _origin(work.pack, leads))[:TEXT],
        opened_at=work.at, opened_by=work.actor, step=first.id, since=today,
    )  # fmt: skip
    pass_step(work, case, procedure, first, records=noted, reason="")
    nxt = procedure.step[case.step]
    if nxt.by_survey and case.state == Case.State.GOING and _was_visited(work.pack, entry):
        said = "本轮已经入户排查"
        pass_step(work, case, procedure, nxt, records={BY_SURVEY: entry.revision_number}, reason=said)
    return case


def _origin(pack: Pack, leads: Sequence[Finding]) -> str:
    """What brought the household up, in a line: its two weightiest leads, and how many there are."""
    ordered = sorted(leads, key=lambda lead: (strength_rank(lead.strength), lead.rule))
    titles = [
        source.title
        for lead in ordered
        if (source := pack.rule.get(lead.rule) or pack.messages.get(lead.rule))
    ]
    more = f"等 {len(titles)} 条线索" if len(titles) > 2 else ""
    return "、".join(titles[:2]) + more or "村里提出"


def _was_visited(pack: Pack, entry: RosterEntry) -> bool:
    """Whether somebody was at the household's door in this round."""
    return pack.outcome.at_door(entry.outcome) if pack.outcome else entry.revision is not None


# One step


def take_step(
    work: VillageWork,
    case: Case,
    *,
    at: str,
    levels: Collection[str],
    records: Mapping[str, Any] | None = None,
    reason: str = "",
) -> Case:
    """Pass the step `at` on which the person saw the case; `levels`: whose steps the person may take.

    Raises CaseError where `why_not` has something to say, or a record is missing.
    """
    fresh, procedure, step = _at_step(work, case, at)
    if refused := why_not(work, fresh, levels):
        raise refused
    noted = records_of(step, records or {})
    _check_lasted(work, fresh, step, noted)
    pass_step(work, fresh, procedure, step, records=noted, reason=reason)
    tell(work, {fresh.household_id})
    return fresh


def why_not(work: VillageWork, case: Case, levels: Collection[str]) -> CaseError | None:
    """Why the step on which the case stands can't be passed now; None where it can."""
    procedure = work.pack.schedule.procedure[case.procedure]
    step = procedure.step[case.step]
    if case.state != Case.State.GOING:
        return CaseError("K12", title=procedure.title, state=case.get_state_display())
    if step.actor not in levels:
        return CaseError("K54", title=step.title, actor=LEVELS.get(step.actor, step.actor))
    if step.kind == "meeting":
        return CaseError("K10", title=step.title)
    waiting = Objection.objects.filter(case=case, answered_on=None).count()
    return obstacle(procedure, case, work.days.today, waiting, _obstacles(work, case, procedure))


def obstacle(
    procedure: Procedure, case: Case, today: date, waiting: int, barred: Sequence[str]
) -> CaseError | None:
    """What stands in the way of the step on which a case stands: its days, objections, guards; None for nothing.

    `waiting`: objections without an answer; `barred`: the procedure's guards that are not met, in words.
    """
    step = procedure.step[case.step]
    if case.opens_on is not None and today < case.opens_on:
        since, full = day_words(case.since), day_words(case.opens_on)
        return CaseError("K55", title=step.title, since=since, least=step.at_least, full=full)
    if waiting:
        return CaseError("K56", waiting=waiting)
    return _refusal_of_guards(procedure, barred) if barred else None


def _refusal_of_guards(procedure: Procedure, barred: Sequence[str]) -> CaseError:
    return CaseError("K57", title=procedure.title, said="；".join(barred))


def _obstacles(work: VillageWork, case: Case, procedure: Procedure) -> Sequence[str]:
    if not procedure.guards:
        return ()
    since = guards.enrolled_on(work.pack, procedure, case.household_id)
    return guards.obstacles(work.round, work.pack, procedure, {case.household_id: since})[case.household_id]


def _check_lasted(work: VillageWork, case: Case, step: Step, noted: Mapping[str, Any]) -> None:
    """A notice that was put up later than the step began hangs from that day on."""
    days = step.posted_on(noted)
    if not days:
        return
    if min(days) < case.since:
        raise CaseError("K07", title=step.title, day=day_words(case.since))
    full = step.opens_on(max(days))
    if full is not None and work.days.today < full:
        raise CaseError("K08", posted=day_words(max(days)), least=step.at_least, full=day_words(full))


def send_back(
    work: VillageWork, case: Case, to: str, *, at: str, reason: str, levels: Collection[str]
) -> Case:
    """Send a case back to an earlier step that the pack allows, with a reason. Raises CaseError."""
    fresh, procedure, step = _at_step(work, case, at)
    _mine(step, levels)
    if to not in step.back_to:
        raise CaseError("K09", title=step.title)
    text_field("理由", reason, TEXT, asks="退回的理由")
    line(work, fresh, step, BACK, reason=reason, to=to)
    enter(work, fresh, procedure.step[to])
    tell(work, {fresh.household_id})
    return fresh


def end(work: VillageWork, case: Case, *, at: str, reason: str, levels: Collection[str]) -> Case:
    """End a case at a step that may, with a reason: it doesn't go on. Raises CaseError."""
    fresh, _procedure, step = _at_step(work, case, at)
    _mine(step, levels)
    if step.kind == "meeting":
        raise CaseError("K10", title=step.title)
    end_step(work, fresh, step, reason=reason)
    tell(work, {fresh.household_id})
    return fresh


def decided_by_meeting(
    work: VillageWork, case: Case, meeting: Meeting, *, decision: str, reason: str, records: dict[str, Any]
) -> None:
    """What a meeting decided about a case; the meeting's record tells the facts. Raises CaseError."""
    fresh, procedure, step = _at_step(work, case, case.step)
    if decision == PASSED:
        if barred := _obstacles(work, fresh, procedure):
            raise _refusal_of_guards(procedure, barred)
        pass_step(work, fresh, procedure, step, records=records, reason=reason, meeting=meeting)
    elif decision == ENDED:
        end_step(work, fresh, step, reason=reason, records=records, meeting=meeting)
    else:
        if not step.back_to:
            raise CaseError("K11", title=step.title)
        text_field("理由", reason, TEXT, asks="退回的理由")
        line(work, fresh, step, BACK, reason=reason, to=step.back_to[0], records=records, meeting=meeting)
        enter(work, fresh, procedure.step[step.back_to[0]])


# Where a case stands


def _at_step(work: VillageWork, case: Case, at: str) -> tuple[Case, Procedure, Step]:
    """The case, locked, on the step where the person saw it. Raises CaseError."""
    fresh = Case.objects.select_for_update().get(pk=case.pk, village=work.village)
    procedure = work.pack.schedule.procedure[fresh.procedure]
    if fresh.state != Case.State.GOING:
        raise CaseError("K12", title=procedure.title, state=fresh.get_state_display())
    if fresh.step != at:
        raise CaseError("K13", title=procedure.step[fresh.step].title)
    return fresh, procedure, procedure.step[at]


def _mine(step: Step, levels: Collection[str]) -> None:
    if step.actor not in levels:
        raise CaseError("K14", title=step.title, actor=LEVELS.get(step.actor, step.actor))


# What stands beside the steps


def help_first(work: VillageWork, case: Case, on: bool) -> Case:
    """帮扶先行: measures start before the case is through."""
    fresh = Case.objects.select_for_update().get(pk=case.pk, village=work.village)
    if fresh.state != Case.State.GOING:
        raise CaseError("K15")
    fresh.help_first = on
    fresh.save(update_fields=["help_first"])
    action = f"case.help_first.{'on' if on else 'off'}"
    work.note(Entry(village_chain(work.village.pk), work.actor, action, f"case:{fresh.pk}"), recount=False)
    return fresh

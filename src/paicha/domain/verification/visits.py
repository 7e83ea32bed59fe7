"""Visits with form 5: planned, carried out, dropped; the town's own and the cross-checks by another zone.

What holds: a cross-check is led by somebody who leads another zone of the same town (the notice: 由镇街党政班子成员
带队进行片（站）交叉核实), and that person sees just this village, until the visit is done or its last day has passed; a
visit's result is form 5, taken in by `submit_village_form` like any other; what differs at a household becomes a
lead. How many are planned, and how a cross-check stands, is told as facts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from paicha.core.refusal import text_field
from paicha.domain import clock
from paicha.domain.accounts import notices, zones
from paicha.domain.accounts.models import Assignment, User
from paicha.domain.accounts.policies import on_behalf
from paicha.domain.accounts.roles import Kind
from paicha.domain.accounts.services import assign, end_assignment
from paicha.domain.areas.models import ZoneVillage
from paicha.domain.audit.services import Entry, village_chain
from paicha.domain.responses.queries import source_actor
from paicha.domain.responses.services import (
    FormAnswers,
    VillageWork,
    raise_lead,
    record_facts,
    submit_village_form,
)
from paicha.domain.verification.attention import cross_check, town_deadline
from paicha.domain.verification.errors import VerificationError
from paicha.domain.verification.models import Visit, VisitHousehold
from paicha.domain.verification.visit_selection import to_look_at

_TEAM = _NOTE = 200
_CROSS, _OWN = Visit.Kind.CROSS_CHECK.value, Visit.Kind.VERIFICATION.value
SOURCE = "verification"  # of the leads, as the pack's lead sources name it


@dataclass(frozen=True, slots=True)
class Plan:
    """What planning a visit asks for. `reasons`: the sentences by which it was proposed, or typed.

    `address`: the visit's page, with `{pk}` where its id stands, for the notice to its leader.
    """

    kind: str
    planned_on: date | None
    leader: User | None
    team: str = ""
    reasons: Sequence[str] = ()
    address: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """What a visit brings home: form 5's answers, and what was seen at households (id → found, note).

    `source`: door and person where it isn't the desk.
    """

    values: Mapping[str, Any]
    seen: Mapping[UUID, tuple[str, str]] = field(default_factory=dict)
    source: str = ""


def may_lead(work: VillageWork, kind: str, leaders: Mapping[User, Sequence[int]]) -> dict[User, list[int]]:
    """Who may lead a visit to the village, with the zones by which: for a cross-check, other zones than its own."""
    if kind == _OWN:
        return {user: list(led) for user, led in leaders.items()}
    own = ZoneVillage.objects.filter(village=work.village).values_list("zone_id", flat=True).first()
    return {
        user: [zone for zone in led if zone != own]
        for user, led in leaders.items()
        if own not in led and any(zone != own for zone in led)
    }


def plan(work: VillageWork, wanted: Plan) -> Visit:
    """Plan a visit; one of each kind at a time. Raises VerificationError."""
    if wanted.kind not in (_CROSS, _OWN):
        raise VerificationError("Y39")
    if wanted.planned_on is None or wanted.planned_on < clock.today():
        raise VerificationError("Y14")
    team = text_field("组员", wanted.team, _TEAM)
    if _of_village(work).filter(kind=wanted.kind, state=Visit.State.PLANNED).exists():
        raise VerificationError("Y40")
    leader, zone = _leader(work, wanted)
    visit = Visit(
        round=work.round, village=work.village, kind=wanted.kind, planned_on=wanted.planned_on, leader=leader,
        zone_id=zone, team=team, reasons=list(wanted.reasons), made_by=work.actor, made_at=work.at,
    )  # fmt: skip
    if wanted.kind == _CROSS:
        visit.assignment = _let_in(work, leader, wanted.planned_on)
    visit.save()
    VisitHousehold.objects.bulk_create(
        VisitHousehold(visit=visit, household_id=household, reason=reason)
        for household, reason in to_look_at(work, visit)
    )
    _record(work, "visit.plan", visit)
    day = f"{visit.planned_on.month}月{visit.planned_on.day}日"
    words = f"请您{day}带队去{work.village.spoken}{visit.get_kind_display()}"
    notices.tell(
        [leader],
        words,
        address=wanted.address.format(pk=visit.pk),
        subject=f"visit:{visit.pk}",
        by=work.actor,
    )
    return visit


def finish(work: VillageWork, visit: Visit, result: Result) -> Visit:
    """Take the result of a visit in, or correct it. Raises VerificationError, with what form 5 refuses."""
    fresh = _lock(work, visit)
    form = work.pack.verification
    if form is None:
        raise VerificationError("Y41")
    source = result.source or f"desk:{work.actor}"
    receipt = submit_village_form(work, FormAnswers(form, result.values, source))
    if receipt.status == "refused":
        raise VerificationError("G05", said="；".join(said.message for said in receipt.said) + "。")
    if not work.form_revisions().get(form.name):
        raise VerificationError("Y42")
    by = source_actor(source)
    _see(work, fresh, result.seen, by)
    fresh.state, fresh.done_by, fresh.done_at = Visit.State.DONE, by, work.at
    fresh.save(update_fields=["state", "done_by", "done_at"])
    _let_out(fresh, work.actor, today_too=True)
    _record(work, "visit.done", fresh)
    return fresh


def look(work: VillageWork, visit: Visit, result: Result) -> Visit:
    """Take in what was seen at households of a visit that goes on, or is done. Raises VerificationError."""
    fresh = _lock(work, visit)
    _see(work, fresh, result.seen, source_actor(result.source) or work.actor)
    _record(work, "visit.look", fresh)
    return fresh


def drop(work: VillageWork, visit: Visit, note: str) -> Visit:
    """Drop a planned visit, with a reason. Raises VerificationError."""
    fresh = _lock(work, visit)
    if fresh.state != Visit.State.PLANNED:
        raise VerificationError("Y43")
    if not note.strip():
        raise VerificationError("Y44")
    fresh.state, fresh.note = Visit.State.DROPPED, note.strip()[:_NOTE]
    fresh.save(update_fields=["state", "note"])
    _let_out(fresh, work.actor, today_too=False)
    _record(work, "visit.drop", fresh)
    return fresh


def _leader(work: VillageWork, wanted: Plan) -> tuple[User, int | None]:
    assert work.village.parent is not None, "a village lies in a town"
    leaders = zones.town_leaders(work.village.parent)
    if not leaders:
        raise VerificationError("Y45")
    fit = may_lead(work, wanted.kind, leaders)
    if wanted.leader is None or wanted.leader not in fit:
        if wanted.kind == _CROSS and not fit:
            raise VerificationError("Y46")
        names = "、".join(str(user) for user in fit)
        other = "别的片的片长带队" if wanted.kind == _CROSS else "带队的人"
        raise VerificationError("Y47", other=other, names=names)
    zone = next(iter(fit[wanted.leader]), None)
    return wanted.leader, zone


def _let_in(work: VillageWork, leader: User, planned_on: date) -> Assignment:
    """The leader sees just this village, from today until the town's deadline or the visit, whichever is later."""
    until = max(planned_on, town_deadline(work.round, work.pack, work.village.code))
    return assign(
        on_behalf(work.actor), leader, zones.LEADING.key, [work.village.code], kind=Kind.VILLAGE, until=until
    )[0]


def _let_out(visit: Visit, actor: str, *, today_too: bool) -> None:
    """End what the leader was let in by; `today_too`: he still sees today what he has written."""
    given = visit.assignment
    if given is not None and (given.until is None or given.until > clock.today()):
        end_assignment(on_behalf(actor), given, clock.today() if today_too else None)


def _see(work: VillageWork, visit: Visit, seen: Mapping[UUID, tuple[str, str]], by: str) -> None:
    """What was found at the households to look at; each that differs is a lead."""
    for row in visit.households.select_related("household"):
        found, note = seen.get(row.household_id, (row.found, row.note))
        if found not in ("", *VisitHousehold.Found.values):
            raise VerificationError("Y48")
        note = note.strip()[:_NOTE]
        if found == VisitHousehold.Found.DIFFERS and not note:
            raise VerificationError("Y49", head=row.household.head_name)
        if (found, note) == (row.found, row.note):
            continue
        row.found, row.note, row.by, row.at = found, note, by, work.at
        row.save(update_fields=["found", "note", "by", "at"])
        if found == VisitHousehold.Found.DIFFERS and SOURCE in work.pack.lead_source:
            raise_lead(work, row.household_id, SOURCE, note)


def _of_village(work: VillageWork) -> Any:
    return Visit.objects.filter(round=work.round, village=work.village)


def _lock(work: VillageWork, visit: Visit) -> Visit:
    fresh: Visit | None = _of_village(work).select_for_update().filter(pk=visit.pk).first()
    if fresh is None or fresh.state == Visit.State.DROPPED:
        raise VerificationError("Y50")
    return fresh


def _record(work: VillageWork, action: str, visit: Visit) -> None:
    """Tell how visits stand: counts, the next day, and the cross-check where one is asked for or was made."""
    rows = list(
        _of_village(work).exclude(state=Visit.State.DROPPED).values_list("kind", "state", "planned_on")
    )
    planned = [day for _, state, day in rows if state == Visit.State.PLANNED]
    crossed = {state for kind, state, _ in rows if kind == _CROSS}
    stands = "done" if Visit.State.DONE in crossed else "planned" if crossed else ""
    record_facts(
        work, visits_planned=len(planned), visits_done=len(rows) - len(planned),
        visit_on=min(planned).isoformat() if planned else "", cross_check=stands,
    )  # fmt: skip
    if not stands and cross_check(work.pack, work.summary):
        record_facts(work, cross_check="needed")
    work.note(Entry(village_chain(work.village.pk), work.actor, action, f"visit:{visit.pk}"), recount=False)

"""One act over every village of a filtered list: dismiss leads, plan visits, remind; with progress and undo.

Why here: a county has 100,000 leads and a list is a page. What holds: each village is one transaction with one step
that keeps what was changed there, so that a stop between two villages loses nothing, running again goes on where it
stopped, and undoing restores exactly what still stands as the job left it. The scope is read again when the work
begins.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import F, Max

from paicha.core.pack import Pack
from paicha.core.refusal import text_field
from paicha.domain import clock
from paicha.domain.accounts import notices
from paicha.domain.accounts.models import User
from paicha.domain.accounts.policies import Scope, scope
from paicha.domain.accounts.roles import Verb
from paicha.domain.areas.models import Area
from paicha.domain.audit.services import Entry, village_chain
from paicha.domain.responses.models import Finding
from paicha.domain.responses.services import VillageWork, village_work
from paicha.domain.responses.services.bulk_decisions import dismiss_open, reopen_decided
from paicha.domain.rounds.models import Round
from paicha.domain.verification.attention import visit_reasons
from paicha.domain.verification.errors import VerificationError
from paicha.domain.verification.models import BulkJob, BulkStep, Visit
from paicha.domain.verification.visits import Plan, drop, plan

DISMISS, VISIT, REMIND = BulkJob.Kind.DISMISS.value, BulkJob.Kind.VISIT.value, BulkJob.Kind.REMIND.value
_REASON = 300
STALLED = timedelta(minutes=3)
BUSY = (BulkJob.Phase.WAITING, BulkJob.Phase.RUNNING, BulkJob.Phase.UNDOING)
# what each act asks for, where it is done
ASKS: dict[str, Verb] = {DISMISS: Verb.DECIDE_LEADS, VISIT: Verb.VERIFY, REMIND: Verb.RETURN}


@dataclass
class _Run:
    """What the villages of one run share."""

    job: BulkJob
    pack: Pack
    who: Scope
    people: dict[str, list[User]]
    leader: User | None = None


def start(
    round_: Round, area: Area, kind: str, villages: Sequence[int], details: dict[str, Any], actor: str
) -> BulkJob:
    """Write a job down, to be run by `run`. Raises VerificationError for what it lacks.

    `details` of dismiss: rules (ids), reason, as_of (ISO moment of the page, or none); of visit: leader (user id),
    planned_on (ISO), team, address (`{pk}`: the visit's id); of remind: words, address (`{code}`: the village's).
    """
    if kind not in ASKS:
        raise VerificationError("Y10")
    if not villages:
        raise VerificationError("Y11")
    if kind == DISMISS:
        text_field("理由", str(details.get("reason", "")), _REASON, asks="理由")
        if not details.get("rules"):
            raise VerificationError("Y12")
    if kind == REMIND and not str(details.get("words", "")).strip():
        raise VerificationError("Y13")
    if kind == VISIT:
        day = details.get("planned_on")
        if not day or date.fromisoformat(day) < clock.today():
            raise VerificationError("Y14")
        if not details.get("leader"):
            raise VerificationError("Y15")
    return BulkJob.objects.create(
        round=round_, area=area, kind=kind, villages=list(villages), details=details, made_by=actor,
        made_at=clock.now(),
    )  # fmt: skip


def run(job: BulkJob, pack: Pack, on_village: Callable[[], None] | None = None) -> BulkJob:
    """Do what a job says, from where it stopped. `on_village` is called after each village."""
    if job.phase not in (BulkJob.Phase.WAITING, BulkJob.Phase.RUNNING):
        return job
    _set(job, phase=BulkJob.Phase.RUNNING, error="")
    user = User.objects.get(pk=int(job.made_by))
    listed = list(Area.objects.filter(pk__in=job.villages).select_related("parent").order_by("code"))
    people = {}
    if job.kind == REMIND:
        people = notices.village_people(Verb.HAND_UP, [area.code for area in listed])
    leader = job.details.get("leader")
    shared = _Run(job, pack, scope(user), people, User.objects.filter(pk=leader).first() if leader else None)
    done = set(job.steps.values_list("village_id", flat=True))
    for area in listed:
        if area.pk not in done and shared.who.covers(ASKS[job.kind], area.code):
            _step(shared, area)
        BulkJob.objects.filter(pk=job.pk).update(passed=F("passed") + int(area.pk not in done))
        if on_village is not None:
            on_village()
    _set(job, phase=BulkJob.Phase.DONE)
    return job


def _step(shared: _Run, area: Area) -> None:
    job = shared.job
    with village_work(job.round, shared.pack, area, job.made_by) as work:
        if BulkStep.objects.filter(job=job, village=area).exists():
            return  # another worker was here meanwhile; the village's lock is ours only now
        rows = _ACTS[job.kind](shared, work)
        BulkStep.objects.create(job=job, village=area, rows=rows, at=work.at)
        BulkJob.objects.filter(pk=job.pk).update(changed=F("changed") + len(rows))


def _dismiss(shared: _Run, work: VillageWork) -> list[int]:
    details = shared.job.details
    return dismiss_open(
        work, details["rules"], details["reason"], f"bulk:{shared.job.pk}", _as_of(shared.job)
    )


def opened_since(job: BulkJob) -> int:
    """How many leads of a dismissal's rules and villages were opened after its page was made: left alone."""
    as_of = _as_of(job)
    if job.kind != DISMISS or as_of is None:
        return 0
    return Finding.objects.filter(
        round=job.round, village__in=job.villages, severity="lead", state=Finding.State.OPEN,
        household__isnull=False, rule__in=job.details["rules"], found_at__gt=as_of,
    ).count()  # fmt: skip


def _as_of(job: BulkJob) -> datetime | None:
    text = job.details.get("as_of")
    return datetime.fromisoformat(text) if text else None


def _visit(shared: _Run, work: VillageWork) -> list[int]:
    details = shared.job.details
    reasons = visit_reasons(shared.pack, work.summary)
    day = date.fromisoformat(details["planned_on"])
    wanted = Plan(
        Visit.Kind.VERIFICATION, day, shared.leader, details.get("team", ""), reasons, details["address"]
    )  # fmt: skip
    planned = Visit.objects.filter(round=work.round, village=work.village, state=Visit.State.PLANNED)
    if planned.filter(kind=wanted.kind).exists():
        return []
    return [plan(work, wanted).pk]


def _remind(shared: _Run, work: VillageWork) -> list[int]:
    details, job = shared.job.details, shared.job
    users = shared.people.get(work.village.code, [])
    address = details["address"].format(code=work.village.code)
    notices.tell(
        users, details["words"], address=address, subject=f"remind:{job.pk}:{work.village.pk}", by=work.actor
    )
    if users:
        chain = village_chain(work.village.pk)
        entry = Entry(chain, work.actor, "village.remind", f"bulk:{job.pk}", count=len(users))
        work.note(entry, recount=False)
    return [user.pk for user in users]


_ACTS: dict[str, Callable[[_Run, VillageWork], list[int]]] = {
    DISMISS: _dismiss,
    VISIT: _visit,
    REMIND: _remind,
}


def ask_undo(job: BulkJob, actor: str) -> BulkJob:
    """Ask for a finished (or failed) job to be undone, by who made it. Raises VerificationError."""
    if job.kind == REMIND:
        raise VerificationError("Y16")
    if job.made_by != actor:
        raise VerificationError("Y17")
    if job.phase not in (BulkJob.Phase.DONE, BulkJob.Phase.FAILED):
        raise VerificationError("Y18")
    _set(job, phase=BulkJob.Phase.UNDOING, passed=0, error="")
    return job


def busy(job: BulkJob) -> bool:
    """Whether a job is to go on by itself."""
    return job.phase in BUSY


def idle(job: BulkJob) -> timedelta:
    """For how long a job has done nothing."""
    last = job.steps.aggregate(done=Max("at"), undone=Max("undone_at"))
    moments: list[datetime] = [at for at in (job.made_at, *last.values()) if at]
    return clock.now() - max(moments)


def is_stalled(job: BulkJob) -> bool:
    """Whether a job that should go on has done nothing for some minutes: its worker was stopped."""
    return busy(job) and idle(job) > STALLED


def ask_again(job: BulkJob, actor: str) -> BulkJob:
    """Let a job that failed or stalled go on from where it stopped, by who made it. Raises VerificationError."""
    if job.made_by != actor or not (job.phase == BulkJob.Phase.FAILED or is_stalled(job)):
        raise VerificationError("Y19")
    if job.phase != BulkJob.Phase.UNDOING:
        _set(job, phase=BulkJob.Phase.WAITING)
    return job


def fail(job: BulkJob, error: str) -> BulkJob:
    """Leave a job as it is, with a sentence; what was done in whole villages stays done."""
    _set(job, phase=BulkJob.Phase.FAILED, error=error[:300])
    return job


def undo(job: BulkJob, pack: Pack, on_village: Callable[[], None] | None = None) -> BulkJob:
    """Take back, village by village, what still stands as the job left it; `changed` is what is left of it."""
    if job.phase != BulkJob.Phase.UNDOING:
        return job
    for step in job.steps.filter(undone_at=None).select_related("village__parent").order_by("village__code"):
        with village_work(job.round, pack, step.village, job.made_by) as work:
            fresh = BulkStep.objects.select_for_update().get(pk=step.pk)
            if fresh.undone_at is None:
                n = _undo(work, job, fresh)
                fresh.undone_at = work.at
                fresh.save(update_fields=["undone_at"])
                BulkJob.objects.filter(pk=job.pk).update(changed=F("changed") - n)
        BulkJob.objects.filter(pk=job.pk).update(passed=F("passed") + 1)
        if on_village is not None:
            on_village()
    _set(job, phase=BulkJob.Phase.UNDONE)
    return job


def _undo(work: VillageWork, job: BulkJob, step: BulkStep) -> int:
    if job.kind == DISMISS:
        return reopen_decided(work, step.rows, job.made_by, step.at, f"bulk:{job.pk}")
    planned = Visit.objects.filter(pk__in=step.rows, state=Visit.State.PLANNED)
    return sum(bool(drop(work, visit, "成批安排已撤销")) for visit in planned)


def _set(job: BulkJob, **values: Any) -> None:
    BulkJob.objects.filter(pk=job.pk).update(**values)
    job.refresh_from_db()

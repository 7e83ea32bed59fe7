"""Rectification after the measure: done with evidence, re-checked by the level above, closed or sent back.

Source: procedure `rectification` of the pack: who re-checks, how late a limit may be, what must be written down. What
holds: who re-checks is asked for by the caller
(`levels.may_check`); a step can be taken back in one step by who took it, until the next one is taken; what is
overdue is told to the village's cadres and, one level up, to the town, once while they have not read it.
"""

from __future__ import annotations

from paicha.core.pack import Pack
from paicha.core.refusal import text_field
from paicha.domain import clock
from paicha.domain.accounts import notices
from paicha.domain.accounts.models import User
from paicha.domain.accounts.roles import Verb
from paicha.domain.audit.services import Entry, digest, village_chain
from paicha.domain.files.models import StoredFile
from paicha.domain.problems.models import Problem, ProblemStep
from paicha.domain.problems.queries import missing_of
from paicha.domain.problems.services import ProblemError, lock_problem, reason_of, step
from paicha.domain.problems.summary_facts import told_problems
from paicha.domain.responses.models import VillageSummary
from paicha.domain.responses.services import VillageWork, record_facts, village_work
from paicha.domain.responses.village_facts import overdue
from paicha.domain.rounds.models import Round

_LONGEST = 1000


def mark_done(work: VillageWork, problem: Problem, evidence: str, file: StoredFile | None = None) -> Problem:
    """整改完成: what shows it, in words and perhaps as a file. Raises ProblemError where something is missing."""
    fresh = lock_problem(work, problem)
    if fresh.status != Problem.Status.OPEN:
        status = Problem.Status(fresh.status).label
        raise ProblemError("Z11", status=status)
    missing = missing_of(work.pack, fresh)
    if missing:
        raise ProblemError("Z12", missing="、".join(missing))
    clean = text_field("佐证", evidence, _LONGEST)
    if not clean and work.pack.schedule.required("rectification", "done", {"evidence": "佐证"}):
        raise ProblemError("Z13")
    fresh.status, fresh.evidence, fresh.check_reason = Problem.Status.DONE, clean, ""
    return _add_step(work, fresh, ProblemStep.Kind.DONE, clean, file)


def close(work: VillageWork, problem: Problem, said: str = "") -> Problem:
    """复核通过，销号. Raises ProblemError unless it is said to be done."""
    fresh = _done(work, problem)
    fresh.status = Problem.Status.CLOSED
    return _add_step(work, fresh, ProblemStep.Kind.CLOSED, said.strip()[:300])


def send_back(work: VillageWork, problem: Problem, reason: str) -> Problem:
    """复核不过: back to the village with a reason, and told to its cadres. Raises ProblemError."""
    fresh = _done(work, problem)
    fresh.check_reason = reason_of(reason, "为什么退回，还差什么")
    fresh.status = Problem.Status.OPEN
    _add_step(work, fresh, ProblemStep.Kind.SENT_BACK, fresh.check_reason)
    _tell(work, fresh, f"{work.village.spoken}有一条问题复核没通过，退回整改")
    return fresh


def take_step_back(work: VillageWork, problem: Problem) -> Problem:
    """Undo one's own last step (done, closed, sent back) in one step. Raises ProblemError."""
    fresh = lock_problem(work, problem)
    last = ProblemStep.objects.filter(problem=fresh).order_by("-pk").first()
    before = {
        ProblemStep.Kind.DONE.value: Problem.Status.OPEN,
        ProblemStep.Kind.CLOSED.value: Problem.Status.DONE,
        ProblemStep.Kind.SENT_BACK.value: Problem.Status.DONE,
    }
    if last is None or last.kind not in before:
        raise ProblemError("Z14")
    if last.by != work.actor:
        raise ProblemError("Z15")
    fresh.status = before[last.kind]
    fresh.check_reason = ""
    return _add_step(work, fresh, ProblemStep.Kind.REOPENED, ProblemStep.Kind(last.kind).label)


def may_take_step_back(steps: list[ProblemStep], actor: str) -> str:
    """The title of the step that `actor` may undo, '' for none; `steps` newest first."""
    if steps and steps[0].by == actor and steps[0].kind in ("done", "closed", "sent_back"):
        return str(ProblemStep.Kind(steps[0].kind).label)
    return ""


def remind(work: VillageWork, late: int) -> int:
    """催办: tell a village's cadres and its town that problems are overdue; how many people were told."""
    words = f"{work.village.spoken}有 {late} 条问题过了整改时限，请抓紧"
    address = f"/area/{work.village.code}/problems/?only=late"
    work.note(Entry(village_chain(work.village.pk), work.actor, "problem.remind", count=late), recount=False)
    users = [*_cadres(work.village.code), *notices.people_with(Verb.VERIFY, work.village.code)]
    subject = f"overdue:{work.round.pk}:{work.village.pk}"
    return notices.tell(users, words, address=address, subject=subject, by=work.actor)


def escalate(round_: Round, pack: Pack) -> int:
    """Tell of everything overdue by itself, once a day a village; returns how many villages. For the worker."""
    today, told = clock.today(), 0
    for summary in VillageSummary.objects.filter(round=round_).select_related("village").order_by("code"):
        late = overdue(summary.fact.problems_due_on, today)
        if not late or summary.fact.problems_reminded == today.isoformat():
            continue
        with village_work(round_, pack, summary.village, "system") as work:
            remind(work, late)
            record_facts(work, problems_reminded=today.isoformat())
        told += 1
    return told


def _done(work: VillageWork, problem: Problem) -> Problem:
    fresh = lock_problem(work, problem)
    if fresh.status != Problem.Status.DONE:
        raise ProblemError("Z16")
    return fresh


def _add_step(
    work: VillageWork, fresh: Problem, kind: ProblemStep.Kind, text: str, file: StoredFile | None = None
) -> Problem:
    fresh.save(update_fields=["status", "evidence", "check_reason"])
    step(work, fresh, kind, text, file)
    mark = digest(text.encode()) if text else ""
    subject = f"problem:{fresh.pk}"
    work.note(Entry(village_chain(work.village.pk), work.actor, f"problem.{kind.value}", subject, mark))
    told_problems(work)
    return fresh


def _cadres(code: str) -> list[User]:
    return notices.people_with(Verb.HAND_UP, code, exactly=("village_cadre",))


def _tell(work: VillageWork, problem: Problem, words: str) -> None:
    address = f"/problem/{problem.pk}/"
    notices.tell(
        _cadres(work.village.code), words, address=address, subject=f"problem:{problem.pk}", by=work.actor
    )

"""Writing the problem list (form 3), its signers and the columns of the rectification ledger.

What holds: every function runs inside a village's transaction (`work`), is audited on the village's chain,
and leaves the fact `problem_rows` equal to the village's entries that are not withdrawn, which form 4 counts and
S25 reads. An entry is never deleted: what a later list leaves out is withdrawn, and comes back as it was. Once
the village has handed up, its own list is locked (H02) unless it came back or a supplement writes through the
lock; rectification goes on, and the levels above may always add.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from paicha.core.pack import Pack, ProblemForm, ProfileForm, StatisticsForm
from paicha.core.refusal import Refusal, text_field
from paicha.domain.audit.services import Entry, digest, village_chain
from paicha.domain.clock import SHANGHAI
from paicha.domain.files.models import StoredFile
from paicha.domain.households.models import Household
from paicha.domain.problems.models import Problem, ProblemStep
from paicha.domain.problems.summary_facts import told_problems
from paicha.domain.responses.models import Finding
from paicha.domain.responses.services import FormAnswers, Receipt, VillageWork, submit_village_form

_LONGEST = 1000
_MEASURE, _OWNER = 500, 60


class ProblemError(Refusal):
    """Something about a problem that can't be taken as given."""


class ProblemListLocked(ProblemError):
    """The village has handed its list up (H02)."""


@dataclass(frozen=True, slots=True)
class ListReceipt:
    """What became of a list. `status` stored or unchanged; `added` counts those that came back too."""

    status: str
    added: int = 0
    withdrawn: int = 0
    rows: int = 0  # in force now
    gone: tuple[int, ...] = ()  # entries that it left out, and those that it brought back
    back: tuple[int, ...] = ()


def replace_list(
    work: VillageWork, entries: Sequence[tuple[int, str]], source: str, upload: UUID | None = None
) -> ListReceipt:
    """Take a village's whole form 3 in: (type number, text) in the order of the list.

    Equal entries are no change, whoever wrote them. What is new is added; of what is gone, only the
    source's own entries are withdrawn, so that another person's problem never disappears by a list that
    didn't know it. An empty list is a list: `problem_rows` becomes known. Raises ProblemError, and then
    nothing was changed.
    """
    wanted = [(kind, _text(work, kind, text)) for kind, text in entries]
    listed = work.summary.fact.problem_rows is not None  # told with whatever was ever listed of the village
    known = list(_of_village(work).filter(found_by=Problem.Level.VILLAGE).order_by("pk")) if listed else []
    left = Counter(wanted)
    gone: list[Problem] = []
    for problem in known:
        if problem.status == Problem.Status.WITHDRAWN:
            continue
        if left[problem.type, problem.text]:
            left[problem.type, problem.text] -= 1
        elif problem.source == source:
            gone.append(problem)
    back = _coming_back(known, left, source)
    fresh = _fresh(work, wanted, left, source, upload)
    if gone or back or fresh:
        require_unlocked(work)
    for problem in gone:
        problem.status_before, problem.status = problem.status, Problem.Status.WITHDRAWN
    for problem in back:
        problem.status, problem.status_before = problem.status_before or Problem.Status.OPEN, ""
    Problem.objects.bulk_update([*gone, *back], ["status", "status_before"])
    Problem.objects.bulk_create(fresh)
    added, withdrawn = len(fresh) + len(back), len(gone)
    if added or withdrawn:
        content = "\n".join(f"{kind} {text}" for kind, text in wanted)
        subject = f"upload:{upload}" if upload else ""
        _note(work, "problem.list", subject, content, added + withdrawn)
    rows = told_problems(work)
    status = "stored" if added or withdrawn else "unchanged"
    return ListReceipt(status, added, withdrawn, rows, tuple(p.pk for p in gone), tuple(p.pk for p in back))


def withdraw_listed(
    work: VillageWork, upload: UUID, gone: Sequence[int], back: Sequence[int]
) -> tuple[int, list[str]]:
    """Take an upload's list back: its entries are withdrawn, what it left out is in force again, what it brought
    back is not. Returns how many changed, and the texts of entries that stay since their rectification has begun.
    """
    mine = list(_of_village(work).filter(upload=upload).exclude(status=Problem.Status.WITHDRAWN))
    mine += _of_village(work).filter(pk__in=back).exclude(status=Problem.Status.WITHDRAWN)
    begun = set(ProblemStep.objects.filter(problem__in=mine).values_list("problem_id", flat=True))
    out = [p for p in mine if p.pk not in begun and p.status == Problem.Status.OPEN]
    again = list(_of_village(work).filter(pk__in=gone, status=Problem.Status.WITHDRAWN))
    for problem in out:
        problem.status_before, problem.status = problem.status, Problem.Status.WITHDRAWN
    for problem in again:
        problem.status, problem.status_before = problem.status_before or Problem.Status.OPEN, ""
    Problem.objects.bulk_update([*out, *again], ["status", "status_before"])
    if out or again:
        _note(work, "problem.list", f"upload:{upload}", "", len(out) + len(again))
        told_problems(work)
    return len(out) + len(again), [p.text[:40] for p in mine if p not in out]


def add_problem(
    work: VillageWork,
    type_: int,
    text: str,
    source: str,
    *,
    household: Household | None = None,
    finding: Finding | None = None,
    found_by: str = Problem.Level.VILLAGE.value,
    measure: str = "",
    due_on: date | None = None,
    owner: str = "",
    upload: UUID | None = None,
) -> Problem:
    """Add one problem, of the village or of a household of it; `finding`: the lead that it is raised from.

    Raises ProblemError: also for a lead that is listed already, and for the village's own (`found_by`) once
    it has handed up.
    """
    if found_by == Problem.Level.VILLAGE:
        require_unlocked(work)
    clean = _text(work, type_, text)
    if household is not None and household.village_id != work.village.pk:
        raise ProblemError("Z04")
    if finding is not None and _of_village(work).filter(finding=finding).exclude(status="withdrawn").exists():
        raise ProblemError("Z17")
    problem = Problem(
        round=work.round, village=work.village, household=household, finding=finding, type=type_, text=clean,
        found_by=found_by, late=work.summary.handed_up, source=source,
        upload=upload, at=work.at,
    )  # fmt: skip
    _fill(work.pack, problem, measure, due_on, owner)
    problem.save()
    _note(work, "problem.add", f"problem:{problem.pk}", clean)
    told_problems(work)
    return problem


def set_rectification(
    work: VillageWork, problem: Problem, *, measure: str, due_on: date | None, owner: str
) -> Problem:
    """Set 整改措施, 整改时限 and 整改责任人; what is not known yet may stay empty, and shows as missing.

    Raises ProblemError for a problem that was withdrawn, closed or is another village's, or a limit before the
    day on which the problem was found, or later than the pack's days for `done` allow.
    """
    fresh = lock_problem(work, problem)
    if fresh.status == Problem.Status.CLOSED:
        raise ProblemError("Z18")
    before = fresh.measure, fresh.due_on, fresh.owner
    _fill(work.pack, fresh, measure, due_on, owner)
    if (fresh.measure, fresh.due_on, fresh.owner) == before:
        return fresh
    fresh.save(update_fields=["measure", "due_on", "owner"])
    limit = f"，{fresh.due_on:%Y-%m-%d}前" if fresh.due_on else ""
    step(work, fresh, ProblemStep.Kind.MEASURE, f"{fresh.measure}{limit}，{fresh.owner}".strip("，"))
    content = f"{fresh.measure}\n{fresh.due_on}\n{fresh.owner}"
    _note(work, "problem.rectification", f"problem:{fresh.pk}", content)
    told_problems(work)
    return fresh


def withdraw(work: VillageWork, problem: Problem, reason: str) -> Problem:
    """Withdraw an entry that was written by mistake, with a reason; it stays on record. Raises ProblemError."""
    fresh = lock_problem(work, problem)
    if fresh.found_by == Problem.Level.VILLAGE:
        require_unlocked(work)
    if fresh.status == Problem.Status.CLOSED:
        raise ProblemError("Z19")
    clean = reason_of(reason, "为什么撤回这条问题")
    fresh.status_before, fresh.status = fresh.status, Problem.Status.WITHDRAWN
    fresh.save(update_fields=["status", "status_before"])
    step(work, fresh, ProblemStep.Kind.WITHDRAWN, clean)
    _note(work, "problem.withdraw", f"problem:{fresh.pk}", clean)
    told_problems(work)
    return fresh


def restore(work: VillageWork, problem: Problem) -> Problem:
    """Take a withdrawal back, in one step, by who withdrew it. Raises ProblemError."""
    fresh: Problem | None = _of_village(work).select_for_update().filter(pk=problem.pk).first()
    if fresh is None or fresh.status != Problem.Status.WITHDRAWN:
        raise ProblemError("Z20")
    last = ProblemStep.objects.filter(problem=fresh).order_by("-pk").first()
    if last is None or last.kind != ProblemStep.Kind.WITHDRAWN or last.by != work.actor:
        raise ProblemError("Z21")
    if fresh.found_by == Problem.Level.VILLAGE:
        require_unlocked(work)
    fresh.status, fresh.status_before = fresh.status_before or Problem.Status.OPEN, ""
    fresh.save(update_fields=["status", "status_before"])
    step(work, fresh, ProblemStep.Kind.RESTORED, "")
    _note(work, "problem.restore", f"problem:{fresh.pk}", "")
    told_problems(work)
    return fresh


def record_signers(
    work: VillageWork,
    form: ProblemForm | StatisticsForm,
    values: Mapping[str, Any],
    source: str,
    *,
    upload: UUID | None = None,
    address: str = "",
) -> Receipt:
    """Who signed the problem list or the statistics: each a name, or the pack's 无此岗位.

    Kept as revisions of the form, whose only questions they are, by the same way as a profile's; signers
    not in `values` keep what is stored.
    """
    signed = ProfileForm(
        name=form.name, sheet=form.sheet, label=form.label, title=form.title, paper=form.paper, rows=(),
        signers=form.signers, by="town",
    )  # fmt: skip  # by town: they are no profile, nothing else is told by them
    asked = {signer.question for signer in form.signers}
    mine = {name: value for name, value in values.items() if name in asked}
    return submit_village_form(work, FormAnswers(signed, mine, source, upload, address))


def _of_village(work: VillageWork) -> Any:
    return Problem.objects.filter(round=work.round, village=work.village)


def _text(work: VillageWork, type_: int, text: str) -> str:
    form = work.pack.problem_list
    if form is None:
        raise ProblemError("Z22")
    if type_ not in {kind.number for kind in form.types}:
        choices = "、".join(f"{kind.number} {kind.label}" for kind in form.types)
        raise ProblemError("Z23", read=type_, choices=choices)
    return text_field("具体问题", text, _LONGEST, asks="具体问题")


def _fill(pack: Pack, problem: Problem, measure: str, due_on: date | None, owner: str) -> None:
    measure, owner = text_field("整改措施", measure, _MEASURE), text_field("整改责任人", owner, _OWNER)
    found, done = _found_on(problem), pack.schedule.step("rectification", "done")
    if due_on is not None and due_on < found:
        raise ProblemError("Z24")
    latest = done.due_on(found) if done else None
    if done and latest and due_on is not None and due_on > latest:
        raise ProblemError("Z25", latest=f"{latest:%Y-%m-%d}", days=done.days)
    problem.measure, problem.due_on, problem.owner = measure, due_on, owner


def _found_on(problem: Problem) -> date:
    return problem.at.astimezone(SHANGHAI).date()


def lock_problem(work: VillageWork, problem: Problem) -> Problem:
    """The entry afresh, held until the transaction ends. Raises ProblemError."""
    fresh: Problem | None = _of_village(work).select_for_update().filter(pk=problem.pk).first()
    if fresh is None:
        raise ProblemError("Z26")
    if fresh.status == Problem.Status.WITHDRAWN:
        raise ProblemError("Z27")
    return fresh


def require_unlocked(work: VillageWork) -> None:
    """Raise ProblemError (H02) where the village has handed its list up and it has not come back."""
    form = work.pack.problem_list
    if form is not None and work.locked and form.name not in work.summary.reopened_forms:
        raise ProblemListLocked("H02", form=form.label)


def reason_of(text: str, asks: str) -> str:
    """A reason as it is kept, 300 characters at the most. Raises Refusal, for none saying what it `asks`."""
    return text_field("理由", text, 300, asks=asks)


def step(
    work: VillageWork, problem: Problem, kind: ProblemStep.Kind, text: str, file: StoredFile | None = None
) -> None:
    """Write down what was done about a problem."""
    ProblemStep.objects.create(
        problem=problem, kind=kind, text=text[:1000], file=file, by=work.actor, at=work.at
    )


def _coming_back(known: Sequence[Problem], left: Counter[tuple[int, str]], source: str) -> list[Problem]:
    """The source's withdrawn entries that the list names again, the newest first; takes them from `left`."""
    back = []
    for problem in reversed(known):
        mine = problem.status == Problem.Status.WITHDRAWN and problem.source == source
        if mine and left[problem.type, problem.text]:
            left[problem.type, problem.text] -= 1
            back.append(problem)
    return back


def _fresh(
    work: VillageWork,
    wanted: Sequence[tuple[int, str]],
    left: Counter[tuple[int, str]],
    source: str,
    upload: UUID | None,
) -> list[Problem]:
    """New entries in the order of the list, as many of each as are `left`."""
    made = []
    for kind, text in wanted:
        if left[kind, text]:
            left[kind, text] -= 1
            made.append(
                Problem(
                    round=work.round, village=work.village, type=kind, text=text, source=source, upload=upload,
                    at=work.at,
                )
            )  # fmt: skip
    return made


def _note(work: VillageWork, action: str, subject: str, content: str, count: int = 1) -> None:
    mark = digest(content.encode()) if content else ""
    work.note(Entry(village_chain(work.village.pk), work.actor, action, subject, mark, count))

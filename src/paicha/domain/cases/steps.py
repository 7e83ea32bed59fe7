"""The lines of a case's log, and what each leaves behind: where the case stands, leads decided, the class changed.

Why apart: opening, passing, sending back, a meeting and an undo all end in these few writes. Nothing here asks
whether the step may be taken; `engine` does.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from paicha.core.pack import Procedure, Step
from paicha.core.refusal import text_field
from paicha.domain.audit.services import Entry, village_chain
from paicha.domain.cases import guards
from paicha.domain.cases.errors import CaseError
from paicha.domain.cases.models import Case, CaseStep, Meeting
from paicha.domain.cases.records import TEXT, day_words
from paicha.domain.households.models import Household
from paicha.domain.households.services import correct_class
from paicha.domain.responses.models import Finding
from paicha.domain.responses.services import VillageWork, decide_within

PASSED, BACK, ENDED, UNDONE = "passed", "back", "ended", "undone"
BY_SURVEY = "by_survey"


def pass_step(
    work: VillageWork,
    case: Case,
    procedure: Procedure,
    step: Step,
    *,
    records: dict[str, Any],
    reason: str,
    meeting: Meeting | None = None,
) -> None:
    nxt = procedure.after(step.id)
    settled = (
        decide_leads(work, case, step, Finding.State.CONFIRMED, step.passed, meeting) if step.settles else []
    )
    became = None
    if nxt is None:
        household = Household.objects.get(pk=case.household_id)
        into = guards.class_after(work.round, work.pack, procedure, household.pk)
        if into is not None and into != household.household_class:
            became = {"from": household.household_class, "to": into}
            correct_class(household, into, actor=work.actor, reason=procedure.title)
    line(
        work, case, step, PASSED, reason=reason, to=nxt.id if nxt else "", records=records, meeting=meeting,
        settled=settled, became=became,
    )  # fmt: skip
    if nxt is None:
        close(work, case, Case.State.DONE)
    else:
        enter(work, case, nxt)


def end_step(
    work: VillageWork,
    case: Case,
    step: Step,
    *,
    reason: str,
    records: dict[str, Any] | None = None,
    meeting: Meeting | None = None,
) -> None:
    if step.ended is None:
        raise CaseError("K47", title=step.title)
    reason = text_field("理由", reason, TEXT, asks=f"“{step.ended}”的理由")
    said = f"{step.ended}：{reason}"
    settled = decide_leads(work, case, step, Finding.State.DISMISSED, said, meeting) if step.settles else []
    line(work, case, step, ENDED, reason=reason, records=records, meeting=meeting, settled=settled)
    close(work, case, Case.State.ENDED)


def decide_leads(
    work: VillageWork, case: Case, step: Step, state: str, said: str, meeting: Meeting | None
) -> list[int]:
    """Decide the household's open leads of the kinds that count, as the meeting did; their ids."""
    kinds = work.pack.open_kinds
    leads = Finding.objects.filter(
        round=work.round, household=case.household_id, severity="lead", state="open", kind__in=kinds
    )
    day = day_words(meeting.held_on if meeting else work.days.today)
    ids = list(leads.order_by("pk").values_list("pk", flat=True))
    for pk in ids:
        decide_within(work, pk, state=state, reason=f"{day}{step.title}，{said}")
    return ids


def line(
    work: VillageWork,
    case: Case,
    step: Step | None,
    result: str,
    *,
    reason: str = "",
    to: str = "",
    records: dict[str, Any] | None = None,
    meeting: Meeting | None = None,
    settled: Sequence[int] = (),
    became: dict[str, str] | None = None,
    undoes: CaseStep | None = None,
) -> CaseStep:
    """A line of the log and its audit entry."""
    text_field("理由", reason, TEXT)
    row = CaseStep.objects.create(
        case=case, step=step.id if step else case.step, result=result, began=case.since, due_on=case.due_on,
        at=work.at, by=work.actor, reason=reason.strip(), records=records or {}, to=to, meeting=meeting,
        settled=list(settled), became=became, undoes=undoes,
    )  # fmt: skip
    name = undoes.step if undoes else row.step
    action = f"case.{name}.{result}"
    work.note(Entry(village_chain(work.village.pk), work.actor, action, f"case:{case.pk}"))
    return row


def enter(work: VillageWork, case: Case, step: Step) -> None:
    today = work.days.today
    case.step, case.since = step.id, today
    case.due_on, case.opens_on = step.due_on(today), step.opens_on(today)
    case.save(update_fields=["step", "since", "due_on", "opens_on"])


def close(work: VillageWork, case: Case, state: str) -> None:
    case.state, case.closed_on = state, work.days.today
    case.due_on = case.opens_on = None
    case.save(update_fields=["state", "closed_on", "due_on", "opens_on"])

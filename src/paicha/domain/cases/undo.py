"""Taking a step back: in one act, by who did it, until somebody has built on it (mechanism, Hand-up).

What holds: nothing of the log goes; what was decided with the step (leads, the class) is as it was before it.
"""

from __future__ import annotations

from paicha.domain.cases.case_facts import effective, tell
from paicha.domain.cases.engine import step_of
from paicha.domain.cases.errors import CaseError
from paicha.domain.cases.models import Case, CaseStep, Meeting, MeetingItem, Objection
from paicha.domain.cases.steps import BY_SURVEY, UNDONE, line
from paicha.domain.households.models import Household
from paicha.domain.households.services import correct_class
from paicha.domain.responses.services import VillageWork, reopen_within


def undo(work: VillageWork, case: Case, *, meeting: Meeting | None = None) -> Case:
    """Take the last step back, by who did it, until somebody has built on it. Raises CaseError.

    The opening is undone together with what followed from it by itself; the case then has ended. `meeting`: as
    part of taking a whole meeting's record back.
    """
    fresh = Case.objects.select_for_update().get(pk=case.pk)
    standing = effective(CaseStep.objects.filter(case=fresh))
    last = standing[-1] if standing else None
    if last is None:
        raise CaseError("K58")
    if refused := _why_no_undo(work, fresh, last, meeting):
        raise refused
    household = Household.objects.get(pk=fresh.household_id)
    if last.became:
        correct_class(household, last.became["from"], actor=work.actor, reason="撤回")
    for finding in last.settled:
        reopen_within(work, finding)
    taken = [last]
    if BY_SURVEY in last.records:
        taken.append(standing[-2])
    for row in taken:
        line(work, fresh, None, UNDONE, undoes=row)
    first = taken[-1]
    fresh.step, fresh.since, fresh.due_on = first.step, first.began, first.due_on
    opened = len(taken) == len(standing)
    fresh.state = Case.State.ENDED if opened else Case.State.GOING
    fresh.closed_on = work.days.today if opened else None
    step = step_of(work.pack, fresh)
    fresh.opens_on = step.opens_on(first.began)
    fresh.save()
    tell(work, {fresh.household_id})
    return fresh


def _why_no_undo(work: VillageWork, case: Case, last: CaseStep, meeting: Meeting | None) -> CaseError | None:
    if last.by != work.actor:
        return CaseError("K59")
    if last.meeting_id != (meeting.pk if meeting else None):
        return CaseError("K60")
    planned = MeetingItem.objects.filter(case=case, meeting__state=Meeting.State.PLANNED)
    if planned.exists():
        return CaseError("K61")
    if Objection.objects.filter(case=case, step=case.step).exists():
        return CaseError("K62")
    again = Case.objects.filter(household=case.household_id, procedure=case.procedure, state="going")
    if again.exclude(pk=case.pk).exists():
        return CaseError("K63")
    return None

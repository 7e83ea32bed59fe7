"""Households in their procedures: one at each step of 纳入, one ended, one through; removals; the meeting tonight."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from paicha.core.pack import Step
from paicha.core.refusal import Refusal
from paicha.delivery.cli.scene.cast import CADRE, Cast
from paicha.domain import clock
from paicha.domain.cases.engine import open_cases, procedure_of, step_of, take_step
from paicha.domain.cases.measures import add_measure, note_objection, note_round
from paicha.domain.cases.meetings import Held, Vote, plan_meeting, record_meeting
from paicha.domain.cases.models import Case
from paicha.domain.responses.services import VillageWork

_LEVELS = ("village", "town", "county")
_ENROLMENT, _REMOVAL, _ORIGIN = "enrolment", "removal", "上一轮留下的线索"
_ENDED = "ended"  # in place of a step: the first meeting says no
_PRESENT = 9
_ENROLLED = 400  # days since a household of a removal was enrolled


def open_enrolments(cast: Cast) -> None:
    """On the second day: a case for each step, each as far as it comes that day; the notices hang from now on."""
    steps = procedure_of(cast.pack, _ENROLMENT).steps
    wanted = [*[step.id for step in steps[1:]], "", _ENDED]
    ripe = [h for form in ("general", "lifted") for h in cast.met(cast.played, form=form)][: len(wanted)]
    if not ripe:
        return
    with cast.work(CADRE) as work:
        cases = open_cases(work, _ENROLMENT, ripe, origin=_ORIGIN)
    _advance(cast, dict(zip([case.pk for case in cases], wanted, strict=False)))


def advance_enrolments(cast: Cast) -> None:
    """On the scene's day: those whose notice has hung long enough go on; one notice has an objection."""
    steps = [step.id for step in procedure_of(cast.pack, _ENROLMENT).steps]
    going = list(Case.objects.filter(round=cast.round, village=cast.played, state="going").order_by("pk"))
    hanging = [case for case in going if case.procedure == _ENROLMENT and case.step == "notice"]
    goals = dict(zip([case.pk for case in hanging], [*steps[steps.index("notice") :], ""], strict=False))
    with cast.work(CADRE) as work:
        for case in hanging[:1]:
            note_objection(work, case, what="儿子在外打工，收入没算进去", by="匿名", on=clock.today())
    _advance(cast, goals)


def _advance(cast: Cast, goals: dict[int, str]) -> None:
    """Take each case on to its goal ('' : to the end), as far as the calendar lets it."""
    for step in procedure_of(cast.pack, _ENROLMENT).steps[1:]:
        standing = [case for case in _going(goals) if case.step == step.id and goals[case.pk] != step.id]
        if not standing or (step.at_least and standing[0].since == clock.today()):
            continue
        with cast.work(CADRE) as work:
            if step.meeting:
                _meet(work, step, standing, [case.pk for case in standing if goals[case.pk] == _ENDED])
                continue
            for case in standing:
                take_step(work, case, at=step.id, levels=_LEVELS, records=_records(step, case.since))


def _going(goals: dict[int, str]) -> list[Case]:
    return list(Case.objects.filter(pk__in=goals, state="going").order_by("pk"))


def _records(step: Step, since: date) -> dict[str, Any]:
    """What a step writes down: dates of the day on which the step began, words for the rest."""
    words = {"visitor": "李四", "found": "情况属实", "compared": "和部门名单一致", "posted_at": "村委会门口"}
    return {
        record.name: since if record.type == "date" else words.get(record.name, "同意")
        for record in step.records
    }


def _meet(work: VillageWork, step: Step, cases: Sequence[Case], ended: Sequence[int]) -> None:
    """Hold the meeting of a step over these cases; all pass but those that are `ended`."""
    assert step.meeting is not None
    made = plan_meeting(
        work, step.meeting, clock.today(), place="村委会", chair="王支书", cases=[c.pk for c in cases]
    )
    held = Held(clock.today(), "村委会", "王支书", _PRESENT, "王支书、刘包村、李四", "逐户议过。")
    no, yes = Vote(0, _PRESENT, 0, "ended", "入户看过，情况不属实"), Vote(_PRESENT - 1, 1, 0, "passed")
    votes = {item.pk: no if item.case_id in ended else yes for item in made.items.all()}
    record_meeting(work, made, held, votes)


def plan_tonight(cast: Cast) -> None:
    """Tonight's deliberation over everything that waits for one."""
    kind = "deliberation"
    waiting = Case.objects.filter(round=cast.round, village=cast.played, state="going").order_by("pk")
    ripe = [case.pk for case in waiting if step_of(cast.pack, case).meeting == kind]
    with cast.work(CADRE) as work:
        plan_meeting(
            work, kind, clock.today(), place="村委会，晚上七点半", chair="王支书", cases=ripe,
            topics=["本周排查情况"],
        )  # fmt: skip


def put_forward(cast: Cast, households: int = 3) -> None:
    """Households with the strongest open leads are put forward, so that tonight's meeting has them."""
    from paicha.domain.responses.models import Finding

    open_ = Finding.objects.filter(round=cast.round, village=cast.played, severity="lead", state="open")
    ids = list(
        dict.fromkeys(
            open_.exclude(household=None).order_by("rule", "pk").values_list("household", flat=True)
        )
    )
    with cast.work(CADRE) as work:
        known = {e.household_id for e in cast.entries(cast.played, form__in=("general", "lifted"))}
        ripe = [household for household in ids if household in known][:households]
        for case in open_cases(work, _ENROLMENT, ripe, origin="") if ripe else ():
            step = step_of(work.pack, case)
            if step.id == "visit":
                take_step(work, case, at=step.id, levels=_LEVELS, records=_records(step, case.since))


def propose_removals(cast: Cast) -> None:
    """Households of the monitored: measures for each, and the removal of those that nothing bars."""
    watched = cast.met(cast.played, form="monitored")
    with cast.work(CADRE) as work:
        for household in watched:
            add_measure(
                work, household, policy="公益性岗位", by_whom="村委会", since=cast.round.opens_on, amount=6000
            )
    enrolled = {
        "enrolled_on": date.fromordinal(clock.today().toordinal() - _ENROLLED).isoformat(),
        "grounds": "收入稳定",
    }
    for household in watched:
        try:
            with cast.work(CADRE) as work:
                open_cases(work, _REMOVAL, [household], origin="", records=enrolled)
        except Refusal:
            continue  # a guard of the pack bars it: that household stays monitored


def note_weekly_round(cast: Cast) -> None:
    """A grid worker's weekly round through the first group."""
    entries = cast.entries(cast.played)
    with cast.work(CADRE) as work:
        note_round(
            work, group=entries[0].group, on=clock.today(), worker="演示网格员", visited=12, seen="窑洞裂缝",
            household=entries[0].household_id,
        )  # fmt: skip

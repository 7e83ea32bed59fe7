"""Meetings of a village: planned with households that are up for one, printed, recorded at the keyboard, corrected.

What holds: votes are typed row by row; what doesn't add up comes back with every number that was typed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from paicha.core.bounds import whole, wholes
from paicha.core.refusal import Refusal
from paicha.delivery.desk.cases.case_text import procedure_of, standing
from paicha.delivery.desk.shell.page import page
from paicha.delivery.desk.shell.paging import page_of
from paicha.delivery.desk.shell.places import Place, at_place, at_record, require
from paicha.delivery.desk.shell.refusals import refused_to
from paicha.delivery.desk.shell.wording import who_text
from paicha.domain import clock
from paicha.domain.accounts.roles import Verb
from paicha.domain.cases.models import Case, Meeting, MeetingItem
from paicha.domain.cases.queries import going, meetings
from paicha.domain.cases.records import day_of
from paicha.domain.cases.services import (
    CaseError,
    Held,
    ItemError,
    Vote,
    cancel_meeting,
    change_agenda,
    plan_meeting,
    record_meeting,
    takes,
    undo_meeting,
)
from paicha.domain.responses.queries import names
from paicha.domain.responses.services import village_work

_SIZE = 30
_MOST = 9999  # votes


@dataclass(frozen=True, slots=True)
class Ballot:
    """An item of the agenda with what was typed or recorded."""

    item: MeetingItem
    title: str
    values: Mapping[str, Any]
    options: tuple[tuple[str, str], ...]
    bad: bool
    said: str  # the decision in words


@require_http_methods(["GET", "POST"])
@at_place(Verb.READ_HOUSEHOLDS, whole=True)
def meeting_list(request: HttpRequest, place: Place) -> HttpResponse:
    """A village's meetings, and the planning of one."""
    if not place.is_village:
        raise Http404
    error, posted = "", request.POST
    if request.method == "POST":
        require(place, Verb.DELIBERATE)
        try:
            with village_work(place.round, place.pack, place.area.area, place.scope.actor) as work:
                made = plan_meeting(
                    work, posted.get("kind", ""), day_of("开会日期", posted.get("on"), future=True),
                    place=posted.get("place", ""), chair=posted.get("chair", ""),
                    cases=_numbers(posted.getlist("case")), topics=posted.get("topics", "").splitlines(),
                )  # fmt: skip
            messages.success(request, "会议已安排。可以打印议程、签到表和表决票。")
            return redirect("desk:meeting", made.pk)
        except Refusal as refused:
            error = str(refused)
    return _meetings(request, place, error)


def _meetings(request: HttpRequest, place: Place, error: str) -> HttpResponse:
    village = place.area.area_id
    up = [c for c in going([village]) if _kind_of(place, c) and getattr(c, "planned_pk", None) is None]
    typed = request.POST if request.method == "POST" else request.GET
    ticked = set(_numbers(typed.getlist("case")))
    listed = meetings(village)
    turned = page_of(request, listed, _SIZE)
    rows = list(turned)
    kind = typed.get("kind") or next((_kind_of(place, c) for c in up if c.pk in ticked), "")
    kind = kind or (_kind_of(place, up[0]) if up else Meeting.Kind.FORTNIGHTLY.value)
    place.log_read("meetings", len(up))
    return page(
        request, place, "cases/meetings.html", "cases", status=422 if error else 200, error=error,
        planned=[m for m in rows if m.state == Meeting.State.PLANNED],
        held=[m for m in rows if m.state == Meeting.State.HELD], paging=turned,
        up=[(c, standing(place.pack, c), _kind_of(place, c), not ticked or c.pk in ticked) for c in up],
        kinds=Meeting.Kind.choices, kind=kind, typed=typed, today=clock.today(),
        may_plan=place.may(Verb.DELIBERATE), habits=place.pack.schedule.habits,
    )  # fmt: skip


def _kind_of(place: Place, case: Case) -> str:
    return procedure_of(place.pack, case).step[case.step].meeting or ""


def _numbers(texts: list[str]) -> list[int]:
    return wholes(texts)


# One meeting


@at_record(Meeting, Verb.READ_HOUSEHOLDS)
def meeting(request: HttpRequest, place: Place, row: Meeting) -> HttpResponse:
    """A meeting: its agenda, and its record."""
    return _page(request, place, row)


def _page(request: HttpRequest, place: Place, row: Meeting, **context: Any) -> HttpResponse:
    typed, bad = context.pop("typed", {}), context.pop("bad", None)
    items = list(row.items.select_related("case__household").order_by("number"))
    ballots = [_ballot(place, item, typed, bad) for item in items]
    planned = row.state == Meeting.State.PLANNED
    may = place.may(Verb.DELIBERATE)
    more = []
    if planned and may:
        more = [
            c
            for c in going([place.area.area_id])
            if getattr(c, "planned_pk", None) is None and takes(row.kind, place.pack, c)
        ]
    known = names({row.recorded_by, row.planned_by})
    place.log_read("meeting", sum(item.case_id is not None for item in items))
    head = {
        "on": typed.get("on") or min(row.held_on, clock.today()).isoformat(),
        "place": typed.get("place", row.place), "chair": typed.get("chair", row.chair),
        "present": typed.get("present", row.present or ""), "attended": typed.get("attended", row.attended),
        "minutes": typed.get("minutes", row.minutes),
    }  # fmt: skip
    return page(
        request, place, "cases/meeting.html", "cases", meeting=row, ballots=ballots, planned=planned, may=may,
        more=more, head=head, today=clock.today(), ahead=row.held_on > clock.today(),
        by=who_text(known, row.recorded_by or row.planned_by),
        may_undo=row.recorded_by == place.scope.actor and row.state == Meeting.State.HELD,
        cases=any(item.case_id for item in items), **context,
    )  # fmt: skip


def _ballot(place: Place, item: MeetingItem, typed: Mapping[str, Any], bad: int | None) -> Ballot:
    values = {
        "for": item.votes_for, "against": item.votes_against, "abstained": item.abstained,
        "decision": item.decision, "reason": item.reason,
    }  # fmt: skip
    if typed:
        values = {key: typed.get(f"{key}_{item.pk}", "") for key in values}
    if item.case is None:
        return Ballot(item, "", values, (), item.pk == bad, "")
    procedure = procedure_of(place.pack, item.case)
    step = procedure.step[item.case.step]
    if (
        item.meeting.state == Meeting.State.HELD or step.meeting is None
    ):  # the step that the meeting was about
        step = next(s for s in procedure.steps if s.meeting)
        step = next((s for s in procedure.steps if s.meeting == item.meeting.kind), step)
    options = [("passed", step.passed)]
    if step.ended:
        options.append(("ended", step.ended))
    if step.back_to:
        options.append(("back", f"退回{procedure.step[step.back_to[0]].title}"))
    options.append(("later", "下次再议"))
    said = dict(options).get(str(item.decision), "")
    return Ballot(item, procedure.title, values, tuple(options), item.pk == bad, said)


@require_POST
@at_record(Meeting, Verb.READ_HOUSEHOLDS, act=Verb.DELIBERATE)
def record(request: HttpRequest, place: Place, row: Meeting) -> HttpResponse:
    """Write down the meeting and what it decided."""
    posted = request.POST
    bad = None
    try:
        held = Held(
            day_of("开会日期", posted.get("on")), posted.get("place", ""), posted.get("chair", ""),
            _count("到会人数", posted.get("present", "")) or 0, posted.get("attended", ""),
            posted.get("minutes", ""),
        )  # fmt: skip
        with village_work(place.round, place.pack, row.village, place.scope.actor) as work:
            pks = row.items.values_list("pk", flat=True)
            record_meeting(work, row, held, {pk: _vote(posted, pk) for pk in pks})
    except Refusal as error:
        bad = error.item if isinstance(error, ItemError) else None
        return _page(request, place, row, error=str(error), typed=posted, bad=bad, status=422)
    messages.success(request, "会议结果已登记，各户已转到下一步。")
    return redirect("desk:meeting", row.pk)


def _vote(posted: Mapping[str, str], pk: int) -> Vote:
    try:
        votes = {key: _count(label, posted.get(f"{key}_{pk}", "")) for key, label in _VOTES}
    except Refusal as refused:
        raise ItemError("G05", item=pk, said=refused) from None
    decision, reason = posted.get(f"decision_{pk}", ""), posted.get(f"reason_{pk}", "")
    return Vote(votes["for"], votes["against"], votes["abstained"], decision, reason)


_VOTES = (("for", "同意票"), ("against", "不同意票"), ("abstained", "弃权票"))


def _count(label: str, text: str) -> int | None:
    text = text.strip()
    if not text:
        return None
    number = whole(text, _MOST)
    if number is None:
        raise CaseError("G04", label=label, read=text[:10])
    return number


@require_POST
@at_record(Meeting, Verb.READ_HOUSEHOLDS, act=Verb.DELIBERATE)
@refused_to(_page)
def agenda(request: HttpRequest, place: Place, row: Meeting) -> HttpResponse:
    """Change the agenda of a planned meeting, or call it off."""
    posted = request.POST
    with village_work(place.round, place.pack, row.village, place.scope.actor) as work:
        if posted.get("cancel"):
            cancel_meeting(work, row)
        else:
            add, drop = _numbers(posted.getlist("case")), _numbers(posted.getlist("drop"))
            change_agenda(work, row, add=add, drop=drop)
    if posted.get("cancel"):
        messages.success(request, "会议已取消，议程上的户可以列入别的会议。")
        return redirect(reverse("desk:meetings", args=[place.code]))
    messages.success(request, "议程已改。")
    return redirect("desk:meeting", row.pk)


@require_POST
@at_record(Meeting, Verb.READ_HOUSEHOLDS, act=Verb.DELIBERATE)
@refused_to(_page)
def take_back(request: HttpRequest, place: Place, row: Meeting) -> HttpResponse:
    """Take the record back as a whole, to be corrected."""
    with village_work(place.round, place.pack, row.village, place.scope.actor) as work:
        undo_meeting(work, row)
    messages.success(request, "已撤回，填过的都还在，改好再登记。")
    return redirect("desk:meeting", row.pk)

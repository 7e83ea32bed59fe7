"""Meetings of a village: planned with households that are up for one, printed, recorded at the keyboard, corrected.

What holds: votes are typed row by row; what doesn't add up comes back with every number that was typed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from paicha.core.bounds import wholes
from paicha.core.refusal import Refusal
from paicha.delivery.desk.cases.case_days import any_day, past_day
from paicha.delivery.desk.cases.case_text import procedure_of, standing
from paicha.delivery.desk.shell.fields import Amount, Day, RowForm, Ticks, Words, entries
from paicha.delivery.desk.shell.page import page
from paicha.delivery.desk.shell.paging import page_of
from paicha.delivery.desk.shell.places import Place, at_place, at_record, require
from paicha.delivery.desk.shell.refusals import refused_to
from paicha.delivery.desk.shell.wording import who_text
from paicha.domain import clock
from paicha.domain.accounts.roles import Verb
from paicha.domain.cases.models import Case, Meeting, MeetingItem
from paicha.domain.cases.queries import going, meetings
from paicha.domain.cases.services import (
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


class PlanForm(forms.Form):
    """A meeting to be held: its kind, day, place and agenda."""

    on = Day("开会日期", read=any_day)
    kind, place, chair, topics = Words(), Words(), Words(), Words()
    case = Ticks()


class RecordForm(forms.Form):
    """A meeting as it was held, apart from its votes."""

    on = Day("开会日期", read=past_day)
    present = Amount("到会人数", most=_MOST)
    place, chair, attended, minutes = Words(), Words(), Words(), Words()


class VoteForm(RowForm):
    """The votes on one item of the agenda, and what was decided. Its first field is called `for`."""

    against, abstained = Amount("不同意票", most=_MOST), Amount("弃权票", most=_MOST)
    decision, reason = Words(), Words()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields = {"for": Amount("同意票", most=_MOST), **self.fields}


class AgendaForm(forms.Form):
    """Cases to take up and items to drop, or the whole meeting called off."""

    cancel = Words()
    case, drop = Ticks(), Ticks()


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
    if request.method == "POST":
        require(place, Verb.DELIBERATE)
        try:
            entered = entries(PlanForm(request.POST))
            with village_work(place.round, place.pack, place.area.area, place.scope.actor) as work:
                made = plan_meeting(
                    work, entered["kind"], entered["on"], place=entered["place"], chair=entered["chair"],
                    cases=entered["case"], topics=entered["topics"].splitlines(),
                )  # fmt: skip
            messages.success(request, "会议已安排。可以打印议程、签到表和表决票。")
            return redirect("desk:meeting", made.pk)
        except Refusal as refused:
            return _meetings(request, place, refused)
    return _meetings(request, place)


def _meetings(request: HttpRequest, place: Place, error: Refusal | None = None) -> HttpResponse:
    village = place.area.area_id
    up = [c for c in going([village]) if _kind_of(place, c) and getattr(c, "planned_pk", None) is None]
    typed = request.POST if request.method == "POST" else request.GET
    ticked = set(wholes(typed.getlist("case")))
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
        entered = entries(RecordForm(posted))
        held = Held(**entered | {"present": entered["present"] or 0})
        with village_work(place.round, place.pack, row.village, place.scope.actor) as work:
            pks = row.items.values_list("pk", flat=True)
            record_meeting(work, row, held, {pk: _vote(posted, pk) for pk in pks})
    except Refusal as error:
        bad = error.item if isinstance(error, ItemError) else None
        return _page(request, place, row, error=error, typed=posted, bad=bad, status=422)
    messages.success(request, "会议结果已登记，各户已转到下一步。")
    return redirect("desk:meeting", row.pk)


def _vote(posted: QueryDict, pk: int) -> Vote:
    form = VoteForm(posted, prefix=str(pk))
    try:
        entered = entries(form)
    except Refusal as refused:
        raise ItemError("G05", item=pk, field=refused.field, said=refused) from None
    return Vote(votes_for=entered.pop("for"), **entered)


@require_POST
@at_record(Meeting, Verb.READ_HOUSEHOLDS, act=Verb.DELIBERATE)
@refused_to(_page)
def agenda(request: HttpRequest, place: Place, row: Meeting) -> HttpResponse:
    """Change the agenda of a planned meeting, or call it off."""
    entered = entries(AgendaForm(request.POST))
    with village_work(place.round, place.pack, row.village, place.scope.actor) as work:
        if entered["cancel"]:
            cancel_meeting(work, row)
        else:
            change_agenda(work, row, add=entered["case"], drop=entered["drop"])
    if entered["cancel"]:
        messages.success(request, "会议已取消，议程上的户可以列入别的会议。")
        return redirect(reverse("desk:meetings", args=[place.code]))
    messages.success(request, "议程已改。")
    return redirect("desk:meeting", row.pk)


@require_POST
@at_record(Meeting, Verb.READ_HOUSEHOLDS, act=Verb.DELIBERATE)
@refused_to(_page)
def undo_record(request: HttpRequest, place: Place, row: Meeting) -> HttpResponse:
    """Take the record back as a whole, to be corrected."""
    with village_work(place.round, place.pack, row.village, place.scope.actor) as work:
        undo_meeting(work, row)
    messages.success(request, "已撤回，填过的都还在，改好再登记。")
    return redirect("desk:meeting", row.pk)

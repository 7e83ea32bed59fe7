"""Questions of the town to a village: asked on the village, a row or a cell, answered there, seen by both."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from paicha.core.refusal import Refusal
from paicha.delivery.desk.shell.page import page
from paicha.delivery.desk.shell.paging import page_of
from paicha.delivery.desk.shell.places import Place, areas_below, at_place, at_record, in_groups
from paicha.delivery.desk.verification.question_thread import threads
from paicha.domain.accounts.roles import Verb
from paicha.domain.responses.queries import names, summaries
from paicha.domain.responses.services import village_work
from paicha.domain.rounds.models import RosterEntry
from paicha.domain.verification import desk_audits, enquiries
from paicha.domain.verification.models import Enquiry


@at_place(Verb.READ_HOUSEHOLDS)
def listed(request: HttpRequest, place: Place) -> HttpResponse:
    """A village's questions with their answers; of a town or county those that are not closed."""
    return _page(request, place)


def _page(request: HttpRequest, place: Place, *, status: int = 200, **context: Any) -> HttpResponse:
    rows = Enquiry.objects.filter(round=place.round).select_related("to", "household", "village")
    if place.is_village:
        rows = rows.filter(village_id=place.area.area_id)
        if place.groups is not None:
            rows = rows.filter(household__group__in=place.groups)
    else:
        open_in = [
            s.village_id
            for s in summaries(place.scope, place.round, place.prefix)
            if s.fact.enquiries_open or s.fact.enquiries_answered
        ]
        rows = rows.filter(village_id__in=open_in, closed_at=None)
    entry = _entry(place, request.GET.get("household", "") or request.POST.get("household", ""))
    if entry is not None:
        rows = rows.filter(household=entry.household_id)
    every = list(
        rows.order_by(
            F("closed_at").asc(nulls_first=True), F("answered_at").asc(nulls_first=True), "village__code", "at"
        )
    )  # fmt: skip
    turned = page_of(request, every)
    shown = list(turned)
    known = names({e.by for e in shown} | {e.answered_by for e in shown})
    place.log_read("enquiries", len({e.household_id for e in shown if e.household_id}))
    may_ask = place.is_village and place.may(Verb.VERIFY)
    questions = place.pack.household_forms[entry.form].questions if entry else ()
    return page(
        request, place, "verification/enquiries.html", "attention" if not place.is_village else "area", status=status,
        waiting=sum(not e.answered_at and not e.closed_at for e in every),
        threads=threads(place.pack, shown, known), paging=turned, about=entry, may_ask=may_ask,
        may_answer=place.is_village and place.may(Verb.SUBMIT_ANSWERS), may_close=place.may(Verb.VERIFY),
        people=enquiries.answerers(place.code) if may_ask else [],
        cells=[(name, place.pack.questions[name].label) for name in dict.fromkeys(questions)],
        villages={} if place.is_village else {a.area_id: a for a in areas_below(place).values()}, **context,
    )  # fmt: skip


def _entry(place: Place, text: str) -> RosterEntry | None:
    """The household that a question is about, of this village; None where none is named."""
    if not text or not place.is_village:
        return None
    try:
        id_ = UUID(text)
    except ValueError:
        raise Http404 from None
    entry = (
        RosterEntry.objects.filter(round=place.round, village_id=place.area.area_id, household=id_)
        .select_related("household")
        .first()
    )
    if entry is None or not in_groups(place, entry.household.group):
        raise Http404
    return entry


@require_POST
@at_place(Verb.READ_HOUSEHOLDS, act=Verb.VERIFY)
def ask(request: HttpRequest, place: Place) -> HttpResponse:
    """Ask the village; where its ledger is handed up, the audit has then begun."""
    if not place.is_village:
        raise Http404
    entry, typed = _entry(place, request.POST.get("household", "")), request.POST
    to = next((u for u in enquiries.answerers(place.code) if str(u.pk) == typed.get("to")), None)
    try:
        with village_work(place.round, place.pack, place.area.area, place.scope.actor) as work:
            enquiries.ask(
                work, typed.get("text", ""), to, address=reverse("desk:enquiries", args=[place.code]),
                household=entry.household if entry else None, question=typed.get("question", ""),
            )  # fmt: skip
            if work.summary.status == work.summary.Status.HANDED_UP:
                desk_audits.begin(work)
    except Refusal as refused:
        return _page(request, place, status=422, error=str(refused), typed=typed)
    messages.success(request, f"已问{to}，答复后会提醒您。")
    if typed.get("back") == "audit":
        return redirect("desk:audit", place.code)
    return redirect("desk:enquiries", place.code)


@require_POST
@at_record(Enquiry, Verb.READ_HOUSEHOLDS, act=Verb.SUBMIT_ANSWERS, related=("household",))
def answer(request: HttpRequest, place: Place, row: Enquiry) -> HttpResponse:
    """Answer a question of the town."""
    text = request.POST.get("answer", "")
    try:
        with village_work(place.round, place.pack, place.area.area, place.scope.actor) as work:
            enquiries.answer(work, row, text, address=reverse("desk:enquiries", args=[place.code]))
    except Refusal as refused:
        return _page(request, place, status=422, error=str(refused), failed=row.pk, answer=text)
    messages.success(request, "已答复，镇里会看到。")
    return redirect("desk:enquiries", place.code)


@require_POST
@at_record(Enquiry, Verb.READ_HOUSEHOLDS, act=Verb.VERIFY, related=("household",))
def close(request: HttpRequest, place: Place, row: Enquiry) -> HttpResponse:
    """The answer will do, or the question is no longer asked."""
    try:
        with village_work(place.round, place.pack, place.area.area, place.scope.actor) as work:
            enquiries.close(work, row)
    except Refusal as refused:
        return _page(request, place, status=422, error=str(refused))
    messages.success(request, "已了结。")
    return redirect("desk:enquiries", place.code)

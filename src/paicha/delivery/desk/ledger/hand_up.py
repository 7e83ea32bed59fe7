"""Handing up: what is missing first, then the signers, one button; once up, what was handed up and whether it holds.

What holds: a village, a town and the county have one page at one address; each names what blocks with a link, and
what can be undone is undone by who did it. What was handed up is compared with what is in force every time.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from paicha.core.refusal import Refusal
from paicha.delivery.desk.ledger.checklist_links import gaps
from paicha.delivery.desk.ledger.presenters import (
    figure_lines,
    said_of_deviation,
    signer_fields,
    signers_typed,
)
from paicha.delivery.desk.ledger.town_ledger import above_context
from paicha.delivery.desk.shell.page import page
from paicha.delivery.desk.shell.places import Place, at_place, require
from paicha.domain.accounts.roles import Verb
from paicha.domain.handover import towns
from paicha.domain.handover.checklist import village_checklist
from paicha.domain.handover.copies import add_note
from paicha.domain.handover.figures import figures_of, sources_of
from paicha.domain.handover.hand_up import count_unchanged, submit_village, take_hand_up_back
from paicha.domain.handover.ledger_text import deviation, freeze, is_whole
from paicha.domain.handover.models import Submission
from paicha.domain.handover.queries import (
    form_signers,
    latest,
    note_of,
    open_returns,
    row_of,
    submissions,
)
from paicha.domain.responses.queries import names, summary_of


@at_place(Verb.READ_STATISTICS, whole=True)
def handup(request: HttpRequest, place: Place) -> HttpResponse:
    """The page of a village, a town or the county."""
    return shown(request, place)


def shown(request: HttpRequest, place: Place, *, error: str = "", **typed: Any) -> HttpResponse:
    """The page as it stands, or with what was typed and what is wrong with it."""
    context = village_context(place) if place.is_village else above_context(place)
    template = "ledger/hand_up.html" if place.is_village else "ledger/town_ledger.html"
    if place.is_village:
        context["signers"] = signer_fields(place.pack, context.pop("answers"), typed.pop("signers", None))
    return page(
        request, place, template, "handup", status=422 if error else 200, error=error, **(context | typed)
    )


def village_context(place: Place) -> dict[str, Any]:
    """What the page of a village shows."""
    round_, pack, village = place.round, place.pack, place.area.area_id
    summary = summary_of(round_, place.code)
    if summary is None:
        raise Http404
    listed = submissions(round_, village)
    last = latest(listed)
    back = open_returns(round_, village) if summary.fact.returns_open else []
    is_up = summary.handed_up and not back
    note = note_of(round_, village)
    now = freeze(round_, pack, village) if is_up or back else None
    forms = now.forms if now else form_signers(round_, pack, village)
    context: dict[str, Any] = {
        "summary": summary, "is_up": is_up, "listed": listed, "last": last, "back": back, "note": note,
        "answers": {k: v for form in (*forms.values(), summary.profile) for k, v in form.items() if v},
        "names": names({one.by for one in listed} | {one.closed_by for one in listed}),
        "may_hand_up": place.may(Verb.HAND_UP), "may_return": place.may(Verb.RETURN),
        "may_undo": is_up and last is not None and last.by == place.scope.actor
        and last.kind == Submission.Kind.WHOLE and not summary.fact.audit_begun,
    }  # fmt: skip
    if is_up and last is not None and now is not None:
        live = figures_of(pack, sources_of(summary, note=note))
        context["figures"] = figure_lines(place, row_of(last, place.code), live)
        context["moved"] = [line.label for line in context["figures"] if line.differs]
        context["differs"] = said_of_deviation(pack, deviation(last, now))
        context["broken"] = not is_whole(last)
    else:
        lines = gaps(place.code, village_checklist(pack, summary, forms))
        context["blocking"] = [line for line in lines if line.blocks]
        context["other"] = [line for line in lines if not line.blocks]
        context["untouched"] = count_unchanged(back, pack, now) if now else 0
    return context


@require_POST
@at_place(Verb.READ_STATISTICS, act=Verb.HAND_UP, whole=True)
def handup_submit(request: HttpRequest, place: Place) -> HttpResponse:
    """Hand up, or say what is missing with everything typed kept."""
    actor = place.scope.actor
    area = place.area.area
    note = request.POST.get("note", "")
    try:
        if place.is_village:
            given = signers_typed(place.pack, request.POST)
            reply = request.POST.get("reply", "")
            made = submit_village(place.round, place.pack, area, actor, given, reply)
        elif place.area.level == "town":
            require(place, Verb.VERIFY)
            made = towns.submit_town(place.round, place.pack, area, actor, note)
        else:
            require(place, Verb.DRAW_SAMPLE)
            made = towns.close_round(place.round, area, actor, note)
    except Refusal as refused:
        typed: dict[str, Any] = {"typed_note": note}
        if place.is_village:
            typed = {
                "signers": signers_typed(place.pack, request.POST),
                "reply": request.POST.get("reply", ""),
            }
        return shown(request, place, error=str(refused), **typed)
    done = "本轮排查已经结束" if place.area.level == "county" else f"第 {made.number} 次上报已经收下"
    messages.success(request, f"{done}，校验码 {made.checksum}。")
    return redirect("desk:handup", place.code)


@require_POST
@at_place(Verb.READ_STATISTICS, act=Verb.HAND_UP, whole=True)
def handup_back(request: HttpRequest, place: Place) -> HttpResponse:
    """Take the hand-up back in one step."""
    area, actor = place.area.area, place.scope.actor
    try:
        if place.is_village:
            take_hand_up_back(place.round, place.pack, area, actor)
        elif place.area.level == "town":
            require(place, Verb.VERIFY)
            towns.take_town_back(place.round, area, actor)
        else:
            require(place, Verb.DRAW_SAMPLE)
            towns.reopen_round(place.round, area, actor)
    except Refusal as refused:
        return shown(request, place, error=str(refused))
    messages.success(request, "已经撤回，可以接着改。")
    return redirect("desk:handup", place.code)


@require_POST
@at_place(Verb.READ_STATISTICS, act=Verb.HAND_UP, whole=True)
def handup_note(request: HttpRequest, place: Place) -> HttpResponse:
    """What people add to form 4's remark."""
    if not place.is_village:
        raise Http404
    area = place.area.area
    try:
        add_note(place.round, place.pack, area, place.scope.actor, request.POST.get("note", ""))
    except Refusal as refused:
        return shown(request, place, error=str(refused), note=request.POST.get("note", ""))
    messages.success(request, "备注记下了，统计表上会印出来。")
    return redirect(reverse("desk:handup", args=[place.code]) + "#note")

"""What came back, with each target as a link; the form by which a town sends back; and taking that back.

What holds: a village sees what to correct first and how far it is; a return names a person who can do it today.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from paicha.core.bounds import whole
from paicha.core.refusal import Refusal
from paicha.delivery.desk.shell.as_of import moment_of
from paicha.delivery.desk.shell.listing import headings, sort_rows
from paicha.delivery.desk.shell.page import page
from paicha.delivery.desk.shell.paging import page_of
from paicha.delivery.desk.shell.places import Place, at_place, at_record, require
from paicha.delivery.desk.shell.village_lists import household_columns
from paicha.domain.accounts.models import User
from paicha.domain.accounts.roles import Verb
from paicha.domain.areas.models import Area
from paicha.domain.handover import towns
from paicha.domain.handover.errors import HandoverError
from paicha.domain.handover.ledger_text import is_villages
from paicha.domain.handover.models import Return
from paicha.domain.handover.queries import returns, targets
from paicha.domain.handover.returns import (
    REASONS,
    Back,
    addressees,
    readdress,
    return_to_village,
    take_return_back,
    what_text,
)
from paicha.domain.responses.queries import HouseholdLine, household_lines, open_leads_of
from paicha.domain.responses.summary.tallies import Selection
from paicha.domain.search.queries import OF_A_VILLAGE, find


@at_place(Verb.READ_HOUSEHOLDS, whole=True)
def returned(request: HttpRequest, place: Place) -> HttpResponse:
    """Everything that came back to a village (or a town), what is open first."""
    listed = returns(place.round, place.area.area_id)
    found = targets(place.round, place.pack, place.area.area_id, [r for r in listed if not r.whole])
    place.log_read("returns", sum(len(one.households) for one in listed))
    any_open = any(one.is_open for one in listed)
    lines = [
        (
            one,
            what_text(place.pack, one),
            found.get(one.pk, []),
            one.is_open and place.is_village and not one.here,  # on leave since, or moved on
        )
        for one in listed
    ]
    return page(
        request, place, "ledger/returns.html", "handup", lines=lines, actor=place.scope.actor,
        may_return=place.may(Verb.RETURN), may_hand_up=place.may(Verb.HAND_UP), pack_forms=place.pack.village_forms,
        any_open=any_open,
        above=place.is_village and place.may(Verb.RETURN),  # who sent it back doesn't hand it up again
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@at_place(Verb.READ_HOUSEHOLDS, act=Verb.RETURN, whole=True)
def send_back(request: HttpRequest, place: Place) -> HttpResponse:
    """Send a village's rows, forms or whole ledger back; a town's ledger as a whole."""
    if place.area.level == "county":
        raise Http404
    if place.area.level == "town":
        require(place, Verb.DRAW_SAMPLE)
    area = place.area.area
    error: Refusal | None = None
    if request.method == "POST":
        try:
            _send(request, place, area)
        except Refusal as refused:
            error = refused
        else:
            messages.success(request, "已经退回，并提醒了本人。村里改之前，您还能撤回。")
            return redirect("desk:returns", place.code)
    people = addressees(area) if place.is_village else towns.town_people(area)
    asked = request.POST if request.method == "POST" else request.GET
    context: dict[str, Any] = {"people": people, "reasons": REASONS, "asked": asked, "forms": []}
    if place.is_village:
        context |= _rows(request, place, asked)
        forms = [
            f
            for f in place.pack.forms
            if f.name in place.pack.household_forms or is_villages(place.pack, f.name)
        ]
        context["forms"] = [(form, form.name in asked.getlist("form")) for form in forms]
    return page(
        request, place, "ledger/return.html", "handup", status=422 if error else 200, error=error, **context
    )


def _rows(request: HttpRequest, place: Place, asked: QueryDict) -> dict[str, Any]:
    """A page of the village's households, what narrows it, and the ticks of its other pages."""
    lines = household_lines(place.round, place.pack, [place.area.area_id], Selection())
    leads = open_leads_of(place.round, [line.id for line in lines])
    kept = _households_in_filter(request, place, lines, leads)
    ticked = {text for text in asked.getlist("household") if any(str(line.id) == text for line in lines)}
    kept.sort(key=lambda line: (str(line.id) not in ticked, -leads.get(line.id, 0)))
    columns = household_columns(place.pack, lambda line: leads.get(line.id, 0))
    turned = page_of(request, sort_rows(request, kept, columns))
    place.log_read("return", len(turned.object_list))
    here = {str(line.id) for line in turned}
    return {
        "rows": [(line, leads.get(line.id, 0), str(line.id) in ticked) for line in turned],
        "paging": turned, "headings": headings(request, columns), "elsewhere": sorted(ticked - here),
        "ticked": ticked, "head": request.GET.get("head", ""), "only": request.GET.get("only", ""),
        "chips": [("", "全部", len(lines)), ("leads", "有线索", sum(bool(leads.get(line.id)) for line in lines))],
        "every": asked.get("every"),
    }  # fmt: skip


def _households_in_filter(
    request: HttpRequest, place: Place, lines: Sequence[HouseholdLine], leads: Mapping[UUID, int]
) -> list[HouseholdLine]:
    """The households that the address keeps: those that the search of everywhere finds here (`head`), those with leads
    (`only`)."""
    head, only = request.GET.get("head", "").strip(), request.GET.get("only", "")
    found = set(find(place.scope, head, place.code, most=OF_A_VILLAGE).households) if head else set()
    named = [line for line in lines if not head or line.id in found]
    return [line for line in named if only != "leads" or leads.get(line.id)]


def _send(request: HttpRequest, place: Place, area: Area) -> None:
    post = request.POST
    reason = post.get("reason", "").strip() or post.get("short", "")
    to = post.get("to", "")
    user = User.objects.filter(pk=whole(to) or 0).first()
    if place.area.level == "town":
        towns.return_town(place.round, place.pack, area, place.scope.actor, reason, user)
        return
    what = Back(_choice(request, place), post.getlist("form"), post.get("what") == "whole")
    return_to_village(
        place.round, place.pack, area, place.scope.actor, what, reason, user, as_of=moment_of(request)
    )


def _choice(request: HttpRequest, place: Place) -> list[UUID]:
    """The households that were ticked, or with `every` all that the list's address keeps."""
    if not request.POST.get("every"):
        return _ids(request.POST.getlist("household"))
    lines = household_lines(place.round, place.pack, [place.area.area_id], Selection())
    leads = open_leads_of(place.round, [line.id for line in lines])
    return [line.id for line in _households_in_filter(request, place, lines, leads)]


def _ids(texts: list[str]) -> list[UUID]:
    found = []
    for text in texts:
        try:
            found.append(UUID(text))
        except ValueError as error:
            raise HandoverError("H34") from error
    return found


@require_http_methods(["GET", "POST"])
@at_record(Return, Verb.READ_HOUSEHOLDS, act=Verb.RETURN, village="area", related=("area", "to"))
def return_to(request: HttpRequest, place: Place, sent: Return) -> HttpResponse:
    """Hand an open return on to somebody who can do it today, where who it was sent to no longer can."""
    if not place.is_village:
        raise Http404
    if request.method == "GET":
        return page(
            request, place, "ledger/return_to.html", "handup", sent=sent, people=addressees(sent.area)
        )
    to = request.POST.get("to", "")
    user = User.objects.filter(pk=whole(to) or 0).first()
    try:
        fresh = readdress(place.round, place.pack, sent, user, place.scope.actor)
    except Refusal as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"已经转给{fresh.to}，并提醒了本人。")
    return redirect("desk:returns", place.code)


@require_POST
@at_record(Return, Verb.READ_HOUSEHOLDS, act=Verb.RETURN, village="area", related=("submission", "to"))
def return_back(request: HttpRequest, place: Place, sent: Return) -> HttpResponse:
    """Take a return back in one step."""
    try:
        if place.is_village:
            take_return_back(place.round, place.pack, sent, place.scope.actor)
        else:
            require(place, Verb.DRAW_SAMPLE)
            towns.take_town_return_back(place.round, sent.area, sent, place.scope.actor)
    except Refusal as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, "退回已经撤回，台账又锁上了。")
    return redirect("desk:returns", place.code)

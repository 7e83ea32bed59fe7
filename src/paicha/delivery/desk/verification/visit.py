"""One visit: form 5 in the order of its paper, and the households to look at; printed to be carried, typed back in.

What holds: the leader enters what he saw, or the town's clerk for him; what form 5 refuses is said and nothing that
was typed is lost; a household that differs becomes a lead with what was seen there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from paicha.core.catalogue import sentence
from paicha.core.pack import Pack, ProfileForm
from paicha.core.refusal import Refusal
from paicha.delivery.desk.devices.errands import act_on_leftover, visit_leftovers
from paicha.delivery.desk.shell.fields import RowForm, Words, entries
from paicha.delivery.desk.shell.page import page
from paicha.delivery.desk.shell.places import Place, at_record
from paicha.delivery.desk.shell.refusals import refused_to
from paicha.domain import clock
from paicha.domain.accounts.roles import Verb
from paicha.domain.reports.documents import village_forms
from paicha.domain.responses.services import village_work
from paicha.domain.verification.errors import VerificationError
from paicha.domain.verification.models import Visit, VisitHousehold
from paicha.domain.verification.visits import Result, drop, finish
from paicha.formats.profile_entry import profile_texts, read_profile
from paicha.formats.village_layout import place_text


@require_http_methods(["GET", "POST"])
@at_record(Visit, Verb.READ_HOUSEHOLDS, related=("leader", "zone"))
def visit(request: HttpRequest, place: Place, row: Visit) -> HttpResponse:
    """The visit; POST takes its result in."""
    if request.method == "GET":
        return _page(request, place, row)
    if not _may_enter(place, row):
        raise PermissionDenied(sentence("Y52"))
    form = place.pack.verification
    texts = request.POST.dict()
    try:
        if form is None:
            raise VerificationError("Y41")
        read = read_profile(place.pack, form, texts, clock.today())
        if read.faults:
            raise VerificationError("G05", said="；".join(read.faults.values()))
        with village_work(place.round, place.pack, place.area.area, place.scope.actor) as work:
            finish(work, row, Result(read.values, _looks(request.POST)))
    except Refusal as refused:
        return _page(request, place, row, texts=texts, error=refused, status=422)
    messages.success(request, f"{place.area.spoken}的核查结果已登记。")
    if row.kind == Visit.Kind.CROSS_CHECK and not place.may(Verb.VERIFY):
        return redirect("desk:my_visits")
    return redirect("desk:visit", row.pk)


def _may_enter(place: Place, row: Visit) -> bool:
    """The town's clerk, and whoever leads this visit, as long as he is let in."""
    if row.state == Visit.State.DROPPED:
        return False
    leads = place.may(Verb.CROSS_CHECK) and place.scope.actor == str(row.leader_id)
    return place.may(Verb.VERIFY) or (leads and row.state == Visit.State.PLANNED)


class LookForm(RowForm):
    """What was seen at one household, whose id is the prefix; nothing is ticked: ''."""

    found, note = Words(), Words()


def _looks(posted: QueryDict) -> dict[UUID, tuple[str, str]]:
    """What was found at each household of the form, by its id."""
    seen = {}
    for id_ in (name.removeprefix("note_") for name in posted if name.startswith("note_")):
        entered = entries(LookForm(posted, prefix=id_))
        try:
            seen[UUID(id_)] = (entered["found"], entered["note"])
        except ValueError:
            continue
    return seen


def _page(
    request: HttpRequest,
    place: Place,
    row: Visit,
    *,
    texts: Mapping[str, str] | None = None,
    status: int = 200,
    **context: Any,
) -> HttpResponse:
    form = place.pack.verification
    looked = list(row.households.select_related("household").order_by("pk"))
    place.log_read("visit", len(looked))
    shown = texts or (_field_values(place, form, row) if form else {})
    lines = [
        (
            item, shown.get(f"found_{item.household_id}", item.found),
            shown.get(f"note_{item.household_id}", item.note),
        )
        for item in looked
    ]  # fmt: skip
    return page(
        request, place, "verification/visit.html", "attention", status=status, visit=row, form=form, lines=lines,
        title=place_text(form.title, place.town, place.area.spoken) if form else "",
        heading=place_text(form.heading, place.town, place.area.spoken) if form else "",
        found_choices=VisitHousehold.Found.choices, rows=_rows(place.pack, form, shown) if form else [],
        may_enter=_may_enter(place, row),
        signers=[(s.question, s.label, place.pack.questions[s.question].type, shown.get(s.question, ""))
                 for s in form.signers] if form else [],
        may_drop=place.may(Verb.VERIFY) and row.state == Visit.State.PLANNED, today=clock.today(),
        leftovers=visit_leftovers(place.pack, row, looked) if place.may(Verb.VERIFY) else [],
        leftovers_at=reverse("desk:visit_leftover", args=[row.pk]),
        visits_at=reverse("desk:checks", args=[place.path[-1].code]), sees_town=place.sees(place.path[-1].code),
        **context,
    )  # fmt: skip


def _field_values(place: Place, form: ProfileForm, row: Visit) -> dict[str, str]:
    """What stands in the fields: form 5 in force where this visit wrote it; else who goes, and when."""
    if row.state == Visit.State.DONE:
        answers = village_forms(place.round, place.pack, place.area.area_id).get(form.name, {})
        return profile_texts(place.pack, form, answers)
    by_type = iter((str(row.leader), row.team))
    known = {}
    for signer in form.signers:
        dated = place.pack.questions[signer.question].type == "date"
        known[signer.question] = clock.today().isoformat() if dated else next(by_type, "")
    return known


def _rows(pack: Pack, form: ProfileForm, shown: Mapping[str, str]) -> list[dict[str, Any]]:
    """The paper's rows: label, then each question with what is chosen or typed."""
    made = []
    for row in form.rows:
        cells = []
        for cell in row.cells:
            question = pack.questions[cell.question]
            cells.append(
                {
                    "name": cell.question, "label": question.label, "before": cell.before, "unit": cell.unit,
                    "options": [(str(o.number), o.label) for o in question.options],
                    "text": shown.get(cell.question, ""), "tall": row.tall,
                }
            )  # fmt: skip
        made.append({"label": row.label, "cells": cells, "tall": row.tall})
    return made


class DropForm(forms.Form):
    """Why a planned visit is not made."""

    note = Words()


@require_POST
@at_record(Visit, Verb.READ_HOUSEHOLDS, act=Verb.VERIFY, related=("leader", "zone"))
@refused_to(_page)
def visit_drop(request: HttpRequest, place: Place, row: Visit) -> HttpResponse:
    """Drop a planned visit, with a reason."""
    entered = entries(DropForm(request.POST))
    with village_work(place.round, place.pack, place.area.area, place.scope.actor) as work:
        drop(work, row, entered["note"])
    messages.success(request, f"{place.area.spoken}的核实已取消。")
    return redirect("desk:checks", place.path[-1].code)


@require_POST
@at_record(Visit, Verb.READ_HOUSEHOLDS, act=Verb.VERIFY, related=("leader", "zone", "round__pack"))
@refused_to(_page)
def visit_leftover(request: HttpRequest, place: Place, row: Visit) -> HttpResponse:
    """Take in what a phone sent of the visit and waits, or note that somebody looked at it."""
    act, item = request.POST.get("act", ""), request.POST.get("item", "")
    messages.success(request, act_on_leftover(act, item, {row.pk: row}, "visit", place.scope.actor))
    return redirect("desk:visit", row.pk)

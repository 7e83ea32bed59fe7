"""One row of a sheet as the page's script sends it: saved when it is left, taken back, kept half typed.

What holds: the same reading, the same one way in, and the same words as the whole sheet posted at once; a half
typed row costs no more than its draft.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import orjson
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.views.decorators.http import require_POST

from paicha.core.pack import HouseholdForm
from paicha.core.refusal import Refusal
from paicha.delivery.desk.entry.outcome_text import became, softs_of
from paicha.delivery.desk.entry.save import (
    household_form,
    own_household,
    posted_rows,
    save_rows,
    source_of,
    village_of,
)
from paicha.delivery.desk.entry.sheet import Cell, Line, known_answers, remember_surveyors, say, sheet_fields
from paicha.delivery.desk.households.decisions import REASONS
from paicha.delivery.desk.shell.page import go_back
from paicha.delivery.desk.shell.places import Place, at_place
from paicha.domain.accounts.roles import Verb
from paicha.domain.intake.desk_entry import IN, SavedRow, take_entry_back
from paicha.domain.reports.village import Answered
from paicha.domain.responses.answers.identity import identify_text
from paicha.domain.responses.models import Revision
from paicha.domain.responses.queries import names as names_of
from paicha.domain.responses.services import Status, village_work
from paicha.domain.responses.services.drafts import drop_draft, keep_draft
from paicha.domain.rounds.models import RosterEntry
from paicha.formats.cell_entry import typed_cells
from paicha.formats.layout import Field


def answer(place: Place, form: HouseholdForm, fields: Sequence[Field], saved: SavedRow) -> dict[str, Any]:
    """What the page's script is told about a row it sent: in words, at cells, and what the cells hold now."""
    names = [f.name for f in fields]
    told: dict[str, Any] = {"place": saved.place, "status": saved.status, "base": saved.revision}
    told["errors"] = {t.cell: t.message for t in saved.told if t.severity == "hard"}
    line = Line(0, saved.household or UUID(saved.place), "", saved.revision, [], "")
    known = names_of({saved.by}) if saved.by else {}
    told["words"] = became(place.pack, saved, known)
    say(place, line, saved, known)
    line.by_row = [message for cell, message in told["errors"].items() if cell not in names]
    if saved.household and saved.status not in (Status.REFUSED, Status.HELD):
        told["cells"] = _cells_now(place, form, saved.household, names)
        line.softs = softs_of(place.round, place.pack, form, [saved.household], names).get(
            saved.household, []
        )
    told["soft"] = [soft.cell for soft in line.softs]
    line.cells = [Cell(f, "", told["errors"].get(f.name, "")) for f in fields]
    context = {"line": line, "place": place, "reasons": REASONS["soft"]}
    told["html"] = render_to_string("desk/entry/_outcome.html", context)
    return told


def _cells_now(place: Place, form: HouseholdForm, household: UUID, names: Sequence[str]) -> dict[str, str]:
    """What a household's row shows now: its answers in force, else what the register knows."""
    entry = RosterEntry.objects.select_related("household").get(round=place.round, household=household)
    text = None
    if entry.revision is not None:
        text = Revision.objects.filter(pk=entry.revision).values_list("answers", flat=True).first()
    known = entry.household
    row = Answered(
        household, known.number, form.name, known.group, known.head_name, known.phone, known.population,
        entry.outcome, entry.added, entry.revision_number if entry.revision else 0,
        orjson.loads(identify_text(place.pack, form.name, text or "{}", known.head_name, known.group)),
    )  # fmt: skip
    cells = typed_cells(place.pack, form, known_answers(place, row))
    return {name: cells[name] for name in names}


@require_POST
@at_place(Verb.READ_HOUSEHOLDS, act=Verb.SUBMIT_ANSWERS)
def save_row(request: HttpRequest, place: Place, name: str) -> HttpResponse:
    """One row as it is left: saved, and said what became of it and what its cells hold now."""
    form = household_form(place, name)
    _, fields = sheet_fields(place, form)
    rows = posted_rows(place, request.POST, [f.name for f in fields])[:1]
    if not rows:
        return JsonResponse({"status": "unchanged", "words": "没有改动，不用存"})
    (saved,) = save_rows(place, form, rows).values()
    if saved.status in IN:
        remember_surveyors(request, place, rows[0].cells.get(place.pack.roles.surveyors or ""))
    return JsonResponse(answer(place, form, fields, saved))


@require_POST
@at_place(Verb.READ_HOUSEHOLDS, act=Verb.SUBMIT_ANSWERS)
def undo_row(request: HttpRequest, place: Place, name: str) -> HttpResponse:
    """Take the author's last save of a row back; as JSON for the page's script."""
    form = household_form(place, name)
    _, fields = sheet_fields(place, form)
    household = own_household(place, request.POST.get("row", ""))
    try:
        with village_work(place.round, place.pack, village_of(place), place.scope.actor) as work:
            saved = take_entry_back(work, household, source_of(place))
    except Refusal as refused:
        return JsonResponse({"words": str(refused)}, status=409)
    found = answer(place, form, fields, saved)
    if saved.status is not Status.WITHDRAWN:
        found["words"] = "已撤销，回到存之前"
    return JsonResponse(found)


@require_POST
@at_place(Verb.READ_HOUSEHOLDS, act=Verb.SUBMIT_ANSWERS)
def keep_row(request: HttpRequest, place: Place, name: str) -> HttpResponse:
    """Keep a row that is left half typed, or (`drop`) let it go; a form's button comes back to the sheet."""
    form = household_form(place, name)
    _, fields = sheet_fields(place, form)
    if "drop" in request.POST:
        household = own_household(place, request.POST["drop"])
        with village_work(place.round, place.pack, village_of(place), place.scope.actor) as work:
            drop_draft(work, str(household))
        return go_back(request, request.META.get("HTTP_REFERER", ""), "desk:entry", place.code)
    rows = posted_rows(place, request.POST, [f.name for f in fields])
    with village_work(place.round, place.pack, village_of(place), place.scope.actor) as work:
        for row in rows:
            keep_draft(
                work, row.place, form=form.name, answers=row.cells, base=row.base, household=row.household
            )
    return HttpResponse(status=204)

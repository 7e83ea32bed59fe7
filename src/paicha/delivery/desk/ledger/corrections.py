"""The town puts an evident slip right, with the village's consent: one cell, a reason, who agreed and how."""

from __future__ import annotations

from typing import Any

import orjson
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from paicha.core.pack import HouseholdForm, Pack
from paicha.core.refusal import Refusal
from paicha.delivery.desk.shell.page import page
from paicha.delivery.desk.shell.places import Home, at_household
from paicha.domain.accounts.roles import Verb
from paicha.domain.handover.errors import HandoverError
from paicha.domain.handover.returns import addressees
from paicha.domain.handover.supplements import HOW, Consent, correct_with_consent
from paicha.domain.responses.models import Revision
from paicha.formats.cell_entry import read_typed, typed_cells, typed_fields


@require_http_methods(["GET", "POST"])
@at_household(act=Verb.RETURN)
def correct(request: HttpRequest, home: Home) -> HttpResponse:
    """Choose the cell, type what it should be, say why and who agreed."""
    place, household, error = home.place, home.household, ""
    pack = place.pack
    form = pack.household_forms[home.entry.form]
    if request.method == "POST":
        try:
            changes = _read_cell(
                pack, form, home, request.POST.get("cell", ""), request.POST.get("value", "")
            )
            consent = Consent(request.POST.get("by", ""), request.POST.get("how", ""))
            reason = request.POST.get("reason", "")
            correct_with_consent(place.round, pack, household, place.scope.actor, changes, reason, consent)
        except Refusal as refused:
            error = str(refused)
        else:
            messages.success(request, "已经更正，村里会看到；原来的答案还在经过里。")
            return redirect("desk:household", household.pk)
    answers: dict[str, Any] = {}
    if home.entry.revision:
        answers = orjson.loads(Revision.objects.get(pk=home.entry.revision).answers)
    cells = typed_cells(pack, form, answers)
    place.log_read("correct", 1)
    listed = [
        (name, field.label or name, cells[name] if not _is_masked(pack, name) else "", _options(pack, name))
        for name, field in typed_fields(pack, form).items()
    ]
    return page(
        request, place, "ledger/correction.html", "households", status=422 if error else 200, error=error,
        household=household, cells=listed, people=addressees(household.village), how=HOW, typed=request.POST,
    )  # fmt: skip


def _is_masked(pack: Pack, name: str) -> bool:
    return name in pack.questions and pack.questions[name].masked


def _options(pack: Pack, name: str) -> str:
    question = pack.questions.get(name)
    if question is None or not question.options:
        return ""
    return "，".join(f"{number} {label}" for number, label in question.option_labels.items())


def _read_cell(pack: Pack, form: HouseholdForm, home: Home, cell: str, text: str) -> dict[str, Any]:
    """The typed cell as answers: of the questions that it holds. Raises HandoverError for what can't be read."""
    if cell not in typed_fields(pack, form):
        raise HandoverError("H55")
    table = read_typed(pack, form, [{cell: text}], home.place.round.opens_on)
    if table.faults:
        raise HandoverError("G05", said=table.faults[0].sentence + "。")
    names = [name for name in table.frame.columns if name in form.questions]
    row = table.frame.row(0, named=True)
    return {name: row[name] for name in names}

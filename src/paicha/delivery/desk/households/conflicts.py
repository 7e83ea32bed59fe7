"""Conflicts: two sources answered differently, a person says field by field which answer holds."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import orjson
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from paicha.core.bounds import whole
from paicha.core.refusal import Refusal
from paicha.delivery.desk.shell.page import page
from paicha.delivery.desk.shell.paging import page_of
from paicha.delivery.desk.shell.places import Place, at_place, at_record, require
from paicha.delivery.desk.shell.wording import answer_rows, mask_answers, source_text
from paicha.domain.accounts.roles import Verb
from paicha.domain.responses.models import Conflict, Revision
from paicha.domain.responses.queries import conflicts, names, source_actor, summaries
from paicha.domain.responses.services import settle_conflict
from paicha.domain.rounds.models import RosterEntry
from paicha.domain.sync.devices import phone_names


@dataclass(frozen=True, slots=True)
class Side:
    """One field of a conflict with both answers in words."""

    name: str
    label: str
    now: str
    other: str
    picked: str


@at_place(Verb.READ_HOUSEHOLDS)
def conflict_list(request: HttpRequest, place: Place) -> HttpResponse:
    """Conflicts that nobody has settled."""
    if place.is_village:
        villages = [place.area.area_id]
    else:
        rows = summaries(place.scope, place.round, place.prefix)
        villages = [s.village_id for s in rows if s.figures.get("conflicts")]
    every = list(conflicts(place.round, villages, place.groups))
    turned = page_of(request, every)
    listed = list(turned)
    place.log_read("conflicts", len(listed))
    known = _names([c.source for c in listed])
    questions = place.pack.questions
    lines = [
        (c, "、".join(questions[n].short or questions[n].label for n in c.fields if n in questions),
         source_text(known, c.source))
        for c in listed
    ]  # fmt: skip
    return page(request, place, "households/conflicts.html", "leads", rows=lines, paging=turned)


@require_http_methods(["GET", "POST"])
@at_record(Conflict, Verb.READ_HOUSEHOLDS, related=("household",))
def conflict(request: HttpRequest, place: Place, found: Conflict) -> HttpResponse:
    """One conflict, side by side."""
    if place.round.pk != found.round_id:
        raise Http404
    error = ""
    if request.method == "POST":
        require(place, Verb.SETTLE_CONFLICTS)
        take = {
            n: request.POST[n] == "other" for n in found.fields if request.POST.get(n) in ("now", "other")
        }
        seen = request.POST.get("revision", "")
        try:
            settle_conflict(
                place.round, place.pack, found, take_other=take, actor=place.scope.actor,
                source=f"desk:{place.scope.actor}", seen=whole(seen),
            )  # fmt: skip
        except Refusal as refused:
            error = str(refused)
        else:
            messages.success(request, f"{found.household.head_name}户的冲突已处理。")
            return redirect("desk:household", found.household_id)
    return _conflict_page(request, place, found, error)


def _conflict_page(request: HttpRequest, place: Place, found: Conflict, error: str) -> HttpResponse:
    entry = RosterEntry.objects.get(round=place.round, household=found.household_id)
    current = Revision.objects.get(
        household=found.household_id, round=place.round, number=entry.revision_number
    )
    form = place.pack.household_forms[entry.form]
    texts = (orjson.loads(current.answers), orjson.loads(found.answers))
    sides = []
    now, other = (
        {name: (label, words) for _, rows in answer_rows(place.pack, form, mask_answers(place.pack, text))
         for name, label, words in rows}
        for text in texts
    )  # fmt: skip
    for name in found.fields:
        label = place.pack.questions[name].label
        sides.append(
            Side(
                name, label, _one(place, name, texts[0], now), _one(place, name, texts[1], other),
                request.POST.get(name, ""),
            )
        )  # fmt: skip
    place.log_read("conflict", 1)
    known = _names([found.source, current.source])
    return page(
        request, place, "households/conflict.html", "leads", conflict=found, sides=sides, error=error, current=current,
        now_by=source_text(known, current.source), other_by=source_text(known, found.source),
        settled=found.settled_at is not None, may=place.may(Verb.SETTLE_CONFLICTS), form=form,
        status=422 if error else 200,
    )  # fmt: skip


def _names(sources: Collection[str]) -> dict[str, str]:
    """People and phones by what a source says of them: one person's two phones may disagree."""
    return names(map(source_actor, sources)) | phone_names(sources)


def _one(place: Place, name: str, answers: dict[str, object], rows: dict[str, tuple[str, str]]) -> str:
    """An answer in words; a count that shares its printed cell by itself."""
    question = place.pack.questions[name]
    if question.type == "integer":
        value = answers.get(name)
        return "没填" if value is None else f"{value}{question.unit}"
    return rows.get(name, ("", ""))[1] or str(answers.get(name) or "没填")

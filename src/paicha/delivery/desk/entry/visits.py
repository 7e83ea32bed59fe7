"""Visits that met nobody: 整户外出, 空户, 已迁出, 拒访, by one key on the row; and who must be visited again.

What holds: what one key says goes the way of every answer, with a remark that can be changed; whoever stays due is
listed first, with the day of the last try.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import orjson
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from paicha.core.bounds import whole
from paicha.core.refusal import Refusal
from paicha.delivery.desk.entry.outcome_text import became
from paicha.delivery.desk.entry.save import own_household, save_rows, source_of, village_of
from paicha.delivery.desk.entry.sheet import unmet
from paicha.delivery.desk.shell.page import asks_for_part, go_back, page
from paicha.delivery.desk.shell.paging import page_of
from paicha.delivery.desk.shell.places import Place, at_place
from paicha.delivery.desk.shell.wording import outcome_text
from paicha.domain.accounts.roles import Verb
from paicha.domain.intake.desk_entry import TypedRow, take_entry_back
from paicha.domain.responses.models import Revision
from paicha.domain.responses.queries import HouseholdLine, by_group, household_lines
from paicha.domain.responses.services import Status, village_work
from paicha.domain.responses.summary.tallies import DUE, Selection
from paicha.domain.rounds.models import RosterEntry


@dataclass(slots=True)
class Visit:
    """A household that is due. `tried`: the last try and its remark, None before any."""

    id: UUID
    head: str
    group: str
    form: str
    base: int
    outcome: int | None
    ended: str
    tried: date | None = None
    remark: str = ""
    said: str = ""
    look: str = ""
    undo: bool = False


@require_http_methods(["GET", "POST"])
@at_place(Verb.READ_HOUSEHOLDS, act=Verb.SUBMIT_ANSWERS)
def visits(request: HttpRequest, place: Place) -> HttpResponse:
    """The list; posted, one row's outcome (`end`) or its undoing (`undo`): the row again, or the whole page."""
    village_of(place)
    if request.method == "POST":
        visit = _undone(request, place) if "undo" in request.POST else _visit_of_key(request, place)
        if asks_for_part(request):
            return render(
                request, "desk/entry/_visit.html", {"v": visit, "keys": unmet(place), "place": place}
            )
        told = messages.error if visit.look == "hard" else messages.success
        told(request, f"{visit.head}户：{visit.said}")
        return go_back(request, request.get_full_path(), "desk:visits", place.code)
    group = request.GET.get("group")
    if group is not None and place.groups is not None and group not in place.groups:
        raise Http404
    groups = place.groups if group is None else [group]
    lines = household_lines(place.round, place.pack, [place.area.area_id], Selection(outcome=DUE), groups)
    lines.sort(key=lambda line: line.outcome is None)
    turned = page_of(request, lines)
    shown = list(turned)
    place.log_read("visits", len(shown))
    return page(
        request, place, "entry/visits.html", "entry", visits=_visits(place, shown), paging=turned, group=group,
        again=sum(line.outcome is not None for line in lines), keys=unmet(place), stays=_stays(place),
        group_names=list(by_group(place.round, place.area.area_id, place.groups)),
    )  # fmt: skip


def _stays(place: Place) -> list[str]:
    """Outcomes after which somebody goes again, in words."""
    return [outcome_text(place.pack, number) for number in place.pack.due_by]


def _visits(place: Place, lines: Sequence[HouseholdLine]) -> list[Visit]:
    """Rows of the list with the last try; one query more than the list itself."""
    entries = RosterEntry.objects.filter(
        round=place.round, household__in=[line.id for line in lines], revision__isnull=False
    ).values("revision")
    tried = {
        household: (number, at, orjson.loads(text))
        for household, number, at, text in Revision.objects.filter(pk__in=entries).values_list(
            "household_id", "number", "at", "answers"
        )
    }
    found = []
    for line in lines:
        visit = Visit(
            line.id,
            line.head_name,
            line.group,
            line.form,
            0,
            line.outcome,
            outcome_text(place.pack, line.outcome),
        )
        if line.id in tried:
            visit.base, at, answers = tried[line.id]
            _tell(place, visit, timezone.localtime(at).date(), answers)
        found.append(visit)
    return found


def _tell(place: Place, visit: Visit, at: date, answers: dict[str, Any]) -> None:
    """The day on which somebody was there, as answered, else the day on which it was said."""
    roles = place.pack.roles
    day = answers.get(roles.surveyed_on or "")
    visit.tried = date.fromisoformat(day) if isinstance(day, str) else at
    visit.remark = str(answers.get(roles.remark or "") or "")


def _one(place: Place, household: UUID) -> Visit:
    """A row as it stands now. Raises Http404 for one of another village or round."""
    entry = (
        RosterEntry.objects.filter(round=place.round, village=place.area.area_id, household=household)
        .select_related("household")
        .first()
    )
    if entry is None:
        raise Http404
    known = entry.household
    words = outcome_text(place.pack, entry.outcome)
    visit = Visit(household, known.head_name, known.group, entry.form, 0, entry.outcome, words)
    if entry.revision is not None:
        revision = Revision.objects.get(pk=entry.revision)
        visit.base = revision.number
        visit.undo = revision.source == source_of(place)
        _tell(place, visit, timezone.localtime(revision.at).date(), orjson.loads(revision.answers))
    return visit


def _visit_of_key(request: HttpRequest, place: Place) -> Visit:
    """One key's outcome, with the remark as typed, else in the outcome's own words."""
    text, _, key = request.POST.get("end", "").partition(":")
    household, keys = own_household(place, text), dict(unmet(place))
    number = whole(key)
    if number is None or number not in keys or not place.pack.outcome:
        raise Http404
    visit = _one(place, household)
    remark = request.POST.get(f"{household}:remark", "").strip()[:300]
    if not remark or remark in keys.values():
        remark = keys[number]
    cells = {place.pack.outcome.question: key}
    if place.pack.roles.remark:
        cells[place.pack.roles.remark] = remark
    base = request.POST.get(f"{household}:base", "")
    row = TypedRow(str(household), cells, household, whole(base, 10**6) or 0)
    (saved,) = save_rows(place, place.pack.household_forms[visit.form], [row]).values()
    fresh = _one(place, household)
    fresh.said = became(place.pack, saved, {})
    if saved.status.in_force:
        fresh.said = f"已记：{fresh.ended}"
    elif saved.status is not Status.HELD:
        fresh.look = "hard"
        fresh.said = "；".join(told.message for told in saved.told) or fresh.said
    return fresh


def _undone(request: HttpRequest, place: Place) -> Visit:
    household = own_household(place, request.POST["undo"])
    said, look = "已撤销", ""
    _one(place, household)
    try:
        with village_work(place.round, place.pack, village_of(place), place.scope.actor) as work:
            take_entry_back(work, household, source_of(place))
    except Refusal as refused:
        said, look = str(refused), "hard"
    visit = _one(place, household)
    visit.said, visit.look = said, look
    return visit

"""The calendar of an area: each stage with its last day, and extending one with a reason.

What holds: everybody who has a page here sees the days and why they were moved; who runs the stage moves it, a town
for its own villages, the city for all; the city's own stage is the city's alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from paicha.core.area_codes import whole_code
from paicha.core.refusal import Refusal
from paicha.delivery.desk.shell.form_input import day_needed
from paicha.delivery.desk.shell.page import page
from paicha.delivery.desk.shell.places import Place, at_place, require
from paicha.delivery.desk.shell.wording import who_text
from paicha.domain.accounts.roles import Verb
from paicha.domain.responses.queries import names
from paicha.domain.rounds.queries import StageState, areas_of, stages
from paicha.domain.rounds.services import ScheduleError, extend_stage


@dataclass(frozen=True, slots=True)
class Moved:
    """An extension that was made: which stage, for whom, until when, why, by whom."""

    stage: str
    area: str
    deadline: date
    reason: str
    by: str
    at: datetime


@require_http_methods(["GET", "POST"])
@at_place(Verb.READ_AREAS)
def schedule(request: HttpRequest, place: Place) -> HttpResponse:
    """The stages of this area, and what was extended here or above it."""
    error = ""
    if request.method == "POST":
        require(place, Verb.MANAGE_SCHEDULE)
        try:
            title = _extend(request, place)
        except Refusal as refused:
            error = str(refused)
        else:
            messages.success(request, f"{title}已延期，各级页面上都看得到。")
            return redirect("desk:schedule", place.code)
    listed = stages(place.round, place.pack, code=place.code)
    mine = [s for s in listed if _runs(place, s)] if place.may(Verb.MANAGE_SCHEDULE) else []
    who = {stage.id: stage.who for stage in place.pack.schedule.stages}
    return page(
        request, place, "plan/schedule.html", "area", status=422 if error else 200, error=error,
        stages=[(s, who[s.id]) for s in listed], mine=mine, moved=_extensions(place, listed), typed=request.POST,
    )  # fmt: skip


def _runs(place: Place, stage: StageState) -> bool:
    """Whether the person may move a stage here: the city's only where the county is the person's."""
    return stage.level != "county" or place.scope.covers(Verb.MANAGE_SCHEDULE, place.pack.county)


def _extend(request: HttpRequest, place: Place) -> str:
    """Move a stage for this area (the county: for everybody). Raises Refusal."""
    wanted = request.POST.get("stage", "")
    stage = next((s for s in stages(place.round, place.pack, code=place.code) if s.id == wanted), None)
    if stage is None:
        raise ScheduleError("T08")
    if not _runs(place, stage):
        raise ScheduleError("T09", title=stage.title)
    deadline = day_needed(request.POST.get("deadline", ""), "新的截止日")
    prefix = "" if place.area.level == "county" else place.prefix
    reason = request.POST.get("reason", "")
    extend_stage(place.round, place.pack, stage.id, prefix, deadline, reason, place.scope.actor)
    return stage.title


def _extensions(place: Place, listed: list[StageState]) -> list[Moved]:
    """Extensions of this area, of what it lies in and of what lies in it; the newest first."""
    rows: list[dict[str, Any]] = [
        row
        for row in place.round.extensions
        if place.prefix.startswith(row["area"]) or row["area"].startswith(place.prefix)
    ]
    codes = {whole_code(row["area"]) for row in rows if row["area"]}
    spoken = {code: area.spoken for code, area in areas_of(place.round, codes).items()}
    known, titles = names({row["by"] for row in rows}), {s.id: s.title for s in listed}
    return [
        Moved(
            titles.get(row["stage"], row["stage"]),
            spoken.get(whole_code(row["area"]), "") if row["area"] else "全市",
            date.fromisoformat(row["deadline"]), row["reason"], who_text(known, row["by"]),
            datetime.fromisoformat(row["at"]),
        )
        for row in reversed(rows)
    ]  # fmt: skip

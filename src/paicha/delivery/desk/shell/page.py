"""What every page of a place carries: the way there, the tabs, the calendar."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header, url_has_allowed_host_and_scheme

from paicha.delivery.desk.shell.menu import menu
from paicha.delivery.desk.shell.places import Place
from paicha.delivery.desk.shell.wording import day_text
from paicha.domain.rounds.queries import current_stage

_LONGEST = 2000  # characters of an address


@dataclass(frozen=True, slots=True)
class Calendar:
    """`title`: '村级排查 第6天'; `note`: what is due and by when; `late` once the deadline has passed.

    `extended`: why the stage lasts longer than the pack says, '' where it doesn't.
    """

    title: str
    note: str
    share: int  # percent of the survey that the calendar asks for by now
    late: bool
    extended: str = ""


def calendar(place: Place) -> Calendar:
    """Where the round stands today."""
    stage = current_stage(place.round, place.pack, code=place.code)
    day = day_text(stage.deadline)
    if stage.day < 1:
        return Calendar(stage.title, f"{day_text(place.round.opens_on)}开始", 0, False)
    if stage.over:
        note = f"截止日是{day}，已过去 {-stage.left} 天"
        return Calendar(f"{stage.title}已截止", note, 100, True, stage.extended)
    note = f"今天是最后一天（{day}）" if stage.left == 0 else f"还有 {stage.left} 天，{day}前完成"
    return Calendar(f"{stage.title} 第 {stage.nth} 天", note, stage.survey_share, False, stage.extended)


def asks_for_part(request: HttpRequest) -> bool:
    """Whether htmx asks, which puts a part into the page that is open."""
    return bool(request.htmx)  # type: ignore[attr-defined]  # set by django_htmx's middleware


def as_file(content: bytes | str, media_type: str, name: str, *, inline: bool = False) -> HttpResponse:
    """An answer that browsers keep under `name`, or with `inline` open in their own viewer."""
    response = HttpResponse(content, content_type=media_type)
    response["Content-Disposition"] = content_disposition_header(not inline, name) or "inline"
    return response


def own_address(request: HttpRequest, wanted: str) -> str:
    """An address that a browser named, as a path of ours; '' for one of another server, or for no address at all."""
    hosts = {request.get_host()}
    if len(wanted) > _LONGEST or not url_has_allowed_host_and_scheme(wanted, hosts, request.is_secure()):
        return ""
    parts = urlsplit(wanted)
    path = urlunsplit(("", "", parts.path, parts.query, parts.fragment))
    return path if path.startswith("/") and not path.startswith("//") else ""


def go_back(request: HttpRequest, wanted: str, otherwise: str, *args: object) -> HttpResponseRedirect:
    """To the page that a browser named, else to ours (`otherwise`, a name of an address, with its `args`).

    The one way to an address that comes from outside: a Referer, a hidden field, a notice.
    """
    return HttpResponseRedirect(own_address(request, wanted) or reverse(otherwise, args=args))


def page(
    request: HttpRequest, place: Place, template: str, tab: str, *, status: int = 200, **context: Any
) -> HttpResponse:
    """Render a page of a place."""
    context |= {"place": place, "menu": menu(place, tab), "tab": tab, "calendar": calendar(place)}
    context["path"] = [(area, place.sees(area.code)) for area in place.path]
    return render(request, f"desk/{template}", context, status=status)

"""The day's bulletin of a county or town: on the screen, as PDF, and as text to send on."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from paicha.delivery.desk.shell.page import as_file, page
from paicha.delivery.desk.shell.places import Place, at_place
from paicha.domain import clock
from paicha.domain.accounts.roles import Verb
from paicha.domain.audit.services import read_logged
from paicha.domain.reports.bulletin import Bulletin, Figure, bulletin
from paicha.formats.papers import Report, report


@dataclass(frozen=True, slots=True)
class Shown:
    """A figure with the address of its rows; `since` says how it has changed since yesterday."""

    figure: Figure
    address: str
    since: str


@at_place(Verb.READ_STATISTICS)
def bulletin_page(request: HttpRequest, place: Place) -> HttpResponse:
    """The bulletin; `as=pdf` is the paper."""
    if place.is_village:
        raise Http404
    made = bulletin(place.round, place.pack, place.area, scope=place.scope)
    if request.GET.get("as") == "pdf":
        return _paper(request, place, made)
    shown = [Shown(figure, _address(place, figure), _since(figure)) for figure in made.figures]
    return page(
        request, place, "reports/bulletin.html", "bulletin", made=made, shown=shown,
        town=place.area.level == "town", at=clock.now(),
    )  # fmt: skip


def _address(place: Place, figure: Figure) -> str:
    name, query = figure.opens
    address = reverse(f"desk:{name}", args=[place.code])
    return f"{address}?{urlencode(query)}" if query else address


def _since(figure: Figure) -> str:
    if not figure.change:
        return ""
    more = "多收到" if figure.key == "done" else "多"
    return f"比昨天{more if figure.change > 0 else '少'} {abs(figure.change):,}"


def _paper(request: HttpRequest, place: Place, made: Bulletin) -> HttpResponse:
    town = place.area.level == "town"
    total = made.total
    names = ("村" if town else "镇街", "应排查", "已排查", "新收到", "完成", "还差", "线索", "上报")
    rows = [
        (
            f"{line.name}{'（落后）' if line.late else ''}", str(line.tally.households), str(line.tally.done),
            f"+{line.more}" if line.more > 0 else str(line.more or ""), f"{line.tally.percent}%",
            str(line.tally.due), str(line.tally.open_leads),
            ("已报" if line.handed_up else "") if town else f"{line.handed_up}/{line.villages}",
        )
        for line in made.lines
    ]  # fmt: skip
    more = sum(line.more for line in made.lines)
    handed = sum(line.handed_up for line in made.lines)
    villages = sum(line.villages for line in made.lines)
    content = report(
        Report(
            made.heading,
            (f"{place.area.spoken}排查工作", f"{clock.now():%Y年%-m月%-d日 %H:%M}"),
            made.sentences, names, rows,
            ("合计", str(total.households), str(total.done), f"+{more}" if more > 0 else str(more or ""),
             f"{total.percent}%", str(total.due), str(total.open_leads), f"{handed}/{villages}"),
            f"{request.user} 于 {clock.now():%Y-%m-%d %H:%M} 导出",
        )
    )  # fmt: skip
    read_logged(place.scope.actor, "export.bulletin", f"area:{place.code}", len(rows))
    name = f"{made.heading}{made.on:%Y%m%d}.pdf"
    return as_file(content, "application/pdf", name)

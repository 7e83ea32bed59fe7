"""The pictures of a place, and the rows behind the figures of their tables.

What holds: a table's figure opens into the villages that it adds up, and a village's into its households; the
page reads summary rows alone, and draws nothing itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from paicha.core.bounds import whole
from paicha.delivery.desk.pictures.presenters import Chart, chart_of
from paicha.delivery.desk.shell.page import page
from paicha.delivery.desk.shell.places import Place, areas_below, at_place, require
from paicha.delivery.desk.shell.wording import day_text
from paicha.domain.accounts.roles import Verb
from paicha.domain.reports.pictures import days_of, disagreement, pictures_of, progress
from paicha.domain.responses.models import VillageSummary
from paicha.domain.responses.queries import household_lines, summaries
from paicha.domain.responses.summary.chart_counts import behind
from paicha.domain.responses.summary.tallies import Selection, tally
from paicha.domain.verification.models import Sample
from paicha.domain.verification.results import interviews_of, results


@at_place(Verb.READ_STATISTICS)
def pictures(request: HttpRequest, place: Place) -> HttpResponse:
    """Every picture of a county or town: its progress, for a county that of each town, and tables with bars."""
    if place.is_village:
        raise Http404
    rows = summaries(place.scope, place.round, place.prefix)
    total = tally(place.pack, rows)
    first, *listed = pictures_of(place.round, place.pack, place.code, rows, total)
    sample = _sample(place)
    lines = results(place.pack, interviews_of(sample)) if sample else []
    if lines:
        listed.append(disagreement((line.question, line.title, line.estimate) for line in lines))
    return page(
        request, place, "pictures/pictures.html", "pictures", chart=chart_of(first), listed=listed, sample=sample,
        towns=_towns(place, rows) if place.area.level == "county" else (),
    )  # fmt: skip


def _towns(place: Place, rows: Sequence[VillageSummary]) -> list[Chart]:
    """The progress of each town with households, those furthest behind an even pace first."""
    below: dict[str, list[VillageSummary]] = {}
    areas = areas_below(place)
    for row in rows:
        if row.counts:
            below.setdefault(areas[row.code].parent_code, []).append(row)
    charts = [
        chart_of(
            progress(place.round, place.pack, code, own, tally(place.pack, own)),
            areas[code].spoken,
            reverse("desk:pictures", args=[code]),
        )
        for code, own in sorted(below.items())
    ]
    return sorted(charts, key=lambda one: one.percent - one.share)


def _sample(place: Place) -> Sample | None:
    """The round's newest sample, for whoever may open its results."""
    if place.area.level != "county" or not place.may(Verb.DRAW_SAMPLE):
        return None
    return Sample.objects.filter(round=place.round).defer("frame").order_by("-drawn_at", "-pk").first()


@at_place(Verb.READ_STATISTICS)
def met_on(request: HttpRequest, place: Place) -> HttpResponse:
    """Households met on a day of the progress: by village, or in a village each."""
    asked = request.GET.get("day", "")
    try:
        day = date.fromisoformat(asked)
    except ValueError:
        raise Http404 from None
    rows = summaries(place.scope, place.round, place.prefix)
    calendar = [
        one["iso"]
        for one in progress(place.round, place.pack, place.code, rows, tally(place.pack, rows)).figures[
            "days"
        ]
    ]
    if asked not in calendar:
        raise Http404
    low, high = days_of(calendar, asked)

    def count(row: VillageSummary) -> int:
        return sum(n for iso, n in row.figures.get("days", {}).items() if low <= iso <= high)

    heading = f"{day_text(day)}排查的农户"
    if place.is_village:
        ids = behind(place.round, place.pack, place.area.area_id, days=(low, high))
        return _households(request, place, heading, ids)
    return _villages(request, place, heading, rows, count)


@at_place(Verb.READ_STATISTICS)
def answered(request: HttpRequest, place: Place) -> HttpResponse:
    """Households of a class that chose an option: by village, or in a village each."""
    question, form, option = (request.GET.get(name, "") for name in ("question", "form", "option"))
    pack = place.pack
    labels = pack.questions[question].option_labels if question in pack.pictured else {}
    if form not in pack.household_forms or whole(option) not in labels:
        raise Http404

    def count(row: VillageSummary) -> int:
        by_form = row.figures.get("answers", {}).get(question, {})
        n: int = by_form.get(form, {}).get(option, 0)
        return n

    asked = pack.questions[question]
    heading = (
        f"{pack.household_forms[form].label}：{asked.short or asked.label} {option} {labels[int(option)]}"
    )
    if place.is_village:
        ids = behind(place.round, pack, place.area.area_id, question=question, form=form, option=option)
        return _households(request, place, heading, ids)
    return _villages(request, place, heading, summaries(place.scope, place.round, place.prefix), count)


def _villages(
    request: HttpRequest,
    place: Place,
    heading: str,
    rows: list[VillageSummary],
    count: Callable[[VillageSummary], int],
) -> HttpResponse:
    areas = areas_below(place)
    asked = f"desk:{request.resolver_match.url_name if request.resolver_match else ''}"
    lines = [
        (row.code, areas[row.code].spoken, n, f"{reverse(asked, args=[row.code])}?{request.GET.urlencode()}")
        for row in rows
        if (n := count(row))
    ]
    lines.sort(key=lambda line: (-line[2], line[0]))
    return page(
        request, place, "pictures/villages.html", "pictures", heading=heading, lines=lines,
        total=sum(line[2] for line in lines),
        towns={code: area.spoken for code, area in areas.items() if area.level == "town"},
        show_towns=place.area.level == "county", most=max((line[2] for line in lines), default=1),
    )  # fmt: skip


def _households(request: HttpRequest, place: Place, heading: str, ids: list[UUID]) -> HttpResponse:
    require(place, Verb.READ_HOUSEHOLDS)
    wanted = set(ids)
    listed = household_lines(
        place.round, place.pack, [place.area.area_id], Selection(outcome="done"), place.groups
    )
    lines = [line for line in listed if line.id in wanted]
    place.log_read("picture rows", len(lines))
    return page(request, place, "pictures/households.html", "pictures", heading=heading, lines=lines)

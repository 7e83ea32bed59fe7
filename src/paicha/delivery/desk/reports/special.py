"""Special circumstances of a place: which household, what happened, which measure; what has none first to be seen."""

from __future__ import annotations

from typing import Literal

from django.http import Http404, HttpRequest, HttpResponse

from paicha.core.bounds import whole
from paicha.delivery.desk.reports.blanks import TYPES
from paicha.delivery.desk.shell.page import as_file, page
from paicha.delivery.desk.shell.places import Place, at_place, require
from paicha.delivery.desk.shell.village_lists import rows_over_villages
from paicha.domain.accounts.roles import Verb
from paicha.domain.audit.services import read_logged
from paicha.domain.reports.documents import watermark
from paicha.domain.reports.export import write
from paicha.domain.reports.special import (
    special_count,
    special_lines,
    special_options,
    special_sheet,
)
from paicha.domain.responses.queries import summaries
from paicha.formats.documents import Document


@at_place(Verb.READ_HOUSEHOLDS, whole=True)
def special(request: HttpRequest, place: Place) -> HttpResponse:
    """The list, by circumstance; `as` xlsx or pdf takes it along."""
    options = special_options(place.pack)
    text = request.GET.get("what", "")
    chosen = whole(text)
    if not options or (text and chosen not in options):
        raise Http404
    rows = summaries(place.scope, place.round, place.prefix)
    if request.GET.get("as") in TYPES:
        require(place, Verb.EXPORT)
        return _file(
            request, place, [s.village_id for s in rows if special_count(place.pack, s, chosen)], chosen
        )
    found = rows_over_villages(
        rows, lambda s: special_count(place.pack, s, chosen),
        lambda ids: special_lines(place.round, place.pack, ids, chosen),
    )  # fmt: skip
    turned = found.page(request)
    listed = list(turned)
    place.log_read("special", len({line.household for line in listed}))
    chips = [("", "全部", sum(special_count(place.pack, s) for s in rows))]
    chips += [
        (str(number), label, sum(special_count(place.pack, s, number) for s in rows))
        for number, label in options.items()
    ]
    return page(
        request, place, "reports/special.html", "leads", chips=chips, what=text, paging=turned,
        rows=[(line, options[line.option], place.pack.household_forms[line.form].label) for line in listed],
        may_export=place.may(Verb.EXPORT),
    )  # fmt: skip


def _file(request: HttpRequest, place: Place, villages: list[int], chosen: int | None) -> HttpResponse:
    kind: Literal["pdf", "xlsx"] = "pdf" if request.GET["as"] == "pdf" else "xlsx"
    lines = special_lines(place.round, place.pack, villages, chosen)
    sheet = special_sheet(place.pack, place.area.spoken, lines)
    content = write(Document(sheet.title, [sheet], watermark(str(request.user))), place.pack, kind)
    read_logged(place.scope.actor, f"export.special.{kind}", f"area:{place.code}", len(lines))
    return as_file(content, TYPES[kind], f"{sheet.title}.{kind}")

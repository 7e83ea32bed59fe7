"""The town's (and the city's) table of villages, sorted by what needs attention; each cause a word and a link.

What holds: it is read from the villages' summary rows alone, so that it costs the same for twenty villages and for
three hundred; what is done over it is done over every village that the filter leaves, never over a page of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse

from paicha.delivery.desk.shell.page import page
from paicha.delivery.desk.shell.paging import VILLAGES, page_of
from paicha.delivery.desk.shell.places import Place, areas_below, at_place
from paicha.delivery.desk.shell.wording import day_text
from paicha.delivery.desk.verification.cause_links import cause_link
from paicha.domain.accounts.roles import Verb
from paicha.domain.areas.models import ZoneVillage
from paicha.domain.responses.models import VillageSummary
from paicha.domain.responses.queries import summaries
from paicha.domain.responses.summary.tallies import due, has_rows
from paicha.domain.rounds.models import RoundArea
from paicha.domain.verification.attention import CAUSES, Cause, causes, desk_audit_result, first_stage, order

_RESULTS = {"passed": "审核通过", "visit": "列入实地核实"}


@dataclass(frozen=True, slots=True)
class Line:
    """A village of the table."""

    summary: VillageSummary
    area: RoundArea
    zone: str
    causes: Sequence[Cause]
    stands: str
    due: int

    @property
    def said(self) -> list[tuple[str, str, bool]]:
        """(words, where they lead, whether it is late) of each cause."""
        late = ("overdue", "returned", "conflicts")
        return [(c.words, cause_link(c.key, self.summary.code), c.key in late) for c in self.causes]


@dataclass(frozen=True, slots=True)
class Table:
    """The lines that a filter leaves, and what there is to filter by (key, title, villages)."""

    lines: Sequence[Line]
    only: str
    zone: str
    counted: Sequence[tuple[str, str, int]]
    zones: Sequence[str]
    total: int

    @property
    def query(self) -> str:
        """The filter as an address carries it."""
        return urlencode({k: v for k, v in (("only", self.only), ("zone", self.zone)) if v})


def table(request: HttpRequest, place: Place) -> Table:
    """The villages of a place as the request filters them; three queries, whatever their number."""
    given = request.POST if request.method == "POST" else request.GET
    only, zone = given.get("only", ""), given.get("zone", "")
    if only and only not in CAUSES:
        raise Http404
    areas = areas_below(place)
    members = ZoneVillage.objects.filter(village__code__startswith=place.prefix)
    zones = dict(members.order_by("zone_id").values_list("village_id", "zone__name"))
    lines = []
    for summary in summaries(place.scope, place.round, place.prefix):
        if has_rows(summary) or areas[summary.code].level == "village":
            stage = first_stage(place.round, place.pack, summary.code)
            lines.append(
                Line(
                    summary, areas[summary.code], zones.get(summary.village_id, ""),
                    causes(place.pack, summary, stage), _stands(summary), due(place.pack, summary.counts),
                )
            )  # fmt: skip
    named = list(dict.fromkeys(zones.values())) if place.area.level == "town" else []
    if zone and zone not in named and request.method == "GET":
        raise Http404  # a page of before may still name a zone whose villages have gone
    in_zone = [line for line in lines if not zone or line.zone == zone]
    counts = Counter(cause.key for line in in_zone for cause in line.causes)
    kept = [line for line in in_zone if not only or any(c.key == only for c in line.causes)]
    kept.sort(key=lambda line: (*order(line.causes), line.summary.code))
    chips = [(key, title, counts[key]) for key, title in CAUSES.items() if counts[key] or key == only]
    return Table(kept, only, zone, chips, named, len(in_zone))


def _stands(summary: VillageSummary) -> str:
    """Where a village's ledger is, and what the audit said of it."""
    if summary.handed_up:
        when = f"{day_text(summary.handed_up_at)}上报" if summary.handed_up_at else "已上报"
        result = _RESULTS.get(desk_audit_result(summary))
        return f"{when}，{result}" if result else when
    return summary.get_status_display()


@at_place(Verb.READ_STATISTICS)
def attention(request: HttpRequest, place: Place) -> HttpResponse:
    """The table itself."""
    if place.is_village:
        raise Http404
    found = table(request, place)
    towns = {area.code: area.spoken for area in areas_below(place).values() if area.level == "town"}
    turned = page_of(request, found.lines, VILLAGES)
    return page(
        request, place, "verification/attention.html", "attention", found=found, paging=turned,
        shown=list(turned),
        towns=towns if place.area.level == "county" else {}, title=CAUSES.get(found.only, ""),
        clear=sum(not line.causes for line in found.lines), may_dismiss=place.may(Verb.DECIDE_LEADS),
        may_remind=place.may(Verb.RETURN), may_visit=place.may(Verb.VERIFY) and place.area.level == "town",
    )  # fmt: skip

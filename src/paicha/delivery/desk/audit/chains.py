"""Who did what, and who read what: a village's chain, and everybody's own chain of a day.

What holds: only whoever may read the audit has these pages; looking at them is itself an entry; a chain is
checked again, entry by entry, when somebody asks for it; what people did beyond one village is shown where the
whole county is granted, for such a chain knows no place.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse

from paicha.core.bounds import calendar_day
from paicha.core.pack import Pack
from paicha.delivery.desk.audit.act_text import act_text
from paicha.delivery.desk.audit.log_search import columns_of
from paicha.delivery.desk.shell.list_file import ListFile, asks_for_file
from paicha.delivery.desk.shell.listing import Column, headings, rows_of, sort_rows
from paicha.delivery.desk.shell.page import page
from paicha.delivery.desk.shell.paging import page_of
from paicha.delivery.desk.shell.places import Place, at_place
from paicha.delivery.desk.shell.wording import Names, day_text, who_text
from paicha.domain import clock
from paicha.domain.accounts.roles import Verb
from paicha.domain.audit.entry_list import entries, lengths, people_of
from paicha.domain.audit.models import AuditEntry
from paicha.domain.audit.queries import verify_chain
from paicha.domain.audit.services import village_chain
from paicha.domain.responses.queries import names
from paicha.domain.rounds.models import RoundArea
from paicha.domain.rounds.queries import villages_below


@dataclass(frozen=True, slots=True)
class Line:
    """One entry in words."""

    seq: int
    at: datetime
    who: str
    what: str
    subject: str
    count: int


@at_place(Verb.READ_AUDIT, whole=True)
def log(request: HttpRequest, place: Place) -> HttpResponse:
    """A village's chain; of a town or county its villages' chains and, for the county, the people of a day.

    `?who=ACTOR&day=YYYY-MM-DD` of the county: what one person did and read that day beyond single villages.
    """
    if place.is_village:
        return _chain(request, place, village_chain(place.area.area_id), "", "")
    day, actor = calendar_day(request.GET.get("day", "")) or clock.today(), request.GET.get("who", "")
    county = place.area.level == "county"
    if actor and county:
        title = f"{who_text(names({actor}), actor)} {day_text(day)}"
        keep = urlencode({"who": actor, "day": day.isoformat()}) + "&"
        return _chain(request, place, f"actor:{actor}:{day.isoformat()}", title, keep)
    areas = villages_below(place.round, place.prefix)
    known = lengths([village_chain(area.area_id) for area in areas])
    people = people_of(day) if county else []
    find = request.GET.get("find", "").strip()
    counted = [(area, known.get(village_chain(area.area_id), 0)) for area in areas if find in area.name]
    counted = [line for line in counted if line[1] or find]
    columns: list[Column[tuple[RoundArea, int]]] = [
        Column("村", lambda line: line[0].spoken, "village", lambda line: line[0].code),
        Column("条数", lambda line: line[1], "entries", down=True, look="num"),
    ]
    turned = page_of(request, sort_rows(request, counted, columns))
    called = names({actor for actor, _, _ in people})
    return page(
        request, place, "audit/chains.html", "log", day=day, today=clock.today(),
        counted=list(turned), paging=turned, find=find, headings=headings(request, columns),
        silent=len(areas) - len(counted) if not find else 0,
        people=[(actor, who_text(called, actor), n, last) for actor, n, last in people],
    )  # fmt: skip


def _chain(request: HttpRequest, place: Place, chain: str, title: str, keep: str) -> HttpResponse:
    rows = entries(chain)
    total = lengths([chain]).get(chain, 0)
    if title and not total:
        raise Http404
    listed = rows_of(rows, total=total)
    name = f"{title or place.area.spoken}的记录"
    file = ListFile("audit", name, columns_of(place, Names()), listed, Verb.READ_AUDIT)
    if asks_for_file(request):
        return file.answer(request, place)
    shown = listed.page(request)
    checked = "check" in request.GET
    broken = verify_chain(chain) if checked else None
    place.log_read("audit", len(shown))
    return page(
        request, place, "audit/chain.html", "log", title=title, keep=keep, paging=shown, file=file.offer(place),
        lines=_lines(place.pack, list(shown)), checked=checked, broken=broken and broken.message,
    )  # fmt: skip


def _lines(pack: Pack, rows: list[AuditEntry]) -> list[Line]:
    steps = {step.id: step.title for procedure in pack.schedule.procedures for step in procedure.steps}
    called = names({row.actor for row in rows})
    return [
        Line(
            row.seq, row.at, who_text(called, row.actor), act_text(row.action, steps), row.subject, row.count
        )
        for row in rows
    ]

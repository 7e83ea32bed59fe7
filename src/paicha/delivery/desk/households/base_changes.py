"""Changes of base information of a place, to be entered by hand into the national system, ticked once they are.

What holds: ticking is a person's word, undone by who gave it; a list over many villages is read from the counts
of their summary rows; what waits for three days or more is marked, in the village and in its town.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from paicha.core.bounds import wholes
from paicha.core.catalogue import sentence
from paicha.core.refusal import Refusal
from paicha.delivery.desk.shell.form_input import ways
from paicha.delivery.desk.shell.list_file import ListFile, asks_for_file
from paicha.delivery.desk.shell.listing import Column, headings, rows_of, sort_rows
from paicha.delivery.desk.shell.page import page
from paicha.delivery.desk.shell.places import Place, at_place, at_record, require
from paicha.delivery.desk.shell.village_lists import (
    as_listed,
    group_column,
    head_column,
    place_columns,
    rows_over_villages,
    summaries_of,
)
from paicha.delivery.desk.shell.wording import Names
from paicha.domain import clock
from paicha.domain.accounts.roles import Verb
from paicha.domain.households.models import BaseChange
from paicha.domain.responses.models import VillageSummary
from paicha.domain.responses.queries import changes_listed, names
from paicha.domain.responses.services import village_work
from paicha.domain.responses.services.base_changes import (
    LATE_DAYS,
    mark_entered,
    note_change,
    unmark,
    waiting_long,
)

STATES = {"open": "没录入", "late": f"满 {LATE_DAYS} 天没录入", "entered": "已录入", "all": "全部"}


def count(summary: VillageSummary, state: str) -> int:
    """How many changes of a state a village has, by its summary row's facts."""
    fact = summary.fact
    waiting, every = fact.changes_open, fact.changes_all
    late = waiting_long(fact, clock.today())
    return {"open": waiting, "late": late, "entered": every - waiting, "all": every}[state]


@require_http_methods(["GET", "POST"])
@at_place(Verb.READ_HOUSEHOLDS)
def changes(request: HttpRequest, place: Place) -> HttpResponse:
    """The changes of a place; in a village, also where one of the village itself is noted."""
    if request.method == "GET":
        return _page(request, place)
    if not place.is_village:
        raise Http404
    require(place, Verb.RAISE_PROBLEMS)
    if place.groups is not None:
        return _page(request, place, status=422, error=sentence("C30"))
    given = request.POST
    try:
        area = place.area.area
        with village_work(place.round, place.pack, area, place.scope.actor) as work:
            note_change(
                work, None, field=given.get("field", ""), old=given.get("old", ""), new=given.get("new", "")
            )
    except Refusal as refused:
        return _page(request, place, status=422, error=str(refused), adding=True)
    messages.success(request, "已记下，录入全国系统以后请勾“已录入”。")
    return redirect("desk:changes", place.code)


def _page(request: HttpRequest, place: Place, *, status: int = 200, **context: Any) -> HttpResponse:
    state = request.GET.get("state", "open" if not place.is_village else "all")
    if state not in STATES:
        raise Http404
    rows, until = summaries_of(place), clock.today() - timedelta(days=LATE_DAYS)
    columns = as_listed(place, _columns(place))
    if place.is_village:
        every = changes_listed([place.area.area_id], state, until, place.groups)
        found = rows_of(sort_rows(request, every, columns))
    else:
        found = rows_over_villages(
            rows, lambda s: count(s, state), lambda ids: changes_listed(ids, state, until)
        )
    file = ListFile("changes", f"{place.area.spoken}信息变更，{STATES[state]}", columns, found)
    if asks_for_file(request):
        return file.answer(request, place)
    turned = found.page(request)
    listed = list(turned)
    place.log_read("changes", len(listed))
    waiting = sum(c.entered_on is None for c in listed)
    return page(
        request, place, "households/base_changes.html", "problems", status=status, ways=ways(place), here="changes",
        state=state, states=[(k, t, sum(count(s, k) for s in rows) if rows else None) for k, t in STATES.items()],
        rows=listed, paging=turned, headings=headings(request, columns), file=file.offer(place),
        until=until, waiting=waiting, actor=place.scope.actor,
        may_tick=place.is_village and place.may(Verb.TICK_ENTERED),
        may_add=place.is_village and place.groups is None and place.may(Verb.RAISE_PROBLEMS),
        fields=BaseChange.FIELDS[3:], given=request.POST,
        names=names({c.noted_by for c in listed} | {c.entered_by for c in listed}), **context,
    )  # fmt: skip


def _columns(place: Place) -> list[Column[BaseChange]]:
    people = Names()
    return [
        head_column(), *place_columns(place), group_column(beside=True),
        Column("项目", lambda c: c.subject, "subject", width=22),
        Column("原来", lambda c: c.old, "old", width=20),
        Column("现在", lambda c: c.new, "new", width=20),
        Column("记下", lambda c: c.noted_on, "noted"),
        Column("谁记的", lambda c: people.of(c.noted_by), beside=True),
        Column("全国系统", lambda c: c.entered_on or "没录入", "entered", lambda c: c.entered_on or date.max),
        Column("谁录的", lambda c: people.of(c.entered_by), beside=True),
    ]  # fmt: skip


@require_POST
@at_place(Verb.READ_HOUSEHOLDS, act=Verb.TICK_ENTERED)
def tick(request: HttpRequest, place: Place) -> HttpResponse:
    """Tick what was chosen, or with `all` everything that waits in the village."""
    if not place.is_village:
        raise Http404
    ids = wholes(request.POST.getlist("change"))
    everything = request.POST.get("all") == "1"
    if not ids and not everything:
        return _page(request, place, status=422, error=sentence("C31"))
    area = place.area.area
    with village_work(place.round, place.pack, area, place.scope.actor) as work:
        n = mark_entered(work, None if everything else ids, place.groups)
    messages.success(request, f"{n} 处已勾为录入全国系统。")
    return redirect("desk:changes", place.code)


@require_POST
@at_record(BaseChange, Verb.READ_HOUSEHOLDS, act=Verb.TICK_ENTERED, related=("household",))
def undo(request: HttpRequest, place: Place, found: BaseChange) -> HttpResponse:
    """Take one's own tick back."""
    try:
        with transaction.atomic(), village_work(
            place.round, place.pack, found.village, place.scope.actor
        ) as work:  # fmt: skip
            unmark(work, found)
    except Refusal as refused:
        return _page(request, place, status=422, error=str(refused))
    messages.success(request, "已撤销，又列为没录入。")
    return redirect("desk:changes", place.code)

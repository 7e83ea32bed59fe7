"""Petitions 信访舆情 of a place: those without a reply first, noted and answered here.

What holds: a household that answered that there is a petition, and of which none is listed, stands above the
list until it is; a petition brings a lead or a problem only when somebody says so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import orjson
from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from paicha.core.refusal import Refusal
from paicha.delivery.desk.shell.fields import Day, Words, entries
from paicha.delivery.desk.shell.form_input import Unclear, household_asked, household_named, ways
from paicha.delivery.desk.shell.list_file import ListFile, asks_for_file
from paicha.delivery.desk.shell.listing import Column, headings, rows_of, sort_rows
from paicha.delivery.desk.shell.page import page
from paicha.delivery.desk.shell.places import Place, at_place, at_record, in_groups, require_step
from paicha.delivery.desk.shell.refusals import refused_to
from paicha.delivery.desk.shell.village_lists import (
    as_listed,
    group_column,
    head_column,
    place_columns,
    rows_over_villages,
    summaries_of,
)
from paicha.domain import clock
from paicha.domain.accounts.roles import Verb
from paicha.domain.problems import petitions as services
from paicha.domain.problems.levels import level_of
from paicha.domain.problems.models import Petition
from paicha.domain.problems.queries import petitions_listed
from paicha.domain.responses.models import Revision, VillageSummary
from paicha.domain.responses.queries import names
from paicha.domain.responses.services import VillageWork, raise_lead, village_work
from paicha.domain.responses.village_facts import overdue
from paicha.domain.rounds.models import RosterEntry

STATES = {"open": "没答复", "late": "过了期限", "replied": "已答复", "all": "全部"}
_UNLISTED_SHOWN = 30


def count(summary: VillageSummary, state: str) -> int:
    """How many petitions of a state a village has, by its summary row's facts."""
    fact = summary.fact
    waiting, every = fact.petitions_open, fact.petitions_all
    late = overdue(fact.petitions_due_on, clock.today())
    return {"open": waiting, "late": late, "replied": every - waiting, "all": every}[state]


@require_http_methods(["GET", "POST"])
@at_place(Verb.READ_HOUSEHOLDS)
def petitions(request: HttpRequest, place: Place) -> HttpResponse:
    """The petitions of a place; in a village, also where one is noted."""
    if request.method == "GET":
        return _page(request, place)
    if not place.is_village:
        raise Http404
    require_step(place, Verb.RAISE_PROBLEMS, "petition", "received")
    return _add(request, place)


def _page(request: HttpRequest, place: Place, *, status: int = 200, **context: Any) -> HttpResponse:
    state = request.GET.get("state", "open")
    if state not in STATES:
        raise Http404
    today, rows = clock.today(), summaries_of(place)
    columns = as_listed(place, _columns(place))
    if place.is_village:
        every = petitions_listed(place.round, [place.area.area_id], state, today, place.groups)
        found = rows_of(sort_rows(request, every, columns))
    else:
        found = rows_over_villages(
            rows, lambda s: count(s, state), lambda ids: petitions_listed(place.round, ids, state, today)
        )
    file = ListFile("petitions", f"{place.area.spoken}信访舆情，{STATES[state]}", columns, found)
    if asks_for_file(request):
        return file.answer(request, place)
    turned = found.page(request)
    listed = list(turned)
    may_add = place.is_village and place.takes(Verb.RAISE_PROBLEMS, "petition", "received")
    unlisted = _households_unlisted(place, rows) if place.is_village else []
    place.log_read("petitions", len(listed) + len(unlisted))
    home = (
        household_asked(place, request.POST.get("household") or request.GET.get("household", ""))
        if may_add
        else None
    )
    return page(
        request, place, "problems/petitions.html", "problems", status=status, ways=ways(place), here="petitions",
        state=state, states=[(k, t, sum(count(s, k) for s in rows) if rows else None) for k, t in STATES.items()],
        listed=listed, paging=turned, headings=headings(request, columns), file=file.offer(place),
        today=today, may_add=may_add, unlisted=unlisted[:_UNLISTED_SHOWN],
        more=max(len(unlisted) - _UNLISTED_SHOWN, 0), home=home, given=request.POST,
        above=[(s, s.figures["petitions_unlisted"]) for s in rows if s.figures.get("petitions_unlisted")]
        if not place.is_village else [], **context,
    )  # fmt: skip


def _columns(place: Place) -> list[Column[Petition]]:
    where = [replace(column, beside=True) for column in (head_column(), group_column())]
    return [
        Column("诉求", lambda p: p.demand, "demand", width=40), *where, *place_columns(place),
        Column("反映人", lambda p: p.from_whom, "from"),
        Column("收到", lambda p: p.received_on, "received"),
        Column("答复期限", lambda p: p.due_on, "due"),
        Column("答复", lambda p: p.reply or "没答复", "reply", lambda p: p.replied_on or date.max, width=34),
        Column("答复日期", lambda p: p.replied_on, beside=True),
    ]  # fmt: skip


def _households_unlisted(place: Place, rows: list[VillageSummary]) -> list[RosterEntry]:
    """Households that answered that there is a petition and of which none is listed; a village's own answers."""
    asked = place.pack.roles.petition
    if asked is None or (rows and not rows[0].figures.get("petitions_unlisted")):
        return []
    entries = RosterEntry.objects.filter(
        round=place.round, village=place.area.area_id, revision__isnull=False
    )
    found = [e for e in entries.select_related("household") if in_groups(place, e.household.group)]
    told = Revision.objects.filter(pk__in=[e.revision for e in found], answers__contains=f'"{asked}":1')
    yes = {pk for pk, text in told.values_list("pk", "answers") if orjson.loads(text).get(asked) == 1}
    some = [e for e in found if e.revision in yes]
    listed = Petition.objects.filter(round=place.round, household__in=[e.household_id for e in some])
    known = set(listed.values_list("household_id", flat=True)) if some else set()
    return [e for e in some if e.household_id not in known]


class PetitionForm(forms.Form):
    """A petition, apart from its household."""

    received_on = Day("收到日期")
    from_whom, demand = Words(), Words()


class ReplyForm(forms.Form):
    """The reply to a petition."""

    replied_on = Day("答复日期")
    reply = Words()


def _add(request: HttpRequest, place: Place) -> HttpResponse:
    given = request.POST
    try:
        home = household_asked(place, given.get("household", "")) or household_named(
            place, given.get("head", "")
        )
        if place.groups is not None and home is None:
            raise Unclear("Z28")
        entered = entries(PetitionForm(given))
        day = entered.pop("received_on") or clock.today()
        area = place.area.area
        with village_work(place.round, place.pack, area, place.scope.actor) as work:
            made = services.note_petition(work, received_on=day, household=home, **entered)
    except Refusal as refused:
        return _page(request, place, status=422, error=refused, adding=True)
    messages.success(request, f"已登记，{made.due_on.month}月{made.due_on.day}日前要答复。")
    return redirect("desk:petitions", place.code)


@at_record(Petition, Verb.READ_HOUSEHOLDS, related=("household", "problem"))
def petition(request: HttpRequest, place: Place, found: Petition) -> HttpResponse:
    """One petition and its reply."""
    return _one(request, place, found)


def _one(
    request: HttpRequest, place: Place, found: Petition, *, status: int = 200, **context: Any
) -> HttpResponse:
    if found.round_id != place.round.pk:
        raise Http404
    place.log_read("petition", 1)
    raises = place.may(Verb.RAISE_PROBLEMS)
    return page(
        request, place, "problems/petition.html", "problems", status=status, ways=ways(place), here="petitions",
        petition=found, names=names({found.noted_by, found.replied_by}), today=clock.today(),
        late=found.replied_on is None and found.due_on < clock.today(), raises=raises,
        replies=place.takes(Verb.RAISE_PROBLEMS, "petition", "replied"),
        undo=raises and found.replied_on is not None and found.replied_by == place.scope.actor,
        listable=raises and (found.problem is None or found.problem.status == "withdrawn"),
        given=request.POST, **context,
    )  # fmt: skip


@require_POST
@at_record(Petition, Verb.READ_HOUSEHOLDS, act=Verb.RAISE_PROBLEMS, related=("household", "problem"))
@refused_to(_one)
def step(request: HttpRequest, place: Place, found: Petition) -> HttpResponse:
    """Answer it, take one's own answer back, list it as a problem, or bring it as a lead of its household."""
    if found.round_id != place.round.pk:
        raise Http404
    given, actor = request.POST, place.scope.actor

    def reply(work: VillageWork) -> str:
        require_step(place, Verb.RAISE_PROBLEMS, "petition", "replied")
        entered = entries(ReplyForm(given))
        services.reply(work, found, entered["reply"], entered["replied_on"] or clock.today())
        return "答复已记下。"

    def undo(work: VillageWork) -> str:
        services.take_reply_back(work, found)
        return "已撤销答复。"

    def listed(work: VillageWork) -> str:
        services.list_as_problem(work, found, f"desk:{actor}", level_of(place.scope, place.code))
        return "已列入问题清单，请填措施、时限、责任人。"

    def lead(work: VillageWork) -> str:
        if found.household_id is None:
            raise services.PetitionError("Z29")
        raise_lead(work, found.household_id, services.SOURCE, found.demand[:200])
        return "已列为这一户的线索。"

    acts: dict[str, Callable[[VillageWork], str]] = {
        "reply": reply,
        "undo": undo,
        "problem": listed,
        "lead": lead,
    }
    if given.get("act") not in acts:
        raise services.PetitionError("Z30")
    with transaction.atomic(), village_work(place.round, place.pack, found.village, actor) as work:
        said = acts[given["act"]](work)
    messages.success(request, said)
    return redirect(reverse("desk:petition", args=[found.pk]))

"""Measures of a household, the start of a procedure at a household, and the weekly rounds of grid workers."""

from __future__ import annotations

from datetime import date

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from paicha.core.refusal import Refusal
from paicha.delivery.desk.cases.case_days import any_day, any_day_or_none, past_day
from paicha.delivery.desk.cases.case_text import limit, standing
from paicha.delivery.desk.cases.todo import own_overdue
from paicha.delivery.desk.shell.fields import Amount, Day, Words, entries
from paicha.delivery.desk.shell.form_input import household_named
from paicha.delivery.desk.shell.page import asks_for_part, page
from paicha.delivery.desk.shell.paging import page_of
from paicha.delivery.desk.shell.places import Home, Place, at_household, at_place, at_record, require
from paicha.domain import clock
from paicha.domain.accounts.roles import Verb
from paicha.domain.cases.guards import enrolled_on, obstacles
from paicha.domain.cases.models import Case, Measure
from paicha.domain.cases.queries import cases_of, measures_of, weekly_rounds
from paicha.domain.cases.services import add_measure, note_round, open_cases, withdraw_measure
from paicha.domain.responses.queries import group_order, names, summary_of
from paicha.domain.responses.services import village_work
from paicha.domain.rounds.models import RosterEntry

_SIZE = 50
_MOST = 10**9 - 1
_LONG_AGO = date(1990, 1, 1)


class MeasureForm(forms.Form):
    """A measure of a household."""

    until = Day("结束时间", read=any_day_or_none)
    since = Day("开始时间", read=any_day)
    amount = Amount("金额", most=_MOST)
    policy, by_whom = Words(), Words()


class WeeklyForm(forms.Form):
    """A weekly round of a grid worker, apart from its household."""

    on = Day("排查日期", read=past_day)
    visited = Amount("走访户数", most=_MOST)
    worker, seen = Words(), Words()


# Measures and procedures of a household


@require_http_methods(["GET", "POST"])
@at_household()
def measures(request: HttpRequest, home: Home) -> HttpResponse:
    """A household's measures and cases, and one more measure."""
    posted, place = request.POST, home.place
    error: Refusal | None = None
    if request.method == "POST":
        require(place, Verb.RAISE_PROBLEMS)
        try:
            entered = entries(MeasureForm(posted))
            with village_work(place.round, place.pack, home.entry.village, place.scope.actor) as work:
                add_measure(work, home.household.pk, **entered)
            messages.success(request, "帮扶措施已登记。")
            return redirect("desk:measures", home.household.pk)
        except Refusal as refused:
            error = refused
    found, cases = measures_of(home.household.pk), cases_of(home.household.pk)
    place.log_read("measures", 1)
    today = clock.today()
    startable = [
        p
        for p in place.pack.schedule.case_procedures
        if home.household.household_class in p.classes
        and not any(c.procedure == p.id and c.state == Case.State.GOING for c in cases)
    ]
    fragment = asks_for_part(request) and request.method == "GET"
    template = "cases/_household.html" if fragment else "cases/measures.html"
    return page(
        request, place, template, "households", status=422 if error else 200, error=error,
        household=home.household, home=home, measures=found, today=today, typed=posted,
        cases=[(c, place.pack.schedule.procedure[c.procedure].title, standing(place.pack, c), *limit(c, today))
               for c in cases],
        names=names({m.noted_by for m in found}), may_add=place.may(Verb.RAISE_PROBLEMS),
        startable=startable if place.may(Verb.DELIBERATE) else [],
    )  # fmt: skip


@require_POST
@at_record(Measure, Verb.READ_HOUSEHOLDS, act=Verb.RAISE_PROBLEMS, related=("household",))
def withdraw(request: HttpRequest, place: Place, row: Measure) -> HttpResponse:
    """Take back a measure that was written by mistake."""
    try:
        with village_work(place.round, place.pack, row.village, place.scope.actor) as work:
            withdraw_measure(work, row)
        messages.success(request, "这条措施已撤下。")
    except Refusal as error:
        messages.error(request, str(error))
    return redirect("desk:measures", row.household_id)


@require_http_methods(["GET", "POST"])
@at_household(act=Verb.DELIBERATE)
def propose(request: HttpRequest, home: Home, procedure: str) -> HttpResponse:
    """Start a procedure at a household: what stands in the way first, then what its first step writes down."""
    place = home.place
    wanted = place.pack.schedule.procedure.get(procedure)
    if wanted is None or not wanted.classes:
        raise Http404
    posted = request.POST
    error: Refusal | None = None
    if request.method == "POST":
        try:
            with village_work(place.round, place.pack, home.entry.village, place.scope.actor) as work:
                origin = posted.get("origin", "") or wanted.steps[0].passed
                (made,) = open_cases(
                    work, procedure, [home.household.pk], origin=origin, records=posted.dict()
                )
            messages.success(request, f"{wanted.title}已立项，现在是：{standing(place.pack, made)}。")
            return redirect("desk:case", made.pk)
        except Refusal as refused:
            error = refused
    since = enrolled_on(place.pack, wanted, home.household.pk, posted.dict())
    today = clock.today()
    known = since or _LONG_AGO  # nobody has said yet since when: that alone is not held against it
    why = obstacles(place.round, place.pack, wanted, {home.household.pk: known})[home.household.pk]
    place.log_read("propose", 1)
    return page(
        request, place, "cases/propose.html", "households", status=422 if error else 200, error=error,
        household=home.household, procedure=wanted, first=wanted.steps[0], typed=posted, today=today, why=why,
        enrolled=since,
    )  # fmt: skip


# Weekly rounds


@require_http_methods(["GET", "POST"])
@at_place(Verb.READ_HOUSEHOLDS)
def weekly(request: HttpRequest, place: Place) -> HttpResponse:
    """Weekly rounds of a village: three fields and, where something was seen, the household."""
    if not place.is_village:
        raise Http404
    posted = request.POST
    error: Refusal | None = None
    if request.method == "POST":
        require(place, Verb.RAISE_PROBLEMS)
        group = posted.get("group", "")
        if place.groups is not None and group not in place.groups:
            raise Http404
        try:
            household = household_named(place, posted.get("household", ""))
            entered = entries(WeeklyForm(posted))
            village = place.area.area
            with village_work(place.round, place.pack, village, place.scope.actor) as work:
                visited = entered.pop("visited") or 0
                home = household.pk if household else None
                note_round(work, group=group, visited=visited, household=home, **entered)
            messages.success(request, "周排查已登记。" + ("看到的情况已列为线索。" if household else ""))
            return redirect("desk:weekly", place.code)
        except Refusal as refused:
            error = refused
    return _weekly(request, place, error)


def _weekly(request: HttpRequest, place: Place, error: Refusal | None) -> HttpResponse:
    entries = RosterEntry.objects.filter(round=place.round, village=place.area.area_id)
    if place.groups is not None:
        entries = entries.filter(household__group__in=place.groups)
    listed = entries.values_list("household__group", "household__head_name", "household_id")
    heads = sorted(listed, key=lambda row: (group_order(row[0]), row[1]))
    groups = list(dict.fromkeys(group for group, *_ in heads))
    summary = summary_of(place.round, place.code)
    last = summary.fact.grid_last if summary else {}
    rows = weekly_rounds(place.area.area_id, place.groups)
    turned = page_of(request, rows, _SIZE)
    found = list(turned)
    place.log_read("weekly", len(found))
    typed, own = request.POST, str(request.user) if place.groups is not None else ""
    return page(
        request, place, "cases/weekly.html", "cases", status=422 if error else 200, error=error, rows=found,
        paging=turned, groups=[(group, _day(last.get(group, ""))) for group in groups], heads=heads, typed=typed,
        today=clock.today(), may_note=place.may(Verb.RAISE_PROBLEMS), habits=place.pack.schedule.habits,
        late=own_overdue(place, summary.fact) if summary else [],
        names=names({row.noted_by for row in found}), worker=typed.get("worker") or own,
    )  # fmt: skip


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None

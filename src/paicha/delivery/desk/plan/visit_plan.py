"""The plan of a village's visits: who goes to which group on which day, what that makes a day, a list to take along.

What holds: only the groups that somebody changed are written; one that somebody else has changed meanwhile is
shown as it is now beside what was typed; days with too many households say so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from paicha.core.catalogue import sentence
from paicha.core.refusal import Refusal
from paicha.delivery.desk.shell.form_input import Unclear, day_typed
from paicha.delivery.desk.shell.page import page
from paicha.delivery.desk.shell.places import Place, at_place
from paicha.delivery.desk.shell.todo import Todo
from paicha.delivery.desk.shell.wording import day_text, group_text, outcome_text
from paicha.domain import clock
from paicha.domain.accounts.queries import surveyors_of
from paicha.domain.accounts.roles import Verb
from paicha.domain.areas.models import Group
from paicha.domain.responses.queries import HouseholdLine, by_group, group_order, household_lines
from paicha.domain.responses.services.visit_plan import hand_to, plan_visits
from paicha.domain.responses.summary.tallies import DUE, Selection
from paicha.domain.rounds.plan import (
    Line,
    Visit,
    per_day,
    plan_days,
    planned_for,
    planned_lines,
    planned_today,
    propose,
    share_out,
)

_WEEKDAYS = "一二三四五六日"


@dataclass(slots=True)
class Row:
    """A group of the plan: its lines as (surveyor, day as ISO text, households), one at least to fill in."""

    index: int
    group: str
    due: int
    was: str
    lines: list[tuple[str, str, int]] = field(default_factory=list)
    error: str = ""


@dataclass(frozen=True, slots=True)
class Load:
    """What a surveyor has on a day."""

    n: int
    much: bool
    address: str


def due_by_group(place: Place) -> dict[str, int]:
    """Households still due in each group that the person sees. One query."""
    groups = by_group(place.round, place.area.area_id, place.groups)
    return {name: Selection(outcome=DUE).count(place.pack, counts) for name, counts in groups.items()}


@at_place(Verb.READ_HOUSEHOLDS)
def plan(request: HttpRequest, place: Place) -> HttpResponse:
    """The plan: days first, then who goes where; those who may assign change it here."""
    if not place.is_village:
        raise Http404
    return _page(request, place, {})


def _page(
    request: HttpRequest, place: Place, typed: Mapping[str, Sequence[tuple[str, str]]], **context: object
) -> HttpResponse:
    """`typed`: groups whose lines come from the form, not from what is planned."""
    due = due_by_group(place)
    lines = planned_lines(place.round, place.area.area_id, place.groups)
    visits = share_out(lines, due)
    may, limit = place.may(Verb.ASSIGN_SURVEYORS), per_day(place.pack)
    people = _people(place) if may else {}
    names = sorted({v.surveyor for v in visits} | {name for listed in people.values() for name in listed})
    errors = context.pop("errors", {})
    days = plan_days(place.round, place.pack, place.code)
    shown = sorted({*days, *(v.on for v in visits if v.on)})
    return page(
        request, place, "plan/plan.html", "plan", status=422 if errors or context.get("error") else 200,
        rows=_rows(due, lines, visits, typed, errors if isinstance(errors, dict) else {}), may=may, names=names,
        days=[(d.isoformat(), _day(d)) for d in shown], limit=limit,
        dates=[d for d in shown if d >= clock.today()], loads=_loads(place, visits, limit),
        passed=[(v, day_text(v.on)) for v in visits if v.on and v.on < clock.today() and due.get(v.group)],
        left_out=sum(n for group, n in due.items() if n and not any(v.group == group and v.due for v in visits)),
        moved=[name for name in names if any(v.surveyor == name and v.due for v in visits)], **context,
    )  # fmt: skip


def _day(day: date) -> str:
    return f"{day_text(day)} 周{_WEEKDAYS[day.weekday()]}"


def _people(place: Place) -> dict[str, list[str]]:
    """Who may be sent to each group: its own grid workers, else whoever works for the whole village."""
    groups = dict(Group.objects.filter(village_id=place.area.area_id).values_list("pk", "name"))
    return surveyors_of(place.code, groups)


def _rows(
    due: Mapping[str, int],
    lines: Sequence[Line],
    visits: Sequence[Visit],
    typed: Mapping[str, Sequence[tuple[str, str]]],
    errors: Mapping[str, str],
) -> list[Row]:
    rows = []
    for index, (group, n) in enumerate(due.items()):
        mine = [(v.surveyor, v.on.isoformat() if v.on else "", v.due) for v in visits if v.group == group]
        row = Row(index, group, n, was_text(lines, group), mine, errors.get(group, ""))
        if group in typed:
            shares = {(surveyor, day): share for surveyor, day, share in mine}
            row.lines = [(who, day, shares.get((who, day), 0)) for who, day in typed[group]]
        if not row.lines:
            row.lines = [("", "", 0)]
        rows.append(row)
    return rows


def was_text(lines: Sequence[Line], group: str) -> str:
    """What is planned for a group, as a form carries it to see later whether somebody changed it."""
    return ";".join(f"{who}|{on or ''}" for name, who, on in lines if name == group)


def _loads(place: Place, visits: Sequence[Visit], limit: int) -> list[tuple[str, list[Load], int]]:
    """A line a surveyor: households on each day from today on, and in all."""
    today = clock.today()
    days = sorted({*plan_days(place.round, place.pack, place.code), *(v.on for v in visits if v.on)})
    days = [day for day in days if day >= today]
    found: dict[str, dict[date, int]] = {}
    for visit in visits:
        if visit.on is not None and visit.on >= today:
            by = found.setdefault(visit.surveyor, {})
            by[visit.on] = by.get(visit.on, 0) + visit.due
    return [
        (
            who,
            [
                Load(n, bool(limit and n > limit), _list_address(place, who, day))
                for day in days
                for n in (by.get(day, 0),)
            ],
            sum(by.values()),
        )
        for who, by in sorted(found.items())
    ]


def _list_address(place: Place, surveyor: str, day: date) -> str:
    query = urlencode({"day": day.isoformat(), "surveyor": surveyor})
    return f"{reverse('desk:plan_list', args=[place.code])}?{query}"


@require_POST
@at_place(Verb.READ_HOUSEHOLDS, act=Verb.ASSIGN_SURVEYORS)
def plan_set(request: HttpRequest, place: Place) -> HttpResponse:
    """Change the plan: line by line, by a proposal for what isn't planned, or by handing one person's visits over."""
    if not place.is_village:
        raise Http404
    if request.POST.get("act") == "hand":
        return _hand(request, place)
    typed, was = _entries(request, place)
    more = request.POST.get("more", "")
    if more in typed:
        return _page(request, place, {**typed, more: [*typed[more], ("", "")]})
    if request.POST.get("act") == "propose":
        return _page(request, place, _with_proposal(place, typed), proposed=True)
    return _save(request, place, typed, was)


def _entries(request: HttpRequest, place: Place) -> tuple[dict[str, list[tuple[str, str]]], dict[str, str]]:
    """Lines of each group as typed, and what the form said was planned; groups out of sight are left out."""
    typed: dict[str, list[tuple[str, str]]] = {}
    was: dict[str, str] = {}
    for index in range(500):
        group = request.POST.get(f"group-{index}")
        if group is None:
            break
        if place.groups is not None and group not in place.groups:
            continue
        pairs = zip(request.POST.getlist(f"who-{index}"), request.POST.getlist(f"day-{index}"), strict=False)
        typed[group] = [(who.strip(), day) for who, day in pairs]
        was[group] = request.POST.get(f"was-{index}", "")
    return typed, was


def _with_proposal(
    place: Place, typed: Mapping[str, list[tuple[str, str]]]
) -> dict[str, list[tuple[str, str]]]:
    """The typed lines, and a proposal for every group without one."""
    people = _people(place)
    due = due_by_group(place)
    empty = [group for group, lines in typed.items() if not any(who for who, _ in lines) and due.get(group)]
    whole = people.get("", [])
    sent = {group: people.get(group) or whole for group in empty}
    days = plan_days(place.round, place.pack, place.code)
    made = propose({g: due[g] for g in empty}, sent, days, per_day(place.pack))
    found = dict(typed)
    for group in empty:
        lines = [(who, day.isoformat()) for g, who, day in made if g == group and day is not None]
        found[group] = sorted(lines, key=lambda line: line[1]) or list(typed[group])
    return found


def _save(
    request: HttpRequest,
    place: Place,
    typed: Mapping[str, list[tuple[str, str]]],
    was: Mapping[str, str],
) -> HttpResponse:
    current = planned_lines(place.round, place.area.area_id, place.groups)
    wanted: dict[str, list[tuple[str, date | None]]] = {}
    errors: dict[str, str] = {}
    for group, lines in typed.items():
        kept = [(who, day) for who, day in lines if who or day]
        if sorted(f"{who}|{day}" for who, day in kept) == sorted(filter(None, was[group].split(";"))):
            continue
        if was_text(current, group) != was[group]:
            errors[group] = sentence("T11")
        try:
            wanted[group] = [(who, day_typed(day, f"{group_text(group)}的日子")) for who, day in kept]
        except Unclear as error:
            return _page(request, place, typed, error=str(error), errors={group: str(error)})
    if not errors:
        try:
            changed = plan_visits(place.round, place.pack, place.area.area, wanted, place.scope.actor)
        except Refusal as error:
            return _page(request, place, typed, error=str(error))
        messages.success(request, f"排好了，改了 {changed} 处。" if changed else "没有改动。")
        return redirect("desk:plan", place.code)
    return _page(request, place, typed, errors=errors, error=sentence("T10"))


def _hand(request: HttpRequest, place: Place) -> HttpResponse:
    old, new = request.POST.get("old", ""), request.POST.get("new", "")
    try:
        moved = hand_to(place.round, place.pack, place.area.area, old, new, place.scope.actor)
    except Refusal as error:
        return _page(request, place, {}, error=str(error))
    said = f"{old}的 {moved} 次都交给{new.strip()}了。" if moved else f"{old}没有排着的。"
    messages.success(request, said)
    return redirect("desk:plan", place.code)


# The list to take along


@at_place(Verb.READ_HOUSEHOLDS)
def plan_list(request: HttpRequest, place: Place) -> HttpResponse:
    """The households of a day, of one surveyor or of all: to read on the way, or to print."""
    if not place.is_village:
        raise Http404
    surveyor = request.GET.get("surveyor", "")
    try:
        on = day_typed(request.GET.get("day", ""), "日子") or clock.today()
    except Unclear as error:
        return page(
            request, place, "plan/plan_list.html", "plan", status=422, error=str(error), surveyor=surveyor
        )
    visits = planned_for(
        place.round, place.area.area_id, due_by_group(place), on=on, surveyor=surveyor, groups=place.groups
    )
    groups = {v.group for v in visits if v.due}
    lines = household_lines(
        place.round, place.pack, [place.area.area_id], Selection(outcome=DUE), groups
    ) if groups else []  # fmt: skip
    parts = [(visit, _share(lines, visit)) for visit in visits if visit.due]
    rows = sum(len(listed) for _, listed in parts)
    place.log_read("plan", rows)
    return page(
        request, place, "plan/plan_list.html", "plan", day=_day(on), surveyor=surveyor, parts=[
            (visit, [(h, outcome_text(place.pack, h.outcome) if h.outcome else "") for h in listed])
            for visit, listed in parts
        ], total=rows,
    )  # fmt: skip


def _share(lines: Sequence[HouseholdLine], visit: Visit) -> list[HouseholdLine]:
    mine = [line for line in lines if line.group == visit.group]
    return mine[visit.first : visit.first + visit.due]


# A line of the first page


def today_line(
    place: Place,
    groups: Mapping[str, Mapping[str, Mapping[str, int]]],
    planned: Mapping[str, Mapping[str, int]],
) -> list[Todo]:
    """'37 户排在今天，在二组' for the first page of a village or of somebody's groups; no query.

    `groups` as `by_group` counts them, `planned` as `plan_fact` keeps it.
    """
    due = {name: Selection(outcome=DUE).count(place.pack, counts) for name, counts in groups.items()}
    found = planned_today(planned, due)
    if not found:
        return []
    where = "、".join(group_text(group) for group in sorted(found, key=group_order))
    address = reverse("desk:plan_list", args=[place.code])
    return [Todo(sum(found.values()), f"户排在今天，在{where}", "", "看名单", address)]

"""The problem list as a working page: form 3 by its types, with measure, limit and owner to be typed in place.

What holds: what is typed is saved together or not at all, and comes back where something is wrong; a row that
somebody else has changed meanwhile is not overwritten; a town's or the county's list is read village by village
from the counts of the summary rows, so that every number is the number of its rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from urllib.parse import quote

from django import forms
from django.contrib import messages
from django.db import transaction
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from paicha.core.bounds import whole, wholes
from paicha.core.pack import LeadSource, Pack
from paicha.core.refusal import Refusal
from paicha.delivery.desk.shell.fields import Day, RowForm, Words, entries
from paicha.delivery.desk.shell.form_input import Unclear, household_asked, household_named, ways
from paicha.delivery.desk.shell.list_file import ListFile, asks_for_file
from paicha.delivery.desk.shell.listing import Column, rows_of
from paicha.delivery.desk.shell.page import as_file, page
from paicha.delivery.desk.shell.places import Place, at_place, in_groups, require_step
from paicha.delivery.desk.shell.village_lists import (
    group_column,
    head_column,
    place_columns,
    rows_over_villages,
    summaries_of,
    those_up,
)
from paicha.delivery.desk.shell.wording import rule_message
from paicha.domain import clock
from paicha.domain.accounts.roles import Verb
from paicha.domain.audit.services import read_logged
from paicha.domain.households.models import Household
from paicha.domain.problems.levels import checked_by, level_of, may_check
from paicha.domain.problems.models import Problem
from paicha.domain.problems.queries import lacking, missing_of, problems_listed
from paicha.domain.problems.rectification import remind
from paicha.domain.problems.services import ProblemError, add_problem, set_rectification
from paicha.domain.reports.export import write
from paicha.domain.reports.lists import ledger_sheet, state_text
from paicha.domain.responses.models import Finding, VillageSummary
from paicha.domain.responses.services import VillageWork, village_work
from paicha.domain.responses.village_facts import VillageFacts, overdue
from paicha.formats.documents import Document

_OPEN, _DONE = Problem.Status.OPEN, Problem.Status.DONE
# what a list shows: title, facts whose sum is the number of rows; the last two are linked from first pages alone
FILTERS: dict[str, tuple[str, tuple[str, ...]]] = {
    "": ("全部", ("problems_listed",)),
    "open": ("整改中", ("problems_open",)),
    "late": ("过了时限", ()),
    "lacking": ("缺措施、时限或责任人", ("problems_lacking",)),
    "recheck": ("等复核", ("problems_recheck", "problems_recheck_city")),
    "closed": ("已销号", ("problems_closed",)),
    "recheck_town": ("等镇街复核", ("problems_recheck",)),
    "recheck_city": ("等市级复核", ("problems_recheck_city",)),
}
_CHIPS = ("", "open", "late", "lacking", "recheck", "closed")


_THREE = ("measure", "due_on", "owner")  # of a rectification


@dataclass(frozen=True, slots=True)
class Line:
    """One problem as it is listed. `typed`: what stands in its fields; `was`: what it was when it was shown."""

    problem: Problem
    missing: str
    late: bool
    editable: bool
    check: bool
    typed: tuple[str, str, str]
    was: str


def condition(pack: Pack, only: str) -> Q | None:
    """The rows of a filter; None for all in force."""
    levels = Problem.Level.values
    by_town = Q(found_by__in=[level for level in levels if checked_by(pack, level) == Problem.Level.TOWN])
    known: dict[str, Q | None] = {
        "": None, "open": Q(status=_OPEN), "late": Q(status=_OPEN, due_on__lt=clock.today()),
        "lacking": lacking(pack), "recheck": Q(status=_DONE), "closed": Q(status=Problem.Status.CLOSED),
        "recheck_town": Q(status=_DONE) & by_town, "recheck_city": Q(status=_DONE) & ~by_town,
    }  # fmt: skip
    if only not in known:
        raise Http404
    return known[only]


def count(fact: VillageFacts, only: str) -> int:
    """How many rows of a filter a village has, by its summary row's facts."""
    if only == "late":
        return overdue(fact.problems_due_on, clock.today())
    return sum(getattr(fact, name) for name in FILTERS[only][1])


@require_http_methods(["GET", "POST"])
@at_place(Verb.READ_HOUSEHOLDS)
def problems(request: HttpRequest, place: Place) -> HttpResponse:
    """The problems of a place; in a village, also where one is added."""
    if place.pack.problem_list is None:
        return redirect("desk:petitions", place.code)
    if request.method == "GET":
        return shown(request, place)
    if not place.is_village:
        raise Http404
    require_step(place, Verb.RAISE_PROBLEMS, "rectification", "problem")
    return _add(request, place)


def shown(request: HttpRequest, place: Place, *, status: int = 200, **context: Any) -> HttpResponse:
    """The page; `typed` of the context: {problem: (measure, limit, owner)} that could not be saved."""
    only = request.GET.get("only", "")
    chosen = condition(place.pack, only)
    form = place.pack.problem_list
    if form is None:
        raise Http404
    rows, only_up = those_up(request, place, summaries_of(place))
    if place.is_village:
        every = problems_listed(place.round, [place.area.area_id], chosen, place.groups)
        found = rows_of(every, max(len(every), 1))  # one form, saved together
    else:
        found = rows_over_villages(
            rows, lambda s: count(s.fact, only), lambda ids: problems_listed(place.round, ids, chosen)
        )
    file = ListFile(
        "problems", f"{place.area.spoken}{form.label}，{FILTERS[only][0]}", _columns(place), found
    )
    if asks_for_file(request) and status == 200:
        return file.answer(request, place)
    turned = found.page(request)
    listed = list(turned)
    place.log_read("problems", len({p.household_id for p in listed if p.household_id}))
    typed = context.pop("typed", {})
    lines = [_line(place, p, typed) for p in listed]
    labels = {kind.number: kind.label for kind in form.types}
    may_add = place.is_village and place.takes(Verb.RAISE_PROBLEMS, "rectification", "problem")
    locked = may_add and _is_locked(place, rows, form.name)
    may_add = may_add and not locked
    return page(
        request, place, "problems/problems.html", "problems", status=status, ways=ways(place), here="problems",
        only=only, only_up=only_up, file=file.offer(place),
        chips=_chips(rows, place), paging=turned, form=form, labels=labels, lines=lines,
        types=[(k.number, k.label, [n for n in lines if n.problem.type == k.number]) for k in form.types],
        may_add=may_add, locked=locked, editing=any(n.editable for n in lines),
        new=_new(request, place) if may_add else {},
        may_remind=place.may(Verb.RETURN) and any(n.late for n in lines), may_export=place.may(Verb.EXPORT),
        late=sum(count(s.fact, "late") for s in rows), **context,
    )  # fmt: skip


def _columns(place: Place) -> list[Column[Problem]]:
    form = place.pack.problem_list
    types = {kind.number: kind.label for kind in form.types} if form else {}
    return [
        *place_columns(place), head_column(), group_column(),
        Column("类型", lambda p: types.get(p.type, str(p.type)), width=22),
        Column("具体问题", lambda p: p.text, width=36),
        Column("整改措施", lambda p: p.measure, width=32),
        Column("整改时限", lambda p: p.due_on),
        Column("整改责任人", lambda p: p.owner),
        Column("整改情况", lambda p: state_text(place.pack, p), width=24),
    ]  # fmt: skip


def _is_locked(place: Place, rows: Sequence[VillageSummary], form: str) -> bool:
    """Whether the village's own list waits with what is handed up; the levels above add all the same."""
    summary = rows[0] if rows else None
    handed_up = summary is not None and summary.handed_up
    back = summary is not None and form in summary.reopened_forms
    return handed_up and not back and level_of(place.scope, place.code) == Problem.Level.VILLAGE


def _chips(rows: Sequence[VillageSummary], place: Place) -> list[tuple[str, str, int | None]]:
    """(filter, title, rows); a person of some groups is told no number that isn't theirs."""
    numbers = {key: sum(count(s.fact, key) for s in rows) if rows else None for key in _CHIPS}
    return [(key, FILTERS[key][0], numbers[key]) for key in _CHIPS]


def _line(place: Place, p: Problem, typed: Mapping[int, tuple[str, str, str]]) -> Line:
    kept = p.measure, p.due_on.isoformat() if p.due_on else "", p.owner
    measures = place.takes(Verb.RAISE_PROBLEMS, "rectification", "measure")
    editable = place.is_village and p.status == _OPEN and measures
    missing = (
        "、".join(part.removeprefix("整改") for part in missing_of(place.pack, p))
        if p.status == _OPEN
        else ""
    )
    check = p.status == _DONE and may_check(place.pack, place.scope, p.village.code, p.found_by)
    return Line(
        p, missing, p.overdue(clock.today()), editable, check, typed.get(p.pk, kept), mark_of(p)
    )  # fmt: skip


def mark_of(p: Problem) -> str:
    """What a row's three fields were when it was shown, in short."""
    return sha256(f"{p.measure}\n{p.due_on}\n{p.owner}".encode()).hexdigest()[:12]


def _new(request: HttpRequest, place: Place) -> dict[str, Any]:
    """What the form for a new problem begins with: typed before, or a lead's or a household's."""
    if request.method == "POST":
        given = {
            name: request.POST.get(name, "")
            for name in ("type", "text", "head", "measure", "due_on", "owner")
        }
        given["finding"], given["household"] = (
            request.POST.get("finding", ""),
            request.POST.get("household", ""),
        )
    else:
        given = {"finding": request.GET.get("finding", ""), "household": request.GET.get("household", "")}
    finding = finding_asked(place, given["finding"])
    home: Household | None = finding.household if finding else household_asked(place, given["household"])
    if finding is not None and "text" not in given:
        given["text"] = rule_message(place.pack, finding)
        given["type"] = str(problem_type(place.pack, finding) or "")
    return given | {"lead": finding, "home": home}


def finding_asked(place: Place, text: str) -> Finding | None:
    """The lead that an address names. Raises Http404 for one that isn't to be seen here."""
    if not text:
        return None
    rows = Finding.objects.filter(round=place.round, village_id=place.area.area_id).select_related(
        "household"
    )
    found = rows.filter(pk=whole(text) or 0).first()
    if found is None or (place.groups is not None and found.household is None):
        raise Http404
    if found.household is not None and not in_groups(place, found.household.group):
        raise Http404
    return found


def problem_type(pack: Pack, finding: Finding) -> int | None:
    """The type that a lead would be listed under, by its rule or by who brought it."""
    rule = pack.rule.get(finding.rule)
    if rule is not None:
        return rule.problem_type
    said = pack.messages.get(finding.rule)
    return said.problem_type if isinstance(said, LeadSource) else None


class ProblemForm(forms.Form):
    """A problem, apart from its household and its lead."""

    due_on = Day("整改时限")
    type, text, measure, owner = Words(), Words(), Words(), Words()


class RowOfProblem(RowForm):
    """The three inputs of a problem's row on the list, and what they were when they were shown."""

    joint = "-"
    due_on = Day("整改时限")
    measure, owner, was = Words(), Words(), Words()


def _add(request: HttpRequest, place: Place) -> HttpResponse:
    given = request.POST
    finding = finding_asked(place, given.get("finding", ""))
    try:
        home = finding.household if finding else household_asked(place, given.get("household", ""))
        home = home or household_named(place, given.get("head", ""))
        if place.groups is not None and home is None:
            raise Unclear("Z32")
        entered = entries(ProblemForm(given))
        kind, text = whole(entered.pop("type"), 9999) or 0, entered.pop("text")
        with village_work(place.round, place.pack, _area(place), place.scope.actor) as work:
            made = add_problem(
                work, kind, text, f"desk:{place.scope.actor}", household=home, finding=finding,
                found_by=level_of(place.scope, place.code), **entered,
            )  # fmt: skip
    except Refusal as refused:
        return shown(request, place, status=422, error=refused, adding=True)
    rest = "、".join(missing_of(place.pack, made))
    messages.success(request, f"已列入问题清单{'，还缺' + rest if rest else ''}。")
    return redirect(f"{reverse('desk:problems', args=[place.code])}#p{made.pk}")


def _area(place: Place) -> Any:
    return place.area.area


@require_POST
@at_place(Verb.READ_HOUSEHOLDS, act=Verb.RAISE_PROBLEMS)
def save(request: HttpRequest, place: Place) -> HttpResponse:
    """Measures, limits and owners as typed on the village's page: all of them, or none with what is wrong."""
    if not place.is_village:
        raise Http404
    require_step(place, Verb.RAISE_PROBLEMS, "rectification", "measure")
    keys = wholes(key[4:] for key in request.POST if key.startswith("was-"))
    typed = {key: RowOfProblem(request.POST, prefix=str(key)) for key in keys}
    saved = 0
    try:
        with transaction.atomic(), village_work(
            place.round, place.pack, _area(place), place.scope.actor
        ) as work:  # fmt: skip
            rows = problems_listed(place.round, [place.area.area_id], Q(pk__in=list(typed)), place.groups)
            for p in rows:
                saved += _save_one(work, p, typed[p.pk])
    except Refusal as refused:
        error = ProblemError("G12", field=refused.field, said=refused)
        given = {key: tuple(str(row[name].value() or "") for name in _THREE) for key, row in typed.items()}
        return shown(request, place, status=422, error=error, typed=given)
    messages.success(request, f"保存了 {saved} 条。" if saved else "没有改动。")
    only = request.POST.get("only", "")
    return redirect(f"{reverse('desk:problems', args=[place.code])}{'?only=' + quote(only) if only else ''}")


def _save_one(work: VillageWork, p: Problem, row: RowOfProblem) -> bool:
    try:
        entered = entries(row)
        measure, due_on, owner = (entered[name] for name in _THREE)
        if (measure.strip(), due_on, owner.strip()) == (p.measure, p.due_on, p.owner):
            return False
        if entered["was"] != mark_of(p):
            now = f"{p.measure or '没填措施'}，{p.due_on or '没填时限'}，{p.owner or '没填责任人'}"
            raise Unclear("Z33", now=now)
        set_rectification(work, p, measure=measure, due_on=due_on, owner=owner)
    except Refusal as refused:
        place = f"“{p.text[:20]}”这一条"
        raise ProblemError("G06", field=refused.field, place=place, said=refused) from refused
    return True


@require_POST
@at_place(Verb.READ_HOUSEHOLDS, act=Verb.RETURN)
def remind_late(request: HttpRequest, place: Place) -> HttpResponse:
    """催办: every village of the place with something overdue is told, and its town."""
    late = [s for s in summaries_of(place) if count(s.fact, "late")]
    told = 0
    for summary in late:
        with village_work(place.round, place.pack, summary.village, place.scope.actor) as work:
            told += remind(work, count(summary.fact, "late"))
    messages.success(request, f"已提醒 {len(late)} 个村，{told} 人收到；没看过上一次提醒的不再重复。")
    return redirect(f"{reverse('desk:problems', args=[place.code])}?only=late")


@at_place(Verb.READ_HOUSEHOLDS, act=Verb.EXPORT, whole=True)
def ledger(request: HttpRequest, place: Place) -> HttpResponse:
    """整改台账 of a place as a workbook or PDF."""
    kind = request.GET.get("as", "xlsx")
    if kind not in ("xlsx", "pdf"):
        raise Http404
    ids = [s.village_id for s in summaries_of(place) if s.fact.problems_listed]
    listed = problems_listed(place.round, ids) if ids else []
    sheet = ledger_sheet(place.pack, place.area.spoken, listed, villages=not place.is_village)
    footer = f"{request.user} {clock.now():%Y-%m-%d %H:%M} 导出"
    content = write(Document(sheet.title, [sheet], footer), place.pack, "pdf" if kind == "pdf" else "xlsx")
    read_logged(place.scope.actor, f"export.ledger.{kind}", f"area:{place.code}", len(listed))
    types = {
        "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "pdf": "application/pdf",
    }
    return as_file(content, types[kind], f"{sheet.title}.{kind}")

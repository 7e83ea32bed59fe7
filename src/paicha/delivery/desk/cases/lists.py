"""What is to be done about cases now: by step, whose turn it is first; several at once where that makes sense.

What holds: figures are sums of facts of summary rows, and the list that one opens has as many rows; a list above
a village reads the rows of its page alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from paicha.core.bounds import wholes
from paicha.core.refusal import Refusal
from paicha.delivery.desk.cases.case_text import limit, standing
from paicha.delivery.desk.shell.list_file import ListFile, asks_for_file
from paicha.delivery.desk.shell.listing import Column
from paicha.delivery.desk.shell.page import go_back, page
from paicha.delivery.desk.shell.places import Place, areas_below, at_place
from paicha.delivery.desk.shell.village_lists import (
    group_column,
    head_column,
    place_columns,
    rows_over_villages,
)
from paicha.delivery.desk.shell.wording import day_text
from paicha.domain import clock
from paicha.domain.accounts.roles import Verb
from paicha.domain.cases.models import Case, Measure
from paicha.domain.cases.queries import (
    VERB_OF,
    StepCount,
    alert_of,
    count_of,
    going,
    groups_overdue,
    levels,
    meeting_overdue,
    meetings,
    new_enrolments,
    of_village,
    own_level,
    step_counts,
    without_measures,
)
from paicha.domain.cases.services import CaseError, open_cases, take_step
from paicha.domain.responses.models import VillageSummary
from paicha.domain.responses.queries import summaries, summary_of
from paicha.domain.responses.services import village_work
from paicha.domain.rounds.models import RosterEntry

_VILLAGES = 12


@dataclass(frozen=True, slots=True)
class Row:
    """A case in a list."""

    case: Any
    step: str
    until: str
    late: bool


@dataclass(frozen=True, slots=True)
class Section:
    """The cases of a village on one step. `mine`: whether the person takes that step."""

    count: StepCount
    rows: Sequence[Row]
    mine: bool
    free: int  # not yet on an agenda


@dataclass(frozen=True, slots=True)
class VillageLine:
    """A village that should be asked: what is overdue there, in words."""

    code: str
    name: str
    said: Sequence[str]
    alert: int


def row_of(place: Place, case: Case, today: date) -> Row:
    """A case as a line of a list."""
    until, late = limit(case, today)
    return Row(case, standing(place.pack, case), until, late)


@at_place(Verb.READ_HOUSEHOLDS)
def cases(request: HttpRequest, place: Place) -> HttpResponseBase:
    """The cases of a place by step."""
    if place.is_village:
        unhelped = request.GET.get("what") == "unhelped"
        return _list_without_measure(request, place) if unhelped else _village(request, place)
    return _above(request, place)


def _village(request: HttpRequest, place: Place, **context: Any) -> HttpResponse:
    today, mine = clock.today(), levels(place.scope, place.code)
    summary = summary_of(place.round, place.code)
    if summary is None:
        raise Http404
    every = list(of_village(place.round, place.area.area_id))
    if place.groups is not None:
        every = [case for case in every if case.household.group in place.groups]
    closed = sorted(
        (c for c in every if c.state != "going"), key=lambda c: c.closed_on or today, reverse=True
    )
    sections = _sections(place, [case for case in every if case.state == "going"], mine, today)
    ahead = (
        [m for m in meetings(place.area.area_id)[:6] if m.state == "planned"] if place.groups is None else []
    )
    place.log_read("cases", len(every))
    return page(
        request, place, "cases/village.html", "cases", sections=sections, ahead=ahead, today=today,
        deliberates="village" in mine, whole=place.groups is None, closed=[row_of(place, c, today) for c in closed],
        habits=_overdue_in_words(place, summary, today)[0], unhelped=without_measures(place.pack, summary),
        watched=place.pack.watched, alert=alert_of(place.pack, summary, today), **context,
    )  # fmt: skip


def _sections(place: Place, rows: Sequence[Case], mine: frozenset[str], today: date) -> list[Section]:
    """Cases by step in the pack's order, the person's own steps first."""
    sections = []
    for procedure in place.pack.schedule.case_procedures:
        for step in procedure.steps:
            here = [c for c in rows if (c.procedure, c.step) == (procedure.id, step.id)]
            if here:
                count = StepCount(procedure, step, len(here), None)
                free = sum(getattr(case, "planned_pk", None) is None for case in here)
                listed = [row_of(place, case, today) for case in here]
                sections.append(Section(count, listed, step.actor in mine, free))
    return sorted(sections, key=lambda section: not section.mine)


def _list_without_measure(request: HttpRequest, place: Place) -> HttpResponse:
    """A village's watched households without a measure, as many as the figure says."""
    watched = place.pack.watched
    rows = RosterEntry.objects.filter(
        Q(form=watched.form) | Q(household__household_class=watched.name),
        round=place.round, village=place.area.area_id,
    ).exclude(household__in=Measure.objects.filter(withdrawn_at=None).values("household"))  # fmt: skip
    if place.groups is not None:
        rows = rows.filter(household__group__in=place.groups)
    listed = list(rows.select_related("household").order_by("household__number"))
    place.log_read("unhelped", len(listed))
    return page(request, place, "cases/unhelped.html", "cases", rows=listed, watched=watched)


def _overdue_in_words(place: Place, summary: VillageSummary, today: date) -> tuple[list[str], int]:
    """What is overdue in a village in words, and how urgent it is."""
    said: list[str] = []
    habits = place.pack.schedule.habits
    late = meeting_overdue(place.pack, summary, place.round.opens_on, today)
    if late and habits is not None:
        said.append(f"研判会议该开了，超过 {habits.meeting_days} 天的时限已 {late} 天")
    groups = groups_overdue(place.pack, summary.fact, place.round.opens_on, today)
    if groups and habits is not None:
        said.append(f"{len(groups)} 个组超过 {habits.round_days} 天没有周排查")
    due = summary.fact.cases_due
    if due and due < today.isoformat():
        said.append(f"有办理中的户过期，最早一户应在{day_text(date.fromisoformat(due))}前办")
    return said, late + len(groups)


def _above(request: HttpRequest, place: Place, **context: Any) -> HttpResponse:
    """What waits for this level, unless another list is asked for: all, one step, or who was newly enrolled."""
    today, own = clock.today(), own_level(place.scope)
    rows = summaries(place.scope, place.round, place.prefix)
    counts = sorted(step_counts(place.pack, rows), key=lambda count: count.step.actor != place.area.level)
    mine = [count for count in counts if count.step.actor == place.area.level]
    what, keys = _choice(request, place, mine)
    new = [s.fact.enrolled for s in rows]
    found = rows_over_villages(
        rows, lambda s: s.fact.enrolled if what == "enrolled" else count_of(s, keys),
        lambda ids: list(new_enrolments(place.round, place.pack, ids) if what == "enrolled" else going(ids, keys)),
    )  # fmt: skip
    file = ListFile("cases", f"{place.area.spoken}研判", _columns(place, today), found)
    if asks_for_file(request):
        return file.answer(request, place)
    turned = found.page(request)
    listed = list(turned)
    chosen = next((count for count in counts if [count.key] == keys), None)
    names = {code: area.spoken for code, area in areas_below(place).items()}
    lines = _village_lines(place, rows, names, today)
    place.log_read("cases", len(listed))
    every = request.GET.get("villages") == "all"
    return page(
        request, place, "cases/above.html", "cases", counts=counts, own=own, what=what, chosen=chosen,
        rows=[row_of(place, case, today) for case in listed], paging=turned, file=file.offer(place),
        all_n=sum(c.n for c in counts),
        mine_n=sum(c.n for c in mine), enrolled_n=sum(new),
        bulk=chosen is not None and chosen.step.actor == own and chosen.step.kind == "decision"
        and not any(record.required for record in chosen.step.records),
        lines=lines if every else lines[:_VILLAGES], more=0 if every else max(len(lines) - _VILLAGES, 0),
        alerts=[line for line in lines if line.alert], typed=request.POST.get("opinion", ""), **context,
    )  # fmt: skip


def _columns(place: Place, today: date) -> list[Column[Case]]:
    return [
        head_column(), *place_columns(place), group_column(),
        Column("到哪一步", lambda c: standing(place.pack, c), width=18),
        Column("来由", lambda c: c.origin, width=34),
        Column("到这一步", lambda c: c.since),
        Column("期限", lambda c: limit(c, today)[0], width=16),
        Column("上会", lambda c: getattr(c, "planned_on", None)),
    ]  # fmt: skip


def _choice(request: HttpRequest, place: Place, mine: Sequence[StepCount]) -> tuple[str, list[str]]:
    """Which list is asked for, and the steps that it holds (none: every step)."""
    key, what = request.GET.get("step", ""), request.GET.get("what", "")
    known = {f"{p.id}.{s.id}" for p in place.pack.schedule.case_procedures for s in p.steps}
    if (key and key not in known) or what not in ("", "all", "mine", "enrolled"):
        raise Http404
    if key:
        return key, [key]
    if what in ("all", "enrolled") or not mine:
        return what or "all", []
    return "mine", [count.key for count in mine]


def _village_lines(
    place: Place, rows: Sequence[VillageSummary], names: dict[str, str], today: date
) -> list[VillageLine]:
    """Villages with something overdue or an alert, the most urgent first."""
    found = []
    for summary in rows:
        if not summary.counts:
            continue
        said, weight = _overdue_in_words(place, summary, today)
        alert = alert_of(place.pack, summary, today)
        if said or alert:
            name = names.get(summary.code, summary.code)
            found.append((-alert, -weight, VillageLine(summary.code, name, said, alert)))
    return [line for *_, line in sorted(found, key=lambda f: (f[0], f[1], f[2].code))]


# Several at once


@require_POST
@at_place(Verb.READ_HOUSEHOLDS, act=Verb.DELIBERATE)
def open_ticked(request: HttpRequest, place: Place) -> HttpResponseBase:
    """Put households with leads forward: a case each; those that go to a meeting are taken to its plan."""
    ids = _uuids(request.POST)
    entries = RosterEntry.objects.filter(
        round=place.round, household__in=ids, village__code__startswith=place.prefix
    )
    by_village: dict[int, list[UUID]] = {}
    villages = {}
    for entry in entries.select_related("village", "household"):
        if place.groups is not None and entry.household.group not in place.groups:
            raise Http404
        by_village.setdefault(entry.village_id, []).append(entry.household_id)
        villages[entry.village_id] = entry.village
    procedure = request.POST.get("procedure") or place.pack.schedule.case_procedures[0].id
    origin = request.POST.get("origin", "")
    made: list[Case] = []
    try:
        with transaction.atomic():
            if not by_village:
                raise CaseError("K49")
            for pk in sorted(by_village, key=lambda pk: villages[pk].code):
                with village_work(place.round, place.pack, villages[pk], place.scope.actor) as work:
                    made += open_cases(work, procedure, by_village[pk], origin=origin)
    except Refusal as error:
        messages.error(request, str(error))
        return go_back(request, request.POST.get("back", ""), "desk:cases", place.code)
    return _after_opening(request, place, made, [v.code for v in villages.values()])


def _after_opening(
    request: HttpRequest, place: Place, made: Sequence[Case], codes: Sequence[str]
) -> HttpResponseBase:
    steps = place.pack.schedule.procedure
    to_meet = [case for case in made if steps[case.procedure].step[case.step].kind == "meeting"]
    waiting = len(made) - len(to_meet)
    said = f"{len(made)} 户已提请研判。"
    if waiting:
        said += f"其中 {waiting} 户本轮没有入户，先入户核实。"
    messages.success(request, said)
    if len(made) == 1 and waiting:
        return redirect("desk:case", made[0].pk)
    if to_meet and len(codes) == 1:
        query = "&".join(f"case={case.pk}" for case in to_meet)
        return redirect(f"{reverse('desk:meetings', args=[codes[0]])}?{query}#plan")
    return redirect("desk:cases", place.code)


@require_POST
@at_place(Verb.READ_HOUSEHOLDS, act=tuple(VERB_OF.values()), whole=True)
def pass_ticked(request: HttpRequest, place: Place) -> HttpResponseBase:
    """Take the same decision about the cases that are ticked: all of them or, where one can't, none."""
    key = request.POST.get("step", "")
    procedure, _, step = key.partition(".")
    ids = wholes(request.POST.getlist("case"))
    listed = Case.objects.filter(
        pk__in=ids, procedure=procedure, village__code__startswith=place.prefix
    ).select_related("village", "household").order_by("village__code", "pk")  # fmt: skip
    if not own_level(place.scope):
        raise PermissionDenied
    opinion = request.POST.get("opinion", "").strip()
    done = 0
    try:
        with transaction.atomic():
            for case in listed:
                mine = levels(place.scope, case.village.code)
                if not mine:
                    raise PermissionDenied
                with village_work(place.round, place.pack, case.village, place.scope.actor) as work:
                    try:
                        take_step(
                            work, case, at=step, levels=mine, records={"opinion": opinion}, reason=opinion
                        )
                    except Refusal as error:
                        head = case.household.head_name
                        raise CaseError("K50", head=head, said=error) from None
                done += 1
            if not done:
                raise CaseError("K02")
    except Refusal as error:
        return _above(_as_get(request, key), place, error=str(error))
    title = place.pack.schedule.procedure[procedure].step[step].passed
    messages.success(request, f"{done} 户已记为“{title}”。在那一户的页面可以撤回。")
    return redirect(f"{reverse('desk:cases', args=[place.code])}?step={key}")


def _as_get(request: HttpRequest, key: str) -> HttpRequest:
    """The same request, asking for the list that it came from."""
    request.GET = QueryDict(f"step={key}")
    return request


def _uuids(posted: QueryDict) -> list[UUID]:
    found = []
    for text in posted.getlist("household"):
        try:
            found.append(UUID(text))
        except ValueError:
            raise Http404 from None
    return list(dict.fromkeys(found))

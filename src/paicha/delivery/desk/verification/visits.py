"""Visits to villages: proposed with their reasons, planned, and the list of those that are planned or done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from paicha.core.refusal import Refusal
from paicha.delivery.desk.shell.fields import Chosen, Day, RowForm, Ticks, Words, entries
from paicha.delivery.desk.shell.page import page
from paicha.delivery.desk.shell.places import Place, Policy, areas_below, at_place, states
from paicha.domain import clock
from paicha.domain.accounts.models import User
from paicha.domain.accounts.policies import scope
from paicha.domain.accounts.roles import Verb
from paicha.domain.accounts.zones import town_leaders
from paicha.domain.areas.models import Zone, ZoneVillage
from paicha.domain.responses.models import VillageSummary
from paicha.domain.responses.queries import summaries
from paicha.domain.responses.services import village_work
from paicha.domain.responses.summary.tallies import has_rows
from paicha.domain.rounds.models import RoundArea
from paicha.domain.verification.attention import cross_check, desk_audit_result, propose_visit, town_deadline
from paicha.domain.verification.errors import VerificationError
from paicha.domain.verification.models import Visit
from paicha.domain.verification.visits import Plan, plan


class PlanForm(forms.Form):
    """Which villages are visited (codes), when, and with whom."""

    planned_on = Day("去的日子")
    team = Words()
    go = Ticks(texts=True)


class LeaderForm(RowForm):
    """Who leads the visit to one village, whose code is the prefix."""

    leader = Chosen()


@dataclass(frozen=True, slots=True)
class Proposal:
    """A village that should be visited, why, and who may lead."""

    area: RoundArea
    kind: str
    reasons: Sequence[str]
    leaders: Sequence[tuple[User, str]]  # with the zones that they lead
    chosen: str = ""  # the leader as typed

    @property
    def title(self) -> str:
        return str(Visit.Kind(self.kind).label)

    @property
    def crossing(self) -> bool:
        return self.kind == Visit.Kind.CROSS_CHECK


@at_place(Verb.READ_HOUSEHOLDS)
def visits(request: HttpRequest, place: Place) -> HttpResponse:
    """A town's visits: proposals first, then those planned and done."""
    return _page(request, place)


def _page(request: HttpRequest, place: Place, *, status: int = 200, **context: Any) -> HttpResponse:
    if place.area.level != "town":
        raise Http404
    areas = areas_below(place)
    rows = [s for s in summaries(place.scope, place.round, place.prefix) if has_rows(s)]
    members = ZoneVillage.objects.filter(village__code__startswith=place.prefix)
    own = dict(members.values_list("village_id", "zone_id"))
    zones = dict(Zone.objects.filter(town=place.area.area_id).values_list("pk", "name"))
    leaders = town_leaders(place.area.area)
    one = request.GET.get("village", "")
    wanted = [s for s in rows if propose_visit(place.pack, s)[0] or s.code == one]
    found = [_proposal(place, s, areas[s.code], own.get(s.village_id), zones, leaders) for s in wanted]
    found.sort(key=lambda p: (p.area.code != one, not p.crossing, p.area.code))
    visited = [s.village_id for s in rows if s.fact.visits_planned or s.fact.visits_done]
    listed = list(
        Visit.objects.filter(round=place.round, village_id__in=visited)
        .exclude(state=Visit.State.DROPPED)
        .select_related("village", "leader", "zone")
        .order_by("-state", "planned_on", "village__code")
    )
    found = _shared_out(found, listed, request)
    crossing = [s for s in rows if cross_check(place.pack, s)]
    return page(
        request, place, "verification/visits.html", "attention", status=status, proposals=found, today=clock.today(),
        today_text=clock.today().isoformat(),
        planned=[v for v in listed if v.state == Visit.State.PLANNED],
        done=[v for v in listed if v.state == Visit.State.DONE], may_plan=place.may(Verb.VERIFY),
        deadline=town_deadline(place.round, place.pack, place.code), ticked=_ticks(request, one, found),
        stuck=sum(p.crossing and not p.leaders for p in found), any_leaders=bool(leaders),
        crossing=len(crossing), crossed=sum(cross_check(place.pack, s) == "done" for s in crossing), **context,
    )  # fmt: skip


def _proposal(
    place: Place,
    summary: VillageSummary,
    area: RoundArea,
    own: int | None,
    zones: Mapping[int, str],
    leaders: Mapping[User, Sequence[int]],
) -> Proposal:
    kind, reasons = propose_visit(place.pack, summary)
    if not kind:
        kind = Visit.Kind.VERIFICATION.value
        reasons = ["审核时列入实地核实" if desk_audit_result(summary) == "visit" else "镇里安排"]
    fit = [
        (user, "、".join(zones.get(zone, "") for zone in led))
        for user, led in leaders.items()
        if kind != Visit.Kind.CROSS_CHECK or (own not in led and led)
    ]
    return Proposal(area, kind, reasons, fit)


def _shared_out(found: Sequence[Proposal], listed: Sequence[Visit], request: HttpRequest) -> list[Proposal]:
    """A leader proposed for each village: of those who may, who has the fewest villages so far; as typed on POST."""
    load = Counter(visit.leader_id for visit in listed)
    made = []
    for proposal in found:
        chosen = request.POST.get(f"leader_{proposal.area.code}", "")
        if request.method == "GET" and proposal.leaders:
            least = min((user.pk for user, _ in proposal.leaders), key=lambda pk: (load[pk], pk))
            load[least] += 1
            chosen = str(least)
        made.append(replace(proposal, chosen=chosen))
    return made


def _ticks(request: HttpRequest, one: str, found: Sequence[Proposal]) -> list[str]:
    """The villages that are ticked: as typed, the one that was asked for, else every cross-check."""
    if request.method == "POST":
        return request.POST.getlist("go")
    return [one] if one else [p.area.code for p in found if p.crossing]


@require_POST
@at_place(Verb.READ_HOUSEHOLDS, act=Verb.VERIFY)
def visit_plan(request: HttpRequest, place: Place) -> HttpResponse:
    """Plan the visits of the ticked villages, each as proposed: all of them, or none."""
    if place.area.level != "town":
        raise Http404
    typed, areas = request.POST, areas_below(place)
    try:
        entered = entries(PlanForm(typed))
        wanted = [areas[code] for code in sorted(set(entered["go"])) if code in areas]
        if not wanted:
            raise VerificationError("Y53")
        with transaction.atomic():
            for area in wanted:
                leader = entries(LeaderForm(typed, prefix=area.code))["leader"]
                _plan(place, area, leader, entered["planned_on"], entered["team"])
    except Refusal as refused:
        return _page(request, place, status=422, error=refused, typed=typed)
    names = "、".join(area.spoken for area in wanted[:5])
    messages.success(
        request, f"已安排去{names}{f'等 {len(wanted)} 个村' if len(wanted) > 5 else ''}，带队的人已收到提醒。"
    )
    return redirect("desk:checks", place.code)


def _plan(place: Place, area: RoundArea, leader: int | None, day: date | None, team: str) -> None:
    """One village of those, with its own reasons and leader."""
    with village_work(place.round, place.pack, area.area, place.scope.actor) as work:
        kind, reasons = propose_visit(place.pack, work.summary)
        wanted = Plan(
            kind or Visit.Kind.VERIFICATION.value, day, User.objects.filter(pk=leader or 0).first(), team, reasons,
            reverse("desk:visit", args=[0]).replace("/0/", "/{pk}/"),
        )  # fmt: skip
        try:
            plan(work, wanted)
        except Refusal as refused:
            raise VerificationError("G06", field=refused.field, place=area.spoken, said=refused) from refused


def to_lead(request: HttpRequest) -> int:
    """How many visits still wait for this person to lead them. One query."""
    return Visit.objects.filter(leader=request.user.pk, state=Visit.State.PLANNED).count()


@states(Policy("own"))
def my_visits(request: HttpRequest) -> HttpResponse:
    """The visits that the person leads, those still to make first."""
    who = scope(request.user)
    rows = (
        Visit.objects.filter(leader=request.user.pk)
        .exclude(state=Visit.State.DROPPED)
        .select_related("village__parent")
        .order_by("-state", "planned_on")[:100]
    )
    seen = [visit for visit in rows if who.covers(Verb.READ_HOUSEHOLDS, visit.village.code)]
    return render(request, "desk/verification/my_visits.html", {"visits": seen, "today": clock.today()})

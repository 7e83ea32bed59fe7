"""Visits to villages: proposed with their reasons, planned, and the list of those that are planned or done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from paicha.delivery.desk.frame import page
from paicha.delivery.desk.places import Place, Policy, at_place, states
from paicha.delivery.desk.town.bulk import day_of
from paicha.delivery.desk.views.areas import names_below
from paicha.domain import clock
from paicha.domain.accounts.models import User
from paicha.domain.accounts.policies import scope
from paicha.domain.accounts.roles import Verb
from paicha.domain.accounts.zones import town_leaders
from paicha.domain.areas.models import Zone, ZoneVillage
from paicha.domain.responses.models import VillageSummary
from paicha.domain.responses.queries import summaries
from paicha.domain.responses.services import village_work
from paicha.domain.rounds.models import RoundArea
from paicha.domain.verification.attention import audited, cross_check, has_rows, proposed, town_deadline
from paicha.domain.verification.errors import VerificationError
from paicha.domain.verification.models import Visit
from paicha.domain.verification.visits import Plan, plan


@dataclass(frozen=True, slots=True)
class Proposal:
    """A village that should be visited, why, and who may lead."""

    area: RoundArea
    kind: str
    reasons: Sequence[str]
    leaders: Sequence[tuple[User, str]]  # with the zones that they lead

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
    areas = names_below(place)
    rows = [s for s in summaries(place.scope, place.round, place.prefix) if has_rows(s)]
    members = ZoneVillage.objects.filter(village__code__startswith=place.prefix)
    own = dict(members.values_list("village_id", "zone_id"))
    zones = dict(Zone.objects.filter(town=place.area.area_id).values_list("pk", "name"))
    leaders = town_leaders(place.area.area)
    one = request.POST.get("village") or request.GET.get("village", "")
    wanted = [s for s in rows if proposed(place.pack, s)[0] or s.code == one]
    found = [_proposal(place, s, areas[s.code], own.get(s.village_id), zones, leaders) for s in wanted]
    found.sort(key=lambda p: (p.area.code != one, not p.crossing, p.area.code))
    visited = [s.village_id for s in rows if s.facts.get("visits_planned") or s.facts.get("visits_done")]
    listed = list(
        Visit.objects.filter(round=place.round, village_id__in=visited)
        .exclude(state=Visit.State.DROPPED)
        .select_related("village", "leader", "zone")
        .order_by("-state", "planned_on", "village__code")
    )
    crossing = [s for s in rows if cross_check(place.pack, s)]
    return page(
        request, place, "town/visits.html", "attention", status=status, proposals=found, today=clock.today(),
        planned=[v for v in listed if v.state == Visit.State.PLANNED],
        done=[v for v in listed if v.state == Visit.State.DONE], may_plan=place.may(Verb.VERIFY),
        deadline=town_deadline(place.round, place.pack, place.code), one=one, zones=zones, zone_of=own,
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
    kind, reasons = proposed(place.pack, summary)
    if not kind:
        kind = Visit.Kind.VERIFICATION.value
        reasons = ["审核时列入实地核实" if audited(summary) == "visit" else "镇里安排"]
    fit = [
        (user, "、".join(zones.get(zone, "") for zone in led))
        for user, led in leaders.items()
        if kind != Visit.Kind.CROSS_CHECK or (own not in led and led)
    ]
    return Proposal(area, kind, reasons, fit)


@require_POST
@at_place(Verb.READ_HOUSEHOLDS, act=Verb.VERIFY)
def visit_plan(request: HttpRequest, place: Place) -> HttpResponse:
    """Plan the visit of one village of the town, as proposed."""
    if place.area.level != "town":
        raise Http404
    typed = request.POST
    area = names_below(place).get(typed.get("village", ""))
    if area is None or area.level not in ("village", "residents"):
        raise Http404
    day, leader = day_of(typed.get("planned_on", "")), typed.get("leader", "")
    kind = typed.get("kind", "")
    try:
        with village_work(place.round, place.pack, area.area, place.scope.actor) as work:
            _, reasons = proposed(place.pack, work.summary)
            visit = plan(
                work,
                Plan(
                    kind, clock.today().fromisoformat(day) if day else None,
                    User.objects.filter(pk=int(leader)).first() if leader.isdecimal() else None,
                    typed.get("team", ""), reasons, reverse("desk:visit", args=[0]).replace("/0/", "/{pk}/"),
                ),
            )  # fmt: skip
    except VerificationError as refused:
        return _page(request, place, status=422, error=str(refused), typed=typed)
    messages.success(request, f"已安排{visit.leader}去{area.spoken}，已提醒本人。")
    return redirect("desk:visits", place.code)


@states(Policy("own"))
def my_visits(request: HttpRequest) -> HttpResponse:
    """The visits that the person leads, those still to make first."""
    from django.shortcuts import render

    who = scope(request.user)
    rows = (
        Visit.objects.filter(leader=request.user.pk)
        .exclude(state=Visit.State.DROPPED)
        .select_related("village__parent")
        .order_by("-state", "planned_on")[:100]
    )
    seen = [visit for visit in rows if who.covers(Verb.READ_HOUSEHOLDS, visit.village.code)]
    return render(request, "desk/town/my_visits.html", {"visits": seen, "today": clock.today()})

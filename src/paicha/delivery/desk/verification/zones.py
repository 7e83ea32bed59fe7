"""Zones 片: made, filled with villages line by line, each with its leader; by whoever verifies the town."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from paicha.core.area_codes import VILLAGE_LEVELS
from paicha.core.bounds import whole
from paicha.core.refusal import Refusal
from paicha.delivery.desk.shell.page import page
from paicha.delivery.desk.shell.places import Place, areas_below, at_place
from paicha.domain.accounts.models import User
from paicha.domain.accounts.roles import Verb
from paicha.domain.accounts.services import AccountError
from paicha.domain.accounts.zones import set_leaders, town_leaders
from paicha.domain.areas.models import Zone, ZoneVillage
from paicha.domain.areas.zones import arrange, make_zone, remove_zone


@require_http_methods(["GET", "POST"])
@at_place(Verb.READ_STATISTICS, act=Verb.VERIFY)
def zones(request: HttpRequest, place: Place) -> HttpResponse:
    """The town's zones; POST saves every village's zone and every zone's leader at once."""
    _town(place)
    if request.method == "GET":
        return _page(request, place)
    town = place.area.area
    listed = list(Zone.objects.filter(town=town))
    leaders = {str(user.pk): user for user in town_leaders(town)}
    try:
        with transaction.atomic():
            moved = arrange(town, _zone_choices(request, place), place.scope.actor)
            named = set_leaders(
                place.scope, town,
                {zone.pk: _user(request.POST.get(f"leader_{zone.pk}", ""), leaders) for zone in listed
                 if f"leader_{zone.pk}" in request.POST},
            )  # fmt: skip
    except Refusal as refused:
        return _page(request, place, error=str(refused), status=422)
    messages.success(request, f"已保存：{moved} 个村换了片，{named} 个片换了片长。")
    return redirect("desk:zones", place.code)


def _town(place: Place) -> None:
    if place.area.level != "town":
        raise Http404


def _user(text: str, leaders: dict[str, User]) -> User | None:
    if text and text not in leaders:
        raise AccountError("Y54")
    return leaders.get(text)


def _zone_choices(request: HttpRequest, place: Place) -> dict[int, int | None]:
    """Village → zone, as the form gives them; what isn't a number is nobody's zone and is refused below."""
    wanted: dict[int, int | None] = {}
    for area in areas_below(place).values():
        text = request.POST.get(f"village_{area.area_id}")
        if text is not None:
            wanted[area.area_id] = whole(text)
    return wanted


def _page(request: HttpRequest, place: Place, *, status: int = 200, **context: Any) -> HttpResponse:
    town = place.area.area
    leaders = town_leaders(town)
    listed = list(Zone.objects.filter(town=town).order_by("pk"))
    members = dict(
        ZoneVillage.objects.filter(zone__in=[zone.pk for zone in listed]).values_list("village_id", "zone_id")
    )
    leads = {zone: user for user, led in leaders.items() for zone in led}
    villages = [area for area in areas_below(place).values() if area.level in VILLAGE_LEVELS]
    return page(
        request, place, "verification/zones.html", "attention", status=status, leaders=list(leaders),
        zones=[(zone, leads.get(zone.pk), sum(z == zone.pk for z in members.values())) for zone in listed],
        villages=[(area, members.get(area.area_id)) for area in villages],
        left=sum(area.area_id not in members for area in villages if area.level == "village"), **context,
    )  # fmt: skip


@require_POST
@at_place(Verb.READ_STATISTICS, act=Verb.VERIFY)
def zone_make(request: HttpRequest, place: Place) -> HttpResponse:
    """A new zone."""
    _town(place)
    name = request.POST.get("name", "")
    try:
        zone = make_zone(place.area.area, name, place.scope.actor)
    except Refusal as refused:
        return _page(request, place, error=str(refused), typed=name, status=422)
    messages.success(request, f"已建“{zone.name}”，请在下面选它的村和片长。")
    return redirect("desk:zones", place.code)


@require_POST
@at_place(Verb.READ_STATISTICS, act=Verb.VERIFY)
def zone_remove(request: HttpRequest, place: Place, pk: int) -> HttpResponse:
    """Remove a zone without villages; its leader's work for it ends."""
    _town(place)
    zone = Zone.objects.filter(pk=pk, town=place.area.area_id).first()
    if zone is None:
        raise Http404
    try:
        with transaction.atomic():
            set_leaders(place.scope, place.area.area, {zone.pk: None})
            remove_zone(zone, place.scope.actor)
    except Refusal as refused:
        return _page(request, place, error=str(refused), status=422)
    messages.success(request, f"“{zone.name}”已删除。")
    return redirect("desk:zones", place.code)

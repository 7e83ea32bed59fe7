"""Where a page of a sample stands: with the city that drew it, or with a checker who sees nothing else.

What holds: a checker's grant is over a sample, not over an area, so no other page opens; of the sample a checker sees
the households that are the own or nobody's yet; a sample that isn't one's own is a 404 like one that doesn't exist.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from paicha.delivery.desk.shell.menu import Menu, Tab
from paicha.delivery.desk.shell.places import Place, Policy, View, states
from paicha.domain.accounts.policies import Scope, scope
from paicha.domain.accounts.roles import Kind, Verb
from paicha.domain.rounds.models import RoundArea
from paicha.domain.rounds.packs import pack_of
from paicha.domain.verification.checkers import in_force
from paicha.domain.verification.models import Sample, SampleHousehold

P = ParamSpec("P")


def at_sample(
    verb: Verb,
) -> Callable[[Callable[Concatenate[HttpRequest, Place, Sample, P], HttpResponseBase]], View]:
    """A view of a sample by its `pk`: 404 unless `verb` is granted over it or over its county."""

    def decorate(view: Callable[Concatenate[HttpRequest, Place, Sample, P], HttpResponseBase]) -> View:
        @wraps(view)
        def inner(request: HttpRequest, pk: int, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            who = scope(request.user)
            sample = _samples(who, verb).filter(pk=pk).first()
            if sample is None:
                raise Http404
            return view(request, county_place(who, sample), sample, *args, **kwargs)

        return states(Policy("Sample", verb))(inner)

    return decorate


def at_sampled(
    verb: Verb,
) -> Callable[[Callable[Concatenate[HttpRequest, Place, SampleHousehold, P], HttpResponseBase]], View]:
    """A view of a drawn household by its `pk`: as `at_sample`; a checker's only where it is the own or nobody's."""

    def decorate(
        view: Callable[Concatenate[HttpRequest, Place, SampleHousehold, P], HttpResponseBase],
    ) -> View:
        @wraps(view)
        def inner(request: HttpRequest, pk: int, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            who = scope(request.user)
            rows = SampleHousehold.objects.select_related("household", "village__parent", "interview").filter(
                pk=pk
            )
            if verb is Verb.REINTERVIEW:
                rows = rows.filter(mine(who))
            sampled = rows.first()
            sample = _samples(who, verb).filter(pk=sampled.sample_id).first() if sampled else None
            if sampled is None or sample is None:
                raise Http404
            sampled.sample = sample
            return view(request, county_place(who, sample), sampled, *args, **kwargs)

        return states(Policy("SampleHousehold", verb))(inner)

    return decorate


def mine(who: Scope) -> Q:
    """Drawn households that are a checker's own, or nobody's yet."""
    own = Q(checker=int(who.actor)) if who.actor.isdecimal() else Q()
    return own | Q(checker__isnull=True)


def _samples(who: Scope, verb: Verb) -> QuerySet[Sample]:
    """The samples over which a verb is granted, by an assignment to the sample or to its county; with its county."""
    if not who.allows(verb):
        return Sample.objects.none()
    county = RoundArea.objects.filter(round=OuterRef("round"), level="county")
    rows = (
        Sample.objects.select_related("round")
        .defer("frame")
        .annotate(county_area=Subquery(county.values("area")[:1]), county_code=Subquery(county.values("code")[:1]),
                  county_name=Subquery(county.values("name")[:1]))
    )  # fmt: skip
    granted = Q(pk__in=[int(ref) for ref in who.refs(Kind.SAMPLE, verb) if ref.isdecimal()])
    for prefix in who.prefixes(verb):
        granted |= Q(county_code__startswith=prefix)
    return rows.filter(granted)


def own_samples(who: Scope) -> list[Sample]:
    """The samples of a checker, the newest first."""
    refs = [int(ref) for ref in who.refs(Kind.SAMPLE, Verb.REINTERVIEW) if ref.isdecimal()]
    return list(Sample.objects.filter(pk__in=refs).order_by("-pk")) if refs else []


def county_place(who: Scope, sample: Sample) -> Place:
    """The county of a sample's round, as it came with the sample, as the frame of its pages."""
    found: Any = sample
    area = RoundArea(
        round=sample.round,
        area_id=found.county_area,
        code=found.county_code,
        level="county",
        name=found.county_name,
    )
    return Place(sample.round, pack_of(sample.round), who, area, ())


def field_page(
    request: HttpRequest, place: Place, sample: Sample, template: str, *, status: int = 200, **context: Any
) -> HttpResponse:
    """A checker's page: the only tab is the list of households."""
    own = Menu([Tab("mine", "我的抽查户", reverse("desk:sample_mine", args=[sample.pk]))], (), "mine")
    until = in_force(sample).filter(user_id=int(place.scope.actor)).values_list("until", flat=True).last()
    context |= {"place": place, "sample": sample, "menu": own, "tab": "mine", "until": until}
    return render(request, f"desk/samples/{template}", context, status=status)

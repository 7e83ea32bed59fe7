"""Where a page of a sample stands: with the city that drew it, or with a checker who sees nothing else.

What holds: a checker's grant is over a sample, not over an area, so no other page opens; of the sample a checker sees
the households that are the own or nobody's yet; a sample that isn't one's own is a 404 like one that doesn't exist.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from paicha.delivery.desk.frame import Tab
from paicha.delivery.desk.places import Place, Policy, View, states
from paicha.domain.accounts.policies import Scope, scope
from paicha.domain.accounts.roles import Kind, Verb
from paicha.domain.rounds.models import RoundArea
from paicha.domain.rounds.packs import pack_of
from paicha.domain.verification.checkers import in_force
from paicha.domain.verification.sample_models import Sample, SampleHousehold

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
            rows = SampleHousehold.objects.select_related(
                "sample__round", "household", "village__parent", "interview"
            ).filter(pk=pk, sample__in=_samples(who, verb))
            if verb is Verb.REINTERVIEW:
                rows = rows.filter(mine(who))
            sampled = rows.first()
            if sampled is None:
                raise Http404
            return view(request, county_place(who, sampled.sample), sampled, *args, **kwargs)

        return states(Policy("SampleHousehold", verb))(inner)

    return decorate


def mine(who: Scope) -> Q:
    """Drawn households that are a checker's own, or nobody's yet."""
    own = Q(checker=int(who.actor)) if who.actor.isdecimal() else Q()
    return own | Q(checker__isnull=True)


def _samples(who: Scope, verb: Verb) -> QuerySet[Sample]:
    """The samples over which a verb is granted: by an assignment to the sample, or to its county."""
    if not who.allows(verb):
        return Sample.objects.none()
    rows = Sample.objects.select_related("round")
    if any(RoundArea.objects.filter(level="county", code__startswith=p).exists() for p in _whole(who, verb)):
        return rows
    return rows.filter(pk__in=[int(ref) for ref in who.refs(Kind.SAMPLE, verb) if ref.isdecimal()])


def _whole(who: Scope, verb: Verb) -> list[str]:
    """Prefixes that hold a whole county (6 digits at the most)."""
    return [prefix for prefix in who.prefixes(verb) if len(prefix) <= 6]


def own_samples(who: Scope) -> list[Sample]:
    """The samples of a checker, the newest first."""
    refs = [int(ref) for ref in who.refs(Kind.SAMPLE, Verb.REINTERVIEW) if ref.isdecimal()]
    return list(Sample.objects.filter(pk__in=refs).order_by("-pk")) if refs else []


def county_place(who: Scope, sample: Sample) -> Place:
    """The county of a sample's round, as the frame of its pages."""
    area = RoundArea.objects.get(round=sample.round, level="county")
    return Place(sample.round, pack_of(sample.round), who, area, ())


def field_page(
    request: HttpRequest, place: Place, sample: Sample, template: str, *, status: int = 200, **context: Any
) -> HttpResponse:
    """A checker's page: the only tab is the list of households."""
    tabs = [Tab("mine", "我的抽查户", reverse("desk:sample_mine", args=[sample.pk]))]
    until = in_force(sample).filter(user_id=int(place.scope.actor)).values_list("until", flat=True).last()
    context |= {"place": place, "sample": sample, "tabs": tabs, "tab": "mine", "until": until}
    return render(request, f"desk/city/{template}", context, status=status)

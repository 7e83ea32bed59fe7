"""Pages of the whole home (rounds, areas, packs, backups, health): they stand at the county alone."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import Http404, HttpRequest, HttpResponseBase

from paicha.delivery.desk.shell.places import Place, View, at_place
from paicha.domain.accounts.roles import Verb

P = ParamSpec("P")


def at_county(
    act: Verb,
) -> Callable[[Callable[Concatenate[HttpRequest, Place, P], HttpResponseBase]], View]:
    """A view of the county: 404 at any other area, 403 unless `act` is granted over the county."""

    def decorate(view: Callable[Concatenate[HttpRequest, Place, P], HttpResponseBase]) -> View:
        @wraps(view)
        def inner(
            request: HttpRequest, place: Place, /, *args: P.args, **kwargs: P.kwargs
        ) -> HttpResponseBase:
            if place.area.level != "county":
                raise Http404
            return view(request, place, *args, **kwargs)

        return at_place(Verb.READ_AREAS, act=act)(inner)

    return decorate

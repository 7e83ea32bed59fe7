"""What a page tells when a service refuses what was asked of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from paicha.core.refusal import Refusal

P = ParamSpec("P")


def refused_to(
    page: Callable[..., HttpResponse],
) -> Callable[
    [Callable[Concatenate[HttpRequest, P], HttpResponseBase]],
    Callable[Concatenate[HttpRequest, P], HttpResponseBase],
]:
    """A view whose refusals are told on `page`: it gets what the view got, the refusal as `error`, `status` 422.

    Stands below `at_place` and its like. The view opens its own transaction, which a refusal rolls back.
    """

    def decorate(
        view: Callable[Concatenate[HttpRequest, P], HttpResponseBase],
    ) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
        @wraps(view)
        def inner(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            try:
                return view(request, *args, **kwargs)
            except Refusal as refusal:
                return page(request, *args, **kwargs, error=refusal, status=422)

        return inner

    return decorate

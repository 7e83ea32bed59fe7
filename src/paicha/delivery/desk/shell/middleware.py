"""What a request passes before any page: its texts are bounded, a first password changed, a second factor given.

What holds: no text of a request reaches a view or the database with a control sign in it; until password and factor
are done one page opens, the one where that is done.
"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse

from paicha.core.bounds import clean
from paicha.domain.accounts.models import User
from paicha.domain.accounts.second_factor import asked_of

SECOND, PASSED, NOT_ASKED = "second_factor", "passed", "not asked"


def _of_every_page() -> tuple[str, ...]:
    """Addresses open to everybody who has signed in, whatever is still asked of them; help with it among them."""
    return (
        reverse("desk:sign_out"),
        reverse("desk:session"),
        reverse("desk:help"),
        reverse("desk:help_sign_in"),
    )


def waits_for_factor(request: HttpRequest) -> bool:
    """Whether somebody who has signed in still owes the second factor."""
    return request.session.get(SECOND, NOT_ASKED) not in (PASSED, NOT_ASKED)


class Bounds:
    """Middleware above sessions: leaves control signs out of what is asked and posted, of cookies and headers.

    They are left out, not refused, since nobody sees them in what they paste. An address that holds one is a 404.
    Bodies of the API are JSON, bounded where they are read.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if clean(request.path) != request.path:
            raise Http404
        for name, value in request.META.items():
            if name.startswith("HTTP_") and isinstance(value, str):
                request.META[name] = clean(value)
        request.COOKIES = {name: clean(value) for name, value in request.COOKIES.items()}
        request.GET = _without_controls(request.GET)  # type: ignore[assignment]  # immutable again, as Django's own
        if request.method == "POST" and not request.path.startswith("/api/"):
            request.POST = _without_controls(request.POST)  # type: ignore[assignment]
        return self.get_response(request)


def _without_controls(data: QueryDict) -> QueryDict:
    """The same names and values without control signs; the same object where there are none."""
    lists = list(data.lists())
    if all(clean(text) == text for name, values in lists for text in (name, *values)):
        return data
    found = QueryDict(mutable=True)
    for name, values in lists:
        found.setlist(clean(name), [clean(text) for text in values])
    found._mutable = False
    return found


class FirstPassword:
    """Middleware below AuthenticationMiddleware: leads to /password/ until the password has been changed."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if isinstance(user, User) and user.must_change_password:
            allowed = (reverse("desk:password"), *_of_every_page())
            if request.path not in allowed and not request.path.startswith("/static/"):
                return redirect("desk:password")
        return self.get_response(request)


class SecondFactor:
    """Middleware below FirstPassword: leads to /second/ until the code was given, where a role asks for one.

    Whether it is asked is looked up once a session; the assignments of a session are those of its sign-in.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if isinstance(user, User) and settings.SECOND_FACTOR and not user.must_change_password:
            if SECOND not in request.session:
                request.session[SECOND] = "asked" if asked_of(user) else NOT_ASKED
            allowed = (reverse("desk:second"), *_of_every_page())
            if (
                waits_for_factor(request)
                and request.path not in allowed
                and not request.path.startswith("/static/")
            ):
                return redirect("desk:second")
        return self.get_response(request)

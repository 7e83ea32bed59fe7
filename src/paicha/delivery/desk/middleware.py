"""What stands between a right password and the pages: a first password that must be changed, a second factor.

What holds: until then one page opens, the one where it is done; the admin pages are behind the same middleware.
"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from paicha.domain.accounts.models import User
from paicha.domain.accounts.second_factor import asked_of

SECOND, PASSED, NOT_ASKED = "second_factor", "passed", "not asked"


class FirstPassword:
    """Middleware below AuthenticationMiddleware: leads to /password/ until the password has been changed."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if isinstance(user, User) and user.must_change_password:
            allowed = (reverse("desk:password"), reverse("desk:sign_out"))
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
            allowed = (reverse("desk:second"), reverse("desk:sign_out"))
            waits = request.session[SECOND] not in (PASSED, NOT_ASKED)
            if waits and request.path not in allowed and not request.path.startswith("/static/"):
                return redirect("desk:second")
        return self.get_response(request)

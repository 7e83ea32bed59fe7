"""A first password opens one page only: the one where it is changed."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from paicha.domain.accounts.models import User


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

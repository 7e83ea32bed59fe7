"""Every form of the desk carries an id, and the same form sent twice does once what it does.

Why: a double click, a slow answer clicked again, the page of before brought back. The id comes with `{% csrf_token %}`,
so no form can lack it. What holds: the same id with the same content is the same sending, by the same person; other
content is another act, so that a page brought back and filled in anew is taken in; an act that leads nowhere (a form
that comes back with what is wrong) may be sent again.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect

from paicha.core.catalogue import sentence
from paicha.delivery.desk.shell.page import go_back
from paicha.domain.accounts.models import User
from paicha.domain.once.services import before, done, undone

FIELD = "once"
_NO_CONTENT = (FIELD, "csrfmiddlewaretoken")
_OF_PEOPLE = "desk"  # addresses whose forms people fill in
_AGAIN = sentence("X19")


class Once:
    """Middleware below messages: one transaction for the note of a sending and for what its view does."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponseBase], args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        """The view's answer, or the one that an equal sending got; None for what carries no id."""
        match = request.resolver_match
        if request.method != "POST" or not request.POST.get(FIELD) or match is None:
            return None
        if match.namespace != _OF_PEOPLE or not isinstance(request.user, User):
            return None
        key = _key(request, request.user)
        with transaction.atomic():
            led_to = before(key)
            if led_to is not None:
                messages.info(request, _AGAIN)
                return go_back(request, led_to, "desk:home")
            response = view(request, *args, **kwargs)
            if isinstance(response, HttpResponseRedirect):
                done(key, response.url)
            else:
                undone(key)
        return response


def _key(request: HttpRequest, user: User) -> str:
    """Digest of who sends what where."""
    total = sha256(f"{user.pk}\0{request.get_full_path()}\0{request.POST[FIELD]}".encode())
    for name, values in sorted(request.POST.lists()):
        if name not in _NO_CONTENT:
            total.update("\0".join(["", name, *values]).encode())
    for name, files in sorted(request.FILES.lists()):
        for file in files:
            total.update(f"\0{name}\0{file.name}\0{file.size}\0".encode())
            for chunk in file.chunks():
                total.update(chunk)
            file.seek(0)
    return total.hexdigest()

"""First passwords on their way to their people: sealed until they are shown, shown once, on slips to cut out.

Why: the answer to a button that was pressed twice is lost, so that passwords have to wait for the page that follows.
What holds: they wait in the session encrypted, and the key is in the browser's cookie alone, so that neither the
database nor a backup of it holds one in clear; whoever closes the page resets the passwords once more.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import wraps
from io import BytesIO
from typing import ParamSpec

import segno
from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from paicha.delivery.desk.shell.places import Policy, states
from paicha.domain.accounts.models import User
from paicha.domain.audit.services import Entry, actor_chain, append
from paicha.domain.staff.services import Slip

P = ParamSpec("P")
COOKIE = "paicha_slips"
_SEALED = "slips"  # in the session


def with_key(view: Callable[P, HttpResponseBase]) -> Callable[P, HttpResponseBase]:
    """A view whose form makes first passwords: the browser gets its key with the page, before any is made."""

    @wraps(view)
    def inner(*args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        response = view(*args, **kwargs)
        request = args[0]
        assert isinstance(request, HttpRequest)
        if COOKIE not in response.cookies and _key(request) is None:
            _hand_key(response, Fernet.generate_key())
        return response

    return inner


def lead_to_slips(request: HttpRequest, slips: Sequence[Slip]) -> HttpResponse:
    """Seal slips, with those that nobody has looked at yet, and lead to the page that shows them."""
    known = _key(request)
    key = known or Fernet.generate_key()
    waiting = [*_open(request), *slips]
    text = json.dumps([asdict(slip) for slip in waiting], ensure_ascii=False)
    request.session[_SEALED] = Fernet(key).encrypt(text.encode()).decode()
    response = redirect("desk:slips")
    if known is None:
        _hand_key(response, key)
    return response


@require_safe
@states(Policy("own"))
@never_cache
def slips(request: HttpRequest) -> HttpResponse:
    """The slips that wait for this browser, once; then key and passwords are gone."""
    user = request.user
    assert isinstance(user, User)
    found = _open(request)
    request.session.pop(_SEALED, None)
    if found:
        actor = str(user.pk)
        with transaction.atomic():
            append([Entry(actor_chain(actor), actor, "account.slips", count=len(found))])
    address = request.build_absolute_uri("/")
    response = render(request, "desk/administration/slips.html", {"slips": found, "address": address})
    response.delete_cookie(COOKIE, samesite="Strict")
    return response


@require_safe
@states(Policy("own"))
def address_code(request: HttpRequest) -> HttpResponse:
    """The address of the sign-in page as a QR code: one picture for all slips of a page."""
    drawn = BytesIO()
    address = request.build_absolute_uri("/")
    segno.make(address, error="m").save(drawn, kind="svg", border=2, omitsize=True)
    return HttpResponse(drawn.getvalue(), content_type="image/svg+xml")


def _open(request: HttpRequest) -> list[Slip]:
    """What waits in the session; [] without it, or without its key."""
    key, sealed = _key(request), request.session.get(_SEALED, "")
    if key is None or not sealed:
        return []
    try:
        listed = json.loads(Fernet(key).decrypt(sealed.encode()))
    except InvalidToken:
        return []
    return [Slip(**one) for one in listed]


def _key(request: HttpRequest) -> bytes | None:
    """The browser's key, None where it has none that could be one."""
    text = request.COOKIES.get(COOKIE, "")
    try:
        Fernet(text)
    except ValueError:
        return None
    return text.encode()


def _hand_key(response: HttpResponseBase, key: bytes) -> None:
    response.set_cookie(
        COOKIE, key.decode(), httponly=True, samesite="Strict", secure=settings.SESSION_COOKIE_SECURE
    )

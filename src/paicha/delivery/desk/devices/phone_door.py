"""The way from the desk to the phone's own pages: who is led there at once, and the code that a phone scans.

What holds: a grid worker's phone is led there once a sign-in, so that the way back to the desk stays open.
"""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO

import segno
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from paicha.domain.accounts.policies import Scope
from paicha.domain.accounts.roles import Kind, Verb

_ONCE = "led_to_phone"  # in the session
_PHONES = ("Mobi", "Android", "HarmonyOS")


def leads_to_phone(request: HttpRequest, who: Scope) -> bool:
    """Whether the first page after signing in is the phone's: of somebody who surveys some groups alone, on a phone."""
    of_groups = bool(who.refs(Kind.GROUP, Verb.SUBMIT_ANSWERS)) and not who.prefixes(Verb.READ_STATISTICS)
    if not of_groups or not _is_phone(request) or request.session.get(_ONCE):
        return False
    request.session[_ONCE] = True
    return True


def _is_phone(request: HttpRequest) -> bool:
    said = request.headers.get("Sec-CH-UA-Mobile", "")
    return said == "?1" or any(name in request.headers.get("User-Agent", "") for name in _PHONES)


def phone_code(request: HttpRequest) -> SafeString:
    """The address of the phone's pages on this server as a QR code (SVG without styles)."""
    return code_of(request.build_absolute_uri(reverse("field:shell")))


@lru_cache(maxsize=8)
def code_of(address: str) -> SafeString:
    """An address of our own as a QR code (SVG without styles)."""
    return drawn(address, "手机端的地址")


def drawn(words: str, title: str) -> SafeString:
    """Words of our own as a QR code (SVG without styles); `title` is what it is, for who can't see it. Kept nowhere."""
    file = BytesIO()
    segno.make(words, error="m").save(
        file, kind="svg", border=2, xmldecl=False, svgns=False, nl=False, omitsize=True, title=title
    )
    return mark_safe(file.getvalue().decode())  # noqa: S308  (drawn here, of words of our own)

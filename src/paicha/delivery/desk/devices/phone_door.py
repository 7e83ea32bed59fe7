"""The way from the desk to the phone's own pages: who is led there at once.

What holds: a grid worker's phone is led there once a sign-in, so that the way back to the desk stays open.
"""

from __future__ import annotations

from django.http import HttpRequest

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

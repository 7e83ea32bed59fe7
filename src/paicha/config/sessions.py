"""Idle logout: a session ends half an hour after the last request, without a write on every request.

Django can only extend a session by saving it each time, which on the embedded database would make every page
view queue behind an import. So the session is saved once a minute at most; a logout may come that much early.
Real time on purpose, not the movable clock of a demo home: this is a lock, not a date of the round.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

SEEN_KEY = "seen"
REFRESH_SECONDS = 60


class IdleLogout:
    """Middleware below SessionMiddleware: marks a signed-in session as seen, at most once a minute."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        session = request.session
        if session.session_key and not session.is_empty():
            now = int(time.time())
            if now - int(session.get(SEEN_KEY, 0)) >= REFRESH_SECONDS:
                session[SEEN_KEY] = now
        return self.get_response(request)

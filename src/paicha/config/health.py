"""GET /healthz: whether this server is well, for whoever watches it from outside.

Why a middleware before all others: it is asked under any name, without a sign-in, a session or a redirect, also while
the database is away. What holds: it tells short codes alone (`domain.jobs.health`), nothing of anybody.
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse

ADDRESS = "/healthz"


class Health:
    """200 `{"ok": true, "reasons": []}`, or 503 with the reasons."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info != ADDRESS:
            return self.get_response(request)
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        from paicha.domain.jobs.health import reasons  # noqa: PLC0415  (models, which load later)

        found = reasons()
        answer = JsonResponse({"ok": not found, "reasons": found}, status=503 if found else 200)
        answer["Cache-Control"] = "no-store"
        return answer

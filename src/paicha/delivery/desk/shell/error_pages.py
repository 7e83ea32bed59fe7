"""What is answered where a request failed: a page to people, JSON to phones and programs.

Why the handler of errors and no middleware: it is asked wherever the error came from, a view or a middleware. What
holds: a database that is busy, full or gone is a 503 with Retry-After, so that a phone sends again by itself; what no
column can hold is a 400, a refusal that no page tells a 422; anything else is ours, a 500.
"""

from __future__ import annotations

import sys

from django.db.utils import DataError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from paicha.core.catalogue import sentence
from paicha.core.refusal import Refusal
from paicha.domain.outage import outage

RETRY_SECONDS = 60


def fault(request: HttpRequest) -> HttpResponse:
    """The answer for the error that is being handled."""
    error = sys.exc_info()[1]
    found = outage(error)
    if found is not None:
        response = _page(request, 503, found.code())
        response["Retry-After"] = str(RETRY_SECONDS)
        return response
    if isinstance(error, DataError | OverflowError):
        return _page(request, 400, "X02")
    if isinstance(error, Refusal):  # one that its page doesn't tell
        return _page(request, 422, error.code, str(error))
    return _page(request, 500, "X03")


def _page(request: HttpRequest, status: int, code: str, words: str = "") -> HttpResponse:
    words = words or sentence(code)
    if request.path.startswith("/api/"):
        return JsonResponse({"code": code, "message": words}, status=status)
    return render(None, f"{status}.html", {"words": words}, status=status)

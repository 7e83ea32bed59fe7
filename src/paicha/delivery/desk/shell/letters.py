"""Large print: one switch, kept by the browser, for the desk and for the phone's pages alike.

Why a cookie: it is the eyes' of who sits there, on this screen; the phone's pages read it without a network.
"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponseRedirect
from django.views.decorators.http import require_POST

from paicha.delivery.desk.shell.page import go_back
from paicha.delivery.desk.shell.places import Policy, states

COOKIE = "paicha_large"  # also in `shell/base.html`, and in `letters.js` of the phone's pages
_DAYS = 400  # as long as browsers keep one


@states(Policy("own"))
@require_POST
def letters(request: HttpRequest) -> HttpResponseRedirect:
    """Large print from now on (`large` is posted), or the usual again; back to the page that one came from.

    That page is the browser's Referer: a field of the menu would repeat what was searched for on every page.
    """
    response = go_back(request, request.headers.get("Referer", ""), "desk:home")
    if request.POST.get("large"):
        response.set_cookie(
            COOKIE, "1", max_age=_DAYS * 86400, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
        )
    else:
        response.delete_cookie(COOKIE, samesite="Lax")
    return response

"""The second factor at the door: set it up once, then a code of six digits at each sign-in."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from paicha.core.catalogue import sentence
from paicha.delivery.desk.shell.middleware import PASSED, SECOND
from paicha.delivery.desk.shell.places import Policy, states
from paicha.delivery.desk.shell.qr import drawn
from paicha.domain.accounts import second_factor
from paicha.domain.accounts.models import User

_CODES = "spare_codes"  # of the session, until they are shown: the answer to a second press is the one that is seen


@states(Policy("own"))
@sensitive_post_parameters()
@never_cache
def second(request: HttpRequest) -> HttpResponseBase:
    """Ask for the code; before that, once, for the app. Its spare codes are shown on the page that follows."""
    user = request.user
    assert isinstance(user, User)
    codes = request.session.pop(_CODES, []) if request.method == "GET" else []
    if request.session.get(SECOND) == PASSED and not codes:
        return redirect("desk:home")
    ready, error = second_factor.is_set_up(user), ""
    if request.method == "POST":
        code = request.POST.get("code", "")
        if ready and second_factor.passes(user, code):
            return _in(request)
        if not ready and (spare := second_factor.set_up(user, code)):
            request.session[SECOND], request.session[_CODES] = PASSED, spare
            messages.success(request, "二次验证已经设好。")
            return redirect("desk:second")
        error = sentence("W30")
    secret = "" if ready or codes else second_factor.secret_of(user)
    shown = {
        "ready": ready, "error": error, "codes": codes, "secret": secret,
        "picture": drawn(second_factor.address_of(user, secret), "给验证器应用扫的二维码") if secret else "",
    }  # fmt: skip
    return render(request, "desk/account/second_factor.html", shown, status=422 if error else 200)


def _in(request: HttpRequest) -> HttpResponse:
    request.session.cycle_key()
    request.session[SECOND] = PASSED
    return redirect("desk:home")

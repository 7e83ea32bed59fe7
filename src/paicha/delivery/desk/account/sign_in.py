"""Signing in and out, the first password, and where a person's own work begins."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import login, logout, update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm, SetPasswordForm
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from paicha.core.area_codes import whole_code
from paicha.core.catalogue import sentence
from paicha.delivery.desk.account.demo_accounts import demo_accounts
from paicha.delivery.desk.devices.phone_door import leads_to_phone
from paicha.delivery.desk.help.tour import begin as begin_tour
from paicha.delivery.desk.home.areas import own_places
from paicha.delivery.desk.samples.sample_places import own_samples
from paicha.delivery.desk.shell.menu import own_codes
from paicha.delivery.desk.shell.page import go_back, own_address
from paicha.delivery.desk.shell.places import Policy, newest, states
from paicha.domain.accounts.models import User
from paicha.domain.accounts.policies import Scope, scope
from paicha.domain.accounts.roles import Kind, Verb
from paicha.domain.accounts.services import change_password, signed_in
from paicha.domain.rounds.models import RoundArea


class SignInForm(AuthenticationForm):
    """Django's own, in our words: the same sentence for an unknown account and a wrong password."""

    error_messages = {
        "invalid_login": sentence("W31"),
        "inactive": sentence("W32"),
    }


@states(Policy("anyone"))
@sensitive_post_parameters("password")
@never_cache
@login_not_required
def sign_in(request: HttpRequest) -> HttpResponse:
    """The door. Axes counts the failures."""
    if request.user.is_authenticated:
        return redirect("desk:home")
    form = SignInForm(request, request.POST or None)
    if request.method == "POST" and form.is_valid():
        user = form.get_user()
        assert isinstance(user, User)
        first = user.last_login is None
        login(request, user)
        signed_in(user)
        if first:
            begin_tour(user)
        return go_back(request, request.POST.get("next", ""), "desk:home")
    context: dict[str, Any] = {"form": form, "demo": demo_accounts(), "next": request.GET.get("next", "")}
    return render(request, "desk/account/sign_in.html", context)


@login_not_required
def locked(request: HttpRequest, _original: object = None, _credentials: object = None) -> HttpResponse:
    """What axes answers after too many failures."""
    return render(request, "desk/account/locked.html", status=429)


@states(Policy("anyone"))
@require_GET
@never_cache
@login_not_required
def session(request: HttpRequest) -> HttpResponse:
    """Who is signed in (JSON `user`, '' for nobody), the mark of their work, a token for an open page to send."""
    user = request.user
    if not user.is_authenticated:
        return JsonResponse({"user": "", "work": "", "token": ""})
    return JsonResponse({"user": str(user.pk), "work": scope(user).mark, "token": get_token(request)})


@login_not_required
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """What a page with an outdated token gets: what happened, that nothing stored is lost, and the way back. 403."""
    back = own_address(request, request.META.get("HTTP_REFERER", ""))
    return render(request, "desk/account/csrf.html", {"back": back or "/"}, status=403)


@states(Policy("own"))
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Leave; the session ends."""
    logout(request)
    return redirect("desk:sign_in")


@states(Policy("own"))
@sensitive_post_parameters()
@never_cache
def password(request: HttpRequest) -> HttpResponse:
    """A new password: asked for at the first sign-in, open to everybody later."""
    user = request.user
    assert isinstance(user, User)
    form: SetPasswordForm[User] = SetPasswordForm(user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        change_password(user, form.cleaned_data["new_password1"])
        update_session_auth_hash(request, user)
        return redirect("desk:home")
    return render(request, "desk/account/password.html", {"form": form, "first": user.must_change_password})


@states(Policy("own"))
def home(request: HttpRequest) -> HttpResponseBase:
    """Where a person's own work begins: the smallest area that holds all of it, else a list of the places.

    A grid worker's phone is led to the phone's own pages first.
    """
    who = scope(request.user)
    codes = own_codes(who)
    if codes and not RoundArea.objects.filter(code__in=codes).exists():
        return render(request, "desk/account/no_round.html")
    if codes and leads_to_phone(request, who):
        return redirect("field:shell")
    if len(codes) == 1:
        return redirect("desk:area", codes[0])
    if codes:
        return own_places(request, who, codes)
    if who.refs(Kind.DEPARTMENT, Verb.ANSWER_REFERRALS):
        return redirect("desk:referrals")
    samples = own_samples(who)
    if samples:
        return redirect("desk:sample_mine", samples[0].pk)
    managed = _areas_managed_by(who)
    if len(managed) == 1:
        return redirect("desk:accounts", managed[0].code)
    return render(request, "desk/account/no_work.html", {"managed": managed})


def _areas_managed_by(who: Scope) -> list[RoundArea]:
    """The areas whose accounts a person manages, of the newest round."""
    codes = [whole_code(prefix) for prefix in who.prefixes(Verb.MANAGE_ACCOUNTS)]
    return newest(RoundArea.objects.filter(code__in=codes)) if codes else []

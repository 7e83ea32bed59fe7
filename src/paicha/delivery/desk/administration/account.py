"""One account: what it does and did, its password, its second factor, closed and opened again.

What holds: an account outside the own area is a 404; nobody acts on their own account here; each act is a service's.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from paicha.core.bounds import whole
from paicha.core.refusal import Refusal
from paicha.delivery.desk.administration.accounts import narrowed
from paicha.delivery.desk.administration.slips import lead_to_slips, with_key
from paicha.delivery.desk.shell.page import page
from paicha.delivery.desk.shell.places import Place, at_place
from paicha.domain import clock
from paicha.domain.accounts.bulk import reset_passwords
from paicha.domain.accounts.models import Assignment, User
from paicha.domain.accounts.queries import accounts_below, place_names, work_in_words
from paicha.domain.accounts.roles import ROLES, Verb
from paicha.domain.accounts.second_factor import is_set_up, remove_device
from paicha.domain.accounts.services import AccountError, end_assignment, switch_off, switch_on
from paicha.domain.staff.services import Slip


@require_http_methods(["GET", "POST"])
@at_place(Verb.READ_AREAS, act=Verb.MANAGE_ACCOUNTS)
@with_key
def account(request: HttpRequest, place: Place, pk: int) -> HttpResponseBase:
    """The account's page; posted to, the act that the button names."""
    user = accounts_below(place.scope, place.code).filter(pk=pk).first()
    if user is None:
        raise Http404
    if request.method != "POST":
        return _show(request, place, user)
    try:
        return _act(request, place, user)
    except (Refusal, PermissionDenied) as refusal:
        return _show(request, place, user, status=422, error=refusal)


def _show(
    request: HttpRequest, place: Place, user: User, *, status: int = 200, error: object = ""
) -> HttpResponse:
    rows = list(user.assignments.order_by("-since", "pk"))
    named = place_names(rows, {})
    work = [
        (row, ROLES[row.role].title if row.role in ROLES else row.role, named[row.kind, row.ref])
        for row in rows
    ]
    return page(
        request, place, "administration/account.html", "accounts", status=status, error=error, account=user,
        now=[one for one in work if _in_force(one[0])], before=[one for one in work if not _in_force(one[0])],
        own=str(user.pk) == place.scope.actor, factor=is_set_up(user),
    )  # fmt: skip


def _in_force(row: Assignment) -> bool:
    return row.until is None or row.until >= clock.today()


def _act(request: HttpRequest, place: Place, user: User) -> HttpResponse:
    """Do what the button says. Raises Refusal, PermissionDenied."""
    act = request.POST.get("act", "")
    if act == "reset":
        return lead_to_slips(request, _new_passwords(place, [user]))
    if act == "end":
        row = user.assignments.filter(pk=whole(request.POST.get("assignment", "")) or 0).first()
        if row is None or not _in_force(row):
            raise AccountError("W08")
        end_assignment(place.scope, row)
        said = "的分工已结束"
    elif act == "factor":
        remove_device(place.scope, user)
        said = "下次登录时重新设二次验证"
    elif act == "off":
        switch_off(place.scope, user)
        said = "的账号已停用，现在起登录不了"
    elif act == "on":
        switch_on(place.scope, user)
        said = "的账号已恢复，密码还是原来的"
    else:
        raise Http404
    messages.success(request, f"{user}{said}。")
    return redirect("desk:account", place.code, user.pk)


@require_POST
@at_place(Verb.READ_AREAS, act=Verb.MANAGE_ACCOUNTS)
@with_key
def reset(request: HttpRequest, place: Place) -> HttpResponseBase:
    """New first passwords for the accounts that are ticked, or for all of the list that were never signed in to."""
    users, _ = narrowed(request, place)
    if request.POST.get("every"):
        users = users.filter(last_login=None, is_active=True)
    else:
        ticked = [pk for text in request.POST.getlist("account") if (pk := whole(text)) is not None]
        users = users.filter(pk__in=ticked)
    try:
        slips = _new_passwords(place, list(users))
    except (Refusal, PermissionDenied) as refusal:
        messages.error(request, str(refusal))
        return redirect("desk:accounts", place.code)
    return lead_to_slips(request, slips)


def _new_passwords(place: Place, users: list[User]) -> list[Slip]:
    passwords: dict[Any, str] = reset_passwords(place.scope, users)
    work = work_in_words(users, {})
    return [Slip(u.username, u.name, "；".join(work[u.pk]), passwords[u.pk]) for u in users]

"""Handing a role over: what one does oneself, to somebody of the same town, with the open work that goes along.

What holds: only one's own assignment is offered, and only people who work in the same town are named; the next one is
told; who handed over keeps the day that was set, and nothing after it.
"""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from paicha.core.area_codes import whole_code
from paicha.core.refusal import Refusal
from paicha.delivery.desk.shell.form_input import day_typed
from paicha.delivery.desk.shell.places import Policy, newest, states
from paicha.domain import clock
from paicha.domain.accounts.models import Assignment, User
from paicha.domain.accounts.notices import tell
from paicha.domain.accounts.policies import scope
from paicha.domain.accounts.queries import colleagues
from paicha.domain.accounts.roles import ROLES, Kind
from paicha.domain.handover.succession import hand_over_role
from paicha.domain.rounds.models import RoundArea


@require_http_methods(["GET", "POST"])
@states(Policy("own"))
def handing(request: HttpRequest) -> HttpResponseBase:
    """One's own assignments over an area or village, each with the people who may take it."""
    user = request.user
    assert isinstance(user, User)
    today = clock.today()
    held = list(
        user.assignments.filter(kind__in=(Kind.AREA, Kind.VILLAGE), since__lte=today)
        .exclude(until__lt=today)
        .order_by("pk")
    )
    error = ""
    if request.method == "POST":
        try:
            _hand(request, user, held)
            return redirect("desk:home")
        except (Refusal, PermissionDenied) as refused:
            error = str(refused)
    people = colleagues(held)
    names = {
        a.code: a.spoken for a in newest(RoundArea.objects.filter(code__in=[_code(row) for row in held]))
    }
    lines = [(row, ROLES[row.role].title, names.get(_code(row), row.ref), people[row.pk]) for row in held]
    return render(
        request, "desk/account/role_handover.html",
        {"lines": lines, "error": error, "today": today, "typed": request.POST},
        status=422 if error else 200,
    )  # fmt: skip


def _code(row: Assignment) -> str:
    return whole_code(row.ref)


def _hand(request: HttpRequest, user: User, held: list[Assignment]) -> None:
    """Hand over what was asked, and say so. Raises Refusal, PermissionDenied."""
    row = next((row for row in held if str(row.pk) == request.POST.get("assignment")), None)
    if row is None:
        raise Refusal("W28")
    to = next(
        (person for person in colleagues([row])[row.pk] if str(person.pk) == request.POST.get("to")), None
    )
    if to is None:
        raise Refusal("W29")
    last = day_typed(request.POST.get("last_day", ""), "最后一天")
    handed = hand_over_role(scope(user), row, to, last)
    role = ROLES[row.role].title
    words = f"{user}把{role}的分工交给了您，{handed.returns} 件退回和 {handed.notices} 条提醒一起交接"
    address = reverse("desk:area", args=[_code(row)])
    tell([to], words, address=address, subject=f"handed:{handed.assignment.pk}", by=str(user.pk))
    messages.success(
        request, f"{role}的分工已交给{to}，{handed.returns} 件退回和 {handed.notices} 条提醒一起交接。"
    )

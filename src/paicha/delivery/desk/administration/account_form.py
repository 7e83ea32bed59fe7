"""Work given on a page: a role and places picked by name, for a new account or for one that there is.

What holds: what is picked goes the way of a list's lines (`staff.plan`), a line a place, so that a page and a file
refuse the same things; nothing is given where any of the places is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from paicha.core.area_codes import VILLAGE_LEVELS
from paicha.core.refusal import Refusal
from paicha.delivery.desk.administration.slips import lead_to_slips, with_key
from paicha.delivery.desk.shell.page import page
from paicha.delivery.desk.shell.places import Place, areas_below, at_place
from paicha.domain.accounts.models import User
from paicha.domain.accounts.queries import accounts_below
from paicha.domain.accounts.roles import ROLES, Verb
from paicha.domain.rounds.models import RoundArea
from paicha.domain.staff.plan import SAME, plan
from paicha.domain.staff.services import Slip, carry_out
from paicha.domain.staff.sheet import Line, StaffError
from paicha.domain.staff.template import NOT_LISTED

_FIELDS = ("name", "phone", "role", "groups", "until")


@dataclass(frozen=True, slots=True)
class TownChoice:
    """A town with its villages, to be picked from; `open` where one of them is picked."""

    area: RoundArea
    villages: Sequence[RoundArea]
    open: bool


def choices(place: Place, picked: Sequence[str]) -> dict[str, Any]:
    """What a form of work offers: the roles, and the places below this one by town."""
    areas = list(areas_below(place).values())
    towns = [area for area in areas if area.level == "town"]
    villages = [area for area in areas if area.level in VILLAGE_LEVELS]
    listed = []
    for town in towns:
        below = [village for village in villages if village.parent_code == town.code]
        listed.append(TownChoice(town, below, any(v.code in picked for v in below)))
    return {
        "roles": [role for role in ROLES.values() if role.key not in NOT_LISTED],
        "county": next((area for area in areas if area.level == "county"), None),
        "towns": listed, "alone": villages if not towns else [], "picked": picked,
    }  # fmt: skip


@require_http_methods(["GET", "POST"])
@at_place(Verb.READ_AREAS, act=Verb.MANAGE_ACCOUNTS)
@with_key
def new_account(request: HttpRequest, place: Place) -> HttpResponseBase:
    """One person: name, number, role and places; the slip follows."""
    if request.method != "POST":
        return _form(request, place)
    try:
        slips = give(request, place)
        if not slips:
            raise StaffError("W54", phone=request.POST.get("phone", "").strip())
    except Refusal as refusal:
        return _form(request, place, status=422, error=refusal)
    return lead_to_slips(request, slips)


def _form(request: HttpRequest, place: Place, *, status: int = 200, error: object = "") -> HttpResponse:
    return page(
        request, place, "administration/account_new.html", "accounts", status=status, error=error,
        typed=request.POST, **choices(place, request.POST.getlist("at")),
    )  # fmt: skip


def give(request: HttpRequest, place: Place, user: User | None = None) -> list[Slip]:
    """Give what the form says, to `user` or to a new account, whose slip is returned. Raises Refusal for any fault."""
    texts = {name: request.POST.get(name, "").strip()[:80] for name in _FIELDS}
    if user is not None:
        texts |= {"name": user.name, "phone": user.username, "account": user.username}
    picked = request.POST.getlist("at") or [""]
    lines = [Line(row, texts | _at(code), {}) for row, code in enumerate(picked, 1)]
    people = plan(place.scope, place.round, lines)
    fault = next((fault for person in people for fault in person.faults), None)
    if fault is not None:
        raise StaffError("G05", said=fault.words)
    if all(person.status == SAME for person in people):
        raise StaffError("W55", name=people[0].name)
    return carry_out(place.scope, people)


def _at(code: str) -> dict[str, str]:
    """A picked code as the columns of a list: of a county under 镇街, else under 村."""
    return {"town": code} if code.endswith("000000") else {"village": code}


@require_http_methods(["GET", "POST"])
@at_place(Verb.READ_AREAS, act=Verb.MANAGE_ACCOUNTS)
def more_work(request: HttpRequest, place: Place, pk: int) -> HttpResponseBase:
    """Further work for an account that there is."""
    user = accounts_below(place.scope, place.code).filter(pk=pk).first()
    if user is None:
        raise Http404
    error: Refusal | None = None
    if request.method == "POST":
        try:
            give(request, place, user)
        except Refusal as refusal:
            error = refusal
        else:
            messages.success(request, f"{user}的分工已加上。")
            return redirect("desk:account", place.code, user.pk)
    return page(
        request, place, "administration/account_work.html", "accounts", status=422 if error else 200,
        error=error or "", account=user, typed=request.POST, **choices(place, request.POST.getlist("at")),
    )  # fmt: skip

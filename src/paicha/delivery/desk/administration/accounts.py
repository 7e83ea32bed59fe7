"""The accounts of a place: found by name, number, role, place and state, fifty a page.

What holds: an administrator sees the accounts that have, or had, work below the own place, and no others.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from paicha.delivery.desk.administration.slips import with_key
from paicha.delivery.desk.shell.listing import Column, headings, sort_rows
from paicha.delivery.desk.shell.page import page
from paicha.delivery.desk.shell.paging import page_of
from paicha.delivery.desk.shell.places import Place, at_place
from paicha.domain.accounts.models import User
from paicha.domain.accounts.queries import accounts_below, work_in_words
from paicha.domain.accounts.roles import ROLES, Verb
from paicha.domain.rounds.models import RoundArea

_LONGEST = 40
STATES: dict[str, tuple[str, Q]] = {
    "never": ("没登录过", Q(is_active=True, last_login=None)),
    "used": ("在用", Q(is_active=True, last_login__isnull=False)),
    "off": ("已停用", Q(is_active=False)),
}

_COLUMNS: list[Column[User]] = [
    Column("name", "姓名", lambda user: user.name),
    Column("account", "账号", lambda user: user.username),
    Column("active", "状态", lambda user: (user.is_active, not user.must_change_password)),
    Column("seen", "上次登录", lambda user: user.last_login.timestamp() if user.last_login else 0, down=True),
]


@require_safe
@at_place(Verb.READ_AREAS, act=Verb.MANAGE_ACCOUNTS)
@with_key
def accounts(request: HttpRequest, place: Place) -> HttpResponse:
    """The list, as the address narrows it."""
    found, asked = narrowed(request, place)
    turned = page_of(request, sort_rows(request, list(found), _COLUMNS))
    users = list(turned)
    known = list(
        RoundArea.objects.filter(round=place.round).order_by("code")
    )  # work may lie anywhere in the county
    work = work_in_words(users, {area.code: area.spoken for area in known})
    place.log_read("accounts", len(users))
    return page(
        request, place, "administration/accounts.html", "accounts", paging=turned, asked=asked,
        rows=[(user, work[user.pk]) for user in users], roles=list(ROLES.values()),
        states=[(key, words) for key, (words, _) in STATES.items()],
        below=[area for area in known if area.parent_code == place.code],
        headings=headings(request, _COLUMNS),
    )  # fmt: skip


def narrowed(request: HttpRequest, place: Place) -> tuple[QuerySet[User], dict[str, Any]]:
    """The accounts that the address asks for, and what it asks: `find`, `role`, `state`, `at` (a code below)."""
    asked = {key: request.GET.get(key, "").strip()[:_LONGEST] for key in ("find", "role", "state", "at")}
    if not (asked["at"].isdecimal() and asked["at"].startswith(place.prefix)):
        asked["at"] = ""
    users = accounts_below(place.scope, asked["at"] or place.code, role=asked["role"])
    if asked["find"]:
        users = users.filter(Q(username__icontains=asked["find"]) | Q(name__icontains=asked["find"]))
    if asked["state"] in STATES:
        users = users.filter(STATES[asked["state"]][1])
    return users, asked

"""The accounts of a place: found by name, number, role, place and state, fifty a page.

What holds: an administrator sees the accounts that have, or had, work below the own place, and no others.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from paicha.delivery.desk.administration.slips import with_key
from paicha.delivery.desk.shell.list_file import ListFile, asks_for_file
from paicha.delivery.desk.shell.listing import Column, headings, rows_of, sort_rows
from paicha.delivery.desk.shell.page import page
from paicha.delivery.desk.shell.places import Place, at_place
from paicha.delivery.desk.shell.wording import local_day
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


@require_safe
@at_place(Verb.READ_AREAS, act=Verb.MANAGE_ACCOUNTS)
@with_key
def accounts(request: HttpRequest, place: Place) -> HttpResponse:
    """The list, as the address narrows it."""
    found, asked = narrowed(request, place)
    known = list(
        RoundArea.objects.filter(round=place.round).order_by("code")
    )  # work may lie anywhere in the county
    work: dict[int, list[str]] = {}
    columns = _columns(work)
    every = sort_rows(request, list(found), columns)
    file = ListFile("accounts", f"{place.area.spoken}账号", columns, rows_of(every), Verb.MANAGE_ACCOUNTS)
    if asks_for_file(request):
        work |= work_in_words(every, {area.code: area.spoken for area in known})
        return file.answer(request, place)
    turned = file.rows.page(request)
    users = list(turned)
    work |= work_in_words(users, {area.code: area.spoken for area in known})
    place.log_read("accounts", len(users))
    return page(
        request, place, "administration/accounts.html", "accounts", paging=turned, asked=asked,
        rows=[(user, work[user.pk]) for user in users], roles=list(ROLES.values()),
        states=[(key, words) for key, (words, _) in STATES.items()],
        below=[area for area in known if area.parent_code == place.code],
        headings=headings(request, columns), file=file.offer(place),
    )  # fmt: skip


def _columns(work: Mapping[int, list[str]]) -> list[Column[User]]:
    return [
        Column("姓名", lambda user: user.name, "name"),
        Column("账号", lambda user: user.username, "account", width=16),
        Column("状态", _state, "active", lambda user: (user.is_active, not user.must_change_password)),
        Column("上次登录", lambda user: local_day(user.last_login), "seen",
               lambda user: user.last_login.timestamp() if user.last_login else 0, down=True),
        Column("现在的分工", lambda user: "；".join(work.get(user.pk, [])), width=40),
    ]  # fmt: skip


def _state(user: User) -> str:
    if not user.is_active:
        return "已停用"
    return "用首次密码" if user.must_change_password else "在用"


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

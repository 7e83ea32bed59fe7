"""Accounts from a list: the workbook to fill in, a preview of every line, one confirmation, then the slips.

What holds: what waits between preview and confirmation are the lines alone, in a tray of its owner, never the file;
every line is judged again at the confirmation; passwords are made there and nowhere before.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from paicha.core.refusal import Refusal
from paicha.delivery.desk.administration.slips import lead_to_slips, with_key
from paicha.delivery.desk.files import tray
from paicha.delivery.desk.files.tray import State
from paicha.delivery.desk.shell.page import as_file, page
from paicha.delivery.desk.shell.paging import page_of
from paicha.delivery.desk.shell.places import Place, areas_below, at_place
from paicha.domain.accounts.roles import Verb
from paicha.domain.staff.plan import MORE, NEW, REFUSED, SAME, Person, plan
from paicha.domain.staff.services import carry_out
from paicha.domain.staff.sheet import Line, StaffError, read_sheet
from paicha.domain.staff.template import TITLE, template

JOB = "accounts"  # of a tray
SUFFIXES = ".xlsx,.xls,.et,.ods,.csv"
_MOST_BYTES, _MEGABYTE = 10_000_000, 1_000_000
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
STATUS = {REFUSED: "不收，要改", NEW: "新建账号", MORE: "已有账号，加分工", SAME: "已有，没有变化"}
_LINES = "lines"


def _form(request: HttpRequest, place: Place, *, status: int = 200, error: object = "") -> HttpResponse:
    return page(
        request,
        place,
        "administration/account_upload.html",
        "accounts",
        status=status,
        error=error,
        suffixes=SUFFIXES,
    )


@require_http_methods(["GET", "POST"])
@at_place(Verb.READ_AREAS, act=Verb.MANAGE_ACCOUNTS)
def upload(request: HttpRequest, place: Place) -> HttpResponse:
    """Choose the list; its preview follows."""
    if request.method != "POST":
        return _form(request, place)
    file = request.FILES.get("file")
    try:
        if file is None or (file.size or 0) > _MOST_BYTES:
            raise StaffError("G13", what="账号名单", most=_MOST_BYTES // _MEGABYTE)
        lines = read_sheet(file.read(), file.name or "")
    except Refusal as refusal:
        return _form(request, place, status=422, error=refusal)
    made = tray.make(State(JOB, place.scope.actor, place.code, phase=tray.READY, kind=file.name or ""))
    tray.write_rows(made, _LINES, json.dumps([line.as_dict() for line in lines], ensure_ascii=False))
    return redirect("desk:account_list", place.code, made)


@require_safe
@at_place(Verb.READ_AREAS, act=Verb.MANAGE_ACCOUNTS)
def sheet(_request: HttpRequest, place: Place) -> HttpResponse:
    """The workbook to fill in, with the places below this one."""
    content = template(areas_below(place).values(), place.pack)
    return as_file(content, _XLSX, f"{place.area.spoken}{TITLE}.xlsx")


@require_http_methods(["GET", "HEAD"])
@at_place(Verb.READ_AREAS, act=Verb.MANAGE_ACCOUNTS)
@with_key
def preview(request: HttpRequest, place: Place, tray_id: UUID) -> HttpResponseBase:
    """What every line would do, what needs a person first."""
    state = _own(place, tray_id)
    if state.phase != tray.READY:
        return _form(request, place, status=410, error=StaffError("W52"))
    return _show(request, place, tray_id, state)


def _show(
    request: HttpRequest, place: Place, tray_id: UUID, state: State, *, status: int = 200, error: object = ""
) -> HttpResponse:
    people = plan(place.scope, place.round, _lines(tray_id))
    counted = Counter(person.status for person in people)
    only = request.GET.get("only", "")
    order = list(STATUS)
    listed = sorted((p for p in people if only in ("", p.status)), key=lambda p: order.index(p.status))
    turned = page_of(request, listed)
    place.log_read("account_list", len(turned))
    return page(
        request, place, "administration/account_list.html", "accounts", status=status, error=error,
        name=state.kind, people=[(person, STATUS[person.status]) for person in turned], paging=turned, only=only,
        chips=[(key, words, counted[key]) for key, words in STATUS.items() if counted[key]], total=len(people),
        new=counted[NEW], more=counted[MORE], refused=counted[REFUSED], tray_id=tray_id,
    )  # fmt: skip


@require_POST
@at_place(Verb.READ_AREAS, act=Verb.MANAGE_ACCOUNTS)
@with_key
def make(request: HttpRequest, place: Place, tray_id: UUID) -> HttpResponseBase:
    """Make the accounts of a list that was looked at, and lead to their slips; what is refused is left out."""
    state = _own(place, tray_id)
    if state.phase != tray.READY:
        return _form(request, place, status=410, error=StaffError("W52"))
    people = plan(place.scope, place.round, _lines(tray_id))
    try:
        slips = carry_out(place.scope, people)
    except Refusal as refusal:
        return _show(request, place, tray_id, state, status=422, error=refusal)
    if not tray.begin(tray_id, replace(state, job="import", phase=tray.DONE)):
        raise StaffError("W52")  # somebody pressed at the very same moment: nothing of this one stays
    tray.empty(tray_id)
    _tell(request, people)
    return lead_to_slips(request, slips) if slips else redirect("desk:accounts", place.code)


def _tell(request: HttpRequest, people: list[Person]) -> None:
    counted = Counter(person.status for person in people)
    said = [
        words.format(n=counted[key])
        for key, words in ((NEW, "新建 {n} 个账号"), (MORE, "{n} 人加了分工"), (REFUSED, "{n} 行没有收"))
        if counted[key]
    ]
    again = "。没有收的改好后把同一份名单再传一次，已建的不会重复" if counted[REFUSED] else ""
    messages.success(request, "，".join(said) + again + "。")


def _lines(tray_id: UUID) -> list[Line]:
    return [Line(**one) for one in json.loads(tray.read_rows(tray_id, _LINES) or "[]")]


def _own(place: Place, tray_id: UUID) -> State:
    """The state of one's own list. Raises Http404."""
    state = tray.load(tray_id)
    if state is None or state.actor != place.scope.actor or state.code != place.code or not state.kind:
        raise Http404
    return state

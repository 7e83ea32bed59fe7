"""A village's phones: which there are, what they sent that waits for a person, and work that comes as a file."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from paicha.core.refusal import Refusal
from paicha.delivery.desk.devices.presenters import STATUSES, cards, heads, said, what
from paicha.delivery.desk.shell.page import page
from paicha.delivery.desk.shell.places import Place, at_place, require
from paicha.domain.accounts.roles import Verb
from paicha.domain.responses.services import village_work
from paicha.domain.sync.devices import revoke
from paicha.domain.sync.handover_file import phones_of, settle_item, take_file
from paicha.domain.sync.raised_items import RaisedError, dismiss, may_take, take_in
from paicha.domain.sync.waiting import raised_waiting, refused_items

_MOST_BYTES = 20_000_000


@require_http_methods(["GET", "POST"])
@at_place(Verb.READ_HOUSEHOLDS, act=Verb.IMPORT_FILES, whole=True)
def phones(request: HttpRequest, place: Place) -> HttpResponse:
    """The page; posted, one thing that waits is taken in, dismissed or looked at, or a phone is switched off."""
    _village_alone(place)
    error = ""
    if request.method == "POST":
        try:
            messages.success(request, _act(request, place))
            return redirect("desk:phones", place.code)
        except Refusal as refused:
            error = str(refused)
    raised = list(raised_waiting(place.round, place.area.area_id))
    items = list(refused_items(place.round, place.area.area_id))
    known = heads([*raised, *items])
    place.log_read("phones", len(raised) + len(items))
    return page(
        request, place, "devices/village.html", "upload", status=422 if error else 200, error=error,
        raised=[(row, what(row), known.get(row.household, "")) for row in raised],
        items=[(row, said(row), known.get(row.household, "")) for row in items],
        phones=cards(phones_of(place.code, place.area.area_id)), may_revoke=place.may(Verb.ASSIGN_SURVEYORS),
        may_take=place.may(Verb.RAISE_PROBLEMS),
    )  # fmt: skip


@require_http_methods(["POST"])
@at_place(Verb.READ_HOUSEHOLDS, act=Verb.IMPORT_FILES, whole=True)
def hand_over_file(request: HttpRequest, place: Place) -> HttpResponse:
    """Take a hand-over file in, and show the receipts."""
    _village_alone(place)
    try:
        sent = _sent_file(request)
        handed = take_file(place.scope, sent.name or "", sent.read())
    except Refusal as refused:
        messages.error(request, str(refused))
        return redirect("desk:phones", place.code)
    names = heads(handed.receipts)
    place.log_read("phones", len(names))
    lines = [
        (names.get(r.household, ""), r.household, STATUSES.get(r.status, r.status),
         "；".join(m["message"] for m in r.messages if m.get("message")))
        for r in handed.receipts
    ]  # fmt: skip
    return page(request, place, "devices/file.html", "upload", handed=handed, lines=lines)


def _sent_file(request: HttpRequest) -> UploadedFile[bytes]:
    sent = request.FILES.get("file")
    if not isinstance(sent, UploadedFile):
        raise Refusal("D29")
    if sent.size is None or sent.size > _MOST_BYTES:
        raise Refusal("D30")
    return sent


def _village_alone(place: Place) -> None:
    if not place.is_village:
        raise Http404


def _act(request: HttpRequest, place: Place) -> str:
    """One act of the page; returns what to say. Raises DeviceError, RaisedError, Http404."""
    act, reason = request.POST.get("act", ""), request.POST.get("reason", "")
    try:
        id_ = UUID(request.POST.get("id", ""))
    except ValueError as error:
        raise Http404 from error
    village = place.area.area
    if act == "revoke":
        require(place, Verb.ASSIGN_SURVEYORS)
        device = phones_of(place.code, place.area.area_id).filter(pk=id_).first()
        if device is None:
            raise Http404
        revoke(device, reason, place.scope.actor)
        return f"{device.name}已停用：不能再看，没传完的还能传上来。"
    if act == "settle":
        item = refused_items(place.round, place.area.area_id).filter(pk=id_).first()
        if item is None:
            raise Http404
        with village_work(place.round, place.pack, village, place.scope.actor) as work:
            settle_item(work, item)
        return "记下了：这一份看过了。"
    raised = raised_waiting(place.round, place.area.area_id).filter(pk=id_).first()
    if raised is None:
        raise Http404
    require(place, Verb.RAISE_PROBLEMS)
    level = place.scope.reach(Verb.RAISE_PROBLEMS, place.code)
    if act == "take" and not may_take(place.pack, raised.kind, level):
        raise RaisedError("W27")
    with village_work(place.round, place.pack, village, place.scope.actor) as work:
        if act == "take":
            take_in(work, raised, f"field:{raised.user_id}@{raised.device}")
            return "收下了。"
        dismiss(work, raised, reason)
        return "记下了：不收，理由留着。"

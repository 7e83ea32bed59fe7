"""Files in and out: upload with a preview of every row, progress, and downloads of the official forms.

What holds: nothing is stored before the person has seen what will happen; one file of one village is looked at
at once, more go to the worker while the page polls.
"""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRefresh

from paicha.core.bounds import whole
from paicha.core.catalogue import sentence
from paicha.delivery.desk.files import tray
from paicha.delivery.desk.files.preview import UNDOING, left_of, shown
from paicha.delivery.desk.files.tasks import cancel as stop
from paicha.delivery.desk.files.tasks import run, work_on
from paicha.delivery.desk.files.tray import State
from paicha.delivery.desk.shell.list_file import XLSX
from paicha.delivery.desk.shell.page import as_file, asks_for_part, own_address, page
from paicha.delivery.desk.shell.places import Place, at_place
from paicha.domain.accounts.roles import Verb
from paicha.domain.audit.services import read_logged
from paicha.domain.jobs.queue import working
from paicha.domain.reports import documents, export

_AT_ONCE_BYTES = 2_000_000
_TOO_MANY_BYTES = 600_000_000
SUFFIXES = ".xlsx,.xls,.et,.ods,.csv,.txt,.htm,.html,.mht,.mhtml,.xml"
_MADE = {
    "export": "export",
    "list": "list",
}  # the file of a tray, by its job; others have the rows that were refused
_TYPES = {
    "xlsx": XLSX,
    "pdf": "application/pdf",
    "zip": "application/zip",
}


@require_http_methods(["GET", "POST"])
@at_place(Verb.READ_AREAS, act=Verb.IMPORT_FILES)
def upload(request: HttpRequest, place: Place) -> HttpResponse:
    """Choose files; a preview follows."""
    if request.method == "GET":
        return page(request, place, "files/upload.html", "upload", suffixes=SUFFIXES)
    files = request.FILES.getlist("files")
    error = ""
    if not files:
        error = sentence("U17")
    elif sum(file.size or 0 for file in files) > _TOO_MANY_BYTES:
        error = sentence("U18")
    if error:
        return page(request, place, "files/upload.html", "upload", suffixes=SUFFIXES, error=error, status=422)
    state = State("preview", place.scope.actor, place.code if place.is_village else "", total=len(files))
    made = tray.make(state, files, place.pack)
    start(made, at_once=place.is_village and len(files) == 1 and (files[0].size or 0) < _AT_ONCE_BYTES)
    return redirect("desk:tray", place.code, made)


def start(made: UUID, *, at_once: bool) -> None:
    """Do what a tray is for: here and now, or by the worker."""
    if at_once:
        run(made)
    else:
        work_on.enqueue(str(made))


@at_place(Verb.READ_AREAS)
def tray_page(request: HttpRequest, place: Place, tray_id: UUID) -> HttpResponse:
    """Where an upload or export stands: waiting, running, a preview, or what was done."""
    state = _own(place, tray_id)
    cancelling = state.busy and tray.to_be_cancelled(tray_id, state.job)
    alone = state.phase == tray.WAITING and not working()
    context: dict[str, Any] = {"state": state, "tray_id": tray_id, "cancelling": cancelling, "alone": alone}
    if asks_for_part(request) and state.busy:
        return render(request, "desk/files/_progress.html", context | {"place": place})
    if asks_for_part(request):
        return HttpResponseClientRefresh()
    if state.job in UNDOING and not state.busy:
        context |= left_of(request, place, state)
    elif state.phase == tray.READY:
        context |= shown(request, place, tray_id, state)
        place.log_read("preview", len(context["listed"]))
    return page(request, place, "files/tray.html", "download" if state.job in _MADE else "upload", **context)


def _own(place: Place, tray_id: UUID) -> State:
    state = tray.load(tray_id)
    if state is None or state.actor != place.scope.actor:
        raise Http404
    return state


@require_POST
@at_place(Verb.READ_AREAS, act=Verb.IMPORT_FILES)
def confirm(request: HttpRequest, place: Place, tray_id: UUID) -> HttpResponse:
    """The person has seen what will happen: now it does."""
    state = _own(place, tray_id)
    if state.job == "preview" and state.phase == tray.READY:
        small = len(state.files) == 1 and state.result.get("rows", 0) < 2000 and bool(state.code)
        begun = replace(state, job="import", phase=tray.WAITING, n=0, began=0.0)
        if tray.begin(tray_id, begun):  # once, however often the button was pressed
            start(tray_id, at_once=small)
    return redirect("desk:tray", place.code, tray_id)


@require_POST
@at_place(Verb.READ_AREAS)
def cancel(request: HttpRequest, place: Place, tray_id: UUID) -> HttpResponse:
    """Whoever began it stops it: at once while it waits, before the next file or village while it runs."""
    _own(place, tray_id)
    stop(tray_id)
    return redirect("desk:tray", place.code, tray_id)


@at_place(Verb.READ_AREAS, act=Verb.EXPORT)
def download(request: HttpRequest, place: Place) -> HttpResponseBase:
    """What may be downloaded; with `as`, the file itself."""
    kind = request.GET.get("as", "")
    if not kind:
        return page(request, place, "files/download.html", "download")
    if kind not in ("xlsx", "pdf"):
        raise Http404
    content, name = _file(request, place, kind)
    return as_file(content, _TYPES[kind], name)


def _file(request: HttpRequest, place: Place, kind: str) -> tuple[bytes, str]:
    who = str(request.user)
    if place.is_village:
        with tempfile.TemporaryDirectory() as made:
            done = export.export_area(
                place.round,
                place.area,
                "pdf" if kind == "pdf" else "xlsx",
                Path(made),
                scope=place.scope,
                exporter=who,
            )
            content = (Path(made) / done.files[0][0]).read_bytes()
    else:
        document = documents.town_document(
            place.round, place.pack, place.area, scope=place.scope, exporter=who
        )
        content = export.write(document, place.pack, "pdf" if kind == "pdf" else "xlsx")
        read_logged(place.scope.actor, f"export.{kind}", f"area:{place.code}", len(document.sheets))
    title = "各表" if place.is_village else (place.pack.statistics.label if place.pack.statistics else "")
    return content, f"{place.code}-{place.town if place.is_village else ''}{place.area.spoken}{title}.{kind}"


@require_POST
@at_place(Verb.READ_AREAS, act=Verb.EXPORT)
def export_all(request: HttpRequest, place: Place) -> HttpResponse:
    """Every village of a town or county in one archive, made by the worker."""
    kind = request.POST.get("as", "")
    if kind not in ("xlsx", "pdf"):
        raise Http404
    made = tray.make(State("export", place.scope.actor, place.code, kind=kind))
    start(made, at_once=False)
    return redirect("desk:tray", place.code, made)


@require_http_methods(["GET", "POST"])
@at_place(Verb.READ_AREAS)
def list_file(request: HttpRequest, place: Place) -> HttpResponse:
    """A list too long to be written at once: how long it is, and the button that has the worker write it."""
    address = own_address(request, request.GET.get("list", ""))
    if not address:
        return redirect("desk:area", place.code)
    if request.method == "GET":
        n = whole(request.GET.get("n", "")) or 0
        return page(request, place, "files/list_file.html", "download", n=n, back=address)
    made = tray.make(State("list", place.scope.actor, place.code, kind=address))
    start(made, at_once=False)
    return redirect("desk:tray", place.code, made)


@at_place(Verb.READ_AREAS)
def fetch(request: HttpRequest, place: Place, tray_id: UUID) -> HttpResponseBase:
    """The archive that was made, or the rows that were refused."""
    state = _own(place, tray_id)
    kind = state.made.rpartition(".")[2]
    file = tray.folder(tray_id) / f"{_MADE.get(state.job, 'returned')}.{kind}"
    if state.busy or kind not in _TYPES or not file.is_file():
        raise Http404
    read_logged(place.scope.actor, f"fetch.{state.job}", f"area:{place.code}", state.result.get("refused", 1))
    return FileResponse(file.open("rb"), as_attachment=True, filename=state.made, content_type=_TYPES[kind])

"""Files in and out: upload with a preview of every row, progress, and downloads of the official forms.

What holds: nothing is stored before the person has seen what will happen; one file of one village is looked at
at once, more go to the worker while the page polls.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from paicha.delivery.desk import tray
from paicha.delivery.desk.frame import page
from paicha.delivery.desk.places import Place, at_place
from paicha.delivery.desk.tasks import run, work_on
from paicha.delivery.desk.tray import State
from paicha.domain.accounts.roles import Verb
from paicha.domain.audit.services import read_logged

_AT_ONCE_BYTES = 2_000_000
_TOO_MANY_BYTES = 600_000_000
_SHOWN = 100
SUFFIXES = ".xlsx,.xls,.ods,.csv"
_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
    "zip": "application/zip",
}
STATUS = {
    "created": "新增农户", "stored": "写入", "merged": "与别人的填写合并", "unchanged": "没有变化",
    "conflict": "冲突，要人来定", "refused": "不收，要改", "held": "先存着，本村已上报",
}  # fmt: skip
_ORDER = {
    name: number
    for number, name in enumerate(("refused", "conflict", "held", "created", "merged", "stored", "unchanged"))
}


@require_http_methods(["GET", "POST"])
@at_place(Verb.READ_AREAS, act=Verb.IMPORT_FILES)
def upload(request: HttpRequest, place: Place) -> HttpResponse:
    """Choose files; a preview follows."""
    if request.method == "GET":
        return page(request, place, "upload.html", "upload", suffixes=SUFFIXES)
    files = request.FILES.getlist("files")
    error = ""
    if not files:
        error = "还没有选文件，请先选一个或几个表格文件。"
    elif sum(file.size or 0 for file in files) > _TOO_MANY_BYTES:
        error = "这些文件合起来太大，请分几次上传。"
    if error:
        return page(request, place, "upload.html", "upload", suffixes=SUFFIXES, error=error, status=422)
    state = State("preview", place.scope.actor, place.code if place.is_village else "", total=len(files))
    made = tray.make(state, files)
    _start(made, at_once=place.is_village and len(files) == 1 and (files[0].size or 0) < _AT_ONCE_BYTES)
    return redirect("desk:tray", place.code, made)


def _start(made: UUID, *, at_once: bool) -> None:
    if at_once:
        run(made)
    else:
        work_on.enqueue(str(made))


@at_place(Verb.READ_AREAS)
def tray_page(request: HttpRequest, place: Place, tray_id: UUID) -> HttpResponse:
    """Where an upload or export stands: waiting, running, a preview, or what was done."""
    state = _own(place, tray_id)
    context = _shown(request, state) | {"state": state, "tray_id": tray_id}
    if request.headers.get("HX-Request") and state.busy:
        return render(request, "desk/_progress.html", context | {"place": place})
    if request.headers.get("HX-Request"):
        response = HttpResponse()
        response["HX-Refresh"] = "true"
        return response
    if state.phase == tray.READY:
        place.log_read("preview", len(state.plan))
    return page(request, place, "tray.html", "download" if state.job == "export" else "upload", **context)


def _own(place: Place, tray_id: UUID) -> State:
    state = tray.load(tray_id)
    if state is None or state.actor != place.scope.actor:
        raise Http404
    return state


def _shown(request: HttpRequest, state: State) -> dict[str, Any]:
    """The rows of a plan, what needs a person first; messages about files and sheets apart."""
    counted = Counter(line["status"] for line in state.plan)
    only = request.GET.get("status", "")
    plan = [
        line for line in state.plan if (line["status"] == only if only else line["status"] != "unchanged")
    ]
    plan.sort(key=lambda line: _ORDER.get(line["status"], 9))
    lines = [(line, STATUS.get(line["status"], line["status"])) for line in plan[:_SHOWN]]
    told = [m for line in state.plan for m in line["messages"]]
    general = [m for m in state.result.get("messages", []) if m["message"] not in told]
    return {
        "lines": lines, "more": max(len(plan) - _SHOWN, 0), "only": only, "general": general[:_SHOWN],
        "counted": [(s, STATUS[s], counted[s]) for s in sorted(STATUS, key=lambda s: _ORDER[s]) if counted[s]],
    }  # fmt: skip


@require_POST
@at_place(Verb.READ_AREAS, act=Verb.IMPORT_FILES)
def confirm(request: HttpRequest, place: Place, tray_id: UUID) -> HttpResponse:
    """The person has seen what will happen: now it does."""
    state = _own(place, tray_id)
    if state.job == "preview" and state.phase == tray.READY:
        small = len(state.files) == 1 and len(state.plan) < 2000 and bool(state.code)
        state.job, state.phase, state.n, state.plan = "import", tray.WAITING, 0, []
        tray.save(tray_id, state)
        _start(tray_id, at_once=small)
    return redirect("desk:tray", place.code, tray_id)


@at_place(Verb.READ_AREAS, act=Verb.EXPORT)
def download(request: HttpRequest, place: Place) -> HttpResponseBase:
    """What may be downloaded; with `as`, the file itself."""
    kind = request.GET.get("as", "")
    if not kind:
        return page(request, place, "download.html", "download")
    if kind not in ("xlsx", "pdf"):
        raise Http404
    content, name = _file(request, place, kind)
    response = HttpResponse(content, content_type=_TYPES[kind])
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return response


def _file(request: HttpRequest, place: Place, kind: str) -> tuple[bytes, str]:
    from paicha.domain.reports import documents, exporting

    who = str(request.user)
    if place.is_village:
        with tempfile.TemporaryDirectory() as made:
            done = exporting.export_area(
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
        content = exporting.write(document, place.pack, "pdf" if kind == "pdf" else "xlsx")
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
    _start(made, at_once=False)
    return redirect("desk:tray", place.code, made)


@at_place(Verb.READ_AREAS)
def fetch(request: HttpRequest, place: Place, tray_id: UUID) -> HttpResponseBase:
    """The archive that was made, or the rows that were refused."""
    state = _own(place, tray_id)
    kind = state.made.rpartition(".")[2]
    file = tray.folder(tray_id) / f"{'export' if state.job == 'export' else 'returned'}.{kind}"
    if state.busy or kind not in _TYPES or not file.is_file():
        raise Http404
    read_logged(place.scope.actor, f"fetch.{state.job}", f"area:{place.code}", state.result.get("refused", 1))
    return FileResponse(file.open("rb"), as_attachment=True, filename=state.made, content_type=_TYPES[kind])

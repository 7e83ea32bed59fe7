"""The history of uploads, and one of them taken back: first what that would do, then done.

What holds: a list names the uploads that wrote in the area, and one's own; refused rows can be fetched again while
they are kept, by the one who sent them; taking back is a work of the tray, as an import is.
"""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from paicha.delivery.desk.files import tray
from paicha.delivery.desk.files.transfer import start
from paicha.delivery.desk.files.tray import State
from paicha.delivery.desk.shell.page import page
from paicha.delivery.desk.shell.paging import page_of
from paicha.delivery.desk.shell.places import Place, at_place
from paicha.delivery.desk.shell.wording import who_text
from paicha.domain.accounts.roles import Verb
from paicha.domain.intake.history import uploads
from paicha.domain.intake.interruptions import cut_short, interruption
from paicha.domain.responses.models import Upload
from paicha.domain.responses.queries import names

_SIZE = 30
_AT_ONCE_VILLAGES = 3
_NAMED = 3  # files that a line names


@at_place(Verb.READ_AREAS, act=Verb.IMPORT_FILES)
def history(request: HttpRequest, place: Place) -> HttpResponse:
    """What was taken in here, newest first: who, when, which files, what became of it."""
    found = uploads(place.round, area=place.prefix, actor=place.scope.actor)
    turned = page_of(request, found, _SIZE)
    listed = list(turned)
    cut = cut_short()
    known = names({one.actor for one in listed} | {one.undone_by for one in listed if one.undone_by})
    lines = [
        {
            "upload": one, "who": who_text(known, one.actor), "counts": one.result or {}, "cut": interruption(one, cut),
            "more": len(one.files) - _NAMED, "files": one.files[:_NAMED], "refused": _has_refused_rows(one, place),
            "undone_by": who_text(known, one.undone_by),
        }
        for one in listed
    ]  # fmt: skip
    return page(request, place, "files/uploads.html", "upload", lines=lines, paging=turned)


def _has_refused_rows(upload: Upload, place: Place) -> bool:
    """Whether the rows that it refused can still be fetched by the one who asks."""
    state = tray.load(upload.pk) if upload.actor == place.scope.actor else None
    return state is not None and bool(state.made) and not state.busy


@require_POST
@at_place(Verb.READ_AREAS, act=Verb.IMPORT_FILES)
def undo(request: HttpRequest, place: Place, tray_id: UUID) -> HttpResponse:
    """Look at what taking an upload back would do; with `sure`, do it. Twice is once."""
    found = uploads(place.round, area=place.prefix, actor=place.scope.actor).filter(pk=tray_id).first()
    if found is None:
        raise Http404
    job = "undo" if request.POST.get("sure") else "undo_preview"
    state = State(job, place.scope.actor, place.code, files=found.files[:_NAMED], kind=str(found.pk))
    made = tray.make(state)
    start(made, at_once=found.villages.count() <= _AT_ONCE_VILLAGES)
    return redirect("desk:tray", place.code, made)

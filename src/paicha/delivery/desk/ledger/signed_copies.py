"""Signed copies: scans of the paper that people signed, by form, each with its checksum; and reading one again."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from paicha.core.bounds import whole
from paicha.core.refusal import Refusal
from paicha.delivery.desk.shell.page import as_file, page
from paicha.delivery.desk.shell.places import Place, at_place, at_record, require
from paicha.domain.accounts.roles import Verb
from paicha.domain.audit.services import read_logged
from paicha.domain.files.services import FileDamaged, media_type, read_file
from paicha.domain.handover.checklist import signers_asked
from paicha.domain.handover.copies import attach_copy
from paicha.domain.handover.errors import HandoverError
from paicha.domain.handover.models import SignedCopy
from paicha.domain.responses.queries import names

_ACCEPT = ".pdf,.jpg,.jpeg,.png"


@require_http_methods(["GET", "POST"])
@at_place(Verb.READ_STATISTICS, whole=True)
def copies(request: HttpRequest, place: Place) -> HttpResponse:
    """The copies of a village by form, and attaching or replacing one."""
    if not place.is_village:
        raise Http404
    error = ""
    if request.method == "POST":
        require(place, Verb.IMPORT_FILES)
        try:
            n = _attach(request, place)
        except Refusal as refused:
            error = str(refused)
        else:
            messages.success(request, f"{n} 页已经附上。")
            return redirect("desk:copies", place.code)
    rows = SignedCopy.objects.filter(round=place.round, village=place.area.area_id)
    listed = list(rows.select_related("file").order_by("pk"))
    asked = signers_asked(place.pack)
    by_form = [
        (
            form,
            [c for c in listed if c.form == form.name and c.replaced_by_id is None],
            [c for c in listed if c.form == form.name and c.replaced_by_id is not None],
            form.name in asked,
        )
        for form in place.pack.forms
        if form.name in place.pack.household_forms or form.name in asked
    ]
    return page(
        request, place, "ledger/signed_copies.html", "handup", status=422 if error else 200, error=error,
        forms=by_form,
        owed=sum(signed and not now for _, now, _, signed in by_form),
        names=names({c.by for c in listed}), accept=_ACCEPT,
        may_attach=place.may(Verb.IMPORT_FILES), may_open=place.may(Verb.READ_HOUSEHOLDS),
        chosen=request.POST.get("form") or request.GET.get("form", ""),
    )  # fmt: skip


def _attach(request: HttpRequest, place: Place) -> int:
    files = request.FILES.getlist("files")
    if not files:
        raise HandoverError("H56")
    replaced = request.POST.get("replaces", "")
    replaces = whole(replaced)
    if replaces is not None and len(files) > 1:
        raise HandoverError("H57")
    area = place.area.area
    form = request.POST.get("form", "")
    for file in files:
        attach_copy(
            place.round, place.pack, area, place.scope.actor, form, file.name or "", file.chunks(),
            replaces=replaces,
        )  # fmt: skip
    return len(files)


@at_record(SignedCopy, Verb.READ_HOUSEHOLDS, related=("file",))
def copy(request: HttpRequest, place: Place, found: SignedCopy) -> HttpResponse:
    """A copy as it was uploaded, for reading; logged, since it holds names."""
    try:
        content = read_file(found.file)
    except FileDamaged as damaged:
        return page(request, place, "ledger/damaged.html", "handup", status=500, error=str(damaged))
    response = as_file(
        content, media_type(found.file), f"{found.form}-{found.pk}.{found.file.type}", inline=True
    )
    read_logged(place.scope.actor, "signed_copy", f"{place.code} copy:{found.pk}", 1)
    return response

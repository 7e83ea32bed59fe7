"""One's own phones: what waits there, renaming, switching off."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from paicha.core.refusal import Refusal
from paicha.delivery.desk.devices.presenters import cards
from paicha.delivery.desk.shell.places import Policy, states
from paicha.delivery.desk.shell.qr import phone_code
from paicha.domain.accounts.models import User
from paicha.domain.accounts.policies import scope
from paicha.domain.sync.devices import may_enrol, rename, revoke
from paicha.domain.sync.models import Device


@require_http_methods(["GET", "POST"])
@states(Policy("own"))
def own(request: HttpRequest) -> HttpResponse:
    """The list; posted, one phone gets another name or is switched off."""
    user = request.user
    assert isinstance(user, User)
    error = ""
    if request.method == "POST":
        device = _own(user, request.POST.get("device", ""))
        try:
            if request.POST.get("act") == "rename":
                rename(device, request.POST.get("name", ""), str(user.pk))
                messages.success(request, "名字改好了。")
            else:
                revoke(device, request.POST.get("reason", ""), str(user.pk))
                messages.success(request, "已停用：不能再看，没传完的还能传上来。")
            return redirect("desk:own_phones")
        except Refusal as refused:
            error = str(refused)
    mine = Device.objects.filter(user=user).order_by("revoked_at", "-seen_at", "pk")
    return render(
        request, "desk/devices/own.html",
        {"phones": cards(mine), "may": may_enrol(scope(user)), "error": error, "typed": request.POST,
         "phone_code": phone_code(request), "field_at": request.build_absolute_uri("/field/")},
        status=422 if error else 200,
    )  # fmt: skip


def _own(user: User, text: str) -> Device:
    try:
        found = Device.objects.filter(user=user, pk=UUID(text)).first()
    except ValueError as error:
        raise Http404 from error
    if found is None:
        raise Http404
    return found

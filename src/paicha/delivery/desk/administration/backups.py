"""Backups in the home's own folder: made and read through by the worker; where they stand and how one is restored.

What holds: a backup holds every household and the keys, which an administrator may not see; so none is handed to a
browser, and whoever runs the machine copies it, as with the command's.
"""

from __future__ import annotations

import logging

from django.conf import settings
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django_tasks import task

from paicha.delivery.desk.administration.county import at_county
from paicha.delivery.desk.shell.page import asks_for_part, page
from paicha.delivery.desk.shell.places import Place
from paicha.delivery.desk.shell.refusals import refused_to
from paicha.domain.accounts.roles import Verb
from paicha.domain.jobs.queue import working
from paicha.domain.upkeep.backups import (
    begin_backup,
    begin_check,
    every_backup,
    folder,
    give_up_backup,
    work_on_backup,
)
from paicha.domain.upkeep.data import last_backup

_log = logging.getLogger(__name__)
_MIB = 1024**2


@task()
def work_on(name: str) -> None:
    """Make, or read through, a backup. For the worker."""
    try:
        work_on_backup(name)
    except OperationalError:  # locked or away: the queue tries no second time, so it ends with its sentence
        _log.exception("backup %s failed", name)
        give_up_backup(name)


def _page(request: HttpRequest, place: Place, *, status: int = 200, error: object = "") -> HttpResponse:
    found = every_backup()
    context = {
        "backups": [(one, one.size / _MIB) for one in found], "busy": next((one for one in found if one.busy), None),
        "alone": not working(),
    }  # fmt: skip
    if asks_for_part(request) and request.method == "GET":
        return render(request, "desk/administration/_backups.html", context | {"place": place})
    return page(
        request, place, "administration/backups.html", "backups", status=status, error=error, folder=folder(),
        home=settings.PAICHA_HOME, last=last_backup(), **context,
    )  # fmt: skip


@require_safe
@at_county(Verb.MANAGE_PACKS)
@never_cache
def backups(request: HttpRequest, place: Place) -> HttpResponse:
    """The worker's backups, and how far one is that is under way."""
    return _page(request, place)


@require_POST
@at_county(Verb.MANAGE_PACKS)
@refused_to(_page)
def backup_make(request: HttpRequest, place: Place) -> HttpResponse:
    """Ask the worker for a backup now."""
    work_on.enqueue(begin_backup(place.scope.actor).name)
    return redirect("desk:backups", place.code)


@require_POST
@at_county(Verb.MANAGE_PACKS)
@refused_to(_page)
def backup_check(request: HttpRequest, place: Place) -> HttpResponse:
    """Ask the worker to read one through again."""
    work_on.enqueue(begin_check(request.POST.get("name", "")).name)
    return redirect("desk:backups", place.code)

"""Lines of entry on a village's first page: what somebody typed and has not stored; who must be visited again."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse

from paicha.delivery.desk.shell.places import Place
from paicha.delivery.desk.shell.todo import Todo
from paicha.domain.accounts.roles import Verb
from paicha.domain.responses.models import VillageSummary


def todos(place: Place, summary: VillageSummary) -> Iterable[Todo]:
    """From the summary row alone."""
    if not place.may(Verb.SUBMIT_ANSWERS):
        return
    waiting = summary.fact.drafts.get(place.scope.actor, 0)
    yield Todo(
        waiting, "户您填了没存上", "改好再存，才算排查过", "接着填", reverse("desk:entry", args=[place.code])
    )

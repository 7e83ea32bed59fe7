"""The line of duplicates on first pages: clusters that nobody has looked at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.urls import reverse

from paicha.delivery.desk.shell.places import Place
from paicha.delivery.desk.shell.todo import Todo
from paicha.domain.accounts.roles import Verb
from paicha.domain.duplicates.queries import numbers, pairs_at
from paicha.domain.responses.models import VillageSummary


def todos(place: Place, clusters: int) -> Iterator[Todo]:
    """What a village has to tell apart or merge; `clusters` were read with its summary row."""
    if clusters and place.may(Verb.SETTLE_CONFLICTS):
        yield _line(place, clusters)


def watched(place: Place, rows: Sequence[VillageSummary]) -> Iterator[Todo]:
    """The same over a town's or the county's villages, across them too; one query."""
    yield _line(place, len(numbers(pairs_at(place.scope, place.code))))


def _line(place: Place, n: int) -> Todo:
    return Todo(n, "组农户疑似重复", "", "去看", reverse("desk:duplicates", args=[place.code]), aside=True)

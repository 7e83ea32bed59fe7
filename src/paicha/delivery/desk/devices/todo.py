"""Lines of work that phones bring: refused items, and what was raised and waits."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse

from paicha.delivery.desk.shell.places import Place
from paicha.delivery.desk.shell.todo import Todo
from paicha.domain.accounts.roles import Verb
from paicha.domain.responses.models import VillageSummary


def todos(place: Place, summary: VillageSummary) -> Iterator[Todo]:
    """What a person of the village must look at, by its summary row alone."""
    if not place.may(Verb.IMPORT_FILES):
        return
    at = reverse("desk:phones", args=[place.code])
    yield Todo(
        summary.fact.field_refused,
        "份手机传来的没收下，等您看",
        "",
        "去看",
        f"{at}#refused",
    )
    yield Todo(summary.fact.field_raised, "件手机上提的等村里收", "", "去收", f"{at}#raised")

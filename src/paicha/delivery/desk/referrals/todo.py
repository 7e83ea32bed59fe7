"""The line of referrals on a town's or the county's first page: what departments answer too late."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.urls import reverse

from paicha.delivery.desk.referrals.referrals import count
from paicha.delivery.desk.shell.places import Place
from paicha.delivery.desk.shell.todo import Todo
from paicha.domain.responses.models import VillageSummary


def watched(place: Place, rows: Sequence[VillageSummary]) -> Iterator[Todo]:
    """What a town or the county keeps an eye on, over its villages."""
    late = sum(count(s, "late") for s in rows)
    address = reverse("desk:sent_referrals", args=[place.code]) + "?state=late"
    yield Todo(late, "件部门核实过了答复期限", "", "看", address, late=True)

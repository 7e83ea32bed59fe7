"""Lines of changes of base data for the first pages: what a village has not entered, and what waits for too long."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from django.urls import reverse

from paicha.delivery.desk.households.base_changes import count
from paicha.delivery.desk.shell.places import Place
from paicha.delivery.desk.shell.todo import Todo
from paicha.domain import clock
from paicha.domain.responses.models import VillageSummary
from paicha.domain.responses.services.base_changes import LATE_DAYS


def todos(place: Place, summary: VillageSummary) -> Iterator[Todo]:
    """What a village has to do here, by its summary row alone."""
    since = summary.fact.changes_since
    days = (clock.today() - date.fromisoformat(since)).days if since else 0
    address = reverse("desk:changes", args=[place.code]) + "?state=open"
    yield Todo(
        count(summary, "open"), "处信息变更还没录入全国系统", f"最早一处已有 {days} 天" if days else "",
        "看清单", address, late=bool(count(summary, "late")),
    )  # fmt: skip


def watched(place: Place, rows: Sequence[VillageSummary]) -> Iterator[Todo]:
    """What a town or the county keeps an eye on, over its villages."""
    late = sum(count(s, "late") for s in rows)
    address = reverse("desk:changes", args=[place.code]) + "?state=late"
    yield Todo(late, f"处信息变更满 {LATE_DAYS} 天没录入全国系统", "", "看", address, late=True)

"""What phones brought that a person of the village must still look at, and the facts that say how much there is."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Q, QuerySet

from paicha.domain.responses.services import VillageWork, record_facts
from paicha.domain.rounds.models import Round
from paicha.domain.sync.models import RaisedItem, SyncItem

RAISED = Q(status__in=(RaisedItem.Status.HELD, RaisedItem.Status.REFUSED))
REFUSED = Q(kind=SyncItem.Kind.ANSWERS, status="refused", settled_at=None)
KEPT = Q(status__in=("conflict", "held", "refused"), settled_at=None)


def refused_items(round_: Round, village: int) -> QuerySet[SyncItem]:
    """Items that were refused and nobody has settled yet, the oldest first."""
    rows = SyncItem.objects.filter(REFUSED, round=round_, village=village)
    return rows.select_related("user").order_by("at", "pk")


def errands_waiting(kind: str, errands: Collection[int]) -> QuerySet[SyncItem]:
    """What phones sent of visits, or of interviews, and a person must still look at, the oldest first."""
    rows = SyncItem.objects.filter(KEPT, kind=kind, errand__in=errands)
    return rows.select_related("user").order_by("at", "pk")


def raised_waiting(round_: Round, village: int) -> QuerySet[RaisedItem]:
    """What phones raised and a person must look at, the oldest first."""
    rows = RaisedItem.objects.filter(RAISED, round=round_, village=village)
    return rows.select_related("user").order_by("at", "pk")


def tell_raised(work: VillageWork) -> None:
    """Tell the village's summary row how much of what was raised waits."""
    record_facts(work, field_raised=raised_waiting(work.round, work.village.pk).count())


def tell_refused(work: VillageWork) -> None:
    """Tell the village's summary row how many refused items nobody has settled."""
    record_facts(work, field_refused=refused_items(work.round, work.village.pk).count())

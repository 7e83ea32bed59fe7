"""Reading the chains: what stands in one, how long they are, who acted on a day, whether one holds."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, time, timedelta

from django.db.models import Count, Max, QuerySet

from paicha.domain import clock
from paicha.domain.audit.models import AuditEntry, ChainHead


def entries(chain: str) -> QuerySet[AuditEntry]:
    """A chain's entries, the newest first."""
    return AuditEntry.objects.filter(chain=chain).order_by("-seq")


def lengths(chains: Collection[str]) -> dict[str, int]:
    """How many entries each chain has; a chain that nobody wrote to is left out."""
    return dict(ChainHead.objects.filter(chain__in=list(chains)).values_list("chain", "seq"))


def people_of(day: date) -> list[tuple[str, int, datetime]]:
    """(actor, entries, the last at) of everybody's own chains of a day (Shanghai), the busiest first."""
    begins = datetime.combine(day, time(), tzinfo=clock.SHANGHAI)
    rows = AuditEntry.objects.filter(
        at__gte=begins, at__lt=begins + timedelta(days=1), chain__startswith="actor:"
    )
    counted = rows.values("actor").annotate(n=Count("seq"), last=Max("at")).order_by("-n", "actor")
    return [(row["actor"], row["n"], row["last"]) for row in counted]

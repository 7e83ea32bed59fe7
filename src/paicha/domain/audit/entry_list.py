"""Reading the chains: what stands in one, how long they are, who acted on a day, whether one holds."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Count, Max, Q, QuerySet

from paicha.domain import clock
from paicha.domain.audit.models import AuditEntry, ChainHead


@dataclass(frozen=True, slots=True)
class Sought:
    """Entries that are looked for: of some days (Shanghai), and of an act ('' any), actors and subjects (None any).

    `chains`: where they may stand; `people`: besides in anybody's own chain. A subject also stands for one with more
    behind it ('household:… event:…').
    """

    since: date
    until: date
    act: str
    actors: Collection[str] | None
    subjects: Collection[str] | None
    chains: Collection[str]
    people: bool


def entries_found(sought: Sought, order: str) -> QuerySet[AuditEntry]:
    """The entries, ordered by a field and then as they were written, the newest first."""
    place = Q(chain__in=sought.chains)
    if sought.people:
        place |= Q(chain__startswith="actor:")
    rows = AuditEntry.objects.filter(
        place, at__gte=_begin(sought.since), at__lt=_begin(sought.until + timedelta(days=1))
    )
    if sought.act:
        rows = rows.filter(
            Q(action=sought.act)
            | Q(action__startswith=f"{sought.act}.")
            | Q(action__startswith=f"{sought.act}:")
        )
    if sought.actors is not None:
        rows = rows.filter(actor__in=sought.actors)
    if sought.subjects is not None:
        about = Q(subject__in=sought.subjects)
        for subject in sought.subjects:
            if subject.startswith("household:"):
                about |= Q(subject__startswith=f"{subject} ")
        rows = rows.filter(about)
    return rows.order_by(order, "-at", "chain", "-seq")


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=clock.SHANGHAI)


def entries(chain: str) -> QuerySet[AuditEntry]:
    """A chain's entries, the newest first."""
    return AuditEntry.objects.filter(chain=chain).order_by("-seq")


def lengths(chains: Collection[str]) -> dict[str, int]:
    """How many entries each chain has; a chain that nobody wrote to is left out."""
    return dict(ChainHead.objects.filter(chain__in=list(chains)).values_list("chain", "seq"))


def people_of(day: date) -> list[tuple[str, int, datetime]]:
    """(actor, entries, the last at) of everybody's own chains of a day (Shanghai), the busiest first."""
    begins = _begin(day)
    rows = AuditEntry.objects.filter(
        at__gte=begins, at__lt=begins + timedelta(days=1), chain__startswith="actor:"
    )
    counted = rows.values("actor").annotate(n=Count("seq"), last=Max("at")).order_by("-n", "actor")
    return [(row["actor"], row["n"], row["last"]) for row in counted]

"""A village's transaction, or that of several: locked on entry, recounted and audited once on the way out.

What holds: whoever changes a village's answers, forms or findings holds its summary row; a county's import
is as many of these transactions, so that a stop between two of them loses nothing and halves nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import date

from django.db import transaction

from paicha.core.pack import Pack
from paicha.domain import clock
from paicha.domain.areas.models import Area
from paicha.domain.audit.services import append
from paicha.domain.responses.models import VillageSummary
from paicha.domain.responses.summary.day_before import kept_before
from paicha.domain.responses.summary.recount import recount
from paicha.domain.responses.work import VillageWork, days_of
from paicha.domain.rounds.models import Round


@contextmanager
def village_work(
    round_: Round,
    pack: Pack,
    village: Area,
    actor: str,
    on: date | None = None,
    *,
    through_lock: bool = False,
) -> Iterator[VillageWork]:
    """Open, lock, and at the end recount and audit a village's transaction.

    Nested in another transaction it takes part in it. `on` is the day that deadlines are read on;
    `through_lock`: write what is handed up, too (a supplement, a correction with the village's consent).
    """
    with transaction.atomic():
        work = _opened(round_, pack, village, actor, on)
        work.through_lock = through_lock
        yield work
        _finish([work])


@contextmanager
def villages_work(
    round_: Round, pack: Pack, villages: Collection[Area], actor: str
) -> Iterator[dict[int, VillageWork]]:
    """Several villages in one transaction, by their ids: what a household takes from one to another.

    They are locked in the order of their codes, so that two such acts never wait for each other in a circle.
    """
    with transaction.atomic():
        listed = sorted({area.code: area for area in villages}.items())
        works = {area.pk: _opened(round_, pack, area, actor) for _, area in listed}
        yield works
        _finish(list(works.values()))


def _opened(round_: Round, pack: Pack, village: Area, actor: str, on: date | None = None) -> VillageWork:
    summary, _ = VillageSummary.objects.select_for_update().get_or_create(
        round=round_, code=village.code, defaults={"village": village}
    )
    days = days_of(round_, pack, on, village.code)
    work = VillageWork(round_, pack, village, actor, summary, clock.now(), days)
    work.before = kept_before(pack, summary, clock.today())
    return work


def _finish(works: Sequence[VillageWork]) -> None:
    for work in works:
        if work.changed:
            recount(work)
    append([entry for work in works for entry in work.notes()])

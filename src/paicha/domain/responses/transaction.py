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
        (work,) = _open_works(round_, pack, [village], actor, on)
        work.through_lock = through_lock
        yield work
        _finish([work])


@contextmanager
def villages_work(
    round_: Round, pack: Pack, villages: Collection[Area], actor: str, *, trial: bool = False
) -> Iterator[dict[int, VillageWork]]:
    """Several villages in one transaction, by their ids: a household that goes from one to another, or an import.

    They are locked in the order of their codes, so that two such acts never wait for each other in a circle.
    `trial`: the caller leaves nothing of it, so that no audit entry is made.
    """
    with transaction.atomic():
        works = _open_works(round_, pack, villages, actor)
        for work in works:
            work.trial = trial
        yield {work.village.pk: work for work in works}
        _finish(works)


def _open_works(
    round_: Round, pack: Pack, villages: Collection[Area], actor: str, on: date | None = None
) -> list[VillageWork]:
    """The works of some villages in the order of their codes, locked. One statement where all have been counted."""
    listed = dict(sorted((area.code, area) for area in villages))
    found = _lock_rows(round_, listed)
    if missing := [area for code, area in listed.items() if code not in found]:
        rows = [VillageSummary(round=round_, code=area.code, village=area) for area in missing]
        VillageSummary.objects.bulk_create(rows, ignore_conflicts=True)  # another may make the same one now
        found |= _lock_rows(round_, [area.code for area in missing])
    works = []
    for code, area in listed.items():
        work = VillageWork(
            round_, pack, area, actor, found[code], clock.now(), days_of(round_, pack, on, code)
        )
        work.before = kept_before(pack, work.summary, clock.today())
        works.append(work)
    return works


def _lock_rows(round_: Round, codes: Collection[str]) -> dict[str, VillageSummary]:
    rows = VillageSummary.objects.select_for_update().filter(round=round_, code__in=codes).order_by("code")
    return {row.code: row for row in rows}


def _finish(works: Sequence[VillageWork]) -> None:
    recount([work for work in works if work.changed])
    append([entry for work in works if not work.trial for entry in work.notes()])

"""What phones brought and a person must still look at goes along with its household: moved, split, merged, and back.

What holds: it stands in the village where the household stands, so that whoever works there now takes it in; what
waits about a member goes where the member goes.
"""

from __future__ import annotations

from uuid import UUID

from paicha.domain.households.events import Destination, Ids
from paicha.domain.responses.services import VillageWork
from paicha.domain.sync.models import RaisedItem, SyncItem
from paicha.domain.sync.waiting import RAISED, REFUSED, tell_raised, tell_refused

_MEMBERS = "households.member"


def carry(work: VillageWork, source: UUID, to: Destination, only: Ids | None = None) -> Ids:
    """What waits about `source` becomes `to`'s; `only`: these rows alone, and what waits about these members."""
    raised = RaisedItem.objects.filter(RAISED, round=work.round, household=source)
    refused = SyncItem.objects.filter(REFUSED, round=work.round, household=source)
    if only is not None:
        members = [str(pk) for pk in only.get(_MEMBERS, [])]
        rows = raised.filter(pk__in=only.get("sync.raiseditem", []))
        raised = (rows | raised.filter(payload__member__in=members)) if members else rows
        refused = refused.filter(pk__in=only.get("sync.syncitem", []))
    found: Ids = {}
    for table in (raised, refused):
        ids = list(table.order_by("pk").values_list("pk", flat=True))
        if ids:
            table.model._default_manager.filter(pk__in=ids).update(household=to.household, village=to.village)
            found[table.model._meta.label_lower] = [str(pk) for pk in ids]
    return found


def tell(work: VillageWork, rows: Ids) -> None:
    """Tell a village's summary row what waits there after `rows` went along."""
    if "sync.raiseditem" in rows:
        tell_raised(work)
    if "sync.syncitem" in rows:
        tell_refused(work)

"""Register events undone: the newest of a household first, each back to what was before, with what was added since."""

from __future__ import annotations

from collections.abc import Callable

from paicha.core.pack import Pack
from paicha.domain.accounts.policies import Scope
from paicha.domain.areas.models import Area
from paicha.domain.households.events import Kind, mark_undone, standing_events
from paicha.domain.households.models import HouseholdEvent
from paicha.domain.life.act import Act, Asked, open_act
from paicha.domain.life.closing import undo_close, undo_reopen
from paicha.domain.life.errors import LifeError
from paicha.domain.life.merging import undo_merge
from paicha.domain.life.moving import move_back
from paicha.domain.life.reclassing import undo_reclass
from paicha.domain.life.splitting import undo_split
from paicha.domain.rounds.models import Round

_BACK: dict[str, Callable[[Act, HouseholdEvent], None]] = {
    Kind.MOVE: move_back,
    Kind.CLOSE: undo_close,
    Kind.REOPEN: undo_reopen,
    Kind.CLASS: undo_reclass,
    Kind.MERGE: undo_merge,
    Kind.SPLIT: undo_split,
}


def undo(
    round_: Round,
    pack: Pack,
    event: int,
    scope: Scope,
    seen: int | None = None,
    *,
    supplement: bool = False,
) -> HouseholdEvent:
    """Undo an event by its id. Raises LifeError: there is none, it was undone, or a later one rests on it."""
    found = HouseholdEvent.objects.select_related("village").filter(pk=event).first()
    if found is None or found.kind not in _BACK or found.village is None:
        raise LifeError("N08")
    households = [found.household_id, *([found.other_id] if found.other_id else [])]
    villages: list[Area] = [found.village]
    with open_act(
        round_, pack, households, Asked(scope, f"撤销{found.get_kind_display()}", seen, supplement), villages
    ) as act:
        fresh = HouseholdEvent.objects.select_for_update().get(pk=event)
        if fresh.undone_at is not None:
            raise LifeError("N09")
        for household in households:
            later = standing_events(household).first()
            if later is not None and later.pk > fresh.pk:
                raise LifeError("N10", later=later.get_kind_display(), head=later.household.head_name)
        mark_undone(fresh, act.actor, act.at)
        _BACK[found.kind](act, found)
        act.note(found, "household.undo")
    return fresh

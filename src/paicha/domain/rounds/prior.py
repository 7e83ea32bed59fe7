"""What a round has from the one before it: that round, its name as a source, facts for the roster in bulk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from paicha.domain import bulk
from paicha.domain.rounds.models import RosterEntry, Round


def round_before(round_: Round) -> Round | None:
    """The round that was opened last before this one; None for the first."""
    earlier = Round.objects.exclude(pk=round_.pk).filter(opens_on__lte=round_.opens_on, pk__lt=round_.pk)
    return earlier.order_by("-opens_on", "-pk").first()


def round_source(round_: Round) -> str:
    """How a prefilled answer names the round that it comes from: 2021 年 9 月排查."""
    return f"{round_.opens_on.year} 年 {round_.opens_on.month} 月排查"


def carry_facts(rows: Iterable[tuple[int, Mapping[str, Any]]]) -> int:
    """Set the facts of roster entries that have none yet: (entry, facts). Returns how many were set."""
    listed = [(dict(facts), entry) for entry, facts in rows if facts]
    bulk.update(RosterEntry, ("facts",), listed)
    return len(listed)

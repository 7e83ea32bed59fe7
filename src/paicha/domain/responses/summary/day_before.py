"""How a village stood at the end of yesterday, kept in its own summary row; so that 'since yesterday' costs nothing.

Why here: figures change by a recount alone, so the row as the first recount of a day finds it is the end of the day
before. What holds: no clock has to strike midnight and nothing is stored twice; a village that nobody has touched
today stood yesterday as it stands now.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from paicha.core.pack import Pack
from paicha.domain.responses.models import VillageSummary
from paicha.domain.responses.summary.tallies import DONE, Selection

BEFORE = "before"
_FIGURES = ("open_leads", "decided", "soft", "conflicts")
_FACTS = ("problem_rows", "problems_open", "problems_closed", "petitions_open", "enrolled")


def standing(pack: Pack, summary: VillageSummary) -> dict[str, int]:
    """What a day's report compares, as the row says now."""
    due = Selection(outcome="due").count(pack, summary.counts)
    found = {
        "done": Selection(outcome=DONE).count(pack, summary.counts),
        "due": due,
        "finished": int(bool(summary.counts) and not due),
        "handed_up": int(summary.handed_up),
    }
    found |= {name: int(summary.figures.get(name) or 0) for name in _FIGURES}
    fact = summary.fact
    return found | {name: int(getattr(fact, name) or 0) for name in _FACTS}


def kept_before(pack: Pack, summary: VillageSummary, today: date) -> dict[str, Any]:
    """What a recount of today keeps in `figures.before`: {on: today, …as the village stood before it}."""
    known: dict[str, Any] = summary.figures.get(BEFORE) or {}
    if known.get("on") == today.isoformat():
        return known
    return {"on": today.isoformat(), **standing(pack, summary)}


def yesterday(pack: Pack, summary: VillageSummary, today: date) -> dict[str, int]:
    """How the village stood when yesterday ended."""
    kept = kept_before(pack, summary, today)
    return {name: n for name, n in kept.items() if name != "on"}

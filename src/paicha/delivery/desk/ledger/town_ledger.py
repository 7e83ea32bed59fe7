"""The hand-up page above villages: a town's ledger to the city, the county's round to its end.

What holds: figures are those that the villages handed up, added up, and stand beside the live ones; one that differs
is named with its village. Queries don't grow with the number of villages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from paicha.core.area_codes import town_prefix
from paicha.delivery.desk.ledger.checklist_links import Gap, gaps
from paicha.delivery.desk.ledger.presenters import FigureLine, figure_lines
from paicha.delivery.desk.shell.places import Place, areas_below
from paicha.domain.accounts.roles import Verb
from paicha.domain.handover import towns
from paicha.domain.handover.checklist import Missing
from paicha.domain.handover.figures import figures_of, sources_of, sums
from paicha.domain.handover.models import Ledger, Level, Submission
from paicha.domain.handover.queries import (
    contradictions,
    handed_up,
    latest,
    ledgers,
    open_returns,
    row_of,
    submissions,
)
from paicha.domain.responses.models import VillageSummary
from paicha.domain.responses.queries import names, summaries
from paicha.domain.responses.summary.tallies import has_rows
from paicha.domain.rounds.models import RoundArea

_SHOWN = 40


@dataclass(frozen=True, slots=True)
class TownLine:
    """A town on the county's page: how many of its villages are up, and where its own ledger is."""

    area: RoundArea
    villages: int
    up: int
    status: str
    handed_up: Submission | None


def above_context(place: Place) -> dict[str, Any]:
    """What the page of a town or the county shows."""
    round_, pack, level = place.round, place.pack, place.area.level
    rows = [s for s in summaries(place.scope, round_, place.prefix) if has_rows(s)]
    areas = areas_below(place)
    up = handed_up(round_, Level.VILLAGE, place.prefix)
    books = ledgers(round_)
    listed = submissions(round_, place.area.area_id)
    last = latest(listed)
    book = books.get(place.code)
    is_up = book is not None and book.status == Ledger.Status.HANDED_UP
    changed = contradictions(pack, up, rows)
    is_back = book is not None and book.status == Ledger.Status.RETURNED
    back = open_returns(round_, place.area.area_id) if is_back else []
    context: dict[str, Any] = {
        "is_up": is_up, "stands": Ledger.Status(book.status).label if book else Ledger.Status.OPEN.label,
        "listed": listed, "last": last, "back": back,
        "names": names({one.by for one in listed} | {one.closed_by for one in listed}),
        "villages": len(rows), "up": sum(s.handed_up for s in rows),
        "changed": [(areas[code], differs) for code, differs in changed.items()],
        "figures": _figures(place, rows, up),
        "may_undo": is_up and last is not None and last.by == place.scope.actor,
    }  # fmt: skip
    if level == "town":
        lines: list[Gap] = gaps(place.code, towns.town_missing(pack, areas, rows, changed))
        context["may_hand_up"] = place.may(Verb.HAND_UP) and place.may(Verb.VERIFY)
        context["may_return"] = place.may(Verb.DRAW_SAMPLE)
    else:
        context["towns"] = lines_of_towns(place, rows, areas, books)
        waiting = [one for one in context["towns"] if one.villages and one.status != Ledger.Status.HANDED_UP]
        lines = gaps(
            place.code,
            [Missing(f"handup:{one.area.code}", 1, f"{one.area.spoken}还没上报", True) for one in waiting],
        )
        context["may_hand_up"] = place.may(Verb.HAND_UP) and place.may(Verb.DRAW_SAMPLE)
    blocking = [line for line in lines if line.blocks]
    context |= {
        "blocking": blocking[:_SHOWN], "more": max(len(blocking) - _SHOWN, 0),
        "other": [line for line in lines if not line.blocks][:_SHOWN],
    }  # fmt: skip
    return context


def lines_of_towns(
    place: Place,
    rows: Sequence[VillageSummary],
    areas: dict[str, RoundArea],
    books: dict[str, Ledger],
) -> list[TownLine]:
    """The county's towns with households, in order of code."""
    handed = handed_up(place.round, Level.TOWN, place.prefix)
    made = []
    for code, area in sorted(areas.items()):
        if area.level != "town":
            continue
        mine = [s for s in rows if s.code.startswith(town_prefix(code))]
        n = sum(s.handed_up for s in mine)
        status = books[code].status if code in books else Ledger.Status.OPEN.value
        if mine:
            made.append(TownLine(area, len(mine), n, status, handed.get(code)))
    return made


def _figures(place: Place, rows: Sequence[VillageSummary], up: dict[str, Submission]) -> list[FigureLine]:
    """The sums of what the villages handed up beside the sums of now, over the villages that are up."""
    ready = [s for s in rows if s.code in up and s.handed_up]
    frozen = sums(place.pack, [dict(row_of(up[s.code], s.code)) for s in ready])
    live = sums(place.pack, [figures_of(place.pack, sources_of(s)) for s in ready])
    return [line for line in figure_lines(place, frozen, live) if line.address or line.handed_up is not None]

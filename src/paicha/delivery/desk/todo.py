"""The lines of work on a place's first page, gathered from what each part of the desk knows.

Why: a village's list holds what came back, meetings, problems, questions and more, each known by another part.
What holds: a provider reads the summary row alone (its status, figures, and the facts that upper apps keep
there), so that the list costs no query however many parts there are. Order: `late` first, then as registered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from paicha.delivery.desk.places import Place
from paicha.domain.responses.models import VillageSummary


@dataclass(frozen=True, slots=True)
class Todo:
    """One line of work: a number, the words behind it, a note, one action."""

    n: int
    words: str
    note: str
    action: str
    address: str
    late: bool = False
    aside: bool = False  # what goes on beside the round: after everything else


Provider = Callable[[Place, VillageSummary], Iterable[Todo]]


def providers() -> list[Provider]:
    """What each part of the desk adds, the most urgent part first."""
    from paicha.delivery.desk.cases import todo as cases
    from paicha.delivery.desk.entry import todo as entry
    from paicha.delivery.desk.ledger import todo as ledger
    from paicha.delivery.desk.phones import todo as phones
    from paicha.delivery.desk.town import todo as town
    from paicha.delivery.desk.work import todo as work

    return [ledger.todos, town.todos, cases.todos, entry.todos, phones.todos, work.todos]


def gathered(place: Place, summary: VillageSummary | None) -> list[Todo]:
    """The lines of every part for a village (none for a person of some groups, whose page has no summary)."""
    if summary is None:
        return []
    lines = [todo for provider in providers() for todo in provider(place, summary) if todo.n]
    return ordered(lines)


def ordered(lines: Iterable[Todo]) -> list[Todo]:
    """What is late first, what goes on beside the round last, else as given."""
    return sorted(lines, key=lambda todo: (not todo.late, todo.aside))

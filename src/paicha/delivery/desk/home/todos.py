"""The lines of work on a place's first page, gathered from what each folder of the desk knows.

A folder's `todos` reads the summary row of a village alone (its status, figures, and the facts that upper apps keep
there), so that the list costs no query however many folders there are; `watched` reads those of a town or county.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from paicha.delivery.desk.cases import todo as cases
from paicha.delivery.desk.devices import todo as devices
from paicha.delivery.desk.duplicates import todo as duplicates
from paicha.delivery.desk.entry import todo as entry
from paicha.delivery.desk.households import todo as households
from paicha.delivery.desk.ledger import todo as ledger
from paicha.delivery.desk.problems import todo as problems
from paicha.delivery.desk.referrals import todo as referrals
from paicha.delivery.desk.shell.places import Place
from paicha.delivery.desk.shell.todo import Todo, ordered
from paicha.delivery.desk.verification import todo as verification
from paicha.domain.responses.models import VillageSummary

# the most urgent folder first
_OF_VILLAGE: Sequence[Callable[[Place, VillageSummary], Iterable[Todo]]] = (
    ledger.todos, verification.todos, cases.todos, entry.todos, devices.todos, problems.todos, households.todos,
)  # fmt: skip
_WATCHED: Sequence[Callable[[Place, Sequence[VillageSummary]], Iterable[Todo]]] = (
    problems.watched, households.watched, referrals.watched, duplicates.watched,
)  # fmt: skip


def gathered(place: Place, summary: VillageSummary | None) -> list[Todo]:
    """The lines of every folder for a village, late ones first, else in the folders' order.

    None of a summary that isn't there: a person of some groups has a page without one.
    """
    if summary is None:
        return []
    return ordered(line for todos in _OF_VILLAGE for line in todos(place, summary) if line.n)


def watched(place: Place, rows: Sequence[VillageSummary]) -> list[Todo]:
    """What a town or the county keeps an eye on over its villages, late ones first."""
    lines = [line for lines in _WATCHED for line in lines(place, rows) if line.n]
    return sorted(lines, key=lambda line: not line.late)

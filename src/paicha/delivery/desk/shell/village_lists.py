"""Lists over many villages: which villages they add up, and a page that reads only the villages it shows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.core.paginator import Page
from django.http import HttpRequest

from paicha.delivery.desk.shell.listing import Column
from paicha.delivery.desk.shell.paging import page_of
from paicha.delivery.desk.shell.places import Place
from paicha.domain.responses.models import VillageSummary
from paicha.domain.responses.queries import HouseholdLine, covering, group_order, summaries

T = TypeVar("T")


def summaries_of(place: Place) -> list[VillageSummary]:
    """The summary rows that a list of this place adds up; none for a person of some groups."""
    return summaries(place.scope, place.round, place.prefix) if place.groups is None else []


def those_up(
    request: HttpRequest, place: Place, rows: Sequence[VillageSummary]
) -> tuple[Sequence[VillageSummary], bool]:
    """The villages that have handed up, where the list of a town or county is asked for these (`up=1`)."""
    if request.GET.get("up") != "1" or place.is_village:
        return rows, False
    return [s for s in rows if s.handed_up], True


def rows_over_villages(
    request: HttpRequest,
    rows: Sequence[VillageSummary],
    count: Callable[[VillageSummary], int],
    read: Callable[[list[int]], Sequence[T]],
) -> Page[T]:
    """A page of a list over many villages; `read` is asked for the villages that it shows alone, by their ids."""
    counts = [count(s) for s in rows]
    asked: Page[Any] = page_of(request, range(sum(counts)))
    size = asked.paginator.per_page
    covered, skip = covering(counts, (asked.number - 1) * size, size)
    found = read([rows[i].village_id for i in covered])[skip : skip + size] if covered else []
    return Page(found, asked.number, asked.paginator)


def household_columns(leads: Callable[[HouseholdLine], int]) -> list[Column[HouseholdLine]]:
    """The columns of a list of one village's households: head, group, form, how the visit ended, open leads."""
    return [
        Column("head", "户主", lambda line: line.head_name),
        Column("group", "组", lambda line: (group_order(line.group), line.number)),
        Column("form", "表", lambda line: line.form),
        Column("outcome", "情况", lambda line: (line.outcome is not None, line.outcome or 0)),
        Column("leads", "线索", leads, down=True, look="num"),
    ]

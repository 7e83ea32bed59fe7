"""Lists over many villages: which villages they add up, and a page that reads only the villages it shows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from django.core.paginator import Page
from django.http import HttpRequest

from paicha.core.pack import Pack
from paicha.delivery.desk.shell.listing import Column, Rows
from paicha.delivery.desk.shell.paging import page_of
from paicha.delivery.desk.shell.places import Place
from paicha.delivery.desk.shell.wording import group_text, outcome_text
from paicha.domain.responses.models import VillageSummary
from paicha.domain.responses.queries import HouseholdLine, covering, group_order, summaries

T = TypeVar("T")

_VILLAGES_AT_ONCE = 12


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
    villages: Sequence[VillageSummary],
    count: Callable[[VillageSummary], int],
    read: Callable[[list[int]], Sequence[T]],
) -> Rows[T]:
    """The rows of a list over many villages; `read` is asked by their ids for those that a page shows alone, and for
    the file for `_VILLAGES_AT_ONCE` of them after the other."""
    counts = [count(s) for s in villages]

    def asked_page(request: HttpRequest) -> Page[T]:
        asked: Page[Any] = page_of(request, range(sum(counts)))
        size = asked.paginator.per_page
        covered, skip = covering(counts, (asked.number - 1) * size, size)
        found = read([villages[i].village_id for i in covered])[skip : skip + size] if covered else []
        return Page(found, asked.number, asked.paginator)

    def every() -> Iterator[T]:
        some = [s.village_id for s, n in zip(villages, counts, strict=True) if n]
        for start in range(0, len(some), _VILLAGES_AT_ONCE):
            yield from read(some[start : start + _VILLAGES_AT_ONCE])

    return Rows(sum(counts), asked_page, every)


def household_columns(
    pack: Pack, leads: Callable[[HouseholdLine], int], *, whole: bool = False, villages: bool = False
) -> list[Column[HouseholdLine]]:
    """The columns of a list of households: head, group, form, how the visit ended, open leads.

    `whole`: also what only the page of households shows; `villages`: of many, which its page doesn't sort.
    """
    columns: list[Column[HouseholdLine]] = [
        Column("户主", lambda line: line.head_name, "head"),
        Column("村", lambda line: line.village_name, beside=not villages, width=14),
        Column("组", lambda line: group_text(line.group), "group",
               lambda line: (group_order(line.group), line.number), width=8),
        Column("表", lambda line: pack.household_forms[line.form].label, "form", lambda line: line.form),
        Column("人口", lambda line: line.population, "population", lambda line: line.population or 0, down=True,
               look="num", width=8, beside=not whole),
        Column("情况", lambda line: outcome_text(pack, line.outcome), "outcome",
               lambda line: (line.outcome is not None, line.outcome or 0), width=20),
        Column("线索", leads, "leads", down=True, look="num", width=8),
    ]  # fmt: skip
    return [replace(column, key="") for column in columns] if villages else columns


def head_column(**more: Any) -> Column[Any]:
    """The head of a row's household; a village's own row says so."""
    return Column("户主", lambda row: row.household.head_name if row.household else "全村", "head", **more)


def group_column(**more: Any) -> Column[Any]:
    """The group of a row's household."""
    return Column(
        "组", lambda row: group_text(row.household.group) if row.household else None, "group",
        lambda row: group_order(row.household.group if row.household else ""), width=8, **more,
    )  # fmt: skip


def place_columns(place: Place) -> list[Column[Any]]:
    """Where a row of a list over villages lies; none in a village. Its village is read with the row, and the town."""
    if place.is_village:
        return []
    return [
        Column("镇街", lambda row: row.village.parent.spoken, beside=True, width=14),
        Column("村", lambda row: row.village.spoken, width=14),
    ]


def as_listed(place: Place, columns: Sequence[Column[T]]) -> list[Column[T]]:
    """The columns, sorted by where the rows are those of one village, which are all at hand."""
    return list(columns) if place.is_village else [replace(column, key="") for column in columns]

"""A list of a page: sorted by any of its columns, so many rows a page, each way to it kept in its address.

What holds: whatever narrows, sorts or turns a list stands in the address, so that a link, 'back' and a posted form
(which goes to the address of its page) mean the same rows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.http import HttpRequest, QueryDict

T = TypeVar("T")

UP, DOWN = "ascending", "descending"


@dataclass(frozen=True, slots=True)
class Column(Generic[T]):
    """A column by which rows may be sorted. `order`: what is compared; `down`: the largest first, as figures are."""

    key: str
    title: str
    order: Callable[[T], Any]
    down: bool = False
    look: str = ""  # CSS class of the heading


@dataclass(frozen=True, slots=True)
class Heading:
    """A column's heading: a link that sorts by it. `direction` is its aria-sort, '' where it isn't the one."""

    title: str
    look: str
    address: str
    direction: str


def sort_rows(request: HttpRequest, rows: Sequence[T], columns: Sequence[Column[T]]) -> list[T]:
    """The rows as the address asks (`sort=leads`, `-leads` the other way round); as given where it names no column."""
    asked, other = _asked(request)
    column = next((c for c in columns if c.key == asked), None)
    if column is None:
        return list(rows)
    return sorted(rows, key=column.order, reverse=column.down != other)


def headings(request: HttpRequest, columns: Sequence[Column[T]]) -> list[Heading]:
    """The heading of each column; pressed again, the one that sorts already turns round."""
    asked, other = _asked(request)
    found = []
    for column in columns:
        mine = column.key == asked
        query: QueryDict = request.GET.copy()
        query.pop("page", None)
        query["sort"] = f"-{column.key}" if mine and not other else column.key
        direction = (DOWN if column.down != other else UP) if mine else ""
        found.append(Heading(column.title, column.look, f"?{query.urlencode()}", direction))
    return found


def _asked(request: HttpRequest) -> tuple[str, bool]:
    """(the column's key, whether the other way round)."""
    text = request.GET.get("sort", "")
    return text.removeprefix("-"), text.startswith("-")

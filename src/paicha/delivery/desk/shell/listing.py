"""A list of a page: sorted by any of its columns, so many rows a page, each way to it kept in its address.

What holds: whatever narrows, sorts or turns a list stands in the address, so that a link, 'back', a posted form
(which goes to the address of its page) and the file of the list mean the same rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.paginator import Page
from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict

from paicha.delivery.desk.shell.paging import page_of
from paicha.formats.documents import Value

T = TypeVar("T")

UP, DOWN = "ascending", "descending"


@dataclass(frozen=True, slots=True)
class Column(Generic[T]):
    """A column of a list. `text`: what the file says, `width` characters wide; `beside`: the page doesn't show it.

    `key`: its name in the address where rows may be sorted by it, by `order` or, without one, by `text`; `down`: the
    largest first, as figures are. `look`: CSS class of the heading.
    """

    title: str
    text: Callable[[T], Value]
    key: str = ""
    order: Callable[[T], Any] | None = None
    down: bool = False
    look: str = ""
    width: float = 12
    beside: bool = False


@dataclass(frozen=True, slots=True)
class Heading:
    """A column's heading: a link that sorts by it ('' where none does). `direction` is its aria-sort, or ''."""

    title: str
    look: str
    address: str
    direction: str


@dataclass(frozen=True, slots=True)
class Rows(Generic[T]):
    """The rows that a list's filter keeps: how many, those of the page that is asked for, and every one, once."""

    total: int
    page: Callable[[HttpRequest], Page[T]]
    every: Callable[[], Iterable[T]]


def rows_of(
    rows: Sequence[T] | QuerySet[Any, T], size: int | None = None, *, total: int | None = None
) -> Rows[T]:
    """Rows that are at hand, or one query's; `size` a page."""
    if total is None:
        total = rows.count() if isinstance(rows, QuerySet) else len(rows)
    every = rows.iterator(2000) if isinstance(rows, QuerySet) else rows
    return Rows(total, lambda request: page_of(request, rows, size, total=total), lambda: every)


def sort_rows(request: HttpRequest, rows: Sequence[T], columns: Sequence[Column[T]]) -> list[T]:
    """The rows as the address asks (`sort=leads`, `-leads` the other way round); as given where it names no column."""
    asked, other = _order(request)
    column = next((c for c in columns if c.key and c.key == asked), None)
    if column is None:
        return list(rows)
    return sorted(rows, key=column.order or column.text, reverse=column.down != other)  # type: ignore[arg-type]  # a column's texts are of one type


def headings(request: HttpRequest, columns: Sequence[Column[T]]) -> list[Heading]:
    """The heading of each column of the page; pressed again, the one that sorts already turns round."""
    asked, other = _order(request)
    found = []
    for column in columns:
        if column.beside:
            continue
        mine = bool(column.key) and column.key == asked
        query: QueryDict = request.GET.copy()
        query.pop("page", None)
        query["sort"] = f"-{column.key}" if mine and not other else column.key
        direction = (DOWN if column.down != other else UP) if mine else ""
        address = f"?{query.urlencode()}" if column.key else ""
        found.append(Heading(column.title, column.look, address, direction))
    return found


def _order(request: HttpRequest) -> tuple[str, bool]:
    """(the column's key, whether the other way round)."""
    text = request.GET.get("sort", "")
    return text.removeprefix("-"), text.startswith("-")

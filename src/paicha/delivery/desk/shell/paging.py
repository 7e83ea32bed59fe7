"""One page of a long list. Templates show its neighbours by `shell/_pages.html`, which keeps the filters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest

from paicha.core.bounds import whole

SIZE = 50
VILLAGES = 40  # a village's line holds more: a town's villages on one page, a county's on several

T = TypeVar("T")


def page_of(
    request: HttpRequest,
    rows: Sequence[T] | QuerySet[Any, T],
    size: int | None = None,
    *,
    total: int | None = None,
) -> Page[T]:
    """The page of `rows` that the address asks for: the first where it names none, the last beyond the end.

    `size`: rows a page, SIZE unless given; `total`: how many rows there are, where the caller knows it already.
    """
    pages = Paginator(rows, size or SIZE)
    if total is not None:
        pages.count = total
    return pages.get_page(whole(request.GET.get("page", "")) or 1)

"""A line of work on a first page. Each folder's `todo.py` gives its own; `home/todos.py` gathers them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


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


def ordered(lines: Iterable[Todo]) -> list[Todo]:
    """What is late first, what goes on beside the round last, else as given."""
    return sorted(lines, key=lambda todo: (not todo.late, todo.aside))

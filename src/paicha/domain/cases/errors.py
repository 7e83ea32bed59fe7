"""What is refused about cases: one Chinese sentence with place, cause and remedy."""

from __future__ import annotations


class CaseError(ValueError):
    """Something about a case, meeting, measure or round that can't be taken as given."""


class ItemError(CaseError):
    """The same, about one item of a meeting's agenda (its pk)."""

    def __init__(self, item: int, message: str) -> None:
        super().__init__(message)
        self.item = item

"""What is refused about cases."""

from __future__ import annotations

from typing import Any

from paicha.core.refusal import Refusal


class CaseError(Refusal):
    """Something about a case, meeting, measure or round that can't be taken as given."""


class ItemError(CaseError):
    """The same, about one item of a meeting's agenda (its pk)."""

    def __init__(self, code: str, /, *, item: int, **words: Any) -> None:
        super().__init__(code, **words)
        self.item = item

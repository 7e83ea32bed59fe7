"""One entry of the catalogue."""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Severity = Literal["hard", "soft", "note"]


@dataclass(frozen=True, slots=True)
class Entry:
    """How much a thing matters, and its one Chinese sentence."""

    severity: Severity
    sentence: str

    @property
    def fields(self) -> frozenset[str]:
        """Names of the words that the sentence needs."""
        return frozenset(name for _, name, _, _ in string.Formatter().parse(self.sentence) if name)


def refusals(sentences: Mapping[str, str]) -> dict[str, Entry]:
    """Entries by code for sentences that each refuse what a person asked for."""
    return {code: Entry("hard", sentence) for code, sentence in sentences.items()}

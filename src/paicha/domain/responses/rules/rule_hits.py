"""What the rules found, in the words in which it is kept."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class RuleHit:
    """One rule that fired: on a household, or on the village where `household` is None."""

    household: UUID | None
    form: str
    rule: str
    severity: str
    kind: str
    strength: str
    fingerprint: str
    detail: str

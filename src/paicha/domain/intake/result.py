"""What an import did, counted and said; the JSON of the contract."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from paicha.core.catalogue import Message
from paicha.domain.intake.changes import VillageChanges


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that was not taken in: where it stands, and why."""

    file: str
    sheet: str
    form: str
    row: int
    village: str
    messages: tuple[Message, ...]
    cells: Mapping[str, str]  # question → column letters
    group: str = ""
    rows: tuple[int, ...] = ()  # of a list of persons: all rows of the household


_COUNTS = (
    "accepted", "unchanged", "created", "warned", "conflicts", "refused", "skipped", "forms", "forms_refused",
)  # fmt: skip
_LISTS = ("messages", "refused_rows", "plan")


@dataclass(slots=True)
class ImportResult:
    """Counts hold: rows = accepted + unchanged + conflicts + refused; created and warned are part of accepted."""

    upload: str
    files: int = 0
    accepted: int = 0
    unchanged: int = 0
    created: int = 0
    warned: int = 0
    conflicts: int = 0
    refused: int = 0
    skipped: int = 0
    forms: int = 0
    forms_refused: int = 0
    seconds: float = 0.0
    messages: list[Message] = field(default_factory=list)
    refused_rows: list[Refused] = field(default_factory=list)
    wants_plan: bool = False
    changes: dict[str, VillageChanges] = field(default_factory=dict)  # by village code
    plan: list[dict[str, Any]] = field(default_factory=list)  # row by row, for a preview

    def refuse(self, row: Refused) -> None:
        """Count a refused row and keep its place; its messages are said by the caller."""
        self.refused += 1
        self.refused_rows.append(row)

    def mark(self) -> dict[str, int]:
        """Where it stands, for `go_back`."""
        counts = {name: getattr(self, name) for name in _COUNTS}
        return counts | {name: len(getattr(self, name)) for name in _LISTS}

    def go_back(self, mark: Mapping[str, int]) -> None:
        """Forget what was counted and said since a mark; changes of villages are let go of by the caller."""
        for name in _COUNTS:
            setattr(self, name, mark[name])
        for name in _LISTS:
            del getattr(self, name)[mark[name] :]

    @property
    def rows(self) -> int:
        return self.accepted + self.unchanged + self.conflicts + self.refused

    @property
    def complete(self) -> bool:
        """Whether everything went in: exit 0 rather than 1."""
        hard = any(message.severity == "hard" for message in self.messages)
        return not (self.refused or self.conflicts or self.forms_refused or hard)

    def as_dict(self) -> dict[str, Any]:
        return {
            "upload": self.upload,
            "files": self.files,
            "rows": self.rows,
            "accepted": self.accepted,
            "unchanged": self.unchanged,
            "created": self.created,
            "warned": self.warned,
            "conflicts": self.conflicts,
            "refused": self.refused,
            "skipped": self.skipped,
            "forms": self.forms,
            "forms_refused": self.forms_refused,
            "seconds": round(self.seconds, 3),
            "messages": [message.as_dict() for message in self.messages],
        }

    def codes(self) -> Counter[str]:
        """How often each thing was said."""
        return Counter(message.code for message in self.messages)

"""What became of an item, as it is answered now and for ever."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from paicha.core.refusal import Refusal
from paicha.domain.responses.services import Status


@dataclass(slots=True)
class ItemReceipt:
    """`status` as of the contract; `household` as it is known now; `revision` the number in force, 0 for none."""

    item: UUID
    status: Status
    household: UUID | None = None
    revision: int = 0
    messages: list[dict[str, Any]] = field(default_factory=list)

    def say(
        self, code: str, severity: str, message: str, question: str = "", raised: UUID | None = None
    ) -> None:
        """Add a sentence; `raised` names what it is about where it isn't the answers."""
        said = {"code": code, "severity": severity, "question": question, "message": message}
        self.messages.append(said if raised is None else said | {"raised": str(raised)})

    def as_dict(self, *, words: bool) -> dict[str, Any]:
        """As it is answered; without words for whoever may only upload."""
        said = (
            self.messages
            if words
            else [{"code": m["code"], "severity": m["severity"]} for m in self.messages]
        )
        return {
            "item": self.item, "status": self.status.value, "household_id": self.household, "revision": self.revision,
            "messages": said,
        }  # fmt: skip


def refused(item: UUID, error: Refusal) -> ItemReceipt:
    """The receipt of an item that can't be taken."""
    receipt = ItemReceipt(item, Status.REFUSED)
    receipt.say(error.code, "hard", str(error))
    return receipt

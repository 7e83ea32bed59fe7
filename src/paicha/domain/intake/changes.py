"""What an upload does to answers in force: question by question, before and after, and what turns back.

What holds: a row's changes are those of the revision that it leaves, whether the row was a correction or was merged;
a first answer changes nothing; an answer turns back where an earlier revision of the household had it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from paicha.core.pack import Pack
from paicha.domain.responses.answers.in_force import earlier_answers
from paicha.domain.responses.services import Receipt, VillageWork


@dataclass(frozen=True, slots=True)
class Change:
    """One answer before and after. `back`: the newest earlier revision that had the same answer; 0 for none."""

    question: str
    before: Any
    after: Any
    back: int = 0


@dataclass(slots=True)
class VillageChanges:
    """What an upload changes in a village: households by question, and how many go back to an earlier state."""

    households: int = 0
    back: int = 0
    questions: Counter[str] = field(default_factory=Counter)

    def add(self, changes: Sequence[Change]) -> None:
        """Count a household's changes; none are no changed household."""
        self.households += bool(changes)
        self.back += any(change.back for change in changes)
        self.questions.update(change.question for change in changes)


def changes_of(work: VillageWork, receipts: Sequence[Receipt]) -> list[list[Change]]:
    """What each receipt's row changed, in the order of the form. One query, where a household has earlier revisions."""
    pack = work.pack
    before = [orjson.loads(receipt.before) if receipt.before else {} for receipt in receipts]
    after = [orjson.loads(receipt.after) if receipt.before else {} for receipt in receipts]
    again = {
        receipt.household: receipt.revision - 1
        for receipt in receipts
        if receipt.before and receipt.household and receipt.revision > 2
    }
    earlier = earlier_answers(work, again)
    return [
        _changes(pack, old, new, earlier.get(receipt.household, ()) if receipt.household else ())
        for receipt, old, new in zip(receipts, before, after, strict=True)
    ]


def _changes(
    pack: Pack, before: dict[str, Any], after: dict[str, Any], earlier: Sequence[tuple[int, str]]
) -> list[Change]:
    if before == after:  # a first answer, as most are, has neither
        return []
    names = [name for name in pack.answer_questions if before.get(name) != after.get(name)]
    if not names:
        return []
    then = [(number, orjson.loads(text)) for number, text in earlier]
    return [
        Change(
            name,
            before.get(name),
            after.get(name),
            next((n for n, told in then if told.get(name) == after.get(name)), 0),
        )
        for name in names
    ]

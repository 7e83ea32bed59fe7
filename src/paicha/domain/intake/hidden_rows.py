"""Rows that nobody sees: hidden, filtered out, or on a hidden sheet.

What holds: they are taken in after every row that is seen, whichever file they stand in; where a seen row of the upload
is the same household, that row counts and the hidden one is left, named where it says something else.
"""

from __future__ import annotations

from uuid import UUID

from paicha.core.catalogue import sentence
from paicha.core.normalise import name_key
from paicha.domain.intake.lines import Line, plan_row, say
from paicha.domain.intake.memory import VillageMemory
from paicha.domain.intake.result import ImportResult
from paicha.domain.intake.warnings import warn


def remember_seen(line: Line, household: UUID | None, memory: VillageMemory) -> None:
    """Keep a row that is seen, refused or not, for the hidden ones that come later."""
    memory.visible.setdefault(household or _name_key_of(line), line)


def leave_hidden(
    line: Line, household: UUID | None, memory: VillageMemory, result: ImportResult, head: str
) -> bool:
    """Whether a seen row of the upload is the hidden row's household; the hidden one is done with then."""
    seen = memory.visible.get(household) if household else None
    seen = seen or memory.visible.get(_name_key_of(line))
    if seen is None or (household is None and len({seen.asked.phone, line.asked.phone} - {""}) > 1):
        return False
    memory.read_counts[line.table.form] -= line.counts
    messages = []
    if line.faults or line.content != seen.content:
        words = {"name": line.asked.head, "first": seen.asked.address, "second": line.asked.address}
        messages.append(say(line, head, "B09", "soft", sentence("B09", **words)))
    result.unchanged += 1
    plan_row(result, line, "unchanged", messages=messages)
    accepted = memory.accepted.get(household) if household else None
    if accepted is not None:
        warn(result, accepted, messages)
    else:
        result.messages += messages
    return True


def _name_key_of(line: Line) -> tuple[str, str]:
    return line.asked.group, name_key(line.asked.head)

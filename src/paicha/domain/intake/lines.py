"""A row of a household table on its way in, what is said about it, and how it is refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from hashlib import blake2b
from typing import Any
from uuid import UUID

import polars as pl

from paicha.core.catalogue import Message
from paicha.domain.intake.changes import Change
from paicha.domain.intake.matching import Asked
from paicha.domain.intake.preparation import HouseholdRows
from paicha.domain.intake.result import ImportResult, Refused
from paicha.domain.responses.services import VillageWork

_PLAN_LIMIT = 5000


@dataclass(slots=True)
class Line:
    """One row on its way in. `index` is its row of the table's frame."""

    table: HouseholdRows
    index: int
    asked: Asked
    row: int  # sheet row
    text: str  # canonical answers, until the row's transaction is through
    content: bytes  # digest of form and answers, to tell equal rows
    base: int | None = None  # the revision that it was made from
    through: int = 0  # that revision is of a household merged into this one: its number
    counts: bool = False  # is one of V20's rows
    faults: Sequence[Message] = ()  # cells without a single reading: the row is refused
    rank: int = 0  # who claims first (`Register.rank`)
    hidden: bool = False  # nobody sees the row
    household: UUID | None = None
    soft: tuple[Message, ...] = ()  # said where the row goes in
    warned: bool = False  # is counted in `warned`
    plan: dict[str, Any] | None = None  # what a preview tells of it


def content_of(form: str, text: str) -> bytes:
    """What equal rows share: a digest of their form and canonical answers."""
    return blake2b(f"{form} {text}".encode(), digest_size=16).digest()


def _cell(line: Line, question: str) -> str:
    letters = line.table.cells.get(question) or next(iter(line.table.cells.values()), "")
    return f"{letters}{line.row}" if letters else str(line.row)


def say(line: Line, question: str, code: str, severity: str, text: str) -> Message:
    read = ""
    if question in line.table.frame.columns:
        value = line.table.frame[question][line.index]
        value = value.to_list() if isinstance(value, pl.Series) else value
        read = "" if value is None else "、".join(map(str, value)) if isinstance(value, list) else str(value)
    kind: Any = severity
    cell = _cell(line, question)
    place = f"{line.table.sheet} {cell}：" if severity == "hard" else ""
    return Message(code, kind, place + text, line.table.file, line.table.sheet, cell, read)


def refuse(line: Line, work: VillageWork, result: ImportResult, messages: Sequence[Message]) -> None:
    result.messages += messages
    keep_refused(line, work, result, messages)


def keep_refused(line: Line, work: VillageWork, result: ImportResult, messages: Sequence[Message]) -> None:
    """As `refuse`, where what is wrong is said once for the whole sheet."""
    table = line.table
    group = line.asked.group
    result.refuse(
        Refused(
            table.file,
            table.sheet,
            table.form,
            line.row,
            work.village.code,
            tuple(messages),
            table.cells,
            group,
        )
    )
    plan_row(result, line, "refused", messages=messages)


def plan_row(
    result: ImportResult,
    line: Line,
    status: str,
    *,
    created: bool = False,
    messages: Sequence[Message] = (),
    changes: Sequence[Change] = (),
) -> None:
    """Remember what happens to a row, for a preview of some files (a county's import keeps none)."""
    if result.wants_plan and len(result.plan) < _PLAN_LIMIT:  # a village's rows, where each is told by itself
        line.plan = {
            "file": line.table.file,
            "sheet": line.table.sheet,
            "row": line.row,
            "form": line.table.form,
            "group": line.asked.group,
            "head": line.asked.head,
            "status": "created" if created else status,
            "messages": [message.message for message in messages],
            "changes": [asdict(change) for change in changes],
        }
        result.plan.append(line.plan)

"""The household tables of one village → matched rows → submit_responses → what became of each.

What holds: a row with a cell that has no single reading is refused whole; a prefilled row without answers is
skipped; the same household twice in one upload is unchanged when equal and refused with both addresses when
not; rows that match nothing wait until the whole upload has claimed its households (`Pending`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

import polars as pl

from paicha.core.catalogue import Message, sentence
from paicha.core.normalise import name_key
from paicha.domain.intake.matching import Asked, Known, Match, Register
from paicha.domain.intake.result import ImportResult, Refused
from paicha.domain.responses.evaluation import Evaluated
from paicha.domain.responses.services import Receipt, Rows, submit_responses
from paicha.domain.responses.work import VillageWork

if TYPE_CHECKING:
    from paicha.core.pack import Pack
    from paicha.domain.intake.preparing import HouseholdRows
    from paicha.formats.reading import VillageTable


@dataclass(slots=True)
class Line:
    """One row on its way in. `index` is its row of the table's frame."""

    table: HouseholdRows
    index: int
    asked: Asked
    row: int  # sheet row
    text: str  # canonical answers, to tell equal rows
    household: UUID | None = None
    soft: list[Message] = field(default_factory=list)  # said where the row goes in


@dataclass(slots=True)
class VillageMemory:
    """What one upload remembers of a village between its files."""

    register: Register
    seen: dict[object, Line] = field(default_factory=dict)  # household id, or (group, name) of a new one
    read_counts: dict[str, int] = field(default_factory=lambda: defaultdict(int))  # form → rows met, for V20
    groups: frozenset[str] = frozenset()  # before this upload
    groups_told: set[str] = field(default_factory=set)
    pending: list[Line] = field(default_factory=list)
    profile: Mapping[str, object] | None = None  # as this upload's form 2 states it, refused or not
    problems: int | None = None  # entries of this upload's form 3
    statistics: list[tuple[VillageTable, int]] = field(default_factory=list)  # rows of form 4, compared last


def missing(pack: Pack, question: str) -> tuple[str, str]:
    """What the pack says where an answer that a row can't do without is missing: its id and its sentence."""
    required = pack.constraint("required", question)
    asked = pack.questions[question]
    return (required.id, required.say(asked, "")) if required else ("M11", sentence("M11", label=asked.label))


def take_tables(
    work: VillageWork,
    tables: Sequence[HouseholdRows],
    memory: VillageMemory,
    source: str,
    upload: UUID,
    result: ImportResult,
) -> None:
    """Take a village's household tables in; rows that match nothing in a village with households wait."""
    lines: list[Line] = []
    for table in tables:
        lines += _lines(work, table, memory, result)
    ready = []
    for line in lines:
        match = memory.register.match(line.asked)
        for code, text in match.notes:
            result.messages.append(_say(line, work.pack.roles.head, code, "note", text))
        if match.code:
            _refuse(
                line, work, result, [_say(line, work.pack.roles.head, match.code, "hard", match.sentence)]
            )
            continue
        line.household = match.household
        if match.household is None and memory.register.had_households:
            memory.pending.append(line)
        else:
            ready.append(line)
    _submit(work, ready, memory, source, upload, result)


def take_pending(
    work: VillageWork, memory: VillageMemory, source: str, upload: UUID, result: ImportResult
) -> None:
    """Rows that matched nothing, now that the whole upload has claimed its households."""
    ready = []
    for line in memory.pending:
        line.household = memory.register.match(line.asked).household  # somebody may have added it meanwhile
        match: Match = Match() if line.household else memory.register.near(line.asked)
        if match.code:
            _refuse(
                line, work, result, [_say(line, work.pack.roles.head, match.code, "hard", match.sentence)]
            )
            continue
        for code, text in match.notes:
            line.soft.append(_say(line, work.pack.roles.head, code, "soft", text))
        ready.append(line)
    memory.pending = []
    _submit(work, ready, memory, source, upload, result)


def _lines(
    work: VillageWork, table: HouseholdRows, memory: VillageMemory, result: ImportResult
) -> list[Line]:
    """The answered rows of a table that can be read in one way; the others are refused or skipped."""
    pack, roles, frame = work.pack, work.pack.roles, table.frame
    have = set(frame.columns)
    none: list[Any] = [None] * frame.height

    def column(name: str | None) -> list[Any]:
        return frame[name].to_list() if name and name in have else none

    heads, phones, rows = column(roles.head), column(roles.phone), column("_row")
    groups, keys, answered = column("_group"), column("_key"), column("_answered")
    _count(pack, table, answered, memory)
    faults: dict[int, list[Message]] = defaultdict(list)
    for fault in table.faults:
        if fault.row_index is not None:
            faults[fault.row_index].append(
                Message(
                    fault.code,
                    "hard",
                    f"{table.sheet} {fault.cell}：{fault.sentence}",
                    table.file,
                    table.sheet,
                    fault.cell,
                    fault.read,
                )
            )
    lines = []
    for i in range(frame.height):
        if not answered[i] and i not in faults:
            result.skipped += 1
            continue
        address = f"{table.sheet}!{table.cells.get(roles.head, 'A')}{rows[i]}"
        asked = Asked(keys[i], groups[i] or "", heads[i] or "", phones[i] or "", f"{table.file} {address}")
        line = Line(table, i, asked, rows[i], table.evaluated.texts[i])
        if i in faults:
            memory.register.match(asked)  # it claims its household all the same
            _refuse(line, work, result, faults[i])
        elif not asked.head:
            code, text = missing(pack, roles.head)
            _refuse(line, work, result, [_say(line, roles.head, code, "hard", text)])
        else:
            lines.append(line)
    return lines


def _count(pack: Pack, table: HouseholdRows, answered: Sequence[Any], memory: VillageMemory) -> None:
    """Rows met by form, refused ones included: what a filled form 4 of this upload is compared with."""
    outcome = pack.outcome
    outcomes = (
        table.frame[outcome.question].to_list()
        if outcome and outcome.question in table.frame.columns
        else [None] * table.frame.height
    )
    done = set(outcome.done) if outcome else set()
    memory.read_counts[table.form] += sum(
        1 for says, value in zip(answered, outcomes, strict=True) if says and (value is None or value in done)
    )


def _submit(
    work: VillageWork,
    lines: Sequence[Line],
    memory: VillageMemory,
    source: str,
    upload: UUID,
    result: ImportResult,
) -> None:
    """Hand rows to submit_responses, one call per set of columns that tables share."""
    by_columns: dict[tuple[str, frozenset[str]], list[Line]] = {}
    for line in lines:
        by_columns.setdefault((line.table.form, line.table.present), []).append(line)
    merged: list[tuple[dict[str, frozenset[str]], list[Line]]] = []
    for (form, present), group in by_columns.items():
        home = next((entry for entry in merged if form not in entry[0]), None)
        if home is None:
            merged.append(({form: present}, list(group)))
        else:
            home[0][form] = present
            home[1].extend(group)
    for presents, group in merged:
        _submit_part(work, group, presents, memory, source, upload, result)


def _joined(lines: Sequence[Line]) -> tuple[pl.DataFrame, Evaluated]:
    """Rows of several tables as one frame in the order of `lines`, with what was found about them."""
    tables: dict[int, list[tuple[int, Line]]] = defaultdict(list)
    for position, line in enumerate(lines):
        tables[id(line.table)].append((position, line))
    parts, marks = [], []
    for some in tables.values():
        table = some[0][1].table
        at = {line.index: position for position, line in some}
        chosen = table.frame if len(some) == table.frame.height else table.frame[list(at)]
        head = pl.DataFrame(
            {
                "row": list(at.values()),
                "household": [str(line.household) if line.household else None for _, line in some],
                "address": [f"{table.file}!{table.sheet}!{line.row}" for _, line in some],
            },
            schema={"row": pl.UInt32, "household": pl.String, "address": pl.String},
        )
        answers = chosen.drop([c for c in chosen.columns if c.startswith("_") and c != "_base"])
        parts.append(pl.concat([head, answers.rename({"_base": "base"})], how="horizontal"))
        marks += [(at[row], kind, n, mark) for row, kind, n, mark in table.evaluated.marks if row in at]
    frame = parts[0] if len(parts) == 1 else pl.concat(parts, how="diagonal").sort("row")
    return frame, Evaluated([line.text for line in lines], marks)


def _submit_part(
    work: VillageWork,
    lines: list[Line],
    presents: dict[str, frozenset[str]],
    memory: VillageMemory,
    source: str,
    upload: UUID,
    result: ImportResult,
) -> None:
    if not lines:
        return
    lines = _without_repeats(work, lines, memory, result)
    if not lines:
        return
    frame, evaluated = _joined(lines)
    rows = Rows(frame, presents, source, upload, evaluated)
    receipts = submit_responses(work, rows)
    for line, receipt in zip(lines, receipts, strict=True):
        _account(work, line, receipt, memory, result)


def _without_repeats(
    work: VillageWork, lines: Sequence[Line], memory: VillageMemory, result: ImportResult
) -> list[Line]:
    """Rows to go on with: of the same household twice, the first; a different second is refused."""
    keep = []
    for line in lines:
        first = _seen_before(line, memory)
        if first is None:
            keep.append(line)
        elif (first.table.form, first.text) == (line.table.form, line.text):
            result.unchanged += 1
            _plan(result, line, "unchanged")
        else:
            words = {"name": line.asked.head, "first": first.asked.address, "second": line.asked.address}
            message = _say(
                line, work.pack.roles.head, work.pack.id_of("one_form", "M06"), "hard", sentence("M06", **words)
            )  # fmt: skip
            _refuse(line, work, result, [message])
    return keep


def _seen_before(line: Line, memory: VillageMemory) -> Line | None:
    """The row of this upload that is the same household, if one was; remembers this one otherwise."""
    keys: list[object] = [line.household] if line.household else []
    if not keys:
        name = name_key(line.asked.head)
        namesake = memory.seen.get((line.asked.group, name))
        phones = {namesake.asked.phone, line.asked.phone} - {""} if namesake else set()
        if len(phones) > 1:  # two families of one name: the phone tells
            keys = [(line.asked.group, name, line.asked.phone)]
        keys = keys or [(line.asked.group, name)]
    for key in keys:
        if key in memory.seen:
            return memory.seen[key]
        memory.seen[key] = line
    return None


def _account(
    work: VillageWork,
    line: Line,
    receipt: Receipt,
    memory: VillageMemory,
    result: ImportResult,
) -> None:
    said_once = [_say(line, said.question, said.code, said.severity, said.message) for said in receipt.said]
    messages = [*line.soft, *{(m.code, m.cell, m.message): m for m in said_once}.values()]
    if receipt.status == "refused":
        _refuse(line, work, result, messages)
        return
    if receipt.status in ("stored", "merged"):
        messages += _new_group(work, line, memory)
    result.messages += messages
    _plan(result, line, receipt.status, created=receipt.created, messages=messages)
    if receipt.status == "conflict":
        result.conflicts += 1
    elif receipt.status == "unchanged":
        result.unchanged += 1
    else:
        result.accepted += 1
        result.created += receipt.created
        result.warned += bool(messages)
    if receipt.created and receipt.household is not None:
        asked = line.asked
        memory.register.add(
            Known(receipt.household, receipt.number, asked.group, asked.head, asked.phone, "")
        )
        memory.register.claimed[receipt.household] = asked.address
        memory.seen[receipt.household] = line


def _new_group(work: VillageWork, line: Line, memory: VillageMemory) -> list[Message]:
    """V13, soft: a group that the village, which has groups, doesn't have, or beyond its number; said once."""
    group = line.asked.group
    if not group or group in memory.groups or group in memory.groups_told:
        return []
    check = work.pack.named_check("area_known")
    stated = work.summary.profile.get((check and check.name_of("total")) or "")
    beyond = isinstance(stated, int) and group.isdecimal() and int(group) > stated
    if not (beyond or memory.groups):
        return []
    memory.groups_told.add(group)
    label = f"{group}组" if group.isdecimal() else group
    text = sentence("M08", village="村里", group=label)
    return [_say(line, work.pack.roles.head, check.id if check else "M08", "soft", text)]


def _cell(line: Line, question: str) -> str:
    letters = line.table.cells.get(question) or next(iter(line.table.cells.values()), "")
    return f"{letters}{line.row}" if letters else str(line.row)


def _say(line: Line, question: str, code: str, severity: str, text: str) -> Message:
    read = ""
    if question in line.table.frame.columns:
        value = line.table.frame[question][line.index]
        value = value.to_list() if isinstance(value, pl.Series) else value
        read = "" if value is None else "、".join(map(str, value)) if isinstance(value, list) else str(value)
    kind: Any = severity
    cell = _cell(line, question)
    place = f"{line.table.sheet} {cell}：" if severity == "hard" else ""
    return Message(code, kind, place + text, line.table.file, line.table.sheet, cell, read)


def _refuse(line: Line, work: VillageWork, result: ImportResult, messages: Sequence[Message]) -> None:
    result.messages += messages
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
    _plan(result, line, "refused", messages=messages)


_PLAN_LIMIT = 5000


def _plan(
    result: ImportResult,
    line: Line,
    status: str,
    *,
    created: bool = False,
    messages: Sequence[Message] = (),
) -> None:
    """Remember what happens to a row, for a preview of some files (a county's import keeps none)."""
    if result.wants_plan and len(result.plan) < _PLAN_LIMIT:
        result.plan.append(
            {
                "file": line.table.file,
                "sheet": line.table.sheet,
                "row": line.row,
                "form": line.table.form,
                "group": line.asked.group,
                "head": line.asked.head,
                "status": "created" if created else status,
                "messages": [message.message for message in messages],
            }
        )

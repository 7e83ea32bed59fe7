"""The household tables of one village → matched rows → submit_responses → what became of each.

What holds: a row with a cell that has no single reading is refused whole; a prefilled row without answers is
skipped; keys claim before phones and phones before names, whatever the order of rows; rows that neither tells
wait until the whole upload has claimed its households (`Pending`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import polars as pl

from paicha.core.catalogue import Message, sentence
from paicha.core.pack import Pack
from paicha.domain.households.members import Origin
from paicha.domain.intake.changes import Change, VillageChanges, changes_of
from paicha.domain.intake.foreign_numbers import keep_numbers
from paicha.domain.intake.hidden_rows import leave_hidden, remember_seen
from paicha.domain.intake.known_households import KnownHousehold
from paicha.domain.intake.lines import Line, content_of, plan_row, refuse, say
from paicha.domain.intake.matching import UNSURE, Asked, Match
from paicha.domain.intake.memory import VillageMemory
from paicha.domain.intake.other_villages import question_heading
from paicha.domain.intake.partial_sorts import stay_in_place
from paicha.domain.intake.preparation import HouseholdRows
from paicha.domain.intake.repeats import without_repeats
from paicha.domain.intake.result import ImportResult
from paicha.domain.intake.warnings import remember_cleared, turned_back, warn
from paicha.domain.responses.columns import NOTHING
from paicha.domain.responses.models import Revision
from paicha.domain.responses.rules.evaluation import Evaluated
from paicha.domain.responses.services import (
    Batch,
    IncomingRow,
    ReadColumns,
    Receipt,
    Status,
    VillageWork,
    submit_responses,
)


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
    """Take a village's household tables in; in a village with households, rows that neither a key nor an
    exact phone and name tell wait until the whole upload has claimed its households."""
    lines: list[Line] = []
    for table in tables:
        mine = question_heading(work, table, _lines(work, table, memory, result), memory.register, result)
        lines += stay_in_place(work, mine, memory.register, result)
    for line in lines:
        line.rank = memory.register.rank(line.asked)
    waits = memory.register.had_households
    memory.pending += [line for line in lines if line.hidden or (waits and line.rank == UNSURE)]
    lines = [line for line in lines if not (line.hidden or (waits and line.rank == UNSURE))]
    _submit(work, _claim(work, lines, memory, result), memory, source, upload, result)


def _claim(
    work: VillageWork, lines: Sequence[Line], memory: VillageMemory, result: ImportResult
) -> list[Line]:
    """The rows that go on, in their own order, each with its household; keys claim first, then phones."""
    register = memory.register
    found: dict[int, Match] = {}
    for line in sorted(lines, key=lambda line: line.rank):
        if line.rank != UNSURE:
            found[id(line)] = register.claim(line.asked, refused=bool(line.faults))
    unsure = [line for line in lines if line.rank == UNSURE]
    together = register.match_together([line.asked for line in unsure])
    found |= {id(line): match for line, match in zip(unsure, together, strict=True)}
    head, ready = work.pack.roles.head, []
    for line in lines:
        match = found[id(line)]
        if not line.hidden:
            remember_seen(line, match.household, memory)
        elif leave_hidden(line, match.household, memory, result, head):
            continue
        if line.faults:
            refuse(line, work, result, line.faults)
            continue
        result.messages += [say(line, head, code, "note", text) for code, text in match.notes]
        if match.code:
            refuse(line, work, result, [say(line, head, match.code, "hard", match.sentence)])
            continue
        line.household, line.through = match.household, match.through
        ready.append(line)
    return ready


def take_pending(
    work: VillageWork, memory: VillageMemory, source: str, upload: UUID, result: ImportResult
) -> None:
    """Rows that waited, now that the whole upload has claimed its households; hidden ones last."""
    waiting, memory.pending = memory.pending, []
    for hidden in (False, True):
        ready = []
        for line in _claim(work, [line for line in waiting if line.hidden == hidden], memory, result):
            match: Match = Match() if line.household else memory.register.near(line.asked)
            if match.code:
                said = say(line, work.pack.roles.head, match.code, "hard", match.sentence)
                refuse(line, work, result, [said])
                continue
            for code, text in match.notes:
                line.soft += (say(line, work.pack.roles.head, code, "soft", text),)
            ready.append(line)
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
    groups, keys, answered, bases = column("_group"), column("_key"), column("_answered"), column("_base")
    counts = _count(pack, table, answered, memory)
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
        text = table.evaluated.texts[i]
        line = Line(table, i, asked, rows[i], text, content_of(table.form, text), bases[i])
        line.counts, line.faults = counts[i], faults.get(i, ())
        line.hidden = rows[i] in table.hidden
        if line.faults:
            lines.append(line)
        elif not asked.head:
            code, text = missing(pack, roles.head)
            refuse(line, work, result, [say(line, roles.head, code, "hard", text)])
        else:
            lines.append(line)
    return lines


def _count(pack: Pack, table: HouseholdRows, answered: Sequence[Any], memory: VillageMemory) -> list[bool]:
    """Which rows form 4 of this upload is compared with, refused ones included; repeats are taken off later."""
    outcome = pack.outcome
    outcomes = (
        table.frame[outcome.question].to_list()
        if outcome and outcome.question in table.frame.columns
        else [None] * table.frame.height
    )
    counts = [
        bool(says) and outcome.met(outcome.of_answers(value))
        for says, value in zip(answered, outcomes, strict=True)
    ]
    memory.read_counts[table.form] += sum(counts)
    return counts


def _submit(
    work: VillageWork,
    lines: Sequence[Line],
    memory: VillageMemory,
    source: str,
    upload: UUID,
    result: ImportResult,
) -> None:
    """Hand rows to submit_responses, one call per set of columns that tables share."""
    standing = without_repeats(work, lines, memory, result)
    if standing and not any(
        line.household for line in standing
    ):  # nothing in force that a column would clear
        given: dict[str, frozenset[str]] = {}
        for line in standing:
            given[line.table.form] = given.get(line.table.form, frozenset()) | line.table.present
        _submit_part(work, standing, given, memory, source, upload, result)
        return
    by_columns: dict[tuple[str, frozenset[str]], list[Line]] = {}
    for line in standing:
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


def _columns(lines: Sequence[Line], present: Mapping[str, frozenset[str]]) -> ReadColumns:
    """Answers of rows of several tables as columns in the order of `lines`, with what was found about them."""
    tables: dict[int, list[tuple[int, Line]]] = defaultdict(list)
    for position, line in enumerate(lines):
        tables[id(line.table)].append((position, line))
    parts, marks = [], []
    places: list[int] = []
    for some in tables.values():
        table = some[0][1].table
        at = {line.index: position for position, line in some}
        chosen = table.frame if len(some) == table.frame.height else table.frame[list(at)]
        parts.append(chosen.select([name for name in chosen.columns if not name.startswith("_")]))
        places += at.values()
        marks += [(at[row], kind, n, mark) for row, kind, n, mark in table.evaluated.marks if row in at]
    answers = parts[0] if len(parts) == 1 else pl.concat(parts, how="diagonal")
    if places != sorted(places):
        answers = answers[sorted(range(len(places)), key=places.__getitem__)]
    return ReadColumns(answers, Evaluated([line.text for line in lines], marks), present)


def _submit_part(
    work: VillageWork,
    lines: list[Line],
    presents: dict[str, frozenset[str]],
    memory: VillageMemory,
    source: str,
    upload: UUID,
    result: ImportResult,
) -> None:
    merged = _merged_bases(work, lines)
    rows = [
        IncomingRow(
            line.table.form,
            line.household,
            base=None if line.through else line.base,
            base_text=merged.get((line.through, line.base or 0), NOTHING) if line.through else None,
            address=f"{line.table.file}!{line.table.sheet}!{line.row}",
        )
        for line in lines
    ]
    batch = Batch.of(work, rows, source=source, upload=upload, columns=_columns(lines, presents))
    receipts = submit_responses(work, batch)
    for line, receipt, changes in zip(lines, receipts, changes_of(work, receipts), strict=True):
        _account(work, line, receipt, changes, memory, result)
    taken = [
        (r.household, line.asked.key) for line, r in zip(lines, receipts, strict=True) if r.status.goes_in
    ]
    given = [(household, key) for household, key in taken if household is not None]
    keep_numbers(work, memory.register, given, Origin(source, upload, work.at))


def _merged_bases(work: VillageWork, lines: Sequence[Line]) -> dict[tuple[int, int], str]:
    """The answers that rows with a merged household's key were made from, by its number and their revision's."""
    wanted = {(line.through, line.base or 0) for line in lines if line.through}
    if not wanted:
        return {}
    rows = Revision.objects.filter(
        round=work.round, household__number__in={number for number, _ in wanted}, number__in={n for _, n in wanted}
    )  # fmt: skip
    return {
        (number, n): text for number, n, text in rows.values_list("household__number", "number", "answers")
    }  # fmt: skip


def _account(
    work: VillageWork,
    line: Line,
    receipt: Receipt,
    changes: Sequence[Change],
    memory: VillageMemory,
    result: ImportResult,
) -> None:
    said_once = [say(line, said.question, said.code, said.severity, said.message) for said in receipt.said]
    messages = [*line.soft, *{(m.code, m.cell, m.message): m for m in said_once}.values()]
    if receipt.status is Status.REFUSED:
        refuse(line, work, result, messages)
        return
    if receipt.status.goes_in:
        messages += [*_new_group(work, line, memory), *turned_back(work.pack, line, changes)]
    plan_row(result, line, receipt.status, created=receipt.created, changes=changes)
    if receipt.status is Status.CONFLICT:
        result.conflicts += 1
        result.messages += messages
    elif receipt.status is Status.UNCHANGED:
        result.unchanged += 1
        result.messages += messages
    else:
        result.accepted += 1
        result.created += receipt.created
        warn(result, line, messages)
        if changes:
            result.changes.setdefault(work.village.code, VillageChanges()).add(changes)
            remember_cleared(memory, line, changes)
        if receipt.household is not None:
            memory.accepted[receipt.household] = line
    if receipt.created and receipt.household is not None:
        asked = line.asked
        memory.register.add(
            KnownHousehold(receipt.household, receipt.number, asked.group, asked.head, asked.phone, "")
        )
        memory.register.claim_for(receipt.household, asked)
        memory.trace.created.append(receipt.household)
        memory.seen[receipt.household] = line


def _new_group(work: VillageWork, line: Line, memory: VillageMemory) -> list[Message]:
    """V13, soft: a group that the village, which has groups, doesn't have, or beyond its number; said once."""
    group = line.asked.group
    if not group or group in memory.groups or group in memory.groups_told:
        return []
    if not (memory.groups or work.summary.profile):
        return []
    check = work.pack.named_check("area_known")
    stated = work.summary.profile.get((check and check.name_of("total")) or "")
    beyond = isinstance(stated, int) and group.isdecimal() and int(group) > stated
    if not (beyond or memory.groups):
        return []
    memory.groups_told.add(group)
    label = f"{group}组" if group.isdecimal() else group
    text = sentence("M08", village="村里", group=label)
    return [say(line, work.pack.roles.head, check.id if check else "M08", "soft", text)]

"""A household roster 花名册: village, group, head, population, phone, class → register and round.

What holds: a household already known by group and name is no change; one that is new is added, and to the
current round's roster, on the form of its class; a row that may be several households, carries another village's key
or a class that can't be told is refused.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from paicha.core.catalogue import Message, sentence
from paicha.core.pack import Pack
from paicha.domain.audit.services import Entry, village_chain
from paicha.domain.households.members import Origin
from paicha.domain.households.services import NewHousehold, add_households
from paicha.domain.intake.foreign_numbers import keep_numbers
from paicha.domain.intake.known_households import KnownHousehold
from paicha.domain.intake.matching import Asked
from paicha.domain.intake.memory import VillageMemory
from paicha.domain.intake.result import ImportResult, Refused
from paicha.domain.intake.village_rows import missing
from paicha.domain.responses.rules.row_tests import entered_hits
from paicha.domain.responses.rules.rule_text import message_of
from paicha.domain.responses.services import VillageWork
from paicha.domain.rounds.services import NewEntry, add_due
from paicha.formats.reading import HouseholdTable


def take_roster(
    work: VillageWork,
    table: HouseholdTable,
    indexes: Sequence[int],
    memory: VillageMemory,
    result: ImportResult,
    origin: Origin,
) -> None:
    """Add the households of a roster's rows that belong to this village, with other systems' numbers."""
    pack, roles, frame = work.pack, work.pack.roles, table.frame
    faults = _faults(table)
    form_of = {entry.name: entry.form for entry in pack.classes}
    general = pack.classes[-1].name
    new: list[tuple[int, NewHousehold]] = []
    seen: set[tuple[str, str, str]] = set()
    for index in indexes:
        row = _row(frame, index)
        messages = faults.get(index, [])
        if not messages:
            messages = _check(work, table, row)
        if messages:
            _refuse(work, table, row, messages, result)
            continue
        head, group = row[roles.head], row.get("_group") or ""
        phone = row.get(roles.phone or "") or ""
        address = f"{table.file} {table.sheet}!{row['_row']}"
        match = memory.register.match(Asked(row.get("_key"), group, head, phone, address))
        if match.code:
            _refuse(work, table, row, [_at_head(work, table, row, match.code, match.sentence)], result)
            continue
        key = (group, head, phone)
        if match.household is not None or key in seen:
            result.unchanged += 1
            continue
        if work.locked:
            _refuse(work, table, row, [_at_head(work, table, row, "H03", sentence("H03"))], result)
            continue
        seen.add(key)
        population = row.get(roles.population or "")
        new.append((index, NewHousehold(group, head, phone, population, row.get("_class") or general)))
    made = add_households(work.village, [household for _, household in new])
    work.add_groups({household.group for _, household in new if household.group})
    entries = []
    for (_, household), (id_, number) in zip(new, made, strict=True):
        memory.register.add(
            KnownHousehold(id_, number, household.group, household.head_name, household.phone, "")
        )
        memory.trace.created.append(id_)
        entries.append(NewEntry(id_, form_of[household.household_class], household.group, None, None, 0))
    add_due(work.round, work.village, entries)
    keys = frame["_key"].to_list() if "_key" in frame.columns else [None] * frame.height
    given = [(id_, keys[index]) for (index, _), (id_, _) in zip(new, made, strict=True)]
    keep_numbers(work, memory.register, given, origin)
    result.accepted += len(made)
    result.created += len(made)
    if made:
        work.note(Entry(village_chain(work.village.pk), work.actor, "roster.add", count=len(made)))


def _faults(table: HouseholdTable) -> dict[int, list[Message]]:
    """What was wrong with cells, by the row of the frame."""
    faults: dict[int, list[Message]] = defaultdict(list)
    for fault in table.faults:
        if fault.row_index is not None:
            text = f"{table.sheet} {fault.cell}：{fault.sentence}"
            faults[fault.row_index].append(
                Message(fault.code, "hard", text, table.file, table.sheet, fault.cell, fault.read)
            )
    return faults


def _at_head(work: VillageWork, table: HouseholdTable, row: dict[str, Any], code: str, text: str) -> Message:
    head = work.pack.roles.head
    cell = f"{table.cells.get(head, 'A')}{row['_row']}"
    return Message(
        code, "hard", f"{table.sheet} {cell}：{text}", table.file, table.sheet, cell, row[head] or ""
    )


def _refuse(
    work: VillageWork,
    table: HouseholdTable,
    row: dict[str, Any],
    messages: list[Message],
    result: ImportResult,
) -> None:
    result.messages += messages
    result.refuse(
        Refused(
            table.file, table.sheet, table.form, row["_row"], work.village.code, tuple(messages), table.cells
        )
    )  # fmt: skip


def _row(frame: Any, index: int) -> dict[str, Any]:
    row: dict[str, Any] = frame.row(index, named=True)
    return row


def _check(work: VillageWork, table: HouseholdTable, row: dict[str, Any]) -> list[Message]:
    """What the household tests refuse in a row, beside a name, which must be there (V01, V03, V12)."""
    pack, roles = work.pack, work.pack.roles
    said = []
    if not row.get(roles.head):
        said.append((*missing(pack, roles.head), roles.head))
    names = tuple(name for name in (roles.head, roles.population, roles.phone) if name)
    answers = {name: None if row.get(name) == "" else row.get(name) for name in names}
    answers["form"] = _form(pack, row)
    for hit in entered_hits([answers], pack, names):
        if hit.severity == "hard":
            said.append((hit.id, message_of(pack, hit, answers), hit.to_correct(answers)))
    messages = []
    for code, text, name in said:
        cell, read = f"{table.cells.get(name, 'A')}{row['_row']}", row.get(name)
        messages.append(
            Message(
                code, "hard", f"{table.sheet} {cell}：{text}", table.file, table.sheet, cell,
                "" if read is None else str(read),
            )
        )  # fmt: skip
    return messages


def _form(pack: Pack, row: dict[str, Any]) -> str:
    """The form that a row's household will fill: of its class, or of the last one, where the row says none."""
    name = row.get("_class") or pack.classes[-1].name
    return next(entry.form for entry in pack.classes if entry.name == name)

"""Rows typed on a page → the importer's reading → `submit_responses` → what became of each, at its cell.

What holds: a typed row ends where a row of a workbook ends; what can't be read or breaks a rule is said at the
cell that was typed, and is kept as a draft of its author; what is stored drops that draft in the same
transaction. A row that another person changed meanwhile says what they changed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

import orjson

from paicha.core.catalogue import sentence
from paicha.core.pack import HouseholdForm
from paicha.core.pack.outcome import Outcome
from paicha.core.refusal import Refusal
from paicha.domain.intake.matching import Asked, Match, Register, register_of
from paicha.domain.responses.answers.in_force import Stored, answers_of, load_stored
from paicha.domain.responses.columns import NOTHING
from paicha.domain.responses.models import Conflict, Finding
from paicha.domain.responses.queries import source_actor
from paicha.domain.responses.services import (
    Batch,
    IncomingRow,
    Receipt,
    Status,
    VillageWork,
    decide_finding,
    submit_responses,
)
from paicha.domain.responses.services.drafts import drop_draft, keep_draft
from paicha.domain.responses.services.withdraw import withdraw
from paicha.domain.rounds.models import RosterEntry
from paicha.formats.cell_entry import cell_of, read_typed
from paicha.formats.reading import Fault, HouseholdTable

IN = (
    Status.STORED,
    Status.MERGED,
    Status.UNCHANGED,
    Status.HELD,
)  # the row is safe: nothing of it need be kept as a draft


@dataclass(frozen=True, slots=True)
class TypedRow:
    """A row as typed. `place` names it to the page and its draft; `base`: the revision the page showed.

    `reasons`: id of a soft check → the reason that was given with the row.
    """

    place: str
    cells: Mapping[str, str]
    household: UUID | None = None
    base: int = 0
    reasons: Mapping[str, str] = field(default_factory=dict)
    sure: bool = False  # of a new household: it is none of those that nearly match


@dataclass(frozen=True, slots=True)
class Told:
    """Something to say about a row: at which cell ('' the row), how heavily, the rule's id, the sentence."""

    cell: str
    severity: str
    code: str
    message: str


@dataclass(slots=True)
class SavedRow:
    """What became of a typed row. `revision` is the number in force.

    `theirs`: {question: (before, now)} that was changed since the page was read and that was typed otherwise, and
    `by` whom (`by_self`: the same person, in a second tab); `clash`: {question: (in force, typed)} of a conflict.
    """

    place: str
    status: Status
    household: UUID | None = None
    revision: int = 0
    told: list[Told] = field(default_factory=list)
    theirs: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    by: str = ""
    by_self: bool = False
    clash: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    conflict: int | None = None
    candidates: str = ""


@dataclass(slots=True)
class _Line:
    """A row on its way in: where it stands among those typed, and what is known of its household."""

    index: int
    row: TypedRow
    saved: SavedRow
    stored: Stored | None = None
    head: str = ""
    group: str = ""
    outcome: int | None = None


def save_typed(
    work: VillageWork, form: HouseholdForm, rows: Sequence[TypedRow], source: str
) -> list[SavedRow]:
    """Take typed rows of one form in, each with the same cells; in their order.

    Must run inside `work`'s transaction. A row of a household needs no name and no group: the register's hold;
    a new one is matched first, and refused where the village has it or nearly has it (unless `sure`).
    """
    if not rows:
        return []
    table = read_typed(work.pack, form, [row.cells for row in rows], work.round.opens_on)
    lines = [
        _Line(i, row, SavedRow(row.place, Status.REFUSED, row.household, row.base))
        for i, row in enumerate(rows)
    ]
    _know(work, lines)
    _fault(work, form, lines, table.faults)
    _match(work, lines, table)
    ready = [line for line in lines if not line.saved.told and line.saved.status is Status.REFUSED]
    if ready:
        receipts = submit_responses(work, _batch(work, form, ready, table, source))
        for line, receipt in zip(ready, receipts, strict=True):
            _account(work, form, line, receipt, source, _answers_of(table, line))
    for line in lines:
        _keep(work, form, line)
    return [line.saved for line in lines]


def _know(work: VillageWork, lines: Sequence[_Line]) -> None:
    """What register and roster know of the rows' households; a row of another village is refused."""
    wanted = {line.row.household for line in lines if line.row.household}
    stored = load_stored(work, wanted)
    entries = RosterEntry.objects.filter(round=work.round, village=work.village, household__in=wanted)
    known = {
        household: (head, group, outcome)
        for household, head, group, outcome in entries.values_list(
            "household_id", "household__head_name", "household__group", "outcome"
        )
    }
    for line in lines:
        household = line.row.household
        if household is None:
            continue
        line.stored = stored.get(household)
        if line.stored is None:
            line.saved.told.append(Told("", "hard", "M09", sentence("M09")))
            continue
        line.head, line.group, line.outcome = known[household]


def _fault(work: VillageWork, form: HouseholdForm, lines: Sequence[_Line], faults: Sequence[Fault]) -> None:
    for fault in faults:
        line = lines[fault.row_index or 0]
        cell = cell_of(work.pack, form, fault.question, line.row.cells)
        line.saved.told.append(Told(cell, "hard", fault.code, fault.sentence))


def _match(work: VillageWork, lines: Sequence[_Line], table: HouseholdTable) -> None:
    """New households: their name and group from the row; none that the village has already."""
    register: Register | None = None
    roles = work.pack.roles
    for line in lines:
        if line.row.household is not None or line.saved.told:
            continue
        register = register or register_of(work.village.pk, "")
        line.head = table.frame[roles.head][line.index] or ""
        line.group = table.frame["_group"][line.index] or ""
        phone = table.frame[roles.phone][line.index] if roles.phone in table.frame.columns else None
        if not line.head:
            label = work.pack.questions[roles.head].label
            line.saved.told.append(Told(roles.head, "hard", "M11", sentence("M11", label=label)))
            continue
        asked = Asked(None, line.group, line.head, phone or "", line.row.place)
        match = register.match(asked)
        if match.household is None and not match.code and not line.row.sure:
            match = register.near(asked)
        if match.household is None or not _just_added(work, line, match.household, table):
            _say_match(line, match, roles.head)


def _just_added(work: VillageWork, line: _Line, household: UUID, table: HouseholdTable) -> bool:
    """Whether the household is this very row, added and stored a moment ago (the button was pressed twice)."""
    stored = load_stored(work, {household}).get(household)
    if stored is None or stored.number != 1 or stored.form != table.form:
        return False
    known = orjson.loads(stored.answers)
    if any(known.get(name) != value for name, value in _answers_of(table, line).items() if value is not None):
        return False
    line.saved.status, line.saved.household, line.saved.revision = Status.UNCHANGED, household, stored.number
    return True


def _say_match(line: _Line, match: Match, head: str) -> None:
    if match.household is not None:
        line.saved.household = match.household
        line.saved.told.append(Told(head, "hard", "M19", sentence("M19", head=line.head)))
    elif match.code:
        line.saved.candidates = match.candidates
        said = sentence("M20", candidates=match.candidates)
        line.saved.told.append(Told(head, "hard", "M20", said))


def _batch(
    work: VillageWork, form: HouseholdForm, lines: Sequence[_Line], table: HouseholdTable, source: str
) -> Batch:
    """The readable rows as a batch: answers as read, who they are from the register, how the visit ended."""
    outcome, roles = work.pack.outcome, work.pack.roles
    rows = []
    for line in lines:
        read = table.frame.row(line.index, named=True)
        values = {name: value for name, value in read.items() if not name.startswith("_")}
        values[roles.head] = line.head
        if roles.group:
            values[roles.group] = line.group or None
        if outcome and outcome.question not in values:
            values[outcome.question] = _outcome_of(outcome, line, read["_answered"])
        rows.append(IncomingRow(form.name, line.row.household, values, base=_base(line)))
    return Batch.of(work, rows, source=source)


def _base(line: _Line) -> int | None:
    """The revision that the page showed, 0 where it showed none; where nothing is in force, nothing is overwritten."""
    if line.stored is None:
        return None
    return line.stored.number if line.stored.answers == NOTHING else line.row.base


def _outcome_of(outcome: Outcome, line: _Line, answered: bool) -> int | None:
    """How the visit ended where the row has no cell for it: whoever has answers was met."""
    if line.outcome is None or outcome.met(line.outcome) or not answered:
        return line.outcome
    return outcome.default


def _answers_of(table: HouseholdTable, line: _Line) -> dict[str, Any]:
    """What was typed, by question, as answers are kept."""
    row = table.frame.row(line.index, named=True)
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in row.items()
        if not name.startswith("_")
    }


def _account(
    work: VillageWork,
    form: HouseholdForm,
    line: _Line,
    receipt: Receipt,
    source: str,
    mine: Mapping[str, Any],
) -> None:
    saved, cells = line.saved, line.row.cells
    saved.status, saved.household = receipt.status, receipt.household
    saved.revision = line.row.base if receipt.status is Status.REFUSED else receipt.revision
    for said in receipt.said:
        cell = cell_of(work.pack, form, said.question, cells)
        saved.told.append(Told(cell, said.severity, said.code, said.message))
    _theirs(work, line, source, mine)
    if saved.status is Status.CONFLICT:
        _conflict(work, line, source, mine)
    if saved.status.in_force:
        _explain(work, line)


def _theirs(work: VillageWork, line: _Line, source: str, mine: Mapping[str, Any]) -> None:
    """What came into force after the page was read, as far as it isn't what was typed here, too.

    It may be one's own (`by_self`): a second tab, a page left open.
    """
    old = line.stored
    if old is None or not old.number or old.number == line.row.base:
        return
    base = answers_of(work, {(old.household, line.row.base)}) if line.row.base else {}
    was = orjson.loads(base.get((old.household, line.row.base), NOTHING))
    now = orjson.loads(old.answers)
    known = {work.pack.roles.head, work.pack.roles.group}
    line.saved.by = source_actor(old.source)
    line.saved.by_self = old.source == source
    line.saved.theirs = {
        name: (was.get(name), now.get(name))
        for name in work.pack.answer_questions
        if was.get(name) != now.get(name) and name not in known and mine.get(name) != now.get(name)
    }


def _conflict(work: VillageWork, line: _Line, source: str, mine: Mapping[str, Any]) -> None:
    """The conflict that waits for the row, with both answers to what collides."""
    rows = Conflict.objects.filter(
        round=work.round, household=line.saved.household, source=source, settled_at=None
    )
    found = rows.order_by("-pk").first()
    if found is None or line.stored is None:
        return
    now = orjson.loads(line.stored.answers)
    line.saved.conflict = found.pk
    line.saved.clash = {name: (now.get(name), mine.get(name)) for name in found.fields}


def _explain(work: VillageWork, line: _Line) -> None:
    """Reasons that were given with the row, for what is soft about it."""
    for rule, reason in line.row.reasons.items():
        if not reason.strip():
            continue
        found = Finding.objects.filter(
            round=work.round, household=line.saved.household, rule=rule, severity="soft", state="open"
        ).select_related("village").first()  # fmt: skip
        if found is not None:
            decide_finding(work.round, work.pack, found, state="confirmed", reason=reason, actor=work.actor)
            line.saved.told = [told for told in line.saved.told if told.code != rule]


def _keep(work: VillageWork, form: HouseholdForm, line: _Line) -> None:
    """A refused row stays with its author as a draft; one that is safe, or listed as a conflict, needs none."""
    row = line.row
    if line.saved.status in (*IN, Status.CONFLICT):
        drop_draft(work, row.place)
    else:
        keep_draft(work, row.place, form=form.name, answers=row.cells, base=row.base, household=row.household)


class TakeBackError(Refusal):
    """A row that can't be taken back."""


def take_entry_back(work: VillageWork, household: UUID, source: str) -> SavedRow:
    """Put in force what was there before the author's last save of a household, as a new revision.

    Raises TakeBackError where the newest answers are somebody else's, or nothing was answered before.
    """
    stored = load_stored(work, {household}).get(household)
    if stored is None:
        raise TakeBackError("M09")
    if stored.answers == NOTHING or stored.source != source:
        raise TakeBackError("C20")
    if work.locked and not stored.reopened:
        raise TakeBackError("C21")
    before = answers_of(work, {(household, stored.number - 1)}).get((household, stored.number - 1))
    if before in (None, NOTHING):
        if Conflict.objects.filter(round=work.round, household=household, settled_at=None).exists():
            raise TakeBackError("C22")
        number = withdraw(work, household, source)
        return SavedRow(str(household), Status.WITHDRAWN, household, number)
    assert before is not None, "else it was withdrawn"
    form = work.pack.household_forms[stored.form]
    saved = _again(work, form, stored, before, source)
    if saved.status is Status.REFUSED:
        said = "；".join(line.message for line in saved.told)
        raise TakeBackError("C23", said=said)
    return saved


def _again(work: VillageWork, form: HouseholdForm, stored: Stored, before: str, source: str) -> SavedRow:
    """Submit earlier answers as they are."""
    row = IncomingRow(form.name, stored.household, text=before, base=stored.number)
    receipt = submit_responses(work, Batch.of(work, [row], source=source))[0]
    told = [Told("", said.severity, said.code, said.message) for said in receipt.said]
    drop_draft(work, str(stored.household))
    return SavedRow(str(stored.household), receipt.status, stored.household, receipt.revision, told)

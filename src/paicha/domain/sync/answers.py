"""A village's items → `submit_responses`, with what a device knows and a file doesn't: base, predecessor, own ids.

What holds: the items of one household go one after another, those of different households together; an item's base is
the revision that its predecessor on the same device became, else the one it was made from; a household found on the
spot gets the device's id, unless the village has it already; refused answers stay as a draft of their author.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

import orjson
from pydantic import ValidationError

from paicha.core.catalogue import sentence
from paicha.core.normalise import group as group_text
from paicha.domain.intake.matching import Asked, Register, register_of
from paicha.domain.responses.answers.in_force import answers_of
from paicha.domain.responses.columns import NOTHING
from paicha.domain.responses.models import Finding
from paicha.domain.responses.services import (
    Batch,
    IncomingRow,
    Receipt,
    Status,
    VillageWork,
    decide_within,
    submit_responses,
)
from paicha.domain.responses.services.drafts import drop_drafts, keep_draft
from paicha.domain.rounds.models import RosterEntry
from paicha.domain.sync.items import Item, ItemError, values_of
from paicha.domain.sync.models import SyncItem
from paicha.domain.sync.receipts import ItemReceipt
from paicha.domain.sync.routing import NEVER, Routed
from paicha.formats.cell_entry import typed_cells

_STEPS_BACK = 20  # refused predecessors of one item


@dataclass(slots=True)
class Line:
    """An item on its way in. `household` None: to be made; `made` the id that the device gave it."""

    routed: Routed
    receipt: ItemReceipt
    household: UUID | None = None
    made: UUID | None = None
    form: str = ""
    head: str = ""
    group: str = ""
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def item(self) -> Item:
        assert self.routed.arrived.item is not None, "what can't be read is never routed"
        return self.routed.arrived.item

    @property
    def key(self) -> UUID | None:
        """The household, by whichever id."""
        return self.household or self.made


def submit_lines(work: VillageWork, lines: Sequence[Line], source: str, device: UUID) -> None:
    """Take the answers of a village's items in; what became of each stands in its receipt afterwards.

    Must run inside `work`'s transaction.
    """
    _identify(work, lines)
    for line in lines:
        if line.routed.hold == NEVER:
            _refuse(line, ItemError(NEVER))
    ready = []
    for line in lines:
        line.receipt.household = line.key
        if line.receipt.status is Status.REFUSED or line.item.answers is None:
            continue
        line.form = _form_of(work, line)
        try:
            line.values = values_of(work.pack, work.pack.household_forms[line.form], line.item.answers)
        except ItemError as error:
            _refuse(line, error)
            continue
        ready.append(line)
    finished = [line for line in ready if line.item.completed]
    known = _earlier(finished)
    for wave in _waves(finished):
        _submit(work, wave, source, known)
        known |= {line.receipt.item: _became(line) for line in wave}
    _confirm(work, finished)
    _drafts(work, ready, device)


def _form_of(work: VillageWork, line: Line) -> str:
    """The form that an item's answers are of: the household's, else one that it was asked on before."""
    known, forms = line.routed.known, work.pack.household_forms
    names = set(line.item.answers or ())
    if known is None or names <= set(forms[line.form].questions):
        return line.form
    return next((form for form in known.past.forms if names <= set(forms[form].questions)), line.form)


def _refuse(line: Line, error: ItemError) -> None:
    line.receipt.status = Status.REFUSED
    line.receipt.say(error.code, "hard", str(error))


def _identify(work: VillageWork, lines: Sequence[Line]) -> None:
    """Who each item is about: as the register knows it, or one found on the spot."""
    register: Register | None = None
    met: dict[UUID, UUID | None] = {}
    for line in lines:
        known, new = line.routed.known, line.item.household
        if known is not None:
            line.household, line.form, line.head, line.group = (
                known.household, known.form, known.head, known.group,
            )  # fmt: skip
            continue
        if new is None:
            continue  # raised about the village itself
        form = next((c.form for c in work.pack.classes if c.name == new.household_class), None)
        if form is None:
            _refuse(line, ItemError("D33"))
            continue
        line.form, line.head, line.made = form, new.head_name.strip(), line.item.household_id
        line.group = (group_text(new.group) or "") if new.group else ""
        if line.made is not None and line.made in met:
            line.household = met[line.made]
            continue
        register = register or register_of(work.village.pk, "")
        asked = Asked(None, line.group, line.head, new.phone, "")
        match = register.claim(asked)
        if match.household is not None:
            line.household = match.household
            line.receipt.say("D15", "note", sentence("D15", name=line.head))
        elif match.candidates or (match := register.near(asked)).candidates:
            line.receipt.say("D14", "note", sentence("D14", candidates=match.candidates))
        if line.made is not None:
            met[line.made] = line.household


@dataclass(frozen=True, slots=True)
class Before:
    """What an item's predecessor on the same device became. `answers`: as the device had them."""

    status: Status
    revision: int
    base: int | None
    after: UUID | None
    answers: Mapping[str, Any]
    household: UUID | None = None  # whose revision it became


def _became(line: Line) -> Before:
    item, receipt = line.item, line.receipt
    return Before(receipt.status, receipt.revision, item.base, item.after, line.values, line.household)


def _earlier(lines: Sequence[Line]) -> dict[UUID, Before]:
    """Predecessors that came in an earlier batch; of refused ones theirs, too."""
    found: dict[UUID, Before] = {}
    wanted = {line.item.after for line in lines if line.item.after}
    for _ in range(_STEPS_BACK):
        rows = SyncItem.objects.filter(pk__in=wanted - set(found)).values_list(
            "pk", "status", "revision", "raw", "household"
        )
        wanted = set()
        for pk, status, revision, raw, household in rows:
            found[pk] = before = replace(_before(pk, status, revision, raw or {}), household=household)
            if status == "refused" and before.after is not None:
                wanted.add(before.after)
        if not wanted:
            break
    return found


def _before(pk: UUID, status: str, revision: int, raw: Mapping[str, Any]) -> Before:
    """A predecessor as it was kept; one that could not be read names neither base nor predecessor."""
    try:
        kept = Item.model_validate({**raw, "item": pk})
    except ValidationError:
        return Before(Status(status), revision, None, None, {})
    return Before(Status(status), revision, kept.base, kept.after, kept.answers or {})


def _made_from(work: VillageWork, line: Line, known: Mapping[UUID, Before]) -> tuple[int | None, str | None]:
    """What a line was made from: the revision in force then, or answers of the device's own that never were.

    Stored as sent, the predecessor is a revision. Merged, listed as a conflict or held, it isn't: the device still
    has its own answers, and what others wrote meanwhile it has not seen.
    """
    base, after = line.item.base, line.item.after
    for _ in range(_STEPS_BACK):
        before = known.get(after) if after is not None else None
        if before is None:
            return _of_merged(work, line, line.routed.merged, base)
        if before.status is Status.STORED:
            return _of_merged(work, line, before.household, before.revision)
        if before.status is not Status.REFUSED:
            form = work.pack.household_forms[line.form]
            return base, orjson.dumps(values_of(work.pack, form, before.answers, kept=True)).decode()
        base, after = before.base, before.after
    return base, None


def _of_merged(
    work: VillageWork, line: Line, owner: UUID | None, base: int | None
) -> tuple[int | None, str | None]:
    """A base, or its answers where it is of a household that was merged into the line's."""
    if owner is None or line.household is None or owner == line.household:
        return base, None
    return None, answers_of(work, {(owner, base or 0)}).get((owner, base or 0), NOTHING)


def _waves(lines: Sequence[Line]) -> Iterable[list[Line]]:
    """Lines that may go in together: none twice of a household, each form with the same answers present."""
    waves: list[tuple[dict[str, frozenset[str]], list[Line]]] = []
    reached: dict[UUID | None, int] = {}
    for line in lines:
        present = frozenset(line.values)
        at = reached.get(line.key, -1) + 1 if line.key is not None else 0
        while at < len(waves) and waves[at][0].get(line.form, present) != present:
            at += 1
        if at == len(waves):
            waves.append(({}, []))
        waves[at][0][line.form] = present
        waves[at][1].append(line)
        reached[line.key] = at
    return [wave for _, wave in waves]


def _submit(work: VillageWork, wave: Sequence[Line], source: str, before: Mapping[UUID, Before]) -> None:
    """One `submit_responses` of lines of different households."""
    roles = work.pack.roles
    made: dict[UUID, UUID] = {}
    for line in wave:  # a household that an earlier wave made
        if line.household is None and line.made is not None and (found := _made_since(work, line.made)):
            line.household = made[line.made] = found
    rows = []
    for line in wave:
        base, text = _made_from(work, line, before)
        known: dict[str, str | None] = {roles.head: line.head}
        if roles.group:
            known[roles.group] = line.group or None
        rows.append(
            IncomingRow(
                line.form,
                line.household,
                known | line.values,
                base=base,
                base_text=text,
                new_id=None if line.household else line.made,
            )
        )
    batch = Batch.of(
        work,
        rows,
        source=source,
        upload=wave[0].routed.arrived.id,
        by_base=source.startswith("field:"),
        hold=wave[0].routed.hold,
    )
    for line, receipt in zip(wave, submit_responses(work, batch), strict=True):
        _account(line, receipt)


def _account(line: Line, receipt: Receipt) -> None:
    line.household = receipt.household or line.household
    line.receipt.status, line.receipt.household = receipt.status, line.key
    kept = receipt.status in (Status.REFUSED, Status.HELD)
    line.receipt.revision = 0 if kept else receipt.revision
    for said in receipt.said:
        line.receipt.say(said.code, said.severity, said.message, said.question)


def _made_since(work: VillageWork, made: UUID) -> UUID | None:
    found = RosterEntry.objects.filter(round=work.round, village=work.village, household=made)
    return found.values_list("household_id", flat=True).first()


def _confirm(work: VillageWork, lines: Sequence[Line]) -> None:
    """Reasons that came with the answers, for what is soft about them."""
    reasons = {
        (line.household, one.rule): (one.reason, line)
        for line in lines
        if line.household is not None and line.receipt.status.in_force
        for one in line.item.confirmed
    }
    if not reasons:
        return
    open_ = Finding.objects.filter(
        round=work.round, household__in={h for h, _ in reasons}, severity="soft", state=Finding.State.OPEN
    )
    for pk, household, rule in list(open_.values_list("pk", "household_id", "rule")):
        if (household, rule) in reasons:
            reason, line = reasons[household, rule]
            decide_within(work, pk, state=Finding.State.CONFIRMED, reason=reason)
            line.receipt.messages = [m for m in line.receipt.messages if m["code"] != rule]


def _drafts(work: VillageWork, lines: Sequence[Line], device: UUID) -> None:
    """What isn't finished, or was refused, stays with its author; a stored row needs no draft."""
    short = device.hex
    kept = [line for line in lines if not line.item.completed or line.receipt.status is Status.REFUSED]
    for line in kept:
        form = work.pack.household_forms[line.form]
        keep_draft(
            work, str(line.key), form=line.form, answers=typed_cells(work.pack, form, line.values),
            base=line.item.base or 0, household=line.household, device=short,
        )  # fmt: skip
    safe = {str(line.key) for line in lines} - {str(line.key) for line in kept}
    if safe and work.summary.fact.drafts.get(work.actor):  # how many the author has in the village
        drop_drafts(work, safe, short)

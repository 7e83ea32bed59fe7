"""An upload taken back in one step, as far as nothing was built on it.

What holds: a village is a transaction, as in the import; answers that were in force before come back as a new
revision, a household that had none is due again, one that the upload made leaves register and roster, and stays on
record; what something rests on is named and left. Taken back twice, the second time finds nothing to do.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby, takewhile
from typing import Any
from uuid import UUID

from django.db import transaction

from paicha.core.refusal import Refusal
from paicha.domain import clock
from paicha.domain.accounts.policies import Scope
from paicha.domain.accounts.roles import Verb
from paicha.domain.areas.services import remove_groups
from paicha.domain.audit.services import Entry, village_chain
from paicha.domain.households.events import last_left
from paicha.domain.households.members import given_people, take_members_back
from paicha.domain.households.services import count_change, take_households_back, update_known
from paicha.domain.intake.dependents import built_on, groups_in_use
from paicha.domain.intake.interruptions import cut_short, end_cut_short
from paicha.domain.problems.services import withdraw_listed
from paicha.domain.responses.columns import NOTHING
from paicha.domain.responses.models import Conflict, HeldRevision, Revision, Upload, UploadVillage
from paicha.domain.responses.services import VillageWork, village_work
from paicha.domain.responses.services.restore import Earlier, restore_answers, restore_form
from paicha.domain.responses.services.withdraw import withdraw_all
from paicha.domain.rounds.models import RosterEntry
from paicha.domain.rounds.packs import pack_of
from paicha.domain.rounds.services import remove_entries

CHANGED, LOCKED, REFUSED = "后来又改过", "本村已经上报", "以前的答案按现在的规则收不下"
GONE = {"move": "后来迁走了", "merge": "后来并到别户了", "close": "后来销户了"}
OUTSIDE = "不在您负责的范围内"
_AT_ONCE = 500
_FIELDS = ("restored", "withdrawn", "removed", "forms", "problems")


class UndoRefused(Refusal):
    """Nothing can be taken back."""


@dataclass(frozen=True, slots=True)
class Left:
    """What stays, and why: a household, or a form of the village (`household` None, its label in `name`)."""

    village: str
    household: UUID | None
    name: str
    reason: str

    def as_dict(self) -> dict[str, str | None]:
        return {
            "village": self.village, "household_id": str(self.household) if self.household else None,
            "name": self.name, "reason": self.reason,
        }  # fmt: skip


@dataclass(slots=True)
class UndoResult:
    """Households back to earlier answers, due again, or gone with the upload that made them; forms; what stays."""

    upload: str
    restored: int = 0
    withdrawn: int = 0
    removed: int = 0
    forms: int = 0
    problems: int = 0
    left: list[Left] = field(default_factory=list)

    @property
    def done(self) -> int:
        return sum(getattr(self, name) for name in _FIELDS)

    def as_dict(self) -> dict[str, Any]:
        counts = {name: getattr(self, name) for name in _FIELDS}
        return {"upload": self.upload, **counts, "left": [one.as_dict() for one in self.left]}


@dataclass(frozen=True, slots=True)
class Written:
    """A household's revision of the upload that is in force, and what was before: its number, 0 for nothing."""

    entry: RosterEntry
    head: str
    at: Any
    before: int


def undo_upload(
    upload: UUID,
    *,
    scope: Scope,
    dry_run: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> UndoResult:
    """Take an upload back, village by village. Raises UndoRefused where there is none, or it isn't through."""
    record = Upload.objects.select_related("round").filter(pk=upload).first()
    if record is None:
        raise UndoRefused("U10")
    rows = list(
        UploadVillage.objects.filter(upload=record).select_related("village").order_by("village__code")
    )
    if record.pk in cut_short():
        end_cut_short()
        record.refresh_from_db()
    if record.finished_at is None and (clock.now() - record.started_at).total_seconds() < 3600:
        raise UndoRefused("U11")
    if not rows and (record.result or {}).get("accepted"):
        raise UndoRefused("U12")
    if not any(scope.covers(Verb.IMPORT_FILES, row.village.code) for row in rows) and rows:
        raise UndoRefused("U13")
    result, pack = UndoResult(str(upload)), pack_of(record.round)
    for n, row in enumerate(rows, 1):
        if not scope.covers(Verb.IMPORT_FILES, row.village.code):  # nobody's name is told of it
            result.left.append(Left(row.village.code, None, row.village.spoken, OUTSIDE))
            continue
        with transaction.atomic():
            with village_work(record.round, pack, row.village, scope.actor) as work:
                _VillageUndo(work, record, row, result).run()
            transaction.set_rollback(dry_run)
        if progress:
            progress(n, len(rows))
    if not dry_run and (result.done or record.undone_at is None):
        _remember(record, result, scope)
    return result


def _remember(record: Upload, result: UndoResult, scope: Scope) -> None:
    earlier = record.undone or {}
    record.undone = {name: getattr(result, name) + earlier.get(name, 0) for name in _FIELDS}
    record.undone["left"] = len(result.left)
    record.undone_at, record.undone_by = clock.now(), scope.actor
    record.save(update_fields=["undone", "undone_at", "undone_by"])


class _VillageUndo:
    """One village of an upload taken back, inside the village's transaction."""

    def __init__(self, work: VillageWork, record: Upload, row: UploadVillage, result: UndoResult) -> None:
        self._work, self._record, self._result = work, record, result
        self._trace: dict[str, Any] = row.trace
        self._made = {UUID(text) for text in row.trace.get("created", ())}
        self._source = f"desk:{work.actor}"
        self._mark = f"撤回导入 {record.pk}"

    def run(self) -> None:
        """Take back what may be; note what was done on the village's chain."""
        before = self._result.done
        self._leave_gone()
        written = self._households_written()
        answered = set(written)
        self._leave_built_on(written)
        if not self._work.locked:
            self._settle(written)
            self._restore(written)
            self._withdraw(written)
            self._persons(answered)
            self._groups()
        self._forms()
        done = self._result.done - before
        if done:
            chain = village_chain(self._work.village.pk)
            self._work.note(
                Entry(chain, self._work.actor, "upload.undo", f"upload:{self._record.pk}", count=done)
            )

    def _leave(self, household: UUID | None, name: str, reason: str) -> None:
        self._result.left.append(Left(self._work.village.code, household, name, reason))

    def _leave_gone(self) -> None:
        """Name households that it answered for, made or gave people here, and that stand in the village no longer."""
        here = {"round": self._record.round, "village": self._work.village}
        answered = Revision.objects.filter(**here, upload=self._record.pk, household__isnull=False)
        brought = {*answered.values_list("household_id", flat=True), *self._made}
        brought |= given_people(self._record.pk, self._work.village.pk)
        staying = RosterEntry.objects.filter(**here).values_list("household_id", flat=True)
        gone = sorted(brought - set(staying))
        for start in range(0, len(gone), _AT_ONCE):
            for household, head, kind in last_left(gone[start : start + _AT_ONCE], self._work.village.pk):
                self._leave(household, head, GONE[kind])

    def _households_written(self) -> dict[UUID, Written]:
        """Households whose answers in force this upload brought, or that it made and nobody has answered for."""
        found: dict[UUID, Written] = {}
        entries = {
            entry.household_id: entry
            for entry in RosterEntry.objects.filter(
                round=self._record.round, village=self._work.village
            ).select_related("household")
        }
        for household, revisions in groupby(self._revisions(), key=lambda row: row[0]):
            listed = list(revisions)  # newest first: number, upload, address, at
            mine = list(takewhile(lambda row: row[2] == self._record.pk, listed))
            if not any(row[2] == self._record.pk for row in listed) or household not in entries:
                continue
            entry = entries[household]
            if mine:
                found[household] = Written(entry, entry.household.head_name, mine[-1][4], mine[-1][1] - 1)
            elif listed[0][3] != self._mark:
                self._leave(household, entry.household.head_name, CHANGED)
        for household in self._made:
            new = entries.get(household)
            if new is not None and new.revision_number == 0:
                found[household] = Written(new, new.household.head_name, new.household.created_at, 0)
        return found

    def _revisions(self) -> Iterable[tuple[UUID, int, UUID | None, str, Any]]:
        rows = Revision.objects.filter(
            round=self._record.round, household__entries__round=self._record.round,
            household__entries__village=self._work.village,
        )  # fmt: skip
        return rows.order_by("household_id", "-number").values_list(
            "household_id", "number", "upload", "address", "at"
        )

    def _leave_built_on(self, written: dict[UUID, Written]) -> None:
        if self._work.locked:
            reasons = dict.fromkeys(written, LOCKED)
        else:
            reasons = built_on(self._work, {id_: one.at for id_, one in written.items()}, self._record.pk)
        for household, reason in reasons.items():
            self._leave(household, written.pop(household).head, reason)

    def _settle(self, written: Mapping[UUID, Written]) -> None:
        """What waits for a person because of this upload alone waits no longer."""
        now = {"settled_at": self._work.at, "settled_by": self._work.actor}
        conflicts = Conflict.objects.filter(
            round=self._record.round, village=self._work.village, upload=self._record.pk, settled_at=None
        )
        held = HeldRevision.objects.filter(
            round=self._record.round, village=self._work.village, upload=self._record.pk, taken_at=None
        )
        if conflicts.update(**now) + held.update(taken_at=self._work.at, outcome="undone"):
            self._work.changed = True

    def _restore(self, written: dict[UUID, Written]) -> None:
        """Households that had answers before have them again, and the register what it knew."""
        earlier = {id_: one for id_, one in written.items() if one.before and id_ not in self._made}
        texts = self._texts({id_: one.before for id_, one in earlier.items()})
        wanted = {
            id_: Earlier(one.entry.form, texts[id_], one.entry.revision_number)
            for id_, one in earlier.items()
            if texts.get(id_, NOTHING) != NOTHING
        }
        receipts = restore_answers(self._work, wanted, self._source, self._mark)
        for household, receipt in receipts.items():
            one = written.pop(household)
            if receipt.status == "refused":
                self._leave(household, one.head, REFUSED)
            else:
                self._result.restored += 1
                self._know_again(household)

    def _texts(self, numbers: Mapping[UUID, int]) -> dict[UUID, str]:
        found = {}
        households = list(numbers)
        for start in range(0, len(households), _AT_ONCE):
            rows = Revision.objects.filter(
                round=self._record.round, household__in=households[start : start + _AT_ONCE]
            )
            for household, number, text in rows.values_list("household_id", "number", "answers"):
                if number == numbers[household]:
                    found[household] = text
        return found

    def _know_again(self, household: UUID) -> None:
        known = self._trace.get("known", {}).get(str(household))
        if known is not None:
            update_known(self._work.village, [(*known, household)])

    def _withdraw(self, written: Mapping[UUID, Written]) -> None:
        """Households without answers before are due again; those that the upload made leave."""
        answered = [one.entry for one in written.values() if one.entry.revision_number]
        withdraw_all(self._work, answered, self._source, self._mark)
        made = [one.entry for id_, one in written.items() if id_ in self._made]
        for one in written.values():
            if one.entry.household_id not in self._made:
                self._know_again(one.entry.household_id)
        self._result.removed += len(made)
        self._result.withdrawn += len(written) - len(made)
        self._remove(made)

    def _remove(self, entries: Sequence[RosterEntry]) -> None:
        """Out of the roster and closed in the register; the answers stay on record."""
        if not entries:
            return
        remove_entries([entry.pk for entry in entries])
        households = [entry.household_id for entry in entries]
        take_households_back(
            self._work.village, households, actor=self._work.actor, reason=self._mark, at=self._work.at
        )
        self._work.changed = True

    def _persons(self, answered: Collection[UUID]) -> None:
        """Members and numbers of other systems that it brought go, too; those that it rewrote are as they were."""
        stay = {one.household for one in self._result.left if one.household is not None}
        before = self._trace.get("members", {})
        touched = take_members_back(self._work.village.pk, self._record.pk, before, stay)
        if touched:
            count_change([self._work.village.pk])
        self._result.restored += len(touched - self._made - set(answered))

    def _groups(self) -> None:
        """Groups that it made go where nothing else uses them."""
        village, made = self._work.village, self._trace.get("groups", ())
        if made:
            remove_groups(village, set(made) - groups_in_use(village, made))

    def _forms(self) -> None:
        """The village's own forms as they were, and the problem list."""
        rows = Revision.objects.filter(
            round=self._record.round, village=self._work.village, household__isnull=True
        ).order_by("form", "-number")
        listed = rows.values_list("form", "upload", "address", "answers")
        for name, versions in groupby(listed, key=lambda row: row[0]):
            told = list(versions)
            mine = list(takewhile(lambda row: row[1] == self._record.pk, told))
            if not any(row[1] == self._record.pk for row in told) or told[0][2] == self._mark:
                continue
            label = self._work.pack.village_forms[name].label
            if not mine or self._work.locked:
                self._leave(None, label, LOCKED if mine else CHANGED)
                continue
            text = told[len(mine)][3] if len(told) > len(mine) else NOTHING
            restore_form(self._work, name, text, self._source, self._mark)
            self._result.forms += 1
        if not self._work.locked:
            gone, back = self._trace.get("gone", ()), self._trace.get("back", ())
            done, left = withdraw_listed(self._work, self._record.pk, gone, back)
            self._result.problems += done
            for text in left:
                self._leave(None, text, "整改已经开始")

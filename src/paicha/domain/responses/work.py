"""A village's work: what a part of a batch needs to know of its village, and what it leaves to be done at its end.

What holds: it is made by `transaction.village_work` alone, under the lock of the village's summary row; whatever
writes answers, findings or facts of a village asks for it, and so cannot be called outside that lock.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from paicha.core.pack import Pack
from paicha.domain import clock
from paicha.domain.areas.models import Area, Group
from paicha.domain.areas.services import insert_groups
from paicha.domain.audit.services import Entry
from paicha.domain.responses.models import Revision, VillageSummary
from paicha.domain.responses.rules.row_tests import Days
from paicha.domain.responses.rules.rule_hits import RuleHit
from paicha.domain.responses.village_facts import NAMES
from paicha.domain.rounds.models import Round
from paicha.domain.rounds.queries import is_over, stages


@dataclass(frozen=True, slots=True)
class FormInForce:
    """The revision of a village form in force: its number and canonical text."""

    number: int
    answers: str


@dataclass
class VillageWork:
    """What a part of a batch needs to know, and what it leaves to be done at its end."""

    round: Round
    pack: Pack
    village: Area
    actor: str
    summary: VillageSummary
    at: datetime
    days: Days
    changed: bool = False
    before: dict[str, Any] = field(default_factory=dict)  # how the village stood when yesterday ended
    # Revisions that this transaction wrote: id → household, form, text, when the household was first answered or None.
    written: dict[str, tuple[UUID, str, str, datetime | None]] = field(default_factory=dict)
    found: Sequence[RuleHit] = ()  # what the checks over the village say, once it was counted again
    known: dict[UUID, tuple[str, int | None, str]] = field(
        default_factory=dict
    )  # the register before it followed
    new_groups: list[str] = field(default_factory=list)  # that rows named first
    through_lock: bool = False  # a supplement or a correction with consent writes what is handed up
    trial: bool = False  # all of it is rolled back: nothing is proven of it
    _forms: dict[str, FormInForce] | None = None
    _groups: set[str] | None = None
    _notes: list[Entry] = field(default_factory=list)

    def form_revisions(self) -> dict[str, FormInForce]:
        """The village's own forms in force, by form; read once a transaction."""
        if self._forms is None:
            self._forms = _forms_of([self])[self.village.pk]
        return self._forms

    def groups(self) -> set[str]:
        """The village's groups; read once a transaction."""
        if self._groups is None:
            self._groups = _groups_of([self])[self.village.pk]
        return self._groups

    def add_groups(self, names: Collection[str]) -> None:
        """Add the groups that the village doesn't have yet."""
        if new := set(names) - self.groups():
            insert_groups(self.village, sorted(new))
            self.groups().update(new)
            self.new_groups += sorted(new)

    def note(self, entry: Entry, *, recount: bool = True) -> None:
        """An audit entry, written with all others at the end; also marks the village as to be counted again."""
        self._notes.append(entry)
        self.changed = self.changed or recount

    def is_over(self, stage: str) -> bool:
        """Whether a stage's deadline has passed for this village."""
        return is_over(self.round, self.pack, stage, self.days.today, self.village.code)

    @property
    def locked(self) -> bool:
        """Whether the village has handed up, so that rows and forms wait unless they came back."""
        return self.summary.handed_up and not self.through_lock

    @cached_property
    def row_rules(self) -> frozenset[str]:
        """Ids whose findings rest on one row alone; the others belong to the recount."""
        named = {check.id for check in self.pack.named_checks}
        ids = {rule.id for rule in self.pack.rules if rule.scope == "household"}
        ids |= {constraint.id for constraint in self.pack.constraints} | {c.id for c in self.pack.checks}
        return frozenset(ids - named)

    def notes(self) -> list[Entry]:
        return self._notes


def read_together(works: Sequence[VillageWork]) -> None:
    """Read the forms and groups of the villages of one transaction at once: a query each, whatever their number."""
    forms, groups = _forms_of(works), _groups_of(works)
    for work in works:
        work._forms, work._groups = forms[work.village.pk], groups[work.village.pk]


def _forms_of(works: Sequence[VillageWork]) -> dict[int, dict[str, FormInForce]]:
    found: dict[int, dict[str, FormInForce]] = {work.village.pk: {} for work in works}
    rows = Revision.objects.filter(
        round=works[0].round, village_id__in=list(found), household__isnull=True
    ).order_by("number")
    for village, form, number, answers in rows.values_list("village_id", "form", "number", "answers"):
        found[village][form] = FormInForce(number, answers)
    return found


def _groups_of(works: Sequence[VillageWork]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {work.village.pk: set() for work in works}
    for village, name in Group.objects.filter(village_id__in=list(found)).values_list("village_id", "name"):
        found[village].add(name)
    return found


def days_of(round_: Round, pack: Pack, on: date | None = None, code: str = "") -> Days:
    """What dated constraints compare with, on a day (today without one), in an area."""
    today = on or clock.today()
    return Days(today, round_.opens_on, max(stage.deadline for stage in stages(round_, pack, today, code)))


def record_facts(work: VillageWork, **facts: Any) -> None:
    """Tell what an upper app knows about a village. Raises ValueError for a name that `VillageFacts` does not have."""
    if unknown := set(facts) - NAMES:
        raise ValueError(f"no fact of a village: {sorted(unknown)}")
    known = dict(work.summary.facts)
    known.update(facts)
    if known != work.summary.facts:
        work.summary.facts = known
        work.changed = True

"""One upload on its way: what its parts share."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from paicha.core.catalogue import message
from paicha.core.pack import Pack
from paicha.domain import bulk
from paicha.domain.accounts.policies import Scope
from paicha.domain.intake.known_households import load_known
from paicha.domain.intake.matching import register_of
from paicha.domain.intake.memory import VillageMemory
from paicha.domain.intake.places import Places
from paicha.domain.intake.preparation import HouseholdRows, VillageFormRead
from paicha.domain.intake.result import ImportResult
from paicha.domain.responses.models import Upload, UploadVillage
from paicha.domain.responses.services import VillageWork
from paicha.domain.rounds.models import Round, RoundArea
from paicha.formats.reading import Family, HouseholdTable, PersonTable, VillageTable

AnyTable = HouseholdRows | HouseholdTable | VillageTable | PersonTable
_STORED = ("accepted", "created", "warned")
Tell = Callable[[str, list[dict[str, Any]]], None]
_TOGETHER = 8  # villages in a transaction
_FEW_FILES = 11
_TRACE = ("upload", "village", "trace")


@dataclass(slots=True)
class VillagePart:
    """What one file holds of one village."""

    area: RoundArea
    households: list[HouseholdRows] = field(default_factory=list)
    rosters: list[tuple[HouseholdTable, list[int]]] = field(default_factory=list)
    persons: list[tuple[PersonTable, list[Family]]] = field(default_factory=list)
    forms: list[VillageFormRead] = field(default_factory=list)
    statistics: list[tuple[VillageTable, int]] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """How many households it may have."""
        return sum(one.frame.height for one in self.households) + sum(len(rows) for _, rows in self.rosters)


@dataclass(slots=True)
class Job:
    """One upload on its way."""

    round: Round
    pack: Pack
    scope: Scope
    source: str
    upload: UUID
    places: Places
    result: ImportResult
    asked: str | None
    tag: str
    record: Upload | None = None  # None in a preview
    between: Callable[[], None] | None = None
    tell: Tell | None = None  # takes a village's rows of a preview
    memories: dict[str, VillageMemory] = field(default_factory=dict)
    earlier: dict[str, int] = field(default_factory=dict)  # what a run that was cut short had stored
    _traces: dict[int, dict[str, Any]] = field(default_factory=dict)  # of that run, by village

    def go_on_with(self, record: Upload) -> None:
        """Write down in `record` what is stored; what a run that was cut short stored counts, too."""
        self.record = record
        if record.result is not None:
            self.earlier = {name: n for name, n in record.result.items() if name in _STORED}
            rows = UploadVillage.objects.filter(upload=record)
            self._traces = dict(rows.values_list("village_id", "trace"))

    @property
    def together(self) -> int:
        """How many villages share a transaction: one of an upload of a few files, which people watch and stop."""
        return _TOGETHER if self.result.files > _FEW_FILES else 1

    def forget(self, codes: Iterable[str]) -> None:
        """Let go of villages whose transaction came to nothing; the upload had not met them before."""
        for code in codes:
            self.memories.pop(code, None)
            self.result.changes.pop(code, None)

    def pause(self) -> None:
        """Between two villages: whoever waits for this upload may stop it here."""
        if self.between is not None:
            self.between()

    def note_count(self) -> None:
        """Write down, in the village's own transaction, what is stored so far: all that a cut leaves behind."""
        counts = {name: self.earlier.get(name, 0) + getattr(self.result, name) for name in _STORED}
        if self.record is not None and self.record.result != counts:
            self.record.result = counts
            self.record.save(update_fields=["result"])

    def keep_traces(self, works: Iterable[VillageWork]) -> None:
        """Write down, in the villages' own transaction, that the upload wrote here, and what its undoing must know."""
        if self.record is not None:
            rows = [row for work in works if work.changed or work.notes() for row in self._trace_of(work)]
            bulk.insert(UploadVillage, _TRACE, [(self.record.pk, *row) for row in rows])

    def _trace_of(self, work: VillageWork) -> list[tuple[int, dict[str, Any]]]:
        """The row to insert for a village; none where there is one, which is brought up to date."""
        village = work.village.pk
        told, trace = self._traces.get(village, {}), self.memories[work.village.code].trace
        if village in self._traces and trace.size is None:
            trace.size = sum(map(len, told.values()))
        for household, was in work.known.items():
            trace.known.setdefault(str(household), list(was))  # the first is what was before the upload
        trace.groups.update(work.new_groups)
        whole = {
            "created": sorted({*told.get("created", ()), *map(str, trace.created)}),
            "known": trace.known | told.get("known", {}),
            "groups": sorted({*told.get("groups", ()), *trace.groups}),
            "gone": sorted({*told.get("gone", ()), *trace.gone}),
            "members": trace.members | told.get("members", {}),
            "back": sorted({*told.get("back", ()), *trace.back}),
        }
        first, size = trace.size is None, sum(map(len, whole.values()))
        if not first and size != trace.size:
            UploadVillage.objects.filter(upload=self.record, village=village).update(trace=whole)
        trace.size = size
        return [(village, whole)] if first else []

    def keep_plan(self, code: str) -> None:
        """Lay the rows of a preview so far to their village, where each village is told by itself."""
        if self.tell is not None:
            self.memories[code].plan += self.result.plan
            self.result.plan = []

    def tell_plan(self, code: str) -> None:
        """Tell what happens to the rows of a village that the upload is through with."""
        if self.tell is not None:
            self.keep_plan(code)
            self.tell(code, self.memories[code].plan)

    def add_earlier(self) -> None:
        """Count what an earlier run of this upload stored as stored: to this run it was no change."""
        result, earlier = self.result, self.earlier
        if not any(earlier.values()):
            return
        whole = result.accepted + result.unchanged
        result.accepted = min(whole, result.accepted + earlier["accepted"])
        result.unchanged = whole - result.accepted
        for name in ("created", "warned"):
            total = getattr(result, name) + earlier[name]
            setattr(result, name, min(result.accepted, total))
        result.messages.append(message("J07"))

    def memory(self, work: VillageWork) -> VillageMemory:
        """What this upload remembers of `work`'s village; whom others have added since its last file, too."""
        code = work.village.code
        if code not in self.memories:
            groups = frozenset(work.groups())
            register = register_of(work.village.pk, self.tag, self.place_of(code))
            self.memories[code] = VillageMemory(register, groups=groups)
        else:
            self.memories[code].register.refresh(load_known(work.village.pk))
        return self.memories[code]

    def place_of(self, code: str) -> str:
        """What a village is called in sentences: 高家堡镇桑树渠村."""
        area = self.places.names.of_code(code)
        return self.places.names.label(area) if area is not None else code

"""One upload on its way: what its parts share."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from paicha.core.pack import Pack
from paicha.domain.accounts.policies import Scope
from paicha.domain.areas.models import Area, Group
from paicha.domain.intake.matching import load_register, register_of
from paicha.domain.intake.places import Places
from paicha.domain.intake.preparing import HouseholdRows, VillageFormRead
from paicha.domain.intake.result import ImportResult
from paicha.domain.intake.village_rows import VillageMemory
from paicha.domain.responses.services import VillageWork
from paicha.domain.rounds.models import Round, RoundArea
from paicha.formats.reading import HouseholdTable, VillageTable

AnyTable = HouseholdRows | HouseholdTable | VillageTable


@dataclass(slots=True)
class VillagePart:
    """What one file holds of one village."""

    area: RoundArea
    households: list[HouseholdRows] = field(default_factory=list)
    rosters: list[tuple[HouseholdTable, list[int]]] = field(default_factory=list)
    forms: list[VillageFormRead] = field(default_factory=list)
    statistics: list[tuple[VillageTable, int]] = field(default_factory=list)


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
    memories: dict[str, VillageMemory] = field(default_factory=dict)
    villages: dict[int, Area] = field(default_factory=dict)

    def memory(self, work: VillageWork) -> VillageMemory:
        """What this upload remembers of `work`'s village; whom others have added since its last file, too."""
        code = work.village.code
        if code not in self.memories:
            groups = frozenset(Group.objects.filter(village=work.village).values_list("name", flat=True))
            self.memories[code] = VillageMemory(register_of(work.village.pk, self.tag), groups=groups)
        else:
            self.memories[code].register.refresh(load_register(work.village.pk))
        return self.memories[code]

"""What one upload remembers of a village between its files, and what taking it back has to know."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from paicha.domain.intake.lines import Line
from paicha.domain.intake.matching import Register
from paicha.domain.intake.preparation import HouseholdRows
from paicha.domain.responses.rules.evaluation import Evaluated
from paicha.domain.responses.rules.rule_hits import RuleHit
from paicha.formats.reading import VillageTable


@dataclass(slots=True)
class Trace:
    """What taking the upload back has to know of a village and no revision tells (`UploadVillage.trace`)."""

    created: list[UUID] = field(default_factory=list)
    groups: set[str] = field(default_factory=set)  # that its rows named first
    gone: list[int] = field(default_factory=list)  # problems that its list left out
    back: list[int] = field(default_factory=list)  # or brought back
    known: dict[str, list[Any]] = field(default_factory=dict)  # what the register knew of households before
    members: dict[str, list[str]] = field(default_factory=dict)  # who was rewritten, as they were
    size: int | None = None  # entries that stand in the database; None before there is a row


@dataclass(slots=True)
class VillageMemory:
    """What one upload remembers of a village between its files."""

    register: Register
    seen: dict[object, Line] = field(default_factory=dict)  # household id, or the words of a new one
    contested: set[object] = field(default_factory=set)  # of these, whose rows contradicted each other
    read_counts: dict[str, int] = field(default_factory=lambda: defaultdict(int))  # form → rows met, for V20
    groups: frozenset[str] = frozenset()  # before this upload
    groups_told: set[str] = field(default_factory=set)
    pending: list[Line] = field(default_factory=list)
    profile: Mapping[str, object] | None = None  # as this upload's form 2 states it, refused or not
    problems: int | None = None  # entries of this upload's form 3
    statistics: list[tuple[VillageTable, int]] = field(default_factory=list)  # rows of form 4, compared last
    visible: dict[object, Line] = field(
        default_factory=dict
    )  # rows that are seen, by household or group and name
    accepted: dict[UUID, Line] = field(default_factory=dict)  # rows that went in, by household
    cleared: dict[tuple[str, str, str], list[Line]] = field(default_factory=dict)  # file, sheet, question
    persons: dict[UUID, tuple[object, str]] = field(
        default_factory=dict
    )  # what lists of persons said, and where
    plan: list[dict[str, Any]] = field(
        default_factory=list
    )  # its rows, for a preview that is told by village
    trace: Trace = field(default_factory=Trace)
    found: Sequence[RuleHit] = ()  # what the checks over the village said when it was last counted

    def let_go(self, tables: Sequence[HouseholdRows]) -> None:
        """Forget the answers of tables whose rows are through, but not of rows that wait: a county's are 150 MB."""
        waiting = {id(line.table) for line in self.pending}
        for table in tables:
            if id(table) not in waiting:
                table.evaluated = Evaluated([], [])
        for line in self.visible.values():
            if id(line.table) not in waiting:
                line.text = ""

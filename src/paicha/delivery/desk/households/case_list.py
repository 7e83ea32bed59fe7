"""Findings as work items: those of one household together, with the answers behind them, the heaviest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from paicha.core.pack import Pack
from paicha.delivery.desk.shell.wording import basis_parts, kind_text, rule_message
from paicha.domain.responses.models import Finding

_REASONS = 4


@dataclass(slots=True)
class Case:
    """The leads of one household (or of the village itself), as one work item."""

    household: Any
    village: Any
    said: list[tuple[Finding, str, str]] = field(default_factory=list)  # finding, sentence, kind
    basis: dict[str, None] = field(default_factory=dict)  # the answers behind them, each once
    up: bool = False  # a meeting could decide it: its class and the kind of a lead say so

    @property
    def shown(self) -> list[tuple[Finding, str, str]]:
        return self.said[:_REASONS]

    @property
    def more(self) -> int:
        return len(self.said) - len(self.shown)


def case_list(pack: Pack, leads: Sequence[Finding]) -> list[Case]:
    """Findings household by household, the heaviest first."""
    cases: dict[object, Case] = {}
    first = pack.schedule.case_procedures[:1]
    classes = {name for procedure in first for name in procedure.classes}
    deciding = pack.open_kinds
    for finding in leads:
        key = finding.household_id or f"village {finding.village_id}"
        case = cases.setdefault(key, Case(finding.household, finding.village))
        case.said.append((finding, rule_message(pack, finding), kind_text(pack, finding)))
        case.basis.update(dict.fromkeys(basis_parts(pack, finding, getattr(finding, "answers", {}))))
        if finding.household is not None and finding.household.household_class in classes:
            case.up = case.up or finding.kind in deciding
    return sorted(cases.values(), key=_weight)


def _weight(case: Case) -> tuple[int, int]:
    strong = sum(finding.strength == "strong" for finding, *_ in case.said)
    return -strong, -len(case.said)

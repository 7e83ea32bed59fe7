"""Findings: what fired, kept per household (or village) and rule with a fingerprint of its answers.

What holds (rules.md): same fingerprint → the person's decision stands; changed → it is opened again with
the old decision shown; no longer firing → an undecided one lapses, a decided one stays on record.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from paicha.core.pack import Rule
from paicha.domain import bulk
from paicha.domain.responses.models import Finding
from paicha.domain.responses.rules.row_tests import Hit
from paicha.domain.responses.rules.rule_hits import RuleHit
from paicha.domain.responses.rules.rule_text import message_of
from paicha.domain.responses.work import VillageWork

_OPEN = Finding.State.OPEN.value
_LAPSED = Finding.State.LAPSED.value


@dataclass(frozen=True, slots=True)
class Kept:
    """A stored finding, as the comparison needs it."""

    pk: int
    state: str
    fingerprint: str
    reason: str
    decided_by: str
    decided_at: datetime | None
    form: str
    kind: str
    strength: str
    detail: str
    severity: str
    before: dict[str, str] | None
    found_at: datetime
    rule: str


def load_kept(
    round_id: int, village_id: int, households: Iterable[UUID] | None
) -> dict[tuple[UUID | None, str], Kept]:
    """Stored findings of some households (all and the village's own with None), by (household, rule)."""
    if households is None:
        return load_kept_of(round_id, [village_id])[village_id]
    query = Finding.objects.filter(
        round_id=round_id, village_id=village_id, household_id__in=list(households)
    )
    rows: Iterable[Any] = query.values_list(*_KEPT)
    return {(row[0], row[-1]): Kept(*row[1:]) for row in rows}


def load_kept_of(round_id: int, villages: Collection[int]) -> dict[int, dict[tuple[UUID | None, str], Kept]]:
    """All stored findings of some villages, by village, then as `load_kept`. One query."""
    found: dict[int, dict[tuple[UUID | None, str], Kept]] = {village: {} for village in villages}
    query = Finding.objects.filter(round_id=round_id, village_id__in=villages)
    rows: Iterable[Any] = query.values_list("village_id", *_KEPT)
    for village, *row in rows:
        found[village][row[0], row[-1]] = Kept(*row[1:])
    return found


_KEPT = (
    "household_id", "pk", "state", "fingerprint", "reason", "decided_by", "decided_at", "form", "kind", "strength",
    "detail", "severity", "before", "found_at", "rule",
)  # fmt: skip


def fired_of(
    work: VillageWork, hit: Hit, household: UUID | None, answers: Mapping[str, Any]
) -> RuleHit | None:
    """What a hit says of a household with these answers (and `form`); None while its rule waits for a deadline."""
    form, kind, strength, detail = str(answers["form"]), "", "", ""
    if isinstance(hit.source, Rule):
        if hit.source.shown_after and not work.is_over(hit.source.shown_after):
            return None
        kind, strength = hit.source.kind_on(form), hit.source.strength_on(form)
    else:
        detail = message_of(work.pack, hit, answers)[:300]
    return RuleHit(household, form, hit.id, hit.severity, kind, strength, hit.fingerprint, detail)


_NEW = (
    "round", "village", "household", "form", "rule", "severity", "kind", "strength", "fingerprint", "state",
    "detail", "found_at", "reason", "decided_by",
)  # fmt: skip
_CHANGED = (
    "state", "fingerprint", "reason", "decided_by", "decided_at", "before", "found_at", "form", "kind", "strength",
    "detail",
)  # fmt: skip


def update_findings(
    round_id: int,
    village_id: int,
    fired: Sequence[RuleHit],
    kept: Mapping[tuple[UUID | None, str], Kept],
    at: datetime,
) -> list[tuple[str, str, str, str]]:
    """Bring stored findings to what fired now; `kept` must cover every household looked at.

    Returns (severity, rule, kind, state) of every finding covered, as it stands afterwards. A second call
    with the same facts writes nothing.
    """
    new: list[tuple[Any, ...]] = []
    changed: list[tuple[Any, ...]] = []
    seen = set()
    states = []
    for item in fired:
        key = (item.household, item.rule)
        seen.add(key)
        old = kept.get(key)
        if old is None:
            new.append(
                (
                    round_id, village_id, item.household, item.form, item.rule, item.severity, item.kind,
                    item.strength, item.fingerprint, _OPEN, item.detail, at, "", "",
                )
            )  # fmt: skip
            states.append((item.severity, item.rule, item.kind, _OPEN))
            continue
        row = _again(item, old, at)
        if row is not None:
            changed.append((*row, old.pk))
        states.append((item.severity, item.rule, item.kind, str(row[0]) if row else old.state))
    gone = {key: old for key, old in kept.items() if key not in seen}
    states += [(o.severity, o.rule, o.kind, _LAPSED if o.state == _OPEN else o.state) for o in gone.values()]
    lapsed = [(_LAPSED, old.pk) for old in gone.values() if old.state == _OPEN]
    bulk.insert(Finding, _NEW, new)
    bulk.update(Finding, _CHANGED, changed)
    bulk.update(Finding, ("state",), lapsed)
    return states


def _again(item: RuleHit, old: Kept, at: datetime) -> tuple[Any, ...] | None:
    same = old.fingerprint == item.fingerprint
    decided = old.state not in (_OPEN, _LAPSED)
    shown = (item.form, item.kind, item.strength, item.detail)
    if same and old.state != _LAPSED:
        if shown == (old.form, old.kind, old.strength, old.detail):
            return None
        stands = (old.state, old.fingerprint, old.reason, old.decided_by, old.decided_at, old.before)
        return (*stands, old.found_at, *shown)
    before = old.before  # shown until somebody decides again
    if decided or old.reason:
        before = {
            "state": old.state,
            "reason": old.reason,
            "by": old.decided_by,
            "at": old.decided_at.isoformat() if old.decided_at else "",
        }
    return (_OPEN, item.fingerprint, "", "", None, before, at, *shown)

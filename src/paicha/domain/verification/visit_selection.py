"""Which households of a village a visit should look at, and why.

What holds: first those whose leads weigh most (what looks like 应纳未纳 or 体外循环 counts twice), then those that
only town and city are told about, then some drawn from the rest, so that a village without leads is looked at, too.
The draw follows the visit and the household's number alone: anyone gets the same.
"""

from __future__ import annotations

from hashlib import sha256
from uuid import UUID

from paicha.core.pack.naming import strength_rank
from paicha.domain.responses.models import Finding
from paicha.domain.responses.services import VillageWork
from paicha.domain.responses.summary.tallies import Selection
from paicha.domain.rounds.models import RosterEntry
from paicha.domain.verification.models import Visit

LEADS, OFFICE, DRAWN = 8, 3, 4  # at most so many of each (assumed: what a team sees in a day)
_SAID = 3  # titles that are written out
_WEIGHTS = (4, 2, 1)  # of a lead, from the strongest


def to_look_at(work: VillageWork, visit: Visit) -> list[tuple[UUID, str]]:
    """(household, reason) in the order of looking; two queries."""
    opening = work.pack.open_kinds
    weights: dict[UUID, int] = {}
    reasons: dict[UUID, list[str]] = {}
    office: dict[UUID, str] = {}
    rows = Finding.objects.filter(
        round=work.round, village=work.village, state=Finding.State.OPEN, household__isnull=False
    ).exclude(severity="soft")
    for finding in rows.order_by("pk"):
        household = finding.household_id
        assert household is not None
        title = work.pack.rule.get(finding.rule) or work.pack.messages.get(finding.rule)
        words = title.title if title else finding.rule
        if finding.severity == "office":
            office.setdefault(household, words)
            continue
        doubled = 2 if finding.kind in opening else 1
        weights[household] = weights.get(household, 0) + doubled * _WEIGHTS[strength_rank(finding.strength)]
        reasons.setdefault(household, []).append(words)
    met = RosterEntry.objects.filter(round=work.round, village=work.village).filter(
        Selection(outcome="done").condition(work.pack)
    )
    numbers = dict(met.values_list("household_id", "household__number"))
    heavy = sorted(weights, key=lambda h: (-weights[h], numbers.get(h, 0)))[:LEADS]
    chosen = {household: _several(reasons[household]) for household in heavy}
    for household in sorted(office.keys() - chosen.keys(), key=lambda h: numbers.get(h, 0))[:OFFICE]:
        chosen[household] = office[household]
    rest = [household for household in numbers if household not in weights and household not in chosen]
    rest.sort(key=lambda h: sha256(f"{visit.pk}:{numbers[h]}".encode()).digest())
    chosen |= dict.fromkeys(rest[:DRAWN], "抽到")
    return list(chosen.items())


def _several(words: list[str]) -> str:
    """Some titles, and how many there are: '住房不安全、失学辍学、饮水不安全等 9 条线索'."""
    return "、".join(words[:_SAID]) + (f"等 {len(words)} 条线索" if len(words) > _SAID else "")

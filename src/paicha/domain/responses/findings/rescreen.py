"""Every household rule over a village's answers in force: after a deadline, or for a moved parameter.

What holds: it comes to the same findings as saving every household again would, and writes only what
changed.
"""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from paicha.domain.responses.answers.in_force import current_answers
from paicha.domain.responses.findings.store import fired_of, load_kept, update_findings
from paicha.domain.responses.rules.row_tests import evaluate, hits
from paicha.domain.responses.work import VillageWork


def rescreen(work: VillageWork, only: Collection[UUID] | None = None) -> None:
    """Bring the findings of every answered household up to date, or of some."""
    pack = work.pack
    frame = current_answers(work, only)
    households = [UUID(text) for text in frame["household"].to_list()]
    fired = []
    for hit in hits(pack, evaluate(frame, pack, work.days)):
        if hit.severity == "hard":
            continue
        answers = frame.row(hit.index, named=True)
        if (item := fired_of(work, hit, households[hit.index], answers)) is not None:
            fired.append(item)
    kept = load_kept(work.round.pk, work.village.pk, only)
    rules = work.row_rules
    mine = {key: old for key, old in kept.items() if key[0] is not None and key[1] in rules}
    update_findings(work.round.pk, work.village.pk, fired, mine, work.at)

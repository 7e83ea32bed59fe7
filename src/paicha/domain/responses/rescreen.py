"""Every household rule over a village's answers in force: after a deadline, or for a moved parameter.

What holds: it comes to the same findings as saving every household again would, and writes only what
changed.
"""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from paicha.core.pack import Rule
from paicha.domain.responses.compiled import evaluate, hits
from paicha.domain.responses.findings import Fired, load_kept, settle
from paicha.domain.responses.recount import current_answers
from paicha.domain.responses.wording import message_of
from paicha.domain.responses.work import VillageWork


def rescreen(work: VillageWork, only: Collection[UUID] | None = None) -> None:
    """Bring the findings of every answered household up to date, or of some."""
    pack = work.pack
    frame = current_answers(work, only)
    households = [UUID(text) for text in frame["household"].to_list()]
    fired = []
    for hit in hits(pack, work.days, evaluate(frame, pack, work.days)):
        source = hit.source
        if hit.severity == "hard":
            continue
        answers = frame.row(hit.index, named=True)
        form = str(answers["form"])
        kind = strength = detail = ""
        if isinstance(source, Rule):
            if source.shown_after and not work.is_over(source.shown_after):
                continue
            kind, strength = source.kind_on(form), source.strength_on(form)
        else:
            detail = message_of(pack, hit, answers)[:300]
        fired.append(
            Fired(households[hit.index], form, hit.id, hit.severity, kind, strength, hit.fingerprint, detail)
        )
    kept = load_kept(work.round.pk, work.village.pk, only)
    rules = work.row_rules
    mine = {key: old for key, old in kept.items() if key[0] is not None and key[1] in rules}
    settle(work.round.pk, work.village.pk, fired, mine, work.at)

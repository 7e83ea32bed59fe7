"""Opening a round: pack, areas, roster, what the round before said, and summary rows, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.db import transaction

from paicha.core.pack import Pack
from paicha.domain.areas.services import load_areas
from paicha.domain.audit.services import Entry, actor_chain, append
from paicha.domain.cases.services import carry_over
from paicha.domain.handover.prior import carry_prior
from paicha.domain.responses.services import start_summaries
from paicha.domain.rounds.models import PackContent, Round
from paicha.domain.rounds.packs import store_pack
from paicha.domain.rounds.services import freeze_roster


@transaction.atomic
def load_pack(files: Mapping[str, bytes], actor: str) -> tuple[PackContent, Pack]:
    """Store a pack and bring in its areas; twice is harmless. Raises `PackErrors`."""
    content, pack = store_pack(files)
    changed = load_areas(pack.areas)
    if changed:
        append([Entry(actor_chain(actor), actor, "pack.load", f"pack:{content.digest[:16]}", count=changed)])
    return content, pack


@transaction.atomic
def open_round(content: PackContent, pack: Pack, opens_on: date, actor: str) -> Round:
    """Open a round of a stored pack on a day."""
    round_ = freeze_roster(content, pack, opens_on, actor)
    carry_prior(round_, pack)
    start_summaries(round_)
    carry_over(round_, pack, actor)
    append([Entry(actor_chain(actor), actor, "round.open", f"round:{round_.pk}")])
    return round_

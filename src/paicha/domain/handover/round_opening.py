"""Opening a round: pack, areas, roster, what the round before said, and summary rows, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from paicha.core.area_codes import VILLAGE_LEVELS
from paicha.core.catalogue import sentence
from paicha.core.pack import Pack
from paicha.domain.areas.services import AreaChanges, compare_areas, load_areas
from paicha.domain.audit.services import Entry, actor_chain, append
from paicha.domain.cases.models import Case
from paicha.domain.cases.services import carry_over
from paicha.domain.handover.prior import carry_prior
from paicha.domain.households.models import Household
from paicha.domain.responses.models import VillageSummary
from paicha.domain.responses.services import start_summaries
from paicha.domain.rounds.models import PackContent, Round
from paicha.domain.rounds.packs import store_pack
from paicha.domain.rounds.queries import StageState, current_round, stages
from paicha.domain.rounds.services import ScheduleError, freeze_roster


@dataclass(frozen=True, slots=True)
class Opening:
    """What would follow if a round were opened: its calendar and roster, and what of the round before is not done.

    `warning`: a sentence where every stage would be over already, else ''.
    """

    opens_on: date
    stages: Sequence[StageState]
    villages: int
    households: int
    before: Round | None
    unfinished: int  # villages of the round before that are not handed up
    cases: int  # that go on in the new round
    areas: AreaChanges
    warning: str


def foresee_opening(pack: Pack, opens_on: date) -> Opening:
    """What opening a round of this pack on this day would do. Raises ScheduleError for a day that is too early."""
    before = current_round()
    if before is not None and opens_on <= before.opens_on:
        raise ScheduleError("T12", day=before.opens_on)
    calendar = stages(Round(opens_on=opens_on, extensions=[]), pack)
    villages = [area.code for area in pack.areas if area.level in VILLAGE_LEVELS]
    classes = [entry.name for entry in pack.classes]
    known = Household.objects.filter(
        village__code__in=villages, closed_at__isnull=True, household_class__in=classes
    )
    left = VillageSummary.objects.filter(round=before).exclude(status=VillageSummary.Status.HANDED_UP)
    last = calendar[-1]
    return Opening(
        opens_on, calendar, len(villages), known.count(), before, left.count() if before else 0,
        Case.objects.filter(state=Case.State.GOING).count(),
        compare_areas(pack.areas),
        sentence("T15", opens=opens_on, last=last.deadline) if all(stage.over for stage in calendar) else "",
    )  # fmt: skip


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

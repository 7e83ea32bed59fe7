"""Reading rounds: the current one, its calendar, its areas as they were frozen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from paicha.core.pack import Pack
from paicha.domain import clock
from paicha.domain.rounds.models import Round, RoundArea


def current_round() -> Round | None:
    """The newest round, or None before one was opened."""
    return Round.objects.select_related("pack").order_by("-opens_on", "-pk").first()


@dataclass(frozen=True, slots=True)
class StageState:
    """A stage on a day. `day` counts from 1 on the opening day; `left` is negative once it is over."""

    id: str
    title: str
    level: str
    deadline: date
    day: int
    left: int

    @property
    def over(self) -> bool:
        return self.left < 0


def stages(round_: Round, pack: Pack, on: date | None = None) -> list[StageState]:
    """Every stage with its deadline (included), on a day (today without one)."""
    day = on or clock.today()
    found = []
    for stage in pack.schedule.stages:
        deadline = round_.opens_on + timedelta(days=stage.days)
        found.append(
            StageState(
                stage.id,
                stage.title,
                stage.level,
                deadline,
                (day - round_.opens_on).days + 1,
                (deadline - day).days,
            )
        )
    return found


def current_stage(round_: Round, pack: Pack, on: date | None = None) -> StageState:
    """The first stage that is not over, else the last."""
    listed = stages(round_, pack, on)
    return next((stage for stage in listed if not stage.over), listed[-1])


def is_over(round_: Round, pack: Pack, stage_id: str, on: date | None = None) -> bool:
    """Whether a stage's deadline has passed."""
    return next(stage for stage in stages(round_, pack, on) if stage.id == stage_id).over


def village_areas(round_: Round) -> list[RoundArea]:
    """Villages and residents' committees of a round, in order of code."""
    return list(RoundArea.objects.filter(round=round_, level__in=("village", "residents")).order_by("code"))

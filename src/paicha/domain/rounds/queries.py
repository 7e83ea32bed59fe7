"""Reading rounds: the current one, its calendar, its areas as they were frozen."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from paicha.core.area_codes import VILLAGE_LEVELS
from paicha.core.pack import Pack
from paicha.domain import clock
from paicha.domain.rounds.models import Round, RoundArea


def current_round() -> Round | None:
    """The newest round, or None before one was opened. Its pack's texts are read when somebody asks for them."""
    return Round.objects.select_related("pack").defer("pack__files").order_by("-opens_on", "-pk").first()


@dataclass(frozen=True, slots=True)
class StageState:
    """A stage on a day. `day` counts from 1 on the opening day; `left` is negative once it is over.

    `extended`: the reason of the extension that holds, '' without one. `before`: the day on which the stage before
    it ends, 0 of the first.
    """

    id: str
    title: str
    level: str
    deadline: date
    day: int
    left: int
    extended: str = ""
    before: int = 0

    @property
    def over(self) -> bool:
        return self.left < 0

    @property
    def nth(self) -> int:
        """Which day of the stage itself it is: the second stage begins with its day 1."""
        return max(self.day - self.before, 1)

    @property
    def survey_share(self) -> int:
        """Percent of the survey that the calendar asks for by now: the first stage's days, all of it after that."""
        if self.day < 1:
            return 0
        if self.over or self.before:
            return 100
        return min(100, round(100 * self.day / (self.day + self.left)))


def stages(round_: Round, pack: Pack, on: date | None = None, code: str = "") -> list[StageState]:
    """Every stage with its deadline (included), on a day (today without one).

    `code`: the area asked for; extensions of it, of what it lies in, and of the whole round count.
    """
    day = on or clock.today()
    found: list[StageState] = []
    for stage in pack.schedule.stages:
        deadline, extended = stage.due_on(round_.opens_on), ""
        for extension in round_.extensions:
            if extension["stage"] == stage.id and code.startswith(extension["area"]):
                later = date.fromisoformat(extension["deadline"])
                deadline, extended = (
                    (later, extension["reason"]) if later > deadline else (deadline, extended)
                )
        found.append(
            StageState(
                stage.id,
                stage.title,
                stage.level,
                deadline,
                (day - round_.opens_on).days + 1,
                (deadline - day).days,
                extended,
                (found[-1].deadline - round_.opens_on).days + 1 if found else 0,
            )
        )
    return found


def current_stage(round_: Round, pack: Pack, on: date | None = None, code: str = "") -> StageState:
    """The first stage that is not over, else the last."""
    listed = stages(round_, pack, on, code)
    return next((stage for stage in listed if not stage.over), listed[-1])


def is_over(round_: Round, pack: Pack, stage_id: str, on: date | None = None, code: str = "") -> bool:
    """Whether a stage's deadline has passed, for an area."""
    return next(stage for stage in stages(round_, pack, on, code) if stage.id == stage_id).over


def areas_of(round_: Round, codes: Collection[str]) -> dict[str, RoundArea]:
    """The areas of a round that have one of these codes, by code. One query, none without codes."""
    rows = RoundArea.objects.filter(round=round_, code__in=codes) if codes else ()
    return {area.code: area for area in rows}


def areas_below(round_: Round, prefix: str) -> dict[str, RoundArea]:
    """The areas of a round whose code begins so, by code and in its order. One query."""
    rows = RoundArea.objects.filter(round=round_, code__startswith=prefix).order_by("code")
    return {area.code: area for area in rows}


def villages_below(round_: Round, prefix: str) -> list[RoundArea]:
    """Villages and residents' committees of a round whose code begins with `prefix`, in order of code."""
    rows = RoundArea.objects.filter(round=round_, level__in=VILLAGE_LEVELS)
    return list(rows.filter(code__startswith=prefix).order_by("code"))


def village_areas(round_: Round) -> list[RoundArea]:
    """Villages and residents' committees of a round, in order of code."""
    return list(RoundArea.objects.filter(round=round_, level__in=VILLAGE_LEVELS).order_by("code"))

"""A role's tasks on the days of the round, as a page of help and a grid worker's card say them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from paicha.core.pack.guide import Task
from paicha.delivery.desk.help.addresses import opened
from paicha.delivery.desk.shell.places import Place
from paicha.delivery.desk.shell.wording import day_text
from paicha.domain import clock
from paicha.domain.accounts.policies import Scope
from paicha.domain.rounds.models import Round
from paicha.domain.rounds.packs import pack_of
from paicha.domain.rounds.queries import StageState, stages


@dataclass(frozen=True, slots=True)
class Line:
    """A task of a role: on which days, in words, where; `now`: it is to be done today."""

    days: str
    words: str
    address: str
    action: str
    now: bool


@dataclass(frozen=True, slots=True)
class Part:
    """A stage with what the role does in it. `days`: from when until when; `now`: it is this stage's time."""

    title: str
    days: str
    now: bool
    lines: list[Line]


def parts_of(role: str, round_: Round, who: Scope, places: list[Place], code: str) -> list[Part]:
    """The stages in which the role has something to do."""
    pack, today, found, before = pack_of(round_), clock.today(), [], 0
    for state, stage in zip(stages(round_, pack, code=code), pack.schedule.stages, strict=True):
        begins = round_.opens_on + timedelta(days=before)
        tasks = pack.guide.tasks_of(role, stage.id)
        if tasks:
            lines = [_line(task, state, begins, stage.days, round_, who, places, today) for task in tasks]
            days = f"{day_text(begins)}—{day_text(state.deadline)}"
            found.append(Part(stage.title, days, begins <= today <= state.deadline, lines))
        before = (state.deadline - round_.opens_on).days + 1
    return found


def _line(
    task: Task,
    state: StageState,
    begins: date,
    days: int,
    round_: Round,
    who: Scope,
    places: list[Place],
    today: date,
) -> Line:
    """A task on its days; one that lasts as long as its stage is extended with it."""
    first = begins if task.since is None else round_.opens_on + timedelta(days=task.since)
    ends = task.until is None or task.until >= days
    last = state.deadline if ends or task.until is None else round_.opens_on + timedelta(days=task.until)
    address, action = opened(task.at or "", who, places)
    whole = first == begins and ends
    said = "每天" if whole else day_text(first) if first == last else f"{day_text(first)}—{day_text(last)}"
    return Line(said, task.words, address, action, first <= today <= last)

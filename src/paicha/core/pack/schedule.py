"""Who does what by when: the stages of a round and the procedures behind it.

Why data: a county changes who reviews, how long a notice hangs and what stands in the way of a removal without a
programmer. What holds: days are counted by `Stage` and `Step` alone; a guard is an expression of the closed language
with the sentence that says why; a step may send a case back only to a step before it; what a step tells the rules are
facts of the pack.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import cached_property
from typing import Any, Literal

from pydantic import Field, PrivateAttr

from paicha.core.expressions import Expression
from paicha.core.pack.naming import Label, Level, Name, Strict

StepKind = Literal["plain", "meeting", "notice", "decision"]
MeetingKind = Literal["deliberation", "review"]
_RANK: Mapping[str, int] = {"village": 0, "town": 1, "county": 2}


class Stage(Strict):
    id: Name
    title: Label
    who: Label
    days: int = Field(ge=1, le=400)
    level: Level

    def due_on(self, opens_on: date) -> date:
        """The deadline, included: `days` after the round opens. A round may extend it."""
        return opens_on + timedelta(days=self.days)


class Record(Strict):
    """One thing that is written down when a step is done. `tells`: it is the day of an earlier enrolment."""

    name: Name
    label: Label
    type: Literal["text", "integer", "date"] = "text"
    required: bool = True
    tells: Literal["enrolled_on"] | None = None


class Step(Strict):
    """A step of a procedure.

    `days`: how long it may take; `at_least`: how many days must have passed, and nobody may object unanswered.
    `passed`, `ended`: what the decision is called; without `ended` the step can't end the case. `back_to`: the
    steps that it may send the case back to. `tells`: facts of the household that hold once the step is passed or
    has ended the case. `settles`: the household's open leads are decided with it. `by_survey`: a household that
    was met in this round has had it.
    """

    id: Name
    title: Label
    actor: Name
    kind: StepKind = "plain"
    meeting: MeetingKind | None = None
    days: int | None = Field(default=None, ge=1, le=400)
    at_least: int | None = Field(default=None, ge=1, le=400)
    records: tuple[Record, ...] = ()
    passed: Label = "通过"
    ended: Label | None = None
    back_to: tuple[Name, ...] = ()
    tells: Mapping[Literal["passed", "ended"], tuple[Name, ...]] = Field(default_factory=dict)
    settles: bool = False
    by_survey: bool = False
    majority: bool = False

    def due_on(self, began: date) -> date | None:
        """The last day on which the step is in time: begun on the 10th with 5 `days`, the 15th; None: no limit."""
        return began + timedelta(days=self.days) if self.days else None

    def opens_on(self, began: date) -> date | None:
        """The first day on which the step can be passed: begun on the 10th with `at_least` 5, the 15th; None: at
        once."""
        return began + timedelta(days=self.at_least) if self.at_least else None

    def last_day(self, began: date) -> date | None:
        """The last of the days that the step must last: until then a notice hangs and may be objected to."""
        full = self.opens_on(began)
        return full - timedelta(days=1) if full else None

    def posted_on(self, records: Mapping[str, Any]) -> list[date]:
        """The days written down for a notice, in the order of the pack; none for a step of another kind."""
        if self.kind != "notice":
            return []
        named = [record.name for record in self.records if record.type == "date"]
        return [date.fromisoformat(records[name]) for name in named if name in records]

    def reached_by(self, level: str) -> bool:
        """Whether the step is the level's or of one below it; a department's is nobody else's."""
        return self.actor in _RANK and level in _RANK and _RANK[level] >= _RANK[self.actor]

    def told(self, result: str) -> tuple[str, ...]:
        """The facts that hold after a result; none after one that tells nothing."""
        return next((facts for key, facts in self.tells.items() if key == result), ())


class _Asking(Strict):
    """Something with an expression over a household's answers and facts."""

    when: Label
    _expression: Expression | None = PrivateAttr(default=None)

    @property
    def expression(self) -> Expression:
        assert self._expression is not None, "a loaded pack carries its expressions"
        return self._expression


class Guard(_Asking):
    """While `when` is true of the household, the procedure can't go on; `message` says why and what to do."""

    message: Label


class Becoming(_Asking):
    """The class a household has once the procedure is done: the first of the list that is true."""

    into: Name


class Procedure(Strict):
    """`classes`: whose households it is for (empty: it isn't about households). Its first step opens a case."""

    id: Name
    title: Label
    steps: tuple[Step, ...]
    classes: tuple[Name, ...] = ()
    guards: tuple[Guard, ...] = ()
    becomes: tuple[Becoming, ...] = ()

    @cached_property
    def step(self) -> dict[str, Step]:
        return {step.id: step for step in self.steps}

    def after(self, step: str) -> Step | None:
        """The step that follows; None after the last."""
        order = [entry.id for entry in self.steps]
        place = order.index(step) + 1
        return self.steps[place] if place < len(order) else None


class Alert(Strict):
    """Many new risk households at once: that many cases of a procedure within `days`, or a share of the village."""

    procedure: Name
    days: int = Field(ge=1, le=60)
    households: int = Field(ge=1)
    percent: int = Field(ge=1, le=100)


class Habits(Strict):
    """What goes on between the rounds: days between a group's rounds, and between a village's meetings."""

    round_days: int = Field(ge=1, le=60)
    meeting_days: int = Field(ge=1, le=90)


class Procedures(Strict):
    opens_on: date
    stages: tuple[Stage, ...]
    procedures: tuple[Procedure, ...] = ()
    alert: Alert | None = None
    habits: Habits | None = None

    @cached_property
    def procedure(self) -> dict[str, Procedure]:
        return {entry.id: entry for entry in self.procedures}

    @cached_property
    def case_procedures(self) -> tuple[Procedure, ...]:
        """Those that a household goes through, in the pack's order."""
        return tuple(entry for entry in self.procedures if entry.classes)

    def step(self, procedure: str, step: str) -> Step | None:
        """A step of a procedure; None where the pack has no such procedure or step."""
        found = self.procedure.get(procedure)
        return found.step.get(step) if found else None

    def due_on(self, procedure: str, step: str, began: date, otherwise: int) -> date:
        """The last day on which a step is in time; after `otherwise` days where the pack sets no limit."""
        found = self.step(procedure, step)
        limit = found.due_on(began) if found else None
        return limit or began + timedelta(days=otherwise)

    def reached_by(self, procedure: str, step: str, level: str) -> bool:
        """Whether a step is the level's or of one below it; anybody's where the pack has no such step."""
        found = self.step(procedure, step)
        return found is None or found.reached_by(level)

    def required(self, procedure: str, step: str, otherwise: Mapping[str, str]) -> dict[str, str]:
        """What must be written down with a step: name → label; `otherwise` where the pack has no such step."""
        found = self.step(procedure, step)
        return {r.name: r.label for r in found.records if r.required} if found else dict(otherwise)

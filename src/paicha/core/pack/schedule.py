"""Who does what by when: the stages of a round and the procedures behind it."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from paicha.core.pack.naming import Label, Level, Name, Strict


class Stage(Strict):
    id: Name
    title: Label
    who: Label
    days: int = Field(ge=1, le=400)  # deadline: that many days after opening
    level: Level


class Step(Strict):
    id: Name
    title: Label
    actor: Name
    days: int | None = None
    at_least: int | None = None
    records: tuple[Label, ...] = ()


class Procedure(Strict):
    id: Name
    title: Label
    steps: tuple[Step, ...]
    guards: tuple[Label, ...] = ()


class Procedures(Strict):
    opens_on: date
    stages: tuple[Stage, ...]
    procedures: tuple[Procedure, ...] = ()

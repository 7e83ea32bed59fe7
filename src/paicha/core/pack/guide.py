"""What a pack says to help people: who does what on which day, what its terms mean, what goes into a pocket card.

Why data: days, tasks and terms are the notice's; where a thing stands on the screen is the program's. A pack may
leave all of it out. What holds: a task names a stage of the pack and days inside the round, a term's id is its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from paicha.core.pack.naming import Label, Name, Strict

# The roles and the places of work that a task may name; the desk leads to each (`delivery/desk/help/`).
RoleName = Literal[
    "grid_worker", "information_officer", "village_cadre", "liaison_cadre", "town_clerk", "area_leader",
    "spot_checker", "city_officer", "department_officer", "auditor", "administrator",
]  # fmt: skip
Where = Literal[
    "first_page", "phones", "blanks", "entry", "due", "households", "plan", "profile", "leads", "cases", "meetings",
    "problems", "petitions", "changes", "handup", "copies", "upload", "download", "forms", "villages", "attention",
    "checks", "led", "zones", "samples", "spot_check", "bulletin", "schedule", "referrals", "log", "accounts",
    "notices", "weekly",
]  # fmt: skip


class Term(Strict):
    """A word of the notice and the one sentence that explains it."""

    id: Name
    title: Label
    words: Label


class Task(Strict):
    """What a role does in a stage, and where. Days are counted as a stage's are, from the opening, both included.

    Without `since` from the stage before, without `until` to the stage's own last day.
    """

    stage: Name
    role: RoleName
    words: Label
    at: Where | None = None
    since: int | None = Field(default=None, ge=0, le=400)
    until: int | None = Field(default=None, ge=0, le=400)


class Card(Strict):
    """What a grid worker carries: what to do before, at the door and after, whom to ask.

    `questions`: what to ask a household; `signs`: what makes one look twice, and have it noted as a lead.
    """

    before: tuple[Label, ...] = ()
    door: tuple[Label, ...] = ()
    questions: tuple[Label, ...] = ()
    signs: tuple[Label, ...] = ()
    after: tuple[Label, ...] = ()
    ask: tuple[Label, ...] = ()


class Guide(Strict):
    terms: tuple[Term, ...] = ()
    tasks: tuple[Task, ...] = ()
    card: Card | None = None

    @property
    def term(self) -> Mapping[str, Term]:
        return {term.id: term for term in self.terms}

    def tasks_of(self, role: str, stage: str) -> list[Task]:
        """What a role does in a stage, in the pack's order."""
        return [task for task in self.tasks if (task.role, task.stage) == (role, stage)]

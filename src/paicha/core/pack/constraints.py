"""Which constraint of a pack says something about which question, and where: once, for every engine.

Why: constraints follow from the questions; a column engine and a browser each know how to test one, and must
not each decide which apply. What holds: the order is fixed for a pack, the dated ones stand last.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from paicha.core.pack.forms import Question
from paicha.core.pack.models import Pack
from paicha.core.pack.rules import Constraint

_DATED = ("future", "period")


@dataclass(frozen=True, slots=True)
class Applied:
    """A constraint on one question. `form`: the one it runs on, None for all; of a required answer, whether it
    is asked of a household that was `met`, and of one that was `unmet`."""

    constraint: Constraint
    question: Question
    form: str | None = None
    met: bool = True
    unmet: bool = True


def applied(pack: Pack) -> Iterator[Applied]:
    """Every constraint on household rows that can be tested without a date."""
    explicit = {q for c in pack.constraints if c.kind == "required" for q in c.questions}
    asked = [pack.questions[name] for name in pack.answer_questions]
    for constraint in pack.constraints:
        if constraint.kind == "required":
            yield from _required(pack, constraint, explicit)
        elif constraint.kind not in _DATED:
            named = [q for q in asked if q.name in constraint.questions] if constraint.questions else asked
            yield from (Applied(constraint, q) for q in named if applies(constraint, q))


def dated(pack: Pack) -> Iterator[Applied]:
    """Constraints that compare with today or the round's days."""
    for constraint in pack.constraints:
        if constraint.kind in _DATED:
            yield from (Applied(constraint, pack.questions[name]) for name in constraint.questions)


def applies(constraint: Constraint, question: Question) -> bool:
    """Whether a constraint of this kind can be tested on a question."""
    match constraint.kind:
        case "option":
            return question.type in ("choice", "choices")
        case "range":
            return question.type == "integer"
        case "count":
            return question.type == "integer" and question.usual_high is None  # else V03
        case "usual":
            return question.usual_high is not None
        case "phone":
            return question.format == "phone"
        case "people_name":
            return question.format == "person"
        case _:
            return False


def _required(pack: Pack, constraint: Constraint, explicit: set[str]) -> Iterator[Applied]:
    needs = set(pack.outcome.needs) if pack.outcome else set()
    for form in pack.household_forms.values():
        for name in form.questions:
            mine = name in constraint.questions if constraint.questions else name not in explicit
            on_list, needed = name in form.required, name in needs
            if mine and (on_list or needed):
                yield Applied(constraint, pack.questions[name], form.name, on_list, needed)

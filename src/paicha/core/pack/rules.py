"""What a pack says about answers: leads for people, validations, and the facts that they may ask for.

Why data: a rule is one text, parsed once when the pack loads; the code runs rules, it doesn't know any.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field, PrivateAttr

from paicha.core.expressions import Expression
from paicha.core.pack.forms import Question
from paicha.core.pack.naming import Label, Name, RuleId, Severity, Strength, Strict


class KindLabel(Strict):
    name: Name
    label: Label
    counts_as_open: bool = False  # counted in the fact open_leads


class Override(Strict):
    kind: Name | None = None
    strength: Strength | None = None


class Rule(Strict):
    """A screening rule: a lead for people, never a verdict."""

    id: RuleId
    title: Label
    scope: Literal["household", "village"] = "household"
    forms: tuple[Name, ...] = ()
    when: Label
    kind: Name
    strength: Strength = "normal"
    message: Label
    problem_type: int | None = None
    overrides: Mapping[Name, Override] = Field(default_factory=dict)
    shown_after: Name | None = None  # stage whose deadline must have passed in a round
    asks: Literal["cross_check"] | None = None  # what the town must do where a village's rule fires
    _expression: Expression | None = PrivateAttr(default=None)

    @property
    def expression(self) -> Expression:
        assert self._expression is not None, "a Rule of a loaded pack carries its expression"
        return self._expression

    def kind_on(self, form: str | None) -> str:
        override = self.overrides.get(form or "")
        return (override and override.kind) or self.kind

    def strength_on(self, form: str | None) -> str:
        override = self.overrides.get(form or "")
        return (override and override.strength) or self.strength


class LeadSource(Strict):
    """A lead that no rule finds but somebody brings: a surveyor, a weekly round, a department's list, a petition."""

    id: RuleId
    title: Label
    source: Name  # what the program calls it: weekly_round, department_list …
    kind: Name
    strength: Strength = "normal"
    message: Label
    problem_type: int | None = None


class Check(Strict):
    """A validation in the expression language; it fires where something is wrong."""

    id: RuleId
    title: Label
    severity: Severity
    forms: tuple[Name, ...]
    when: Label
    message: str  # may show answers: {insured_none}
    at: tuple[Name, ...]  # questions it points at; the first is where the finger lands
    surveyed_only: bool = True  # outcomes that were not met need only name and remark
    _expression: Expression | None = PrivateAttr(default=None)

    @property
    def expression(self) -> Expression:
        assert self._expression is not None, "a Check of a loaded pack carries its expression"
        return self._expression


class Constraint(Strict):
    """A validation that follows from the questions themselves: required, options, range, pattern."""

    id: RuleId
    title: Label
    severity: Severity
    kind: Literal["required", "option", "range", "count", "usual", "phone", "future", "period", "people_name"]
    questions: tuple[Name, ...] = ()  # empty: every question it can apply to
    message: str

    def say(self, question: Question, value: object, label: str = "") -> str:
        """The sentence about one answer; `label` where the paper calls the question otherwise."""
        return self.message.format(
            label=label or question.label,
            value=value,
            low=question.low,
            high=question.high,
            options="、".join(f"{option.number} {option.label}" for option in question.options),
        )


class NamedCheck(Strict):
    """A validation that needs other rows, other forms or another round; its code is found by `check`.

    `names` says which questions and forms it is about, `parameters` with which numbers (see `named_checks`).
    """

    id: RuleId
    title: Label
    severity: Severity
    check: Name
    message: str
    names: Mapping[Name, Name | tuple[Name, ...]] = Field(default_factory=dict)
    parameters: Mapping[Name, int | float | str | tuple[int, ...]] = Field(default_factory=dict)

    def name_of(self, key: str) -> str | None:
        """The one question or form that stands for `key`; None where the pack names none."""
        named = self.names.get(key)
        return named if isinstance(named, str) else None

    def number(self, key: str, default: float = 0) -> float:
        """A parameter that is a number."""
        value = self.parameters.get(key, default)
        return value if isinstance(value, int | float) else default

    def numbers(self, key: str) -> tuple[int, ...]:
        """A parameter that is a list of whole numbers."""
        value = self.parameters.get(key, ())
        return value if isinstance(value, tuple) else ()


class Fact(Strict):
    """What a rule may ask for besides the answers. `default` is what null means to a reader, not to a rule."""

    name: Name
    label: Label
    scope: Literal["household", "village"]
    type: Literal["boolean", "integer", "choice"]
    of: Name | None = None  # prior_enrol: the question it repeats

"""What a campaign pack holds: the notice as data, strictly typed.

A pack is the only place that knows which forms, questions, options, rules, stages and areas a
round has; the code knows what a *household form* or a *profile* is, never which ones exist.
Its parts stand in `forms`, `rules` and `schedule`.

Names are the canonical names of the reference: they appear in rules, Parquet columns, Excel
metadata and the API alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Literal

from pydantic import Field

from paicha.core.pack.forms import (
    Figure,
    Form,
    HouseholdForm,
    Paper,
    ProblemForm,
    ProfileForm,
    Question,
    StatisticsForm,
    VillageForm,
)
from paicha.core.pack.guide import Guide
from paicha.core.pack.naming import Code12, Label, Name, Strict
from paicha.core.pack.outcome import NONE, Outcome
from paicha.core.pack.rules import Check, Constraint, Fact, KindLabel, LeadSource, NamedCheck, Rule
from paicha.core.pack.schedule import Procedures

__all__ = ["Area", "Class", "Figure", "Outcome", "Pack", "Paper", "Roles"]


class Roles(Strict):
    """Which question plays which part, so that code never names one."""

    head: Name
    population: Name | None = None
    phone: Name | None = None
    group: Name | None = None
    surveyors: Name | None = None
    surveyed_on: Name | None = None
    remark: Name | None = None
    enrol: Name | None = None
    petition: Name | None = None  # 1: there is a petition, which must be listed
    special: Name | None = None  # circumstances that are listed by village, each with the measure taken
    special_detail: Name | None = None  # what happened, in words


class Class(Strict):
    """A household's class and the one form it fills; earlier in the list wins."""

    name: Name
    label: Label
    form: Name
    aliases: tuple[Label, ...] = ()


class Area(Strict):
    code: Code12
    parent_code: str
    level: Literal["county", "town", "village", "residents"]
    name: Label


class Department(Strict):
    """A department that suspected problems are referred to: it can tell what the village can't."""

    id: Name
    title: Label
    about: Label = ""  # what it can tell, for the person who picks one


class Pack(Strict):
    """A checked pack. `digest` identifies its bytes."""

    name: Name
    version: Label
    title: Label
    county: Code12
    language: Literal["zh"] = "zh"
    roles: Roles
    outcome: Outcome = NONE
    classes: tuple[Class, ...]
    expected: Mapping[Name, int] = Field(default_factory=dict)  # class → households the notice states
    silences: tuple[str, ...] = ()  # texts that say nothing: 无, 没有, -
    no_post: str = ""  # 无此岗位
    departments: tuple[Department, ...] = ()
    pictured: tuple[Name, ...] = ()  # choice questions whose answers are counted by class, for pictures
    kinds: tuple[KindLabel, ...]
    parameters: Mapping[Name, int] = Field(default_factory=dict)
    conditions: Mapping[Name, str] = Field(default_factory=dict)
    facts: tuple[Fact, ...] = ()
    questions: Mapping[Name, Question]
    forms: tuple[Form, ...]
    rules: tuple[Rule, ...]
    lead_sources: tuple[LeadSource, ...] = ()
    checks: tuple[Check, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    named_checks: tuple[NamedCheck, ...] = ()
    schedule: Procedures
    guide: Guide = Guide()
    areas: tuple[Area, ...]
    digest: str

    @cached_property
    def household_forms(self) -> dict[str, HouseholdForm]:
        return {form.name: form for form in self.forms if isinstance(form, HouseholdForm)}

    @cached_property
    def village_forms(self) -> dict[str, VillageForm]:
        return {form.name: form for form in self.forms if not isinstance(form, HouseholdForm)}

    def form(self, name: str) -> HouseholdForm | ProfileForm | ProblemForm | StatisticsForm:
        return self.household_forms.get(name) or self.village_forms[name]

    @cached_property
    def profile(self) -> ProfileForm | None:
        """The village's own profile (附件2): what statistics and village rules read."""
        return next((f for f in self.forms if isinstance(f, ProfileForm) and f.by == "village"), None)

    @cached_property
    def verification(self) -> ProfileForm | None:
        """The town's verification (附件5)."""
        return next((f for f in self.forms if isinstance(f, ProfileForm) and f.by == "town"), None)

    @cached_property
    def problem_list(self) -> ProblemForm | None:
        return next((f for f in self.forms if isinstance(f, ProblemForm)), None)

    @cached_property
    def statistics(self) -> StatisticsForm | None:
        return next((f for f in self.forms if isinstance(f, StatisticsForm)), None)

    @cached_property
    def department(self) -> dict[str, Department]:
        return {entry.id: entry for entry in self.departments}

    @cached_property
    def answer_questions(self) -> tuple[str, ...]:
        """Every question of any household form, in order of first appearance."""
        return tuple(dict.fromkeys(q for form in self.household_forms.values() for q in form.questions))

    @property
    def watched(self) -> Class:
        """The class whose households are watched, and for whose sake there is a screening: the first."""
        return self.classes[0]

    @cached_property
    def outcomes(self) -> tuple[int, ...]:
        """How a visit can end: options of the outcome's question, or the one way where the pack asks none."""
        options = self.questions[self.outcome.question].options if self.outcome else ()
        return tuple(option.number for option in options) or (self.outcome.default,)

    @cached_property
    def met_by(self) -> tuple[int, ...]:
        """The outcomes by which a household was met, for whoever asks of many at once (`Outcome.met`)."""
        return tuple(filter(self.outcome.met, self.outcomes))

    @cached_property
    def due_by(self) -> tuple[int, ...]:
        """The outcomes after which somebody has to go again (`Outcome.due`)."""
        return tuple(filter(self.outcome.due, self.outcomes))

    @cached_property
    def open_kinds(self) -> frozenset[str]:
        """Kinds of leads that count as open until a person decides."""
        return frozenset(kind.name for kind in self.kinds if kind.counts_as_open)

    @cached_property
    def class_of_form(self) -> dict[str, str]:
        return {entry.form: entry.name for entry in self.classes}

    @cached_property
    def rule(self) -> dict[str, Rule]:
        return {rule.id: rule for rule in self.rules}

    @cached_property
    def kind_labels(self) -> dict[str, str]:
        return {kind.name: kind.label for kind in self.kinds}

    @cached_property
    def lead_source(self) -> dict[str, LeadSource]:
        """What people bring, by the program's name for its source."""
        return {entry.source: entry for entry in self.lead_sources}

    @cached_property
    def messages(self) -> dict[str, Check | Constraint | NamedCheck | LeadSource]:
        """Every validation, and every lead that no rule finds, by id."""
        every: tuple[Check | Constraint | NamedCheck | LeadSource, ...] = (
            *self.lead_sources,
            *self.constraints,
            *self.checks,
            *self.named_checks,
        )
        return {check.id: check for check in every}

    def constraint(self, kind: str, question: str) -> Constraint | None:
        """The constraint of a kind on a question: one that names it before one for every question."""
        found = [
            c for c in self.constraints if c.kind == kind and (not c.questions or question in c.questions)
        ]
        return max(found, key=lambda c: bool(c.questions), default=None)

    def id_of(self, check: str, otherwise: str) -> str:
        """The id of the pack's named check, or `otherwise` where it has none."""
        named = self.named_check(check)
        return named.id if named else otherwise

    def named_check(self, check: str) -> NamedCheck | None:
        """The pack's validation that is kept by the code named `check`; None where it has none."""
        return next((c for c in self.named_checks if c.check == check), None)

    def texts_of(self, question: str) -> Iterator[str]:
        """Text questions that an option of `question` asks for, written into the same cell."""
        for option in self.questions[question].options:
            if option.text:
                yield option.text

"""What a campaign pack holds: the notice as data, strictly typed.

A pack is the only place that knows which forms, questions, options, rules, stages and areas a
round has; the code knows what a *household form* or a *checklist* is, never which ones exist.
Every model is frozen and refuses unknown keys, so a slip of the pen in a pack is an error with a
line number (see `loader`), never a silently ignored setting.

Names are the canonical names of the reference: they appear in rules, Parquet columns, Excel
metadata and the API alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from functools import cached_property
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, StringConstraints

from paicha.core.expressions import Expression

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Label = Annotated[str, StringConstraints(min_length=1, max_length=200)]
RuleId = Annotated[str, StringConstraints(pattern=r"^[A-Z][0-9]{2}[a-z]?$")]
Code12 = Annotated[str, StringConstraints(pattern=r"^[0-9]{12}$")]

QuestionType = Literal["text", "integer", "choice", "choices", "date"]
Severity = Literal["hard", "soft", "office"]
Strength = Literal["strong", "normal", "weak"]
Level = Literal["village", "town", "county"]


class Strict(BaseModel):
    """Base of every model: frozen, unknown keys refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, ignored_types=(cached_property,))


class Option(Strict):
    """One printed option. `number` is what is written on paper."""

    number: int = Field(ge=1, le=99)
    label: Label
    text: Name | None = None  # the text question this option asks for: 4 其他____
    exclusive: bool = False  # in a several-choice question: stands alone
    aliases: tuple[Label, ...] = ()  # other wordings clerks write for it


class Question(Strict):
    """One thing that is asked. `low`/`high` bound integers; an answer beyond them is refused."""

    name: Name
    label: Label
    type: QuestionType
    options: tuple[Option, ...] = ()
    low: int | None = None
    high: int | None = None
    usual_high: int | None = None  # above it: soft, with a reason
    format: Literal["phone", "people", "person", "group", "line"] = "line"
    unit: str = ""
    short: str | None = None  # where a screen has no room for the label
    hint: str = ""
    aliases: tuple[Label, ...] = ()  # other header wordings that mean this question
    masked: bool = False  # shown masked wherever it is only read

    @cached_property
    def option_labels(self) -> dict[int, str]:
        return {option.number: option.label for option in self.options}


class Part(Strict):
    """One count inside a printed cell that holds several: `1 未参加__人`."""

    question: Name
    number: int = Field(ge=1, le=99)
    label: Label
    aliases: tuple[Label, ...] = ()


class Column(Strict):
    """A printed column of a household form.

    Either `question` (with the texts its options ask for in the same cell) or `parts`, several
    counts in one cell, or neither for 序号.
    """

    name: Name
    label: Label
    group: str | None = None  # grouped header above
    question: Name | None = None
    parts: tuple[Part, ...] = ()
    width: float = 8.0  # characters, on the official paper
    options_text: str | None = None  # printed instead of the numbered options
    aliases: tuple[Label, ...] = ()


class Paper(Strict):
    size: Literal["A4", "A3"] = "A4"
    orientation: Literal["portrait", "landscape"] = "portrait"
    rows_per_page: int = Field(default=15, ge=1, le=60)
    alternative: Literal["A4", "A3"] | None = None


class Signer(Strict):
    question: Name
    label: Label


class HouseholdForm(Strict):
    """One row a household. Its class decides who fills it."""

    kind: Literal["household"] = "household"
    name: Name
    sheet: Label  # sheet name in our workbooks: 附件1-1
    letter: Annotated[str, StringConstraints(pattern=r"^[A-Z]$")]  # G, L, M of the rules
    label: Label  # 一般农户
    title: Label
    heading: str  # with {town} {village} {group}
    heading_blank: str  # what the paper prints
    by_group: bool = False  # one block and one page break per group
    paper: Paper
    columns: tuple[Column, ...]
    unprinted: tuple[Name, ...] = ()  # right of the print area, in this order
    required: tuple[Name, ...] = ()
    foot: str = ""

    @cached_property
    def questions(self) -> tuple[str, ...]:
        """Every question the form asks, in official order, unprinted ones last."""
        names: list[str] = []
        for column in self.columns:
            names += [part.question for part in column.parts]
            if column.question:
                names.append(column.question)
                names += self._texts.get(column.question, [])
        names += self.unprinted
        return tuple(dict.fromkeys(names))

    _texts: dict[str, list[str]] = PrivateAttr(default_factory=dict)


class ProfileCell(Strict):
    question: Name
    unit: str = ""
    before: str = ""


class ProfileRow(Strict):
    """A row `label | value(s)`; `tall` rows hold free text."""

    label: Label
    cells: tuple[ProfileCell, ...]
    tall: bool = False


class ProfileForm(Strict):
    """One a village, a label and its values per row (附件2); `checklist` marks rows of ticks (附件5)."""

    kind: Literal["profile"] = "profile"
    name: Name
    sheet: Label
    label: Label
    title: Label  # with {town} {village}
    heading: str = ""
    lead: tuple[ProfileCell, ...] = ()  # printed above the table: 村类型
    paper: Paper
    rows: tuple[ProfileRow, ...]
    required: tuple[Name, ...] = ()
    signers: tuple[Signer, ...] = ()
    by: Literal["village", "town"] = "village"
    points: tuple[Name, ...] = ()  # yes/no points whose 否 is counted (no_answers_form5)

    @cached_property
    def questions(self) -> tuple[str, ...]:
        cells = [*self.lead, *(cell for row in self.rows for cell in row.cells)]
        return tuple(cell.question for cell in cells) + tuple(s.question for s in self.signers)


class ProblemType(Strict):
    number: int
    label: Label


class ProblemForm(Strict):
    """The village's problem list: fixed types, each printed even when empty (附件3)."""

    kind: Literal["problems"] = "problems"
    name: Name
    sheet: Label
    label: Label
    title: Label
    heading: str
    paper: Paper
    headers: tuple[Label, Label, Label] = ("序号", "类型", "具体问题")
    types: tuple[ProblemType, ...]
    signers: tuple[Signer, ...] = ()


class Figure(Strict):
    """A column of the statistics form and where its number comes from: exactly one source."""

    name: Name
    label: Label
    group: str | None = None
    source: Literal["number", "town", "village", "profile", "surveyed", "problems", "remark"]
    question: Name | None = None  # source profile
    form: Name | None = None  # source surveyed: None = all forms
    width: float = 8.0


class StatisticsForm(Strict):
    """One row a village, never typed by hand (附件4)."""

    kind: Literal["statistics"] = "statistics"
    name: Name
    sheet: Label
    label: Label
    title: Label
    above: tuple[Label, ...] = ()
    paper: Paper
    figures: tuple[Figure, ...]
    signers: tuple[Signer, ...] = ()


VillageForm = ProfileForm | ProblemForm | StatisticsForm
Form = Annotated[HouseholdForm | ProfileForm | ProblemForm | StatisticsForm, Field(discriminator="kind")]


class Outcome(Strict):
    """How a visit ended, and what follows for who is counted and who stays due."""

    question: Name
    default: int = 1
    done: tuple[int, ...]
    stays_due: tuple[int, ...] = ()
    needs: tuple[Name, ...] = ()  # the only required answers of an outcome not in `done`
    remarks: Mapping[int, str] = Field(default_factory=dict)  # form 4's remark: 外出未联系上{n}户


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


class NamedCheck(Strict):
    """A validation that needs other rows, other forms or another round; its code is found by `check`."""

    id: RuleId
    title: Label
    severity: Severity
    check: Name
    message: str
    parameters: Mapping[Name, int | float | str] = Field(default_factory=dict)


class Class(Strict):
    """A household's class and the one form it fills; earlier in the list wins."""

    name: Name
    label: Label
    form: Name
    aliases: tuple[Label, ...] = ()


class Fact(Strict):
    """What a rule may ask for besides the answers. `default` is what null means to a reader, not to a rule."""

    name: Name
    label: Label
    scope: Literal["household", "village"]
    type: Literal["boolean", "integer", "choice"]
    of: Name | None = None  # prior_enrol: the question it repeats


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


class Area(Strict):
    code: Code12
    parent_code: str
    level: Literal["county", "town", "village", "residents"]
    name: Label


class Pack(Strict):
    """A checked pack. `digest` identifies its bytes."""

    name: Name
    version: Label
    title: Label
    county: Code12
    language: Literal["zh"] = "zh"
    roles: Roles
    outcome: Outcome | None = None
    classes: tuple[Class, ...]
    expected: Mapping[Name, int] = Field(default_factory=dict)  # class → households the notice states
    silences: tuple[str, ...] = ()  # texts that say nothing: 无, 没有, -
    no_post: str = ""  # 无此岗位
    kinds: tuple[KindLabel, ...]
    parameters: Mapping[Name, int] = Field(default_factory=dict)
    conditions: Mapping[Name, str] = Field(default_factory=dict)
    facts: tuple[Fact, ...] = ()
    questions: Mapping[Name, Question]
    forms: tuple[Form, ...]
    rules: tuple[Rule, ...]
    checks: tuple[Check, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    named_checks: tuple[NamedCheck, ...] = ()
    schedule: Procedures
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
    def answer_questions(self) -> tuple[str, ...]:
        """Every question of any household form, in order of first appearance."""
        return tuple(dict.fromkeys(q for form in self.household_forms.values() for q in form.questions))

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
    def messages(self) -> dict[str, Check | Constraint | NamedCheck]:
        """Every validation by id."""
        return {c.id: c for c in (*self.constraints, *self.checks, *self.named_checks)}

    def texts_of(self, question: str) -> Iterator[str]:
        """Text questions that an option of `question` asks for, written into the same cell."""
        for option in self.questions[question].options:
            if option.text:
                yield option.text

"""What is asked, and on which paper: questions, household forms, and the forms of a village.

Why: the code knows what a household form, a profile, a problem list or a statistics form is, never which ones
a county has. Labels and option numbers are what is printed.
"""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field, PrivateAttr, StringConstraints

from paicha.core.pack.naming import Label, Name, QuestionType, Strict


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
    help: tuple[str, ...] = ()  # what counts, in short lines, for who stands at the door
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


class CountedBy(Strict):
    """Which answers of households a village's figure counts: those that give one of these options."""

    question: Name
    options: tuple[int, ...]


class ProfileCell(Strict):
    """`counted`: what may be proposed for it from the households, where no named check says so already."""

    question: Name
    unit: str = ""
    before: str = ""
    counted: CountedBy | None = None


class ProfileRow(Strict):
    """A row `label | value(s)`; `tall` rows hold free text."""

    label: Label
    cells: tuple[ProfileCell, ...]
    tall: bool = False


class ProfileForm(Strict):
    """One a village, a label and its values per row (附件2, 附件5)."""

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
    enrolled_remark: str = ""  # in the remark, for households newly enrolled: 新纳入{n}户


VillageForm = ProfileForm | ProblemForm | StatisticsForm
Form = Annotated[HouseholdForm | ProfileForm | ProblemForm | StatisticsForm, Field(discriminator="kind")]

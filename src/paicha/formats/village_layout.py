"""Layout of the forms that a village or town fills once, and of plain lists: the sister of `layout`.

Profiles (labels and values, boxes to tick), the problem list, the statistics form and its signers,
all from the pack; Excel, PDF and screen draw what stands here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from paicha.core.pack import Pack, ProblemForm, ProfileForm, Question, StatisticsForm
from paicha.formats.documents import ListSheet, Row, Value
from paicha.formats.layout import BLANK, Field, Table, header_cells, value_text

_TOWN_BLANK = "_____镇(街)"
_VILLAGE_BLANK = "_____村"


def place_text(template: str, town: str, village: str) -> str:
    """Title or heading of a form that is filled once a village; blanks where no place is given."""
    return template.format(town=town or _TOWN_BLANK, village=village or _VILLAGE_BLANK)


def above_texts(form: StatisticsForm, unit: str, day: str) -> tuple[str, ...]:
    """The texts above the statistics form, filled in order: who reports, when."""
    values = (unit, day)
    return tuple(label + (values[i] if i < len(values) else "") for i, label in enumerate(form.above))


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of a profile's cell: words, a blank to fill, a filled-in value, or a box to tick."""

    kind: Literal["words", "blank", "value", "box"]
    text: str = ""
    checked: bool = False


@dataclass(frozen=True, slots=True)
class ProfileItem:
    """One question of a profile's row, as the pieces that are printed."""

    question: Question
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class ProfileLine:
    """A row of a profile: label, then one item a question; tall ones hold free text."""

    label: str
    items: tuple[ProfileItem, ...]
    tall: bool


def profile_lead(pack: Pack, form: ProfileForm, values: Row) -> tuple[str, ...]:
    """The texts above a profile's table: `村类型:(脱贫村/一般村)`, or the one option that was chosen."""
    return tuple(text for text, _ in profile_lead_choices(pack, form, values))


def profile_lead_choices(pack: Pack, form: ProfileForm, values: Row) -> tuple[tuple[str, list[str]], ...]:
    """The same texts, each with the texts that it can become by choosing an option."""
    texts = []
    for cell in form.lead:
        question = pack.questions[cell.question]
        value = values.get(cell.question)
        if question.options:
            ways = {o.number: f"{cell.before}({o.label}){cell.unit}" for o in question.options}
            every = "/".join(option.label for option in question.options)
            chosen = ways.get(value) if isinstance(value, int) else None
            texts.append((chosen or f"{cell.before}({every}){cell.unit}", list(ways.values())))
        else:
            texts.append((f"{cell.before}{value_text(value) or BLANK}{cell.unit}", []))
    return tuple(texts)


def profile_lines(pack: Pack, form: ProfileForm, values: Row) -> tuple[ProfileLine, ...]:
    """The rows of a profile with what was answered."""
    return tuple(
        ProfileLine(
            row.label,
            tuple(
                ProfileItem(
                    pack.questions[cell.question],
                    _segments(
                        pack.questions[cell.question], values.get(cell.question), cell.before, cell.unit
                    ),
                )
                for cell in row.cells
            ),
            row.tall,
        )
        for row in form.rows
    )


def _segments(question: Question, value: Value, before: str, unit: str) -> tuple[Segment, ...]:
    pieces = [Segment("words", before)] if before else []
    if question.options:
        chosen = [value] if isinstance(value, int) else list(value) if isinstance(value, list | tuple) else []
        pieces += [Segment("box", option.label, option.number in chosen) for option in question.options]
    elif value is not None and value != "":
        pieces.append(Segment("value", value_text(value)))
    elif question.type != "text":
        pieces.append(Segment("blank"))
    if unit:
        pieces.append(Segment("words", unit))
    return tuple(pieces)


def signer_texts(form: ProfileForm | ProblemForm | StatisticsForm, values: Row) -> tuple[str, ...]:
    """`支部书记签字：` with the name, where it is known."""
    return tuple(f"{signer.label}：{value_text(values.get(signer.question))}" for signer in form.signers)


def statistics_table(form: StatisticsForm) -> Table:
    """Columns of the statistics form with their grouped header."""
    numbers = ("number", "profile", "surveyed", "problems")
    fields = tuple(
        Field(f.name, f.label, "integer" if f.source in numbers else "text", f.width, group=f.group)
        for f in form.figures
    )
    return Table(fields, header_cells(fields))


def statistics_cells(form: StatisticsForm, values: Row, number: int | None) -> list[Value]:
    """A row's cells in printed order; `number` None is the total, which says 合计 where the number stands."""
    cells: list[Value] = []
    for figure in form.figures:
        value = values.get(figure.name)
        if figure.source == "number" and value is None:
            value = "合计" if number is None else number
        cells.append(value)
    return cells


def problem_table(form: ProblemForm) -> Table:
    """序号, 类型, 具体问题."""
    names, widths = ("number", "type", "text"), (6.0, 24.0, 56.0)
    fields = tuple(
        Field(name, label, "text", width)
        for name, label, width in zip(names, form.headers, widths, strict=True)
    )
    return Table(fields, header_cells(fields))


def problem_rows(
    form: ProblemForm, problems: Sequence[tuple[int, str]]
) -> Iterator[tuple[int, str, list[str]]]:
    """(number, type, texts): every type is printed, in the form's order, even without a problem."""
    for kind in form.types:
        yield kind.number, kind.label, [text for number, text in problems if number == kind.number]


def list_table(sheet: ListSheet) -> Table:
    """The columns of a plain list."""
    fields = tuple(
        Field(f"c{i}", label, "text", width)
        for i, (label, width) in enumerate(zip(sheet.headers, sheet.widths, strict=True))
    )
    return Table(fields, header_cells(fields))

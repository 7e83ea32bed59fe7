"""The one place that turns a form of the pack into the layout of its paper.

Titles, grouped headers with their spans, the options printed below the labels, widths, what a cell
shows, pages and blank rows: Excel, PDF and screen all draw what stands here, so that cadres see
their own paper on all three. Nothing here knows a form, a question or an option by name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from paicha.core.pack import Column, HouseholdForm, Pack, Question
from paicha.core.pack.per_pack import per_pack
from paicha.formats.documents import NOTE, Block, Row, Value

BLANK = "____"

FieldKind = Literal["number", "text", "choice", "choices", "integer", "date", "parts"]
CellKind = Literal["group", "label", "options"]


@dataclass(frozen=True, slots=True)
class HeaderCell:
    """One cell of the header: its text, its place (row, column from 0) and its spans."""

    text: str
    row: int
    column: int
    rows: int
    columns: int
    kind: CellKind


@dataclass(frozen=True, slots=True)
class PartField:
    """One of several counts in a printed cell: `1.未参加__人`."""

    name: str
    number: int
    label: str
    unit: str


@dataclass(frozen=True, slots=True)
class Field:
    """A column of a table. `texts`: which text question each option asks for, in the same cell."""

    name: str
    label: str
    kind: FieldKind
    width: float  # characters of half width, on the official paper
    question: Question | None = None
    group: str | None = None
    options: str = ""  # printed below the label
    texts: tuple[tuple[int, str], ...] = ()
    parts: tuple[PartField, ...] = ()
    is_remark: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table's columns and the header cells above them, row by row."""

    fields: tuple[Field, ...]
    header: tuple[tuple[HeaderCell, ...], ...]

    @property
    def width(self) -> float:
        return sum(field.width for field in self.fields)


@dataclass(frozen=True, slots=True)
class Page:
    """One printed page of a household form: `first` is the 序号 of its first row; None is a blank row."""

    group: str | None
    first: int
    rows: tuple[Row | None, ...]
    starts_block: bool


# Headings and titles


def heading(form: HouseholdForm, town: str, village: str, group: str | None) -> str:
    """The line below the title. A numbered group written straight behind the village reads `沟岔村2组`."""
    if not town and not village:
        return form.heading_blank
    behind = "}{group}" in form.heading
    shown = group or ("" if behind else "    ")
    if behind and shown.isdigit():
        shown += "组"
    return form.heading.format(town=town, village=village, group=shown)


# Household forms


def household_table(pack: Pack, form: HouseholdForm, *, parts_apart: bool = False) -> Table:
    """Columns and header of a household form, as printed.

    `parts_apart` gives each count of a cell that holds several a column of its own under the one
    merged label, as in Excel; else they share their cell, as on paper.
    """
    return _table(pack, form.columns, parts_apart)


@per_pack
def _table(pack: Pack, columns: tuple[Column, ...], parts_apart: bool) -> Table:
    fields = tuple(f for column in columns for f in _fields(pack, column, parts_apart))
    return Table(fields, header_cells(fields))


def unprinted_fields(pack: Pack, form: HouseholdForm) -> tuple[Field, ...]:
    """What a form asks without printing it; in Excel right of the print area, in the pack's order."""
    return tuple(
        replace(question_field(pack, name), width=_unprinted_width(pack.questions[name]))
        for name in form.unprinted
    )


def question_field(pack: Pack, name: str) -> Field:
    """A column that asks one question under its own label, options below."""
    question = pack.questions[name]
    return Field(
        name=name,
        label=question.label,
        kind=question.type,
        width=10,
        question=question,
        options=options_text(question),
        texts=_texts(question),
        is_remark=name == pack.roles.remark,
    )


def _fields(pack: Pack, column: Column, parts_apart: bool) -> Iterator[Field]:
    base = Field(column.name, column.label, "number", column.width, group=column.group)
    if column.parts:
        parts = tuple(
            PartField(part.question, part.number, part.label, pack.questions[part.question].unit or "人")
            for part in column.parts
        )
        if not parts_apart:
            texts = "\n".join(_part_blank(part) for part in parts)
            yield replace(base, kind="parts", parts=parts, options=column.options_text or texts)
            return
        for part in parts:
            question = pack.questions[part.name]
            yield replace(
                base,
                name=part.name,
                kind="integer",
                question=question,
                width=max(5.0, column.width / len(parts)),
                options=_part_blank(part),
                parts=parts,
            )
    elif column.question:
        question = pack.questions[column.question]
        yield replace(
            base,
            kind=question.type,
            question=question,
            options=column.options_text or options_text(question),
            texts=_texts(question),
            is_remark=column.question == pack.roles.remark,
        )
    else:
        yield base


def _part_blank(part: PartField) -> str:
    return f"{part.number}.{part.label}{BLANK}{part.unit}"


def options_text(question: Question) -> str:
    """The numbered options as printed, one a line; a blank line follows where a text is asked for."""
    return "\n".join(f"{o.number}.{o.label}{BLANK if o.text else ''}" for o in question.options)


def _texts(question: Question) -> tuple[tuple[int, str], ...]:
    return tuple((option.number, option.text) for option in question.options if option.text)


def _unprinted_width(question: Question) -> float:
    if question.options:
        return max(14, min(26, len(options_text(question)) / 2))
    return 20 if question.type == "text" and question.format == "line" else 11


def header_cells(fields: Sequence[Field]) -> tuple[tuple[HeaderCell, ...], ...]:
    """Header rows: groups (where there are any), labels, options (where there are any).

    A label without a group reaches up into the group row, one without options down into theirs.
    Counts that stand apart share one label (their `parts` are equal).
    """
    top = 1 if any(field.group for field in fields) else 0
    deep = 1 if any(field.options for field in fields) else 0
    rows: list[list[HeaderCell]] = [[] for _ in range(top + 1 + deep)]
    for first, last in _runs(fields, lambda f: f.group or f.name + "\n"):
        group = fields[first].group
        if group:
            rows[0].append(HeaderCell(group, 0, first, 1, last - first, "group"))
    for first, last in _runs(fields, lambda f: f.label if f.parts else f.name + "\n"):
        field = fields[first]
        start = top if field.group else 0
        height = top + 1 - start + (0 if field.options else deep)
        rows[start].append(HeaderCell(field.label, start, first, height, last - first, "label"))
    if deep:
        rows[-1] += [
            HeaderCell(field.options, top + 1, i, 1, 1, "options")
            for i, field in enumerate(fields)
            if field.options
        ]
    return tuple(tuple(sorted(row, key=lambda cell: cell.column)) for row in rows)


def _runs(fields: Sequence[Field], key: Callable[[Field], str]) -> Iterator[tuple[int, int]]:
    """(first, behind the last) of neighbours that share a key."""
    start = 0
    for i in range(1, len(fields) + 1):
        if i == len(fields) or key(fields[i]) != key(fields[start]):
            yield start, i
            start = i


def pages(blocks: Sequence[Block], rows_per_page: int) -> Iterator[Page]:
    """The printed pages: a new one per block, blank rows filling the last of each, as on paper."""
    for block in blocks or (Block(None, ()),):
        count = max(1, -(-len(block.rows) // rows_per_page))
        for number in range(count):
            first = number * rows_per_page
            rows: list[Row | None] = list(block.rows[first : first + rows_per_page])
            rows += [None] * (rows_per_page - len(rows))
            yield Page(block.group, first + 1, tuple(rows), number == 0)


# What a cell shows

_LEAD = "原因"  # clerks write it before any reason, and a reader takes it off
_PLAIN_TEXT = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]+")
_WITH_TEXT = re.compile(r"((?:[0-9]{1,2}、)*[0-9]{1,2}),“(.*)”", re.DOTALL)


def cell_value(field: Field, values: Row) -> int | str | date | None:
    """What a cell of Excel holds: a number for one choice or a count, text for several or with a text.

    `3`, `1、3`, `1,大病住院`, `1、4,孤儿补助` as on paper; a text in which a reader could see a number,
    an option or a mark is set in quotes, `1,“2个大学生、1人住院”`, which `read_with_text` undoes.
    """
    if field.kind == "parts":
        return cell_text(field, values) or None
    value = values.get(field.question.name if field.question else field.name)
    if field.kind in {"choice", "choices"}:
        return _choice_text(field, value, values, quoted=True)
    if value is None or isinstance(value, int | str | date):
        return value
    return "、".join(map(str, value))


def read_with_text(cell: str) -> tuple[tuple[int, ...], str] | None:
    """The option numbers and the quoted text of a cell that `cell_value` wrote, None for any other."""
    match = _WITH_TEXT.fullmatch(cell)
    return (tuple(map(int, match[1].split("、"))), match[2]) if match else None


def _choice_text(field: Field, value: Value, values: Row, *, quoted: bool) -> int | str | None:
    if isinstance(value, str | date):
        return str(value)
    numbers = [value] if isinstance(value, int) else list(value or ())
    extra = {number: str(values[name]) for number, name in field.texts if values.get(name)}
    if not extra:
        return numbers[0] if len(numbers) == 1 else "、".join(map(str, numbers)) or None
    ordered = [number for number in numbers if number not in extra]
    ordered += [number for number in numbers if number in extra]
    text = "；".join(extra.values())
    if quoted and not _is_plain(field, text):
        text = f"“{text}”"
    return "、".join(map(str, ordered)) + ("," if ordered else "") + text


def _is_plain(field: Field, text: str) -> bool:
    """Whether nothing in a text can be taken for another option: Chinese characters, and no label."""
    if not _PLAIN_TEXT.fullmatch(text) or field.question is None:
        return False
    words = [word for o in field.question.options for word in (o.label, *o.aliases)]
    words += [_LEAD, *re.findall(r"[\u3400-\u9fff]+", field.options)]
    return not any(word in text for word in words)


def cell_text(field: Field, values: Row) -> str:
    """What a cell of the paper or the screen shows; '' for what was not answered.

    Several counts stand in one cell with their words; 备注 adds by itself what `NOTE` says.
    """
    if field.kind == "parts":
        counts = [(part, values.get(part.name)) for part in field.parts]
        if all(count is None for _, count in counts):
            return ""
        return " ".join(
            f"{part.number}.{part.label}{BLANK if count is None else count}{part.unit}"
            for part, count in counts
        )
    if field.kind in {"choice", "choices"} and field.question:
        text = value_text(_choice_text(field, values.get(field.question.name), values, quoted=False))
    else:
        text = value_text(cell_value(field, values))
    note = values.get(NOTE) if field.is_remark else None
    return "；".join(part for part in (str(note) if note else "", text) if part)


def date_text(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def value_text(value: Value) -> str:
    """Any value as it is read: dates in Chinese, several numbers by 、, nothing as ''."""
    if isinstance(value, date):
        return date_text(value)
    if value is None or isinstance(value, int | str):
        return "" if value is None else str(value)
    return "、".join(map(str, value))

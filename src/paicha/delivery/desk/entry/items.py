"""A form's questions as fields of a page for one household: in the order of the paper, unprinted ones last.

What holds: what a field posts is the text that the reader reads (an option's number, a count, a text), so that one
household and a sheet come in by the same way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.http import QueryDict

from paicha.core.bounds import whole
from paicha.core.pack import HouseholdForm, Pack, Question
from paicha.delivery.desk.shell.wording import mask_answers
from paicha.domain.responses.rules.rule_text import answer_in_words
from paicha.formats.cell_entry import read_typed
from paicha.formats.layout import Field, household_table, unprinted_fields

LONGEST = 500
UNPRINTED = "表上不印的，有就填"


@dataclass(frozen=True, slots=True)
class Choice:
    """An option. `text`: the question it asks for, with what was typed there."""

    number: int
    label: str
    chosen: bool
    text: str = ""
    typed: str = ""
    alone: bool = False


@dataclass(slots=True)
class Item:
    """A question as a field. `before`: what was answered before, in words; `error` what is wrong with it.

    `source`: where its value comes from, where nobody has answered it in this round.
    """

    name: str
    label: str
    kind: str
    value: str = ""
    choices: list[Choice] = field(default_factory=list)
    unit: str = ""
    hint: str = ""
    help: tuple[str, ...] = ()
    before: str = ""
    source: str = ""
    error: str = ""
    required: bool = False
    soft: str = ""
    rule: str = ""


@dataclass(slots=True)
class Block:
    """Fields below one heading: a group of the paper's columns, or a column with several counts."""

    heading: str
    items: list[Item]


def asked(pack: Pack, form: HouseholdForm, *, new: bool) -> list[str]:
    """The questions that the page asks; who the household is, is asked of a new one alone."""
    identity = {pack.roles.head, pack.roles.group}
    return [name for name in form.questions if new or name not in identity]


def posted(pack: Pack, names: Sequence[str], data: QueryDict) -> dict[str, str]:
    """What was typed, by question; several options as `1、3`."""
    cells = {}
    for name in names:
        if pack.questions[name].type == "choices":
            cells[name] = "、".join(data.getlist(name))[:LONGEST]
        else:
            cells[name] = data.get(name, "")[:LONGEST]
    return cells


def cells_of(pack: Pack, names: Sequence[str], answers: Mapping[str, Any]) -> dict[str, str]:
    """Answers as the fields hold them."""
    cells = {}
    for name in names:
        value = answers.get(name)
        if value is None:
            cells[name] = ""
        elif isinstance(value, list):
            cells[name] = "、".join(map(str, value))
        else:
            cells[name] = value.isoformat() if isinstance(value, date) else str(value)
    return cells


def from_sheet(
    pack: Pack, form: HouseholdForm, names: Sequence[str], typed: Mapping[str, str], near: date
) -> tuple[dict[str, str], dict[str, str]]:
    """A draft of a sheet as this page's fields, and what could not be read of it, by question."""
    have = {name: text for name, text in typed.items() if name in names}
    rest = {name: text for name, text in typed.items() if name not in names or not _fits(pack, name, text)}
    if not rest:
        return {name: have.get(name, "") for name in names}, {}
    table = read_typed(pack, form, [rest], near)
    row = {k: v for k, v in table.frame.row(0, named=True).items() if v is not None}
    read = cells_of(pack, [name for name in names if name in row], row)
    unread = {fault.question: fault.sentence for fault in table.faults}
    kept = {name: text for name, text in have.items() if name not in rest}
    return {name: kept.get(name, read.get(name, "")) for name in names}, unread


def _fits(pack: Pack, name: str, text: str) -> bool:
    """Whether a text is what the page's own field would have posted."""
    question = pack.questions[name]
    if not question.options:
        return True
    return all(whole(part) in question.option_labels for part in text.split("、"))


def blocks(
    pack: Pack,
    form: HouseholdForm,
    cells: Mapping[str, str],
    *,
    before: Mapping[str, Any],
    errors: Mapping[str, str],
    new: bool,
) -> list[Block]:
    """The page's fields below the paper's headings."""
    names, made = set(asked(pack, form, new=new)), list[Block]()
    words = {name: _words(pack, name, value) for name, value in mask_answers(pack, before).items()}

    def item(name: str, label: str = "") -> Item:
        return _item(pack, form, name, label, cells, words, errors)

    if new and pack.roles.group:
        made.append(Block("这是哪一户", [item(pack.roles.group)]))
    for one in household_table(pack, form).fields:
        listed = [item(p.name, f"{p.number} {p.label}") for p in one.parts] or (
            [item(one.name)] if one.kind != "number" and one.name in names else []
        )
        heading = one.label if one.parts else one.group or ""
        if not made or made[-1].heading != heading:
            made.append(Block(heading, []))
        made[-1].items += listed
    unprinted: list[Field] = [f for f in unprinted_fields(pack, form) if f.name in names]
    rest = [item(f.name) for f in unprinted if f.name != pack.roles.group]
    return [block for block in [*made, Block(UNPRINTED, rest)] if block.items]


def _item(
    pack: Pack,
    form: HouseholdForm,
    name: str,
    label: str,
    cells: Mapping[str, str],
    words: Mapping[str, str],
    errors: Mapping[str, str],
) -> Item:
    question, identity = pack.questions[name], (pack.roles.head, pack.roles.group)
    made = Item(
        name, label or question.label, question.type, cells.get(name, ""), unit=question.unit, hint=question.hint,
        help=question.help, before=words.get(name, ""), error=errors.get(name, ""),
        required=name in form.required or name in identity,
    )  # fmt: skip
    beside = [text for text in pack.texts_of(name) if errors.get(text)]
    made.error = made.error or "".join(errors[text] for text in beside)
    made.choices = _choices(question, cells)
    return made


def _choices(question: Question, cells: Mapping[str, str]) -> list[Choice]:
    chosen = set(cells.get(question.name, "").split("、"))
    return [
        Choice(
            option.number, option.label, str(option.number) in chosen, option.text or "",
            cells.get(option.text, "") if option.text else "", option.exclusive,
        )
        for option in question.options
    ]  # fmt: skip


def _words(pack: Pack, name: str, value: Any) -> str:
    return "" if value in (None, []) else answer_in_words(pack.questions[name], value)

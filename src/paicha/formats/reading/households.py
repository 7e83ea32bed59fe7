"""One block of rows under a header → a `HouseholdTable`.

Rows that are no household (blank, subtotal, note, group line) are told apart first, then each column
is parsed as a whole. A cell without a single reading becomes a fault and a null, never a guess.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from paicha.core.catalogue import Message, message, sentence
from paicha.core.normalise import fold
from paicha.core.pack import HouseholdForm, Pack
from paicha.formats.reading.cell import Bad
from paicha.formats.reading.columns import ColumnParsers, choice_columns, series
from paicha.formats.reading.grid import Grid, Raw, address, letters, typed
from paicha.formats.reading.headings import Collected, HeadingReader
from paicha.formats.reading.layout import Block
from paicha.formats.reading.model import Fault, HouseholdTable
from paicha.formats.reading.parts import EVERYBODY
from paicha.formats.reading.vocabulary import BASE, CLASS, KEY, NUMBER, TOWN, VILLAGE

_STOP = re.compile(
    r"(?:本?[村组页屯队]?(?:小计|合计|总计|共计|累计|计))|(?:说明|注|备注|附注|填表|填报|审核|负责人|制表|单位|联系人|日期|时间|村支|支部|第一书记|包村|驻村|签字|排查人员|排查时间|户主签字)[^\n]{0,6}[:：]"
)
_LONG_NAME = 5


@dataclass(slots=True)
class Rows:
    """Which rows of a block are households, with the group in force for each."""

    data: list[int] = field(default_factory=list)
    groups: list[str | None] = field(default_factory=list)
    skipped: list[int] = field(default_factory=list)


class HouseholdReader:
    """Reads blocks of household forms and rosters for one pack."""

    def __init__(self, pack: Pack, parsers: ColumnParsers, headings: HeadingReader) -> None:
        self._pack = pack
        self._parsers = parsers
        self._headings = headings
        self._classes = {
            label: entry.name for entry in pack.classes for label in (entry.label, *entry.aliases, entry.name)
        }

    # Rows ------------------------------------------------------------------------------------

    def rows(self, grid: Grid, block: Block, heading: Collected) -> Rows:
        """Sort the rows of a block; lines that name a group set it for those below."""
        meanings = block.columns.meanings
        name_column = meanings.index(self._pack.roles.head)
        asked = [c for c, meaning in enumerate(meanings) if meaning and meaning not in (NUMBER, KEY, BASE)]
        found = Rows()
        for index in range(block.first, block.end):
            row = grid.rows[index]
            name = row[name_column]
            if type(name) is str and name and len(name) < _LONG_NAME and name[-1] not in "组计:：":
                found.data.append(index)
                found.groups.append(heading.group)
            else:
                self._odd_row(grid, index, name, asked, heading, found)
        return found

    def _odd_row(
        self, grid: Grid, index: int, name: Raw, asked: list[int], heading: Collected, found: Rows
    ) -> None:
        """A row whose name is blank, long or odd: blank, heading, subtotal, note, or a household after all."""
        row = grid.rows[index]
        filled = [(c, value) for c, value in enumerate(row) if not _is_blank(value)]
        if not filled:
            return
        answered = [c for c in asked if not _is_blank(row[c]) or (index, c) in grid.uncached]
        texts = [(c, value) for c, value in filled if isinstance(value, str)]
        if len(texts) <= 3 and len(answered) <= 2:
            for column, text in texts:
                cell = address(index, column)
                group = self._headings.only_group(text)
                if group and len(filled) == 1:
                    heading.set_group(group, cell)
                    return
            if len(texts) == len(filled) and self._take_heading(index, texts, heading):
                return
        if any(_STOP.match("".join(fold(text).split())) for _, text in texts[:2]):
            found.skipped.append(index + 1)
        elif answered or not _is_blank(name):
            if len(filled) == 1 and isinstance(name, str) and len(name) > 12:
                found.skipped.append(index + 1)
                return
            found.data.append(index)
            found.groups.append(heading.group)
        elif texts and any(len(text.strip()) > 1 for _, text in texts):
            found.skipped.append(index + 1)

    def _take_heading(self, index: int, texts: list[tuple[int, str]], heading: Collected) -> bool:
        line = " ".join(text for _, text in texts)
        if re.search(r"说明|注[:：]|填表", line):
            return False
        seen = self._headings.read(line)
        if not (seen.group or (seen.village and seen.town)):
            return False
        return heading.take(seen, address(index, texts[0][0]), self._parsers.silences)

    # The table -------------------------------------------------------------------------------

    def table(
        self, grid: Grid, block: Block, rows: Rows, heading: Collected, file: str, messages: list[Message]
    ) -> HouseholdTable | None:
        """The typed table of the block's households, or None where there is none."""
        if not rows.data:
            return None
        return _TableBuilder(self, grid, block, rows, file, messages).build(heading)

    @property
    def pack(self) -> Pack:
        return self._pack

    @property
    def parsers(self) -> ColumnParsers:
        return self._parsers

    def class_of(self, text: str) -> str | None:
        clean = "".join(fold(text).split())
        return self._classes.get(clean) or self._classes.get(clean.removesuffix("户"))


class _TableBuilder:
    """Builds one table; lives for one call."""

    def __init__(
        self,
        reader: HouseholdReader,
        grid: Grid,
        block: Block,
        rows: Rows,
        file: str,
        messages: list[Message],
    ) -> None:
        self.pack = reader.pack
        self.parsers = reader.parsers
        self.reader = reader
        self.grid = grid
        self.block = block
        self.rows = rows
        self.file = file
        self.messages = messages
        self.layout: HouseholdForm | None = self.pack.household_forms.get(block.columns.form)
        self.meanings = block.columns.meanings
        self.faults: list[Fault] = []
        self.values: dict[str, list[Any]] = {}
        self.cells: dict[str, str] = {}
        self.hanging: set[tuple[int, int]] = set()
        self.covered: set[tuple[int, int]] = set()

    def build(self, heading: Collected) -> HouseholdTable:
        self._fill_merged()
        picked = [self.grid.rows[index] for index in self.rows.data]
        columns = list(zip(*picked, strict=True))
        extra: dict[str, list[Any]] = {}
        for column, meaning in enumerate(self.meanings):
            if meaning is None or meaning == NUMBER:
                continue
            if meaning in (TOWN, VILLAGE, CLASS, KEY, BASE):
                extra[meaning] = self._extra(meaning, column, columns[column])
                self.cells[meaning] = letters(column)
            elif meaning.startswith("#"):
                self._read_parts(meaning[1:], column, columns[column])
            else:
                self._read_question(meaning, column, columns[column])
        self._cell_faults()
        self._complete_parts()
        return self._finish(extra, heading)

    def _fill_merged(self) -> None:
        """Merged cells hold their value once; every row they reach says the same. Other columns are covered."""
        first, end = self.block.first, self.block.end
        rows = self.grid.rows
        for span in self.grid.merges:
            if span.bottom < first or span.top >= end or span.left >= self.grid.width:
                continue
            value = rows[span.top][span.left]
            for row in range(max(span.top, first), min(span.bottom, end - 1) + 1):
                if row > span.top:
                    rows[row][span.left] = value
                    self.hanging.add((row, span.left))
                    if (span.top, span.left) in self.grid.uncached:
                        self.grid.uncached.add((row, span.left))
                for column in range(span.left + 1, min(span.right, self.grid.width - 1) + 1):
                    self.covered.add((row, column))

    def _extra(self, meaning: str, column: int, values: tuple[Raw, ...]) -> list[Any]:
        texts = self.parsers.plain_text(meaning).column(values)
        if meaning == BASE:
            return [int(text) if text and text.isdigit() else None for text in texts]
        if meaning != CLASS:
            return texts
        classes: list[str | None] = []
        for place, text in enumerate(texts):
            name = self.reader.class_of(text) if text else None
            if text and name is None:
                options = "、".join(entry.label for entry in self.pack.classes)
                self._fault(place, CLASS, column, Bad("R15", text, {"options": options}))
            classes.append(name)
        return classes

    def _read_question(self, name: str, column: int, values: tuple[Raw, ...]) -> None:
        question = self.pack.questions[name]
        memo = self.parsers.memo(name)
        parsed = memo.column(values)
        self.cells[name] = letters(column)
        if memo.faulty:
            self._collect(name, column, parsed)
        if question.options:
            numbers, texts = choice_columns(parsed, question.type == "choices")
            self.values[name] = numbers
            text_question = self.parsers.choices[name].text_question
            if text_question and text_question not in self.meanings:
                self.values[text_question] = texts
                self.cells[text_question] = letters(column)
            elif text_question:
                self._join_texts(text_question, texts)
            self._note_dropped(name, column, parsed)
        elif memo.faulty:
            self.values[name] = [None if type(value) is Bad else value for value in parsed]
        else:
            self.values[name] = parsed

    def _join_texts(self, name: str, beside: list[str | None]) -> None:
        """The text stands both in the option's cell and in a column of its own."""
        column = self.meanings.index(name)
        own = self.parsers.memo(name).column([self.grid.rows[row][column] for row in self.rows.data])
        for place, (one, two) in enumerate(zip(own, beside, strict=True)):
            if one and two and one != two:
                self._fault(place, name, column, Bad("R13", one, {"other": two}))
            own[place] = one or two
        self.values[name] = own
        self.cells[name] = letters(column)

    def _read_parts(self, name: str, column: int, values: tuple[Raw, ...]) -> None:
        assert self.layout is not None, "only a form has columns of several counts"
        parts = next(c.parts for c in self.layout.columns if c.name == name)
        memo = self.parsers.parts(name, parts)
        parsed = memo.column(values)
        if memo.faulty:
            self._collect(parts[0].question, column, parsed, label=name)
            parsed = [(None,) * len(parts) if type(value) is Bad else value for value in parsed]
        for part, counts in zip(parts, zip(*parsed, strict=True), strict=True):
            if part.question not in self.meanings:
                self.values[part.question] = list(counts)
                self.cells[part.question] = letters(column)

    def _collect(self, name: str, column: int, parsed: list[Any], label: str = "") -> None:
        for place, value in enumerate(parsed):
            if type(value) is Bad:
                self._fault(place, name, column, value, label)

    def _note_dropped(self, name: str, column: int, parsed: list[Any]) -> None:
        for place, value in enumerate(parsed):
            if value.__class__ is not Bad and value.dropped:
                cell = address(self.rows.data[place], column)
                read = typed(self.grid.rows[self.rows.data[place]][column])
                words = {"label": self._label(name), "value": "、".join(map(str, value.numbers))}
                self.messages.append(
                    message("R16", file=self.file, sheet=self.grid.sheet, cell=cell, read=read, **words)
                )

    def _fault(self, place: int, name: str, column: int, bad: Bad, label: str = "") -> None:
        words = {"label": self._label(label or name), "read": bad.read} | bad.words
        cell = address(self.rows.data[place], column)
        self.faults.append(Fault(place, name, cell, bad.code, bad.read, sentence(bad.code, **words)))

    def _label(self, name: str) -> str:
        for column in self.layout.columns if self.layout else ():
            if name in (column.name, column.question):
                return column.label
        question = self.pack.questions.get(name)
        return question.label if question else "类别"

    def _cell_faults(self) -> None:
        """Cells that calamine shows as blank: formulas without a value, errors, parts of a merged cell."""
        places = {row: place for place, row in enumerate(self.rows.data)}
        for code, cells in (("R06", self.grid.uncached), ("R07", self.grid.broken), ("R12", self.covered)):
            for row, column in cells:
                meaning = self.meanings[column] if column < len(self.meanings) else None
                if row not in places or meaning is None or meaning in (NUMBER, KEY, BASE):
                    continue
                if code == "R12" and self._harmless(row, column):
                    continue
                name = self._first_part(meaning)
                self._fault(
                    places[row], name, column, Bad(code, "公式" if code == "R06" else ""), meaning.lstrip("#")
                )

    def _first_part(self, meaning: str) -> str:
        if not meaning.startswith("#") or self.layout is None:
            return meaning
        return next(c.parts[0].question for c in self.layout.columns if c.name == meaning[1:])

    def _harmless(self, row: int, column: int) -> bool:
        """A covered cell matters only where the cell that covers it is asked as well and says something."""
        for span in self.grid.merges:
            if span.top <= row <= span.bottom and span.left < column <= span.right:
                meaning = self.meanings[span.left]
                return meaning is None or _is_blank(self.grid.rows[span.top][span.left])
        return True

    def _complete_parts(self) -> None:
        """A count that a cell does not mention is 0 where those mentioned add up to the population."""
        population = self.values.get(self.pack.roles.population or "")
        if self.layout is None or population is None:
            return
        for column in self.layout.columns:
            names = [part.question for part in column.parts]
            if names and all(name in self.values for name in names):
                complete(population, [self.values[name] for name in names])

    def _finish(self, extra: dict[str, list[Any]], heading: Collected) -> HouseholdTable:
        import polars as pl

        group_question = self.pack.roles.group
        own_groups = self.values.pop(group_question, None) if group_question else None
        groups = self.rows.groups
        if own_groups is not None:
            groups = [own or given for own, given in zip(own_groups, groups, strict=True)]
        answered = self._answered()
        columns = [
            pl.Series("_row", [row + 1 for row in self.rows.data], dtype=pl.UInt32),
            pl.Series("_group", groups, dtype=pl.String),
        ]
        for name in (KEY, TOWN, VILLAGE, CLASS):
            columns.append(pl.Series(name, extra.get(name, [None] * len(groups)), dtype=pl.String))
        columns.append(pl.Series(BASE, extra.get(BASE, [None] * len(groups)), dtype=pl.Int64))
        columns.append(pl.Series("_answered", answered, dtype=pl.Boolean))
        columns += [series(self.pack.questions[name], values) for name, values in self.values.items()]
        if group_question and group_question in self.cells:
            self.cells["_group"] = self.cells[group_question]
        return HouseholdTable(
            self.file, self.grid.sheet, self.block.columns.form, pl.DataFrame(columns), self.cells,
            heading.headings(tuple(dict.fromkeys(group for group in self.rows.groups if group))),
            sorted(self.faults, key=lambda fault: (fault.row_index or 0)), self.rows.skipped,
        )  # fmt: skip

    def _answered(self) -> list[bool]:
        """Rows with any answer besides who the household is; signatures hanging over are none."""
        roles = self.pack.roles
        identity = {roles.head, roles.population, roles.phone, roles.group, roles.surveyors}
        answers = [values for name, values in self.values.items() if name not in identity]
        answered = (
            [any(value is not None for value in row) for row in zip(*answers, strict=True)] if answers else []
        )
        answered = answered or [False] * len(self.rows.data)
        for fault in self.faults:
            answered[fault.row_index or 0] = True
        if roles.surveyors in self.values:
            column = self.meanings.index(roles.surveyors)
            for place, value in enumerate(self.values[roles.surveyors]):
                if value is not None and (self.rows.data[place], column) not in self.hanging:
                    answered[place] = True
        return answered


def complete(population: list[int | None], counts: list[list[int | None]]) -> None:
    """Fill counts in place: unmentioned ones with 0 where the others add up, 全部 with the population."""
    for place, members in enumerate(zip(*counts, strict=True)):
        if None not in members:
            continue
        people = population[place]
        known = [people if member == EVERYBODY else member for member in members]
        mentioned = [member for member in known if member is not None]
        adds_up = bool(mentioned) and people is not None and sum(mentioned) == people
        for column, member in zip(counts, known, strict=True):
            column[place] = 0 if member is None and adds_up else member


def _is_blank(value: Raw) -> bool:
    return value == "" or (isinstance(value, str) and not value.strip())

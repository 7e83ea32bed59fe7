"""The rows of one segment → a `HouseholdTable`, column by column.

Each column is parsed as a whole. A cell without a single reading becomes a fault and a null, never a
guess; merged cells say the same in every row that they reach.
"""

from __future__ import annotations

import re
from typing import Any

from paicha.core.bounds import whole
from paicha.core.catalogue import Message, message, sentence
from paicha.core.normalise import fold
from paicha.core.pack import HouseholdForm, Pack
from paicha.formats.reading.cell import Bad, plain
from paicha.formats.reading.columns import ColumnParsers, nulls, repeats_above, series
from paicha.formats.reading.grid import Grid, Raw, address, letters, visible_text
from paicha.formats.reading.households import Segment
from paicha.formats.reading.model import Fault, Headings, HouseholdTable
from paicha.formats.reading.numbers import is_four_oclock
from paicha.formats.reading.oddities import has_lost_digits, is_ditto
from paicha.formats.reading.parts import EVERYBODY
from paicha.formats.reading.vocabulary import BASE, CLASS, KEY, NUMBER, TOWN, VILLAGE

_SHOWN = {"R06": "公式", "B10": "图片"}  # what a cell that can't be read shows as its text


class TableBuilder:
    """Builds one table; lives for one call."""

    def __init__(
        self, parsers: ColumnParsers, grid: Grid, segment: Segment, file: str, messages: list[Message]
    ) -> None:
        self.pack = parsers.pack
        self.parsers = parsers
        self.grid = grid
        self.segment = segment
        self.file = file
        self.messages = messages
        self.layout: HouseholdForm | None = self.pack.household_forms.get(segment.columns.form)
        self.meanings = segment.columns.meanings
        self.faults: list[Fault] = []
        self.values: dict[str, list[Any]] = {}
        self.cells: dict[str, str] = {}
        self.hanging: set[tuple[int, int]] = set()
        self.covered: set[tuple[int, int]] = set()

    def build(self) -> HouseholdTable:
        self._fill_merged()
        picked = [self.grid.rows[index] for index in self.segment.data]
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
        return self._finish(extra)

    def _fill_merged(self) -> None:
        """Merged cells hold their value once; every row they reach says the same. Other columns are covered."""
        first, end = self.segment.first, self.segment.end
        rows = self.grid.rows
        for span in self.grid.merges:
            if span.bottom < first or span.top >= end or span.left >= self.grid.width:
                continue
            value = rows[span.top][span.left]
            for row in range(max(span.top, first), min(span.bottom, end - 1) + 1):
                if row > span.top:
                    rows[row][span.left] = value
                    self.hanging.add((row, span.left))
                    for cells in (self.grid.uncached, self.grid.broken, self.grid.pictures):
                        if (span.top, span.left) in cells:
                            cells.add((row, span.left))
                for column in range(span.left + 1, min(span.right, self.grid.width - 1) + 1):
                    self.covered.add((row, column))

    def _extra(self, meaning: str, column: int, values: tuple[Raw, ...]) -> list[Any]:
        texts = self.parsers.plain_text(meaning).column(values)
        if meaning == BASE:
            return [whole(text or "") for text in texts]
        odd = {raw: Bad("R22", visible_text(raw)) for raw in set(values) if is_ditto(raw)}
        if meaning == KEY:
            odd |= {raw: Bad("R11", plain(raw)) for raw in set(values) if has_lost_digits(raw)}
        if odd:
            texts = [odd.get(raw, text) for raw, text in zip(values, texts, strict=True)]
            if meaning != KEY:
                self._repeat_above(meaning, column, texts)
            self._collect(meaning, column, texts)
            texts = [None if type(text) is Bad else text for text in texts]
        if meaning != CLASS:
            return texts
        words = class_words(self.pack)
        classes: list[str | None] = []
        for place, text in enumerate(texts):
            clean = "".join(fold(text or "").split())
            name = words.get(clean) or words.get(clean.removesuffix("户"))
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
        contrary = column in self.segment.columns.contrary
        if contrary:
            parsed = [
                self._bare_number(raw, value, column) for raw, value in zip(values, parsed, strict=True)
            ]
        if (memo.faulty or contrary) and Bad in set(map(type, parsed)):
            if repeats_above(self.pack, question):
                self._repeat_above(name, column, parsed)
            self._collect(name, column, parsed)
            parsed = [None if type(value) is Bad else value for value in parsed]
        self.values[name] = parsed
        if memo.notes:
            self._note_readings(name, column, values)
        if question.type == "date":
            self._note_four_oclock(name, column, values)
        text_question = self.parsers.choices[name].text_question if question.options else None
        if text_question:
            texts = self.parsers.beside(name).column(values)
            if text_question not in self.meanings:
                self.values[text_question] = texts
                self.cells[text_question] = letters(column)
            else:
                self._join_texts(text_question, texts)

    def _repeat_above(self, name: str, column: int, parsed: list[Any]) -> None:
        """`同上` is what was read from the same column of the household right above, where anything was."""
        places = {row: place for place, row in enumerate(self.segment.data)}
        for row, place in sorted(places.items()):
            bad, above = parsed[place], places.get(row - 1)
            if type(bad) is not Bad or bad.code != "R22" or above is None or row - 1 in self.grid.hidden_rows:
                continue
            value = parsed[above]
            if value is not None and type(value) is not Bad:
                parsed[place] = value
                words = {"above": address(row - 1, column), "value": str(value)}
                self._note("R23", row, column, name, bad.read, **words)

    def _bare_number(self, raw: Raw, value: Any, column: int) -> Any:
        """Where the header numbers its options otherwise, a number alone has two readings."""
        if value is None or type(value) is Bad or re.search(r"[^\W\d_]", plain(raw)):
            return value
        return Bad("R17", visible_text(raw), {"printed": self.segment.columns.texts[column][:60]})

    def _join_texts(self, name: str, beside: list[str | None]) -> None:
        """The text stands both in the option's cell and in a column of its own."""
        column = self.meanings.index(name)
        own = self.parsers.memo(name).column([self.grid.rows[row][column] for row in self.segment.data])
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
        if memo.faulty and Bad in set(map(type, parsed)):
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

    def _note_readings(self, name: str, column: int, values: tuple[Raw, ...]) -> None:
        notes = self.parsers.memo(name).notes
        for place, raw in enumerate(values):
            if raw in notes:
                self._note(
                    notes[raw].code,
                    self.segment.data[place],
                    column,
                    name,
                    visible_text(raw),
                    **notes[raw].words,
                )

    def _note_four_oclock(self, name: str, column: int, values: tuple[Raw, ...]) -> None:
        """A program that wrote Beijing's days in London's time wrote 16:00 of the day before in every row."""
        filled = [(row, raw) for row, raw in zip(self.segment.data, values, strict=True) if raw != ""]
        if len(filled) > 1 and all(is_four_oclock(raw) for _, raw in filled):
            self._note("R26", filled[0][0], column, name, visible_text(filled[0][1]))

    def _note(self, code: str, row: int, column: int, name: str, read: str, **words: str) -> None:
        words = {"label": self._label(name), "read": read} | words
        self.messages.append(
            message(code, file=self.file, sheet=self.grid.sheet, cell=address(row, column), **words)
        )

    def _fault(self, place: int, name: str, column: int, bad: Bad, label: str = "") -> None:
        words = {"label": self._label(label or name), "read": bad.read} | bad.words
        cell = address(self.segment.data[place], column)
        self.faults.append(Fault(place, name, cell, bad.code, bad.read, sentence(bad.code, **words)))

    def _label(self, name: str) -> str:
        for column in self.layout.columns if self.layout else ():
            if name in (column.name, column.question):
                return column.label
        question = self.pack.questions.get(name)
        return question.label if question else {KEY: "户编号", TOWN: "镇街", VILLAGE: "村"}.get(name, "类别")

    def _cell_faults(self) -> None:
        """Blank cells that hold something: formulas without a value, errors, pictures, parts of a merged cell."""
        places = {row: place for place, row in enumerate(self.segment.data)}
        for row, column in sorted(self.grid.unread_places() | self.covered):
            meaning = self.meanings[column] if column < len(self.meanings) else None
            if row not in places or meaning is None or meaning in (NUMBER, KEY, BASE):
                continue
            code = self.grid.unread((row, column)) or "R12"
            if code == "R12" and self._harmless(row, column):
                continue
            bad = Bad(code, _SHOWN.get(code, ""))
            self._fault(places[row], self._first_part(meaning), column, bad, meaning.lstrip("#"))

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

    def _finish(self, extra: dict[str, list[Any]]) -> HouseholdTable:
        import polars as pl  # noqa: PLC0415  (a reader of other tables needs no Polars)

        group_question = self.pack.roles.group
        own_groups = self.values.pop(group_question, None) if group_question else None
        groups = self.segment.groups
        if own_groups is not None:
            groups = [own or given for own, given in zip(own_groups, groups, strict=True)]
        answered = self._rows_with_answers()
        columns = [
            pl.Series("_row", [row + 1 for row in self.segment.data], dtype=pl.UInt32),
            pl.Series("_group", groups, dtype=pl.String),
        ]
        if self.layout is None and CLASS not in extra:
            extra[CLASS] = [self._class_by_title()] * len(groups)
        columns += [
            pl.Series(name, extra[name], dtype=pl.Int64 if name == BASE else pl.String)
            if name in extra
            else nulls(name, len(groups))
            for name in (KEY, TOWN, VILLAGE, CLASS, BASE)
        ]
        columns.append(pl.Series("_answered", answered, dtype=pl.Boolean))
        columns += [series(self.pack.questions[name], values) for name, values in self.values.items()]
        if group_question and group_question in self.cells:
            self.cells["_group"] = self.cells[group_question]
        return HouseholdTable(
            self.file, self.grid.sheet, self.segment.columns.form, pl.DataFrame(columns), self.cells,
            Headings(
                self.segment.town,
                self.segment.village,
                tuple(dict.fromkeys(group for group in self.segment.groups if group)),
                self.segment.cells,
            ),
            sorted(self.faults, key=lambda fault: (fault.row_index or 0)), self.segment.skipped,
            frozenset(row + 1 for row in self.segment.data if self.grid.hidden or row in self.grid.hidden_rows),
        )  # fmt: skip

    def _class_by_title(self) -> str | None:
        """The class of a roster that has no such column: the one its title or its sheet's name tells."""
        rows = self.grid.rows[: self.segment.first]
        lines = [self.grid.sheet, *(value for row in rows for value in row if isinstance(value, str))]
        told = {
            entry.name
            for entry in self.pack.classes
            for word in (entry.label, *entry.aliases)
            if len(word) > 2 and any(word in fold(line) for line in lines)
        }
        return told.pop() if len(told) == 1 else None

    def _rows_with_answers(self) -> list[bool]:
        """Rows with any answer besides who the household is; signatures hanging over are none."""
        roles = self.pack.roles
        identity = {roles.head, roles.population, roles.phone, roles.group, roles.surveyors}
        answers = [values for name, values in self.values.items() if name not in identity]
        answered = [False] * len(self.segment.data)
        for values in answers:
            answered = [one or value is not None for one, value in zip(answered, values, strict=True)]
            if all(answered):
                break
        for fault in self.faults:
            answered[fault.row_index or 0] = True
        if roles.surveyors in self.values:
            column = self.meanings.index(roles.surveyors)
            for place, value in enumerate(self.values[roles.surveyors]):
                if value is not None and (self.segment.data[place], column) not in self.hanging:
                    answered[place] = True
        return answered


def class_words(pack: Pack) -> dict[str, str]:
    """Word → class: labels, aliases and names of the pack's classes."""
    return {word: entry.name for entry in pack.classes for word in (entry.label, *entry.aliases, entry.name)}


def complete(population: list[int | None], counts: list[list[int | None]]) -> None:
    """Fill counts in place: unmentioned ones with 0 where the others add up, 全部 with the population."""
    if not any(None in column or EVERYBODY in column for column in counts):
        return
    for place, members in enumerate(zip(*counts, strict=True)):
        if None not in members and EVERYBODY not in members:
            continue
        people = population[place]
        known = [people if member == EVERYBODY else member for member in members]
        mentioned = [member for member in known if member is not None]
        adds_up = bool(mentioned) and people is not None and sum(mentioned) == people
        for column, member in zip(counts, known, strict=True):
            column[place] = 0 if member is None and adds_up else member


def _is_blank(value: Raw) -> bool:
    return value == "" or (isinstance(value, str) and not value.strip())

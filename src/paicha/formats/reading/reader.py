"""A file → its tables: sheets in turn, each recognised, each block read.

One `FileReader` per pack lives in a process and remembers headers and values from file to file.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date
from itertools import chain

from paicha.core import keys
from paicha.core.catalogue import Message, message
from paicha.core.identity import HIDDEN, hide_identity, holds_identity, mask_identity
from paicha.core.pack import Pack
from paicha.core.pack.per_pack import per_pack
from paicha.formats.reading.choices import key
from paicha.formats.reading.columns import ColumnParsers
from paicha.formats.reading.grid import UNREAD, Grid, Raw, address, letters, visible_text
from paicha.formats.reading.headings import Collected, HeadingReader
from paicha.formats.reading.household_table import TableBuilder
from paicha.formats.reading.households import RowSorter, Segment
from paicha.formats.reading.kept_copy import kept_copy
from paicha.formats.reading.layout import Block, Columns, LayoutFinder
from paicha.formats.reading.model import FileRefused, PersonTable, ReadFile
from paicha.formats.reading.oddities import is_ditto
from paicha.formats.reading.person_list import PersonListReader, tell_totals
from paicha.formats.reading.person_words import find_header
from paicha.formats.reading.source import open_grids
from paicha.formats.reading.village_forms import VillageFormReader
from paicha.formats.reading.vocabulary import Vocabulary

_NAMED = 20  # hidden rows that a sentence names


class FileReader:
    """Reads files for one pack. Threads may share it: what it remembers never changes, only grows or goes."""

    def __init__(self, pack: Pack, near: date) -> None:
        self._pack = pack
        self._vocabulary = Vocabulary(pack)
        self._layout = LayoutFinder(pack, self._vocabulary)
        self._headings = HeadingReader(pack)
        self.parsers = ColumnParsers(pack, near)
        self._village_forms = VillageFormReader(pack, self.parsers, self._headings)
        self._rows = RowSorter(pack, self._headings)
        self._persons = PersonListReader(pack)

    def read(self, data: bytes, name: str) -> ReadFile:
        """Every table of the file. Raises `FileRefused`, F09 where no table was recognised."""
        found = ReadFile(name)
        empty = True
        for grid in open_grids(data, name):
            empty = empty and not any(map(_says_something, grid.rows))
            if grid.sheet in keys.LEDGER_SHEETS or not grid.rows or not grid.width:
                continue
            before = len(found.tables), len(found.messages)
            blank = self._persons_of(grid, name, found) or self._sheet(grid, name, found)
            if (len(found.tables), len(found.messages)) == before and not blank:
                if any(value != "" for row in grid.rows[:200] for value in row):
                    found.messages.append(self._unread(grid, name))
            elif grid.hidden:
                found.messages.append(message("B07", file=name, sheet=grid.sheet))
        totals = tell_totals(name, [table for table in found.tables if isinstance(table, PersonTable)])
        found.messages += [totals] if totals else []
        if not found.tables and not any(entry.severity == "hard" for entry in found.messages):
            raise FileRefused("F15" if empty else "F09", file=name)
        return found

    def kept_copy(self, data: bytes, name: str) -> bytes | None:
        """As `kept_copy` does, with this pack's forms."""
        return kept_copy(data, name, self._layout.is_form)

    def _sheet(self, grid: Grid, file: str, found: ReadFile) -> bool:
        """Read one sheet's tables into `found`; True for a form that was recognised, filled or not."""
        blocks = self._layout.blocks(grid)
        if not blocks:
            form = self._village_forms.read(grid, file)
            if form is not None:
                found.tables.append(form)
            return form is not None
        heading = Collected()
        heading.take_names(self._headings, grid.sheet, file)
        segments: dict[tuple[object, ...], Segment] = {}
        start = 0
        for block in blocks:
            self._lines_above(grid, start, block.top, heading)
            start = block.end
            if block.columns.mixed:
                found.messages.append(_mixed_note(grid, block, file))
                continue
            if block.columns.doubled:
                found.messages.append(_doubled_note(grid, block, file))
                continue
            for segment in self._rows.segments(grid, block, heading):
                place = (segment.columns.form, segment.columns.meanings, segment.town, segment.village)
                if place in segments:
                    segments[place].absorb(segment)
                else:
                    segments[place] = segment
        for columns in {segment.columns.meanings: segment.columns for segment in segments.values()}.values():
            self._note_columns(grid, columns, file, found.messages)
        for segment in segments.values():
            if segment.data:
                builder = TableBuilder(self.parsers, grid, segment, file, found.messages)
                found.tables.append(builder.build())
        hidden = sorted(grid.hidden_rows.intersection(chain.from_iterable(s.data for s in segments.values())))
        if hidden:
            rows = "、".join(str(row + 1) for row in hidden[:_NAMED]) + ("等" if len(hidden) > _NAMED else "")
            found.messages.append(
                message("B08", file=file, sheet=grid.sheet, read=rows, rows=rows, count=len(hidden))
            )
        return bool(segments)

    def _persons_of(self, grid: Grid, file: str, found: ReadFile) -> bool:
        """Read a list with one row a person, and what stands above it; False for any other sheet."""
        header = find_header(grid)
        if header is None or self._layout.is_form(grid):
            return False
        heading = Collected()
        heading.take_names(self._headings, grid.sheet, file)
        self._lines_above(grid, 0, header.top, heading)
        table = self._persons.read(grid, header, heading, file, found.messages)
        if table is not None:
            found.tables.append(table)
        return True

    def _unread(self, grid: Grid, file: str) -> Message:
        """A sheet that was not recognised: hard where it says that it is a household form."""
        texts = {key(value) for row in grid.rows[:20] for value in row if isinstance(value, str)}
        for form in self._pack.household_forms.values():
            if key(form.title) in texts or key(form.sheet) == key(grid.sheet):
                head = self._pack.questions[self._pack.roles.head].label
                return message("B03", file=file, sheet=grid.sheet, form=form.sheet, label=head)
        return message("B04", file=file, sheet=grid.sheet)

    def _lines_above(self, grid: Grid, start: int, top: int, heading: Collected) -> None:
        for index in range(start, top):
            texts = [
                (column, value)
                for column, value in enumerate(grid.rows[index])
                if isinstance(value, str) and len(value) > 1
            ]
            if texts:
                line = " ".join(value for _, value in texts)
                heading.take(self._headings.read(line), address(index, texts[0][0]), self.parsers.silences)

    def _note_columns(self, grid: Grid, columns: Columns, file: str, messages: list[Message]) -> None:
        meanings, texts = columns.meanings, columns.texts
        ignored = [
            f"{letters(c)} {text[:20]}" for c, text in enumerate(texts) if text and meanings[c] is None
        ]
        if ignored:
            note = message("B05", file=file, sheet=grid.sheet, columns="、".join(ignored))
            messages.append(replace(note, read="、".join(ignored)))
        hidden = [letters(c) for c in sorted(grid.hidden_columns) if c < len(meanings) and meanings[c]]
        if hidden:
            messages.append(message("B06", file=file, sheet=grid.sheet, columns="、".join(hidden)))


def _says_something(row: list[Raw]) -> bool:
    return any(value != "" for value in row)


def _doubled_note(grid: Grid, block: Block, file: str) -> Message:
    assert block.columns.doubled is not None
    one, two = block.columns.doubled[1]
    texts = block.columns.texts
    return message(
        "B01", file=file, sheet=grid.sheet, cell=address(block.top, two), read=texts[two],
        label=texts[one], cells=f"{letters(one)}、{letters(two)}",
    )  # fmt: skip


def _mixed_note(grid: Grid, block: Block, file: str) -> Message:
    assert block.columns.mixed is not None
    column, label, other = block.columns.mixed
    return message(
        "R27", file=file, sheet=grid.sheet, cell=address(block.top, column), read=block.columns.texts[column],
        column=letters(column), label=label, other=other,
    )  # fmt: skip


def reader_for(pack: Pack, near: date | None = None) -> FileReader:
    """The process's reader of a pack; `near` is the day the round opens, for dates without a year."""
    return _reader(pack, near or pack.schedule.opens_on)


_reader = per_pack(FileReader)


def raw_rows(
    data: bytes, name: str, sheet: str, rows: Collection[int], repeated: Collection[str] = ()
) -> dict[int, dict[str, str]]:
    """The text of given sheet rows (1-based) as typed: row → column letters → text, ID numbers cut down.

    Merged cells are spelt out, and 同上 in the `repeated` cells (`P7`), since the row above stays behind;
    what can't be read is named: `(公式)`. For handing refused rows back without keeping every file's
    text in memory. Raises `FileRefused` as `read_file` does.
    """
    wanted = sorted(set(rows))
    for grid in open_grids(data, name):
        if grid.sheet != sheet:
            continue
        _spell_out(grid, wanted)
        found: dict[int, dict[str, str]] = {}
        for row in wanted:
            values = grid.rows[row - 1] if 0 < row <= len(grid.rows) else []
            found[row] = {
                letters(c): _handed_back(
                    _above(grid, row - 1, c) if address(row - 1, c) in repeated else value
                )
                for c, value in enumerate(values)
                if value != ""
            }
            for column in range(grid.width):
                code = grid.unread((row - 1, column))
                if code:
                    found[row][letters(column)] = UNREAD[code]
        return found
    return {row: {} for row in wanted}


def _handed_back(value: Raw) -> str:
    """The text of a cell as it is handed back: without identity numbers, whatever a spreadsheet made of them."""
    if not isinstance(value, str) and holds_identity(value):
        return HIDDEN
    return hide_identity(mask_identity(visible_text(value)))


def _above(grid: Grid, row: int, column: int) -> Raw:
    """The cell itself, or the one that its 同上 repeats."""
    while row > 0 and is_ditto(grid.rows[row][column]):
        row -= 1
    return grid.rows[row][column]


def _spell_out(grid: Grid, wanted: list[int]) -> None:
    for span in grid.merges:
        if span.top < len(grid.rows) and span.left < grid.width:
            for row in wanted:
                if span.top < row - 1 <= min(span.bottom, len(grid.rows) - 1):
                    grid.rows[row - 1][span.left] = grid.rows[span.top][span.left]

"""Household forms in Excel: official header, rows with their keys, questions that are not printed.

A sheet is a run of sections. One with several blocks (groups) has a section a page (title, heading,
header, 15 rows, foot), exactly as the paper has; one with a single block is one section whose title
and header rows Excel repeats on every page. Every section is an Excel table:
that is the only way to have a filter per section, and its range takes in the key and the questions
right of the print area, so that sorting never parts a household from its answers.

A table's header is one row of different texts without merged cells. That row is the lowest one of
the printed header; labels that reach down into it are drawn there, below an empty cell.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from paicha.core.keys import BASE_LABEL, NUMBER_LABEL
from paicha.core.pack import HouseholdForm, Pack
from paicha.formats import layout
from paicha.formats.documents import (
    BASE,
    KEY,
    PLACE_LABEL,
    REASON_LABEL,
    Block,
    HouseholdSheet,
    RefusedSheet,
    Row,
    Value,
)
from paicha.formats.layout import Field, Page, Table
from paicha.formats.xlsx_styles import Styles

_TITLE_HEIGHT, _LINE_HEIGHT = 30, 18  # points
_POINTS = {"A4": (595, 842), "A3": (842, 1191)}
_NOTE = "右边各列不打印；户编号和底稿版本请不要改动"
_SEPARATORS = ("\n", " ", "  ", "   ", "    ", "     ")


@dataclass(frozen=True, slots=True)
class Place:
    """A column of the sheet: what it holds, how a cell looks, and whether it is printed."""

    field: Field
    style: Format
    printed: bool
    name: str  # question whose value the cell holds as it is; '' where it must be composed


@dataclass(frozen=True, slots=True)
class Section:
    """One title, heading and header with the rows below."""

    group: str | None
    first: int
    rows: Sequence[Row | None]


def draw(sheet: HouseholdSheet | RefusedSheet, page: Worksheet, styles: Styles, pack: Pack) -> None:
    """One household form on one sheet: answers, or refused rows with their raw text."""
    refused = isinstance(sheet, RefusedSheet)
    apart = not (isinstance(sheet, RefusedSheet) and _written_together(sheet))
    table = layout.household_table(pack, sheet.form, parts_apart=apart)
    Drawing(sheet, page, styles, pack, table, raw=refused).draw()


def _written_together(sheet: RefusedSheet) -> bool:
    """Whether a refused row has one cell for several counts, as it was typed."""
    names = {column.name for column in sheet.form.columns if column.parts}
    return any(not names.isdisjoint(row.values) for row in sheet.rows)


class Drawing:
    """One sheet while it is being drawn; rows and columns from 0."""

    def __init__(
        self,
        sheet: HouseholdSheet | RefusedSheet,
        page: Worksheet,
        styles: Styles,
        pack: Pack,
        table: Table,
        *,
        raw: bool,
    ) -> None:
        self.sheet, self.page, self.styles, self.pack, self.raw = sheet, page, styles, pack, raw
        self.form: HouseholdForm = sheet.form
        self.table = table
        self.places = list(self._places())
        self.printed = len(table.fields)
        self.header_rows = len(table.header)
        self.ranges: list[tuple[int, int]] = []  # first and last data row of every section
        self.names = self._column_names()
        self.heights = self._header_heights()
        self.row_height = self._row_height()

    def draw(self) -> None:
        page = self.page
        for column, place in enumerate(self.places):
            page.set_column(column, column, place.field.width + 0.7, None if place.printed else place.style)
        sections = list(self._sections())
        row, breaks = 0, []
        for number, section in enumerate(sections):
            if number:
                breaks.append(row)
            row = self._section(row, section, number)
        if len(sections) == 1:
            top = 2 + self.header_rows
            page.repeat_rows(0, top - 1)
            page.freeze_panes(top, 2)
            step = self.form.paper.rows_per_page
            breaks = list(range(top + step, top + len(sections[0].rows), step))
        else:
            page.freeze_panes(0, 2)
        if breaks:
            page.set_h_pagebreaks(breaks)
        page.print_area(0, 0, row - 1, self.printed - 1)
        self._validate()

    # What stands where

    def _places(self) -> Iterator[Place]:
        text = {"num_format": "@"}
        for field in self.table.fields:
            yield self._place(field, True, border=1)
        if self.raw:
            for name in (PLACE_LABEL, REASON_LABEL):
                width = 60 if name == REASON_LABEL else 26
                field = Field(name, name, "text", width)
                yield self._place(field, False, align="left", font_color="#C00000", **text)
        yield self._place(Field(KEY, NUMBER_LABEL, "text", 16), False, font_color="#777777", **text)
        yield self._place(Field(BASE, BASE_LABEL, "integer", 8), False, font_color="#777777")
        for field in layout.unprinted_fields(self.pack, self.form):
            yield self._place(field, False)

    def _place(self, field: Field, printed: bool, **look: Any) -> Place:
        composed = field.kind in ("choices", "parts") or bool(field.texts)
        if self.raw or composed or field.kind == "text":
            look["num_format"] = "@"
        elif field.kind == "date":
            look["num_format"] = "yyyy-mm-dd"
        name = field.question.name if field.question else field.name
        return Place(field, self.styles.get(**look), printed, name if self.raw or not composed else "")

    def _sections(self) -> Iterator[Section]:
        size = self.form.paper.rows_per_page
        blocks = list(self._blocks())
        if len(blocks) > 1:
            for part in layout.pages(blocks, size):
                yield Section(part.group, part.first, part.rows)
            return
        block = blocks[0] if blocks else Block(None, ())
        parts: list[Page] = list(layout.pages([block], size))
        yield Section(block.group, 1, [row for part in parts for row in part.rows])

    def _blocks(self) -> Sequence[Block]:
        if isinstance(self.sheet, HouseholdSheet):
            return self.sheet.blocks
        rows = [
            dict(row.values) | {PLACE_LABEL: row.place, REASON_LABEL: row.reason} for row in self.sheet.rows
        ]
        return [Block(None, rows)]

    # Drawing

    def _section(self, top: int, section: Section, number: int) -> int:
        """Draws one section from row `top`; returns the row behind it."""
        page, last = self.page, self.printed - 1
        page.set_row(top, _TITLE_HEIGHT)
        page.merge_range(top, 0, top, last, self.form.title, self.styles.get(bold=True, font_size=16))
        page.set_row(top + 1, _LINE_HEIGHT)
        heading = layout.heading(self.form, self.sheet.town, self.sheet.village, section.group)
        page.merge_range(top + 1, 0, top + 1, last, heading, self.styles.get(align="left", font_size=11))
        if number == 0:
            grey = self.styles.get(align="left", font_color="#777777", text_wrap=False)
            legend = self.sheet.legend if isinstance(self.sheet, HouseholdSheet) else ""
            page.write_string(top, self.printed, f"{_NOTE}；{legend}" if legend else _NOTE, grey)
        below = top + 2 + self.header_rows
        self._header(top + 2)
        self._table(below - 1, below + len(section.rows) - 1, number)
        for offset, values in enumerate(section.rows):
            self._row(below + offset, section.first + offset, values)
        self.ranges.append((below, below + len(section.rows) - 1))
        end = below + len(section.rows)
        page.set_row(end, _LINE_HEIGHT)
        page.merge_range(end, 0, end, last, self.form.foot, self.styles.get(align="left"))
        return end + 1

    def _header(self, top: int) -> None:
        lowest = self.header_rows - 1
        for i, height in enumerate(self.heights):
            self.page.set_row(top + i, height)
        for row in self.table.header:
            for cell in row:
                self._header_cell(top, cell, lowest)

    def _header_cell(self, top: int, cell: layout.HeaderCell, lowest: int) -> None:
        page, first, end = self.page, top + cell.row, cell.row + cell.rows - 1
        label = self.styles.get(border=1)
        if end < lowest:
            if cell.rows == cell.columns == 1:
                page.write_string(first, cell.column, cell.text, label)
            else:
                right = cell.column + cell.columns - 1
                page.merge_range(first, cell.column, top + end, right, cell.text, label)
        elif cell.rows > 1:  # its text stands in the table's header row; above it, an open cell
            for i in range(cell.row, lowest):
                edge = {"top": 1} if i == cell.row else {}
                page.write_blank(top + i, cell.column, None, self.styles.get(left=1, right=1, **edge))

    def _table(self, header: int, last: int, number: int) -> None:
        """The Excel table; writes the lowest header row."""
        printed = self.printed
        lowest = self.header_rows - 1
        open_above = {
            cell.column for row in self.table.header for cell in row
            if cell.row < lowest == cell.row + cell.rows - 1
        }  # fmt: skip
        columns = []
        for column, name in enumerate(self.names):
            if column >= printed:
                style = self.styles.get(font_size=8, valign="top", font_color="#555555", align="left")
            elif column in open_above:
                style = self.styles.get(left=1, right=1, bottom=1, valign="top")
            elif self.table.fields[column].options:
                style = self.styles.get(border=1, font_size=8, align="left")
            else:
                style = self.styles.get(border=1)
            columns.append({"header": name, "header_format": style})
        options = {
            "columns": columns,
            "name": f"T{(self.page.index or 0) + 1}_{number + 1}_",
            "style": None,
            "autofilter": True,
            "banded_rows": False,
        }
        self.page.add_table(header, 0, last, len(columns) - 1, options)

    def _row(self, row: int, number: int, values: Row | None) -> None:
        page = self.page
        write_string, write_number, write_blank = page.write_string, page.write_number, page.write_blank
        lines = 1
        for column, place in enumerate(self.places):
            if values is None or place.field.kind == "number":
                value: Value = number if place.field.kind == "number" else None
            elif place.name:
                value = values.get(place.name)
            else:
                value = layout.cell_value(place.field, values)
            if value is None or value == "":
                if place.printed:
                    write_blank(row, column, None, place.style)
            elif type(value) is str:
                write_string(row, column, value, place.style)
                if len(value) > 6:
                    lines = max(lines, _lines(value, place.field.width))
            elif isinstance(value, int):
                write_number(row, column, value, place.style)
            elif isinstance(value, date):
                page.write_datetime(row, column, datetime.combine(value, time()), place.style)
        page.set_row(row, max(self.row_height, min(400, lines * 12.5 + 2)))

    # Header texts, heights and choices

    def _column_names(self) -> list[str]:
        """Texts of the lowest header row: each different from the others, which a table demands."""
        lowest = self.header_rows - 1
        texts = {
            cell.column: cell.text for row in self.table.header for cell in row
            if cell.row + cell.rows - 1 == lowest
        }  # fmt: skip
        names: list[str] = []
        seen: set[str] = set()
        for column, place in enumerate(self.places):
            text = texts.get(column, place.field.label)
            if not place.printed and place.field.options:
                text = f"{place.field.label}\n{place.field.options}"
            names.append(_different(text, seen))
        return names

    def _header_heights(self) -> list[float]:
        heights = [16.0] * self.header_rows
        for row in self.table.header:
            for cell in row:
                width = sum(f.width for f in self.table.fields[cell.column : cell.column + cell.columns])
                size = 10.2 if cell.kind == "options" else 13.0
                shrunk = width * (1.25 if cell.kind == "options" else 1.0)
                if cell.rows == 1:
                    heights[cell.row] = max(heights[cell.row], _lines(cell.text, shrunk) * size + 5)
        return heights

    def _row_height(self) -> float:
        """Rows that fill a page with the form's number of them, and leave room for one inserted."""
        paper = self.form.paper
        narrow, long = _POINTS[paper.size]
        across, down = (long, narrow) if paper.orientation == "landscape" else (narrow, long)
        needed = sum((field.width + 0.7) * 7 + 5 for field in self.table.fields) * 0.75
        scale = min(1.0, (across - 58) / needed)
        room = (down - 65) / scale - _TITLE_HEIGHT - 2 * _LINE_HEIGHT - sum(self.heights)
        return max(15.0, min(34.0, room / (paper.rows_per_page + 1)))

    def _validate(self) -> None:
        """Lists to choose from where one number is asked for; elsewhere only the options as a hint."""
        if self.raw:
            return
        for column, place in enumerate(self.places):
            question = place.field.question
            if question is None or not question.options:
                continue
            rule: dict[str, Any] = {
                "validate": "any",
                "input_title": question.label[:32],
                "input_message": place.field.options[:255],
            }
            if place.name and question.type == "choice":
                numbers = [str(option.number) for option in question.options]
                rule |= {
                    "validate": "list",
                    "source": numbers,
                    "error_title": "请填序号",
                    "error_message": f"请填 {'、'.join(numbers)} 中的一个序号。"[:255],
                }
            (first, last), *others = self.ranges
            rule["other_cells"] = [[start, column, end, column] for start, end in others]
            self.page.data_validation(first, column, last, column, rule)


def _different(text: str, seen: set[str]) -> str:
    """`text` with its lines joined otherwise, or blanks behind it, until no other column has it."""
    for separator in _SEPARATORS:
        candidate = text.replace("\n", separator) if "\n" in text else text + separator.replace("\n", "")
        if candidate.casefold() not in seen:
            break
    seen.add(candidate.casefold())
    return candidate


def _lines(text: str, width: float) -> int:
    """Lines that a text takes in a column of `width` half-width characters."""
    total = 0
    for line in text.split("\n"):
        extent = sum(1 if char.isascii() else 2 for char in line)
        total += max(1, -(-extent // max(2, int(width))))
    return total

"""Writes the household forms of a village as its clerk would: 附件1-1, 1-2 and 1-3.

Returns where the planted faults ended up, so that the truth names the cell that a person would correct.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from random import Random
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from paicha.demo.areas import Village
from paicha.demo.faults import Written
from paicha.demo.habits import Cell, Habits, Writer, cell_writer, header_text, write_group
from paicha.demo.paper import (
    COLUMNS,
    EXTRA,
    FEET,
    INSURED,
    INSURED_PRINTED,
    KINDS,
    ROWS_A_PAGE,
    SHEETS,
    TITLE,
    WIDTHS,
    Column,
    label_of,
    printed_options,
)
from paicha.demo.plan import FORMS
from paicha.demo.village import Census, Row

SIGNED_TOGETHER = 10  # rows that one merged signature covers at most
LABEL_HEIGHT, OPTIONS_HEIGHT = 44, 104  # points


@dataclass
class Formats:
    """The few cell formats of a workbook."""

    title: Any
    head: Any
    heading: Any
    cell: Any
    day: Any

    @classmethod
    def of(cls, book: Workbook) -> Formats:
        line = {"border": 1, "valign": "vcenter", "align": "center", "font_size": 10}
        return cls(
            title=book.add_format({"bold": True, "font_size": 16, "align": "center", "valign": "vcenter"}),
            head=book.add_format({**line, "bold": True, "text_wrap": True}),
            heading=book.add_format({"font_size": 11, "valign": "vcenter"}),
            cell=book.add_format({**line, "text_wrap": True}),
            day=book.add_format({**line, "num_format": "yyyy-mm-dd"}),
        )


def _row_height(habits: Habits) -> int:
    """Points a row needs for what this clerk writes into one cell."""
    if habits.choice == "tick":
        return 68
    if habits.choice in {"both", "label"} or habits.slips == "label":
        return 30
    return 44 if habits.insurance == "one" and habits.wording in {0, 1, 2, 4, 6} else 18


def sheet_columns(form: str, habits: Habits, rows: list[Row]) -> list[Column]:
    """The sheet's columns right of 序号: the printed ones, then those unprinted that it needs."""
    columns: list[Column] = []
    for above, questions in COLUMNS[form]:
        for question in questions:
            label = header_text(label_of(question, form), habits.header)
            if question == "insurance" and habits.insurance == "three":
                for name, printed in zip(INSURED, INSURED_PRINTED, strict=True):
                    columns.append(Column(name, label, above, printed, 9))
                continue
            options = printed_options(question, "\n" if habits.tidy else "")
            if habits.options == "header" and options:
                label, options = f"{label}\n{options}", ""
            columns.append(Column(question, label, above, options, WIDTHS.get(question, 11)))
    _reorder(columns, habits.order)
    needed = _questions_needed(rows) | habits.extra
    grouped = habits.general_groups if form == "general" else habits.other_groups
    if grouped == "column":
        needed |= {"group"}
    if form != "monitored":
        needed -= {"aid_effect", "policies", "policy_gap"}
    for question in EXTRA:
        if question in needed:
            options = printed_options(question) if habits.options == "row" else ""
            columns.append(Column(question, label_of(question, form), "", options, WIDTHS.get(question, 11)))
    return columns


def _questions_needed(rows: list[Row]) -> frozenset[str]:
    """Unprinted questions that a row's planted answers, or its outcome, can't do without."""
    needed: set[str] = set()
    for row in rows:
        planted = row.archetype or row.fault
        if planted is not None:
            needed.update(
                name for name, answer in planted.answers.items() if name in EXTRA and answer is not None
            )
        if not row.is_surveyed:
            needed.add("outcome")
    return frozenset(needed)


def _reorder(columns: list[Column], order: str) -> None:
    first, second = {"phone_first": ("population", "phone"), "remark_first": ("surveyors", "remark")}.get(
        order, ("", "")
    )
    places = [i for i, column in enumerate(columns) if column.question in {first, second}]
    if len(places) == 2:
        left, right = places
        columns[left], columns[right] = columns[right], columns[left]


def write_heading(
    village: Village, form: str, group: str | None, habits: Habits, town: str | None = None
) -> str:
    """镇(街)( 高家堡镇 ) 村( 乔岔滩村 ) 组( 一组 ), or as people write it."""
    town = town or village.town
    place = write_group(group, habits.group_writing) if group else ""
    if place.isdigit() and (habits.heading == "plain" or form != "general"):
        place += "组"
    if habits.heading == "empty" and town == village.town:
        town, name = "", ""
    else:
        name = village.written
    if habits.heading == "plain" and name:
        return f"{town}{name}{place}"
    if form == "general":
        return f"镇（街）（ {town} ） 村（ {name} ） 组（ {place} ）"
    return f"镇（街）（ {town} ） 村（组）（ {name}{place} ）"


class FormSheet:
    """One sheet of a household form: blocks of rows, each under its heading."""

    def __init__(
        self,
        sheet: Worksheet,
        form: str,
        census: Census,
        habits: Habits,
        formats: Formats,
        rng: Random,
        rows: list[Row],
    ) -> None:
        self.sheet, self.form, self.census, self.habits, self.formats = sheet, form, census, habits, formats
        self.columns = sheet_columns(form, habits, rows)
        self.writers: list[Writer] = [cell_writer(column.question, habits, rng) for column in self.columns]
        self.printed = max(i for i, c in enumerate(self.columns, 1) if c.question not in EXTRA or c.above)
        self.sign_column = 1 + [column.question for column in self.columns].index("surveyors")
        self.rng = rng
        self.at = 0
        self.breaks: list[int] = []  # one page break a group
        self.heading_cell = ""
        self.faults: list[tuple[Row, str]] = []  # a planted row and its cell
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_default_row(_row_height(habits))
        sheet.set_column(0, 0, 5)
        for place, column in enumerate(self.columns, 1):
            sheet.set_column(place, place, column.width)

    def add_block(self, group: str | None, rows: list[Row], town: str | None = None) -> None:
        """One heading with its rows; the header is printed again only where the clerk does so."""
        sheet, formats, last = self.sheet, self.formats, self.printed
        if self.at == 0 or self.habits.repeat_header:
            if self.at:
                self.breaks.append(self.at)
            sheet.merge_range(self.at, 0, self.at, last, TITLE.format(kind=KINDS[self.form]), formats.title)
            self.at += 1
        heading = write_heading(self.census.plan.village, self.form, group, self.habits, town)
        self.heading_cell = xl_rowcol_to_cell(self.at, 0)
        sheet.write_string(self.at, 0, heading, formats.heading)
        self.at += 1
        if self.at == 2 or self.habits.repeat_header:
            self._write_header()
        self._write_rows(rows)
        if self.habits.repeat_header:
            sheet.write_string(self.at, 0, FEET[self.form], formats.heading)
            self.at += 1

    def close(self) -> None:
        self.sheet.set_h_pagebreaks(self.breaks)
        if not self.habits.repeat_header:
            self.sheet.write_string(self.at, 0, FEET[self.form], self.formats.heading)

    def _write_header(self) -> None:
        top, head = self.at, self.formats.head
        grouped = self.form != "general"
        labels = top + 1 if grouped else top
        self._merge(top, 0, labels, 0, header_text("序号", self.habits.header))
        place = 1
        for above, columns in groupby(self.columns, key=lambda column: column.above):
            members = list(columns)
            if above:
                self._merge(top, place, top, place + len(members) - 1, above)
            for label, same in groupby(members, key=lambda column: column.label):
                width = len(list(same))
                self._merge(labels if above else top, place, labels, place + width - 1, label)
                place += width
        self.sheet.set_row(labels, OPTIONS_HEIGHT if self.habits.options == "header" else LABEL_HEIGHT)
        self.at = labels + 1
        if self.habits.options == "row":
            self.sheet.write_blank(self.at, 0, None, head)
            for place, column in enumerate(self.columns, 1):
                self.sheet.write(self.at, place, column.options or None, head)
            self.sheet.set_row(self.at, OPTIONS_HEIGHT)
            self.at += 1

    def _merge(self, top: int, left: int, bottom: int, right: int, text: str) -> None:
        if top == bottom and left == right:
            self.sheet.write_string(top, left, text, self.formats.head)
        else:
            self.sheet.merge_range(top, left, bottom, right, text, self.formats.head)

    def _write_rows(self, rows: list[Row]) -> None:
        """Rows in runs that one signature covers; blank and 小计 rows only between runs."""
        number = 0
        for start in range(0, len(rows), SIGNED_TOGETHER):
            run = rows[start : start + SIGNED_TOGETHER]
            people = self.census.surveyors.get(run[0].group) or self.census.surveyors[None]
            signed = "、".join(people[: 1 + (start // SIGNED_TOGETHER) % len(people)])
            merged = self.habits.sign == "merged" and len(run) > 1
            if merged:
                self.sheet.merge_range(
                    self.at,
                    self.sign_column,
                    self.at + len(run) - 1,
                    self.sign_column,
                    signed,
                    self.formats.cell,
                )
            for row in run:
                number += 1
                row.answers["surveyors"] = None if merged else signed
                self._write_row(number, row, skip=self.sign_column if merged else -1)
            if self.habits.blank_rows and self.rng.random() < 0.2:
                self.at += 1
        if self.habits.subtotals:
            self.sheet.write_string(self.at, 0, "小计", self.formats.cell)
            self.sheet.write_string(self.at, 1, f"{len(rows)}户", self.formats.cell)
            self.at += 1
        if self.habits.pad:
            for extra in range(number + 1, number + 1 + min(-number % ROWS_A_PAGE[self.form], 4)):
                self.sheet.write_number(self.at, 0, extra, self.formats.cell)
                self.at += 1

    def _write_row(self, number: int, row: Row, skip: int) -> None:
        sheet, cell, at = self.sheet, self.formats.cell, self.at
        answers, fault = row.answers, row.fault
        if row.group is not None:
            answers["group"] = write_group(row.group, self.habits.group_writing)
        sheet.write_number(at, 0, number, cell)
        for place, write in enumerate(self.writers, 1):
            if place == skip:
                continue
            value = write(answers)
            if fault is not None and self.columns[place - 1].question == fault.question:
                if not isinstance(fault.raw, Written):
                    value = fault.raw
                self.faults.append((row, xl_rowcol_to_cell(at, place)))
            if value is not None or place <= self.printed:
                self._write_cell(at, place, value)
        self.at += 1

    def _write_cell(self, at: int, place: int, value: Cell) -> None:
        if isinstance(value, str):
            self.sheet.write_string(at, place, value, self.formats.cell)
        elif isinstance(value, int | float):
            self.sheet.write_number(at, place, value, self.formats.cell)
        elif value is None:
            self.sheet.write_blank(at, place, None, self.formats.cell)
        else:
            day = datetime(value.year, value.month, value.day)  # noqa: DTZ001 - a day has no zone
            self.sheet.write_datetime(at, place, day, self.formats.day)


def write_household_forms(
    book: Workbook, census: Census, habits: Habits, formats: Formats, rng: Random, other_town: str
) -> list[tuple[Row, str]]:
    """All sheets of 1-1, 1-2 and 1-3; returns each planted row with its cell as 附件1-1!J17.

    `other_town` is the town that a heading at fault names.
    """
    faults: list[tuple[Row, str]] = []
    for form in FORMS:
        for name, blocks in sheets_of(form, census.rows[form], habits):
            sheet_rows = [row for _, block in blocks for row in block]
            sheet = FormSheet(book.add_worksheet(name), form, census, habits, formats, rng, sheet_rows)
            for group, block in blocks:
                sheet.add_block(group, block)
            sheet.close()
            faults += [(row, f"{name}!{cell}") for row, cell in sheet.faults]
    if census.own_sheet is not None:
        row = census.own_sheet
        name = SHEETS[row.form] + "补"
        sheet = FormSheet(book.add_worksheet(name), row.form, census, habits, formats, rng, [row])
        sheet.add_block(row.group, [row], other_town)
        sheet.close()
        faults.append((row, f"{name}!{sheet.heading_cell}"))
    return faults


def sheets_of(
    form: str, rows: list[Row], habits: Habits
) -> Iterator[tuple[str, list[tuple[str | None, list[Row]]]]]:
    """Sheets of a form with their blocks (group of the heading, rows)."""
    if not rows:
        return
    way = habits.general_groups if form == "general" else habits.other_groups
    blocks = [(group, list(block)) for group, block in groupby(rows, key=lambda row: row.group)]
    if way == "sheet":
        for group, block in blocks:
            yield f"{SHEETS[form]}{group}", [(group, block)]
    elif way == "block":
        yield SHEETS[form], list(blocks)
    else:
        yield SHEETS[form], [(None, rows)]

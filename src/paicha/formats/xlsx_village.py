"""The forms that a village or town fills once, and plain lists, in Excel.

Numbers stand in cells of their own beside their unit, ticks are chosen from a list of the printed
text with one box ticked, each problem has its own row beside its type, and what is counted is a
value, never a formula: a formula without a cached value would come back as a blank.
"""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from paicha.core.pack import Pack
from paicha.formats import village_layout
from paicha.formats.documents import ListSheet, ProblemSheet, ProfileSheet, StatisticsSheet, Value
from paicha.formats.layout import HeaderCell, Table
from paicha.formats.village_layout import ProfileItem, ProfileLine
from paicha.formats.xlsx_styles import Styles

_TICKED, _OPEN = "☑", "□"
_PROFILE_ROW = 27  # points
_LIST_LIMIT = 255  # characters of a list to choose from


# Profiles


def draw_profile(sheet: ProfileSheet, page: Worksheet, styles: Styles, pack: Pack) -> None:
    """Label, then number and unit in cells of their own; boxes and free text across the row."""
    form = sheet.form
    lines = village_layout.profile_lines(pack, form, sheet.values)
    last = 2 * max((len(line.items) for line in lines if not line.tall), default=1)
    page.set_column(0, 0, 40)
    page.set_column(1, last, 52 / last)
    row = _title(page, styles, village_layout.place_text(form.title, sheet.town, sheet.village), last)
    if form.heading:
        text = village_layout.place_text(form.heading, sheet.town, sheet.village)
        row = _line(page, styles, row, last, text)
    for text, choices in village_layout.profile_lead_choices(pack, form, sheet.values):
        row = _line(page, styles, row, last, text, choices)
    for line in lines:
        row = _profile_line(page, styles, row, last, line)
    _signers(page, styles, row + 1, last, village_layout.signer_texts(form, sheet.values))


def _profile_line(page: Worksheet, styles: Styles, row: int, last: int, line: ProfileLine) -> int:
    label = styles.get(border=1, font_size=11)
    wide = [item for item in line.items if line.tall or item.question.options or item.question.type == "text"]
    if not wide:
        page.set_row(row, _PROFILE_ROW)
        page.write_string(row, 0, line.label, label)
        _numbers(page, styles, row, last, line)
        return row + 1
    height = max(_PROFILE_ROW, (130 if line.tall else _PROFILE_ROW) / len(line.items))
    _merge_cells(page, row, 0, row + len(line.items) - 1, 0, line.label, label)
    for i, item in enumerate(line.items):
        page.set_row(row + i, height)
        align = {"align": "left", "valign": "top", "indent": 1} if line.tall else {}
        style = styles.get(border=1, font_size=11, num_format="@", **align)
        _merge_cells(page, row + i, 1, row + i, last, _item_text(item), style)
        if item.question.type == "choice":
            _choose(page, row + i, 1, _ticked_ways(item))
    return row + len(line.items)


def _numbers(page: Worksheet, styles: Styles, row: int, last: int, line: ProfileLine) -> None:
    """`186 | 户 | 512 | 人`, framed as one cell; a lone number takes the middle of its row."""
    spare = last - 2 * len(line.items)
    for i, item in enumerate(line.items):
        column = 1 + 2 * i
        end = {"right": 1} if i == len(line.items) - 1 and not spare else {}
        start = {"left": 1} if i == 0 else {}
        number = styles.get(top=1, bottom=1, align="right", font_size=11, num_format="0", **start)
        value = next((s.text for s in item.segments if s.kind == "value"), None)
        if value is None:
            page.write_blank(row, column, None, number)
        elif value.isdigit():
            page.write_number(row, column, int(value), number)
        else:
            page.write_string(row, column, value, number)
        words = "".join(s.text for s in item.segments if s.kind == "words")
        page.write_string(
            row, column + 1, words, styles.get(top=1, bottom=1, align="left", font_size=11, **end)
        )
    for column in range(last - spare + 1, last + 1):
        end = {"right": 1} if column == last else {}
        page.write_blank(row, column, None, styles.get(top=1, bottom=1, **end))


def _item_text(item: ProfileItem, ticked: int | None = None) -> str:
    """The pieces as one text; `ticked` puts the tick at that box instead of where it is."""
    words, box = [], 0
    for segment in item.segments:
        if segment.kind == "box":
            checked = segment.checked if ticked is None else box == ticked
            words.append(f"{_TICKED if checked else _OPEN}{segment.text} ")
            box += 1
        elif segment.kind == "blank":
            words.append("")
        else:
            words.append(segment.text)
    return "".join(words).strip()


def _ticked_ways(item: ProfileItem) -> list[str]:
    return [_item_text(item, i) for i in range(len(item.question.options))]


# Problem list


def draw_problems(sheet: ProblemSheet, page: Worksheet, styles: Styles) -> None:
    """A row a problem; number and type stand once beside their problems."""
    form = sheet.form
    table = village_layout.problem_table(form)
    _columns(page, table)
    last = len(table.fields) - 1
    row = _title(page, styles, form.title, last)
    row = _line(page, styles, row, last, village_layout.place_text(form.heading, sheet.town, sheet.village))
    row = _header(page, styles, row, table)
    page.freeze_panes(row, 0)
    cell = styles.get(border=1, font_size=11)
    text_style = styles.get(border=1, font_size=11, align="left", indent=1, num_format="@")
    for number, label, texts in village_layout.problem_rows(form, sheet.problems):
        end = row + max(1, len(texts)) - 1
        _merge_cells(page, row, 0, end, 0, number, cell)
        _merge_cells(page, row, 1, end, 1, label, cell)
        for text in texts or [""]:
            page.set_row(row, max(30, 60 / max(1, len(texts)), 15 * (len(text) // 26 + 1)))
            _write_value(page, row, 2, text, text_style)
            row += 1
    _signers(page, styles, row + 1, last, village_layout.signer_texts(form, sheet.signers))


# Statistics


def draw_statistics(sheet: StatisticsSheet, page: Worksheet, styles: Styles) -> None:
    """A row a village, then 合计; many rows get a filter that leaves the total where it is."""
    form = sheet.form
    table = village_layout.statistics_table(form)
    _columns(page, table)
    last = len(table.fields) - 1
    row = _title(page, styles, form.title, last)
    row = _across(page, styles, row, last, village_layout.above_texts(form, sheet.unit, sheet.date))
    row = _header(page, styles, row, table)
    page.repeat_rows(0, row - 1)
    page.freeze_panes(row, 0)
    first = row
    for number, values in enumerate(sheet.rows, 1):
        _cells(page, styles, row, table, village_layout.statistics_cells(form, values, number))
        row += 1
    if len(sheet.rows) > 1:
        page.autofilter(first - 1, 0, row - 1, last)
    if sheet.total is not None:
        _cells(page, styles, row, table, village_layout.statistics_cells(form, sheet.total, None), bold=True)
        row += 1
    row = _across(page, styles, row + 1, last, village_layout.signer_texts(form, sheet.signers))
    page.print_area(0, 0, row - 1, last)


# Plain lists


def draw_list(sheet: ListSheet, page: Worksheet, styles: Styles) -> None:
    """Title, header with a filter, rows, foot."""
    table = village_layout.list_table(sheet)
    _columns(page, table)
    last = len(table.fields) - 1
    row = _header(page, styles, _title(page, styles, sheet.title, last), table)
    page.repeat_rows(0, row - 1)
    page.freeze_panes(row, 0)
    first = row
    for values in sheet.rows:
        _cells(page, styles, row, table, values)
        row += 1
    for column, options in sheet.choices.items():
        _choose(page, first, column, list(options), row - 1)
    if row > first:
        page.autofilter(first - 1, 0, row - 1, last)
    if sheet.foot:
        row = _line(page, styles, row, last, sheet.foot)
    page.print_area(0, 0, max(row - 1, first), last)


# Pieces


def _columns(page: Worksheet, table: Table) -> None:
    for column, field in enumerate(table.fields):
        page.set_column(column, column, field.width + 0.7)


def _title(page: Worksheet, styles: Styles, text: str, last: int) -> int:
    page.set_row(0, 36)
    _merge_cells(page, 0, 0, 0, last, text, styles.get(bold=True, font_size=16))
    return 1


def _line(
    page: Worksheet, styles: Styles, row: int, last: int, text: str, choices: list[str] | None = None
) -> int:
    page.set_row(row, 22)
    _merge_cells(page, row, 0, row, last, text, styles.get(align="left", font_size=11, num_format="@"))
    if choices:
        _choose(page, row, 0, choices)
    return row + 1


def _across(page: Worksheet, styles: Styles, row: int, last: int, texts: tuple[str, ...]) -> int:
    """Texts side by side, each over its share of the columns; none gives back the same row."""
    if not texts:
        return row
    page.set_row(row, 22)
    style = styles.get(align="left", font_size=11, num_format="@")
    share = (last + 1) / len(texts)
    for i, text in enumerate(texts):
        right = last if i == len(texts) - 1 else round((i + 1) * share) - 1
        _merge_cells(page, row, min(round(i * share), last), row, right, text, style)
    return row + 1


def _signers(page: Worksheet, styles: Styles, row: int, last: int, texts: tuple[str, ...]) -> None:
    for i, text in enumerate(texts):
        page.set_row(row + i, 28)
        _merge_cells(
            page, row + i, 0, row + i, last, text, styles.get(align="left", font_size=11, num_format="@")
        )
    page.print_area(0, 0, row + len(texts), last)


def _header(page: Worksheet, styles: Styles, top: int, table: Table) -> int:
    style = styles.get(border=1, bold=True)
    for row in table.header:
        for cell in row:
            _header_cell(page, top, cell, style)
    for i in range(len(table.header)):
        page.set_row(top + i, 30 if len(table.header) == 1 else 24)
    return top + len(table.header)


def _header_cell(page: Worksheet, top: int, cell: HeaderCell, style: Format) -> None:
    bottom, right = top + cell.row + cell.rows - 1, cell.column + cell.columns - 1
    _merge_cells(page, top + cell.row, cell.column, bottom, right, cell.text, style)


def _cells(page: Worksheet, styles: Styles, row: int, table: Table, values: Any, bold: bool = False) -> None:
    lines = 1
    for column, (field, value) in enumerate(zip(table.fields, values, strict=True)):
        wide = field.width > 15 and field.kind == "text"
        look: dict[str, Any] = {"bold": True} if bold else {}
        if wide:
            look["align"] = "left"
        if isinstance(value, date):
            look["num_format"] = "yyyy-mm-dd"
        elif not isinstance(value, int):
            look["num_format"] = "@"
        if isinstance(value, str):
            lines = max(lines, -(-sum(1 if c.isascii() else 2 for c in value) // max(2, int(field.width))))
        _write_value(page, row, column, value, styles.get(border=1, **look))
    page.set_row(row, min(400, max(22, lines * 13.5 + 4)))


def _write_value(page: Worksheet, row: int, column: int, value: Value, style: Format) -> None:
    """A value as what it is: numbers as numbers, text always as text."""
    if value is None or value == "":
        page.write_blank(row, column, None, style)
    elif isinstance(value, int):
        page.write_number(row, column, value, style)
    elif isinstance(value, date):
        page.write_datetime(row, column, datetime.combine(value, time()), style)
    else:
        page.write_string(row, column, value if isinstance(value, str) else "、".join(map(str, value)), style)


def _merge_cells(
    page: Worksheet, top: int, left: int, bottom: int, right: int, value: Value, style: Format
) -> None:
    if (top, left) == (bottom, right):
        _write_value(page, top, left, value, style)
        return
    page.merge_range(top, left, bottom, right, "", style)
    _write_value(page, top, left, value, style)


def _choose(page: Worksheet, row: int, column: int, choices: list[str], last: int | None = None) -> None:
    """A list to choose from, down to row `last`; free all the same, since clerks tick in their own way."""
    if len(",".join(choices)) <= _LIST_LIMIT and not any("," in choice for choice in choices):
        rule = {"validate": "list", "source": choices, "error_type": "information"}
        page.data_validation(row, column, row if last is None else last, column, rule)

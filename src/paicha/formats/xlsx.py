"""The official forms as an Excel workbook that can be filled, sorted and sent back.

What holds: column titles are the paper's; no text becomes a formula, a link or markup; nothing is
protected, since a protected sheet cannot be sorted and sorting a part of the columns swaps people;
what import reads back is what was written. `xlsx_households` lays out the household forms,
`xlsx_village` the forms of a village and the plain lists.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import IO

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from paicha.core.pack import Pack
from paicha.core.pack.forms import Paper
from paicha.formats import xlsx_households, xlsx_village
from paicha.formats.documents import (
    Document,
    HouseholdSheet,
    ListSheet,
    ProblemSheet,
    ProfileSheet,
    RefusedSheet,
    Sheet,
    StatisticsSheet,
)
from paicha.formats.xlsx_styles import Styles

_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\'"))
_PAPER = {"A4": 9, "A3": 8}


def write(document: Document, pack: Pack) -> bytes:
    """The document as xlsx bytes: one sheet a form in the official layout, sheets in the given order."""
    return _write(document.title, document.sheets, document.footer, pack)


def write_refused(
    sheets: Sequence[RefusedSheet | ListSheet], pack: Pack, *, title: str = "退回", footer: str = ""
) -> bytes:
    """Rows that could not be taken in: official layout, text as typed, then 原位置 and 退回原因.

    The two columns stand right of the print area and are ignored by import, so that the workbook is
    corrected where it stands and imported as it is.
    """
    return _write(title, sheets, footer, pack)


def _write(title: str, sheets: Sequence[Sheet | RefusedSheet], footer: str, pack: Pack) -> bytes:
    target = io.BytesIO()
    _fill(target, {"in_memory": True}, title, sheets, footer, pack)
    return target.getvalue()


def write_long(sheet: ListSheet, pack: Pack, target: Path, *, footer: str = "") -> None:
    """A list of any length as xlsx into `target`, row by row: no more than one row is in memory."""
    options: dict[str, bool | str] = {"constant_memory": True, "tmpdir": str(target.parent)}
    with target.open("wb") as opened:
        _fill(opened, options, sheet.title, [sheet], footer, pack)


def _fill(
    target: IO[bytes],
    options: dict[str, bool | str],
    title: str,
    sheets: Sequence[Sheet | RefusedSheet],
    footer: str,
    pack: Pack,
) -> None:
    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(target, {**options, **plain}) as book:
        book.set_properties({"title": title})
        styles = Styles(book)
        names: set[str] = set()
        for sheet in sheets:
            page = book.add_worksheet(_sheet_name(_name_of(sheet), names))
            page.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
            page.set_footer(f"&L&8 {_escape(footer)}&R&8 第 &P 页，共 &N 页")
            _draw(sheet, page, styles, pack)


def _draw(sheet: Sheet | RefusedSheet, page: Worksheet, styles: Styles, pack: Pack) -> None:
    if isinstance(sheet, HouseholdSheet | RefusedSheet):
        set_paper(page, sheet.form.paper)
        xlsx_households.draw(sheet, page, styles, pack)
    elif isinstance(sheet, ProfileSheet):
        set_paper(page, sheet.form.paper)
        xlsx_village.draw_profile(sheet, page, styles, pack)
    elif isinstance(sheet, ProblemSheet):
        set_paper(page, sheet.form.paper)
        xlsx_village.draw_problems(sheet, page, styles)
    elif isinstance(sheet, StatisticsSheet):
        set_paper(page, sheet.form.paper)
        xlsx_village.draw_statistics(sheet, page, styles)
    else:
        set_paper(page, Paper(size="A4", orientation="landscape"))
        xlsx_village.draw_list(sheet, page, styles)


def set_paper(page: Worksheet, paper: Paper) -> None:
    """Paper, direction and margins; as many pages long as it needs, one page wide."""
    page.set_paper(_PAPER[paper.size])
    if paper.orientation == "landscape":
        page.set_landscape()
    else:
        page.set_portrait()
    page.set_margins(left=0.4, right=0.4, top=0.4, bottom=0.5)
    page.fit_to_pages(1, 0)
    page.center_horizontally()


def _name_of(sheet: Sheet | RefusedSheet) -> str:
    return sheet.name if isinstance(sheet, ListSheet) else sheet.form.sheet


def _sheet_name(name: str, taken: set[str]) -> str:
    """A name that Excel takes: 31 characters, no brackets, not twice."""
    clean = name.translate(_FORBIDDEN)[:31] or "Sheet"
    number = 1
    chosen = clean
    while chosen.casefold() in taken:
        number += 1
        chosen = f"{clean[: 31 - len(str(number)) - 2]}({number})"
    taken.add(chosen.casefold())
    return chosen


def _escape(footer: str) -> str:
    """`&` is the control character of headers and footers, which hold 255 characters; a digit behind a
    size would be taken for a part of it, hence the blank before it."""
    return footer.replace("\n", " ")[:180].replace("&", "&&")

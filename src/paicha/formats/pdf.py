"""The official forms as PDF: paper, title, grouped header, options, foot and signers as on the paper.

Typst sets them from `official.typ`; every text goes in as JSON and is never read as markup. One
compiler is kept for the life of the process, since it holds the fonts.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal

import orjson
import typst

from paicha.core.pack import HouseholdForm, Pack, ProfileForm, StatisticsForm
from paicha.core.pack.forms import Paper
from paicha.formats import fonts, layout, village_layout
from paicha.formats.documents import (
    Document,
    HouseholdSheet,
    ListSheet,
    ProblemSheet,
    ProfileSheet,
    Row,
    Sheet,
    StatisticsSheet,
)
from paicha.formats.layout import Field, Table, value_text

Size = Literal["A4", "A3"]
_MILLIMETRES = {"A4": (210, 297), "A3": (297, 420)}
_POINTS = 72 / 25.4
_FRAME = 0.31  # about that share of a household page is title, header and foot
_PROFILE = 425  # points that the table of a profile may fill, above its signers
_REMEMBERED_AT_MOST = 200_000  # bytes of data
_lock = threading.Lock()
_remembered = 0


def write(document: Document, pack: Pack, *, size: Size | None = None) -> bytes:
    """The document as one PDF, sheet after sheet, each on its own paper.

    `size` is taken by the forms whose pack offers it as an alternative; the others keep their own.
    """
    plan = {
        "fonts": fonts.families(),
        "footer": document.footer,
        "sheets": [_sheet(sheet, pack, size) for sheet in document.sheets],
    }
    return typeset("official.typ", plan)


def typeset(template: str, plan: Mapping[str, Any]) -> bytes:
    """A PDF of `plan`, set by a Typst file of this folder, which reads it as JSON from sys.inputs.data.

    A character that no font has stands there as `〔U+323AF〕`.
    """
    data = fonts.name_missing(orjson.dumps(plan).decode())
    with _lock:
        made = _compiler(template).compile(sys_inputs={"data": data}, format="pdf", pdf_tags=False)
        _forget(len(data))
    assert isinstance(made, bytes), "one PDF, not a picture per page"
    return made


@cache
def _compiler(template: str) -> typst.Compiler:
    return typst.Compiler(Path(__file__).with_name(template), font_paths=fonts.faces())


def _forget(size: int) -> None:
    """Keeps memory level: Typst remembers the layout of its last ten compilations, 700 MB of villages.

    After every few hundred kilobytes of data, ten empty pages push the rest out (30 ms; 250 MB stay).
    """
    global _remembered  # noqa: PLW0603  # guarded by _lock, one compiler a process
    _remembered += size
    if _remembered > _REMEMBERED_AT_MOST:
        _remembered = 0
        for _ in range(10):
            _compiler("blank.typ").compile(format="pdf")


def _sheet(sheet: Sheet, pack: Pack, size: Size | None) -> dict[str, Any]:
    if isinstance(sheet, HouseholdSheet):
        return _household(sheet, pack, size)
    if isinstance(sheet, ProfileSheet):
        return _profile(sheet, pack)
    if isinstance(sheet, ProblemSheet):
        return _problems(sheet)
    if isinstance(sheet, StatisticsSheet):
        return _statistics(sheet)
    return _list(sheet)


def _page(paper: Paper, size: Size | None = None) -> dict[str, Any]:
    """Width, height and margin in mm, text sizes in pt; a larger sheet carries larger letters."""
    chosen = size if size and size == paper.alternative else paper.size
    width, height = _MILLIMETRES[chosen]
    scale = width / _MILLIMETRES["A4"][0]
    if paper.orientation == "landscape":
        width, height = height, width
    return {
        "width": width,
        "height": height,
        "margin": 10 * scale,
        "size": 9 * scale,
        "label": 7.5 * scale,
        "small": 6.5 * scale,
    }


def _head(table: Table) -> dict[str, Any]:
    return {
        "widths": [field.width for field in table.fields],
        "header": [
            (cell.text, cell.column, cell.row, cell.columns, cell.rows, cell.kind)
            for row in table.header
            for cell in row
        ],
    }


# Household forms


def _household(sheet: HouseholdSheet, pack: Pack, size: Size | None) -> dict[str, Any]:
    form = sheet.form
    table = layout.household_table(pack, form)
    page = _page(form.paper, size)
    cells = _Cells(table, page, form)
    pages = []
    for part in layout.pages(sheet.blocks, form.paper.rows_per_page):
        rows, long = cells.page(part)
        heading = _to_write_in(layout.heading(form, sheet.town, sheet.village, part.group))
        pages.append({"heading": heading, "rows": rows, "long": long})
    return page | _head(table) | {
        "kind": "household",
        "title": form.title,
        "foot": form.foot,
        "rows_per_page": form.paper.rows_per_page,
        "aligns": ["c"] * len(table.fields),
        "pages": pages,
    }  # fmt: skip


def _to_write_in(heading: str) -> str:
    """Blanks between the brackets of an empty heading, wide enough for a pen."""
    return re.sub(" {3,}", lambda blanks: "\u3000" * len(blanks[0]), heading)


class _Cells:
    """Cells of one form's rows, each in the largest letters that its place allows."""

    def __init__(self, table: Table, page: dict[str, Any], form: HouseholdForm) -> None:
        across = (page["width"] - 2 * page["margin"]) * _POINTS / table.width
        self.sizes = (page["size"], page["label"], page["small"])
        self.height = page["height"] * (1 - _FRAME) * _POINTS / form.paper.rows_per_page
        self.fields = [(field, field.width * across - 4) for field in table.fields]
        self.long = self.short_counts = False

    def page(self, page: layout.Page) -> tuple[list[list[Any]], bool]:
        """Rows of a page, and whether an answer is too long for its row: then counts are put briefly."""
        self.long = self.short_counts = False
        rows = [self.row(page.first + i, values) for i, values in enumerate(page.rows)]
        if self.long:
            self.short_counts = True
            rows = [self.row(page.first + i, values) for i, values in enumerate(page.rows)]
        return rows, self.long

    def row(self, number: int, values: Row | None) -> list[Any]:
        if values is None:
            return [str(number)] + [""] * (len(self.fields) - 1)
        return [
            str(number) if field.kind == "number" else self.cell(field, width, values)
            for field, width in self.fields
        ]

    def cell(self, field: Field, width: float, values: Row) -> str | tuple[str, float]:
        text = layout.cell_text(field, values)
        if len(text) < 3:
            return text
        if field.kind == "parts":
            return self.counts(field, width, values, text)
        for size in self.sizes[:2]:
            if _lines(text, width, size) == 1:
                return text if size == self.sizes[0] else (text, size)
        for size in self.sizes[1:]:
            if _lines(text, width, size) * size * 1.28 <= self.height:
                return text, size
        self.long = True
        return text, self.sizes[-1]

    def counts(self, field: Field, width: float, values: Row, text: str) -> tuple[str, float]:
        """The counts with their words, one a line, where that fits; else their numbers (`1.0人 2.4人`)."""
        lines, small = text.split(" "), self.sizes[-1]
        needed = sum(_lines(line, width, small) for line in lines)
        if needed * small * 1.28 <= self.height and not self.short_counts:
            return "\n".join(lines), small
        short = [
            f"{part.number}.{layout.BLANK if values.get(part.name) is None else values[part.name]}{part.unit}"
            for part in field.parts
        ]
        return " ".join(short), self.sizes[1]


def _lines(text: str, width: float, size: float) -> int:
    """Lines that a text needs: letters of half width count half."""
    total = 0
    for line in text.split("\n"):
        extent = sum(0.55 if char.isascii() else 1 for char in line) * size
        total += max(1, -(-int(extent) // max(1, int(width))))
    return total


# Forms of the village


def _flow(
    page: dict[str, Any], table: Table, title: str, rows: list[list[str]], **more: Any
) -> dict[str, Any]:
    base = {
        "kind": "flow",
        "title": title,
        "above": [],
        "foot": "",
        "signers": [],
        "signer_columns": 3,
        "airy": 0.6,
    }
    aligns = ["l" if field.kind == "text" and field.width > 15 else "c" for field in table.fields]
    return page | _head(table) | base | {"rows": rows, "aligns": aligns, "least": 20} | more


def _statistics(sheet: StatisticsSheet) -> dict[str, Any]:
    form: StatisticsForm = sheet.form
    table = village_layout.statistics_table(form)
    rows = [village_layout.statistics_cells(form, row, i + 1) for i, row in enumerate(sheet.rows)]
    if sheet.total is not None:
        rows.append(village_layout.statistics_cells(form, sheet.total, None))
    page = _page(form.paper)
    return _flow(
        page | {"label": page["size"]}, table, form.title, [[value_text(cell) for cell in row] for row in rows],
        above=village_layout.above_texts(form, sheet.unit, sheet.date),
        signers=village_layout.signer_texts(form, sheet.signers),
        least=20 if len(rows) < form.paper.rows_per_page // 2 else _POINTS * 106 / form.paper.rows_per_page,
    )  # fmt: skip


def _problems(sheet: ProblemSheet) -> dict[str, Any]:
    form = sheet.form
    table = village_layout.problem_table(form)
    rows = []
    for number, label, texts in village_layout.problem_rows(form, sheet.problems):
        listed = texts if len(texts) < 2 else [f"({i}) {text}" for i, text in enumerate(texts, 1)]
        rows.append([str(number), label, "\n".join(listed)])
    page = _page(form.paper)
    page |= {"size": 11, "label": 11, "margin": 18}
    return _flow(
        page, table, form.title, rows,
        above=[village_layout.place_text(form.heading, sheet.town, sheet.village)],
        signers=village_layout.signer_texts(form, sheet.signers), signer_columns=1, least=64,
    )  # fmt: skip


def _list(sheet: ListSheet) -> dict[str, Any]:
    page = _page(Paper(size="A4", orientation="landscape"))
    rows = [[value_text(cell) for cell in row] for row in sheet.rows]
    table = village_layout.list_table(sheet)
    return _flow(page | {"label": page["size"]}, table, sheet.title, rows, foot=sheet.foot)


def _profile(sheet: ProfileSheet, pack: Pack) -> dict[str, Any]:
    form: ProfileForm = sheet.form
    lines = village_layout.profile_lines(pack, form, sheet.values)
    page = _page(form.paper)
    high = [line for line in lines if line.tall]
    tall = 70 if len(high) > 1 else 180
    above = [village_layout.place_text(form.heading, sheet.town, sheet.village)] if form.heading else []
    return page | {
        "kind": "profile",
        "size": 11,
        "margin": 18,
        "title": village_layout.place_text(form.title, sheet.town, sheet.village),
        "above": above + list(village_layout.profile_lead(pack, form, sheet.values)),
        "lines": [
            {
                "label": line.label,
                "items": [[(s.kind, s.text, s.checked) for s in item.segments] for item in line.items],
                "tall": line.tall,
            }
            for line in lines
        ],
        "least": min(34, max(16, (_PROFILE - tall * len(high)) / max(1, len(lines) - len(high)))),
        "tall": tall,
        "signers": village_layout.signer_texts(form, sheet.values),
    }

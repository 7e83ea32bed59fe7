"""Web pages and web archives (MHT) as sheets: what Java systems, Excel and WPS save under the name .xls.

A page is one sheet a table. Lines and small tables above a table (title, heading, a header of its own) belong to it,
as they do where Excel opens the page: the places named are the places that the clerk sees there.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain

from paicha.formats.reading.grid import MAX_CELLS, Grid, Raw, Span, rectangular
from paicha.formats.reading.model import FileRefused
from paicha.formats.reading.text import encoding_of, text_pieces
from paicha.formats.reading.web_page import WebPage
from paicha.formats.reading.web_table import Budget, Content, SheetMark, WebTable, as_text

_HEAD = 1 << 18  # characters in which Excel names the sheets of a page
_NAME = re.compile(r"<x:Name>([^<]{1,200})</x:Name>", re.IGNORECASE)
_SOURCE = re.compile(r"""<x:WorksheetSource\s+HRef\s*=\s*["']?([^"'\s>]{1,500})""", re.IGNORECASE)
_UNSEEN = re.compile(r"<x:Visible>\s*Sheet(?:Very)?Hidden", re.IGNORECASE)
_LINES_ABOVE = 12
_HEADER_ROWS = 3
_SIGN_IN = 3  # columns with texts: fewer beside a password is a form to sign in
_WIDE = 8  # columns: two tables as wide as a household form belong together, as pages of one print


@dataclass(frozen=True, slots=True)
class NamedSheet:
    """A sheet that the head of a page names, and the part of the archive that holds it."""

    name: str
    source: str = ""
    hidden: bool = False


@dataclass(slots=True)
class _Stack:
    """Lines and tables that make one sheet, top to bottom."""

    name: str
    parts: list[str | WebTable] = field(default_factory=list)

    @property
    def tables(self) -> list[WebTable]:
        return [part for part in self.parts if isinstance(part, WebTable)]

    @property
    def width(self) -> int:
        return max(table.width for table in self.tables)

    def goes_on(self, table: WebTable, lines: Sequence[str]) -> bool:
        """Whether the table is the rest of this sheet: below a title or a header, or the next page of a print."""
        last = self.parts[-1] if self.parts else None
        if not isinstance(last, WebTable) or last.hidden != table.hidden:
            return last is None
        if all(sum(value != "" for value in row) <= 1 for row in last.rows):
            return True
        return last.columns == table.columns >= _WIDE or (not lines and len(last.rows) <= _HEADER_ROWS)


def read_page(data: bytes, file: str) -> Iterator[Grid]:
    """The tables of a web page. Raises `FileRefused`: F30, F31 where it has none."""
    page, named = parse_page(data, file, Budget(file))
    yield from grids_of([(page, named[0] if len(named) == 1 else None)], file)


def parse_page(
    data: bytes, file: str, budget: Budget, declared: str = ""
) -> tuple[WebPage, list[NamedSheet]]:
    """A page, and the sheets that its head names. Raises `FileRefused`."""
    pieces = text_pieces(data, encoding_of(data, file, declared))
    first = next(pieces, "")
    page = WebPage(budget)
    page.read(chain([first], pieces))
    return page, _named_sheets(first[:_HEAD])


def grids_of(pages: Sequence[tuple[WebPage, NamedSheet | None]], file: str) -> Iterator[Grid]:
    """The sheets of all pages, each under a name of its own. Raises F30, F31, F35 where there is none."""
    found = [(stack, named) for page, named in pages for stack in _stacks(page.items)]
    login = any(page.login for page, _ in pages)
    if not found or (login and all(stack.width < _SIGN_IN for stack, _ in found)):
        frames = any(page.frames for page, _ in pages)
        raise FileRefused("F31" if login else "F35" if frames else "F30", file=file)
    used: set[str] = set()
    for number, (stack, named) in enumerate(found, 1):
        name = stack.name or (named.name if named else "" if len(found) == 1 else f"表{number}")
        if name in used:
            name = f"{name}（{number}）"
        used.add(name)
        yield _grid(stack, name, named is not None and named.hidden, file)


def _named_sheets(head: str) -> list[NamedSheet]:
    found = []
    for part in head.split("<x:ExcelWorksheet>")[1:]:
        inner = part.partition("</x:ExcelWorksheet>")[0]
        name, source = _NAME.search(inner), _SOURCE.search(inner)
        if name:
            hidden = _UNSEEN.search(inner) is not None
            found.append(NamedSheet(html.unescape(name[1]).strip(), source[1] if source else "", hidden))
    return found


def _stacks(items: Content) -> list[_Stack]:
    """The tables of a page, each with the lines and the small tables above it."""
    stacks: list[_Stack] = []
    texts: list[str] = []
    begun = False  # the last stack waits for its first table
    for item in items:
        if isinstance(item, str):
            texts.append(item)
        elif isinstance(item, SheetMark):
            texts, begun = [], True
            stacks.append(_Stack(item.name))
        elif item.width:
            lines = [line for line in as_text(texts).split("\n") if line.strip()][-_LINES_ABOVE:]
            texts = []
            if not stacks or not (begun or stacks[-1].goes_on(item, lines)):
                stacks.append(_Stack(""))
            stacks[-1].parts += [*lines, item]
            begun = False
    return [stack for stack in stacks if stack.parts]


def _grid(stack: _Stack, name: str, hidden: bool, file: str) -> Grid:
    """The parts below each other, blanks to the full width."""
    rows: list[list[Raw]] = []
    grid = Grid(name, rows, hidden=hidden or all(table.hidden for table in stack.tables))
    width = stack.width
    count = sum(len(part.rows) if isinstance(part, WebTable) else 1 for part in stack.parts)
    if count * width > MAX_CELLS:
        raise FileRefused("F11", file=file, rows=count, columns=width)
    for part in stack.parts:
        top = len(rows)
        if isinstance(part, str):
            rows.append([part])
            continue
        rows += part.rows
        last = len(rows) - 1
        grid.merges += [
            Span(top + span.top, span.left, min(top + span.bottom, last), min(span.right, width - 1))
            for span in part.merges
            if span.left < width
        ]
        grid.uncached.update((top + row, column) for row, column in part.uncached)
        grid.broken.update((top + row, column) for row, column in part.broken)
        grid.hidden_columns.update(part.hidden_columns)
        grid.hidden_rows.update(top + row for row in part.hidden_rows)
    grid.rows = rectangular(rows, width)
    return grid

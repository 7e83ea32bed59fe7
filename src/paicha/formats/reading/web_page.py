"""HTML → what stands on the page in turn: lines of text and tables; nothing runs and nothing is fetched.

Tags left open, fragments without <html> and what Excel, WPS and LibreOffice add are all usual. What a page could claim
without end (tables, nesting, the length of one tag) is bounded here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from html.parser import HTMLParser

from paicha.formats.reading.model import FileRefused
from paicha.formats.reading.web_table import (
    Attributes,
    Budget,
    Content,
    SheetMark,
    WebCell,
    WebTable,
    is_hidden,
)

_PART = 1 << 16  # characters given to the parser at once
_LONGEST_TAG = 1 << 20  # a photo within a page is one tag
_MAX_PIECES = 10_000_000  # tags and texts: twice what the cells of the largest sheet need
_MAX_TABLES = 1_000
_MAX_DEPTH = 40
_SECTIONS = ("thead", "tbody", "tfoot")
_BLOCKS = frozenset(
    ("p", "div", "li", "ul", "ol", "dl", "dt", "dd", "h1", "h2", "h3", "h4", "h5", "h6", "center", "form", "section",
     "article", "header", "footer", "pre", "hr")
)  # fmt: skip
_SILENT = frozenset(("title", "script", "style", "template", "noscript", "noframes", "xml", "object", "svg"))
_CONTROLS = frozenset(("a", "button", "nav"))  # outside of tables they are menus, not headings
_EMPTY = frozenset(
    ("br", "hr", "img", "input", "col", "meta", "link", "base", "wbr", "area", "embed", "param")
)
_WHITE = re.compile(r"[ \t\r\n\f]+")
# Excel and WPS wrap the lines of a page's source anywhere, between two Chinese characters too.
_WRAPPED = re.compile(r"(?<=[\u2e80-\u9fff\uff00-\uffef])[ \t]*\r?\n[ \t]*(?=[\u2e80-\u9fff\uff00-\uffef])")
_SHEET_MARK = re.compile(r"table[0-9]{1,4}")
_OFFICE = re.compile(r"excel|wps|kingsoft", re.IGNORECASE)


@dataclass(slots=True)
class _Open:
    """A table that is being read, and what was silent around it."""

    table: WebTable
    around: tuple[str, int]
    in_row: bool = False
    section_hidden: bool = False
    cell: WebCell | None = None


class WebPage(HTMLParser):
    """Reads one page. Afterwards `items` are its lines and tables; `login` and `frames` tell what else it is."""

    def __init__(self, budget: Budget) -> None:
        super().__init__(convert_charrefs=True)
        self.items: Content = []
        self.login = False
        self.frames = False
        self._budget = budget
        self._tables: list[_Open] = []
        self._count = 0
        self._pieces = 0
        self._silent = ""  # the element whose text is not shown,
        self._silent_depth = 0  # and how deep its like is nested in it
        self._control = 0
        self._options: list[tuple[bool, str]] | None = None  # of a <select>
        self._mark: list[str] | None = None  # the name of a sheet, while it is read
        self._office = False
        self._starts: dict[str, Callable[[Attributes], None]] = {
            "table": self._start_table, "tr": self._start_row, "td": self._start_cell, "th": self._start_cell,
            "col": self._start_column, "br": lambda _: self._write("\n"), "input": self._start_input,
            "select": self._start_select, "option": self._start_option, "meta": self._start_meta,
            "a": self._start_anchor, "em": self._start_emphasis, "frameset": self._start_frames,
        } | dict.fromkeys(_SECTIONS, self._start_section)  # fmt: skip
        self._ends: dict[str, Callable[[], None]] = {
            "table": self._end_table, "tr": self._end_row, "td": self._end_cell, "th": self._end_cell,
            "select": self._end_select, "a": self._end_anchor, "body": self._end_page, "html": self._end_page,
        } | dict.fromkeys(_SECTIONS, self._end_row)  # fmt: skip

    def read(self, pieces: Iterable[str]) -> None:
        """The whole page. Raises F04, F11, F32 where it is too much, F33 where it breaks off within a table."""
        for piece in pieces:
            start = 0
            while start < len(
                piece
            ):  # an open tag is looked at anew for each part: as long as it is, so is the part
                end = start + min(max(_PART, len(self.rawdata)), _LONGEST_TAG // 4)
                self.feed(piece[start:end])
                start = end
                if len(self.rawdata) > _LONGEST_TAG or self._pieces > _MAX_PIECES:
                    raise FileRefused("F04", file=self._budget.file)
        self.feed(" ")  # an unfinished tag at the end is none; `close` would look at it again for each <
        if self._tables:
            rows = max(len(entry.table.rows) for entry in self._tables)
            raise FileRefused("F33", file=self._budget.file, rows=rows)

    def parse_html_declaration(self, i: int) -> int:
        """`<!doctype …>`, `<![if …]>`: up to the next >, as browsers read them."""
        end = self.rawdata.find(">", i)
        if end >= 0:
            self.unknown_decl(self.rawdata[i + 2 : end])
        return end + 1 if end >= 0 else -1

    def unknown_decl(self, data: str) -> None:
        """Conditions of Office: what stands under `!supportAnnotations` is no text of the cell."""
        if data.startswith("[if !supportAnnotations") and not self._silent:
            self._silent, self._silent_depth = "![if", 1
        elif data.startswith("[endif") and self._silent == "![if":
            self._silent = ""

    # Text

    def handle_data(self, data: str) -> None:
        self._pieces += 1
        if self._silent:
            return
        if self._mark is not None:
            self._mark.append(data)
            return
        if self._options is not None:
            if self._options:
                chosen, text = self._options[-1]
                self._options[-1] = chosen, text + data
            return
        if "\n" in data or "\t" in data or "\r" in data or "  " in data:
            data = _WHITE.sub(" ", _WRAPPED.sub("", data) if self._office else data)
        self._write(data)

    def _write(self, text: str) -> None:
        entry = self._tables[-1] if self._tables else None
        if entry is not None and entry.cell is not None:
            entry.cell.content.append(text)
        elif self._control or (entry is not None and not text.strip()):
            return  # a menu, or blanks between rows
        else:
            self._around(len(self._tables) - 1).append(text)

    def _around(self, depth: int) -> Content:
        """What holds the open table of that depth: the nearest cell, or the page."""
        for entry in reversed(self._tables[: max(depth, 0)]):
            if entry.cell is not None:
                return entry.cell.content
        return self.items

    # Elements

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._pieces += 1
        attributes = {name: value or "" for name, value in reversed(attrs)} if attrs else {}
        if self._silent and tag != "table":
            self._silent_depth += tag == self._silent
            if tag == "body":
                self._silent = ""  # <title> or <xml> was left open
            return
        handler = self._starts.get(tag)
        if handler is not None:
            handler(attributes)
            return
        if tag in _BLOCKS:
            self._write("\n")
        self._control += tag in _CONTROLS
        hidden = bool(attributes) and not self._office and tag not in _EMPTY and is_hidden(attributes)
        if tag in _SILENT or hidden:
            self._silent, self._silent_depth = tag, 1

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _EMPTY and tag not in ("p", "div"):  # browsers don't close these by />
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._silent:
            self._silent_depth -= tag == self._silent
            if self._silent_depth == 0:
                self._silent = ""
                return
            if tag not in self._ends or not self._tables:
                return
            self._silent = ""  # something hidden was left open in a cell
        handler = self._ends.get(tag)
        if handler is not None:
            handler()
        elif tag in _BLOCKS:
            self._write("\n")
        if tag in _CONTROLS and self._control:
            self._control -= 1

    def _start_meta(self, attributes: Attributes) -> None:
        if attributes.get("name", "").lower() == "generator":
            self._office = bool(_OFFICE.search(attributes.get("content", "")))

    def _start_frames(self, _: Attributes) -> None:
        self.frames = True

    # Tables

    def _start_table(self, attributes: Attributes) -> None:
        self._count += 1
        if self._count > _MAX_TABLES or len(self._tables) >= _MAX_DEPTH:
            raise FileRefused("F32", file=self._budget.file, limit=_MAX_TABLES)
        unseen = self._silent not in ("", "title", "xml", "![if")
        around = (self._silent, self._silent_depth) if unseen else ("", 0)
        self._silent, self._control = "", 0
        self._tables.append(_Open(WebTable(self._budget, unseen or is_hidden(attributes)), around))

    def _end_table(self) -> None:
        if not self._tables:
            return
        self._end_row()
        entry = self._tables.pop()
        self._silent, self._silent_depth = entry.around
        self._around(len(self._tables)).extend(entry.table.merge_nested())

    def _end_page(self) -> None:
        """The page came to its end, whatever was left open on it."""
        while self._tables:
            self._end_table()

    def _start_section(self, attributes: Attributes) -> None:
        self._end_row()
        if self._tables:
            self._tables[-1].table.end_section()
            self._tables[-1].section_hidden = is_hidden(attributes)

    def _start_column(self, attributes: Attributes) -> None:
        if self._tables:
            self._tables[-1].table.describe_columns(attributes)

    def _start_row(self, attributes: Attributes) -> None:
        if not self._tables:  # a fragment that begins with its rows
            self._start_table({})
        self._end_row()
        entry = self._tables[-1]
        entry.table.start_row(entry.section_hidden or is_hidden(attributes))
        entry.in_row = True

    def _end_row(self) -> None:
        if self._tables:
            self._end_cell()
            self._tables[-1].in_row = False

    def _start_cell(self, attributes: Attributes) -> None:
        self._end_cell()
        if not self._tables or not self._tables[-1].in_row:
            self._start_row({})
        self._tables[-1].cell = WebCell(attributes)

    def _end_cell(self) -> None:
        entry = self._tables[-1] if self._tables else None
        if entry is not None and entry.cell is not None:
            cell, entry.cell = entry.cell, None
            self._options, self._control = None, 0
            entry.table.add(cell)

    # Fields of a form, as a page that was saved with them shows them

    def _start_input(self, attributes: Attributes) -> None:
        kind = attributes.get("type", "text").lower()
        if kind == "password":
            self.login = True
        elif kind in ("checkbox", "radio"):
            self._write("√" if "checked" in attributes else "□")
        elif kind not in ("hidden", "button", "submit", "reset", "image", "file"):
            self._write(attributes.get("value", ""))

    def _start_select(self, _: Attributes) -> None:
        self._options = []

    def _start_option(self, attributes: Attributes) -> None:
        if self._options is not None:
            self._options.append(("selected" in attributes, ""))

    def _end_select(self) -> None:
        options, self._options = self._options or [], None
        chosen = [text for selected, text in options if selected] or [text for _, text in options]
        self._write(" ".join(text.strip() for text in chosen))

    # Names of sheets, as LibreOffice writes them: <a name="table0"><h1>Sheet 1: <em>NAME</em></h1></a>

    def _start_anchor(self, attributes: Attributes) -> None:
        if not self._tables and _SHEET_MARK.fullmatch(attributes.get("name", "")):
            self._mark = []
        elif "href" in attributes or "onclick" in attributes:
            self._control = 1

    def _start_emphasis(self, _: Attributes) -> None:
        if self._mark is not None:
            self._mark = []

    def _end_anchor(self) -> None:
        self._control = 0
        if self._mark is not None:
            self.items.append(SheetMark("".join(self._mark).strip()))
            self._mark = None

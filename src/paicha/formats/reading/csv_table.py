"""Text tables: comma, semicolon or tab, in any encoding that a spreadsheet or a Chinese system writes."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator

from paicha.formats.reading.grid import MAX_CELLS, MAX_COLUMNS, MAX_ROWS, Grid, Raw, rectangular
from paicha.formats.reading.model import FileRefused
from paicha.formats.reading.text import unwrap, whole_text

_LONGEST_LINE = 200_000
_LINE = re.compile(r"[^\r\n]*(?:\r\n|[\r\n])|[^\r\n]+")
_DELIMITERS = ",;\t，"
_WRAPPERS = ("=", "'")


def read_csv_table(data: bytes, file: str) -> Grid:
    """The one table of a text file; its sheet has no name. Raises `FileRefused`."""
    text = whole_text(data, file)
    delimiter = _delimiter(text)
    try:
        rows: list[list[Raw]] = []
        width = 0
        for row in csv.reader(_lines(text, delimiter, file), delimiter=delimiter):
            width = max(width, len(row))
            rows.append([unwrap(field) if field[:1] in _WRAPPERS else field for field in row])
            if len(rows) > MAX_ROWS or width > MAX_COLUMNS or len(rows) * width > MAX_CELLS:
                raise FileRefused("F11", file=file, rows=len(rows), columns=width)
    except csv.Error:
        raise FileRefused("F04", file=file) from None
    return Grid("", rectangular(rows, width))


def _lines(text: str, delimiter: str, file: str) -> Iterator[str]:
    """The lines of the text; one that no row of a form can be is refused before it is cut into fields."""
    wrapped = re.compile(f'(^|{delimiter})="((?:[^"]|"")*)"(?=[{delimiter}\r\n]|$)')
    for number, match in enumerate(_LINE.finditer(text), 1):
        line = match[0]
        if len(line) > _LONGEST_LINE:
            columns = line.count(delimiter) + 1
            raise FileRefused("F11", file=file, rows=number, columns=columns)
        yield _quote(line, wrapped) if '="' in line else line


def _quote(line: str, wrapped: re.Pattern[str]) -> str:
    """The line with each `="a,b"` as a quoted field: csv would cut it at the delimiter within."""
    parts, at, quotes = [], 0, 0
    for match in wrapped.finditer(line):
        quotes += line.count('"', at, match.start())
        within = f'{match[1]}"{match[2]}"' if quotes % 2 == 0 else match[0]
        parts += [line[at : match.start()], within]
        at = match.end()
    return "".join(parts) + line[at:]


def _delimiter(text: str) -> str:
    """The delimiter that cuts the first lines into most columns, outside quotes."""
    sample = "".join(part for index, part in enumerate(text[:65536].split('"')) if index % 2 == 0)
    lines = sample.splitlines()[:40]
    best = max(_DELIMITERS, key=lambda mark: sum(min(line.count(mark), 40) for line in lines))
    return best if any(best in line for line in lines) else ","

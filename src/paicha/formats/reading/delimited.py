"""Text tables: UTF-8 with or without BOM, UTF-16 with BOM, GB18030; comma, semicolon or tab."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator

from paicha.formats.reading.grid import MAX_CELLS, MAX_COLUMNS, MAX_ROWS, Grid, Raw, rectangular
from paicha.formats.reading.model import FileRefused

_LONGEST_LINE = 200_000
_DELIMITERS = ",;\t，"


def read_delimited(data: bytes, file: str) -> Grid:
    """The one table of a text file; its sheet has no name. Raises `FileRefused`."""
    text = _decode(data, file)
    start = text[:4096].lstrip().lower()
    if start.startswith(("<!doctype html", "<html", "<table", "<?xml", "{", "%pdf")):
        raise FileRefused("F02", file=file, kind="网页或其他文件")
    if "\0" in text:
        raise FileRefused("F02", file=file, kind="程序文件")
    delimiter = _delimiter(text)
    try:
        rows: list[list[Raw]] = []
        width = 0
        for row in csv.reader(_lines(text, delimiter, file), delimiter=delimiter):
            width = max(width, len(row))
            rows.append(list(row))
            if len(rows) > MAX_ROWS or width > MAX_COLUMNS or len(rows) * width > MAX_CELLS:
                raise FileRefused("F11", file=file, rows=len(rows), columns=width)
    except csv.Error:
        raise FileRefused("F04", file=file) from None
    return Grid("", rectangular(rows, width))


def _lines(text: str, delimiter: str, file: str) -> Iterator[str]:
    """The lines of the text; one that no row of a form can be is refused before it is cut into fields."""
    for number, line in enumerate(io.StringIO(text, newline=""), 1):
        if len(line) > _LONGEST_LINE:
            columns = line.count(delimiter) + 1
            raise FileRefused("F11", file=file, rows=number, columns=columns)
        yield line


def _decode(data: bytes, file: str) -> str:
    encodings = (
        ["utf-16"]
        if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        else ["utf-8-sig", "gb18030"]
    )
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise FileRefused("F08", file=file)


def _delimiter(text: str) -> str:
    """The delimiter that cuts the first lines into most columns, outside quotes."""
    sample = "".join(part for index, part in enumerate(text[:65536].split('"')) if index % 2 == 0)
    lines = sample.splitlines()[:40]
    best = max(_DELIMITERS, key=lambda mark: sum(min(line.count(mark), 40) for line in lines))
    return best if any(best in line for line in lines) else ","

"""Bytes of a file → its sheets as grids, the format recognised by content, not by name."""

from __future__ import annotations

from collections.abc import Iterator

from paicha.formats.reading.archive import Archive
from paicha.formats.reading.grid import MAX_FILE, Grid
from paicha.formats.reading.markup import kind_of
from paicha.formats.reading.model import FileRefused
from paicha.formats.reading.odd_texts import clear_odd_texts
from paicha.formats.reading.ole import MAGIC
from paicha.formats.reading.other_formats import refuse_other_archive, refuse_other_format
from paicha.formats.reading.text import text_head


def open_grids(data: bytes, file: str) -> Iterator[Grid]:
    """Sheets one after another, so that one is in memory at a time; no text holds a control sign (`clear_odd_texts`).

    Raises `FileRefused`.
    """
    for grid in _grids(data, file):
        clear_odd_texts(grid)
        yield grid


def _grids(data: bytes, file: str) -> Iterator[Grid]:
    from paicha.formats.reading.web_archive import is_web_archive, read_web_archive  # noqa: PLC0415  (a reader loads the kind of file that it meets)
    from paicha.formats.reading.xls import read_xls  # noqa: PLC0415  (a reader loads the kind of file that it meets)
    from paicha.formats.reading.xlsx import read_xlsx  # noqa: PLC0415  (a reader loads the kind of file that it meets)

    if not data.strip(b"\0 \r\n\t"):
        raise FileRefused("F01", file=file)
    if len(data) > MAX_FILE:
        raise FileRefused("F10", file=file, limit=MAX_FILE >> 20)
    refuse_other_format(data, file)
    if data.startswith(b"PK"):
        archive = Archive(data, file)
        if "xl/workbook.xml" in archive.names:
            yield from read_xlsx(data, file, archive)
        elif "content.xml" in archive.names:
            from paicha.formats.reading.ods import read_ods  # noqa: PLC0415  (a reader loads the kind of file that it meets)

            yield from read_ods(file, archive)
        else:
            refuse_other_archive(archive)
    elif data.startswith(MAGIC):
        yield from read_xls(data, file)
    elif is_web_archive(data):
        yield from read_web_archive(data, file)
    else:
        yield from _read_text(data, file)


def _read_text(data: bytes, file: str) -> Iterator[Grid]:
    """A web page, a workbook as one XML, or lines; anything else that is markup is named. Raises `FileRefused`."""
    from paicha.formats.reading.csv_table import read_csv_table  # noqa: PLC0415  (a reader loads the kind of file that it meets)
    from paicha.formats.reading.spreadsheetml import read_spreadsheetml  # noqa: PLC0415  (a reader loads the kind of file that it meets)
    from paicha.formats.reading.web import read_page  # noqa: PLC0415  (a reader loads the kind of file that it meets)

    kind = kind_of(text_head(data, file))
    if kind == "page":
        yield from read_page(data, file)
    elif kind == "spreadsheetml":
        yield from read_spreadsheetml(data, file)
    elif kind == "flat_ods":
        from paicha.formats.reading.ods import read_flat_ods  # noqa: PLC0415  (a reader loads the kind of file that it meets)

        yield from read_flat_ods(data, file)
    elif kind == "answer":
        raise FileRefused("F34", file=file)
    elif kind:
        raise FileRefused("F02", file=file, kind=f"{kind.upper()} 数据")
    else:
        yield read_csv_table(data, file)

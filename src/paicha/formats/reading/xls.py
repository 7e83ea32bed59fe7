"""xls (Excel 97–2003, also WPS .et) through calamine, which knows its merged ranges."""

from __future__ import annotations

import io
from collections.abc import Iterator

import python_calamine as calamine

from paicha.formats.reading.grid import Grid, Raw, Span, without_booleans
from paicha.formats.reading.model import FileRefused


def read_xls(data: bytes, file: str) -> Iterator[Grid]:
    """Every worksheet in order. Raises `FileRefused`."""
    if "EncryptedPackage".encode("utf-16le") in data:
        raise FileRefused("F03", file=file)
    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        for meta in book.sheets_metadata:
            if meta.typ != calamine.SheetTypeEnum.WorkSheet:
                continue
            sheet = book.get_sheet_by_name(meta.name)
            rows: list[list[Raw]] = without_booleans(sheet.to_python(skip_empty_area=False))
            spans = [Span(*start, *end) for start, end in sheet.merged_cell_ranges or ()]
            hidden = meta.visible != calamine.SheetVisibleEnum.Visible
            yield Grid(meta.name, rows, spans, hidden=hidden)
    except calamine.PasswordError:
        raise FileRefused("F03", file=file) from None
    except (calamine.CalamineError, OSError, ValueError):
        raise FileRefused("F04", file=file) from None

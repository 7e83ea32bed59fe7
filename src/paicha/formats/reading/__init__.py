"""Reading what clerks send: bytes of a workbook → typed tables, every value with its cell."""

from __future__ import annotations

from datetime import date

from paicha.core.pack import Pack
from paicha.formats.reading.columns import repeats_above
from paicha.formats.reading.model import (
    PERSONS,
    ROSTER,
    Family,
    Fault,
    FileRefused,
    Headings,
    HouseholdTable,
    Person,
    PersonTable,
    ReadFile,
    VillageTable,
)
from paicha.formats.reading.reader import raw_rows, reader_for

__all__ = [
    "PERSONS", "ROSTER", "Family", "Fault", "FileRefused", "Headings", "HouseholdTable", "Person", "PersonTable",
    "ReadFile", "VillageTable", "kept_copy", "raw_rows", "read_file", "repeats_above",
]  # fmt: skip


def kept_copy(data: bytes, name: str, pack: Pack) -> bytes | None:
    """What may be kept of an uploaded file: a list of persons without what nobody reads; None: as it came."""
    return reader_for(pack).kept_copy(data, name)


def read_file(data: bytes, name: str, pack: Pack, near: date | None = None) -> ReadFile:
    """Read one file: xlsx, xls, ods, delimited text, a web page or SpreadsheetML, recognised by content.

    `near`, the day the round opens, dates what has no year (the pack's own day when absent). Raises
    `FileRefused` with one sentence for a file that is hostile, unreadable or holds no table.
    """
    return reader_for(pack, near).read(data, name)

"""xlsx: values through calamine, after a pass over the XML for what calamine does not tell (`sheet_xml`).

The pass comes first because calamine lays a sheet out as a dense rectangle: two cells in opposite
corners would take gigabytes.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping
from itertools import islice
from posixpath import join, normpath
from xml.etree.ElementTree import Element, ParseError, fromstring

import python_calamine as calamine

from paicha.formats.reading.archive import Archive
from paicha.formats.reading.calamine_guard import refuse_as_file
from paicha.formats.reading.grid import MAX_UNREAD, Grid, Place, Raw, without_booleans
from paicha.formats.reading.model import FileRefused
from paicha.formats.reading.sheet_xml import Scan, scan_sheet

_LARGEST_LIST = 4 << 20  # the workbook's list of sheets, or of its relations


def read_xlsx(data: bytes, file: str, archive: Archive) -> Iterator[Grid]:
    """Every worksheet in order. Raises `FileRefused`."""
    try:
        yield from _read(data, file, archive)
    except FileRefused as refused:
        if refused.code == "F04":
            raise FileRefused(_cause(Archive(data, file)), file=file) from None
        raise


def _cause(archive: Archive) -> str:
    """Why a workbook could not be read: F14 a macro sheet, F07 a definition of entities, F04 damage."""
    for name in sorted(archive.names):
        if name.lower().endswith((".xml", ".rels")):
            beginning = next(archive.pieces(name), b"")
            if b"/xlMacrosheet" in beginning and name.lower().endswith("workbook.xml.rels"):
                return "F14"
            if b"<!DOCTYPE" in beginning or b"<!ENTITY" in beginning:
                return "F07"
    return "F04"


def _read(data: bytes, file: str, archive: Archive) -> Iterator[Grid]:
    parts, computed = _sheet_parts(archive)
    scans = {name: scan_sheet(archive.pieces(part), file, name) for name, part in parts.items()}
    _guard_other_parts(archive)
    rewrites = {parts[name]: scan.rewrites for name, scan in scans.items() if scan.rewrites}
    if rewrites:
        data = _rewritten(data, file, rewrites)
    with refuse_as_file(file):
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheets = [meta for meta in book.sheets_metadata if meta.typ == calamine.SheetTypeEnum.WorkSheet]
    for meta in sheets:
        scan = scans.get(meta.name) or Scan()
        with refuse_as_file(file):
            rows: list[list[Raw]] = book.get_sheet_by_name(meta.name).to_python(skip_empty_area=False)
        if scan.booleans:
            rows = without_booleans(rows)
        yield _grid(meta, rows, scan, computed)


def _grid(meta: calamine.SheetMetadata, rows: list[list[Raw]], scan: Scan, computed: bool) -> Grid:
    """The sheet with what was found besides its values."""
    formulas = (place for place in scan.formulas() if _is_empty(_value(rows, place), computed))
    return Grid(
        meta.name, rows, scan.merges, set(islice(formulas, MAX_UNREAD)), scan.broken, scan.hidden_columns,
        meta.visible != calamine.SheetVisibleEnum.Visible, scan.pictures, scan.hidden_rows,
    )  # fmt: skip


def _is_empty(value: Raw, computed: bool) -> bool:
    """Whether a formula was never computed. Writers that can't compute leave it blank, or store 0 and ask
    the spreadsheet to compute all when it opens; then a 0 may be anything."""
    return value == "" or (not computed and type(value) in (int, float) and value == 0)


def _value(rows: list[list[Raw]], place: Place) -> Raw:
    row, column = place
    return rows[row][column] if row < len(rows) and column < len(rows[row]) else ""


def _rewritten(data: bytes, file: str, rewrites: Mapping[str, list[tuple[int, str, str]]]) -> bytes:
    """The workbook with references of its sheets written as calamine reads them: `1:1` as `A1:XFD1`."""
    archive = Archive(data, file)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as copy:
        for name in sorted(archive.names):
            content, done, kept = archive.read(name), 0, []
            for begin, written, read in rewrites.get(name, []):
                at = content.find(written.encode(), begin)
                if at >= 0:
                    kept += [content[done:at], read.encode()]
                    done = at + len(written)
            copy.writestr(name, b"".join([*kept, content[done:]]))
    return stream.getvalue()


def _sheet_parts(archive: Archive) -> tuple[dict[str, str], bool]:
    """Sheet name → its part, by the workbook's relations: wherever it lies and in whatever case, as calamine
    does; and whether the values of formulas are computed ones (`_is_empty`)."""
    spelt = {name.lower(): name for name in archive.names}
    if len(spelt) != len(archive.names):  # two parts that differ in case alone: readers disagree on which
        raise FileRefused("F04", file=archive.file)
    targets = {}
    for relation in _tree(archive, spelt.get("xl/_rels/workbook.xml.rels")):
        target = relation.get("Target", "")
        path = target[1:] if target.startswith("/") else normpath(join("xl", target))
        if relation.get("Type", "").endswith("/worksheet"):
            targets[relation.get("Id")] = spelt.get(path.lower())
    parts = {}
    workbook = _tree(archive, spelt.get("xl/workbook.xml"))
    for sheet in (sheet for sheets in workbook if sheets.tag.endswith("}sheets") for sheet in sheets):
        named = next((value for key, value in sheet.items() if key.endswith("}id")), None)
        part = targets.get(named)
        if part is not None:
            parts[sheet.get("name", "")] = part
    asks = any(entry.get("fullCalcOnLoad") in {"1", "true", "on"} for entry in workbook)
    return parts, not asks


def _tree(archive: Archive, name: str | None) -> Element:
    """A small part as a tree. Raises F04 where it is missing or no XML, F07 where it defines entities."""
    if name is None:
        raise FileRefused("F04", file=archive.file)
    content = archive.read(name, _LARGEST_LIST)
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise FileRefused("F07", file=archive.file)
    if b"\0" in content:  # UTF-16, in which a definition of entities would not have been seen
        raise FileRefused("F04", file=archive.file)
    try:
        return fromstring(content)  # noqa: S314  (no DTD, so no entities)
    except ParseError:
        raise FileRefused("F04", file=archive.file) from None


def _guard_other_parts(archive: Archive) -> None:
    """Count what calamine unpacks besides the sheets: texts and styles, where they could be large."""
    for name in sorted(archive.names):
        if name.lower().endswith(("sharedstrings.xml", "styles.xml")) and archive.may_be_large(name):
            for _ in archive.pieces(name):
                pass

"""Hostile files, made at test time: what a person or a broken program may send to hurt the import.

Each must end in one Chinese sentence, or be read as what it is, with bounded memory and time, and never in a
traceback. `HOSTILE` lists them with what is expected. Nothing big lies in the repository: `make` writes a file
into a directory of the test; only the three files under a password are kept, since LibreOffice makes them
(`../messy/typed/make_tables.py password-*.txt`).
"""

from __future__ import annotations

import shutil
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tests.formats.hostile.building import (
    MAIN,
    XML,
    append_raw,
    deflated,
    escaped,
    sheet,
    sheet_rows,
    table,
    write_xlsx,
    xlsx_parts,
)

HERE = Path(__file__).resolve().parent
MESSY = HERE.parent / "messy"

INJECTIONS = (
    "=cmd|'/C calc'!A0",
    "+1",
    "-1",
    "@SUM(1+1)",
    '=HYPERLINK("http://example.invalid","王")',
    "\t=1+1",
)

Expect = Literal["refused", "read", "either"]


@dataclass(frozen=True)
class Hostile:
    """One hostile file: its name, how it is made, and what must come of it.

    `expect`: "refused" ends in one sentence with nothing taken in; "read" takes in `households`; "either" may
    do one or the other. In all three no answer or message may hold `never`, and each file is done within
    `seconds` and `megabytes` of memory above the idle program.
    """

    name: str
    write: Callable[[Path], None]
    expect: Expect
    why: str
    households: int = 0
    never: str = ""
    seconds: float = 20.0
    megabytes: int = 600

    def make(self, directory: Path) -> Path:
        """Write the file into the directory and return its path."""
        path = directory / self.name
        self.write(path)
        return path


def bomb(path: Path, claimed: int | None = None) -> None:
    """A sheet of 2.2 GB of spaces after a sound table, in about 2 MB; `claimed` is the size it pretends to have."""
    body = sheet(sheet_rows(table(["王石峁"])))
    head, tail = body.split("</sheetData>")
    stream, checksum, size = deflated(head.encode(), b" " * (1 << 24), 132, b"</sheetData>" + tail.encode())
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in xlsx_parts().items():
            archive.writestr(name, text)
    append_raw(path, "xl/worksheets/sheet1.xml", stream, checksum, size if claimed is None else claimed)


def zip_bomb(path: Path) -> None:
    bomb(path)


def zip_bomb_lying(path: Path) -> None:
    bomb(path, claimed=2_000)


def billion_laughs(path: Path) -> None:
    """Entities that grow tenfold nine times, used as the first shared string."""
    entities = '<!ENTITY l0 "lol">' + "".join(
        f'<!ENTITY l{level} "{f"&l{level - 1};" * 10}">' for level in range(1, 10)
    )
    strings = (
        f'{XML}<!DOCTYPE sst [{entities}]><sst xmlns="{MAIN}" count="1" uniqueCount="1">'
        "<si><t>&l9;</t></si></sst>"
    )
    write_xlsx(path, sheet('<row r="1"><c r="A1" t="s"><v>0</v></c></row>'), strings)


def external_entity(path: Path) -> None:
    """A shared string that asks for a file beside it, which holds a secret."""
    secret = path.parent / "secret.txt"
    secret.write_text("TOPSECRET", encoding="utf-8")
    strings = (
        f'{XML}<!DOCTYPE sst [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
        f'<sst xmlns="{MAIN}" count="1" uniqueCount="1"><si><t>&x;</t></si></sst>'
    )
    rows = sheet_rows(table([])) + '<row r="4"><c r="B4" t="s"><v>0</v></c></row>'
    write_xlsx(path, sheet(rows), strings)


def million_rows(path: Path) -> None:
    """One household, then formatted empty rows down to the last one, in a sheet that claims every cell."""
    rows = sheet_rows(table(["王石峁"]))
    empty = "".join(f'<row r="{number}" s="0" customFormat="1" ht="15"/>' for number in range(5, 1_048_577))
    write_xlsx(path, sheet(rows + empty, "A1:XFD1048576"))


def far_cell(path: Path) -> None:
    """One household, and one cell in the last corner: a dense grid between them has 17 billion cells."""
    rows = sheet_rows(table(["王石峁"]))
    corner = '<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>.</t></is></c></row>'
    write_xlsx(path, sheet(rows + corner, "A1:XFD1048576"))


def ods(path: Path, rows: str) -> None:
    spaces = " ".join(
        f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{short}:1.0"'
        for short in ("office", "table", "text")
    )
    content = (
        f'{XML}<office:document-content {spaces} office:version="1.2"><office:body><office:spreadsheet>'
        f'<table:table table:name="一般农户">{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    manifest = (
        f'{XML}<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        '<manifest:file-entry manifest:full-path="/" '
        'manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/>'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            zipfile.ZipInfo("mimetype"), "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED
        )
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", manifest)


def ods_rows(rows: list[list[str]]) -> str:
    return "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{escaped(text)}</text:p></table:table-cell>'
            for text in row
        )
        + "</table:table-row>"
        for row in rows
    )


def ods_repeated(path: Path) -> None:
    """One household and a million empty rows in one element, as LibreOffice itself writes a formatted sheet."""
    tail = (
        '<table:table-row table:number-rows-repeated="1048572">'
        '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    )
    ods(path, ods_rows(table(["王石峁"])) + tail)


def ods_filled(path: Path) -> None:
    """A text repeated over every cell of the sheet, by two attributes."""
    row = (
        '<table:table-row table:number-rows-repeated="1048576">'
        '<table:table-cell table:number-columns-repeated="16384" office:value-type="string">'
        "<text:p>王</text:p></table:table-cell></table:table-row>"
    )
    ods(path, row)


def ods_billion(path: Path) -> None:
    """A repetition that no sheet can hold."""
    ods(
        path,
        ods_rows(table([]))
        + '<table:table-row table:number-rows-repeated="99999999999"><table:table-cell/></table:table-row>',
    )


# --- texts that turn into something else --------------------------------------------------------------------


def injection_xlsx(path: Path) -> None:
    write_xlsx(path, sheet(sheet_rows(table(INJECTIONS))))


def injection_csv(path: Path) -> None:
    lines = (",".join('"' + text.replace('"', '""') + '"' for text in row) for row in table(INJECTIONS))
    path.write_text("\r\n".join(lines) + "\r\n", encoding="utf-8-sig")


# --- files that are not what they say -----------------------------------------------------------------------


def csv_as_xlsx(path: Path) -> None:
    path.write_text("\n".join(",".join(row) for row in table(["王石峁"])), encoding="utf-8")


def png_as_xls(path: Path) -> None:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\x00\xff\xff\xff")
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )


def html_as_xls(path: Path) -> None:
    rows = "".join(
        "<tr>" + "".join(f"<td>{text}</td>" for text in row) + "</tr>" for row in table(["王石峁"])
    )
    path.write_text(f'<html><meta charset="utf-8"><table>{rows}</table></html>', encoding="utf-8")


def spans_html(path: Path) -> None:
    """A sound table, its title over 100,000 columns, its last cell down to row 65534, blank cells that claim more."""
    rows = "".join(
        "<tr>" + "".join(f"<td>{text}</td>" for text in row) + "</tr>" for row in table(["王石峁"])
    )
    rows = (
        rows.replace("<td>", '<td colspan="100000">', 1)
        + '<tr><td rowspan="99999999" colspan="1000"></td></tr>' * 3
    )
    path.write_text(f"<table>{rows}</table>", encoding="gb18030")


def docx_as_xlsx(path: Path) -> None:
    """A sound zip without a workbook."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", f"{XML}<document/>")


def empty(path: Path) -> None:
    path.write_bytes(b"")


def half(name: str) -> Callable[[Path], None]:
    """The first half of a sound file of the messy tables."""

    def write(path: Path) -> None:
        data = (MESSY / name).read_bytes()
        path.write_bytes(data[: len(data) // 2])

    return write


def looping_xls(path: Path) -> None:
    """An xls whose workbook stream leads back to its own first sector for ever."""
    data = bytearray((MESSY / "01-general-title-rows.xls").read_bytes())
    directory = 512 * (struct.unpack_from("<I", data, 48)[0] + 1)
    table_at = 512 * (struct.unpack_from("<I", data, 76)[0] + 1)
    for entry in range(directory, directory + 512, 128):
        length = struct.unpack_from("<H", data, entry + 64)[0]
        if data[entry : entry + length].decode("utf-16-le").rstrip("\0") == "Workbook":
            start = struct.unpack_from("<I", data, entry + 116)[0]
            struct.pack_into("<I", data, table_at + 4 * start, start)
            struct.pack_into("<I", data, entry + 120, 0x7FFFFFFF)
            break
    else:
        raise AssertionError("no workbook stream in the xls")
    path.write_bytes(data)


def locked(suffix: str) -> Callable[[Path], None]:
    """A form 1-1 that LibreOffice saved under a password."""

    def write(path: Path) -> None:
        shutil.copyfile(HERE / f"password{suffix}", path)

    return write


# --- texts without end --------------------------------------------------------------------------------------


def one_line(piece: bytes) -> Callable[[Path], None]:
    """50 MB in one line."""

    def write(path: Path) -> None:
        with path.open("wb") as file:
            for _ in range(50):
                file.write(piece * ((1 << 20) // len(piece)))

    return write


def bad_bytes(path: Path) -> None:
    """Neither UTF-8 nor GB18030."""
    path.write_bytes(b"\xff\xfe\xff,\x80\x81\n" * 20)


def spreadsheetml(piece: bytes) -> Callable[[Path], None]:
    """50 MB of one piece in the table of a sheet of Excel 2003's XML."""
    uri = "urn:schemas-microsoft-com:office:spreadsheet"

    def write(path: Path) -> None:
        with path.open("wb") as file:
            file.write(f'<Workbook xmlns="{uri}" xmlns:ss="{uri}"><Worksheet><Table><Row>'.encode())
            for _ in range(50):
                file.write(piece * ((1 << 20) // len(piece)))

    return write


HOSTILE = (
    Hostile("zip_bomb.xlsx", zip_bomb, "refused", "2.2 GB of spaces in a sheet of 2 MB"),
    Hostile(
        "zip_bomb_lying.xlsx", zip_bomb_lying, "refused", "the same, claiming 2,000 bytes in its headers"
    ),
    Hostile("billion_laughs.xlsx", billion_laughs, "refused", "entities that grow to 3 GB", never="lollol"),
    Hostile(
        "external_entity.xlsx", external_entity, "refused", "an entity that reads a file", never="TOPSECRET"
    ),
    Hostile("million_rows.xlsx", million_rows, "either", "a million formatted empty rows", 1),
    Hostile("far_cell.xlsx", far_cell, "either", "one cell at XFD1048576: 17 billion cells if dense", 1),
    Hostile("ods_repeated.ods", ods_repeated, "read", "a million empty rows in one element, quite usual", 1),
    Hostile("ods_filled.ods", ods_filled, "refused", "17 billion filled cells in one element"),
    Hostile("ods_billion.ods", ods_billion, "either", "more rows than a sheet has, and no household"),
    Hostile(
        "injection.xlsx",
        injection_xlsx,
        "either",
        "names that are formulas: text, in and out; or refused row by row",
        6,
    ),
    Hostile("injection.csv", injection_csv, "either", "the same in csv", 6),
    Hostile(
        "csv_as.xlsx", csv_as_xlsx, "either", "a csv under another name: the sentence, or read by content", 1
    ),
    Hostile("png_as.xls", png_as_xls, "refused", "a picture"),
    Hostile("html_as.xls", html_as_xls, "read", "a web page, as many sites export one", 1),
    Hostile("tags.html", one_line(b"<"), "refused", "50 MB of tags that never begin"),
    Hostile("cells.html", one_line(b"<td>1"), "refused", "50 MB of cells in one row"),
    Hostile("rows.html", one_line(b"<tr>"), "refused", "13 million rows"),
    Hostile("spans.html", spans_html, "either", "cells that claim to reach everywhere", 1),
    Hostile("nested.html", one_line(b"<table><tr><td>"), "refused", "3 million tables within each other"),
    Hostile("attributes.html", one_line(b"<a b='"), "refused", "a tag of 50 MB"),
    Hostile("depth.xml", spreadsheetml(b"<a>"), "refused", "17 million elements within each other"),
    Hostile(
        "rows.xml", spreadsheetml(b"<Cell><Data>1</Data></Cell></Row><Row>"), "refused", "1.3 million rows"
    ),
    Hostile("merges.xml", spreadsheetml(b"<Cell ss:MergeDown='9'/>"), "refused", "2 million merged ranges"),
    Hostile("docx_as.xlsx", docx_as_xlsx, "refused", "a zip without a workbook"),
    Hostile(
        "password.xlsx", locked(".xlsx"), "refused", "under a password: an OLE container", never="王石峁"
    ),
    Hostile("password.xls", locked(".xls"), "refused", "under a password", never="王石峁"),
    Hostile("password.ods", locked(".ods"), "refused", "under a password", never="王石峁"),
    Hostile("half.xlsx", half("02-general-groups-one-sheet.xlsx"), "refused", "a zip cut in half"),
    Hostile("half.ods", half("03-general-sheet-per-group.ods"), "refused", "a zip cut in half"),
    Hostile("half.xls", half("01-general-title-rows.xls"), "refused", "an xls cut in half"),
    Hostile("looping.xls", looping_xls, "refused", "a stream of sectors that leads back to itself"),
    Hostile("empty.xlsx", empty, "refused", "no bytes"),
    Hostile("empty.csv", empty, "refused", "no bytes"),
    Hostile("commas.csv", one_line(b"1,"), "refused", "one line of 50 MB, 26 million fields"),
    Hostile(
        "one_field.csv", one_line("王石峁 ".encode("gb18030")), "refused", "one line of 50 MB, one field"
    ),
    Hostile(
        "open_quote.csv",
        one_line(b'"\n'),
        "refused",
        "50 MB of quotes and line breaks: fields that never end well",
    ),
    Hostile("bad_bytes.csv", bad_bytes, "refused", "neither UTF-8 nor GB18030"),
)

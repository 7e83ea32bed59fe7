"""Files that are not read: each is told what it is, and what helps."""

from __future__ import annotations

import io
import struct
import subprocess
import zipfile
from pathlib import Path

import openpyxl
import pytest
from tests.formats.hostile.building import (
    OFFICE,
    XML,
    escaped,
    household,
    sheet,
    sheet_rows,
    table,
    xlsx_parts,
)
from tests.formats.reading.conftest import workbook
from tests.formats.xls_writer import container, record
from tests.formats.xls_writer import sheet as xls_sheet
from tests.formats.xls_writer import workbook as xls_workbook

from paicha.core.pack import Pack
from paicha.formats.reading import FileRefused, HouseholdTable, read_file

MACRO = "http://schemas.microsoft.com/office/2006/relationships/xlMacrosheet"


def zipped(parts: dict[str, str]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return stream.getvalue()


def biff5(stream: str) -> bytes:
    """A sheet of Excel 95: texts are bytes of code page 936."""
    start = record(0x0809, struct.pack("<HHHH", 0x0500, 0x0005, 0, 0)) + record(
        0x0042, struct.pack("<H", 936)
    )
    name = "附件1-1".encode("gb18030")
    bound = struct.pack("<IHB", len(start) + 4 + 7 + len(name) + 4, 0, len(name)) + name
    cells = b""
    for row, values in enumerate(table(["刘志强"])):
        for column, value in enumerate(values):
            text = value.encode("gb18030")
            cells += record(0x0204, struct.pack("<HHHH", row, column, 0, len(text)) + text)
    body = record(0x0809, struct.pack("<HHHH", 0x0500, 0x0010, 0, 0)) + cells + record(0x000A)
    return container({stream: start + record(0x0085, bound) + record(0x000A) + body})


def bare_biff(version: int) -> bytes:
    mark = {
        2: b"\x09\0\x04\0\x02\0\x10\0",
        3: b"\x09\x02\x06\0\0\0\x10\0\0\0",
        4: b"\x09\x04\x06\0\0\0\x10\0\0\0",
    }
    label = struct.pack("<HHHHH", 0x0204, 14, 0, 0, 0) + struct.pack("<H", 6) + "户主姓".encode("gb18030")
    return mark[version] + label + record(0x000A)


def sylk() -> bytes:
    lines = ["ID;PWXL;N;E"]
    for row, values in enumerate(table(["刘志强"]), 1):
        lines += [f'C;Y{row};X{column};K"{value}"' for column, value in enumerate(values, 1)]
    return "\r\n".join([*lines, "E"]).encode("gb18030")


def dif() -> bytes:
    lines = ["TABLE", "0,1", '"EXCEL"', "VECTORS", "0,2", '""', "DATA", "0,0", '""']
    for values in table(["刘志强"]):
        lines += ["-1,0", "BOT", *(part for value in values for part in ("1,0", f'"{value}"'))]
    return "\r\n".join([*lines, "-1,0", "EOD"]).encode("gb18030")


def macro_sheet() -> bytes:
    parts = xlsx_parts() | {"xl/worksheets/sheet1.xml": sheet(sheet_rows(table(["刘志强"])))}
    relation = f'<Relationship Id="rId9" Type="{MACRO}" Target="macrosheets/sheet1.xml"/></Relationships>'
    name = "xl/_rels/workbook.xml.rels"
    parts[name] = parts[name].replace("</Relationships>", relation)
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(
        "</sheets>", '<sheet name="Macro1" sheetId="2" r:id="rId9"/></sheets>'
    )
    parts["xl/macrosheets/sheet1.xml"] = (
        f'{XML}<xm:macrosheet xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main" xmlns:r="{OFFICE}"/>'
    )
    return zipped(parts)


def entities() -> bytes:
    """Defined in the table of texts, which calamine reads."""
    parts = xlsx_parts(True) | {
        "xl/worksheets/sheet1.xml": sheet('<row r="1"><c r="A1" t="s"><v>0</v></c></row>')
    }
    parts["xl/sharedStrings.xml"] = f'{XML}<!DOCTYPE sst [<!ENTITY a "b">]><sst><si><t>&a;</t></si></sst>'
    return zipped(parts)


def bitmap() -> bytes:
    body = struct.pack("<IIIIHHIIIIII", 54 + 4, 0, 54, 40, 1, 1, 1, 24, 0, 4, 0, 0)
    return (b"BM" + struct.pack("<I", 58) + body[4:]).ljust(58, b"\0")[:58]


NOT_READ = {
    "excel95.xls": (lambda: biff5("Book"), "F12", "Excel 95"),
    "excel5.xls": (lambda: biff5("Workbook"), "F12", "Excel 95"),
    "excel2.xls": (lambda: bare_biff(2), "F12", "Excel 95"),
    "excel3.xls": (lambda: bare_biff(3), "F12", "Excel 95"),
    "excel4.xls": (lambda: bare_biff(4), "F12", "Excel 95"),
    "a.slk": (sylk, "F13", "SYLK"),
    "sylk.xls": (sylk, "F13", "SYLK"),
    "a.dif": (dif, "F13", "DIF"),
    "a.wk1": (lambda: b"\0\0\x02\0\x06\x04\x06\0\x08\0" + bytes(40), "F13", "Lotus"),
    "a.xlsb": (lambda: zipped({"xl/workbook.bin": "", "xl/worksheets/sheet1.bin": ""}), "F13", "xlsb"),
    "a.numbers": (lambda: zipped({"Index/Document.iwa": "", "Metadata/Properties.plist": ""}), "F13", "Numbers"),
    "a.xlsm": (macro_sheet, "F14", "宏"),
    "bomb.xlsx": (entities, "F07", "实体"),
    "lost.xlsx": (lambda: zipped({"[Content_Types].xml": "", "xl/styles.xml": ""}), "F04", "损坏"),
    "lost.ods": (
        lambda: zipped({"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}), "F04", "损坏"
    ),
    "a.zip": (lambda: zipped({"一村.xlsx": ""}), "F02", "压缩包"),
    "a.bmp": (bitmap, "F02", "图片"),
    "a.webp": (lambda: b"RIFF\x10\0\0\0WEBPVP8 ", "F02", "图片"),
    "empty.xlsx": (lambda: workbook(Sheet1=[], Sheet2=[]), "F15", "空"),
    "empty.xls": (lambda: xls_workbook({"Sheet1": xls_sheet([])}), "F15", "空"),
    "empty.csv": (lambda: b",,,\r\n,,,\r\n", "F15", "空"),
    "other.xlsx": (lambda: workbook(Sheet1=[["别的"]]), "F09", "表头"),
}  # fmt: skip


@pytest.mark.parametrize("name", NOT_READ)
def test_what_is_not_read_is_named(pack: Pack, name: str) -> None:
    make, code, word = NOT_READ[name]
    with pytest.raises(FileRefused) as refused:
        read_file(make(), name, pack)
    assert refused.value.code == code
    assert word in refused.value.sentence
    assert name in refused.value.sentence


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", "ID;户主姓名;家庭人口;联系电话\n1;刘志强;3;13800000001\n"),
        ("b.csv", "户主姓名,家庭人口,联系电话\nTABLE,3,13800000001\n"),
        ("c.csv", "BM,户主姓名,家庭人口,联系电话\n1,刘志强,3,13800000001\n"),
    ],
)
def test_tables_that_only_look_like_another_format_are_read(pack: Pack, name: str, text: str) -> None:
    (found,) = read_file(text.encode("gb18030"), name, pack).tables
    assert isinstance(found, HouseholdTable)
    assert found.frame.height == 1


def test_a_sheet_beyond_the_limits_is_named_in_xls_too(pack: Pack) -> None:
    wide = xls_workbook({"封面": xls_sheet([["甲"]]), "花名册": far_sheet()})
    with pytest.raises(FileRefused) as refused:
        read_file(wide, "a.xls", pack)
    assert refused.value.code == "F06"
    assert "花名册" in refused.value.sentence


def far_sheet() -> bytes:
    """One value in the last cell of a sheet of 65,536 rows and 256 columns."""
    body = xls_sheet([["甲"]])
    return body.replace(
        record(0x000A), record(0x0203, struct.pack("<HHHd", 65_535, 255, 0, 1.0)) + record(0x000A)
    )


@pytest.mark.parametrize("suffix", ["slk", "dif"])
def test_as_libreoffice_writes_them(pack: Pack, tmp_path: Path, suffix: str) -> None:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.append(["户主姓名", "家庭人口", "联系电话"])
    page.append(["刘志强", *household(1, "")[2:4]])
    book.save(tmp_path / "a.xlsx")
    subprocess.run(
        ["soffice", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless", "--convert-to", suffix,
         "--outdir", str(tmp_path / "out"), str(tmp_path / "a.xlsx")],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    with pytest.raises(FileRefused) as refused:
        read_file((tmp_path / "out" / f"a.{suffix}").read_bytes(), "a.xls", pack)
    assert refused.value.code == "F13"
    assert escaped(suffix.upper() if suffix == "dif" else "SYLK") in refused.value.sentence

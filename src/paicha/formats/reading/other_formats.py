"""Files that are no spreadsheet of today, told by their first bytes, each with a sentence that helps.

Sources of the marks: Microsoft's and OpenOffice's descriptions of BIFF, SYLK and DIF; the files of POI, SheetJS and
PhpSpreadsheet.
"""

from __future__ import annotations

from paicha.formats.reading.archive import Archive
from paicha.formats.reading.model import FileRefused

_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\0", b"MM\0*")
_OTHERS = {
    b"%PDF": "PDF", b"Rar!": "压缩包", b"7z\xbc\xaf": "压缩包", b"\x1f\x8b": "压缩包", b"MZ": "程序",
    b"{\\rtf": "Word 文档", b"SQLite format 3": "数据库",
} | dict.fromkeys(_PICTURES, "图片")  # fmt: skip
_BIFF = (b"\x09\0\x04\0", b"\x09\x02\x06\0", b"\x09\x04\x06\0", b"\x09\x08\x08\0", b"\x09\x08\x10\0")
_LOTUS = (b"\0\0\x02\0\x04\x04", b"\0\0\x02\0\x06\x04", b"\0\0\x1a\0", b"\xff\0\x02\0\x04\x04")


def refuse_other_format(data: bytes, file: str) -> None:
    """Raises F02, F12 or F13 where the bytes are a file that is named rather than read."""
    for magic, kind in _OTHERS.items():
        if data.startswith(magic):
            raise FileRefused("F02", file=file, kind=kind)
    if data.startswith(b"BM") and int.from_bytes(data[2:6], "little") == len(data):
        raise FileRefused("F02", file=file, kind="图片")
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        raise FileRefused("F02", file=file, kind="图片")
    if data.startswith(_BIFF):
        raise FileRefused("F12", file=file)
    if data.startswith(_LOTUS):
        raise FileRefused("F13", file=file, kind="Lotus 1-2-3")
    lines = data[:4096].splitlines()
    if data.startswith(b"ID;") and any(line.startswith((b"C;", b"B;", b"P;", b"F;")) for line in lines[1:]):
        raise FileRefused("F13", file=file, kind="SYLK（.slk）")
    if [line.strip() for line in lines[:2]] == [b"TABLE", b"0,1"]:
        raise FileRefused("F13", file=file, kind="DIF")


def refuse_other_archive(archive: Archive) -> None:
    """Raises for a zip without a workbook that is read: F13 named, F04 a workbook that lost its parts, F02 else."""
    names = {name.lower() for name in archive.names}
    if "xl/workbook.bin" in names:
        raise FileRefused("F13", file=archive.file, kind="Excel 二进制工作簿（.xlsb）")
    if any(name.endswith(".iwa") or name == "index.zip" for name in names):
        raise FileRefused("F13", file=archive.file, kind="苹果 Numbers 表格")
    if any(name.startswith("xl/") for name in names) or _is_spreadsheet(archive):
        raise FileRefused("F04", file=archive.file)
    word = any(name.startswith(("word/", "ppt/")) for name in names)
    raise FileRefused("F02", file=archive.file, kind="Word 或幻灯片" if word else "压缩包")


def _is_spreadsheet(archive: Archive) -> bool:
    return "mimetype" in archive.names and b"spreadsheet" in archive.read("mimetype", 4096)

"""Bytes of a file → its sheets as grids, the format recognised by content, not by name."""

from __future__ import annotations

from collections.abc import Iterator

from paicha.formats.reading.archive import Archive
from paicha.formats.reading.grid import MAX_FILE, Grid
from paicha.formats.reading.model import FileRefused
from paicha.formats.reading.ole import MAGIC

_OTHERS = {
    b"%PDF": "PDF", b"\x89PNG": "图片", b"\xff\xd8\xff": "图片", b"GIF8": "图片", b"Rar!": "压缩包",
    b"7z\xbc\xaf": "压缩包", b"\x1f\x8b": "压缩包", b"MZ": "程序", b"{\\rtf": "Word 文档",
}  # fmt: skip


def open_grids(data: bytes, file: str) -> Iterator[Grid]:
    """Sheets one after another, so that one is in memory at a time. Raises `FileRefused`."""
    from paicha.formats.reading.delimited import read_delimited
    from paicha.formats.reading.xls import read_xls
    from paicha.formats.reading.xlsx import read_xlsx

    if not data.strip(b"\0 \r\n\t"):
        raise FileRefused("F01", file=file)
    if len(data) > MAX_FILE:
        raise FileRefused("F10", file=file, limit=MAX_FILE >> 20)
    for magic, kind in _OTHERS.items():
        if data.startswith(magic):
            raise FileRefused("F02", file=file, kind=kind)
    if data.startswith(b"PK"):
        archive = Archive(data, file)
        if "xl/workbook.xml" in archive.names:
            yield from read_xlsx(data, file, archive)
        elif "content.xml" in archive.names:
            from paicha.formats.reading.ods import read_ods

            yield from read_ods(file, archive)
        else:
            word = any(name.startswith(("word/", "ppt/")) for name in archive.names)
            raise FileRefused("F02", file=file, kind="Word 或幻灯片" if word else "压缩包")
    elif data.startswith(MAGIC):
        yield from read_xls(data, file)
    else:
        yield read_delimited(data, file)

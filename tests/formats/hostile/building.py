"""Well-formed sheets, and raw streams inside a zip: what the hostile files are built from."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
XML = '<?xml version="1.0" encoding="UTF-8"?>'

TITLE = "神木市防止返贫动态监测集中排查表（一般农户）"
HEADING = "镇(街)(高家堡镇) 村(石峁村) 组(1)"
LABELS = [
    "序号",
    "户主姓名",
    "家庭人口",
    "联系电话",
    "居住地",
    "有无安全住房",
    "有无义务教育阶段因贫失学辍学学生",
    "有无安全饮水",
    "家庭成员参加城乡居民(职工)基本医疗保险",
    "人均年纯收入",
    "有无较大刚性支出",
    "是否享受民政政策",
    "是否需要纳入易返贫致贫户",
    "排查人员签字",
    "备注",
]
ANSWERS = ["4", "13991200001", "1", "2", "2", "2", "0/4/0", "3", "2", "5", "3", "刘建军", ""]


def household(number: int, name: str) -> list[str]:
    return [str(number), name, *ANSWERS]


def table(names: Iterable[str]) -> list[list[str]]:
    """A sound form 1-1 whose heads of household are called as given."""
    return [[TITLE], [HEADING], LABELS, *(household(at, name) for at, name in enumerate(names, 1))]


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\t", "&#9;")


def sheet_rows(rows: list[list[str]]) -> str:
    """The rows as inline strings of a sheet's XML."""
    parts = []
    for number, row in enumerate(rows, 1):
        cells = "".join(
            f'<c r="{chr(64 + column)}{number}" t="inlineStr"><is><t xml:space="preserve">{escaped(text)}</t></is></c>'
            for column, text in enumerate(row, 1)
        )
        parts.append(f'<row r="{number}">{cells}</row>')
    return "".join(parts)


def sheet(data: str, dimension: str = "A1:O10") -> str:
    return f'{XML}<worksheet xmlns="{MAIN}"><dimension ref="{dimension}"/><sheetData>{data}</sheetData></worksheet>'


def xlsx_parts(shared_strings: bool = False) -> dict[str, str]:
    """Everything of a one-sheet xlsx but the sheet."""
    kinds = {"/xl/workbook.xml": "sheet.main", "/xl/worksheets/sheet1.xml": "worksheet"}
    relations = [("rId1", "worksheet", "worksheets/sheet1.xml")]
    if shared_strings:
        kinds["/xl/sharedStrings.xml"] = "sharedStrings"
        relations.append(("rId2", "sharedStrings", "sharedStrings.xml"))
    overrides = "".join(
        f'<Override PartName="{part}" ContentType='
        f'"application/vnd.openxmlformats-officedocument.spreadsheetml.{kind}+xml"/>'
        for part, kind in kinds.items()
    )
    targets = "".join(
        f'<Relationship Id="{key}" Type="{OFFICE}/{kind}" Target="{target}"/>'
        for key, kind, target in relations
    )
    return {
        "[Content_Types].xml": f'{XML}<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>',
        "_rels/.rels": f'{XML}<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'{XML}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
        '<sheet name="一般农户" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'{XML}<Relationships xmlns="{PACKAGE}/relationships">{targets}'
        "</Relationships>",
    }


def write_xlsx(path: Path, sheet_xml: str, shared_strings: str | None = None) -> None:
    parts = xlsx_parts(shared_strings is not None) | {"xl/worksheets/sheet1.xml": sheet_xml}
    if shared_strings is not None:
        parts["xl/sharedStrings.xml"] = shared_strings
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)


# --- archives and documents that grow -----------------------------------------------------------------------


def deflated(head: bytes, filler: bytes, times: int, tail: bytes) -> tuple[bytes, int, int]:
    """Compress head + filler * times + tail without making it; return stream, checksum, size.

    The filler's compressed block is made once and repeated, which a stream flushed in full allows.
    """
    checksum = zlib.crc32(head)
    for _ in range(times):
        checksum = zlib.crc32(filler, checksum)
    checksum = zlib.crc32(tail, checksum)
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    first = packer.compress(head) + packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(filler) + packer.flush(zlib.Z_FULL_FLUSH)
    last = packer.compress(tail) + packer.flush(zlib.Z_FINISH)
    return first + block * times + last, checksum, len(head) + len(filler) * times + len(tail)


def append_raw(path: Path, name: str, stream: bytes, checksum: int, size: int) -> None:
    """Add an entry that is already compressed to a zip, with the size that its headers shall claim."""
    with zipfile.ZipFile(path, "a") as archive:
        info = zipfile.ZipInfo(name)
        info.compress_type, info.CRC = zipfile.ZIP_DEFLATED, checksum
        info.compress_size, info.file_size = len(stream), size
        handle = archive.fp
        assert handle is not None
        handle.seek(archive.start_dir)
        info.header_offset = handle.tell()
        handle.write(info.FileHeader())
        handle.write(stream)
        archive.filelist.append(info)
        archive.NameToInfo[name] = info
        archive.start_dir = handle.tell()
        archive._didModify = True  # type: ignore[attr-defined]  # the way writestr tells close() to write the directory

"""Web pages and web archives called .xls, by every writer: the answers of the workbook that they show."""

from __future__ import annotations

import io
import shutil
import subprocess
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from tests.formats import web_writers
from tests.formats.sample import TOWN, VILLAGE, pack, village_document

from paicha.formats import xlsx
from paicha.formats.reading import FileRefused, HouseholdTable, ReadFile, read_file
from paicha.formats.reading.grid import Grid
from paicha.formats.reading.source import open_grids


def official(*sheets: str) -> tuple[bytes, Workbook]:
    """The official workbook of the village with these sheets alone, as bytes and as openpyxl has it."""
    book = load_workbook(io.BytesIO(xlsx.write(village_document(), pack())))
    for name in book.sheetnames:
        if sheets and name not in sheets:
            del book[name]
    target = io.BytesIO()
    book.save(target)
    return target.getvalue(), book


def answers(found: ReadFile) -> dict[str, Any]:
    """Everything that was read of households: form → rows in order, without where they stand."""
    assert [entry.message for entry in found.messages if entry.severity == "hard"] == []
    read: dict[str, Any] = {}
    for table in found.tables:
        if isinstance(table, HouseholdTable):
            assert table.faults == []
            assert (table.headings.town, table.headings.village) == (TOWN, VILLAGE)
            rows = [{k: v for k, v in row.items() if k != "_row"} for row in table.frame.to_dicts()]
            read.setdefault(table.form, []).extend(rows)
        else:
            read[table.form] = (table.values, [problem[:2] for problem in table.problems], table.rows)
    return read


def page(*rows: str, before: str = "", after: str = "") -> bytes:
    return f"<html><body>{before}<table>{''.join(rows)}</table>{after}</body></html>".encode()


def grids(data: bytes, name: str = "表.xls") -> list[Grid]:
    return list(open_grids(data, name))


# The same table by every writer


@pytest.mark.parametrize("name", ["表.xls", "表.htm", "表.html", "表.xlsx", "表.csv"])
def test_page_of_a_java_system(name: str) -> None:
    content, book = official()
    data = web_writers.java_page(book).encode()
    expected, got = answers(read_file(content, name, pack())), answers(read_file(data, name, pack()))
    assert got == expected
    assert got.keys() >= {"general", "lifted", "monitored", "village_profile", "statistics"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize(
    "write", [web_writers.excel_one_page, web_writers.sheetjs_page], ids=["excel", "sheetjs"]
)
def test_page_of_a_spreadsheet_program(write: Any, encoding: str) -> None:
    content, book = official("附件1-1")
    data = write(book).encode(encoding)
    assert answers(read_file(data, "表.xls", pack())) == answers(read_file(content, "表.xlsx", pack()))


def test_archive_of_excel() -> None:
    content, book = official()
    found = read_file(web_writers.excel_archive(book), "表.mht", pack())
    assert answers(found) == answers(read_file(content, "表.xlsx", pack()))
    assert {table.sheet for table in found.tables} >= {"附件1-1", "附件1-2", "附件1-3", "附件2"}
    assert not any("tab" in entry.sheet for entry in found.messages)


def test_hidden_sheet_of_an_archive_is_told() -> None:
    _, book = official("附件1-1", "附件1-2")
    found = read_file(web_writers.excel_archive(book, hidden="附件1-2"), "表.mht", pack())
    assert [entry.sheet for entry in found.messages if entry.code == "B07"] == ["附件1-2"]


def test_archive_without_one_of_its_sheets_is_damaged() -> None:
    _, book = official("附件1-1", "附件1-2")
    data = web_writers.excel_archive(book).replace(
        b"Location: file:///C:/89E2/bao.files/sheet002", b"Location: x"
    )
    with pytest.raises(FileRefused) as refused:
        read_file(data, "表.mht", pack())
    assert refused.value.code == "F04"


def test_archive_cut_in_half_is_damaged() -> None:
    _, book = official("附件1-1", "附件1-2")
    data = web_writers.excel_archive(book)
    with pytest.raises(FileRefused) as refused:
        read_file(data[: len(data) // 2], "表.mht", pack())
    assert refused.value.code == "F04"


def test_archive_of_one_page_without_parts() -> None:
    content, book = official("附件1-1")
    text = web_writers.quoted(web_writers.java_page(book).replace("charset=UTF-8", "charset=gbk"))
    head = 'From: <Saved by Blink>\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset="gbk"\r\n'
    data = f"{head}Content-Transfer-Encoding: quoted-printable\r\n\r\n{text}".encode("ascii")
    assert answers(read_file(data, "表.xls", pack())) == answers(read_file(content, "表.xlsx", pack()))


def test_two_pages_of_one_name_in_an_archive_are_both_read() -> None:
    rows = "<table><tr><td>户主姓名<td>家庭人口<td>联系电话</tr><tr><td>刘志强<td>3<td></tr></table>"
    parts = "".join(
        f"--x\r\nContent-Type: text/html; charset=utf-8\r\nContent-Location: http://a/{number}/frame.htm\r\n"
        f"Content-Transfer-Encoding: base64\r\n\r\n{b64encode(rows.replace('刘', name).encode()).decode()}\r\n"
        for number, name in enumerate("王李")
    )
    head = 'From: <Saved by Blink>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n\tboundary="x"'
    one, two = grids(f"\r\n{head}\r\n\r\n\r\n{parts}--x--\r\n".encode())
    assert (one.sheet, one.rows[1][0], two.sheet, two.rows[1][0]) == ("表1", "王志强", "表2", "李志强")


@pytest.mark.libreoffice
@pytest.mark.slow
@pytest.mark.skipif(shutil.which("soffice") is None, reason="needs LibreOffice")
def test_page_of_libreoffice(tmp_path: Path) -> None:
    content, _ = official()
    (tmp_path / "村.xlsx").write_bytes(content)
    done = subprocess.run(
        ["soffice", "--headless", f"-env:UserInstallation=file://{tmp_path}/profile",
         "--convert-to", "html", "--outdir", str(tmp_path / "out"), str(tmp_path / "村.xlsx")],
        capture_output=True, timeout=180, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = read_file((tmp_path / "out" / "村.html").read_bytes(), "村.xls", pack())
    assert answers(found) == answers(read_file(content, "村.xlsx", pack()))
    assert {table.sheet for table in found.tables} >= {"附件1-1", "附件2"}

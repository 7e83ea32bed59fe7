"""SpreadsheetML 2003 called .xls: the same answers as from the workbook that it was made of."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time
from time import monotonic
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from tests.formats import web_writers
from tests.formats.reading.test_web_writers import answers, official
from tests.formats.sample import pack
from tests.lengths import examples

from paicha.formats.reading import FileRefused, read_file
from paicha.formats.reading.grid import Grid
from paicha.formats.reading.serial import is_moment_format
from paicha.formats.reading.source import open_grids

NAMES = (
    'xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet" '
    'xmlns:x="urn:schemas-microsoft-com:office:excel" xmlns:h="http://www.w3.org/TR/REC-html40"'
)

ONE = "<Data>1</Data>"


def book(rows: str, more: str = "", styles: str = "", before: str = "") -> bytes:
    return (
        f'<?xml version="1.0"?>{before}<Workbook {NAMES}><Styles>{styles}</Styles><Worksheet ss:Name="一"><Table>{rows}'
        f"</Table>{more}</Worksheet></Workbook>"
    ).encode()


def grid_of(rows: str, **parts: str) -> Grid:
    (grid,) = open_grids(book(rows, **parts), "表.xls")
    return grid


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "gb18030"])
@pytest.mark.parametrize("name", ["表.xls", "表.xml"])
@pytest.mark.parametrize("write", [web_writers.excel_2003, web_writers.java_xml], ids=["excel", "java"])
def test_same_answers(write: Callable[[Workbook], str], name: str, encoding: str) -> None:
    content, workbook = official()
    found = read_file(write(workbook).encode(encoding), name, pack())
    assert answers(found) == answers(read_file(content, "表.xlsx", pack()))
    assert {table.sheet for table in found.tables} >= {"附件1-1", "附件1-2", "附件1-3", "附件2"}


def test_hidden_sheet_is_told() -> None:
    _, workbook = official("附件1-1", "附件1-2")
    data = web_writers.excel_2003(workbook, hidden="附件1-2").encode()
    codes = [(entry.code, entry.sheet) for entry in read_file(data, "表.xls", pack()).messages]
    assert ("B07", "附件1-2") in codes


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ('<Cell><Data ss:Type="String">013</Data></Cell>', "013"),
        ('<Cell><Data ss:Type="Number">13</Data></Cell>', 13.0),
        ('<Cell><Data ss:Type="Number">1.3584517282E10</Data></Cell>', 13584517282.0),
        ('<Cell><Data ss:Type="Number">nan</Data></Cell>', "nan"), ('<Cell><Data Type="Number">4</Data></Cell>', 4.0),
        ('<Cell ss:StyleID="d"><Data ss:Type="Number">44631</Data></Cell>', datetime(2022, 3, 11)),
        ('<Cell ss:StyleID="d"><Data ss:Type="Number">0.125</Data></Cell>', time(3)),
        ('<Cell><Data ss:Type="DateTime">2022-03-11T00:00:00.000</Data></Cell>', datetime(2022, 3, 11)),
        ('<Cell><Data ss:Type="DateTime">2022-03-11T08:00:00Z</Data></Cell>', datetime(2022, 3, 11, 8)),
        ('<Cell><Data ss:Type="DateTime">1899-12-31T01:03:00.000</Data></Cell>', time(1, 3)),
        ('<Cell><Data ss:Type="DateTime">昨天</Data></Cell>', "昨天"),
        ('<Cell><Data ss:Type="Boolean">1</Data></Cell>', "TRUE"),
        ('<Cell><ss:Data ss:Type="String"><h:B>刘</h:B><h:Font h:Color="#FF0000">凯</h:Font></ss:Data></Cell>', "刘凯"),
        ('<Cell><Data ss:Type="String">刘凯</Data><Comment><ss:Data>核实</ss:Data></Comment></Cell>', "刘凯"),
        ('<Cell><Data ss:Type="String">a&#10;b</Data></Cell>', "a\nb"),
        ('<Cell><Data ss:Type="String">A&B&nbsp;&amp;</Data></Cell>', "A&B\xa0&"),
        ('<Cell><Data ss:Type="String">刘\x0b凯</Data></Cell>', "刘凯"),
        ('<Cell><Data ss:Type="String">\ue863</Data></Cell>', "䶮"),
        ("<Cell/>", ""), ('<Cell ss:Formula="=RC"><Data ss:Type="Number">5</Data></Cell>', 5.0),
    ],
)  # fmt: skip
def test_cells(cell: str, value: Any) -> None:
    styles = '<Style ss:ID="d"><NumberFormat ss:Format="yyyy\\-mm\\-dd"/></Style>'
    grid = grid_of(f'<Row>{cell}<Cell><Data ss:Type="String">末</Data></Cell></Row>', styles=styles)
    assert grid.rows == [[value, "末"]]
    assert type(grid.rows[0][0]) is type(value)


def test_places_merges_hidden_formulas_errors() -> None:
    one = '<Data ss:Type="Number">1</Data>'
    grid = grid_of(
        f'<Column/><Column ss:Index="3" ss:Span="1" ss:Hidden="1"/><Row ss:Index="2">'
        f'<Cell ss:MergeAcross="1" ss:MergeDown="1">{one}</Cell><Cell>{one}</Cell></Row>'
        f'<Row><Cell ss:Index="3" ss:Formula="=R1C1+1"/><Cell>'
        f'<Data ss:Type="Error">#N/A</Data></Cell></Row><Row ss:Span="2"/><Row ss:Hidden="1"><Cell>{one}</Cell></Row>'
    )
    blank = [""] * 4
    assert grid.rows == [blank, [1.0, "", 1.0, ""], blank, blank, blank, blank, [1.0, "", "", ""]]
    assert [tuple(span) for span in grid.merges] == [(1, 0, 2, 1)]
    assert (grid.uncached, grid.broken) == ({(2, 2)}, {(2, 3)})
    assert (grid.hidden_columns, grid.hidden_rows) == ({2, 3}, {6})


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (book("<Row><Cell><Data>&lol;</Data></Cell></Row>", before='<!DOCTYPE Workbook [<!ENTITY lol "lol">]>'), "F07"),
        (book("<Row>")[:-40], "F36"), (book("<Row><Cell><Data>低保<3人</Data></Cell></Row>"), "F36"),
        (book('<Row ss:Index="400001"><Cell><Data>1</Data></Cell></Row>'), "F06"),
        (book('<Row><Cell ss:Index="1001"><Data>1</Data></Cell></Row>'), "F06"),
        (book(f'<Row><Cell ss:Index="999">{ONE}</Cell></Row><Row ss:Index="9000"><Cell>{ONE}</Cell></Row>'), "F06"),
        (book('<Row><Cell ss:MergeAcross="999999999"><Data>1</Data></Cell><Cell><Data>1</Data></Cell></Row>'), "F06"),
        (b'<?xml version="1.0"?><Workbook xmlns="urn:else"/>', "F02"), (book(""), "F15"),
    ],
)  # fmt: skip
def test_refused_with_its_cause(data: bytes, code: str) -> None:
    with pytest.raises(FileRefused) as refused:
        read_file(data, "表.xls", pack())
    assert refused.value.code == code
    assert "表.xls" in refused.value.sentence


@pytest.mark.parametrize(
    "piece", ["<Row/>", "<Cell ss:MergeDown='9999999'/>", "<a>", "&", '<Row ss:Index="1048576"/>']
)
def test_books_without_end_are_done_in_time(piece: str) -> None:
    started = monotonic()
    with pytest.raises(FileRefused):
        read_file(book("<Row>" + piece * (1_000_000 // len(piece)))[:-50], "表.xls", pack())
    assert monotonic() - started < 10


@pytest.mark.parametrize(
    ("code", "shows"),
    [("General", False), ("@", False), ("0.00", False), ('0"年"', False), ("[Red]0", False),
        ("Short Date", True), ("yyyy-mm-dd", True),
     ('m"月"d"日"', True), ("[h]:mm", True), ("Percent", False), ("Yes/No", False), ("\\d0", False)],
)  # fmt: skip
def test_formats_of_moments(code: str, shows: bool) -> None:
    assert is_moment_format(code) is shows


PIECES = """
<Row>|</Row>|<Row ss:Index="3">|<Row ss:Span="2" ss:Hidden="1">|<Cell>|</Cell>|<Cell ss:Index="2" ss:MergeAcross="1">|
<Cell ss:Formula="=1"/>|<Cell ss:MergeDown="9">|<Data ss:Type="Number">|<Data ss:Type="String">|
<Data ss:Type="Error">|</Data>|<Data ss:Type="DateTime">|1|2022-03-11|刘凯|&amp;|&|&#0;|&nbsp;|<h:B>|</h:B>|
<Comment>|</Comment>|<Column ss:Hidden="1"/>|</Table>|<Table>|</Worksheet>|<Worksheet ss:Name="二">|
<x:Visible>SheetHidden</x:Visible>|<Style ss:ID="d"/>|<!-- -->|<![CDATA[5]]>"""
SOUP = PIECES.replace("\n", "").split("|")


@settings(max_examples=examples(300), deadline=None)
@given(st.lists(st.sampled_from(SOUP), max_size=30))
def test_any_soup_of_elements_is_read_or_refused(parts: list[str]) -> None:
    opened: list[str] = []
    text = ""
    for part in parts:  # end tags only for what is open, so that many are well formed
        name = part.strip("</>").split(" ")[0].rstrip("/")
        if part.startswith("</"):
            if not opened or opened.pop() != name:
                break
        elif (
            part.startswith("<")
            and not part.startswith("<!")
            and not part.endswith("/>")
            and "</" not in part
        ):
            opened.append(name)
        text += part
    text += "".join(f"</{name}>" for name in reversed(opened))
    try:
        found = list(open_grids(book(text), "表.xls"))
    except FileRefused as refused:
        assert refused.code in ("F06", "F36")
        return
    for grid in found:
        assert all(len(row) == grid.width for row in grid.rows)

"""A sheet's XML in every spelling that XML allows: what the scan tells is the same, and its limits hold."""

from __future__ import annotations

import io
import re
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
import python_calamine as calamine
from hypothesis import given
from hypothesis import strategies as st
from tests.formats.hostile.building import MAIN, XML, xlsx_parts

from paicha.core.pack import Pack
from paicha.formats.reading import FileRefused, HouseholdTable, read_file
from paicha.formats.reading.archive import Archive
from paicha.formats.reading.grid import Grid, Span, letters
from paicha.formats.reading.sheet_xml import scan_sheet
from paicha.formats.reading.xlsx import read_xlsx

HEAD = [
    "户主姓名",
    "家庭人口",
    "联系电话",
    "居住地",
    "有无安全住房",
    "备注",
    "人均年纯收入",
    "有无较大刚性支出",
]
Change = Callable[[str], str]


def text_cell(place: str, text: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


def body(rows: int = 4) -> str:
    """A form 1-1: B3 and F4 formulas without a value, F5 an error, E3:E5 merged, column C and row 4 hidden."""
    head = "".join(text_cell(f"{letters(c)}1", text) for c, text in enumerate(HEAD))
    lines = [f'<row r="1">{head}</row>']
    for row in range(2, rows + 2):
        hidden = ' hidden="1"' if row == 4 else ""
        lines.append(
            f'<row r="{row}" spans="1:6" ht="15"{hidden}>{text_cell(f"A{row}", f"刘家{chr(0x4E00 + row)}")}'
            f'<c r="B{row}" s="{row}"><v>{row}</v></c><c r="C{row}"><v>1380000000{row}</v></c>'
            f'<c r="D{row}"><v>1</v></c><c r="E{row}"><v>2</v></c><c r="F{row}" s="1"/><c r="G{row}"><v>3</v></c>'
            f'<c r="H{row}"><v>2</v></c></row>'
        )
    text = "".join(lines)
    text = text.replace('<c r="B3" s="3"><v>3</v></c>', '<c r="B3"><f>1+2</f></c>')
    text = text.replace('<c r="F4" s="1"/>', '<c r="F4"><f>1+1</f></c>')
    text = text.replace('<c r="F5" s="1"/>', '<c r="F5" t="e"><v>#N/A</v></c>')
    return re.sub(r'<c r="E[45]"><v>2</v></c>', "", text)


def part(data: str, before: str = '<cols><col min="3" max="3" hidden="1"/></cols>', after: str = "") -> str:
    merges = after or '<mergeCells count="1"><mergeCell ref="E3:E5"/></mergeCells>'
    return f'{XML}<worksheet xmlns="{MAIN}">{before}<sheetData>{data}</sheetData>{merges}</worksheet>'


def book(sheet: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in (xlsx_parts() | {"xl/worksheets/sheet1.xml": sheet}).items():
            archive.writestr(name, text)
    return stream.getvalue()


def grid(sheet: str) -> Grid:
    data = book(sheet)
    (found,) = read_xlsx(data, "a.xlsx", Archive(data, "a.xlsx"))
    return found


def without_addresses(text: str) -> str:
    """Rows and cells without `r`; cells left out before others are written as empty ones."""
    text = re.sub(r'(<c r="D[45]">.*?</c>)', r"\1<c/>", text)
    return re.sub(r'(<c|<row) r="[A-Z]*\d+"', r"\1", text)


def with_prefix(text: str) -> str:
    text = re.sub(r"<(/?)(?=[a-zA-Z])", r"<\1x:", text)
    return text.replace("xmlns=", "xmlns:x=")


SPELLINGS: dict[str, Change] = {
    "as Excel writes": lambda text: text,
    "single quotes": lambda text: re.sub(r'="([^"\']*)"', r"='\1'", text),
    "blanks round =": lambda text: re.sub(r'(\w)="', r'\1 = "', text).replace(' version = "', ' version="'),
    "line breaks": lambda text: text.replace(' r="', '\n\tr="').replace("><", ">\n<"),
    "without addresses": without_addresses,
    "prefix": with_prefix,
    "attributes in another order": lambda text: re.sub(r'<c (r="\w+") (\w+="\w+")', r"<c \2 \1", text),
    "empty comments": lambda text: text.replace("<row", "<!-- <row r='9'> --><row"),
    "prefix, single quotes": lambda text: re.sub(r'="([^"\']*)"', r"='\1'", with_prefix(text)),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_every_spelling_tells_the_same(pack: Pack, spelling: str) -> None:
    text = part(body())
    plain, other = grid(text), grid(SPELLINGS[spelling](text))
    assert plain.uncached == {(2, 1), (3, 5)}
    assert plain.broken == {(4, 5)}
    assert plain.merges == [Span(2, 4, 4, 4)]
    assert plain.hidden_columns == {2}
    assert (other.rows, other.uncached, other.broken) == (plain.rows, plain.uncached, plain.broken)
    assert (other.merges, other.hidden_columns) == (plain.merges, plain.hidden_columns)
    (table,) = read_file(book(SPELLINGS[spelling](text)), "a.xlsx", pack).tables
    assert isinstance(table, HouseholdTable)
    assert [f"{fault.code} {fault.cell}" for fault in table.faults] == ["R06 B3", "R06 F4", "R07 F5"]
    assert table.frame["housing"].to_list() == [2, 2, 2, 2]


FAR = '<row r="20005"><c r="KN20005"><v>1</v></c></row>'  # with more than the 6 million cells of a sheet between


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("far", [FAR, FAR.replace("KN", "kn"), FAR.replace('<row r="20005">', "<row>")])
def test_limits_hold_in_every_spelling(spelling: str, far: str) -> None:
    if spelling == "without addresses":
        far = "<row/>" * 20_005 + "<row>" + "<c/>" * 300 + "<c><v>1</v></c></row>"
    with pytest.raises(FileRefused) as refused:
        grid(SPELLINGS[spelling](part(body() + far)))
    assert refused.value.code == "F06"


def test_formatted_cells_without_a_value_do_not_count() -> None:
    far = '<row r="1048576" s="1"><c r="XFD1048576" s="1"/></row>'
    assert len(grid(part(body() + far)).rows) == 5


@pytest.mark.parametrize(
    "row",
    [
        '<row r="7"><c r="A7"><v>1</v></c><c r="B99997"><v>1</v></c></row>',  # another row than the one it stands in
        '<row r="7"><c r="A7"><v>1</v></c><c r1="B7"><v>1</v></c></row>',
        '<row r="7"><c r="A7"/><c r="A7"/><c r="A7"><v>1</v></c></row>',
        '<row r="7"><c r="Z7"><v>1</v></c><c><v>1</v></c></row>',
        '<row r1="7"><c r="C7"><v>1</v></c></row>',
        '<row r="7"><c r="A7"><v>1</v></c></row><row/><row><c><v>7</v></c></row>',
    ],
)
def test_rows_that_look_alike_but_for_digits(row: str) -> None:
    """A row is passed over only where nothing but digits that say nothing differ from one that was looked at."""
    usual = "".join(
        f'<row r="{n}"><c r="A{n}"><v>{n}</v></c><c r="B{n}"><v>1{n}</v></c></row>' for n in range(1, 7)
    )
    text = part(usual + row, after="<mergeCells/>")
    scan = scan_sheet([text.encode()], "a.xlsx", "s")
    sheet = calamine.CalamineWorkbook.from_filelike(io.BytesIO(book(text))).get_sheet_by_name("一般农户")
    assert sheet.end == (scan.rows - 1, scan.columns - 1)


@given(
    rows=st.lists(
        st.tuples(
            st.sampled_from(["next", "none", "gap"]),
            st.lists(
                st.tuples(
                    st.sampled_from(["own", "none", "gap"]),
                    st.sampled_from(["", "<v>1</v>", "<f>1</f><v>2</v>", "<f>1</f>", "<is><t>甲 1</t></is>"]),
                ),
                max_size=5,
            ),
        ),
        max_size=6,
    ),
    cut=st.integers(1, 400),
    quote=st.sampled_from("\"'"),
)
def test_the_extent_is_calamines(rows: list[tuple[str, list[tuple[str, str]]]], cut: int, quote: str) -> None:
    """However rows and cells are numbered and the part is cut, the scan knows the extent that calamine lays out."""
    lines, number = [], 0
    for kind, cells in rows:
        number += 3 if kind == "gap" else 1
        column, parts = 0, []
        for place, content in cells:
            column += 2 if place == "gap" else 1
            at = "" if place == "none" else f" r={quote}{letters(column - 1)}{number}{quote}"
            kept = f" t={quote}inlineStr{quote}" if "<is>" in content else ""
            parts.append(f"<c{at}{kept}>{content}</c>")
        own = "" if kind == "none" else f" r={quote}{number}{quote}"
        lines.append(f"<row{own}>{''.join(parts)}</row>")
    data = part("".join(lines), after="<mergeCells/>").encode()
    scan = scan_sheet([data[at : at + cut] for at in range(0, len(data), cut)], "a.xlsx", "s")
    sheet = calamine.CalamineWorkbook.from_filelike(io.BytesIO(book(data.decode()))).get_sheet_by_name(
        "一般农户"
    )
    last_row, last_column = sheet.end or (-1, -1)
    if "<f>" in data.decode():  # a formula counts, even without a value
        assert scan.rows > last_row
        assert scan.columns > last_column
    else:
        assert (scan.rows - 1, scan.columns - 1) == (last_row, last_column)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (part("<c>" * 100_000), "F04"),  # nested without end
        (part("<row " + " " * 3_000_000 + "/>"), "F04"),  # a tag without end
        (part('<row r="1"><c r="A0"><v>1</v></c></row>'), "F04"),
        (part('<row r="1"><c r="XFE1"><f>1</f></c></row>'), "F04"),
        (part('<row r="1"><c r="A1048577"><v>1</v></c></row>'), "F04"),
        (part("<row></c>"), "F04"),
        (part(body()).replace("<worksheet", "<!DOCTYPE worksheet [<!ENTITY a 'b'>]><worksheet"), "F07"),
    ],
)
def test_what_a_parser_could_choke_on_is_one_sentence(data: str, code: str) -> None:
    with pytest.raises(FileRefused) as refused:
        scan_sheet([data.encode()[at : at + 65_536] for at in range(0, len(data.encode()), 65_536)], "a", "s")
    assert refused.value.code == code


WHOLE = [
    ("A1:XFD1", Span(0, 0, 0, 16_383)),
    ("1:1", Span(0, 0, 0, 16_383)),
    ("F:F", Span(0, 5, 1_048_575, 5)),
]


@pytest.mark.parametrize(("written", "span"), WHOLE)
@pytest.mark.parametrize("spelling", ["as Excel writes", "single quotes", "blanks round =", "prefix"])
def test_merges_of_whole_rows_and_columns(written: str, span: Span, spelling: str) -> None:
    """LibreOffice writes `1:1` where Excel writes `A1:XFD1`; calamine refuses the sheet for it."""
    merges = f'<mergeCells count="2"><mergeCell ref="{written}"/><mergeCell ref="D3:E3"/></mergeCells>'
    text = part(body(), '<dimension ref="1:26"/>', merges)
    found = grid(SPELLINGS[spelling](text))
    assert found.merges == [span, Span(2, 3, 2, 4)]
    assert found.rows == grid(part(body(), "")).rows


def test_a_title_over_the_whole_row_saved_by_libreoffice(pack: Pack, tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.append(["神木市防止返贫动态监测集中排查表（一般农户）"])
    sheet.append(HEAD)
    sheet.append(["刘志强", 3, "13800000001", 1, 2, "", 3, 2])
    sheet.merge_cells("A1:XFD1")
    workbook.save(tmp_path / "a.xlsx")
    subprocess.run(
        ["soffice", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless", "--convert-to",
         "xlsx:Calc MS Excel 2007 XML", "--outdir", str(tmp_path / "out"), str(tmp_path / "a.xlsx")],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    data = (tmp_path / "out" / "a.xlsx").read_bytes()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert b'ref="1:1"' in archive.read("xl/worksheets/sheet1.xml")
    (table,) = read_file(data, "a.xlsx", pack).tables
    assert isinstance(table, HouseholdTable)
    assert table.frame["head_name"].to_list() == ["刘志强"]

"""Cells that hold no answer, in every format: pictures of WPS, error words, formulas that were never computed."""

from __future__ import annotations

import csv
import io
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from tests.formats.hostile.building import XML, escaped
from tests.formats.reading.conftest import workbook
from tests.formats.xls_writer import Formula, sheet
from tests.formats.xls_writer import workbook as xls

from paicha.core.pack import Pack
from paicha.formats.reading import HouseholdTable, raw_rows, read_file

HEAD = [
    "户主姓名",
    "家庭人口",
    "联系电话",
    "居住地",
    "有无安全住房",
    "人均年纯收入",
    "有无较大刚性支出",
    "排查人员签字",
    "备注",
]
ROW = ["刘志强", 3, "13800000001", 1, 2, 3, 2, "张三", ""]
COLUMNS = {"A": "head_name", "B": "population", "E": "housing", "H": "surveyors", "I": "remark"}


def as_csv(rows: list[list[Any]]) -> bytes:
    stream = io.StringIO()
    csv.writer(stream).writerows(rows)
    return stream.getvalue().encode("gb18030")


OPEN_SPREADSHEET = "application/vnd.oasis.opendocument.spreadsheet"


def as_ods(rows: list[list[Any]], attributes: str = "") -> bytes:
    """Every cell a text, as gnumeric writes even its errors; `attributes` go to the odd one."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("mimetype", OPEN_SPREADSHEET)
        archive.writestr("content.xml", content_of(rows, "office:document-content", attributes))
    return stream.getvalue()


def as_fods(rows: list[list[Any]]) -> bytes:
    return content_of(rows, f'office:document office:mimetype="{OPEN_SPREADSHEET}"').encode()


def content_of(rows: list[list[Any]], root: str, attributes: str = "") -> str:
    lines = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"{attributes if str(value).startswith(("#", "=")) else ""}>'
            f"<text:p>{escaped(str(value))}</text:p></table:table-cell>"
            for value in row
        )
        + "</table:table-row>"
        for row in rows
    )
    spaces = " ".join(
        f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{short}:1.0"'
        for short in ("office", "table", "text", "calcext")
    )
    name = root.partition(" ")[0]
    return (
        f"{XML}<{root} {spaces}><office:body><office:spreadsheet>"
        f'<table:table table:name="附件1-1">{lines}</table:table>'
        f"</office:spreadsheet></office:body></{name}>"
    )


def as_xls(rows: list[list[Any]]) -> bytes:
    def cell(value: Any) -> Any:
        return Formula(value) if str(value).startswith(("=", "_")) else value

    return xls({"附件1-1": sheet([[cell(value) for value in row] for row in rows])})


def workbook_of_texts(rows: list[list[Any]]) -> bytes:
    stream = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False}
    with xlsxwriter.Workbook(stream, options) as book:
        page = book.add_worksheet("附件1-1")
        for r, row in enumerate(rows):
            for c, value in enumerate(row):
                if value != "":
                    page.write(r, c, value)
    return stream.getvalue()


FORMATS: dict[str, Callable[[list[list[Any]]], bytes]] = {
    "a.xlsx": workbook_of_texts,
    "a.xls": as_xls,
    "a.ods": as_ods,
    "a.fods": as_fods,
    "a.csv": as_csv,
}


def table(pack: Pack, data: bytes, name: str = "a.xlsx") -> HouseholdTable:
    (found,) = read_file(data, name, pack).tables
    assert isinstance(found, HouseholdTable)
    return found


def with_cell(column: str, value: Any) -> list[list[Any]]:
    row: list[Any] = list(ROW)
    row["ABCDEFGHI".index(column)] = value
    return [HEAD, row, ["高爱莲", *ROW[1:]]]


PICTURES = ['=DISPIMG("ID_6A3F",1)', '=_xlfn.DISPIMG("ID_6A3F",1)', ' =dispimg("ID_6A3F", 1)']
ERRORS = ["#NAME?", "#REF!", "#VALUE!", "#N/A", "#DIV/0!", "#NUM!", "#NULL!", "########", "#n/a", "Err:502"]
TEXTS = ["#N/A说明", "见#REF!", "#3号院", "DISPIMG", "=看不懂", "##", "(公式)见附页", "error"]


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("picture", PICTURES)
def test_a_picture_is_asked_for_in_words(pack: Pack, name: str, column: str, picture: str) -> None:
    found = table(pack, FORMATS[name](with_cell(column, picture)), name)
    (fault,) = found.faults
    assert (fault.code, fault.cell, fault.question) == ("B10", f"{column}2", COLUMNS[column])
    assert "图片" in fault.sentence
    assert "请写上" in fault.sentence
    assert found.frame[COLUMNS[column]][0] is None


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("word", ERRORS)
def test_an_error_word_is_no_text(pack: Pack, name: str, column: str, word: str) -> None:
    found = table(pack, FORMATS[name](with_cell(column, word)), name)
    assert [(fault.code, fault.cell) for fault in found.faults] == [("R07", f"{column}2")]
    assert found.frame[COLUMNS[column]][0] is None


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("text", TEXTS)
def test_a_remark_may_speak_of_errors(pack: Pack, name: str, text: str) -> None:
    if name == "a.xls" and text.startswith("="):
        pytest.skip("the writer of xls makes a formula of it, whose text this then is")
    found = table(pack, FORMATS[name](with_cell("I", text)), name)
    assert not found.faults
    assert found.frame["remark"][0] == text


def test_refused_rows_that_come_back_as_they_were(pack: Pack) -> None:
    """Handed back, a cell that could not be read is named; imported again unchanged, it is refused again."""
    data = workbook_of_texts(with_cell("H", PICTURES[0]))
    back = raw_rows(data, "a.xlsx", "附件1-1", [2])[2]
    assert back["H"] == "(图片)"
    again = table(pack, workbook_of_texts(with_cell("H", back["H"])))
    assert [fault.code for fault in again.faults] == ["B10"]
    for shown, code in (("(公式)", "R06"), ("(错误值)", "R07")):
        assert [fault.code for fault in table(pack, as_csv(with_cell("I", shown)), "a.csv").faults] == [code]


@pytest.mark.parametrize("formula", ['=_xlfn.DISPIMG("ID_6A3F",1)', '=DISPIMG("ID_6A3F",1)'])
@pytest.mark.parametrize("value", [None, "#NAME?", '=DISPIMG("ID_6A3F",1)', 0])
def test_a_picture_whose_value_another_program_has_lost(pack: Pack, formula: str, value: Any) -> None:
    """openpyxl keeps the formula alone, Excel makes #NAME? of it."""
    if value is None:
        book = openpyxl.Workbook()
        page = book.active
        assert page is not None
        for row in with_cell("H", formula):
            page.append(row)
        stream = io.BytesIO()
        book.save(stream)
    else:
        stream = io.BytesIO()
        with xlsxwriter.Workbook(stream) as made:
            written = made.add_worksheet("附件1-1")
            for r, row in enumerate(with_cell("H", "")):
                written.write_row(r, 0, row)
            written.write_formula("H2", formula, None, value)
    assert [(fault.code, fault.cell) for fault in table(pack, stream.getvalue()).faults] == [("B10", "H2")]


@pytest.mark.parametrize(
    "formula", ["of:=DISPIMG(&quot;ID&quot;;1)", "msoxl:=_xlfn.DISPIMG(&quot;ID&quot;,1)"]
)
def test_a_picture_in_ods(pack: Pack, formula: str) -> None:
    data = as_ods(with_cell("H", "#NAME?"), f' table:formula="{formula}" calcext:value-type="error"')
    assert [(fault.code, fault.cell) for fault in table(pack, data, "a.ods").faults] == [("B10", "H2")]


def test_errors_and_formulas_that_ods_repeats(pack: Pack) -> None:
    """LibreOffice writes equal neighbours, and equal rows, once with their number."""
    cell = (
        '<table:table-cell table:number-columns-repeated="2" calcext:value-type="error">'
        "<text:p>#N/A</text:p></table:table-cell>"
    )
    name = '<table:table-cell office:value-type="string"><text:p>刘志强</text:p></table:table-cell>'
    data = io.BytesIO(as_ods([HEAD]))
    with zipfile.ZipFile(data) as archive:
        content = archive.read("content.xml").decode()
    line = f'<table:table-row table:number-rows-repeated="2">{name}{cell}</table:table-row>'
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("content.xml", content.replace("</table:table>", line + "</table:table>"))
    found = table(pack, stream.getvalue(), "a.ods")
    assert [fault.cell for fault in found.faults] == ["B2", "C2", "B3", "C3"]


def test_a_time_in_ods_is_a_time(pack: Pack) -> None:
    """1:3 typed becomes a time of day."""
    data = as_ods(with_cell("E", "#"))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        content = archive.read("content.xml").decode()
    old = '<table:table-cell office:value-type="string"><text:p>#</text:p>'
    assert old in content
    new = (
        '<table:table-cell office:value-type="time" office:time-value="PT01H03M00S"><text:p>01:03:00</text:p>'
    )
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("content.xml", content.replace(old, new))
    assert [(fault.code, fault.cell) for fault in table(pack, stream.getvalue(), "a.ods").faults] == [
        ("R10", "E2")
    ]


# --- formulas that were never computed ----------------------------------------------------------------------


def with_formulas(values: dict[str, Any]) -> bytes:
    """By XlsxWriter, which stores 0 for a formula whose value it isn't told, and asks for computing on opening."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        page = book.add_worksheet("附件1-1")
        for r, row in enumerate([HEAD, ROW, ["高爱莲", *ROW[1:]]]):
            page.write_row(r, 0, row)
        for place, value in values.items():
            page.write_formula(place, "=1+1", None, *(() if value is None else (value,)))
    return stream.getvalue()


def test_a_zero_of_xlsxwriter_was_never_computed(pack: Pack) -> None:
    found = table(pack, with_formulas({"B2": None, "I2": None, "E3": None, "H3": None}))
    assert [(f.code, f.cell) for f in found.faults] == [("R06", c) for c in ("B2", "I2", "E3", "H3")]


def test_values_that_are_stored_count(pack: Pack) -> None:
    found = table(pack, with_formulas({"B2": 4, "I2": "搬走", "E3": 3, "B3": None}))
    assert [(fault.code, fault.cell) for fault in found.faults] == [("R06", "B3")]
    assert found.frame["population"].to_list() == [4, None]
    assert found.frame["remark"].to_list() == ["搬走", None]


def test_a_zero_that_a_spreadsheet_computed_counts(pack: Pack, tmp_path: Path) -> None:
    """LibreOffice computes when it opens the file: 0 and an empty text are its own."""
    (tmp_path / "a.xlsx").write_bytes(with_formulas({"B2": None, "I2": None}).replace(b"=1+1", b"=1-1"))
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    book["附件1-1"]["B2"], book["附件1-1"]["I2"], book["附件1-1"]["I3"] = "=1-1", '=""', "=1+1"
    book.save(tmp_path / "a.xlsx")
    for suffix in ("xls", "ods", "xlsx"):
        subprocess.run(
            ["soffice", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless", "--convert-to",
             suffix, "--outdir", str(tmp_path / "out"), str(tmp_path / "a.xlsx")],
            check=True, capture_output=True, timeout=120,
        )  # fmt: skip
        found = table(pack, (tmp_path / "out" / f"a.{suffix}").read_bytes(), f"a.{suffix}")
        assert not found.faults, suffix
        assert found.frame["population"].to_list() == [0, 3]
        assert found.frame["remark"].to_list() == [None, "2"]


def test_formulas_in_xls_that_were_never_computed(pack: Pack) -> None:
    """HSSF stores 0 and asks for computing on opening; a value that it was given stays."""
    rows: list[list[Any]] = [HEAD, list(ROW), ["高爱莲", *ROW[1:]]]
    rows[1][1], rows[1][8], rows[2][1], rows[2][4] = (
        Formula(0.0, 2),
        Formula(0.0, 2),
        Formula(4.0, 2),
        Formula(0.0),
    )
    found = table(pack, xls({"附件1-1": sheet(rows)}), "a.xls")
    assert [(fault.code, fault.cell) for fault in found.faults] == [("R06", "B2"), ("R06", "I2")]
    assert found.frame["population"].to_list() == [None, 4]
    assert found.frame["housing"].to_list() == [2, 0]


@pytest.mark.parametrize("others", [[], [Formula(3.0)], [Formula("甲")]])
def test_formulas_of_xlwt_have_an_empty_text(pack: Pack, others: list[Formula]) -> None:
    """Where no formula of the workbook says anything, none was computed; else an empty text is one."""
    rows: list[list[Any]] = [HEAD, list(ROW), [""] * 9 + others]
    rows[1][1], rows[1][8] = Formula(None), Formula(None)
    found = table(pack, xls({"附件1-1": sheet(rows)}), "a.xls")
    assert [fault.cell for fault in found.faults] == ([] if others else ["B2", "I2"])


def test_a_row_of_formulas_alone_at_the_end_is_not_lost(pack: Pack) -> None:
    data = with_formulas({f"{column}4": "" for column in "ABCDEFGHI"})
    found = table(pack, data)
    assert found.frame.height == 3
    assert [fault.cell for fault in found.faults] == [f"{column}4" for column in "ABCDEFGHI"]


def test_ordinary_texts_stay(pack: Pack) -> None:
    found = table(pack, workbook(**{"附件1-1": [HEAD, ROW]}))
    assert not found.faults
    assert found.frame["surveyors"].to_list() == ["张三"]

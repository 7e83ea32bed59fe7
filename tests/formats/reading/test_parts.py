"""xlsx whose parts stand elsewhere or are spelt otherwise: the scan sees the sheet that calamine reads."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable

import pytest
from tests.formats.reading.conftest import workbook

from paicha.core.pack import Pack
from paicha.formats.reading import FileRefused, HouseholdTable, read_file

_ROWS = [["户主姓名", "家庭人口", "联系电话"], ["刘志强", 3, "13800000001"], ["张好", 2, "13800000002"]]
_SHEET = "xl/worksheets/sheet1.xml"


def rewritten(change: Callable[[str, str], tuple[str, str]]) -> bytes:
    """The workbook of `_ROWS`, every part passed through `change(name, text)`."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook(Sheet1=_ROWS))) as old, zipfile.ZipFile(stream, "w") as new:
        for name in old.namelist():
            new.writestr(*change(name, old.read(name).decode()))
    return stream.getvalue()


def moved(place: str) -> Callable[[str, str], tuple[str, str]]:
    """The sheet's part at `place`, its relation and content type with it; its population a formula without value."""

    def change(name: str, text: str) -> tuple[str, str]:
        if name == _SHEET:
            return place, re.sub(r'<c r="B3"([^>]*)><v>2</v></c>', r'<c r="B3"\1><f>1+1</f></c>', text)
        return name, text.replace("/" + _SHEET, "/" + place).replace("worksheets/sheet1.xml", place[3:])

    return change


@pytest.mark.parametrize("place", ["xl/pages/sheet1.xml", "xl/worksheets/Sheet1.XML", "xl/sheet.xml"])
def test_a_sheet_is_scanned_wherever_its_part_lies(pack: Pack, place: str) -> None:
    (table,) = read_file(rewritten(moved(place)), "a.xlsx", pack).tables
    assert isinstance(table, HouseholdTable)
    assert [(fault.code, fault.cell) for fault in table.faults] == [("R06", "B3")]


def test_a_part_of_another_case_than_its_relation(pack: Pack) -> None:
    def change(name: str, text: str) -> tuple[str, str]:
        name, text = moved(_SHEET)(name, text)
        return (_SHEET.replace("sheet1", "SHEET1") if name == _SHEET else name), text

    (table,) = read_file(rewritten(change), "a.xlsx", pack).tables
    assert [(fault.code, fault.cell) for fault in table.faults] == [("R06", "B3")]


@pytest.mark.parametrize(
    ("part", "old", "new", "code"),
    [
        (_SHEET, "<sheetData>", '<cols><col min="x" max="3" hidden="1"/></cols><sheetData>', "F04"),
        (_SHEET, "<sheetData>", '<cols><col min="1" max="-3" hidden="1"/></cols><sheetData>', "F04"),
        ("xl/workbook.xml", "<sheets>", "<sheets", "F04"),
        ("xl/workbook.xml", "<workbook", "<!DOCTYPE workbook><workbook", "F07"),
    ],
)
def test_an_odd_part_is_one_sentence(pack: Pack, part: str, old: str, new: str, code: str) -> None:
    data = rewritten(lambda name, text: (name, text.replace(old, new, 1) if name == part else text))
    with pytest.raises(FileRefused) as refused:
        read_file(data, "a.xlsx", pack)
    assert refused.value.code == code

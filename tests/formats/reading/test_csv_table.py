"""Text tables of web systems: wrapped texts, and encodings old and new."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.formats.reading.conftest import workbook
from tests.formats.sample import pack

from paicha.core import normalise
from paicha.core.private_use import STANDARD
from paicha.formats.reading import HouseholdTable, read_file
from paicha.formats.reading.csv_table import read_csv_table
from paicha.formats.reading.grid import Raw
from paicha.formats.reading.source import open_grids

HEADER = "序号,户主姓名,家庭人口,联系电话,居住地,有无安全住房,排查人员签字,备注,组"


def rows(text: str) -> list[list[Raw]]:
    return read_csv_table(text.encode(), "表.csv").rows


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ('="13584517282"', "13584517282"), ('"=""13584517282"""', "13584517282"),
        ("'13584517282", "13584517282"), ('="5"', "5"),
        ('=""', ""), ("'刘凯'", "刘凯"), ("'", "'"), ("''", "''"), ("' ", "' "), ("it's", "it's"),
        ("5'", "5'"), ("=1+1", "=1+1"), ('"x,="",y"', 'x,=",y'),
        ('="刘""凯"', '刘"凯'), ('="住院,上学"', "住院,上学"), ('"=""住院,上学"""', "住院,上学"),
        ("\t5", "\t5"), ('"a"', "a"),
        ('="5"&"6"', '="5"&"6"'), ('=T("5")', '=T("5")'),
    ],
)  # fmt: skip
@pytest.mark.parametrize("place", ["first", "middle", "last"])
def test_texts_that_are_wrapped_for_excel(field: str, value: str, place: str) -> None:
    row = {"first": (field, "b", "c"), "middle": ("a", field, "c"), "last": ("a", "b", field)}[place]
    expected = [value if one is field else one for one in row]
    assert rows(f"甲,乙,丙\r\n{','.join(row)}\r\n1,2,3\r\n") == [
        ["甲", "乙", "丙"],
        expected,
        ["1", "2", "3"],
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_every_column_and_the_header_unwrapped(encoding: str) -> None:
    header = ",".join(f'="{text}"' for text in HEADER.split(","))
    row = '="1","=""刘埃秀""",="4",\'13584517282,="1",\'2,="刘狗秋",="高血压",="1"'
    text = f"{header}\r\n{row}"
    plain = text.replace('="', "").replace('"', "").replace("'", "")
    found, expected = (read_file(each.encode(encoding), "表.csv", pack()).tables for each in (text, plain))
    assert isinstance(found[0], HouseholdTable)
    assert isinstance(expected[0], HouseholdTable)
    assert found[0].frame.to_dicts() == expected[0].frame.to_dicts()
    assert found[0].frame["phone"].to_list() == ["13584517282"]


@given(
    st.lists(st.lists(st.text("刘1,\"'=\n\t; ", max_size=6), min_size=2, max_size=4), min_size=1, max_size=5)
)
def test_what_is_not_wrapped_comes_back_as_it_was(table: list[list[str]]) -> None:
    """Fields that begin with neither = nor an apostrophe are what csv makes of them."""
    table = [[f"x{field}" for field in row] for row in table]
    stream = io.StringIO()
    csv.writer(stream, quoting=csv.QUOTE_ALL).writerows(table)
    width = max(map(len, table))
    found = read_csv_table(("甲,乙\n" + stream.getvalue()).encode(), "表.csv").rows
    if stream.getvalue().count(",") >= max(stream.getvalue().count(mark) for mark in ";\t，"):
        assert found[1:] == [row + [""] * (max(width, 2) - len(row)) for row in table]


# Encodings


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "gb18030", "utf-8"])
def test_encodings(encoding: str) -> None:
    text = "户主姓名\t家庭人口\t联系电话\n刘志强\t3\t13584517282\n"
    (grid,) = open_grids(text.encode(encoding), "表.txt")
    assert grid.rows[1] == ["刘志强", "3", "13584517282"]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_its_mark_and_full_of_empty_halves(encoding: str) -> None:
    text = "户主姓名,组\n" + "一一一,一\n" * 50
    (grid,) = open_grids(text.encode(encoding), "表.csv")
    assert grid.rows[1] == ["一一一", "一"]


def test_characters_that_gb18030_moved_are_the_same_from_both_kinds_of_systems() -> None:
    """龴 is 0xFE59 to a new system and 0x82359037 to an old one; ︐ 0xA6D9, ḿ 0xA8BC, 䶮 0xFE9F or U+E863."""
    new, old = b"\xfe\x59\xfe\x61\xfe\x66\xa6\xd9\xa8\xbc\xfe\x9f", "龴龵龶︐ḿ䶮".encode()
    head = "户主姓名,备注\n".encode("gb18030") + b"1,"
    (one,) = open_grids(head + new, "新.csv")
    (two,) = open_grids("户主姓名,备注\n1,".encode() + old, "旧.csv")
    assert one.rows[1] == two.rows[1] == ["1", "龴龵龶︐ḿ䶮"]
    assert "龴龵".encode("gb18030").decode("gb18030") == "龴龵"  # the four bytes of old systems


@pytest.mark.parametrize("name", ["刘\ue863", "刘䶮"])
def test_a_name_from_an_old_system_is_the_same_in_a_workbook(name: str) -> None:
    (table,) = read_file(
        workbook(表=[["户主姓名", "家庭人口", "联系电话"], [name, 3, ""]]), "表.xlsx", pack()
    ).tables
    assert isinstance(table, HouseholdTable)
    assert table.frame["head_name"].to_list() == ["刘䶮"]
    assert normalise.name_key(name) == "刘䶮"


def test_private_characters_of_gbk_are_all_known() -> None:
    """Each position of GBK's additions (0xFE50–0xFEA0) has one standard character, as Python's codec where it knows."""
    places = [low for low in range(0x50, 0xA1) if low != 0x7F]
    for number, low in enumerate(places):
        known = bytes([0xFE, low]).decode("gb18030")
        standard = STANDARD[0xE815 + number]
        assert not 0xE000 <= ord(standard) <= 0xF8FF
        assert known == standard or 0xE815 <= ord(known) <= 0xE864
    assert len(set(STANDARD.values())) == len(STANDARD)


def test_no_file_of_the_messy_tables_is_taken_for_another_kind() -> None:
    for path in (Path(__file__).parents[1] / "messy").glob("*.csv"):
        (grid,) = open_grids(path.read_bytes(), path.name)
        assert grid.sheet == ""

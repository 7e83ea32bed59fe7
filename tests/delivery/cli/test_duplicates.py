"""`paicha duplicates`: compares the register as it is, lists, and writes the list as a file."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook
from tests.worlds.homes import SECOND, Home, initialised_home

pytestmark = pytest.mark.slow

ROWS = "老人姓名,出生日期,同住人数,每月养老金,愿不愿意到食堂吃,走访人\n"
TWO = "张墕,1948-05-06,3,120,1,王五\n张雁,1948-05-06,3,120,1,王五\n"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with two households that are read alike."""
    made = initialised_home(
        tmp_path_factory.mktemp("duplicates") / "home", "--pack", SECOND, "--opens", "2024-09-01"
    )
    sheet = made.folder.parent / "rows.csv"
    sheet.write_text(f"柳河镇柳河村\n{ROWS}{TWO}")
    assert made.run("import", sheet).code == 0
    return made


def test_listed_and_written(home: Home, tmp_path: Path) -> None:
    first = home.run("duplicates", "--json").data
    assert (first["groups"], first["pairs"], first["households"], first["villages_read"]) == (1, 1, 2, 1)
    again = home.run("duplicates")
    assert again.code == 0 and "户主姓名读音相同，人口数相同" in again.out and "1 组疑似重复" in again.out
    done = home.run("duplicates", "--as", "csv", "--output", tmp_path, "--json")
    with Path(done.data["file"]).open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["户主甲"], row["户主乙"], row["相像之处"]) == ("张墕", "张雁", "户主姓名读音相同；人口数相同")
    assert row["户编号甲"].startswith("H")
    book = home.run("duplicates", "--as", "xlsx", "--output", tmp_path, "--json")
    sheet = CalamineWorkbook.from_path(book.data["file"]).get_sheet_by_index(0).to_python()
    assert any("张墕" in line and "张雁" in line for line in sheet)


def test_refused(home: Home, tmp_path: Path) -> None:
    for arguments, said in ((("--as", "csv"), "--output"), (("--area", "610000000000"), "610000000000")):
        done = home.run("duplicates", *arguments)
        assert (done.code, said in done.err) == (2, True), done

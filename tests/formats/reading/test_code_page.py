"""xls whose record of the code page lies, as Java's and Perl's writers leave it: texts are read all the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from paicha.core.pack import Pack
from paicha.formats.reading import HouseholdTable, read_file

MESSY = Path(__file__).parents[1] / "messy"
_TRUE = b"\x42\x00\x02\x00\xb0\x04"  # record 0x42, two bytes, 1200


@pytest.mark.parametrize("code_page", [1252, 936, 950, 437, 0, 0x8000])
@pytest.mark.parametrize("name", ["01-general-title-rows.xls", "12-whole-village.xls"])
def test_texts_are_utf_16_whatever_the_record_says(pack: Pack, name: str, code_page: int) -> None:
    data = (MESSY / name).read_bytes()
    assert data.count(_TRUE) == 1
    lying = data.replace(_TRUE, _TRUE[:4] + code_page.to_bytes(2, "little"))
    true, other = read_file(data, name, pack), read_file(lying, name, pack)
    assert len(true.tables) == len(other.tables) > 0
    for table, read in zip(true.tables, other.tables, strict=True):
        if isinstance(table, HouseholdTable):
            assert isinstance(read, HouseholdTable)
            assert read.frame.equals(table.frame)
            assert read.faults == table.faults

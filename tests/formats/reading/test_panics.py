"""A file on which calamine panics is one sentence, on stderr too."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tests.formats.xls_writer import Formula, sheet, workbook

from paicha.formats.reading import FileRefused
from paicha.formats.reading.xls import read_xls

PROGRAM = """
import logging, os, sys
from paicha.formats.reading import FileRefused
from paicha.formats.reading.calamine_guard import silence_panics
from paicha.formats.reading.xls import read_xls

if sys.argv[1] == "silent":
    silence_panics()
from tests.formats.xls_writer import sheet, workbook
for grid in read_xls(workbook({"a": sheet([["x"]]), "b": sheet([["y"]])}), "sound.xls"):
    logging.warning("sheet %s", grid.sheet)
try:
    list(read_xls(sys.stdin.buffer.read(), "a.xls"))
except FileRefused as refused:
    print(refused.code)
os.write(2, b"afterwards")
"""


def cunning() -> bytes:
    """A formula of the second sheet claims to be longer than its record."""
    broken = sheet([[Formula(1.0)]]).replace(b"\x03\x00\x1e\x01\x00", b"\x55\x00\x1e\x01\x00")
    return workbook({"一": sheet([["乙"]]), "二": broken})


def run(how: str) -> tuple[str, str]:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, how],
        input=cunning(),
        capture_output=True,
        check=True,
        timeout=60,
        cwd=Path(__file__).parents[3],
    )
    return done.stdout.decode().strip(), done.stderr.decode()


def test_a_panic_is_silent_and_all_else_is_heard() -> None:
    code, heard = run("loud")
    assert code == "F04"
    assert "panicked" in heard
    code, heard = run("silent")
    assert code == "F04"
    assert heard == "WARNING:root:sheet a\nWARNING:root:sheet b\nafterwards"


def test_a_sheet_that_begins_beyond_the_end_is_refused_before_calamine_sees_it() -> None:
    data = bytearray(workbook({"一": sheet([["乙"]])}))
    at = data.index(b"\x85\x00")  # where the sheet begins
    data[at + 7] = 4
    with pytest.raises(FileRefused) as refused:
        list(read_xls(bytes(data), "a.xls"))
    assert refused.value.code == "F04"
    assert refused.value.__context__ is None or "Panic" not in type(refused.value.__context__).__name__

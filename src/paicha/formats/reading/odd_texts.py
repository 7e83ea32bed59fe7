"""Texts that are no answer, whatever the format: control signs, the words of error values, WPS's pictures in cells."""

from __future__ import annotations

import re
from itertools import chain

from paicha.core.bounds import clean
from paicha.formats.reading.grid import UNREAD, Grid, rectangular

_PICTURE = "DISPIMG("
_PREFIXES = ("OF:=", "MSOXL:=", "=", "_XLFN.")
_ERRORS = frozenset(
    ("#NAME?", "#REF!", "#VALUE!", "#N/A", "#DIV/0!", "#NUM!", "#NULL!", "#SPILL!", "#CALC!", "#FIELD!", "#BLOCKED!",
     "#CONNECT!", "#BUSY!", "#UNKNOWN!", "#EXTERNAL!", "#GETTING_DATA", "#ERROR!")
)  # fmt: skip
_OTHER_ERRORS = re.compile(r"#{3,}|(?:ERR|错误)[:：][0-9]{3}")  # too narrow a column; LibreOffice's numbers
_OURS = {shown: code for code, shown in UNREAD.items()}  # from refused rows that come back as they were
_STARTS = frozenset("#=_DEOdeo错( ")


def clear_odd_texts(grid: Grid) -> None:
    """No text holds a control sign; texts that are no answer are noted; every cell that can't be read is blank
    and within the rows."""
    grid.sheet = clean(grid.sheet)
    _clear_texts(grid)
    for row, column in grid.unread_places():
        if row >= len(grid.rows) or column >= grid.width:
            width = max(grid.width, column + 1)
            grid.rows += [[] for _ in range(len(grid.rows), row + 1)]
            grid.rows = rectangular(grid.rows, width)
        grid.rows[row][column] = ""


def _clear_texts(grid: Grid) -> None:
    """Each distinct text is looked at once; only sheets with an odd one are walked through."""
    cleaned: dict[str, str] = {}
    codes: dict[str, str] = {}
    for text in set(chain.from_iterable(grid.rows)):
        if type(text) is not str:
            continue
        if not text.isprintable() and clean(text) != text:
            cleaned[text] = clean(text)
        if text[:1] in _STARTS or text in cleaned:
            code = _code(cleaned.get(text, text))
            if code:
                codes[text] = code
    if not cleaned and not codes:
        return
    for row, values in enumerate(grid.rows):
        for column, value in enumerate(values):
            if type(value) is str and value in codes:
                grid.note_unread((row, column), codes[value])
            elif type(value) is str and value in cleaned:
                values[column] = cleaned[value]


def is_picture(formula: str) -> bool:
    """Whether a formula is WPS's picture: `=DISPIMG("ID_…",1)`, also `_xlfn.DISPIMG`."""
    text = formula.strip().upper()
    for prefix in _PREFIXES:
        text = text.removeprefix(prefix).lstrip()
    return text.startswith(_PICTURE)


def _code(text: str) -> str:
    word = text.strip().upper()
    if word in _ERRORS or _OTHER_ERRORS.fullmatch(word):
        return "R07"
    return "B10" if is_picture(word) else _OURS.get(word, "")

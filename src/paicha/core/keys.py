"""The key that a row of our own workbooks carries: household number with check digit, base revision.

The writer puts both in columns right of the table, under the two labels below, the reader finds
them by these labels, and nobody else invents another spelling. A key is never believed alone: a
copied row carries its neighbour's, so intake compares it with the name (forms.md, Traps).
"""

from __future__ import annotations

import re

from paicha.core.normalise import fold

NUMBER_LABEL = "户编号"
BASE_LABEL = "底稿版本"

# Sheets of our own workbooks that follow the official forms; import ignores them (contract, Import).
LEDGER_SHEETS = ("整改台账", "线索清单", "信息变更")

_WRITTEN = re.compile(r"H?(?:([0-9A-F]{4})-)?([0-9]{8,16})")


def check_digit(digits: str) -> int:
    """ISO 7064 MOD 11,10: finds every single wrong digit and nearly every swap of neighbours."""
    rest = 10
    for digit in digits:
        rest = (rest + int(digit)) % 10 or 10
        rest = rest * 2 % 11
    return (11 - rest) % 10


def make_number(sequence: int, register: str = "") -> str:
    """`H` + the household's number in this register, 7 digits or more + check digit: `H00012342`.

    `register` (4 hex digits, upper case) sets the numbers of two registers apart: `HA3F2-00012342`.
    It begins with a letter so that no spreadsheet turns it into a number or a date.
    """
    if sequence < 1:
        raise ValueError("household numbers begin at 1")
    digits = f"{sequence:07d}"
    return f"H{register + '-' if register else ''}{digits}{check_digit(register_digits(register) + digits)}"


def parse_number(text: str, register: str = "") -> int | None:
    """The household's number, or None when it is garbled or another register's."""
    match = _WRITTEN.fullmatch("".join(fold(text).split()).upper())
    if match is None or (match[1] or "") != register:
        return None
    digits, check = match[2][:-1], match[2][-1]
    if check_digit(register_digits(register) + digits) != int(check):
        return None
    return int(digits) or None


def register_digits(register: str) -> str:
    """The register's hex digits as decimal ones, so that they take part in the check digit."""
    return "".join(f"{int(char, 16):02d}" for char in register)

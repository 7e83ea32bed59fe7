"""Identity numbers of people, which are kept nowhere: what looks like one, in a text or as a number.

What holds: blanks, tabs and strokes between the digits hide nothing; cards of disabled people (20 or 22 digits) and
numbers of pupils (G and 18 digits) hold an identity number and count as one; a number of a spreadsheet that lost its
last digits still says who it was.
"""

from __future__ import annotations

import re
from datetime import date

from paicha.core.normalise import fold

_RUN = re.compile(r"[0-9](?:[\s\-_.]{0,3}[0-9]){13,}(?:[\s\-_.]{0,3}[0-9Xx])?")
_EXACT = re.compile(
    r"(?<![0-9])([1-9][0-9]{5})(?:[ -]?[0-9]{8}[ -]?[0-9]{3}[0-9Xx]|[0-9]{9})(?![0-9Xx])"
)  # a number by itself: no part of a household's 19 digits, none of two telephones side by side
_APART = re.compile(r"[\s\-_.]")
_PROVINCES = frozenset(str(n) for low, high in (
    (11, 15), (21, 23), (31, 37), (41, 46), (50, 54), (61, 65), (71, 71), (81, 83),
) for n in range(low, high + 1))  # fmt: skip
_LONG, _SHORT = 18, 15
HIDDEN = "…"
MARK = "（身份证号）"  # stands for one in what is laid aside: it is refused there as the number itself
_LARGEST = 1e23
_SUSPECT = 1e14  # a number of a spreadsheet with fifteen digits or more


def holds_identity(value: object) -> bool:
    """Whether a text or a number holds what looks like a person's identity number."""
    if isinstance(value, bool) or value is None:
        return False
    if isinstance(value, int | float):
        return _SUSPECT <= abs(value) < _LARGEST and holds_identity(_digits_of(value))
    if not isinstance(value, str) or len(value) < _SHORT:
        return False
    return any(_is_identity(match[0]) for match in _RUN.finditer(fold(value)))


def _digits_of(value: float) -> str:
    """The digits that a spreadsheet shows: fifteen, then zeros."""
    digits, _, exponent = f"{abs(value):.14e}".partition("e+")
    return digits.replace(".", "").ljust(int(exponent) + 1, "0")


def hide_identity(text: str, mark: str = HIDDEN) -> str:
    """The text with `mark` for every identity number in it; else as it was."""
    if not holds_identity(text):
        return text
    return _RUN.sub(lambda match: mark if _is_identity(match[0]) else match[0], fold(text))


def mask_identity(text: str) -> str:
    """The text with each identity number that stands by itself cut down to its area, `610881************`.

    Stricter than `hide_identity`: for cells that also hold longer numbers which are nobody's. A text without one
    comes back as the same object.
    """
    folded = fold(text) if len(text) >= _SHORT else ""
    masked = _EXACT.sub(lambda match: match[1] + "*" * 12 if _is_identity(match[0]) else match[0], folded)
    return text if masked == folded else masked


def _is_identity(run: str) -> bool:
    digits = _APART.sub("", run)
    long = range(max(0, len(digits) - _LONG + 1))
    if any(_is_one(digits[at : at + _LONG]) for at in long):
        return True
    return len(digits) == _SHORT and digits[:2] in _PROVINCES and _is_day("19" + digits[6:12])


def _is_one(digits: str) -> bool:
    return digits[:2] in _PROVINCES and digits[:17].isdecimal() and _is_day(digits[6:14])


def _is_day(digits: str) -> bool:
    if not digits.isdecimal() or digits[:2] not in ("18", "19", "20"):
        return False
    try:
        date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return False
    return True

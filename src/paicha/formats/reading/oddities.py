"""What is wrong with a cell whatever its question is: it repeats another, lost its digits, holds an ID number."""

from __future__ import annotations

import re
from collections.abc import Callable

from paicha.core.identity import HIDDEN, holds_identity, mask_identity
from paicha.formats.reading.cell import Bad, plain
from paicha.formats.reading.grid import Raw, visible_text

_DITTO_MARKS = re.compile("[〃〞〝々″\"“”']+")
DITTO_WORDS = frozenset(
    ("同上", "同前", "同左", "上同", "同上户", "同上一户", "同上行", "同上一行", "同上格", "同上面")
)
_AROUND = " \t\r\n()[].。,，、;；:："
_SCIENTIFIC = re.compile(r"[0-9](?:\.([0-9]+))?[eE]\+?([0-9]{1,3})")
_IDENTITY_DIGITS = 15  # the shortest
_MOST_DIGITS = 10**15  # a spreadsheet keeps fifteen digits of a number
_SUSPECT = re.compile("[同〃〞〝々″\"“”'＂＇]|[0-9０-９][eEｅＥ]|[0-9０-９]{6}")  # the rest has no oddity


def is_ditto(raw: Raw) -> bool:
    """Whether a cell says that it repeats another one: `同上`, `〃`, `"`."""
    if type(raw) is not str or len(raw) > 12:
        return False
    text = "".join(plain(raw).split()).strip(_AROUND)
    return text in DITTO_WORDS or (text != "'" and bool(_DITTO_MARKS.fullmatch(text)))


def has_lost_digits(raw: Raw) -> bool:
    """Whether a number has more digits than a spreadsheet keeps, or was shown without them (`1.38E+10`)."""
    if isinstance(raw, float | int):
        return abs(raw) >= _MOST_DIGITS
    match = _SCIENTIFIC.fullmatch(plain(raw).strip()) if type(raw) is str and len(raw) < 40 else None
    return match is not None and int(match[2]) > len(match[1] or "")


def oddity(raw: Raw) -> Bad | None:
    """The fault that a cell has in every column, None for a sound one."""
    if type(raw) is str and not _SUSPECT.search(raw):
        return None
    if (
        type(raw) is str and len(raw) < _IDENTITY_DIGITS and raw.isascii() and raw.isdigit()
    ):  # a telephone, nearly always
        return None
    if is_ditto(raw):
        return Bad("R22", visible_text(raw))
    if has_lost_digits(raw):
        return Bad("R11", plain(raw))
    if type(raw) is str:
        masked = mask_identity(raw)
        return Bad("R25", masked) if masked is not raw else None
    return Bad("R25", HIDDEN) if holds_identity(raw) else None


def if_sound(parse: Callable[[Raw], object]) -> Callable[[Raw], object]:
    """The parser, asked only of cells without an oddity."""
    return lambda raw: oddity(raw) or parse(raw)

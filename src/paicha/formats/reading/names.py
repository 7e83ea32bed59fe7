"""Names of heads, of those who sign, and of groups: what names nobody is refused, never stored.

Each reader returns the normalised name, None for a blank cell or a word that says nothing, or `Bad`.
"""

from __future__ import annotations

import re

from paicha.core import normalise
from paicha.core.bounds import whole
from paicha.formats.reading.cell import Bad, is_moment, plain
from paicha.formats.reading.dates import dates_within, is_date
from paicha.formats.reading.grid import Raw, visible_text
from paicha.formats.reading.oddities import DITTO_WORDS, is_ditto

_MOST_GROUPS = 999  # four digits are a year, five the serial number of a date
_SEVERAL_GROUPS = re.compile(r"第?[0-9]+[-–—~至到、,/.和或][0-9]+(?:号|(?:村民)?小?组)?")
_TICK = re.compile("[√✓✔☑☒✅■□◻☐]")
_NUMBERED = re.compile(r"[0-9]+(?!组|社|队|村)")
_AGREEMENT = (
    "是", "否", "有", "无", "没有", "对", "签", "签字", "签名", "已签", "已签字", "已签名", "代签", "同意", "属实",
    "本人", "户主", "v", "x", "y", "n", "ok", "yes", "no", "true", "false",
)  # fmt: skip
NO_NAMES = DITTO_WORDS.union(_AGREEMENT)
_STRONG = re.compile(r"\s*[\n,，;；/、]\s*")
_APART = re.compile(r"[\s,，;；/、]+")
_AROUND = " \t\r\n()[].。,，、;；:："


def read_person(raw: Raw, silences: frozenset[str]) -> str | Bad | None:
    """One person's name."""
    name = normalise.head_name(visible_text(raw), silences)
    if name is None:
        return None
    read = plain(raw).strip()
    return _nobody(read, read) if is_moment(raw) or _names_nobody(read) else name


def read_people(raw: Raw, silences: frozenset[str]) -> str | Bad | None:
    """The names that sign, joined by `、`; every part of the cell must name somebody."""
    names = normalise.people(visible_text(raw), silences)
    if names is None:
        return None
    read = plain(raw).strip()
    if is_moment(raw) or is_date(read) or "同上" in "".join(read.split()):
        return _nobody(read, read)
    for part in (*_STRONG.split(read), *_APART.split(read)):
        if part.strip() and (
            part in silences or _names_nobody(part) or _TICK.search(part) or dates_within(part)
        ):
            return _nobody(read, part)
    return names


def _nobody(read: str, part: str) -> Bad:
    return Bad("R20", read, {"part": part})


def _names_nobody(text: str) -> bool:
    """Whether a text is a tick, a number, a date, a word of agreement, or repeats another cell."""
    return (
        not any(map(str.isalpha, text))
        or text.strip(_AROUND).casefold() in NO_NAMES
        or is_date(text)
        or is_ditto(text)
        or _NUMBERED.match(text) is not None
    )


def read_group(raw: Raw, silences: frozenset[str]) -> str | Bad | None:
    """A group's number or name; what a spreadsheet left of one, and two groups at once, are refused."""
    read = "".join(plain(raw).split())
    if is_moment(raw) or is_date(read) or is_date(read.removesuffix("组")):
        return Bad("R10", read)
    group = normalise.group(visible_text(raw), silences)
    if group is None:
        return None
    if group.isdecimal():
        return group if whole(group, _MOST_GROUPS) else Bad("R19", read)
    named = any(map(str.isalpha, group)) and group.casefold() not in NO_NAMES
    return group if named and not _SEVERAL_GROUPS.fullmatch(group) else Bad("R19", read)

"""What a name or a phone is found by, and what a typed text asks for. No database here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from paicha.core.normalise import fold, name_key, one_apart
from paicha.core.readings import readings
from paicha.domain.search.models import SearchTerm

Kind = SearchTerm.Kind
LONGEST = 40  # characters of a text that are looked for
LETTERS, DIGITS = 2, 4  # the fewest that make a search
_LETTERS = re.compile(r"[a-z' ]+")
_DIGITS = re.compile(r"[0-9][0-9 -]*")
_END = b"\xff"  # no UTF-8 text holds it: what begins with a term lies below the term and this


class How(IntEnum):
    """How a name answers a text; the best first."""

    SAME = 0  # it is the text, or its phone or number ends so
    BEGINS = 1
    HOLDS = 2  # what stands behind its first character, or behind a dot, begins so
    LETTERS = 3  # its initials, or its reading, begin so
    SOUNDS = 4  # another name of the same reading
    APART = 5  # a name one character different


def name_terms(name: str) -> Iterator[tuple[int, str]]:
    """(kind, term) of a name: itself, what stands behind its first character, its readings and their initials."""
    key = name_key(name)
    if not key:
        return
    yield Kind.NAME, key
    for rest in _rests(key):
        yield Kind.REST, rest
    for reading in readings(key):
        yield from ((Kind.SOUND, _without_blanks(reading)), (Kind.INITIALS, _initials(reading)))


def phone_term(phone: str) -> str:
    """The digits of a phone, the last one first: the last four of a number are how its term begins."""
    return "".join(char for char in reversed(phone) if char.isdecimal())


def as_bytes(term: str) -> bytes:
    """A term as it is kept."""
    return term[:LONGEST].encode()


def beginning(term: str) -> tuple[bytes, bytes]:
    """[low, high) of the terms that begin so."""
    return as_bytes(term), as_bytes(term) + _END


@dataclass(frozen=True, slots=True)
class Sought:
    """What somebody typed, read in every way: `key` as a name; `letters`, `digits`: '' where it is none of these."""

    text: str
    key: str
    letters: str
    digits: str

    @classmethod
    def of(cls, text: str) -> Sought:
        """What a text asks for."""
        clean = " ".join(fold(text).split())[:LONGEST]
        lower = clean.lower()
        letters = "".join(char for char in lower if char.isalpha()) if _LETTERS.fullmatch(lower) else ""
        digits = "".join(char for char in clean if char.isdecimal()) if _DIGITS.fullmatch(clean) else ""
        return cls(clean, name_key(clean), letters, digits)

    @property
    def is_name(self) -> bool:
        """Whether it holds a character that names are written with."""
        return not self.key.isascii()

    @property
    def is_number(self) -> bool:
        """Whether it has digits enough for a number or the end of one."""
        return len(self.digits) >= DIGITS

    @property
    def is_short(self) -> bool:
        """Whether so little would find half of everything: a letter, three digits, a sign."""
        if self.letters:
            return len(self.letters) < LETTERS
        return not self.is_name and len(self.key) < DIGITS

    def likeness(self, name: str) -> How | None:
        """How a name answers; None where it doesn't."""
        key = name_key(name)
        if self.letters:
            said = [
                part for reading in readings(key) for part in (_without_blanks(reading), _initials(reading))
            ]
            return How.LETTERS if any(part.startswith(self.letters) for part in said) else None
        if key == self.key:
            return How.SAME
        if key.startswith(self.key):
            return How.BEGINS
        if any(rest.startswith(self.key) for rest in _rests(key)):
            return How.HOLDS
        if set(map(_without_blanks, readings(key))) & set(self.sounds):
            return How.SOUNDS
        return How.APART if one_apart(self.key, key) else None

    @property
    def sounds(self) -> list[str]:
        """How the text may be read, as terms."""
        return [_without_blanks(reading) for reading in readings(self.key)]


def _rests(key: str) -> list[str]:
    _, dot, last = key.rpartition("·")
    return [part for part in dict.fromkeys((key[1:], last if dot else "")) if part]


def _without_blanks(reading: str) -> str:
    return reading.replace(" ", "")


def _initials(reading: str) -> str:
    return "".join(syllable[0] for syllable in reading.split())

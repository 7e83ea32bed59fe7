"""What comes from outside, bounded once: signs that no text of ours holds, and numbers that no column holds.

Every door calls these: the desk's middleware, the sync door, the reader of cells. So both databases are given the
same. What holds: control signs are left out, not refused, since nobody sees them in what they paste; a number that
does not fit is no number of ours, never an error of the database.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable
from datetime import date
from typing import Any

import orjson

LARGEST = 2**63 - 1  # of a column of ids
_DIGITS = len(str(LARGEST))
_CENTURIES = (1900, 2200)
_DEEPEST = 50  # what is nested deeper was written by no form of ours
_NESTING = re.compile(rb'"(?:[^"\\]++|\\.)*+"?|[\[\]{}]', re.DOTALL)  # texts, and what opens and closes
_HALF = re.compile("[\ud800-\udfff]")
# Vertical tab, form feed and next line part words; Word and Excel write them for a line that is broken softly.
_BLANKS = re.compile("[\x0b\x0c\x85]")
# Other control signs of ASCII and Latin 1, lone surrogates, signs that turn the direction of text, and the two
# code points that XML forbids. NUL is in no text of PostgreSQL, a surrogate in no UTF-8.
_NEVER = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff\ud800-\udfff]"
)


def clean(text: str) -> str:
    """The text without signs that no database or file format keeps; tabs and line breaks stay."""
    if text.isprintable():  # nearly every text: none of these signs is printable
        return text
    return _NEVER.sub("", _BLANKS.sub(" ", text))


def clean_deep(value: Any, depth: int = _DEEPEST) -> Any:
    """A value as JSON gives it, every text in it `clean`, names of objects too; what is nested deeper is null.

    Two names of one object that are the same once they are clean both stay: the one that was clean keeps its name,
    the other gets a stroke more, which no form of ours asks for.
    """
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict | list) and not depth:
        return None
    if isinstance(value, dict):
        names = _distinct(value)
        return {name: clean_deep(one, depth - 1) for name, one in zip(names, value.values(), strict=True)}
    return [clean_deep(one, depth - 1) for one in value] if isinstance(value, list) else value


def _distinct(names: Iterable[str]) -> list[str]:
    """The names `clean`, in their order, each once."""
    given = list(names)
    taken = {name for name in given if clean(name) == name}
    distinct = []
    for name in given:
        kept = clean(name)
        while kept != name and kept in taken:
            kept += "'"
        taken.add(kept)
        distinct.append(kept)
    return distinct


def misfit(value: Any, place: str = "", depth: int = _DEEPEST) -> str | None:
    """Where in a value as JSON gives it a number beyond 64 bits stands, or half a sign (`answers.water`); else None.

    A whole number that the JSON reader could not keep is a fraction by now: it doesn't fit either. Half a sign is a
    lone surrogate: what somebody typed can't be told from it.
    """
    if isinstance(value, str):
        return place if _HALF.search(value) else None
    if isinstance(value, int | float):
        return None if -LARGEST <= value <= LARGEST else place
    if not isinstance(value, dict | list) or not depth:
        return None
    inner = value.items() if isinstance(value, dict) else enumerate(value, 1)
    for name, one in inner:
        at = f"{place}.{name}" if place else str(name)
        found = (at if _HALF.search(str(name)) else None) or misfit(one, at, depth - 1)
        if found is not None:
            return clean(found)
    return None


def storable(value: Any) -> Any:
    """A value as JSON gives it, fit for a column of JSON: `clean_deep`, and numbers that don't fit as their text."""
    return _in_words(clean_deep(value))


def _in_words(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _in_words(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_in_words(one) for one in value]
    return str(value) if misfit(value) is not None else value


def read_json(content: bytes) -> Any:
    """What came as JSON; what is nested too deep in it is null. Texts are `clean`, but where one holds half a sign
    all is left for `misfit` to find.

    Raises orjson.JSONDecodeError for what is no JSON.
    """
    try:
        return clean_deep(orjson.loads(content))
    except orjson.JSONDecodeError as error:
        try:  # what no reader takes (large numbers, half signs, endless nesting) must not spoil what stands beside it
            return json.loads(_flat(content), parse_int=_number, parse_constant=_never)
        except (ValueError, RecursionError):
            raise error from None


def _flat(content: bytes) -> bytes:
    """JSON text with null in place of what is nested deeper than `_DEEPEST`."""
    kept, depth, done = [], 0, 0
    for found in _NESTING.finditer(content):
        sign = found[0]
        if sign in b"[{":
            depth += 1
            if depth == _DEEPEST + 1:
                kept += [content[done : found.start()], b"null"]
        elif sign in b"]}":
            depth -= 1
            if depth == _DEEPEST:
                done = found.end()
    return b"".join([*kept, content[done:]])


def _number(digits: str) -> int | float:
    return int(digits) if len(digits) <= _DIGITS + 1 else math.inf


def _never(word: str) -> Any:
    raise ValueError(word)


def whole(text: str, most: int = LARGEST) -> int | None:
    """The number that the digits of a posted text make, None for anything else or beyond `most`."""
    if not (text.isdecimal() and len(text) <= _DIGITS):
        return None
    number = int(text)
    return number if number <= most else None


def calendar_day(text: str) -> date | None:
    """The day that a text names as ISO 8601 has it; None for none, or for one that no record of ours can be of.

    Bounded, since the first and the last day of Python's calendar have no moment in Shanghai and UTC alike.
    """
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if _CENTURIES[0] <= day.year < _CENTURIES[1] else None


def wholes(texts: Iterable[str], most: int = LARGEST) -> list[int]:
    """The numbers among posted texts; the others are left out."""
    return [number for text in texts if (number := whole(text, most)) is not None]

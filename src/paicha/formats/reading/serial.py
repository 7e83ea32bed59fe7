"""Numbers that spreadsheets show as moments: days since the end of 1899."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from paicha.formats.reading.grid import Raw

_DAY_ONE, _LAST_DAY = 61, 2_958_465  # from March 1900 to the year 9999, where every program agrees
_DAY_ZERO = date(1899, 12, 31)
_NO_MOMENTS = frozenset(
    ("general", "general number", "currency", "euro currency", "fixed", "standard", "percent", "scientific", "yes/no",
     "true/false", "on/off", "@", "0")
)  # fmt: skip
_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?![hms]+\])[^\]]*\]', re.IGNORECASE)
_LETTERS = re.compile(r"[ymdhs年月日时]", re.IGNORECASE)


def moment(number: float, clock: bool = False) -> Raw:
    """The date and time of a serial number, a time of day where `clock` is meant; a number that is none as it is."""
    if 0 <= number < 1 and clock:
        return _moment(number).time()
    return _moment(number) if _DAY_ONE <= number <= _LAST_DAY else number


def iso_moment(text: str) -> Raw | None:
    """`2022-03-11T00:00:00.000Z` as spreadsheets mean it, without its zone; one of 1899 is a time alone."""
    try:
        found = datetime.fromisoformat(text.strip().removesuffix("Z"))
    except ValueError:
        return None
    return found.time() if found.date() <= _DAY_ZERO else found.replace(tzinfo=None)


def is_moment_format(code: str) -> bool:
    """Whether a number format shows dates or times: `yyyy-mm-dd`, `m"月"d"日"`, `Short Date`; not `General`."""
    return code.lower() not in _NO_MOMENTS and bool(_LETTERS.search(_LITERAL.sub("", code)))


def _moment(number: float) -> datetime:
    seconds = round(number * 86_400)
    return datetime(1899, 12, 30) + timedelta(seconds=seconds)  # noqa: DTZ001  (spreadsheets know no zone)

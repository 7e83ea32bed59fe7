"""Counts, money and dates as clerks write them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta, timezone

from paicha.core import normalise
from paicha.core.normalise import chinese_number
from paicha.formats.reading.cell import Bad, is_moment, plain
from paicha.formats.reading.dates import is_date
from paicha.formats.reading.grid import Raw

_UNIT = r"(?:个?人|口人|口|户|个|名|元|位|天|年|元/人|元/年|块|次)"
_COUNT = re.compile(rf"(?:共|计|合计)?\s*([-+]?[0-9]+(?:\.0*)?)\s*{_UNIT}?\s*[.。]?")
_GROUPED = re.compile(rf"([-+]?[0-9]{{1,3}}(?:,[0-9]{{3}})+)(?:\.0*)?\s*{_UNIT}?")
_TEN_THOUSANDS = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*万\s*元?")
_SCIENTIFIC = re.compile(r"([0-9](?:\.[0-9]+)?)[eE]\+?([0-9]{1,2})")
_CHINESE_COUNT = re.compile(rf"([〇零一二两三四五六七八九十百千]+)\s*{_UNIT}?")

_YMD = re.compile(
    r"([0-9]{2}|[0-9]{4})\s*[-/.年,、\s]\s*([0-9]{1,2})\s*[-/.月,、\s]\s*([0-9]{1,2})\s*[日号.]?"
)
_COMPACT = re.compile(r"((?:19|20)[0-9]{2})([01][0-9])([0-3][0-9])")
_MD = re.compile(r"([0-9]{1,2})\s*月\s*([0-9]{1,2})\s*[日号]?")
_DMY = re.compile(r"([0-9]{1,2})\s*[-/.]\s*([0-9]{1,2})\s*[-/.]\s*([0-9]{4})")
_CHINESE_DATE = re.compile(
    r"([〇零○一二三四五六七八九0-9]{4})年([一二三四五六七八九十0-9]{1,3})月([一二三四五六七八九十0-9]{1,3})[日号]?"
)
_TIME_BEHIND = re.compile(r"[ T日]+[0-9]{1,2}[:时点][0-9]{2}(?:[:分][0-9]{2}(?:\.[0-9]+)?)?秒?$")
_ZONED = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}[0-9:.]*\s?(?:Z|[-+][0-9]{2}:?[0-9]{2})")
_FOUR = re.compile(r".*[0-9][ T]16:00(?::00(?:\.0+)?)?")
_BEIJING = timezone(timedelta(hours=8))
_WHOLE = re.compile(r"^\s*([0-9]+)\.0*\s*$")  # a number that became text: 13509120216.0
_EPOCH = date(1899, 12, 30)
_INT64 = 2**53


class CountReader:
    """Whole numbers: `3`, `3人`, `三口`, `3.0`, `1,200元`, `1.2万`. Never rounds, never guesses."""

    def __init__(self, silences: Iterable[str]) -> None:
        self._silences = frozenset(silences)

    def read(self, raw: Raw) -> int | Bad | None:
        if raw == "":
            return None
        if isinstance(raw, int | float):
            return self._whole(float(raw), plain(raw))
        if is_moment(raw):
            return Bad("R10", plain(raw))
        text = plain(raw).strip()
        if normalise.text(text, self._silences) is None:
            return None
        if is_date(text):
            return Bad("R10", text)
        match = _COUNT.fullmatch(text) or _GROUPED.fullmatch(text)
        if match:
            return self._whole(float(match[1].replace(",", "")), text)
        match = _TEN_THOUSANDS.fullmatch(text)
        if match:
            return self._whole(round(float(match[1]) * 10_000, 6), text)
        match = _CHINESE_COUNT.fullmatch(text)
        number = chinese_number(match[1]) if match else None
        return Bad("R05", text) if number is None else number

    def _whole(self, value: float, read: str) -> int | Bad:
        if not value.is_integer():
            return Bad("R05", read)
        return Bad("R14", read) if abs(value) > _INT64 else int(value)


class DateReader:
    """Dates in Chinese and Excel ways. A day without a year takes the year that brings it closest to
    `near`, the day the round opens."""

    def __init__(self, silences: Iterable[str], near: date) -> None:
        self._silences = frozenset(silences)
        self._near = near

    def read(self, raw: Raw) -> date | Bad | None:
        if raw == "":
            return None
        instant = _instant(raw)
        if instant is not None:
            return _day_of(instant)
        if isinstance(raw, date):
            return raw.date() if isinstance(raw, datetime) else raw
        if is_moment(raw):
            return Bad("R09", plain(raw))
        if isinstance(raw, int | float):
            return self._serial(float(raw), plain(raw))
        text = plain(raw).strip()
        if normalise.text(text, self._silences) is None:
            return None
        return self._text(_TIME_BEHIND.sub("", text), text)

    def _serial(self, value: float, read: str) -> date | Bad:
        match = _COMPACT.fullmatch(read)
        if match:
            return _date(int(match[1]), int(match[2]), int(match[3]), read)
        if 36_526 <= value < 73_415:  # 2000 to 2100
            return _EPOCH + timedelta(days=int(value))
        return Bad("R09", read)

    def _text(self, text: str, read: str) -> date | Bad:
        match = _YMD.fullmatch(text) or _COMPACT.fullmatch(text)
        if match:
            year = int(match[1]) if len(match[1]) == 4 else 2000 + int(match[1])
            if len(match[1]) == 2 and (
                int(match[3]) > 31 or ("年" not in text and not _is_year(match[1], self._near))
            ):
                return Bad("R09", read)
            return _date(year, int(match[2]), int(match[3]), read)
        match = _DMY.fullmatch(text)
        if match:
            one, two, year = int(match[1]), int(match[2]), int(match[3])
            if one > 12 or one == two:
                return _date(year, two, one, read)
            return _date(year, one, two, read) if two > 12 else Bad("R09", read)
        match = _MD.fullmatch(text)
        if match:
            return self._nearest(int(match[1]), int(match[2]), read)
        match = _CHINESE_DATE.fullmatch(text)
        if match:
            parts = [int(part) if part.isdigit() else chinese_number(part) for part in match.groups()]
            if None not in parts:
                return _date(parts[0] or 0, parts[1] or 0, parts[2] or 0, read)
        if re.fullmatch(r"[0-9]{5}", text):
            return self._serial(float(text), read)
        month = re.fullmatch(r"([一二三四五六七八九十]{1,2})月([一二三四五六七八九十]{1,3})[日号]?", text)
        if month:
            return self._nearest(chinese_number(month[1]) or 0, chinese_number(month[2]) or 0, read)
        return Bad("R09", read)

    def _nearest(self, month: int, day: int, read: str) -> date | Bad:
        found = [
            value
            for year in (self._near.year - 1, self._near.year, self._near.year + 1)
            if isinstance(value := _date(year, month, day, read), date)
        ]
        return min(found, key=lambda value: abs(value - self._near)) if found else Bad("R09", read)


def _instant(raw: Raw) -> datetime | None:
    """A moment with its zone, as programs write it: `2022-03-11T00:00:00.000Z`."""
    if isinstance(raw, datetime):
        return raw if raw.tzinfo else None
    text = raw.strip() if isinstance(raw, str) else ""
    try:
        return datetime.fromisoformat(text.replace(" +", "+")) if _ZONED.fullmatch(text) else None
    except ValueError:
        return None


def _day_of(instant: datetime) -> date:
    """Midnight in its own zone is that day; any other moment is the day in Beijing.

    SheetJS writes Beijing's midnight 43 seconds early: what falls into a day's last minute is the next day.
    """
    if instant.time() == time(0):
        return instant.date()
    return (instant.astimezone(_BEIJING) + timedelta(minutes=1)).date()


def written_day(raw: Raw, day: date) -> date:
    """The day that stands in a cell read as `day`; another one only where its zone moved it."""
    instant = _instant(raw)
    return instant.date() if instant is not None else day


def is_four_oclock(raw: Raw) -> bool:
    """Whether a moment without a zone is 16:00 sharp: in London, what is the next day's midnight in Beijing."""
    if isinstance(raw, datetime):
        return raw.tzinfo is None and raw.time() == time(16)
    if isinstance(raw, float):
        return abs(raw % 1 - 2 / 3) < 1e-6
    return isinstance(raw, str) and bool(_FOUR.fullmatch(raw.strip()))


def _is_year(two_digits: str, near: date) -> bool:
    return abs(2000 + int(two_digits) - near.year) <= 1


def _date(year: int, month: int, day: int, read: str) -> date | Bad:
    try:
        return date(year, month, day)
    except ValueError:
        return Bad("R09", read)


def read_phone(raw: Raw, silences: frozenset[str]) -> str | Bad | None:
    """A phone number from text, number or scientific text; lost digits are a fault, never zeros."""
    if isinstance(raw, str):
        if is_date(plain(raw)):
            return Bad("R10", plain(raw))
        match = _SCIENTIFIC.fullmatch(raw.strip()) if "e" in raw or "E" in raw else None
        if match is None:
            return normalise.phone(_WHOLE.sub(r"\1", raw), silences)
        digits, exponent = match[1].replace(".", ""), int(match[2])
        return normalise.phone(digits) if len(digits) == exponent + 1 else Bad("R11", raw)
    if is_moment(raw):
        return Bad("R10", plain(raw))
    if isinstance(raw, float) and not raw.is_integer():
        return plain(raw)
    return normalise.phone(str(int(raw)))  # type: ignore[arg-type]

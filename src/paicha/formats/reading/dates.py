"""Dates and clock times inside other texts, as spreadsheets and people write them.

A spreadsheet makes a date of `1-3` or `1/3`; saved as text it is `1月3日` or `3-Jan`. No number of such a
date may answer anything, wherever it stands in a cell. What the date is, is not asked here (`DateReader`).
"""

from __future__ import annotations

import re

_S = r"\s{0,4}"
_D = r"[0-9]{1,2}"
_YEAR = "(?:19|20)[0-9]{2}"
_NUMERAL = "[一二三四五六七八九十]{1,3}"
_TO = rf"{_S}[-–—~/、和至到]{_S}"
_DAYS = rf"{_D}(?:{_TO}{_D}){{0,3}}{_S}"
_DAY = f"{_DAYS}[日号]"
_NAME = (
    "(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?(?![a-z])"
)
_SHORT_YEAR = "(?:[0-9]{4}|[0-9]{2})(?![0-9])"
_NTH = "(?:st|nd|rd|th)?"
_CLOCK = (
    r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?(?:\s?[AP]M)?(?:Z|[-+][0-9]{2}:?[0-9]{2})?(?![0-9])"
)
_BARE_CLOCK = r"[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?(?:\s?[AP]M)?(?![0-9])"
_BEHIND = (
    rf"(?:{_S}\(?(?:星期|周|礼拜)[一二三四五六日天]\)?|{_S}(?:[上中下]旬|月[初底末]|[初底末])"
    rf"|(?:T|{_S},?{_S}(?:[上下]午|[早晚]上)?{_S}){_CLOCK})*"
)
_DATE = re.compile(
    rf"(?<![0-9a-z])(?:"
    rf"(?:[0-9]{{2}}|[0-9]{{4}}){_S}[-/.年]{_S}{_D}{_S}月(?:份|{_S}(?:{_DAY}|{_D}(?![0-9])))?"  # 2022年3月5日
    rf"|{_YEAR}{_S}[-/.年]{_S}{_D}{_S}[-/.]{_S}{_D}(?![0-9])[日号]?"  # 2022.3.5, 2022年3.5
    rf"|{_YEAR}{_S}[-/年]{_S}{_D}(?![0-9])"  # 2022-3
    rf"|[0-9]{{4}}年"
    rf"|{_D}[-/.]{_D}[-/.]{_YEAR}(?![0-9])"  # 3/5/2022
    rf"|{_D}{_S}月份?{_S}{_DAY}|{_D}{_S}月{_S}{_D}(?![0-9])"  # 3月5日
    rf"|(?:{_D}{_TO}){{0,11}}{_D}{_S}月份?(?!{_S}[0-9])"  # 3月, 1-3月, 1、3月份
    rf"|{_DAYS}日(?![常用])"
    rf"|[0-9]{{1,4}}{_NTH}[-/., ]{{0,2}}{_NAME}(?:[-/., ]{{0,2}}{_SHORT_YEAR})?"  # 3-Jan-22
    rf"|{_NAME}[-/. ]{{0,2}}[0-9]{{1,4}}(?![0-9]){_NTH}(?:[-/., ]{{1,2}}{_SHORT_YEAR})?"  # Jan 3, 2022
    rf"|(?:[〇零○一二三四五六七八九]{{4}}年)?{_NUMERAL}月(?:份|{_NUMERAL}[日号]?)?"
    rf"|{_BARE_CLOCK}"
    rf"){_BEHIND}",
    re.IGNORECASE,
)  # fmt: skip
_HIDDEN = "\ue0ff"  # a private character: neither letter nor digit
_WHOLE_CLOCK = re.compile(_CLOCK)


def dates_within(text: str) -> list[tuple[int, int]]:
    """Where dates and times stand in a folded text: start and end of each, in order."""
    return [match.span() for match in _DATE.finditer(text)]


def without_dates(text: str) -> str:
    """The text with every character of a date put out of sight, and all others in their places."""
    return _DATE.sub(lambda match: _HIDDEN * len(match[0]), text)


def is_date(text: str) -> bool:
    """Whether a folded text is nothing but dates or a time: `1月3日`, `3-Jan`, `2026/1/3`, `1-3月`, `1:03`."""
    if _WHOLE_CLOCK.fullmatch(text.strip()):
        return True
    rest = without_dates(text)
    return _HIDDEN in rest and not any(map(str.isalnum, rest))

"""A raw cell before its question is known: folded, and what is wrong with it when it is unreadable."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from paicha.core.normalise import fold
from paicha.formats.reading.grid import Raw, visible_text

_CIRCLED = {
    ord(char): f"({number})"
    for first in ("①", "⑴", "❶", "➀", "➊", "⓵")
    for number, char in enumerate((chr(ord(first) + step) for step in range(10)), 1)
} | {ord("⒈") + step: f"{step + 1}." for step in range(9)}
_CIRCLED |= {ord("㈠") + step: f"({step + 1})" for step in range(10)}
_CHINESE_PUNCTUATION = str.maketrans("。、【】〔〕〈〉﹙﹚", "。、[][][]()")
INTEGER = re.compile(r"[-+]?[0-9]+")

MEASURE = re.compile(  # right behind a number: it counts something (2人, 3万元), and words that only begin so do not
    "[岁万千亩斤吨块%]|人(?![口均多力手祸])|年(?![老幼迈轻龄纯])|天(?![灾然])|口(?!腔)|次(?![子女])|个(?![体别])"
    "|元(?!旦)|名(?!下)|位(?!于)|组|间(?!歇)|孔|头(?![部疼痛晕])|只(?![有能是])|百(?!姓)|级|学期|公里|小时|分钟|倍"
)
_SHOWN = 80

TICKS = "√✓✔☑☒✅■●▲◼√V"
BOXES = "□☐◻○▢"


@dataclass(frozen=True, slots=True)
class Bad:
    """Why a raw value has no single reading: a code of the catalogue and the words it needs."""

    code: str
    read: str
    words: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if len(self.read) > _SHOWN:  # a sentence shows what was read, not a page of it
            object.__setattr__(self, "read", self.read[:_SHOWN] + "…")


def plain(raw: Raw) -> str:
    """The cell as one folded text, circled numbers as `(n)`, ready for parsing."""
    text = fold(visible_text(raw))
    return text if text.isascii() else text.translate(_CIRCLED).translate(_CHINESE_PUNCTUATION)


def is_moment(raw: Raw) -> bool:
    return isinstance(raw, date | datetime | time | timedelta)

"""Several counts written into one cell, as the printed insurance cell asks: `1 未参加__人 2 …`.

The reader gives each part's count, None for a part that the cell does not mention, and `EVERYBODY`
where it says 全部. What follows for those (0, or the whole population) needs the row and is done
there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from paicha.core import normalise
from paicha.core.normalise import chinese_number
from paicha.core.pack import Part, Question
from paicha.formats.reading.cell import Bad, is_moment, plain
from paicha.formats.reading.choices import label_pattern
from paicha.formats.reading.dates import dates_within, is_date
from paicha.formats.reading.grid import Raw

EVERYBODY = -(1 << 40)  # no count that anybody writes, a slip like -1 included

Counts = tuple[int | None, ...]

_NUMBER = r"(?:[0-9]{1,4}|[零一二两三四五六七八九十]{1,3}|无人?|没有|没)"
_COUNT = re.compile(rf"({_NUMBER})\s*个?[人口]?")
_FILL = (
    r"(?:[\s,，、;；:：。.()（）+_/|]|参加|参保|人数|有|为|是|共|其中|家庭|成员|全部|全家|均|都|另|和|及)*"
)
_LONGEST = 300  # a cell with more is prose
_ALL = re.compile(r"全部|全家|全都|全体|所有|都|均|全")


class PartsReader:
    """Reads cells of one printed column that holds several counts."""

    def __init__(
        self, parts: Sequence[Part], questions: dict[str, Question], silences: Iterable[str]
    ) -> None:
        self.parts = tuple(parts)
        self._silences = frozenset(silences)
        patterns: dict[str, int] = {}
        for index, part in enumerate(parts):
            question = questions[part.question]
            for label in (part.label, *part.aliases, question.short or ""):
                if label:
                    patterns.setdefault(label_pattern(label), index)
        ordered = sorted(patterns.items(), key=lambda item: -len(item[0]))
        self._by_group = [index for _, index in ordered]
        self._label = re.compile("|".join(f"({pattern})" for pattern, _ in ordered) or "(?!)")
        marks = "".join(chr(0xE000 + index) for index in range(len(parts)))
        self._after = re.compile(rf"{_FILL}([{marks}]){_FILL}({_NUMBER})\s*个?[人口]?{_FILL}")
        self._before = re.compile(rf"{_FILL}({_NUMBER})\s*个?[人口]?{_FILL}([{marks}]){_FILL}")
        self._blank = re.compile(rf"[{marks}](?:[\s:：]*[人口]|{_FILL}(?=[{marks}]))")
        self._example = " ".join(f"{part.number}.{part.label}0人" for part in parts)
        self._enumerated = re.compile(
            r"\s*".join(
                rf"(?:[(\[]?{part.number}[)\]]?[.、:：)\s]\s*[_\s]*([0-9]{{1,4}})?[_\s]*[人口]?[\s,，、;；]*)?"
                for part in parts
            )
        )

    def read(self, raw: Raw) -> Counts | Bad:
        empty: Counts = (None,) * len(self.parts)
        if raw == "":
            return empty
        if is_moment(raw):
            return Bad("R10", plain(raw))
        text = plain(raw).replace("_", " ").strip()
        if normalise.text(text, self._silences) is None:
            return empty
        if is_date(text):
            return Bad("R10", text)
        if isinstance(raw, int | float) or len(text) > _LONGEST or dates_within(text):
            return self._bad(text)
        marked = self._mark(text)
        if not any("\ue000" <= char <= "\uf8ff" for char in marked):
            return self._numbers_alone(text)
        return self._read_labelled(marked, text)

    def _bad(self, text: str) -> Bad:
        return Bad("R08", text, {"example": self._example})

    def _mark(self, text: str) -> str:
        """Labels as one private character each; an option number right before its label goes.

        `未参加居民医保` is one label: the second of two that touch says what is not taken part in.
        """
        marked = self._label.sub(lambda match: chr(0xE000 + self._by_group[(match.lastindex or 1) - 1]), text)
        marked = re.sub("([\ue000-\uf8ff])(?:参加)?[\ue000-\uf8ff]+", r"\1", marked)
        for index, part in enumerate(self.parts):
            mark = chr(0xE000 + index)
            marked = re.sub(
                rf"(?<![0-9])[(\[]?{part.number}\s*(?:[.、:：]|[)\]][.、]?)\s*{mark}", mark, marked
            )
        return marked

    def _numbers_alone(self, text: str) -> Counts | Bad:
        """`0,3,1` in printed order; `1.0人 2.3人 3.1人` by their option numbers."""
        one, between = r"([0-9]{1,4})[人口]?", r"\s*[\s,，、;；/|+\-—:：]\s*"
        numbers = re.fullmatch(between.join([one] * len(self.parts)), text)
        if numbers:
            return tuple(int(number) for number in numbers.groups())
        match = self._enumerated.fullmatch(text)
        if match and any(match.groups()) and ("人" in text or all(match.groups())):
            return tuple(int(number) if number else None for number in match.groups())
        return self._bad(text)

    def _read_labelled(self, marked: str, text: str) -> Counts | Bad:
        marks = [char for char in marked if "\ue000" <= char <= "\uf8ff"]
        if len(set(marks)) != len(marks):
            return self._bad(text)
        if not _COUNT.search(marked):
            if len(marks) == 1 and _ALL.search(marked):
                return self._counts({ord(marks[0]) - 0xE000: EVERYBODY})
            return self._bad(text)
        marked = self._blank.sub("", marked)
        found = _all_of(self._after, marked, label=1, count=2)
        if found is None:
            plainer = marked
            for index, part in enumerate(self.parts):
                plainer = re.sub(
                    rf"(?<![0-9]){part.number}\s*{chr(0xE000 + index)}", chr(0xE000 + index), plainer
                )
            before = _all_of(self._before, marked, label=2, count=1)
            peopled = re.search(rf"{_NUMBER}\s*个?[人口]", marked)
            if (
                before
                and not peopled
                and all(count == self.parts[index].number for index, count in before.items())
            ):
                return self._bad(text)  # 1未参加 2居民: option numbers or people?
            found = before or (_all_of(self._after, plainer, label=1, count=2) if plainer != marked else None)
        return self._counts(found) if found else self._bad(text)

    def _counts(self, found: dict[int, int]) -> Counts:
        return tuple(found.get(index) for index in range(len(self.parts)))


def _all_of(pattern: re.Pattern[str], text: str, *, label: int, count: int) -> dict[int, int] | None:
    """Every item of `text` as label → count, or None where anything is left over."""
    found: dict[int, int] = {}
    at = 0
    while at < len(text):
        match = pattern.match(text, at)
        if match is None:
            return None
        written = match[count]
        number = 0 if written[0] in "无没" else int(written) if written.isdigit() else chinese_number(written)
        if number is None:
            return None
        found[ord(match[label]) - 0xE000] = number
        at = match.end()
    return found or None

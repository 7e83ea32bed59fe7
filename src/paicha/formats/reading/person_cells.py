"""Cells of a list with one row a person: what each column reads, and what no cell may hold.

What holds: a value that looks like an identity number is a fault whatever its column, and is shown to nobody; what
says nothing (dashes, 无, a row of nines) is blank; months that a program wrote as 202304.0 are no matter here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from paicha.core import normalise
from paicha.core.bounds import whole
from paicha.core.identity import HIDDEN, MARK, hide_identity, holds_identity
from paicha.core.pack import Pack
from paicha.formats.reading.cell import Bad, plain
from paicha.formats.reading.columns import Memo
from paicha.formats.reading.grid import Raw, visible_text
from paicha.formats.reading.household_table import class_words
from paicha.formats.reading.names import read_group, read_person
from paicha.formats.reading.numbers import read_phone
from paicha.formats.reading.oddities import has_lost_digits, is_ditto
from paicha.formats.reading.person_words import (
    CLEARED,
    DETAILS,
    GROUP,
    HEAD,
    HOUSEHOLD,
    KIND,
    NAME,
    PERSON,
    PHONE,
    POPULATION,
    RELATION,
    TOWN,
    VILLAGE,
    WATCHED,
)

HEADS = frozenset(("户主", "本人", "户主本人", "本人或户主", "本人户主", "本户户主"))
_NOTHING = re.compile(r"9{6,}|0{2,}|[xX*]{2,}|null|NULL|none|None|nan|NaN")  # placeholders of programs
_WHOLE = re.compile(r"([0-9]+)\.0+")
_YES = frozenset(("是", "已消除", "风险已消除", "1", "y", "yes", "true"))
_NO_KIND = frozenset(("非监测对象", "非监测户", "不是", "否", "未纳入", "未识别", "不是监测对象"))
_MOST = {RELATION: 20, **dict.fromkeys(DETAILS, 40), HOUSEHOLD: 40, PERSON: 40}


@dataclass(frozen=True, slots=True)
class Told:
    """A word about the household's class: what it says, and the class that follows; None for one that says none.

    `cleared`: the word itself says 风险已消除.
    """

    word: str
    household_class: str | None
    cleared: bool = False


class PersonCells:
    """Readers of every column, for one pack; what they remember lives as long as the pack."""

    def __init__(self, pack: Pack) -> None:
        self._silences = frozenset(pack.silences)
        self._classes = class_words(pack)
        self._watched = pack.watched.name
        readers: Mapping[str, Callable[[Raw], object]] = {
            NAME: lambda raw: read_person(raw, self._silences),
            HEAD: lambda raw: read_person(raw, self._silences),
            GROUP: lambda raw: read_group(raw, self._silences),
            PHONE: lambda raw: read_phone(raw, self._silences),
            TOWN: lambda raw: normalise.place(visible_text(raw), self._silences),
            VILLAGE: lambda raw: normalise.place(visible_text(raw), self._silences),
            POPULATION: lambda raw: whole(self._text(raw) or "", 99),
            HOUSEHOLD: self._number, PERSON: self._number, KIND: self._kind, WATCHED: self._watch,
            CLEARED: lambda raw: (self._text(raw) or "").lower() in _YES,
        }  # fmt: skip
        self._memos = {
            meaning: Memo(self._sound(meaning, readers.get(meaning, self._text)))
            for meaning in (*readers, RELATION, *DETAILS)
        }

    def column(self, meaning: str, values: Sequence[Raw]) -> list[object]:
        """What each cell says: None for nothing, `Bad` where it can't be taken."""
        return self._memos[meaning].column(values)

    def _sound(self, meaning: str, read: Callable[[Raw], object]) -> Callable[[Raw], object]:
        most = _MOST.get(meaning, 40)

        def sound(raw: Raw) -> object:
            if raw == "" or (isinstance(raw, str) and not raw.strip()):
                return None
            if holds_identity(raw) or (type(raw) is str and MARK in raw):
                return Bad("R25", HIDDEN)
            if _NOTHING.fullmatch("".join(plain(raw).split())):
                return None
            if is_ditto(raw):
                return Bad("R22", visible_text(raw))
            if has_lost_digits(raw):
                return Bad("R11", HIDDEN)
            value = read(raw)
            if isinstance(value, str) and len(value) > most:
                return Bad("R14", hide_identity(value))
            return value

        return sound

    def _text(self, raw: Raw) -> str | None:
        text = normalise.text(visible_text(raw), self._silences)
        match = _WHOLE.fullmatch(text) if text else None
        return match[1] if match else text

    def _number(self, raw: Raw) -> str | None:
        text = self._text(raw)
        return None if text is None or "*" in text else "".join(text.split()).upper()  # a masked one is none

    def _kind(self, raw: Raw) -> Told | None:
        """户类型: 脱贫户 in it makes a lifted household; a word for those who are watched, a watched one."""
        word = "".join(normalise.fold(self._text(raw) or "").split())
        if not word:
            return None
        known = self._classes.get(word) or self._classes.get(word.removesuffix("户"))
        if known is None and "脱贫户" in word and not word.startswith(("非", "未")):
            known = self._classes.get("脱贫户")
        return Told(word, known)

    def _watch(self, raw: Raw) -> Told | Bad | None:
        """监测对象类别: a word that says one, or that it is none; anything else can't be told."""
        word = "".join(normalise.fold(self._text(raw) or "").split())
        if not word or word in _NO_KIND:
            return None
        if any(says in word for says in ("风险已消除", "已消除风险")):
            return Told(word, self._watched, cleared=True)
        base = word.partition("(")[0].partition("风险未消除")[0] or word
        known = self._classes.get(base) or self._classes.get(base.removesuffix("户"))
        if known == self._watched:
            return Told(word, known)
        if known is not None:  # 一般农户, 脱贫户: none
            return None
        return Bad("R15", hide_identity(word), {"options": "脱贫不稳定户、边缘易致贫户、突发严重困难户"})

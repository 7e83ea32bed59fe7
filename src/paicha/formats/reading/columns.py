"""Whole columns of raw values → typed columns, each distinct raw value parsed once.

A county has two million cells and a few thousand distinct ones, so a cell costs one dictionary
look-up. The dictionaries live with the pack's reader, from file to file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from paicha.core import normalise
from paicha.core.pack import Pack, Part, Question
from paicha.formats.reading.cell import Bad
from paicha.formats.reading.choices import ChoiceReader, Chosen
from paicha.formats.reading.grid import Raw, visible_text
from paicha.formats.reading.names import NO_NAMES, read_group, read_people, read_person
from paicha.formats.reading.numbers import CountReader, DateReader, read_phone, written_day
from paicha.formats.reading.oddities import if_sound
from paicha.formats.reading.parts import PartsReader

if TYPE_CHECKING:
    import polars as pl

_REMEMBERED = 200_000
_REMEMBERED_LISTS = 5_000


class Note(NamedTuple):
    """A sentence of the catalogue about a reading, and its words."""

    code: str
    words: dict[str, str]


class Memo(dict[Raw, Any]):
    """Raw value → parsed value. `faulty` once any raw value was bad; `notes` say what a reading left out or moved.

    Both only ever grow more cautious, so that threads may share a memo.
    """

    def __init__(self, parse: Callable[[Raw], object]) -> None:
        super().__init__()
        self._parse = parse
        self.faulty = False
        self.notes: dict[Raw, Note] = {}

    def __missing__(self, raw: Raw) -> object:
        value = self[raw] = self._parse(raw)
        if type(value) is Bad:
            self.faulty = True
        return value

    def column(self, values: Sequence[Raw]) -> list[Any]:
        """Parsed values, each `Bad` where it has no single reading."""
        if len(self) > _REMEMBERED:
            self.clear()
            self.notes.clear()
        return list(map(self.__getitem__, values))


class Unique(Memo):
    """For columns whose values hardly repeat, names and phones: parsing is cheaper than remembering.

    `quick` turns a whole column into values, with None where the parser must look.
    """

    def __init__(self, parse: Callable[[Raw], object], quick: Callable[[Sequence[Raw]], list[Any]]) -> None:
        super().__init__(parse)
        self._quick = quick

    def column(self, values: Sequence[Raw]) -> list[Any]:
        parsed = self._quick(values)
        if None in parsed:
            parse = self._parse
            parsed = [
                parse(raw) if value is None else value for value, raw in zip(parsed, values, strict=True)
            ]
            self.faulty = self.faulty or Bad in set(map(type, parsed))
        return parsed


def quick_mobiles(values: Sequence[Raw]) -> list[Any]:
    """Mobile numbers that stand as numbers or as eleven digits, by far the most."""
    is_mobile = normalise.MOBILE.fullmatch
    return [
        raw
        if type(raw) is str and is_mobile(raw)
        else str(int(raw))
        if type(raw) is float and 1.3e10 <= raw < 2e10 and raw.is_integer()
        else None
        for raw in values
    ]


def quick_names(nobody: frozenset[str]) -> Callable[[Sequence[Raw]], list[Any]]:
    """Names of nothing but Chinese characters, no words of `nobody` and no 三月五日 among them."""
    plain_name = normalise.PLAIN.fullmatch

    def quick(values: Sequence[Raw]) -> list[Any]:
        return [
            raw if type(raw) is str and plain_name(raw) and raw not in nobody and "月" not in raw else None
            for raw in values
        ]

    return quick


class ColumnParsers:
    """The parsers of every question of one pack, with what they remember."""

    def __init__(self, pack: Pack, near: date) -> None:
        self.pack = pack
        self._near = near
        self.silences = frozenset(pack.silences)
        self._leads = _leads_of(pack)
        self._count = CountReader(self.silences)
        self._memos: dict[str, Memo] = {}
        self.choices: dict[str, ChoiceReader] = {}
        self._read_choices: dict[str, Callable[[Raw], object]] = {}

    def memo(self, name: str) -> Memo:
        """The parser of one question's cells."""
        found = self._memos.get(name)
        if found is None:
            found = self._memos[name] = self._make_memo(self.pack.questions[name])
        return found

    def parts(self, column: str, parts: Sequence[Part]) -> Memo:
        """The parser of a printed column that holds several counts; values are tuples."""
        found = self._memos.get(f"#{column}")
        if found is None:
            reader = PartsReader(parts, dict(self.pack.questions), self.silences)
            found = self._memos[f"#{column}"] = Memo(if_sound(reader.read))
        return found

    def count(self, raw: Raw) -> int | Bad | None:
        """A whole number that belongs to no question: a figure of the statistics."""
        return self._count.read(raw)

    def plain_text(self, name: str) -> Memo:
        """Text columns that are no question: `_key`, `_village` …"""
        found = self._memos.get(name)
        if found is None:
            clean = normalise.place if name in ("_town", "_village") else normalise.text
            found = self._memos[name] = Memo(lambda raw: clean(visible_text(raw), self.silences))
        return found

    def beside(self, name: str) -> Memo:
        """Of a question whose options ask for a text: the text in the same cell."""
        found = self._memos.get(f"{name}+")
        if found is None:
            read = self._choices_of(name)

            def text_of(raw: Raw) -> str | None:
                chosen = read(raw)
                return chosen.text if type(chosen) is Chosen else None

            found = self._memos[f"{name}+"] = Memo(text_of)
        return found

    def _choice_reader(self, name: str) -> ChoiceReader:
        found = self.choices.get(name)
        if found is None:
            question = self.pack.questions[name]
            found = self.choices[name] = ChoiceReader(question, self.silences, self._leads.get(name, ()))
        return found

    def _choices_of(self, name: str) -> Callable[[Raw], object]:
        """Reads cells of one question; what was read for the option is there for its text."""
        found = self._read_choices.get(name)
        if found is None:
            read = lru_cache(maxsize=1 << 16)(if_sound(self._choice_reader(name).read))
            found = self._read_choices[name] = read
        return found

    def _choice_memo(self, name: str) -> Memo:
        reader, read = self._choice_reader(name), self._choices_of(name)

        def number_of(raw: Raw) -> object:
            chosen = read(raw)
            if not isinstance(chosen, Chosen):
                return chosen
            if chosen.dropped:
                memo.notes[raw] = Note("R16", {"value": "、".join(map(str, chosen.numbers or ()))})
            return chosen.numbers if reader.several or chosen.numbers is None else chosen.numbers[0]

        memo = Memo(number_of)
        return memo

    def _date_memo(self) -> Memo:
        read = if_sound(DateReader(self.silences, self._near).read)

        def day_of(raw: Raw) -> object:
            day = read(raw)
            if isinstance(day, date) and day != written_day(raw, day):
                memo.notes[raw] = Note("R24", {"value": str(day)})
            return day

        memo = Memo(day_of)
        return memo

    def _make_memo(self, question: Question) -> Memo:
        if question.type in ("choice", "choices"):
            return self._choice_memo(question.name)
        if question.type == "integer":
            return Memo(if_sound(CountReader(self.silences).read))
        if question.type == "date":
            return self._date_memo()
        parse = if_sound(self._text_parser(question))
        if question.format == "person":
            return Unique(parse, quick_names(self.silences | NO_NAMES))
        return Unique(parse, quick_mobiles) if question.format == "phone" else Memo(parse)

    def _text_parser(self, question: Question) -> Callable[[Raw], object]:
        silences = self.silences
        readers = {"phone": read_phone, "person": read_person, "people": read_people, "group": read_group}
        reader = readers.get(question.format)
        if reader is not None:
            return lambda raw: reader(raw, silences) if raw != "" else None
        return lambda raw: normalise.text(raw if type(raw) is str else visible_text(raw), silences)


def repeats_above(pack: Pack, question: Question) -> bool:
    """Whether 同上 has one reading in a column: who signs, when, the group, the remark."""
    return (
        question.type == "date"
        or question.format in ("people", "group")
        or question.name == pack.roles.remark
    )


_NULLS: dict[str, pl.Series] = {}


def nulls(name: str, length: int) -> pl.Series:
    """A column of nulls, cut from one that is kept."""
    import polars as pl  # noqa: PLC0415  (a reader of other tables needs no Polars)

    kept = _NULLS.get(name)
    if kept is None or len(kept) < length:
        kind = pl.Int64 if name == "_base" else pl.String
        kept = _NULLS[name] = pl.Series(name, [None] * max(length, 2_000), dtype=kind)
    return kept.head(length)


def series(question: Question, values: list[Any]) -> pl.Series:
    """A typed column of the frame."""
    import polars as pl  # noqa: PLC0415  (a reader of other tables needs no Polars)

    if question.type == "choices":
        return _list_series(question.name, values)
    kind = {"choice": pl.Int16, "integer": pl.Int64, "date": pl.Date}.get(question.type, pl.String)
    return pl.Series(question.name, values, dtype=kind)


class _Lists:
    """Lists met so far and the place of each; never changed, so that threads may share it."""

    def __init__(self, lists: Iterable[tuple[int, ...] | None]) -> None:
        import polars as pl  # noqa: PLC0415  (a reader of other tables needs no Polars)

        self.places = {value: place for place, value in enumerate(lists)}
        self._series = pl.Series(list(self.places), dtype=pl.List(pl.Int16))

    def column(self, name: str, values: Sequence[tuple[int, ...] | None]) -> pl.Series:
        return self._series.gather([self.places[value] for value in values]).alias(name)


_KEPT: dict[str, _Lists] = {}


def _list_series(name: str, values: list[tuple[int, ...] | None]) -> pl.Series:
    """Lists picked from those met so far: a question has a few dozen, and a series of new ones is slow to make."""
    kept, met = _KEPT.get(name), set(values)
    if kept is None or not met <= kept.places.keys():
        before = kept.places if kept is not None and len(kept.places) < _REMEMBERED_LISTS else {}
        kept = _KEPT[name] = _Lists(dict.fromkeys([*before, *met]))
    return kept.column(name, values)


def _leads_of(pack: Pack) -> dict[str, list[str]]:
    """Question → words printed between an option and its blank: 原因 of `1.有,原因____`."""
    leads: dict[str, list[str]] = {}
    for form in pack.household_forms.values():
        for column in form.columns:
            if column.question and column.options_text:
                found = _printed_leads(pack.questions[column.question], column.options_text)
                leads.setdefault(column.question, []).extend(found)
    for question in pack.questions.values():
        if question.options and any(option.text for option in question.options):
            leads.setdefault(question.name, []).append("原因")
    return leads


def _printed_leads(question: Question, printed: str) -> Iterable[str]:
    for option in question.options:
        if option.text:
            _, found, rest = printed.partition(option.label)
            word = rest.partition("_")[0].strip(",，:： ") if found else ""
            if word and "\n" not in word:
                yield word

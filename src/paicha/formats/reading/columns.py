"""Whole columns of raw values → typed columns, each distinct raw value parsed once.

A county has two million cells and a few thousand distinct ones, so a cell costs one dictionary
look-up. The dictionaries live with the pack's reader, from file to file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from paicha.core import normalise
from paicha.core.pack import Pack, Part, Question
from paicha.formats.reading.cell import Bad, is_moment, plain
from paicha.formats.reading.choices import ChoiceReader, Chosen
from paicha.formats.reading.grid import Raw, typed
from paicha.formats.reading.numbers import CountReader, DateReader, read_phone
from paicha.formats.reading.parts import PartsReader

if TYPE_CHECKING:
    import polars as pl

_REMEMBERED = 200_000


class Memo(dict[Raw, Any]):
    """Raw value → parsed value. `faulty` once any raw value was bad; `dropped` text that has no place.

    Both only ever grow more cautious, so that threads may share a memo.
    """

    def __init__(self, parse: Callable[[Raw], object]) -> None:
        super().__init__()
        self._parse = parse
        self.faulty = False
        self.dropped: dict[Raw, tuple[Chosen, str]] = {}

    def __missing__(self, raw: Raw) -> object:
        value = self[raw] = self._parse(raw)
        if type(value) is Bad:
            self.faulty = True
        return value

    def column(self, values: Sequence[Raw]) -> list[Any]:
        """Parsed values, each `Bad` where it has no single reading."""
        if len(self) > _REMEMBERED:
            self.clear()
            self.dropped.clear()
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
    """Mobile numbers that stand as numbers, by far the most."""
    return [
        str(int(raw)) if type(raw) is float and 1.3e10 <= raw < 2e10 and raw.is_integer() else None
        for raw in values
    ]


def quick_names(silences: frozenset[str]) -> Callable[[Sequence[Raw]], list[Any]]:
    """Names of nothing but Chinese characters."""
    plain_name = normalise.PLAIN.fullmatch

    def quick(values: Sequence[Raw]) -> list[Any]:
        return [
            raw if type(raw) is str and plain_name(raw) and raw not in silences else None for raw in values
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
            found = self._memos[f"#{column}"] = Memo(reader.read)
        return found

    def count(self, raw: Raw) -> int | Bad | None:
        """A whole number that belongs to no question: a figure of the statistics."""
        return self._count.read(raw)

    def plain_text(self, name: str) -> Memo:
        """Text columns that are no question: `_key`, `_village` …"""
        found = self._memos.get(name)
        if found is None:
            clean = normalise.place if name in ("_town", "_village") else normalise.text
            found = self._memos[name] = Memo(lambda raw: clean(typed(raw), self.silences))
        return found

    def beside(self, name: str) -> Memo:
        """Of a question whose options ask for a text: the text in the same cell."""
        found = self._memos.get(f"{name}+")
        if found is None:
            reader = self._choice_reader(name)

            def text_of(raw: Raw) -> str | None:
                chosen = reader.read(raw)
                return chosen.text if type(chosen) is Chosen else None

            found = self._memos[f"{name}+"] = Memo(text_of)
        return found

    def _choice_reader(self, name: str) -> ChoiceReader:
        found = self.choices.get(name)
        if found is None:
            question = self.pack.questions[name]
            found = self.choices[name] = ChoiceReader(question, self.silences, self._leads.get(name, ()))
        return found

    def _choice_memo(self, name: str) -> Memo:
        reader = self._choice_reader(name)

        def number_of(raw: Raw) -> object:
            chosen = reader.read(raw)
            if isinstance(chosen, Bad):
                return chosen
            if chosen.dropped:
                memo.dropped[raw] = (chosen, chosen.dropped)
            return chosen.numbers if reader.several or chosen.numbers is None else chosen.numbers[0]

        memo = Memo(number_of)
        return memo

    def _make_memo(self, question: Question) -> Memo:
        if question.type in ("choice", "choices"):
            return self._choice_memo(question.name)
        if question.type == "integer":
            return Memo(CountReader(self.silences).read)
        if question.type == "date":
            return Memo(DateReader(self.silences, self._near).read)
        parse = self._text_parser(question)
        if question.format == "person":
            return Unique(parse, quick_names(self.silences))
        return Unique(parse, quick_mobiles) if question.format == "phone" else Memo(parse)

    def _text_parser(self, question: Question) -> Callable[[Raw], object]:
        silences = self.silences
        if question.format == "phone":
            return lambda raw: read_phone(raw, silences)
        normalisers = {
            "person": normalise.head_name, "people": normalise.people, "group": normalise.group,
        }  # fmt: skip
        clean = normalisers.get(question.format, normalise.text)
        if question.format == "group":
            return lambda raw: Bad("R10", plain(raw)) if is_moment(raw) else clean(typed(raw), silences)
        return lambda raw: clean(raw if type(raw) is str else typed(raw), silences) if raw != "" else None


_NULLS: dict[str, pl.Series] = {}


def nulls(name: str, length: int) -> pl.Series:
    """A column of nulls, cut from one that is kept."""
    import polars as pl

    kept = _NULLS.get(name)
    if kept is None or len(kept) < length:
        kind = pl.Int64 if name == "_base" else pl.String
        kept = _NULLS[name] = pl.Series(name, [None] * max(length, 2_000), dtype=kind)
    return kept.head(length)


def series(question: Question, values: list[Any]) -> pl.Series:
    """A typed column of the frame."""
    import polars as pl

    if question.type == "choices":
        return _list_series(question.name, values)
    kind = {"choice": pl.Int16, "integer": pl.Int64, "date": pl.Date}.get(question.type, pl.String)
    return pl.Series(question.name, values, dtype=kind)


def _list_series(name: str, values: list[tuple[int, ...] | None]) -> pl.Series:
    """Lists through Arrow: twenty times as fast as a series of Python lists."""
    import polars as pl
    import pyarrow as pa

    kind = pa.large_list(pa.int16())  # type: ignore[attr-defined]
    found = pl.from_arrow(pa.array(values, type=kind))  # type: ignore[attr-defined]
    assert isinstance(found, pl.Series), "one array is one series"
    return found.alias(name)


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

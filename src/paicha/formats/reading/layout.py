"""Where on a sheet the tables are: header rows found by their words, columns named by form.

A header may take several rows (group labels above, options below), stand anywhere and come again for
the next group. Which form it is follows from the columns it has; a title or sheet name only tips the
balance.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from paicha.core.bounds import whole
from paicha.core.normalise import fold
from paicha.core.pack import HouseholdForm, Pack
from paicha.formats.reading.choices import key
from paicha.formats.reading.grid import Grid, Raw, Span
from paicha.formats.reading.printed_options import PrintedOptions, printed_options
from paicha.formats.reading.vocabulary import CLASS, NUMBER, VILLAGE, Vocabulary, without_brackets

_MAX_HEADER_ROWS = 6
_TOP_ROWS = 40
_OPTION_LIST = re.compile(
    r"(?:^|[\s(\[])[(\[]?1\s*[)\].、．:：,，\s].*2\s*[)\].、．:：,，\s]|①.*②", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of one header: `meanings[c]` is a question, `#column`, `_key` … or None."""

    form: str
    meanings: tuple[str | None, ...]
    texts: tuple[str, ...]
    doubled: tuple[str, tuple[int, ...]] | None = None  # a meaning found in two columns
    contrary: frozenset[int] = frozenset()  # columns whose printed options are numbered otherwise
    mixed: tuple[int, str, str] | None = None  # a column, what its label asks, and what else stands below


@dataclass(slots=True)
class Block:
    """One header and the rows below it, up to the next header. Rows are 0-based, `end` excluded."""

    top: int
    first: int
    end: int
    columns: Columns
    rivals: tuple[str, ...] = field(default=())


class LayoutFinder:
    """Finds header blocks with the words of one pack; equal headers are recognised once."""

    def __init__(self, pack: Pack, vocabulary: Vocabulary) -> None:
        self._pack = pack
        self._vocabulary = vocabulary
        self._head = pack.roles.head
        self._titles = {
            name: [key(form.title), key(form.label), key(form.sheet)]
            for name, form in pack.household_forms.items()
        }
        self._options = {name: PrintedOptions(pack, form) for name, form in pack.household_forms.items()}
        self._memo: dict[tuple[object, ...], Columns | None] = {}

    def blocks(self, grid: Grid) -> list[Block]:
        """Header blocks of household forms and rosters, top to bottom."""
        found: list[tuple[int, int, Columns]] = []
        row = 0
        tops = self._header_rows(grid.rows)
        for top in tops:
            if top < row:
                continue
            first, last = self._extent(grid, top)
            columns = self._columns(grid, first, last)
            if columns is not None:
                found.append((first, last + 1, columns))
                row = last + 1
        if not found:
            return []
        ends = [top for top, _, _ in found[1:]] + [len(grid.rows)]
        return [
            Block(top, first, end, columns) for (top, first, columns), end in zip(found, ends, strict=True)
        ]

    def is_form(self, grid: Grid) -> bool:
        """Whether the sheet's top holds most printed columns of a household form, whatever else stands beside them."""
        for block in self.blocks(replace(grid, rows=grid.rows[:_TOP_ROWS])):
            form = self._pack.household_forms.get(block.columns.form)
            printed = self._answers(form, printed=True) if form else set()
            if printed and 2 * len(printed.intersection(block.columns.meanings)) > len(printed):
                return True
        return False

    def _header_rows(self, rows: Sequence[list[Raw]]) -> list[int]:
        knows = self._vocabulary.knows
        tops = []
        for index, row in enumerate(rows):
            if type(row[0]) in (float, int):  # a running number: a data row
                continue
            texts = [value for value in row if type(value) is str and value]
            hits = 0
            for value in texts if len(texts) > 1 else ():
                if knows(value):
                    hits += 1
                    if hits == 2:
                        tops.append(index)
                        break
        return tops

    def _extent(self, grid: Grid, top: int) -> tuple[int, int]:
        """First and last row of the header that `top` belongs to."""
        rows, first, last = grid.rows, top, top
        while first > 0 and top - first < 2 and self._is_upper_header(rows[first - 1]):
            first -= 1
        while last + 1 < len(rows) and last - first + 1 < _MAX_HEADER_ROWS:
            if not self._goes_on(rows[first : last + 1], rows[last + 1]):
                break
            last += 1
        for span in grid.merges:  # a header cell that reaches further down takes its rows with it
            if first <= span.top <= last < span.bottom < first + _MAX_HEADER_ROWS:
                value = rows[span.top][span.left] if span.left < len(rows[span.top]) else ""
                if self._vocabulary.knows(value):
                    last = max(last, span.bottom)
        return first, min(last, len(rows) - 1)

    def _goes_on(self, header: list[list[Raw]], below: list[Raw]) -> bool:
        """Whether the row below still belongs to the header: more labels, printed options, column numbers."""
        numbers = [value for value in below if type(value) in (float, int)]
        if len(numbers) > 1:
            return numbers[1] == 2 and _is_numbering(below)
        options = _is_options_row(below) and not self._names_somebody(header, below)
        return options or self._is_header(below) or _is_numbering(below)

    def _names_somebody(self, header: list[list[Raw]], row: list[Raw]) -> bool:
        """Whether the row has a name under the name's header: then it is a household, options ticked."""
        for above in header:
            for text, value in zip(above, row, strict=True):
                options = type(value) is str and _OPTION_LIST.search(fold(value))
                if value != "" and not options and self._head in self._vocabulary.meanings(text).values():
                    return True
        return False

    def _is_header(self, row: list[Raw]) -> bool:
        knows = self._vocabulary.knows
        return sum(1 for value in row if type(value) is str and value and knows(value)) >= 2

    def _is_upper_header(self, row: list[Raw]) -> bool:
        """Half of its words are known; a single one is a title unless it stands beside the first column."""
        values = [value for value in row if value != ""]
        known = sum(1 for value in values if self._vocabulary.knows(value))
        return known >= 1 and known * 2 >= len(values) and (len(values) > 1 or row[0] == "")

    def _columns(self, grid: Grid, first: int, last: int) -> Columns | None:
        rows = grid.rows[first : last + 1]
        spans = [span for span in grid.merges if first <= span.top <= last]
        hints = self._hints(grid, first)
        memo_key = (
            tuple(map(tuple, rows)), hints, tuple((s.top - first, s.left, s.bottom - first, s.right) for s in spans),
        )  # fmt: skip
        if memo_key not in self._memo:
            if len(self._memo) > 2_000:
                self._memo.clear()
            self._memo[memo_key] = self._recognise(rows, spans, first, hints)
        return self._memo[memo_key]

    def _hints(self, grid: Grid, first: int) -> tuple[float, ...]:
        """What the sheet's name and the lines right above the header say for each form."""
        lines = [key(grid.sheet)]
        for row in grid.rows[max(0, first - 6) : first]:
            lines += [key(value) for value in row if type(value) is str and value]
        title = "|".join(lines)[:400]
        hints = []
        for form in self._vocabulary.words:
            full, *others = self._titles.get(form, ["\0"])
            hints.append(0.3 if full in title else 0.15 if any(word in title for word in others) else 0.0)
        return tuple(hints)

    def _recognise(
        self, rows: list[list[Raw]], spans: list[Span], first: int, hints: tuple[float, ...]
    ) -> Columns | None:
        texts = _texts_of_columns(rows, spans, first)
        best: tuple[float, Columns] | None = None
        for form, hint in zip(self._vocabulary.words, hints, strict=True):
            meanings = [self._meaning(column, form) for column in texts]
            score = self._score(form, meanings, hint)
            if score <= 0 or (best is not None and score <= best[0]):
                continue
            best = (score, self._columns_of(form, meanings, texts, spans, rows))
        return best[1] if best else None

    def _meaning(self, texts: list[str], form: str) -> str | None:
        """The lowest text that means something in this form; else all of them read as one."""
        for text in reversed(texts):
            meaning = self._vocabulary.meanings(text).get(form)
            if meaning is not None:
                return meaning
        if len(texts) > 1:
            return self._vocabulary.meanings("".join(texts)).get(form)
        return None

    def _score(self, form: str, meanings: list[str | None], hint: float) -> float:
        """How well columns fit a form: its printed columns found, less what it does not know."""
        found = {meaning for meaning in meanings if meaning}
        if self._head not in found:
            return 0.0
        layout = self._pack.household_forms.get(form)
        if layout is None:
            return self._score_roster(found)
        answers = found & self._answers(layout)
        if len(answers) < 3:
            return 0.0
        printed = self._answers(layout, printed=True)
        return len(found & printed) / len(printed) + 0.01 * len(answers) + hint

    def _score_roster(self, found: set[str]) -> float:
        roles = self._pack.roles
        known = found & {CLASS, VILLAGE, roles.population, roles.phone, roles.group}
        return 0.05 * len(known) if known else 0.0

    def _answers(self, form: HouseholdForm, *, printed: bool = False) -> set[str]:
        """Meanings of a form's columns apart from who the household is."""
        roles = self._pack.roles
        identity = {roles.head, roles.population, roles.phone, roles.group, roles.remark, NUMBER}
        columns = {column.question or f"#{column.name}" for column in form.columns}
        columns |= (
            {part.question for column in form.columns for part in column.parts} if not printed else set()
        )
        columns |= set() if printed else set(form.questions)
        return {name for name in columns if name not in identity}

    def _columns_of(
        self,
        form: str,
        meanings: list[str | None],
        texts: list[list[str]],
        spans: list[Span],
        rows: list[list[Raw]],
    ) -> Columns:
        named = list(meanings)
        self._spread_parts(form, named)
        self._prefer_printed(form, named, texts)
        mixed = self._mixed_column(form, named, texts, rows)
        contrary = self._heed_options(form, named, texts)
        doubled = None
        seen: dict[str, int] = {}
        for column, meaning in enumerate(named):
            if meaning is None:
                continue
            if meaning in seen and meaning != NUMBER:
                if _one_cell(spans, seen[meaning], column):
                    named[column] = None
                elif doubled is None:
                    doubled = (meaning, (seen[meaning], column))
            seen.setdefault(meaning, column)
        joined = tuple(" ".join(column) for column in texts)
        return Columns(form, tuple(named), joined, doubled, contrary, mixed)

    def _prefer_printed(self, form: str, named: list[str | None], texts: list[list[str]]) -> None:
        """`人均年纯收入(元)` on a form without `人均年纯收入` is the printed column, not the unprinted sum."""
        layout = self._pack.household_forms.get(form)
        if layout is None:
            return
        printed = {column.question for column in layout.columns if column.question}
        for column, meaning in enumerate(named):
            if meaning not in layout.unprinted:
                continue
            for text in texts[column]:
                bare = self._vocabulary.words[form].get(without_brackets(text))
                if bare in printed and bare not in named:
                    named[column] = bare

    def _heed_options(self, form: str, named: list[str | None], texts: list[list[str]]) -> frozenset[int]:
        """Printed options name a column that its label leaves open; contrary ones are returned."""
        options = self._options.get(form)
        if options is None:
            return frozenset()
        contrary = set()
        for column, meaning in enumerate(named):
            printed = printed_options(texts[column])
            if meaning is not None:
                if options.contradict(meaning, printed):
                    contrary.add(column)
                continue
            fitting = options.fitting(printed) if printed else []
            if len(fitting) == 1 and fitting[0] not in named:
                named[column] = fitting[0]
        return frozenset(contrary)

    def _mixed_column(
        self, form: str, named: list[str | None], texts: list[list[str]], rows: list[list[Raw]]
    ) -> tuple[int, str, str] | None:
        """The first column whose label asks one question and whose other texts or printed options another."""
        options = self._options.get(form)
        for column, meaning in enumerate(named):
            if meaning is None or options is None:
                continue
            labels = self._labels_of_column(form, rows, column)
            strangers = options.strangers(meaning, printed_options(texts[column]))
            if len(labels) > 1 or strangers:
                one, *others = [*labels, *strangers] if labels else [meaning, *strangers]
                return column, self._title(form, one), self._title(form, others[0])
        return None

    def _labels_of_column(self, form: str, rows: list[list[Raw]], column: int) -> list[str]:
        """What the labels of one column ask, where they differ. A text with a blank beside it may head several."""
        layout = self._pack.household_forms[form]
        parts = {part.question: f"#{column.name}" for column in layout.columns for part in column.parts}
        asked: dict[str, str] = {}
        for row in rows:
            value = row[column]
            if type(value) is not str or (column + 1 < len(row) and row[column + 1] == ""):
                continue
            meaning = self._vocabulary.exact(value, form)
            written = without_brackets(value)
            if meaning is not None and not any(
                parts.get(meaning, meaning) == parts.get(other, other) or written in text or text in written
                for other, text in asked.items()
            ):
                asked[meaning] = written
        return list(asked)

    def _title(self, form: str, meaning: str) -> str:
        """What the paper calls a column, else what the question is called."""
        for column in self._pack.household_forms[form].columns:
            if meaning in (column.question, f"#{column.name}"):
                return column.label
        question = self._pack.questions.get(meaning)
        return question.label if question else "序号"

    def _spread_parts(self, form: str, named: list[str | None]) -> None:
        """A cell of several counts that spans as many columns: one column a part, in printed order."""
        layout = self._pack.household_forms.get(form)
        for column in layout.columns if layout else ():
            meaning = f"#{column.name}"
            places = [index for index, found in enumerate(named) if found == meaning]
            if (
                column.parts
                and len(places) == len(column.parts)
                and places[-1] - places[0] + 1 == len(places)
            ):
                for place, part in zip(places, column.parts, strict=True):
                    named[place] = part.question


def _one_cell(spans: list[Span], one: int, two: int) -> bool:
    return any(span.left <= one < two <= span.right for span in spans)


def _texts_of_columns(rows: list[list[Raw]], spans: list[Span], first: int) -> list[list[str]]:
    """Header texts of each column from top to bottom, a merged cell's text in all its columns."""
    filled = [list(row) for row in rows]
    for span in spans:
        value = filled[span.top - first][span.left] if span.left < len(filled[0]) else ""
        for line in range(span.top - first, min(span.bottom - first, len(rows) - 1) + 1):
            for column in range(span.left, min(span.right, len(filled[0]) - 1) + 1):
                filled[line][column] = value
    texts: list[list[str]] = []
    for cells in zip(*filled, strict=True):
        own = [value for value in cells if isinstance(value, str) and value.strip()]
        texts.append(list(dict.fromkeys(own)))
    return texts


def _is_options_row(row: list[Raw]) -> bool:
    """A row below the labels that prints the options: `1.本村 2.村外镇内 …` in several cells."""
    long = [value for value in row if type(value) is str and 5 < len(value) < 600]
    return len(long) >= 2 and sum(1 for value in long if _OPTION_LIST.search(fold(value))) >= 2


def _is_numbering(row: list[Raw]) -> bool:
    """A row of column numbers: 1 2 3 4 … across the whole table."""
    values = [value for value in row if value != ""]
    if len(values) < 4:
        return False
    numbers = [
        int(v) if isinstance(v, float | int) else whole(v) if isinstance(v, str) else None for v in values
    ]
    return all(number is not None for number in numbers) and numbers == list(range(1, len(values) + 1))

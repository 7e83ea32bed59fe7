"""What only the rows of a sheet together tell: values that stand at other households than before.

Why: a sheet that was sorted in part gives every household another one's answers, and no single row shows it. What
holds: the sign is that values which told one household of the sheet from all others (its phone, or several answers
together) now stand at another row, and have left their own; three rows at least, and most of those that changed. Two
households that swapped phones are believed, and it is said. No row claims a household here.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from paicha.core.catalogue import Message, message, sentence
from paicha.core.pack import Pack
from paicha.domain.intake.lines import Line, keep_refused, say
from paicha.domain.intake.matching import Register
from paicha.domain.intake.result import ImportResult
from paicha.domain.responses.answers.in_force import Stored, load_stored
from paicha.domain.responses.services import VillageWork

_ROWS = 3  # fewer rows with others' values are believed
_SWAPPED = 2  # rows with each other's values
_TOGETHER = 4  # answers that tell a household from others, where none is a text
_NAMED = 3  # columns that the sentence names


@dataclass(frozen=True, slots=True)
class Met:
    """A row and what was stored of the household that it names, for the questions that the sheet has."""

    line: Line
    old: Mapping[str, Any]
    new: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Moved:
    """Rows that carry what stood at other rows of their sheet: each with the row that had it."""

    questions: tuple[str, ...]
    rows: Sequence[tuple[Met, Met]]
    changed: int  # rows that changed in these questions at all

    @property
    def is_sort(self) -> bool:
        """Whether it is too much, and too much of what changed, to be corrections."""
        return len(self.rows) >= _ROWS and 2 * len(self.rows) > self.changed


def stay_in_place(
    work: VillageWork, lines: Sequence[Line], register: Register, result: ImportResult
) -> Sequence[Line]:
    """One sheet's rows that go on: none where the sheet was sorted in part. Phones that changed places are said."""
    pack = work.pack
    moved = find_moved(pack, met_rows(work, lines, register))
    if moved is None:
        return lines
    if not moved.is_sort:
        _say_swaps(pack, moved)
        return lines
    said = sort_message(pack, moved)
    result.messages.append(said)
    for line in lines:
        result.messages += line.faults
        keep_refused(line, work, result, [*line.faults, said])
        register.claim(line.asked, refused=True)
    return []


def _say_swaps(pack: Pack, moved: Moved) -> None:
    """U04, soft: answers that were another household's of the sheet, which has others now."""
    names, labels = _name_questions(pack, moved)
    for met, other in moved.rows:
        text = sentence("U04", name=met.line.asked.head, other=other.line.asked.head, labels=labels)
        met.line.soft += (say(met.line, names[0], "U04", "soft", text),)


def _name_questions(pack: Pack, moved: Moved) -> tuple[list[str], str]:
    """The questions that have moved, the phone first, and the same in words."""
    names = sorted(moved.questions, key=lambda name: name != pack.roles.phone)
    labels = "、".join(pack.questions[name].short or pack.questions[name].label for name in names[:_NAMED])
    return names, labels if len(names) <= _NAMED else f"{labels}等 {len(names)} 栏"


def met_rows(work: VillageWork, lines: Sequence[Line], register: Register) -> list[Met]:
    """The rows of one sheet whose household can be told without what may have been moved."""
    if register.is_empty:
        return []
    named = [(line, register.likely(line.asked)) for line in lines]
    known = [(line, known.id) for line, known in named if known is not None]
    if len(known) < _SWAPPED:
        return []
    stored = load_stored(work, {id_ for _, id_ in known})
    pairs = [(line, stored[id_]) for line, id_ in known if id_ in stored]
    if sum(_differs(line, one) for line, one in pairs) < _SWAPPED:
        return []
    return [_compare_line(work.pack, line, one) for line, one in pairs]


def _differs(line: Line, one: Stored) -> bool:
    """Whether the row says anything else than what is stored; of a household without answers, another phone."""
    return one.answers != line.text if one.number else bool(one.phone) and one.phone != line.asked.phone


def _compare_line(pack: Pack, line: Line, one: Stored) -> Met:
    present, old = line.table.present, orjson.loads(one.answers)
    if not one.number:
        first = {pack.roles.phone: one.phone or None, pack.roles.population: one.population}
        old = {name: value for name, value in first.items() if name and value is not None}
        present &= old.keys()
    return Met(line, _only(old, present), _only(orjson.loads(line.text), present))


def _only(answers: Mapping[str, Any], questions: frozenset[str]) -> dict[str, Any]:
    return {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in answers.items()
        if name in questions
    }


def find_moved(pack: Pack, met: Sequence[Met]) -> Moved | None:
    """The questions whose answers have moved most clearly, the phone before others; None where none has."""
    changed: dict[str, list[Met]] = defaultdict(list)
    for one in met:
        for name in one.old.keys() | one.new.keys():
            if one.old.get(name) != one.new.get(name):
                changed[name].append(one)
    phone = pack.roles.phone
    staying = tuple(
        name for name in pack.answer_questions if name in changed and _stay_in_sheet(name, changed[name])
    )
    tries = [staying, *((name,) for name in staying if len(staying) > 1)]
    if phone in changed and (phone,) not in tries:
        tries.append((phone,))
    found = [moved for names in tries if names and (moved := _find_move(pack, met, names)) is not None]
    return max(found, key=lambda moved: (moved.is_sort, len(moved.questions), len(moved.rows)), default=None)


def _stay_in_sheet(name: str, changed: Sequence[Met]) -> bool:
    """Whether most of a question's new answers are old ones of the rows that changed."""
    old, new = (
        Counter(side.get(name) for side in sides)
        for sides in zip(*((m.old, m.new) for m in changed), strict=True)
    )
    return len(changed) >= _ROWS and 2 * (old & new).total() > len(changed)


def _find_move(pack: Pack, met: Sequence[Met], names: tuple[str, ...]) -> Moved | None:
    """Rows whose answers to `names` together told another row before, which has lost them."""
    old = [tuple(one.old.get(name) for name in names) for one in met]
    new = [tuple(one.new.get(name) for name in names) for one in met]
    had, has = Counter(old), Counter(new)
    owner = {values: index for index, values in enumerate(old) if had[values] == 1}
    rows = {
        index: owner[values]
        for index, values in enumerate(new)
        if values in owner
        and has[values] == 1
        and owner[values] != index
        and any(v is not None for v in values)
    }
    telling = _telling(pack, met, names)
    sure = {index: from_ for index, from_ in rows.items() if telling(new[index])}
    if len(sure) < _SWAPPED:  # small numbers meet by chance, a closed ring of them doesn't
        while rows and not set(rows.values()) <= rows.keys():
            rows = {index: from_ for index, from_ in rows.items() if from_ in rows}
    else:
        rows = sure
    if len(rows) < _SWAPPED:
        return None
    changed = sum(a != b for a, b in zip(old, new, strict=True))
    return Moved(names, [(met[index], met[from_]) for index, from_ in rows.items()], changed)


def _telling(pack: Pack, met: Sequence[Met], names: Sequence[str]) -> Callable[[tuple[Any, ...]], bool]:
    """Whether values tell a household by themselves: several answers together, or a text that only one row had."""
    if len(names) >= _TOGETHER:
        return lambda values: True
    texts = {
        at: Counter(one.old.get(name) for one in met)
        for at, name in enumerate(names)
        if pack.questions[name].type == "text"
    }
    return lambda values: any(values[at] is not None and had[values[at]] == 1 for at, had in texts.items())


def sort_message(pack: Pack, moved: Moved) -> Message:
    """U01: the sheet was sorted in part, with the rows and columns that gave it away."""
    rows = sorted(met.line.row for met, _ in moved.rows)
    line = min((met.line for met, _ in moved.rows), key=lambda line: line.row)
    names, labels = _name_questions(pack, moved)
    letter = line.table.cells.get(names[0], "")
    return message(
        "U01", file=line.table.file, sheet=line.table.sheet, cell=f"{letter}{line.row}",
        first=rows[0], last=rows[-1], n=len(rows), labels=labels,
    )  # fmt: skip

"""What reading a file gives: tables with typed columns, and what could not be read in one way.

Everything here pickles cheaply, since a pool of readers feeds one writer: a table is one Polars
frame and a few small mappings, never an object a row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from paicha.core.catalogue import Message, sentence

if TYPE_CHECKING:
    import polars as pl

ROSTER = "roster"
PERSONS = "persons"  # a list with one row a person

Value = int | str | date | list[int] | None


class FileRefused(Exception):
    """A file that cannot be read at all: `code` of the catalogue and its one sentence."""

    def __init__(self, code: str, **words: object) -> None:
        self.code = code
        self.sentence = sentence(code, **words)
        super().__init__(self.sentence)


@dataclass(frozen=True, slots=True)
class Fault:
    """A cell that has no single reading. Its value in the frame is null and its row must be refused.

    `row_index` is the row of the frame (0-based), None on a village form; `cell` is `C7`.
    """

    row_index: int | None
    question: str
    cell: str
    code: str
    read: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Headings:
    """The area that a block's own heading names, as written; None where it names none.

    `cells` tells where each stands: `town`, `village`, `group` → address.
    """

    town: str | None = None
    village: str | None = None
    groups: tuple[str, ...] = ()
    cells: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class HouseholdTable:
    """The rows of one household form, or of a roster, on one sheet.

    `frame`, one row a data row, in sheet order: `_row` UInt32 (1-based sheet row), `_group` String
    (of the row's own column, else its heading; canonical), `_key` String and `_base` Int64 (what our
    own workbooks carry), `_town`, `_village`, `_class` String (a roster's columns; `_class` is a name
    of the pack), `_answered` Boolean (any answer besides name, population, phone and group; a
    signature that only hangs over from a merged cell is none), then one column a question that the
    table has, named as the question: choice Int16, choices List(Int16) sorted and unique, integer
    Int64, text String, date Date.
    An absent column is absent from the frame; a blank cell is null.
    `cells` tells the column letters of each question (the parts of one cell share them); `columns`
    of keys above (`_group`, `_key` …) likewise. `skipped` lists sheet rows inside the table that are
    no household: subtotals, notes, signatures. `hidden` are sheet rows that nobody sees: hidden, filtered out, or on a
    hidden sheet.
    """

    file: str
    sheet: str
    form: str
    frame: pl.DataFrame
    cells: dict[str, str]
    headings: Headings
    faults: list[Fault] = field(default_factory=list)
    skipped: list[int] = field(default_factory=list)
    hidden: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Person:
    """One row of a list of persons; '' for what it doesn't say. `row`: the sheet's, 1-based."""

    row: int
    name: str
    relation: str = ""
    number: str = ""  # 人口编号
    health: str = ""
    labour: str = ""
    work: str = ""
    school: str = ""


@dataclass(slots=True)
class Family:
    """The rows of one household. `head` is None where `faults` say that it can't be told.

    `town`, `village`: as written; `group` canonical; `household_class`: a name of the pack, None where the list says
    nothing of it; `cleared`: 风险已消除. `faults` refuse the household; `doubts` are said, nothing more.
    """

    rows: tuple[int, ...]
    head: Person | None
    members: tuple[Person, ...] = ()
    number: str = ""  # 户编号
    town: str = ""
    village: str = ""
    group: str = ""
    phone: str = ""
    population: int | None = None
    household_class: str | None = None
    cleared: bool = False
    faults: list[Fault] = field(default_factory=list)
    doubts: list[Fault] = field(default_factory=list)


@dataclass(slots=True)
class PersonTable:
    """A list with one row a person, gathered by household, in the order of their first rows.

    `cells` tells the column letters of what was read; `system`: whose numbers the list carries.
    """

    file: str
    sheet: str
    families: list[Family]
    cells: dict[str, str]
    headings: Headings
    system: str
    form: str = PERSONS


@dataclass(slots=True)
class VillageTable:
    """One village form. `values` holds what was asked and found: null means a blank cell.

    `problems`: (type number, text, cell) of a problem list. `rows`: one mapping figure → value a
    village of a statistics form, with `row_cells` figure → address alongside.
    """

    file: str
    sheet: str
    form: str
    headings: Headings
    values: dict[str, Value] = field(default_factory=dict)
    cells: dict[str, str] = field(default_factory=dict)
    problems: list[tuple[int, str, str]] = field(default_factory=list)
    rows: list[dict[str, int | str | None]] = field(default_factory=list)
    row_cells: list[dict[str, str]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


@dataclass(slots=True)
class ReadFile:
    """A file as read, tables in sheet order."""

    file: str
    tables: list[HouseholdTable | VillageTable | PersonTable] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)

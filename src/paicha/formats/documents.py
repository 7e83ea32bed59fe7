"""What is to be written down, free of database and file format: the frame between reports and writers.

Reports build these frozen values from the register, the writers (`xlsx`, `pdf`) and the screen turn
them into the official layout, which `layout` takes from the pack. Nothing here knows a form by name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from paicha.core.pack import HouseholdForm, ProblemForm, ProfileForm, StatisticsForm

Value = int | str | date | Sequence[int] | None
Row = Mapping[str, Value]
"""Canonical question name → value. Besides: KEY, BASE, NOTE."""

KEY = "_key"  # household number with its check digit, as `core.keys.make_number` writes it
BASE = "_base"  # number of the revision that the row was made from
PLACE_LABEL, REASON_LABEL = "原位置", "退回原因"  # beside refused rows; import ignores them
NOTE = "_note"  # what the printed 备注 says by itself: the words of an outcome


@dataclass(frozen=True, slots=True)
class Block:
    """Rows under one heading. `group` is the canonical group ('2', '沟岔组'), None where the form has none."""

    group: str | None
    rows: Sequence[Row]


@dataclass(frozen=True, slots=True)
class HouseholdSheet:
    """A household form of one village. Blocks without rows print a blank page.

    `legend`: where prefilled cells come from, '' for nowhere; a workbook says it beside the printed form.
    """

    form: HouseholdForm
    town: str
    village: str
    blocks: Sequence[Block]
    legend: str = ""


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that was not taken in: the text of each cell as typed, where it stood and why.

    `values`: question, or name of a column that holds several counts → raw text; KEY and BASE too.
    """

    values: Mapping[str, str]
    place: str
    reason: str


@dataclass(frozen=True, slots=True)
class RefusedSheet:
    """Refused rows of one household form of one village, to be corrected and imported again."""

    form: HouseholdForm
    town: str
    village: str
    rows: Sequence[RefusedRow]


@dataclass(frozen=True, slots=True)
class ProfileSheet:
    """A form of labels and values, one a village (附件2, 附件5); `values` hold the signers too."""

    form: ProfileForm
    town: str
    village: str
    values: Row


@dataclass(frozen=True, slots=True)
class ProblemSheet:
    """The problem list: (type number, text) in the order in which they are printed."""

    form: ProblemForm
    town: str
    village: str
    problems: Sequence[tuple[int, str]]
    signers: Row = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StatisticsSheet:
    """The statistics form: rows and total by the figure's name; `total` stands last, as 合计."""

    form: StatisticsForm
    unit: str
    date: str
    rows: Sequence[Row]
    total: Row | None = None
    signers: Row = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ListSheet:
    """A plain list beside the official forms: 整改台账, 线索清单, 信息变更. `widths` in characters.

    `rows` are read once; `choices`: what may be picked in a column (counted from 0) of the workbook.
    """

    title: str
    name: str  # of the sheet
    headers: Sequence[str]
    widths: Sequence[float]
    rows: Iterable[Sequence[Value]]
    foot: str = ""
    choices: Mapping[int, Sequence[str]] = field(default_factory=dict)


Sheet = HouseholdSheet | ProfileSheet | ProblemSheet | StatisticsSheet | ListSheet


@dataclass(frozen=True, slots=True)
class Document:
    """Sheets that go into one file. `footer` is the watermark in small print: who exported what, when."""

    title: str
    sheets: Sequence[Sheet]
    footer: str = ""

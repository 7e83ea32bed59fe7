"""The labels of a village form on a sheet: where each stands and what follows it in its own cell."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from paicha.core.catalogue import sentence
from paicha.core.normalise import fold
from paicha.formats.reading.cell import Bad
from paicha.formats.reading.choices import key
from paicha.formats.reading.grid import Grid, Raw, address
from paicha.formats.reading.model import Fault, VillageTable

SCANNED_ROWS = 400


@dataclass(frozen=True, slots=True)
class Label:
    """A printed label: where, and the text behind it in its own cell."""

    row: int
    column: int
    rest: str


class SheetLabels:
    """The texts of a village form's sheet, each with its key, read once."""

    def __init__(self, grid: Grid) -> None:
        self.grid = grid
        self.texts = [
            (row, column, value, key(value))
            for row, values in enumerate(grid.rows[:SCANNED_ROWS])
            for column, value in enumerate(values)
            if type(value) is str and value
        ]
        self._exact = {written: (row, column) for row, column, _, written in reversed(self.texts)}
        self.joined = "\n".join(written for _, _, _, written in self.texts)
        self.missing = grid.unread_places()

    def find(self, label: str, others: Iterable[str] = ()) -> Label | None:
        """The first cell that is the label; else one that begins with it, and with no longer one of `others`."""
        wanted = key(label)
        exact = self._exact.get(wanted)
        if exact is not None:
            return Label(*exact, "")
        if wanted not in self.joined:
            return None
        longer = tuple(other for other in others if len(other) > len(wanted) and other.startswith(wanted))
        for row, column, value, written in self.texts:
            if written.startswith(wanted) and not (longer and written.startswith(longer)):
                rest = _behind(value, len(wanted))
                if rest is not None:
                    return Label(row, column, rest)
        return None

    def filled(self) -> list[list[Raw]]:
        """Rows with merged cells spelt out."""
        rows = [list(row) for row in self.grid.rows[:SCANNED_ROWS]]
        for span in self.grid.merges:
            if span.top >= len(rows) or span.left >= self.grid.width:
                continue
            value = rows[span.top][span.left]
            for row in range(span.top, min(span.bottom, len(rows) - 1) + 1):
                for column in range(span.left, min(span.right, self.grid.width - 1) + 1):
                    rows[row][column] = value
        return rows


def _behind(value: str, length: int) -> str | None:
    """The text behind the first `length` letters of a cell; None where the word goes on."""
    folded, left = fold(value), length
    for index, char in enumerate(folded):
        if char.isalnum():
            left -= 1
        if left == 0:
            rest = folded[index + 1 :].lstrip("”\"')")
            return rest.strip(" :：\n\t_") if not rest or rest[0] in ":：; \n\t(_□☑" else None
    return None


def add_fault(table: VillageTable, name: str, where: tuple[int, int], bad: Bad, label: str) -> None:
    """A cell of a village form without a single reading: null, and its sentence."""
    words = {"label": label, "read": bad.read} | bad.words
    cell = address(*where)
    table.values[name] = None
    table.faults.append(Fault(None, name, cell, bad.code, bad.read, sentence(bad.code, **words)))


def missing_value(grid: Grid, where: tuple[int, int]) -> Bad:
    """The fault of a formula without a value, of an error value or a picture."""
    code = grid.unread(where)
    return Bad(code, "图片" if code == "B10" else "公式")


def without_unit(text: str, unit: str) -> str:
    """`5个`, `____个` → `5`, ``."""
    return re.sub(rf"\s*{re.escape(fold(unit))}\s*$", "", fold(text)).replace("_", "").strip()

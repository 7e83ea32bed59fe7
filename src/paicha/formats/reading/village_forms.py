"""Which village form a sheet is, by the share of the form's labels that it has."""

from __future__ import annotations

import re

from paicha.core.pack import Pack, ProblemForm, ProfileForm, StatisticsForm
from paicha.core.pack.forms import VillageForm
from paicha.formats.reading.choices import key
from paicha.formats.reading.columns import ColumnParsers
from paicha.formats.reading.grid import Grid, address
from paicha.formats.reading.headings import Collected, HeadingReader
from paicha.formats.reading.labels import SheetLabels
from paicha.formats.reading.list_forms import read_problems, read_statistics
from paicha.formats.reading.model import Headings, VillageTable
from paicha.formats.reading.profile_form import ProfileReader


class VillageFormReader:
    """Reads village forms of one pack."""

    def __init__(self, pack: Pack, parsers: ColumnParsers, headings: HeadingReader) -> None:
        self._pack = pack
        self._parsers = parsers
        self._headings = headings
        self._labels = {name: _labels_of(form) for name, form in pack.village_forms.items()}
        self._titles = {
            name: (key(re.sub(r"\{\w+\}", "", form.title)), key(form.sheet), key(form.label))
            for name, form in pack.village_forms.items()
        }

    def read(self, grid: Grid, file: str) -> VillageTable | None:
        """The village form that the sheet is, or None."""
        sheet = SheetLabels(grid)
        scores = {name: self._score(name, sheet) for name in self._pack.village_forms}
        best = max(scores, key=lambda name: scores[name], default=None)
        if best is None or scores[best] < 0.5:
            return None
        form = self._pack.village_forms[best]
        table = VillageTable(file, grid.sheet, form.name, self._heading(grid))
        if isinstance(form, ProfileForm):
            ProfileReader(self._pack, self._parsers, sheet, form, table).read()
        elif isinstance(form, ProblemForm):
            read_problems(self._pack, self._parsers, sheet, form, table)
        else:
            read_statistics(self._pack, self._parsers, sheet, form, table)
        return table

    def _score(self, name: str, sheet: SheetLabels) -> float:
        labels = self._labels[name]
        found = sum(1 for label in labels if label in sheet.joined)
        if found < 2:
            return 0.0
        title, sheet_name, label = self._titles[name]
        extra = 0.15 if title in sheet.joined or title[-5:] in sheet.joined else 0.0
        here = key(sheet.grid.sheet)
        extra += 0.1 if here and (here == sheet_name or label in here) else 0.0
        return found / len(labels) + extra

    def _heading(self, grid: Grid) -> Headings:
        """The first lines' town and village; a village form has no group."""
        heading = Collected()
        for index, row in enumerate(grid.rows[:6]):
            for column, value in enumerate(row):
                if isinstance(value, str) and 1 < len(value) <= 80:
                    found = self._headings.read(value)
                    found.group = None
                    found.town = None if heading.town else found.town
                    found.village = None if heading.village else found.village
                    heading.take(found, address(index, column), self._parsers.silences)
        return heading.headings()


def _labels_of(form: VillageForm) -> tuple[str, ...]:
    if isinstance(form, ProfileForm):
        labels = [row.label for row in form.rows] + [signer.label for signer in form.signers]
    elif isinstance(form, ProblemForm):
        labels = [entry.label for entry in form.types] + [form.headers[2]]
    else:
        assert isinstance(form, StatisticsForm)
        labels = [figure.group or figure.label for figure in form.figures]
    return tuple(dict.fromkeys(map(key, labels)))

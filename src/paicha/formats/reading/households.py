"""Which rows under a header are households, and under which heading they stand.

Blank rows, subtotals, notes and lines that name a group or a village are told apart from households
here; a row that says anything else is a household, even without a name, so that none is lost.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from paicha.core.normalise import fold
from paicha.core.pack import Pack
from paicha.formats.reading.grid import Grid, Raw, address
from paicha.formats.reading.headings import Collected, HeadingReader
from paicha.formats.reading.layout import Block, Columns
from paicha.formats.reading.vocabulary import BASE, KEY, NUMBER

_STOP = re.compile(
    r"本?[村组页屯队]?(?:小计|合计|总计|共计|累计|计)|第[0-9]+页|共[0-9]+页"
    r"|(?:说明|注|备注|附注|填表|填报|审核|负责人|制表|单位|联系人|日期|时间|村支|支部|第一书记|包村|驻村|签字"
    r"|排查人员|排查时间|户主签字)[^\n]{0,6}[:：]"
)
_LONG_NAME = 5
_LONGEST_NAME = 12


@dataclass(slots=True)
class Segment:
    """Rows of one header layout under one heading: what becomes one table. Rows are 0-based."""

    columns: Columns
    town: str | None
    village: str | None
    cells: dict[str, str]
    first: int
    end: int
    data: list[int] = field(default_factory=list)
    groups: list[str | None] = field(default_factory=list)
    skipped: list[int] = field(default_factory=list)

    def absorb(self, other: Segment) -> None:
        self.first, self.end = min(self.first, other.first), max(self.end, other.end)
        self.data += other.data
        self.groups += other.groups
        self.skipped += other.skipped


class RowSorter:
    """Sorts the rows of blocks for one pack."""

    def __init__(self, pack: Pack, headings: HeadingReader) -> None:
        self._head = pack.roles.head
        self._headings = headings
        self._silences = frozenset(pack.silences)

    def segments(self, grid: Grid, block: Block, heading: Collected) -> list[Segment]:
        """Sort the rows of a block; lines between them that name a village or group hold for those below."""
        meanings = block.columns.meanings
        name_column = meanings.index(self._head)
        asked = [c for c, meaning in enumerate(meanings) if meaning and meaning not in (NUMBER, KEY, BASE)]
        segment = self._segment(block, heading, block.first)
        found = [segment]
        data, groups = segment.data, segment.groups
        for index in range(block.first, block.end):
            name = grid.rows[index][name_column]
            if (
                type(name) is str and len(name) < _LONG_NAME and name.isalpha() and name[-1] not in "组计户页"
            ) or self._is_household(grid, index, name, asked, heading, segment):
                data.append(index)
                groups.append(heading.group)
            elif (heading.town, heading.village) != (segment.town, segment.village):
                segment.end = index
                segment = self._segment(block, heading, index)
                found.append(segment)
                data, groups = segment.data, segment.groups
        return found

    @staticmethod
    def _segment(block: Block, heading: Collected, first: int) -> Segment:
        return Segment(block.columns, heading.town, heading.village, dict(heading.cells), first, block.end)

    def _is_household(
        self, grid: Grid, index: int, name: Raw, asked: list[int], heading: Collected, segment: Segment
    ) -> bool:
        """A row whose name is blank, long or odd: blank, heading, subtotal, note, or a household after all."""
        row = grid.rows[index]
        filled = [(c, value) for c, value in enumerate(row) if value != "" and not _is_blank(value)]
        answered = [c for c in asked if not _is_blank(row[c]) or grid.unread((index, c))]
        texts = [(c, value) for c, value in filled if isinstance(value, str)]
        if texts and len(texts) == len(filled) <= 4 and self._is_heading(index, texts, heading):
            return False
        if any(_STOP.match("".join(fold(text).split())) for _, text in texts[:2]):
            segment.skipped.append(index + 1)
            return False
        if answered or not _is_blank(name):
            if len(filled) > 1 or not isinstance(name, str) or len(name) <= _LONGEST_NAME:
                return True
            segment.skipped.append(index + 1)
        elif any(len(text.strip()) > 1 for _, text in texts):
            segment.skipped.append(index + 1)
        return False

    def _is_heading(self, index: int, texts: list[tuple[int, str]], heading: Collected) -> bool:
        """Whether the line names a group or a village, which then holds for the rows below."""
        group = self._headings.only_group(texts[0][1]) if len(texts) == 1 else None
        if group:
            heading.set_group(group, address(index, texts[0][0]))
            return True
        return self._take_heading(index, texts, heading)

    def _take_heading(self, index: int, texts: list[tuple[int, str]], heading: Collected) -> bool:
        line = " ".join(text for _, text in texts)
        if re.search(r"说明|注[:：]|填表", line):
            return False
        seen = self._headings.read(line)
        if not (seen.group or (seen.village and seen.town)):
            return False
        return heading.take(seen, address(index, texts[0][0]), self._silences)


def _is_blank(value: Raw) -> bool:
    return value == "" or (isinstance(value, str) and not value.strip())

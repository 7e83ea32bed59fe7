"""The list of duplicates as a file: a row a pair, the facts of both sides beside each other, and why."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from io import StringIO

from paicha.core.keys import make_number
from paicha.core.pack import Pack
from paicha.domain.duplicates.queries import Cluster, People
from paicha.domain.households.models import Household
from paicha.domain.households.services import register_tag
from paicha.formats import xlsx
from paicha.formats.documents import Document, ListSheet, Value

TITLE = "疑似重复"
_SIDE = (
    ("户编号", 22), ("镇街", 12), ("村", 14), ("组", 8), ("户主", 10), ("电话", 14), ("人口", 6), ("类别", 14),
    ("家庭成员", 24), ("外部编号", 20),
)  # fmt: skip
HEADERS = (
    "序号", "分值", *(f"{title}{side}" for side in "甲乙" for title, _ in _SIDE), "相像之处", "不像之处",
)  # fmt: skip
_WIDTHS = (6, 6, *(width for _ in "甲乙" for _, width in _SIDE), 50, 20)
_BOM = "\ufeff"  # without it a spreadsheet program reads another encoding


def rows(clusters: Sequence[Cluster], people: People, pack: Pack) -> list[list[Value]]:
    """A row a pair; pairs of one cluster have its place in the list as their number."""
    tag, labels = register_tag(), {known.name: known.label for known in pack.classes}
    found: list[list[Value]] = []
    for place, cluster in enumerate(clusters, start=1):
        for pair in cluster.pairs:
            sides = [_side(household, people, tag, labels) for household in (pair.first, pair.second)]
            why = "；".join(pair.likeness.alike()), "；".join(pair.likeness.against())
            found.append([place, pair.points, *sides[0], *sides[1], *why])
    return found


def _side(household: Household, people: People, tag: str, labels: dict[str, str]) -> list[Value]:
    village, known = household.village, household.pk
    return [
        make_number(household.number, tag), village.parent.spoken if village.parent else "", village.spoken,
        household.group, household.head_name, household.phone, household.population,
        labels.get(household.household_class, household.household_class),
        "、".join(people.members.get(known, ())), "、".join(people.numbers.get(known, ())),
    ]  # fmt: skip


def as_csv(listed: Sequence[Sequence[Value]]) -> bytes:
    """UTF-8 with a byte order mark, as spreadsheet programs open it; a long number is a text to them, too."""
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(HEADERS)
    writer.writerows(listed)
    return (_BOM + text.getvalue()).encode()


def as_xlsx(listed: Sequence[Sequence[Value]], pack: Pack, footer: str) -> bytes:
    """A workbook of one sheet."""
    sheet = ListSheet(title=TITLE, name=TITLE, headers=HEADERS, widths=_WIDTHS, rows=listed)
    return xlsx.write(Document(TITLE, [sheet], footer), pack)

"""Special circumstances 因灾·因疫·回流·滞留·突发困难: listed by village, each with the measure taken (notice, 4(二)).

What holds: a line is a household and one of its circumstances, so that the lines of a village are as many as its
summary row counts; a measure is what is recorded for the household and not withdrawn; a line without one says so.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from django.db import connection

from paicha.core.pack import Pack
from paicha.domain.areas.names import spoken_name
from paicha.domain.cases.models import Measure
from paicha.domain.responses.models import VillageSummary
from paicha.domain.responses.summary.chart_counts import options_of
from paicha.domain.rounds.models import Round
from paicha.formats.documents import ListSheet, Value


@dataclass(frozen=True, slots=True)
class Circumstance:
    """A household in a special circumstance. `village`: code and name."""

    household: UUID
    head: str
    group: str
    village: str
    village_name: str
    form: str
    option: int
    detail: str
    measures: Sequence[str]


def special_options(pack: Pack) -> dict[int, str]:
    """The circumstances that the pack lists, by number; {} where it lists none."""
    name = pack.roles.special
    return pack.questions[name].option_labels if name else {}


def special_count(pack: Pack, summary: VillageSummary, option: int | None = None) -> int:
    """How many lines a village has, of one circumstance or of all, by its summary row."""
    counted: Mapping[str, Mapping[str, int]] = summary.figures.get("answers", {}).get(pack.roles.special, {})
    return sum(n for by in counted.values() for key, n in by.items() if option is None or key == str(option))


def special_lines(
    round_: Round, pack: Pack, villages: Collection[int], option: int | None = None
) -> list[Circumstance]:
    """The lines of some villages, village by village in the order of the register. Two queries."""
    name = pack.roles.special
    if name is None or not villages:
        return []
    found = [
        (row, number, answers)
        for row, answers in _rows_of(round_, name, villages)
        if pack.outcome.met(row[7])
        for number in map(int, options_of(answers.get(name)))
        if option is None or number == option
    ]
    measures = _measures([row[0] for row, *_ in found])
    detail = pack.roles.special_detail
    return [
        Circumstance(
            row[0], row[1], row[2], row[3], spoken_name(row[6], row[4]), row[5], number,
            str(answers.get(detail) or "") if detail else "", measures.get(row[0], ()),
        )
        for row, number, answers in found
    ]  # fmt: skip


def _rows_of(round_: Round, name: str, villages: Collection[int]) -> list[tuple[list[Any], dict[str, Any]]]:
    """(household, head, group, code, village, form, level, outcome) and answers, where the question has some."""
    marks = ", ".join(["%s"] * len(villages))
    group = connection.ops.quote_name("group")
    sql = (
        f"SELECT h.id, h.head_name, h.{group}, a.code, a.name, e.form, a.level, e.outcome, r.answers"
        " FROM rounds_rosterentry e JOIN households_household h ON h.id = e.household_id"
        " JOIN areas_area a ON a.id = e.village_id JOIN responses_revision r ON r.id = e.revision"
        f" WHERE e.round_id = %s AND e.village_id IN ({marks}) AND r.answers LIKE %s"
        " ORDER BY a.code, h.number"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [round_.pk, *villages, f'%"{name}":%'])
        return [
            ([row[0] if isinstance(row[0], UUID) else UUID(row[0]), *row[1:8]], orjson.loads(row[8]))
            for row in cursor.fetchall()
        ]


def _measures(households: Sequence[UUID]) -> dict[UUID, list[str]]:
    found: dict[UUID, list[str]] = {}
    rows = Measure.objects.filter(household__in=set(households), withdrawn_at=None).order_by("since", "pk")
    for household, policy, by_whom in rows.values_list("household_id", "policy", "by_whom"):
        found.setdefault(household, []).append(f"{policy}（{by_whom}）" if by_whom else policy)
    return found


def special_sheet(pack: Pack, place: str, lines: Sequence[Circumstance]) -> ListSheet:
    """The list for Excel and PDF."""
    labels = special_options(pack)
    rows: list[list[Value]] = [
        [
            number, line.village_name, line.group, line.head, pack.household_forms[line.form].label,
            labels.get(line.option, str(line.option)), line.detail or None, "；".join(line.measures) or "还没有措施",
        ]
        for number, line in enumerate(lines, start=1)
    ]  # fmt: skip
    return ListSheet(
        title=f"{place}特殊情形清单",
        name="特殊情形",
        headers=("序号", "村", "组", "户主姓名", "类别", "特殊情形", "说明", "采取的措施"),
        widths=(6, 14, 8, 10, 12, 12, 30, 34),
        rows=rows,
    )

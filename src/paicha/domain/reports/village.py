"""A village's households as the official forms show them: one read, then rows for every form.

What holds: an answered household prints its answers in force, word for word what a revision holds but for head and
group, which are the register's, so that our own Excel comes back as no change; a household that is due stands as a
prefilled row (name, people, phone, group) without answers; a row carries the register's key and the revision it was
made from.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

import orjson
from django.db import connection

from paicha.core.keys import make_number
from paicha.core.pack import HouseholdForm, Pack
from paicha.domain.responses.answers.identity import identify
from paicha.domain.rounds.models import Round
from paicha.formats.documents import BASE, KEY, NOTE, Block, HouseholdSheet, Row, Value

REGISTER = "名册"  # how a prefilled answer names the register as its source
HOUSEHOLD = "_household"  # the household's permanent id as text: what a page links to


@dataclass(frozen=True, slots=True)
class Answered:
    """A household of the round. `revision` 0 and no `values`: nothing was answered yet."""

    id: UUID
    number: int
    form: str
    group: str
    head_name: str
    phone: str
    population: int | None
    outcome: int | None
    added: bool
    revision: int
    values: dict[str, Any] = field(hash=False)

    @property
    def is_blank(self) -> bool:
        """Whether nobody has answered for it yet."""
        return self.revision == 0

    @property
    def name(self) -> str:
        return self.head_name


_SQL = (
    "SELECT h.id, h.number, e.form, e.{group}, h.{group}, h.head_name, h.phone, h.population, h.closed_at,"
    " e.outcome, e.added, CASE WHEN e.revision IS NULL THEN 0 ELSE e.revision_number END, r.answers"
    " FROM rounds_rosterentry e JOIN households_household h ON h.id = e.household_id"
    " LEFT JOIN responses_revision r ON r.id = e.revision"
    " WHERE e.round_id = %s AND e.village_id = %s ORDER BY h.number"
)


def load_households(round_: Round, pack: Pack, village_id: int) -> list[Answered]:
    """Every household of a village's roster in the order of the register, with its answers. One query.

    One that was closed before it was answered is left out.
    """
    dates = tuple(name for name in pack.answer_questions if pack.questions[name].type == "date")
    with connection.cursor() as cursor:
        sql = _SQL.replace("{group}", connection.ops.quote_name("group"))
        cursor.execute(sql, [round_.pk, village_id])
        rows = cursor.fetchall()
    return list(_households(rows, dates, pack))


def _households(rows: Iterable[Sequence[Any]], dates: Sequence[str], pack: Pack) -> Iterator[Answered]:
    for id_, number, form, group, known, head, phone, people, closed, outcome, added, revision, text in rows:
        if not revision and closed is not None:
            continue
        values = orjson.loads(text) if text else {}
        for name in dates:
            if name in values:
                values[name] = date.fromisoformat(values[name])
        identify(pack, values, head, known)
        yield Answered(
            id_ if isinstance(id_, UUID) else UUID(id_), number, form, known or group, head, phone, people,
            outcome, bool(added), revision, values,
        )  # fmt: skip


def register_answers(pack: Pack, household: Answered) -> dict[str, Any]:
    """What the register has of a household as answers: people and phone, where it knows them."""
    roles = pack.roles
    known = ((roles.population, household.population), (roles.phone, household.phone or None))
    return {name: value for name, value in known if name and value is not None}


def register_legend(pack: Pack, form: HouseholdForm, households: Iterable[Answered]) -> str:
    """The sentence that says which cells of a workbook are the register's and nobody's answer yet; '' for none."""
    names = {name for h in households if h.is_blank for name in register_answers(pack, h)}
    labels = [pack.questions[name].label for name in form.questions if name in names]
    return f"还没答的户，{'、'.join(labels)}取自{REGISTER}，问过再改" if labels else ""


def household_row(pack: Pack, household: Answered, tag: str) -> Row:
    """A household's row on its form: canonical question name → value, with KEY, BASE and NOTE."""
    roles = pack.roles
    row: dict[str, Value] = dict(household.values)
    if household.is_blank:
        row[roles.head] = household.head_name
        row |= register_answers(pack, household)
        if roles.group and household.group:
            row[roles.group] = household.group
    else:
        row[BASE] = household.revision
    row[KEY] = make_number(household.number, tag)
    row[HOUSEHOLD] = str(household.id)
    outcome = pack.outcome
    if household.outcome is not None and not outcome.met(household.outcome):
        row[NOTE] = pack.questions[outcome.question].option_labels.get(household.outcome, "")
    return row


def household_sheet(
    pack: Pack, form: HouseholdForm, town: str, village: str, households: Sequence[Answered], tag: str
) -> HouseholdSheet:
    """One household form of a village; `households` are all of the village's, of any form."""
    mine = [household for household in households if household.form == form.name]
    legend = register_legend(pack, form, mine)
    if not form.by_group:
        rows = [household_row(pack, household, tag) for household in mine]
        return HouseholdSheet(form, town, village, (Block(None, rows),) if rows else (), legend)
    groups: dict[str, list[Row]] = {}
    for household in mine:
        groups.setdefault(printed_group(pack, household), []).append(household_row(pack, household, tag))
    blocks = [Block(group or None, groups[group]) for group in in_order(groups)]
    return HouseholdSheet(form, town, village, tuple(blocks), legend)


def printed_group(pack: Pack, household: Answered) -> str:
    """The group whose block a household stands in: the answered one, else the register's."""
    if household.is_blank or pack.roles.group is None:
        return household.group
    return str(household.values.get(pack.roles.group) or "")


def in_order(groups: Iterable[str]) -> list[str]:
    """Numbered groups by their number, named ones as the register brings them, those without at the end."""
    listed = list(groups)
    place = {group: index for index, group in enumerate(listed)}
    return sorted(listed, key=lambda g: (not g, not g.isdecimal(), int(g) if g.isdecimal() else place[g]))

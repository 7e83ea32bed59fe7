"""Blanks to carry to the door: the official forms with what is known of each household, group by group.

Why: paper first. What holds: only households that are still due stand on them, in the order of the register, with
rows left empty behind each group for those found on the spot; a row of the workbook carries its key, so that it comes
back through import; every file that leaves is logged with its rows and a checksum.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from django.db import transaction

from paicha.core.pack import HouseholdForm, Pack
from paicha.domain.accounts.policies import Scope
from paicha.domain.accounts.roles import Verb
from paicha.domain.audit.services import Entry, actor_chain, append, digest
from paicha.domain.households.services import register_tag
from paicha.domain.reports.documents import watermark
from paicha.domain.reports.export import Kind, write
from paicha.domain.reports.village import (
    Answered,
    household_row,
    in_order,
    load_households,
    register_answers,
    register_legend,
)
from paicha.domain.responses.models import Revision
from paicha.domain.rounds.models import RosterEntry, Round, RoundArea
from paicha.formats.documents import Block, Document, HouseholdSheet, Row, Value

EXTRA = 3  # empty rows behind a group, at least


@dataclass(frozen=True, slots=True)
class Blanks:
    """A file to print or to fill in. `rows`: households that stand on it."""

    content: bytes
    rows: int


def due_of(pack: Pack, household: Answered) -> bool:
    """Whether somebody still has to go there."""
    return pack.outcome.due(household.outcome)


def make_blanks(
    round_: Round,
    pack: Pack,
    village: RoundArea,
    town: str,
    kind: Kind,
    *,
    scope: Scope,
    exporter: str,
    forms: Sequence[HouseholdForm],
    groups: Collection[str] | None = None,
    named: bool = True,
) -> Blanks:
    """Blanks of some forms for a village (of some of its groups) as xlsx or pdf.

    `named` False leaves the rows empty: the bare form. On paper, what register and last round know of a
    household's base columns stands in its row too; a workbook keeps them empty, since there they would be
    answers. Raises PermissionDenied.
    """
    scope.require(Verb.EXPORT, village.code)
    due = [h for h in load_households(round_, pack, village.area_id) if due_of(pack, h)] if named else []
    if groups is not None:
        due = [h for h in due if h.group in groups]
    paper = kind == "pdf"
    before = last_answers(round_, pack, village.area_id) if paper and due else {}
    tag = register_tag() if due and not paper else ""  # the key is no part of the printed form
    sheets = [_sheet(pack, form, town, village.spoken, due, before, tag, paper=paper) for form in forms]
    document = Document(f"{town}{village.spoken}空表", sheets, watermark(exporter) if due else "")
    content = write(document, pack, kind)
    rows = sum(1 for h in due if any(h.form == form.name for form in forms))
    with transaction.atomic():
        entry = Entry(
            actor_chain(scope.actor), scope.actor, f"export.blanks.{kind}", f"area:{village.code}",
            digest(content), rows,
        )  # fmt: skip
        append([entry])
    return Blanks(content, rows)


def _sheet(
    pack: Pack,
    form: HouseholdForm,
    town: str,
    village: str,
    due: Sequence[Answered],
    before: Mapping[UUID, Mapping[str, Any]],
    tag: str,
    *,
    paper: bool,
) -> HouseholdSheet:
    known, blocks = base_questions(pack, form), []
    grouped: dict[str, list[Row]] = {}
    for household in due:
        if household.form == form.name:
            last = before.get(household.id, {})
            row: dict[str, Value] = {name: last[name] for name in known if name in last}
            row.update(register_answers(pack, household) if paper else {})
            row.update(household_row(pack, household, tag))
            grouped.setdefault(household.group, []).append(row)
    for group in in_order(grouped):
        blocks.append(Block(group or None, [*grouped[group], *({} for _ in range(EXTRA))]))
    legend = "" if paper else register_legend(pack, form, (h for h in due if h.form == form.name))
    return HouseholdSheet(form, town, village, tuple(blocks), legend)


def base_questions(pack: Pack, form: HouseholdForm) -> tuple[str, ...]:
    """The questions beside the head's name under one heading of the paper: 户属性, 居住地. () without a heading."""
    own = next((c.group for c in form.columns if c.question == pack.roles.head), None)
    return tuple(c.question for c in form.columns if own and c.group == own and c.question)


def last_answers(round_: Round, pack: Pack, village: int) -> dict[UUID, dict[str, Any]]:
    """What the round before knew of each household of a village, as far as this pack still asks it. Two queries."""
    earlier = Round.objects.filter(opens_on__lt=round_.opens_on).order_by("-opens_on", "-pk").first()
    if earlier is None:
        return {}
    entries = dict(
        RosterEntry.objects.filter(round=earlier, village=village, revision__isnull=False).values_list(
            "revision", "household_id"
        )
    )
    found = Revision.objects.filter(pk__in=list(entries)).values_list("pk", "answers")
    wanted = set(pack.answer_questions)
    return {
        entries[pk]: {name: value for name, value in orjson.loads(text).items() if name in wanted}
        for pk, text in found
    }

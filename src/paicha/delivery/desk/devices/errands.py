"""What phones sent of visits and re-interviews and did not go in: who, when, why, and what to do with it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import Http404

from paicha.core.pack import Pack
from paicha.delivery.desk.devices.presenters import said
from paicha.domain.responses.rules.rule_text import answer_in_words
from paicha.domain.sync.leftovers import settle_leftovers, take_leftover
from paicha.domain.sync.models import SyncItem
from paicha.domain.sync.waiting import errands_waiting
from paicha.domain.verification.models import SampleHousehold, Visit, VisitHousehold


@dataclass(frozen=True, slots=True)
class Leftover:
    """A line of the list. `about`: whose; `content`: what of a visit was sent, in words."""

    item: SyncItem
    about: str
    why: str
    content: str = ""

    @property
    def may_go_in(self) -> bool:
        """Whether it can be taken in as it is."""
        return self.item.status == "held"


def visit_leftovers(pack: Pack, visit: Visit, looked: Collection[VisitHousehold]) -> list[Leftover]:
    """What waits of a visit, with what the phone said."""
    heads = {row.pk: row.household.head_name for row in looked}
    rows = errands_waiting(SyncItem.Kind.VISIT, [visit.pk])
    return [Leftover(row, str(row.user), said(row), _content(pack, heads, row.raw or {})) for row in rows]


def interview_leftovers(sampled: Mapping[int, str]) -> list[Leftover]:
    """What waits of re-interviews, by the id of the drawn household and its head; never what was answered."""
    rows = errands_waiting(SyncItem.Kind.INTERVIEW, list(sampled)) if sampled else ()
    return [Leftover(row, f"{sampled.get(row.errand or 0, '')}户，{row.user}", said(row)) for row in rows]


def act_on_leftover(
    act: str, item: str, subjects: Mapping[int, Visit | SampleHousehold], kind: str, actor: str
) -> str:
    """Take one in, or note that it was looked at; the sentence for the person. Raises Refusal."""
    try:
        row = errands_waiting(kind, list(subjects)).filter(pk=UUID(item)).first()
    except ValueError:
        row = None
    if row is None or row.errand is None:
        raise Http404
    if act == "take":
        take_leftover(row, subjects[row.errand], actor)
        return "收下了。"
    settle_leftovers([row], actor)
    return "记下了：这一份看过了。"


def _content(pack: Pack, heads: Mapping[int, str], raw: Mapping[str, Any]) -> str:
    labels = dict(VisitHousehold.Found.choices)
    parts = [
        f"{heads.get(one['row'], '')}户 {labels.get(one['found'], '没写')}{one['note'] and '，'}{one['note']}"
        for one in raw.get("looks", [])
        if [one["found"], one["note"]] != list(one["was"])
    ]
    parts += [
        f"{pack.questions[name].label} {answer_in_words(pack.questions[name], value)}"
        for name, value in raw.get("form", {}).items()
        if name in pack.questions and value not in (None, "")
    ]
    return "；".join(parts)

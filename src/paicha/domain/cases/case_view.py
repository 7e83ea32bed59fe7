"""A case with all that is known of it, in two queries: its log, objections, measures, leads; and the answers.

Why one union: the page of a case stands beside the frame's own queries and the audit of its reading, and may cost
twelve in all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import orjson
from django.db.models import (
    CharField,
    DateField,
    DateTimeField,
    Exists,
    F,
    OuterRef,
    QuerySet,
    Subquery,
    TextField,
    Value,
)
from django.db.models.functions import Cast

from paicha.core.pack import Pack
from paicha.domain.accounts.models import User
from paicha.domain.cases import guards
from paicha.domain.cases.models import Case, CaseStep, Measure, Meeting, MeetingItem, Objection
from paicha.domain.responses.answers.identity import identify
from paicha.domain.responses.models import Finding, Revision
from paicha.domain.rounds.models import RosterEntry, Round

_TEXT = TextField()
_COLUMNS = ("arm", "line", "who", "person", "stamp", "day", "a", "b", "c", "d", "e", "f")
_NOTHING = Value("", _TEXT)


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the union. `who`: the actor's text, `person` that user's name, '' for the operator."""

    arm: str
    pk: int
    who: str
    person: str
    at: datetime | None
    day: date | None
    a: str
    b: str
    c: str
    d: str
    e: str
    f: str


@dataclass(frozen=True, slots=True)
class Passed:
    """A line of the log as it is shown; `undone`: it no longer stands; `result` 'undone': it took one back."""

    pk: int
    step: str
    result: str
    at: datetime
    began: date
    actor: str
    person: str
    reason: str
    records: Mapping[str, Any]
    meeting: int | None
    undone: bool


@dataclass(slots=True)
class CaseFile:
    """Everything about a case. `objections`: (line, answered on); `planned`: the meeting ahead, (pk, day)."""

    log: list[Passed] = field(default_factory=list)
    objections: list[Line] = field(default_factory=list)  # a: what, b: who objects, c: answer, d: answered on
    measures: list[Line] = field(default_factory=list)  # a: policy, b: amount, c: by whom; day: since
    leads: list[Line] = field(default_factory=list)  # a: rule, b: state, c: reason, d: detail, e: kind
    planned: tuple[int, date] | None = None
    enrolled_on: date | None = None
    entry: RosterEntry | None = None
    answers: dict[str, Any] = field(default_factory=dict)

    @property
    def last(self) -> Passed | None:
        """The last line that stands."""
        standing = [row for row in self.log if not row.undone and row.result != "undone"]
        return standing[-1] if standing else None

    @property
    def waiting(self) -> int:
        """Objections that nobody has answered."""
        return sum(not line.d for line in self.objections)


def file_of(pack: Pack, round_: Round, case: Case) -> CaseFile:
    """The file of a case, its household as `round_` knows it."""
    made = CaseFile()
    arms = [
        _log(case),
        _objections(case),
        _measures(case),
        _leads(round_, case),
        _planned_rows(case),
        _done_rows(pack, case),
    ]
    for row in arms[0].union(*arms[1:], all=True):
        texts = [value or "" for value in row[6:]]
        _add_line(made, Line(row[0], row[1], row[2] or "", row[3] or "", row[4], row[5], *texts))
    made.log.sort(key=lambda line: line.pk)
    made.objections.sort(key=lambda line: line.pk)
    made.leads.sort(key=lambda line: (line.b != "open", line.a))
    made.measures.sort(key=lambda line: (line.day or date.min, line.pk), reverse=True)
    text = Revision.objects.filter(pk=OuterRef("revision")).values("answers")[:1]
    entries = RosterEntry.objects.filter(round=round_, household=case.household_id)
    made.entry = entries.annotate(text=Subquery(text)).first()
    if made.entry is not None:
        known, answers = case.household, orjson.loads(made.entry.text or "{}")
        made.answers = identify(pack, answers, known.head_name, known.group)
    return made


def _add_line(made: CaseFile, line: Line) -> None:
    if line.arm == "log":
        assert line.at is not None and line.day is not None
        made.log.append(
            Passed(
                line.pk, line.a, line.b, line.at, line.day, line.who, line.person or "", line.c,
                orjson.loads(line.d or "{}"), int(line.e) if line.e else None, bool(line.f),
            )
        )  # fmt: skip
    elif line.arm == "planned":
        assert line.day is not None
        made.planned = (line.pk, line.day)
    elif line.arm == "done":
        made.enrolled_on = max(line.day or date.min, made.enrolled_on or date.min)
    else:
        known = {"objection": made.objections, "measure": made.measures, "lead": made.leads}
        known[line.arm].append(line)


def obstacles_of(pack: Pack, case: Case, file: CaseFile) -> list[str]:
    """Why the procedure can't go on with the household, from the file alone."""
    procedure = pack.schedule.procedure[case.procedure]
    if not procedure.guards or case.state != Case.State.GOING:
        return []
    since = file.enrolled_on
    if since is None:
        telling = {r.name for step in procedure.steps for r in step.records if r.tells == "enrolled_on"}
        days = [line.records[name] for line in file.log for name in telling if line.records.get(name)]
        since = date.fromisoformat(days[-1]) if days else None
    facts = file.entry.facts if file.entry else None
    return guards.obstacles_from(pack, procedure, case.household_id, (file.answers, facts), since)


def _arm(rows: QuerySet[Any], arm: str, by: str, **columns: Any) -> Any:
    """One arm of the union; columns that it doesn't name are empty."""
    known = User.objects.annotate(key=Cast("pk", CharField())).filter(key=OuterRef(by))
    shown: dict[str, Any] = dict.fromkeys("abcdef", _NOTHING) | columns
    return (
        rows.order_by()
        .annotate(
            arm=Value(arm, _TEXT), line=F("pk"), who=Cast(by, _TEXT),
            person=Cast(Subquery(known.values("name")[:1]), _TEXT),
            stamp=shown.pop("stamp", Cast(Value(None), DateTimeField())),
            day=shown.pop("day", Cast(Value(None), DateField())),
            **shown,
        )
        .values_list(*_COLUMNS)
    )  # fmt: skip


def _text(name: str) -> Any:
    return Cast(name, _TEXT)


def _log(case: Case) -> Any:
    undone = Subquery(CaseStep.objects.filter(undoes=OuterRef("pk")).values("result")[:1])
    return _arm(
        CaseStep.objects.filter(case=case), "log", "by", stamp=F("at"), day=F("began"), a=_text("step"),
        b=_text("result"), c=_text("reason"), d=_text("records"), e=_text("meeting_id"), f=Cast(undone, _TEXT),
    )  # fmt: skip


def _objections(case: Case) -> Any:
    return _arm(
        Objection.objects.filter(case=case), "objection", "noted_by", day=F("on"), a=_text("what"), b=_text("by"),
        c=_text("answer"), d=_text("answered_on"),
    )  # fmt: skip


def _measures(case: Case) -> Any:
    rows = Measure.objects.filter(household=case.household_id, withdrawn_at=None)
    return _arm(
        rows, "measure", "noted_by", day=F("since"), a=_text("policy"), b=_text("amount"), c=_text("by_whom")
    )


def _leads(round_: Round, case: Case) -> Any:
    rows = Finding.objects.filter(round=round_, household=case.household_id, severity="lead")
    return _arm(
        rows.exclude(state="lapsed"), "lead", "decided_by", stamp=F("found_at"), a=_text("rule"), b=_text("state"),
        c=_text("reason"), d=_text("detail"), e=_text("kind"), f=_text("strength"),
    )  # fmt: skip


def _planned_rows(case: Case) -> Any:
    rows = Meeting.objects.filter(state=Meeting.State.PLANNED).filter(
        Exists(MeetingItem.objects.filter(meeting=OuterRef("pk"), case=case))
    )
    return _arm(rows, "planned", "planned_by", day=F("held_on"))


def _done_rows(pack: Pack, case: Case) -> Any:
    """Cases that brought the household into the class that this one is about."""
    makers = guards.makers(pack, pack.schedule.procedure[case.procedure])
    rows = Case.objects.filter(household=case.household_id, procedure__in=makers, state=Case.State.DONE)
    return _arm(rows, "done", "opened_by", day=F("closed_on"))

"""One case: what is due now and why not, why it is here, what happened; and the acts on it.

What holds: the page sends along the step on which the person saw the case, so that of two people the second is
told what changed; what was typed comes back with the sentence that refuses it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from paicha.core.pack import Procedure, Record, Step
from paicha.core.refusal import Refusal
from paicha.delivery.desk.cases.case_days import past_day
from paicha.delivery.desk.cases.case_text import (
    WHO,
    limit,
    procedure_of,
    record_lines,
    result_words,
    standing,
)
from paicha.delivery.desk.shell.fields import Chosen, Day, Words, entries
from paicha.delivery.desk.shell.page import page
from paicha.delivery.desk.shell.places import Place, at_record, require
from paicha.delivery.desk.shell.wording import (
    answer_rows,
    kind_text,
    mask_answers,
    rule_message,
    who_text,
)
from paicha.domain import clock
from paicha.domain.accounts import notices
from paicha.domain.accounts.roles import Verb
from paicha.domain.cases.case_view import CaseFile, file_of, obstacles_of
from paicha.domain.cases.models import Case, Objection
from paicha.domain.cases.queries import VERB_OF, levels
from paicha.domain.cases.services import (
    CaseError,
    answer_objection,
    end,
    help_first,
    note_objection,
    obstacle,
    send_back,
    take_step,
    undo,
)
from paicha.domain.responses.models import Finding
from paicha.domain.responses.rules.rule_text import because
from paicha.domain.responses.services import VillageWork, village_work

_RELATED = ("household",)


class StepForm(forms.Form):
    """The step on which the case was seen, which way it goes from there, and why; its records are read apart."""

    at, way, reason = Words(), Words(), Words()


class ObjectionForm(forms.Form):
    """An objection to a notice."""

    on = Day("提出日期", read=past_day)
    what, by = Words(), Words()


class AnswerForm(forms.Form):
    """The answer to an objection."""

    objection, answer = Chosen(), Words()


@dataclass(frozen=True, slots=True)
class Shown:
    """A step of the procedure as the page shows it: what came of it, or what is to come."""

    title: str
    look: str  # done, back, now, ahead
    result: str = ""
    who: str = ""
    at: datetime | None = None
    reason: str = ""
    records: tuple[tuple[str, str], ...] = ()
    meeting: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """A record to be typed, with what stands in it."""

    record: Record
    value: str


@at_record(Case, Verb.READ_HOUSEHOLDS, related=_RELATED)
def case(request: HttpRequest, place: Place, row: Case) -> HttpResponse:
    """The page itself."""
    return _page(request, place, row)


def _page(request: HttpRequest, place: Place, row: Case, **context: Any) -> HttpResponse:
    pack, today = place.pack, clock.today()
    file = file_of(pack, place.round, row)
    procedure = procedure_of(pack, row)
    step = procedure.step[row.step]
    mine = levels(place.scope, place.code)
    barred = obstacles_of(pack, row, file)
    until, late = limit(row, today)
    place.log_read("case", 1)
    answers = mask_answers(pack, file.answers)
    form = pack.household_forms[file.entry.form] if file.entry else None
    last, leads = file.last, _leads(place, file, answers)
    return page(
        request, place, "cases/case.html", "cases",
        case=row, household=row.household, procedure=procedure, step=step, file=file, until=until, late=late,
        standing=standing(pack, row), steps=_steps(place, row, file), going=row.state == Case.State.GOING,
        mine=step.actor in mine, may_act=bool(mine), who=WHO.get(step.actor, step.actor),
        why_not=_why_not(row, procedure, file, barred, today), barred=barred,
        fields=_fields(step, row, context.pop("typed_records", {}), today),
        backs=[procedure.step[name] for name in step.back_to],
        leads=[line for line in leads if line[0].state == "open"],
        settled=[line for line in leads if line[0].state != "open"],
        groups=answer_rows(pack, form, answers) if form else [], form=form,
        may_undo=last is not None and last.actor == place.scope.actor and last.meeting is None,
        last_title=procedure.step[last.step].title if last else "",
        deliberates="village" in mine, today=today, **context,
    )  # fmt: skip


def _why_not(row: Case, procedure: Procedure, file: CaseFile, barred: list[str], today: date) -> str:
    """Why the step can't be passed now though it is the person's; '' where it can."""
    if row.state != Case.State.GOING:
        return ""
    why = obstacle(procedure, row, today, file.waiting, barred)
    return str(why) if why else ""


def _steps(place: Place, row: Case, file: CaseFile) -> list[Shown]:
    """What happened, oldest first, then where it stands and what is to come."""
    procedure = procedure_of(place.pack, row)
    shown = []
    for line in file.log:
        step = procedure.step[line.step]
        who = who_text({line.actor: line.person} if line.person else {}, line.actor)
        look = "back" if line.undone or line.result in ("back", "undone", "ended") else "done"
        words = result_words(step, line.result) + ("（后来撤回）" if line.undone else "")
        shown.append(
            Shown(
                step.title, look, words, who, line.at, line.reason, tuple(record_lines(step, line.records)),
                line.meeting,
            )
        )  # fmt: skip
    if row.state != Case.State.GOING:
        return shown
    now = procedure.step[row.step]
    shown.append(Shown(now.title, "now", note=_note(now)))
    nxt = procedure.after(row.step)
    while nxt is not None:
        shown.append(Shown(nxt.title, "ahead", note=_note(nxt)))
        nxt = procedure.after(nxt.id)
    return shown


def _note(step: Step) -> str:
    """'镇街办，5 天内'."""
    said = [f"{WHO.get(step.actor, step.actor)}办"]
    if step.days:
        said.append(f"{step.days} 天内")
    if step.at_least:
        said.append(f"不少于 {step.at_least} 天")
    return "，".join(said)


def _fields(step: Step, row: Case, typed: Mapping[str, Any], today: date) -> list[Field]:
    """The step's records with what was typed, else a likely value: today, or the day on which the notice began."""
    found = []
    for record in step.records:
        likely = ""
        if record.type == "date":
            likely = (row.since if step.kind == "notice" else today).isoformat()
        found.append(Field(record, str(typed.get(record.name, likely))))
    return found


def _leads(place: Place, file: CaseFile, answers: Mapping[str, Any]) -> list[tuple[Finding, str, str, str]]:
    """Leads as (finding, sentence, kind, the answers behind it)."""
    found = []
    for line in file.leads:
        lead = Finding(
            pk=line.pk, rule=line.a, state=line.b, reason=line.c, detail=line.d, kind=line.e, strength=line.f,
            severity="lead",
        )  # fmt: skip
        rule = place.pack.rule.get(lead.rule)
        why = because(place.pack, tuple(rule.expression.names), answers) if rule else ""
        found.append((lead, rule_message(place.pack, lead), kind_text(place.pack, lead), why))
    return found


# Acts


def _levels(place: Place) -> frozenset[str]:
    """Whose steps the person takes here; 403 for who only reads."""
    mine = levels(place.scope, place.code)
    if not mine:
        raise PermissionDenied
    return mine


def _act(
    request: HttpRequest, place: Place, row: Case, do: Callable[[VillageWork], str], **typed: Any
) -> HttpResponse:
    """Run an act in the village's transaction; a refusal shows the page with its sentence and what was typed."""
    try:
        with village_work(place.round, place.pack, row.village, place.scope.actor) as work:
            said = do(work)
    except Refusal as error:
        row.refresh_from_db()
        return _page(request, place, row, error=error, status=422, **typed)
    messages.success(request, said)
    return redirect("desk:case", row.pk)


@require_POST
@at_record(Case, Verb.READ_HOUSEHOLDS, act=tuple(VERB_OF.values()), related=_RELATED)
def step(request: HttpRequest, place: Place, row: Case) -> HttpResponse:
    """Pass the step, send the case back, or end it."""
    mine, entered = _levels(place), entries(StepForm(request.POST))
    at, way, reason = entered["at"], entered["way"] or "passed", entered["reason"]
    records = request.POST.dict()  # a field for each record of the step, read by its type in the engine
    procedure = procedure_of(place.pack, row)
    title = procedure.step[at].title if at in procedure.step else ""

    def do(work: VillageWork) -> str:
        if way == "passed":
            fresh = take_step(work, row, at=at, levels=mine, records=records, reason=reason)
            return f"{title}已办，现在是：{standing(place.pack, fresh)}。"
        if way == "ended":
            end(work, row, at=at, reason=reason, levels=mine)
            return f"{procedure.title}已终止。"
        fresh = send_back(work, row, way, at=at, reason=reason, levels=mine)
        _tell_back(place, fresh)
        return f"已退回到{standing(place.pack, fresh)}，村里会看到理由。"

    return _act(
        request, place, row, do, typed_records=records, typed=reason, way="" if way == "passed" else way
    )


def _tell_back(place: Place, row: Case) -> None:
    """Tell those whose turn it is again."""
    if procedure_of(place.pack, row).step[row.step].actor != "village":
        return
    notices.tell(
        notices.people_with(Verb.DELIBERATE, place.code, exactly=("village_cadre",)),
        f"{row.household.head_name}户的{procedure_of(place.pack, row).title}被退回到{standing(place.pack, row)}",
        address=reverse("desk:case", args=[row.pk]), subject=f"case:{row.pk}:back", by=place.scope.actor,
    )  # fmt: skip


@require_POST
@at_record(Case, Verb.READ_HOUSEHOLDS, act=tuple(VERB_OF.values()), related=_RELATED)
def undo_step(request: HttpRequest, place: Place, row: Case) -> HttpResponse:
    """Undo one's own last step."""
    _levels(place)

    def do(work: VillageWork) -> str:
        return f"已撤回，现在是：{standing(place.pack, undo(work, row))}。"

    return _act(request, place, row, do)


@require_POST
@at_record(Case, Verb.READ_HOUSEHOLDS, act=tuple(VERB_OF.values()), related=_RELATED)
def help(request: HttpRequest, place: Place, row: Case) -> HttpResponse:
    """Mark that help comes first, or that it doesn't."""
    _levels(place)

    def do(work: VillageWork) -> str:
        on = help_first(work, row, request.POST.get("on") == "1").help_first
        return "已标为帮扶先行，可以先登记措施。" if on else "已取消帮扶先行。"

    return _act(request, place, row, do)


@require_POST
@at_record(Case, Verb.READ_HOUSEHOLDS, act=Verb.DELIBERATE, related=_RELATED)
def objection(request: HttpRequest, place: Place, row: Case) -> HttpResponse:
    """Note an objection that came while the notice hangs."""

    def do(work: VillageWork) -> str:
        note_objection(work, row, **entries(ObjectionForm(request.POST)))
        return "异议已记下，答复以后才能往下办。"

    return _act(request, place, row, do, typed_objection=request.POST.dict())


@require_POST
@at_record(Case, Verb.READ_HOUSEHOLDS, act=Verb.DELIBERATE, related=_RELATED)
def answer(request: HttpRequest, place: Place, row: Case) -> HttpResponse:
    """Answer an objection of this case."""
    entered = entries(AnswerForm(request.POST))
    pk, text = entered["objection"] or 0, entered["answer"]

    def do(work: VillageWork) -> str:
        found = Objection.objects.filter(pk=pk, case=row).first()
        if found is None:
            raise CaseError("K48")
        answer_objection(work, found, text)
        return "答复已记下。"

    require(place, Verb.DELIBERATE)
    return _act(request, place, row, do, typed_answer=text, typed_answer_to=str(pk))

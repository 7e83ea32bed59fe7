"""A checker's work: the own households, one re-interview after another, and the comparison once it is in.

What holds: before the re-interview is in, no page of a checker reads the village's answers; phones stay masked until
they are asked for with a purpose, which is logged.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import orjson
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from paicha.core.bounds import whole
from paicha.core.catalogue import sentence
from paicha.core.pack import Pack
from paicha.core.refusal import Refusal
from paicha.delivery.desk.samples.interview_form import read
from paicha.delivery.desk.samples.sample_places import at_sample, at_sampled, field_page, mine
from paicha.delivery.desk.shell.page import page
from paicha.delivery.desk.shell.places import Place
from paicha.delivery.desk.shell.wording import masked, who_text
from paicha.domain.accounts.roles import Verb
from paicha.domain.audit.services import read_logged
from paicha.domain.responses.models import Revision
from paicha.domain.responses.queries import left_entry_of, names
from paicha.domain.responses.rules.rule_text import answer_in_words
from paicha.domain.rounds.models import RosterEntry
from paicha.domain.verification.interviews import Statement, interview_questions, record_interview, title_of
from paicha.domain.verification.models import Interview, Sample, SampleHousehold
from paicha.domain.verification.samples import SampleError

PURPOSES = ("打电话约上门", "电话回访")


@dataclass(frozen=True, slots=True)
class Compared:
    """A line of the comparison. `differs` None: one side left it blank."""

    label: str
    theirs: str
    mine: str
    differs: bool | None


@at_sample(Verb.REINTERVIEW)
def mine_list(request: HttpRequest, place: Place, sample: Sample) -> HttpResponse:
    """A checker's households, town by town and village by village: what is to be visited, then what is done."""
    rows = list(
        SampleHousehold.objects.filter(mine(place.scope), sample=sample)
        .select_related("household", "village__parent", "interview")
        .order_by("village__code", "household__group", "position")
    )
    waiting = [row for row in rows if not hasattr(row, "interview")]
    place.log_read(f"sample:{sample.pk}", len(rows))
    return field_page(
        request, place, sample, "mine.html",
        towns=[(town, list(listed)) for town, listed in groupby(waiting, key=lambda r: r.village.parent)],
        waiting=len(waiting), done=[row for row in rows if hasattr(row, "interview")],
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@at_sampled(Verb.REINTERVIEW)
def sampled(request: HttpRequest, place: Place, sampled: SampleHousehold) -> HttpResponse:
    """One household: the questions before, the comparison after."""
    if hasattr(sampled, "interview"):
        if request.method == "POST":
            messages.error(request, sentence("Y30"))
            return redirect("desk:sampled", sampled.pk)
        place.log_read(f"sampled:{sampled.pk}", 1)
        lines = comparison(place.pack, sampled, sampled.interview)
        return field_page(
            request, place, sampled.sample, "comparison.html", sampled=sampled, lines=lines,
            differ=[line for line in lines if line.differs],
        )  # fmt: skip
    form = _form(sampled)
    questions = interview_questions(place.pack, form)
    error = ""
    if request.method == "POST":
        try:
            return _record(request, place, sampled)
        except Refusal as refused:
            error = str(refused)
    else:
        place.log_read(f"sampled:{sampled.pk}", 1)
    outcome = place.pack.questions[place.pack.outcome.question] if place.pack.outcome else None
    options = outcome.options if outcome else ()
    return field_page(
        request, place, sampled.sample, "interview.html", status=422 if error else 200, error=error, sampled=sampled,
        form=place.pack.household_forms[form], questions=[(q, request.POST.getlist(q.name)) for q in questions],
        reached=[o for o in options if place.pack.outcome.met(o.number)],
        missed=[o for o in options if not place.pack.outcome.met(o.number)], outcome=outcome,
        picked=request.POST.get("outcome", ""), note=request.POST.get("note", ""), away="away" in request.POST,
        masked=masked(sampled.household.phone), purposes=PURPOSES,
    )  # fmt: skip


def _form(sampled: SampleHousehold) -> str:
    """The form that the household fills in this round."""
    entry = RosterEntry.objects.filter(round=sampled.sample.round, household=sampled.household).first()
    entry = entry or left_entry_of(sampled.household_id)
    if entry is None:
        raise Http404
    return entry.form


def _record(request: HttpRequest, place: Place, sampled: SampleHousehold) -> HttpResponse:
    """Take the re-interview in. Raises SampleError."""
    picked = request.POST.get("outcome", "")
    outcome = whole(picked, 99)
    values: dict[str, Any] = {}
    if not place.pack.outcome or place.pack.outcome.met(outcome):
        values, wrong = read(request.POST, interview_questions(place.pack, _form(sampled)))
        if wrong:
            raise SampleError("G05", said="".join(wrong))
    statement = Statement(outcome, values, request.POST.get("note", ""))
    interview = record_interview(
        sampled.sample.round, place.pack, sampled, statement, actor=place.scope.actor
    )
    if not values:
        messages.success(request, f"{sampled.household.head_name}户已记下：没见到人。")
        return redirect("desk:sample_mine", sampled.sample_id)
    words = f"有 {interview.differs} 项和村里填的不一致" if interview.differs else "和村里填的一致"
    messages.success(request, f"{sampled.household.head_name}户的回访已交，{words}。")
    return redirect("desk:sampled", sampled.pk)


@require_POST
@at_sampled(Verb.REINTERVIEW)
def phone(request: HttpRequest, place: Place, sampled: SampleHousehold) -> HttpResponse:
    """The whole number, for a purpose, logged."""
    purpose, number = request.POST.get("purpose", ""), sampled.household.phone
    context = {"sampled": sampled, "purposes": PURPOSES, "asked": True}
    if purpose not in PURPOSES:
        return render(request, "desk/samples/_phone.html", context | {"masked": masked(number)}, status=422)
    subject = f"household:{sampled.household_id}"
    read_logged(place.scope.actor, f"phone:sample:{PURPOSES.index(purpose) + 1}", subject, 1)
    return render(
        request,
        "desk/samples/_phone.html",
        {"sampled": sampled, "number": sampled.household.phone or "没有号码"},
    )


@at_sampled(Verb.DRAW_SAMPLE)
def result(request: HttpRequest, place: Place, sampled: SampleHousehold) -> HttpResponse:
    """A drawn household as the city sees it: how it was drawn, and the comparison once there is one."""
    interview = sampled.interview if hasattr(sampled, "interview") else None
    lines = comparison(place.pack, sampled, interview) if interview else []
    place.log_read(f"sampled:{sampled.pk}", 1)
    known = names({interview.by}) if interview else {}
    return page(
        request, place, "samples/result.html", "samples", sampled=sampled, sample=sampled.sample, interview=interview,
        lines=lines, differ=[line for line in lines if line.differs],
        by=who_text(known, interview.by) if interview else "",
    )  # fmt: skip


def comparison(pack: Pack, sampled: SampleHousehold, interview: Interview) -> list[Compared]:
    """Question by question: what the village had written, what the household said; differences first."""
    revision = Revision.objects.filter(pk=interview.revision).first() if interview.revision else None
    theirs: Mapping[str, Any] = orjson.loads(revision.answers) if revision else {}
    said: Mapping[str, Any] = orjson.loads(interview.answers)
    lines = []
    if pack.outcome:
        question = pack.questions[pack.outcome.question]
        was = pack.outcome.of_answers(theirs.get(question.name)) if revision else None
        lines.append(
            Compared(
                question.label, answer_in_words(question, was), answer_in_words(question, interview.outcome),
                interview.compared.get(question.name),
            )
        )  # fmt: skip
    for name in said:
        question = pack.questions[name]
        lines.append(
            Compared(
                title_of(question), answer_in_words(question, theirs.get(name)),
                answer_in_words(question, said[name]), interview.compared.get(name),
            )
        )  # fmt: skip
    return sorted(lines, key=lambda line: not line.differs)

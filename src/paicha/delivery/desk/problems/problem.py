"""One problem: where its rectification stands, what was done about it, and the next step.

What holds: who found it decides who re-checks it; a step may be taken back by who took it until the next one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from paicha.core.bounds import whole
from paicha.core.catalogue import sentence
from paicha.core.refusal import Refusal
from paicha.delivery.desk.shell.fields import Day, Words, entries
from paicha.delivery.desk.shell.form_input import ways
from paicha.delivery.desk.shell.page import page
from paicha.delivery.desk.shell.places import Place, at_record, require_step
from paicha.domain import clock
from paicha.domain.accounts.roles import Verb
from paicha.domain.audit.services import read_logged
from paicha.domain.files.services import media_type, read_file, store_file
from paicha.domain.problems import rectification
from paicha.domain.problems.levels import may_check
from paicha.domain.problems.models import Problem, ProblemStep
from paicha.domain.problems.queries import missing_of, steps_of
from paicha.domain.problems.services import ProblemError, restore, set_rectification, withdraw
from paicha.domain.responses.queries import names
from paicha.domain.responses.services import VillageWork, village_work

_SAID = {
    "measure": "措施、时限、责任人已保存。", "done": "已报整改完成，等上级复核。", "withdraw": "已撤回，可以恢复。",
    "restore": "已恢复。", "close": "复核通过，已销号。", "send_back": "已退回，村里会收到提醒。", "undo": "已撤销。",
}  # fmt: skip


class RectificationForm(forms.Form):
    """What shall be done about a problem, until when, by whom."""

    due_on = Day("整改时限")
    measure, owner = Words(), Words()


@at_record(Problem, Verb.READ_HOUSEHOLDS, related=("household", "finding"))
def problem(request: HttpRequest, place: Place, found: Problem) -> HttpResponse:
    """The page of one problem."""
    return _page(request, place, found)


def _page(
    request: HttpRequest, place: Place, found: Problem, *, status: int = 200, **context: Any
) -> HttpResponse:
    form = place.pack.problem_list
    if form is None or found.round_id != place.round.pk:
        raise Http404
    steps = steps_of(found)
    known = names({step.by for step in steps} | {found.source.partition(":")[2]})
    place.log_read("problem", 1 if found.household_id else 0)
    actor, raises = place.scope.actor, place.may(Verb.RAISE_PROBLEMS)
    gone = found.status == Problem.Status.WITHDRAWN
    return page(
        request, place, "problems/problem.html", "problems", status=status, ways=ways(place), here="problems",
        problem=found, steps=steps, names=known, label={k.number: k.label for k in form.types}.get(found.type, ""),
        missing="、".join(missing_of(place.pack, found)), late=found.overdue(clock.today()), raises=raises,
        measures=place.takes(Verb.RAISE_PROBLEMS, "rectification", "measure"),
        finishes=place.takes(Verb.RAISE_PROBLEMS, "rectification", "done"),
        check=found.status == Problem.Status.DONE and may_check(place.pack, place.scope, place.code, found.found_by),
        undo=rectification.may_take_step_back(steps, actor),
        restorable=gone and raises and bool(steps) and steps[0].kind == "withdrawn" and steps[0].by == actor,
        found_on=found.at, found_name=known.get(found.source.partition(":")[2], ""), **context,
    )  # fmt: skip


def _act(
    request: HttpRequest, place: Place, found: Problem, acts: dict[str, Callable[[VillageWork], object]]
) -> HttpResponse:
    """Do the one act that was asked for; what could not be done is said on the page, nothing lost."""
    act = request.POST.get("act", "")
    if found.round_id != place.round.pk:
        raise Http404
    try:
        if act not in acts:
            raise ProblemError("Z30")
        with transaction.atomic(), village_work(
            place.round, place.pack, found.village, place.scope.actor
        ) as work:  # fmt: skip
            acts[act](work)
    except Refusal as refused:
        return _page(
            request, place, found, status=422, error=refused, open=act, typed=request.POST.get("text", ""),
            given={name: request.POST.get(name, "") for name in ("measure", "due_on", "owner")},
        )  # fmt: skip
    messages.success(request, _SAID[act])
    return redirect("desk:problem", found.pk)


@require_POST
@at_record(Problem, Verb.READ_HOUSEHOLDS, act=Verb.RAISE_PROBLEMS, related=("household", "finding"))
def step(request: HttpRequest, place: Place, found: Problem) -> HttpResponse:
    """What the village does: measure, done, withdraw, restore."""
    text = request.POST.get("text", "")
    if request.POST.get("act") in ("measure", "done"):
        require_step(place, Verb.RAISE_PROBLEMS, "rectification", request.POST["act"])

    def measured(work: VillageWork) -> object:
        return set_rectification(work, found, **entries(RectificationForm(request.POST)))

    def done(work: VillageWork) -> object:
        sent = request.FILES.get("file")
        kept = store_file(sent.name or "", sent.chunks(), work.actor) if sent else None
        return rectification.mark_done(work, found, text, kept)

    return _act(
        request, place, found,
        {
            "measure": measured, "done": done, "withdraw": lambda work: withdraw(work, found, text),
            "restore": lambda work: restore(work, found),
        },
    )  # fmt: skip


@require_POST
@at_record(Problem, Verb.READ_HOUSEHOLDS, act=Verb.RETURN, related=("household", "finding"))
def check(request: HttpRequest, place: Place, found: Problem) -> HttpResponse:
    """What the level above does: close, or send back with a reason."""
    if not may_check(place.pack, place.scope, place.code, found.found_by):
        raise PermissionDenied(sentence("Z31"))
    text = request.POST.get("text", "")
    return _act(
        request, place, found,
        {
            "close": lambda work: rectification.close(work, found, text),
            "send_back": lambda work: rectification.send_back(work, found, text),
        },
    )  # fmt: skip


@require_POST
@at_record(Problem, Verb.READ_HOUSEHOLDS, act=Verb.RAISE_PROBLEMS, related=("household", "finding"))
def undo(request: HttpRequest, place: Place, found: Problem) -> HttpResponse:
    """Take one's own last step back; whoever re-checks raises problems, too."""
    return _act(request, place, found, {"undo": lambda work: rectification.take_step_back(work, found)})


@at_record(Problem, Verb.READ_HOUSEHOLDS)
def evidence(request: HttpRequest, place: Place, found: Problem) -> HttpResponse:
    """A file that was handed in as evidence; reading it is logged."""
    text = request.GET.get("step", "")
    row = ProblemStep.objects.select_related("file").filter(pk=whole(text) or 0, problem=found).first()
    if row is None or row.file is None:
        raise Http404
    response = HttpResponse(read_file(row.file), content_type=media_type(row.file))
    response["Content-Disposition"] = "inline"
    read_logged(place.scope.actor, "problem.file", f"file:{row.file_id}", 1)
    return response

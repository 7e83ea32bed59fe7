"""Acts over every village of the filtered table: what will happen, said with numbers; then its progress and undo."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRefresh

from paicha.core.bounds import wholes
from paicha.core.catalogue import sentence
from paicha.core.refusal import Refusal
from paicha.delivery.desk.shell.as_of import moment_of
from paicha.delivery.desk.shell.fields import Chosen, Day, Ticks, Words, entries
from paicha.delivery.desk.shell.page import asks_for_part, page
from paicha.delivery.desk.shell.places import Place, at_place, require
from paicha.delivery.desk.shell.wording import rule_title
from paicha.delivery.desk.verification.attention import Line, Table, table
from paicha.delivery.desk.verification.tasks import run_job, work_on_job
from paicha.domain import clock
from paicha.domain.accounts.models import User
from paicha.domain.accounts.roles import Verb
from paicha.domain.accounts.zones import town_leaders
from paicha.domain.rounds.models import RoundArea
from paicha.domain.verification import bulk
from paicha.domain.verification.models import BulkJob

REASONS = (
    "入户核实过，收入稳定，没有返贫风险",
    "已上会研判，不符合纳入条件",
    "填错了，已通知村里改正",
    "属于去年的情况，现在风险已消除",
    "已参保，名册没有更新",
)
WORDS = {
    "overdue": "村级排查已经过期，请今天把表查完、上报",
    "returned": "镇里退回的还没改完，请改好后重新上报",
    "conflicts": "有农户两边填得不一样，请定下来用哪个",
    "enquiries": "镇里问的问题还没答复，请尽快答复",
    "soft": "有几处要核对的还没写理由，请补上",
    "profile": "村情调查表还没交，请填好",
    "idle": "这几天没有入户，有难处请说一声，没有就接着排查",
    "leads": "还有线索没处理，请入户核实后逐条处理",
}
_TITLES = {bulk.DISMISS: "成批处理线索", bulk.VISIT: "安排实地核实", bulk.REMIND: "提醒"}
_AT_ONCE = 3  # villages that are done while the person waits; more go to the worker


class ListedForm(forms.Form):
    """The villages (ids, with commas) that the page listed."""

    villages = Words()


class DismissForm(forms.Form):
    """Leads to be decided: their rules, and the reason as typed, or one of those that are offered."""

    rule = Ticks(texts=True)
    reason, short = Words(), Words()


class RemindForm(forms.Form):
    """A reminder as typed, or one of those that are offered."""

    words, short = Words(), Words()


class VisitForm(forms.Form):
    """Visits to all of the villages."""

    planned_on = Day("去的日子")
    leader, team = Chosen(), Words()


_FORMS: dict[str, type[forms.Form]] = {
    bulk.DISMISS: DismissForm, bulk.REMIND: RemindForm, bulk.VISIT: VisitForm,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class RuleLine:
    """Open leads of one rule over the filtered villages."""

    rule: str
    title: str
    n: int
    kind: str
    ticked: bool


@require_http_methods(["GET", "POST"])
@at_place(Verb.READ_STATISTICS)
def act(request: HttpRequest, place: Place) -> HttpResponse:
    """What would be done over the filtered villages; done on POST."""
    given = request.POST if request.method == "POST" else request.GET
    kind = given.get("act", "")
    if place.is_village or kind not in bulk.ASKS:
        raise Http404
    require(place, bulk.ASKS[kind])
    if kind == bulk.VISIT and place.area.level != "town":
        raise Http404  # who leads is a town's own
    found = table(request, place)
    if request.method == "GET":
        return _ask(request, place, kind, found)
    try:
        details = _details(request, kind)
        lines, moved = _as_listed(request, found.lines)
        left_alone = _left_alone(place, moved)
        if left_alone and not lines:
            return _ask(request, place, kind, found, error=left_alone, status=422)
        villages = [line.summary.village_id for line in _lines_concerned(lines, kind, details)]
        with transaction.atomic():
            job = bulk.start(place.round, place.area.area, kind, villages, details, place.scope.actor)
            _ask_worker(job)
    except Refusal as refused:
        return _ask(request, place, kind, found, error=refused, status=422)
    _do_few(job)
    if left_alone:
        messages.warning(request, left_alone)
    return redirect("desk:bulk_job", place.code, job.pk)


def _left_alone(place: Place, moved: Collection[int]) -> str:
    """The sentence that names the villages which the posted page listed and the filter no longer finds; '' for none."""
    if not moved:
        return ""
    names = RoundArea.objects.filter(round=place.round, area__in=moved).order_by("code")
    return sentence("Y61", villages="、".join(area.spoken for area in names))


def _as_listed(request: HttpRequest, lines: Sequence[Line]) -> tuple[list[Line], set[int]]:
    """The villages that the posted page listed and the filter still finds, and those that it lists no more.

    Villages that came into the filter since are not among them: nobody saw them there.
    """
    listed = set(wholes(entries(ListedForm(request.POST))["villages"].split(",")))
    if not listed:
        return list(lines), set()
    kept = [line for line in lines if line.summary.village_id in listed]
    return kept, listed - {line.summary.village_id for line in kept}


def _lines_concerned(lines: Sequence[Line], kind: str, details: dict[str, Any]) -> list[Line]:
    """The villages that an act has something to do in."""
    if kind != bulk.DISMISS:
        return list(lines)
    return [line for line in lines if any(line.summary.leads.get(rule) for rule in details["rules"])]


def _details(request: HttpRequest, kind: str) -> dict[str, Any]:
    """What an act is to be done with, as `bulk.start` wants it. Raises Refusal."""
    entered = entries(_FORMS[kind](request.POST))
    if kind == bulk.DISMISS:
        seen = moment_of(request)
        reason = entered["reason"].strip() or entered["short"].strip()
        return {"rules": entered["rule"], "reason": reason, "as_of": seen and seen.isoformat()}
    if kind == bulk.REMIND:
        address = reverse("desk:area", args=["{code}"]).replace("%7B", "{").replace("%7D", "}")
        return {"words": (entered["words"].strip() or entered["short"].strip())[:200], "address": address}
    return {
        "leader": entered["leader"],
        "planned_on": entered["planned_on"] and entered["planned_on"].isoformat(),
        "team": entered["team"].strip(),
        "address": reverse("desk:visit", args=[0]).replace("/0/", "/{pk}/"),
    }


def _ask(
    request: HttpRequest,
    place: Place,
    kind: str,
    found: Table,
    *,
    error: str | Refusal = "",
    status: int = 200,
) -> HttpResponse:
    leaders: list[User] = []
    if kind == bulk.VISIT:
        leaders = list(town_leaders(place.area.area))
    return page(
        request, place, "verification/bulk.html", "attention", kind=kind, title=_TITLES[kind], found=found, error=error,
        status=status, rules=_rules(request, place, found.lines) if kind == bulk.DISMISS else [],
        reasons=REASONS, leaders=leaders, today=clock.today().isoformat(), typed=request.POST,
        listed=",".join(str(line.summary.village_id) for line in found.lines),
        words=request.POST.get("words") or WORDS.get(found.only, ""), others=list(WORDS.values()),
    )  # fmt: skip


def _rules(request: HttpRequest, place: Place, lines: Sequence[Line]) -> list[RuleLine]:
    """The rules with open leads on households, most first; a village's own rules are decided on its own page."""
    counted: Counter[str] = Counter()
    for line in lines:
        counted.update(line.summary.leads)
    villages = {rule.id for rule in place.pack.rules if rule.scope == "village"}
    ticked = request.POST.getlist("rule") or request.GET.getlist("rule")
    labels = place.pack.kind_labels
    found = []
    for key, n in counted.most_common():
        source = place.pack.rule.get(key)
        if key not in villages:
            kind = labels.get(source.kind, "") if source else "有人提出"
            found.append(RuleLine(key, rule_title(place.pack, key), n, kind, key in ticked))
    return found


@at_place(Verb.READ_STATISTICS, act=tuple(bulk.ASKS.values()))
def job_page(request: HttpRequest, place: Place, pk: int) -> HttpResponse:
    """How far a job is, what it did, and undo for who made it."""
    job = _job(place, pk)
    busy = bulk.busy(job)
    share = min(round(100 * job.passed / max(len(job.villages), 1)), 100)
    stalled = busy and job.made_by == place.scope.actor and bulk.is_stalled(job)
    context = {"job": job, "busy": busy, "share": share, "place": place, "stalled": stalled}
    if asks_for_part(request):
        if busy:
            return render(request, "desk/verification/_job.html", context)
        return HttpResponseClientRefresh()
    steps = [
        (step.village, len(step.rows), step.undone_at)
        for step in job.steps.select_related("village").order_by("village__code")
        if step.rows
    ]
    return page(
        request, place, "verification/job.html", "attention",
        job=job, busy=busy, share=share, steps=steps, stalled=stalled,
        mine=job.made_by == place.scope.actor, title=_TITLES[job.kind], since=bulk.opened_since(job),
        undoable=job.kind != bulk.REMIND and job.phase in (BulkJob.Phase.DONE, BulkJob.Phase.FAILED),
        rule_names=[rule_title(place.pack, rule) for rule in job.details.get("rules", [])],
    )  # fmt: skip


def _job(place: Place, pk: int) -> BulkJob:
    job = BulkJob.objects.filter(pk=pk, round=place.round, area=place.area.area_id).first()
    if job is None or not place.may(bulk.ASKS[job.kind]):
        raise Http404
    return job


@require_POST
@at_place(Verb.READ_STATISTICS, act=tuple(bulk.ASKS.values()))
def job_undo(request: HttpRequest, place: Place, pk: int) -> HttpResponse:
    """Undo a job, or let one that stopped go on."""
    job = _job(place, pk)
    try:
        with transaction.atomic():
            (bulk.ask_again if "again" in request.POST else bulk.ask_undo)(job, place.scope.actor)
            _ask_worker(job)
    except Refusal as refused:
        return page(
            request, place, "verification/job.html", "attention",
            job=job, busy=False, share=100, title=_TITLES[job.kind],
            error=str(refused), status=422,
        )  # fmt: skip
    _do_few(job)
    return redirect("desk:bulk_job", place.code, job.pk)


def _ask_worker(job: BulkJob) -> None:
    """In the transaction that writes the job down, so that none is there which nobody was asked to do."""
    if len(job.villages) > _AT_ONCE:
        work_on_job.enqueue(job.pk)


def _do_few(job: BulkJob) -> None:
    if len(job.villages) <= _AT_ONCE:
        run_job(job.pk)

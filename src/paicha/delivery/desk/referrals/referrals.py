"""What a town or the city refers to departments: leads chosen and sent, and what came back.

What holds: everything that a filter shows can be sent in one act, village by village; an answer stands beside
the lead and decides nothing.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from paicha.core.refusal import Refusal
from paicha.delivery.desk.households.case_list import case_list
from paicha.delivery.desk.referrals import tasks
from paicha.delivery.desk.shell.form_input import ways
from paicha.delivery.desk.shell.list_file import ListFile, asks_for_file
from paicha.delivery.desk.shell.listing import Column, headings, rows_of, sort_rows
from paicha.delivery.desk.shell.page import page
from paicha.delivery.desk.shell.places import Place, at_place, at_record, require_step
from paicha.delivery.desk.shell.village_lists import (
    as_listed,
    group_column,
    head_column,
    place_columns,
    rows_over_villages,
    summaries_of,
)
from paicha.delivery.desk.shell.wording import Names, local_day, rule_title
from paicha.domain import clock
from paicha.domain.accounts.roles import Verb
from paicha.domain.referrals import services
from paicha.domain.referrals.models import Referral
from paicha.domain.referrals.queries import referrals_listed
from paicha.domain.responses.models import Finding, VillageSummary
from paicha.domain.responses.queries import findings, names
from paicha.domain.responses.services import village_work
from paicha.domain.responses.village_facts import overdue

STATES = {"open": "等答复", "late": "过了期限", "answered": "已答复"}


def count(summary: VillageSummary, state: str) -> int:
    """How many referrals of a state a village has, by its summary row's facts."""
    fact = summary.fact
    if state == "late":
        return overdue(fact.referrals_due_on, clock.today())
    return fact.referrals_open if state == "open" else fact.referrals_answered


@at_place(Verb.READ_HOUSEHOLDS)
def sent(request: HttpRequest, place: Place) -> HttpResponse:
    """What was referred from here: waiting, late, or answered."""
    state = request.GET.get("state", "open")
    if state not in STATES:
        raise Http404
    rows, answered, before = summaries_of(place), state == "answered", None
    if state == "late":
        before = clock.today()
    columns = as_listed(place, _columns(place, answered=answered))
    if place.is_village:
        every = referrals_listed(place.round, [place.area.area_id], answered, before, place.groups)
        found = rows_of(sort_rows(request, every, columns))
    else:
        found = rows_over_villages(
            rows, lambda s: count(s, state), lambda ids: referrals_listed(place.round, ids, answered, before)
        )
    file = ListFile("referrals", f"{place.area.spoken}部门核实，{STATES[state]}", columns, found)
    if asks_for_file(request):
        return file.answer(request, place)
    turned = found.page(request)
    listed = list(turned)
    place.log_read("referrals", len(listed))
    return page(
        request, place, "referrals/sent.html", "problems", ways=ways(place), here="sent_referrals", state=state,
        states=[(k, t, sum(count(s, k) for s in rows) if rows else None) for k, t in STATES.items()],
        rows=listed, paging=turned, headings=headings(request, columns), file=file.offer(place),
        today=clock.today(), may_refer=place.takes(Verb.REFER, "referral", "sent"),
        departments={d.id: d.title for d in place.pack.departments}, names=names({r.sent_by for r in listed}),
    )  # fmt: skip


def _columns(place: Place, *, answered: bool) -> list[Column[Referral]]:
    titles, people = {d.id: d.title for d in place.pack.departments}, Names()
    limit: Column[Referral] = Column("期限", lambda r: r.due_on, "due", beside=answered)
    answer: Column[Referral] = Column(
        "答复", lambda r: r.get_answer_display() or None, "answer", lambda r: r.answer, beside=not answered
    )
    return [
        head_column(), *place_columns(place), group_column(),
        Column("要核实的问题", lambda r: r.question, "question", width=40),
        Column("部门", lambda r: titles.get(r.department, r.department), "department"),
        limit, answer,
        Column("理由", lambda r: r.reason, beside=True, width=30),
        Column("转出", lambda r: local_day(r.sent_at), beside=True),
        Column("谁转的", lambda r: people.of(r.sent_by), beside=True),
        Column("答复日期", lambda r: local_day(r.answered_at), beside=True),
    ]  # fmt: skip


@require_http_methods(["GET", "POST"])
@at_place(Verb.READ_HOUSEHOLDS, act=Verb.REFER)
def refer(request: HttpRequest, place: Place) -> HttpResponse:
    """Choose open leads and the department that can tell."""
    if not place.pack.departments:
        raise Http404
    require_step(place, Verb.REFER, "referral", "sent")
    if request.method == "POST":
        return _send(request, place)
    return _choose(request, place)


def _choose(request: HttpRequest, place: Place, *, status: int = 200, **context: Any) -> HttpResponse:
    asked = request.POST if request.method == "POST" else request.GET
    rule, one = asked.get("rule", ""), asked.get("household", "")
    rows = summaries_of(place)
    wanted: dict[str, Any] = {"rule": rule}
    if one:
        found = rows_of(_of_household(place, one))
    elif place.is_village:
        found = rows_of(findings(place.round, [place.area.area_id], ["lead"], groups=place.groups, **wanted))
    else:
        found = rows_over_villages(
            rows, lambda s: int(s.leads.get(rule, 0) if rule else s.figures.get("open_leads", 0)),
            lambda ids: findings(place.round, ids, ["lead"], **wanted),
        )  # fmt: skip
    turned = found.page(request)
    cases = [case for case in case_list(place.pack, list(turned)) if case.household]
    place.log_read("refer", len(cases))
    counted: dict[str, int] = {}
    for summary in rows:
        for key, n in summary.leads.items():
            counted[key] = counted.get(key, 0) + n
    rules = sorted(((k, rule_title(place.pack, k), n) for k, n in counted.items()), key=lambda r: -r[2])
    return page(
        request, place, "referrals/refer.html", "problems", status=status, ways=ways(place), here="sent_referrals",
        cases=cases, paging=turned, rule=rule, rules=rules, one=one, departments=place.pack.departments,
        given=request.POST, ticked=set(request.POST.getlist("household_id")), **context,
    )  # fmt: skip


def _of_household(place: Place, text: str) -> list[Finding]:
    try:
        wanted = UUID(text)
    except ValueError as error:
        raise Http404 from error
    found = (
        findings(place.round, [place.area.area_id], ["lead"], groups=place.groups) if place.is_village else []
    )
    return [f for f in found if f.household_id == wanted]


def _send(request: HttpRequest, place: Place) -> HttpResponse:
    given = request.POST
    rows = [s for s in summaries_of(place) if s.figures.get("open_leads")]
    rule, actor = given.get("rule", ""), place.scope.actor
    department, question = given.get("department", ""), given.get("question", "")
    try:
        services.check_question(place.pack, department, question)
        if given.get("all") == "1" and rule in place.pack.rule:
            rows = [s for s in rows if s.leads.get(rule)]
            if len(rows) > tasks.FEW_VILLAGES:
                tasks.send_all.enqueue(place.code, rule, department, question, actor)
                messages.success(request, f"{len(rows)} 个村的正在逐村转出，过一会儿刷新这一页就能看到。")
                return redirect("desk:sent_referrals", place.code)
            chosen = findings(place.round, [s.village_id for s in rows], ["lead"], rule=rule) if rows else []
        else:
            ticked = {text for text in given.getlist("household_id") if text}
            codes = {code for code in given.getlist("village") if code.startswith(place.prefix)}
            villages = [s.village_id for s in rows if s.code in codes]
            found = findings(place.round, villages, ["lead"], rule=rule) if ticked else []
            chosen = [f for f in found if str(f.household_id) in ticked]
        if not any(f.household_id for f in chosen):
            raise services.ReferralError("Q19")
    except Refusal as refused:
        return _choose(request, place, status=422, error=str(refused))
    made = services.send_found(place.round, place.pack, chosen, department, question, actor)
    already = len({f.household_id for f in chosen if f.household_id}) - made
    more = f"，{already} 户原来就在等它答复" if already else ""
    messages.success(request, f"{made} 户已转给{place.pack.department[department].title}核实{more}。")
    return redirect(reverse("desk:sent_referrals", args=[place.code]))


@require_POST
@at_record(Referral, Verb.READ_HOUSEHOLDS, act=Verb.REFER, related=("household",))
def withdraw(request: HttpRequest, place: Place, found: Referral) -> HttpResponse:
    """Take a referral back before it is answered."""
    try:
        with village_work(place.round, place.pack, found.village, place.scope.actor) as work:
            services.withdraw(work, found)
        messages.success(request, f"{found.household.head_name}户的核实已撤回。")
    except Refusal as refused:
        messages.error(request, str(refused))
    return redirect("desk:sent_referrals", place.code)

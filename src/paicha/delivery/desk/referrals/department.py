"""A department's own page: what it is asked, answered here or by Excel.

What holds: it shows what is referred to the person's departments and nothing else: head, village, group and the
question, no phone and no answers. A workbook's rows are matched by the referral's key; a row that can't be taken
is said with its cell, the others go in.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from paicha.core.bounds import whole, wholes
from paicha.core.catalogue import sentence
from paicha.core.refusal import Refusal
from paicha.delivery.desk.shell.page import as_file
from paicha.delivery.desk.shell.paging import page_of
from paicha.delivery.desk.shell.places import Policy, states
from paicha.delivery.desk.shell.refusals import refused_to
from paicha.domain import clock
from paicha.domain.accounts.policies import Scope, scope
from paicha.domain.accounts.roles import Kind, Verb
from paicha.domain.audit.services import read_logged
from paicha.domain.referrals import services
from paicha.domain.referrals.models import Referral
from paicha.domain.referrals.queries import of_departments
from paicha.domain.referrals.workbook import Answered, read_answers, to_answer
from paicha.domain.responses.services import village_work
from paicha.domain.rounds.packs import pack_of
from paicha.domain.rounds.queries import current_round
from paicha.formats.reading import FileRefused

_MOST_BYTES = 20_000_000
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_http_methods(["GET", "POST"])
@states(Policy("own"))
def referrals(request: HttpRequest) -> HttpResponse:
    """What waits for an answer, or has one; answers are typed in the rows."""
    if request.method == "POST":
        return _answer(request)
    return _page(request)


def _page(request: HttpRequest, *, status: int = 200, **context: Any) -> HttpResponse:
    who, round_, given = scope(request.user), current_round(), request.POST
    departments = who.refs(Kind.DEPARTMENT, Verb.ANSWER_REFERRALS)
    if round_ is None or not departments:
        return render(request, "desk/referrals/referrals.html", {"departments": []}, status=status)
    pack = pack_of(round_)
    state = "answered" if request.GET.get("state") == "answered" else "open"
    rows = of_departments(who, round_)
    waiting = rows.filter(answered_at=None)
    chosen = waiting if state == "open" else rows.exclude(answered_at=None)
    turned = page_of(request, chosen)
    listed = list(turned)
    if listed:
        read_logged(who.actor, "referrals", "department:" + ",".join(sorted(departments)), len(listed))
    return render(
        request, "desk/referrals/referrals.html",
        {
            "departments": [pack.department[d].title for d in sorted(departments) if d in pack.department],
            "rows": [(r, given.get(f"answer-{r.pk}", ""), given.get(f"reason-{r.pk}", "")) for r in listed],
            "paging": turned, "state": state, "today": clock.today(), "waiting": waiting.count(),
            "actor": who.actor, "answers": Referral.Answer.choices, **context,
        },
        status=status,
    )  # fmt: skip


def _answer(request: HttpRequest) -> HttpResponse:
    """Take the rows that were filled in; a half-filled one is said, and the others wait with it."""
    who, round_ = scope(request.user), current_round()
    if round_ is None:
        return _page(request)
    asked = [key[7:] for key in request.POST if key.startswith("answer-")]
    ids = wholes(asked)
    given: list[tuple[Referral, str, str]] = []
    for referral in of_departments(who, round_).filter(pk__in=ids):
        said, reason = (
            request.POST.get(f"answer-{referral.pk}", ""),
            request.POST.get(f"reason-{referral.pk}", ""),
        )
        if not said and not reason.strip():
            continue
        if not said or not reason.strip():
            lacks = sentence("Q13") if said else sentence("Q12")
            text = sentence("G06", place=f"{referral.household.head_name}户", said=lacks)
            return _page(request, status=422, error=sentence("G12", said=text))
        given.append((referral, said, reason))
    refused = _take(who, given)
    done = len(given) - len(refused)
    if done:
        messages.success(request, f"答复了 {done} 件。")
    if refused or not given:
        return _page(request, status=422, error="；".join(refused) or sentence("Q29"))
    return redirect("desk:referrals")


def _take(who: Scope, given: Sequence[tuple[Referral, str, str]]) -> list[str]:
    """Write answers, a village's together; what was refused, in sentences."""
    by_village: dict[int, list[tuple[Referral, str, str]]] = {}
    for line in given:
        by_village.setdefault(line[0].village_id, []).append(line)
    refused = []
    for lines in by_village.values():
        first = lines[0][0]
        with village_work(first.round, pack_of(first.round), first.village, who.actor) as work:
            for referral, said, reason in lines:
                try:
                    services.answer(work, referral, said, reason)
                except Refusal as error:
                    refused.append(sentence("G06", place=f"{referral.household.head_name}户", said=error))
    return refused


@require_GET
@states(Policy("own"))
def download(request: HttpRequest) -> HttpResponse:
    """What waits, as a workbook to be filled in and sent back."""
    who, round_ = scope(request.user), current_round()
    if round_ is None or not who.refs(Kind.DEPARTMENT, Verb.ANSWER_REFERRALS):
        return redirect("desk:referrals")
    listed = list(of_departments(who, round_).filter(answered_at=None))
    content = to_answer(listed, pack_of(round_), f"{request.user} {clock.now():%Y-%m-%d %H:%M} 导出")
    read_logged(who.actor, "export.referrals", "department", len(listed))
    return as_file(content, _XLSX, "疑似问题核实.xlsx")


@require_POST
@states(Policy("own"))
def upload(request: HttpRequest) -> HttpResponse:
    """A filled workbook: rows with an answer are taken, what can't be is said with its cell."""
    who, round_ = scope(request.user), current_round()
    if round_ is None or not who.refs(Kind.DEPARTMENT, Verb.ANSWER_REFERRALS):
        return redirect("desk:referrals")
    sent = request.FILES.get("file")
    if sent is None or (sent.size or 0) > _MOST_BYTES:
        return _page(
            request,
            status=422,
            error=sentence("G13", what="一个填好的表格文件", most=_MOST_BYTES // 1_000_000),
        )
    try:
        read = read_answers(sent.read(), sent.name or "表格")
    except (FileRefused, Refusal) as refused:
        return _page(request, status=422, error=str(refused))
    return _take_answers(request, who, read)


def _take_answers(request: HttpRequest, who: Scope, read: Sequence[Answered]) -> HttpResponse:
    round_ = current_round()
    assert round_ is not None
    mine = {r.key: r for r in of_departments(who, round_)}
    faults, given, seen = [], [], set()
    for line in read:
        referral = mine.get(line.key)
        if line.fault:
            faults.append(line.fault)
        elif referral is None:
            faults.append(sentence("Q24", place=line.cell, key=line.key))
        elif line.key in seen:
            faults.append(sentence("Q25", place=line.cell, key=line.key))
        elif referral.answered_at is None:
            seen.add(line.key)
            given.append((referral, line.answer, line.reason))
        elif (referral.answer, referral.reason) != (line.answer, line.reason):
            faults.append(sentence("Q26", place=line.cell))
    faults += _take(who, given)
    if given:
        messages.success(request, f"从表格里收下 {len(given)} 件答复。")
    if faults:
        shown = faults[:20]
        more = f"另有 {len(faults) - 20} 行。" if len(faults) > 20 else ""
        error = sentence("Q27", n=len(faults)) + more
        return _page(request, status=422, error=error, faults=shown)
    if not given:
        return _page(request, status=422, error=sentence("Q28"))
    return redirect("desk:referrals")


@require_POST
@states(Policy("own"))
@refused_to(_page)
def undo(request: HttpRequest) -> HttpResponse:
    """Take one's own answer back."""
    who, round_ = scope(request.user), current_round()
    wanted = whole(request.POST.get("referral", "")) or 0
    found = of_departments(who, round_).filter(pk=wanted).first() if round_ else None
    if found is None:
        return _page(request, status=422, error=sentence("Q30"))
    with village_work(found.round, pack_of(found.round), found.village, who.actor) as work:
        services.take_answer_back(work, found)
    messages.success(request, f"{found.household.head_name}户的答复已撤销，请重新答复。")
    return redirect("desk:referrals")

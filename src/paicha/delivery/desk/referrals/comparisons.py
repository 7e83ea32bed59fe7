"""A department's list compared with the register: uploaded, looked at by what came out, made leads of.

What holds: it is the town's or the city's work (verb REFER), the department sees none of it; reading is logged;
only ticked rows, or all of what is shown, become leads.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from paicha.core.bounds import whole, wholes
from paicha.core.catalogue import sentence
from paicha.core.refusal import Refusal
from paicha.delivery.desk.referrals import tasks
from paicha.delivery.desk.shell.form_input import ways
from paicha.delivery.desk.shell.page import page
from paicha.delivery.desk.shell.paging import page_of
from paicha.delivery.desk.shell.places import Place, at_place, at_record
from paicha.delivery.desk.shell.refusals import refused_to
from paicha.delivery.desk.shell.wording import group_text, masked
from paicha.domain import clock
from paicha.domain.accounts.roles import Verb
from paicha.domain.households.models import Household
from paicha.domain.referrals import comparison as comparing
from paicha.domain.referrals.list_file import read_list
from paicha.domain.referrals.models import ComparisonList, ComparisonRow
from paicha.domain.referrals.services import ReferralError
from paicha.domain.responses.queries import names
from paicha.formats.reading import FileRefused

_MOST_BYTES = 20_000_000


@require_http_methods(["GET", "POST"])
@at_place(Verb.REFER)
def comparisons(request: HttpRequest, place: Place) -> HttpResponse:
    """The lists of a town or the county, and where another is uploaded."""
    if place.is_village or not place.pack.departments:
        raise Http404
    if request.method == "POST":
        return _upload(request, place)
    return _page(request, place)


def _page(request: HttpRequest, place: Place, *, status: int = 200, **context: Any) -> HttpResponse:
    rows = comparing.kept_lists(place.round, place.area.area_id)
    turned = page_of(request, rows)
    listed = list(turned)
    return page(
        request, place, "referrals/comparisons.html", "problems", status=status, ways=ways(place), here="comparisons",
        rows=listed, paging=turned, titles=comparing.SHOWN, departments=place.pack.departments,
        expectable=comparing.expectable(place.pack), given=request.POST, kept=comparing.KEPT_DAYS,
        department={d.id: d.title for d in place.pack.departments}, names=names({r.uploaded_by for r in listed}),
        **context,
    )  # fmt: skip


def _upload(request: HttpRequest, place: Place) -> HttpResponse:
    sent, given = request.FILES.get("file"), request.POST
    if sent is None or (sent.size or 0) > _MOST_BYTES:
        return _page(
            request, place, status=422, error=sentence("G13", what="名单文件", most=_MOST_BYTES // 1_000_000)
        )
    try:
        content = sent.read()
        made = comparing.compare(
            place.round, place.pack, place.area, read_list(content, sent.name or "名单"),
            department=given.get("department", ""), title=given.get("title", ""), expects=given.get("expects", ""),
            file=sent.name or "", content=content, actor=place.scope.actor,
        )  # fmt: skip
    except (FileRefused, Refusal) as refused:
        return _page(request, place, status=422, error=str(refused))
    messages.success(request, f"名单有 {made.counts.get('all', 0)} 人，已和底册比对。")
    return redirect("desk:comparison", made.pk)


@at_record(ComparisonList, Verb.REFER, village="area")
def comparison(request: HttpRequest, place: Place, made: ComparisonList) -> HttpResponse:
    """One list, by what came out of it."""
    return _one(request, place, made)


def _one(
    request: HttpRequest, place: Place, made: ComparisonList, *, status: int = 200, **context: Any
) -> HttpResponse:
    first = next((key for key in comparing.SHOWN if made.counts.get(key)), "same")
    shown = (request.POST or request.GET).get("shown", "") or first
    if shown not in comparing.SHOWN or made.round_id != place.round.pk or made.keep_until < clock.today():
        raise Http404
    every = comparing.rows_of(made, shown)
    turned = page_of(request, every, total=made.counts.get(shown, 0))
    listed = list(turned)
    wanted = {text for row in listed for text in row.candidates}
    candidates = {str(h.pk): h for h in Household.objects.filter(pk__in=wanted)} if wanted else {}
    place.log_read("comparison", len(listed))
    lines = [(row, [_candidate(candidates[c]) for c in row.candidates if c in candidates]) for row in listed]
    expected = dict(comparing.expectable(place.pack)).get(made.expects, "")
    return page(
        request, place, "referrals/comparison.html", "problems", status=status, ways=ways(place), here="comparisons",
        made=made, shown=shown, titles=[(k, t, made.counts.get(k, 0)) for k, t in comparing.SHOWN.items()],
        rows=lines, paging=turned, expected=expected, raisable=shown in comparing.RAISABLE,
        waiting=0 if made.counts.get("busy") else made.counts.get(f"{shown}_waiting", 0), busy=made.counts.get("busy"),
        department=place.pack.department[made.department].title if made.department in place.pack.department else "",
        **context,
    )  # fmt: skip


def _candidate(home: Household) -> tuple[str, str]:
    """(id, words) of a candidate: name, group, masked phone."""
    phone = f"，{masked(home.phone)}" if home.phone else ""
    return str(home.pk), f"{home.head_name}（{group_text(home.group)}{phone}）"


@require_POST
@at_record(ComparisonList, Verb.REFER, village="area")
@refused_to(_one)
def pick(request: HttpRequest, place: Place, made: ComparisonList) -> HttpResponse:
    """Who a doubtful row is: one of the candidates, or none of them."""
    text, chosen = request.POST.get("row", ""), request.POST.get("household", "")
    row = ComparisonRow.objects.filter(comparison=made, pk=whole(text) or 0).first()
    if row is None or not chosen:
        raise ReferralError("Q17")
    comparing.pick(made, place.pack, row, "" if chosen == "none" else chosen, place.scope.actor)
    messages.success(request, f"{row.name}已定。")
    return redirect(f"{reverse('desk:comparison', args=[made.pk])}?shown=doubtful")


@require_POST
@at_record(ComparisonList, Verb.REFER, village="area")
@refused_to(_one)
def leads(request: HttpRequest, place: Place, made: ComparisonList) -> HttpResponse:
    """Ticked rows, or all of what is shown, become leads of their villages."""
    shown = request.POST.get("shown", "")
    ids = wholes(request.POST.getlist("row"))
    everything = request.POST.get("all") == "1"
    if not ids and not everything:
        raise ReferralError("Q18")
    if everything and comparing.villages_of(made, shown) > tasks.FEW_VILLAGES:
        with transaction.atomic():  # never marked as being done with nobody asked to do it
            comparing.begin(made)
            tasks.raise_leads.enqueue(made.pk, shown, place.scope.actor)
        return redirect(f"{reverse('desk:comparison', args=[made.pk])}?shown={shown}")
    done, nowhere = comparing.raise_leads(
        made, place.pack, shown, None if everything else ids, place.scope.actor
    )
    rest = f"；{nowhere} 人看不出是哪个村的，没有列" if nowhere else ""
    messages.success(request, f"{done} 人已列为线索{rest}。")
    return redirect(f"{reverse('desk:comparison', args=[made.pk])}?shown={shown}")


@require_POST
@at_record(ComparisonList, Verb.REFER, village="area")
def delete(request: HttpRequest, place: Place, made: ComparisonList) -> HttpResponse:
    """Delete a list before its days are over; the leads stay."""
    title = made.title
    comparing.delete(made, place.scope.actor)
    messages.success(request, f"“{title}”的比对已删除，列过的线索还在。")
    return redirect("desk:comparisons", place.code)

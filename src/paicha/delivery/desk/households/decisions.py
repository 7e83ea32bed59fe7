"""Deciding findings, of a household and of the village itself: ticked, one reason, 属实 or 不属实."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from paicha.core.bounds import wholes
from paicha.core.catalogue import sentence
from paicha.core.pack import Pack
from paicha.core.refusal import Refusal
from paicha.delivery.desk.shell.as_of import moment_of
from paicha.delivery.desk.shell.page import page
from paicha.delivery.desk.shell.places import Place, at_place, require
from paicha.delivery.desk.shell.wording import day_text, kind_text, mask_answers, rule_message, who_text
from paicha.domain.accounts.roles import Verb
from paicha.domain.households.models import Household
from paicha.domain.responses.models import Finding
from paicha.domain.responses.queries import names
from paicha.domain.responses.rules.rule_text import because
from paicha.domain.responses.services import DecisionError, decide_finding

REASONS = {
    "lead": ("已上会研判，不符合纳入条件", "入户核实，情况属实", "填错了，已改正", "风险已消除"),
    "soft": ("核对过，情况就是这样", "新生儿，还没参保", "家人在外服刑或服役", "全家共用一个号码"),
}


@dataclass(frozen=True, slots=True)
class Said:
    """A finding as it is shown. `by`: who decided it, when."""

    finding: Finding
    message: str
    kind: str
    because: str
    by: str


def said_of(pack: Pack, finding: Finding, answers: Mapping[str, Any], known: Mapping[str, str]) -> Said:
    """A finding with its rule in words and the answers that made it fire."""
    rule = pack.rule.get(finding.rule)
    reads = rule.expression.names if rule else ()
    by = ""
    if finding.decided_at:
        by = f"{day_text(finding.decided_at)}，{who_text(known, finding.decided_by)}"
    return Said(
        finding, rule_message(pack, finding), kind_text(pack, finding),
        because(pack, tuple(reads), mask_answers(pack, answers)), by,
    )  # fmt: skip


def shown_to(place: Place, finding: Finding) -> bool:
    """Office checks are for town and city, not for the surveyor (rules.md)."""
    return finding.severity != "office" or sees_office(place)


def sees_office(place: Place) -> bool:
    """Whether the person stands above the village."""
    return place.may(Verb.RETURN) or place.may(Verb.READ_AUDIT)


def settle_ticked(request: HttpRequest, place: Place, *, household: Household | None) -> str:
    """Decide the ticked findings of a household, or of the village where it is None; says what was done.

    What was opened or decided after the page was made is left alone, and said. Raises DecisionError, PermissionDenied;
    then nothing was decided.
    """
    state, reason = request.POST.get("state", ""), request.POST.get("reason", "").strip()
    reason = reason or request.POST.get("short", "").strip()
    ids = wholes(request.POST.getlist("finding"))
    chosen = Finding.objects.filter(
        pk__in=ids, household=household, round=place.round, village_id=place.area.area_id
    ).select_related("village")
    seen, decided, changed = moment_of(request), 0, []
    with transaction.atomic():
        for finding in chosen:
            if not shown_to(place, finding):
                raise Http404
            if seen is not None and max(finding.found_at, finding.decided_at or finding.found_at) > seen:
                changed.append(rule_message(place.pack, finding))
                continue
            require(place, Verb.SUBMIT_ANSWERS if finding.severity == "soft" else Verb.DECIDE_LEADS)
            decide_finding(
                place.round, place.pack, finding, state=state, reason=reason, actor=place.scope.actor
            )
            decided += 1
    left = sentence("C25", titles="”“".join(changed)) if changed else ""
    if not decided:
        if left:
            raise DecisionError("G05", said=left)
        raise DecisionError("C24")
    return f"{decided} 条已记为“{Finding.State(state).label}”。{left}"


@require_http_methods(["GET", "POST"])
@at_place(Verb.READ_HOUSEHOLDS, whole=True)
def village_leads(request: HttpRequest, place: Place) -> HttpResponse:
    """What the rules say about the village as a whole, to be decided like a household's."""
    if not place.is_village:
        raise Http404
    error = ""
    if request.method == "POST":
        try:
            messages.success(request, settle_ticked(request, place, household=None))
            return redirect("desk:area", place.code)
        except Refusal as refused:
            error = str(refused)
    found = Finding.objects.filter(
        round=place.round, village_id=place.area.area_id, household__isnull=True
    ).exclude(state="lapsed")
    listed = sorted((f for f in found if shown_to(place, f)), key=lambda f: (f.strength != "strong", f.rule))
    known = names({f.decided_by for f in listed})
    said = [said_of(place.pack, f, {}, known) for f in listed]
    return page(
        request, place, "households/village_leads.html", "leads", status=422 if error else 200, error=error,
        leads=[s for s in said if s.finding.state == "open" and s.finding.severity == "lead"],
        other=[s for s in said if s.finding.state == "open" and s.finding.severity != "lead"],
        decided=[s for s in said if s.finding.state != "open"], typed=request.POST.get("reason", ""),
        decide_at=reverse("desk:village_leads", args=[place.code]), reasons=REASONS,
        may_decide=place.may(Verb.DECIDE_LEADS), may_explain=place.may(Verb.SUBMIT_ANSWERS),
        may_raise=place.may(Verb.RAISE_PROBLEMS),
    )  # fmt: skip

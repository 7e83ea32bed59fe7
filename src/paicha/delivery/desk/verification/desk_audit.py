"""The desk audit of one village 基础审核: what does not fit together first, then the forms, then the decision.

What holds: it shows every open hard, soft and office finding, the profile beside what the rows add up to, the forms,
the questions asked; reading it changes nothing, the audit begins with the first act.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from paicha.core.area_codes import town_prefix
from paicha.core.refusal import Refusal
from paicha.delivery.desk.shell.as_of import moment_of
from paicha.delivery.desk.shell.page import page
from paicha.delivery.desk.shell.places import Place, at_place
from paicha.delivery.desk.shell.wording import rule_message, rule_title, who_text
from paicha.delivery.desk.verification.cause_links import cause_link, place_link
from paicha.domain.accounts.roles import Verb
from paicha.domain.handover.queries import ledger_status
from paicha.domain.reports.profile import count_households
from paicha.domain.reports.village import load_households
from paicha.domain.responses.models import Finding, VillageSummary
from paicha.domain.responses.queries import names, summaries, summary_of
from paicha.domain.responses.services import village_work
from paicha.domain.responses.summary.tallies import due, tally
from paicha.domain.rounds.models import RoundArea
from paicha.domain.verification import desk_audits
from paicha.domain.verification.attention import (
    Cause,
    awaits_desk_audit,
    causes,
    cross_check,
    first_stage,
    propose_visit,
)
from paicha.domain.verification.enquiries import answerers
from paicha.domain.verification.errors import VerificationError

_SEVERITY = {"lead": "线索", "soft": "要写理由", "office": "镇级关注", "hard": "要改"}
_ORDER = ("hard", "office", "soft", "lead")


@dataclass(frozen=True, slots=True)
class RuleFound:
    """Open findings of one rule: how many households, and where they are listed."""

    rule: str
    title: str
    label: str
    n: int
    address: str


@dataclass(frozen=True, slots=True)
class Beside:
    """A figure of the profile beside what the village's rows add up to."""

    label: str
    stated: int | None
    counted: int
    address: str

    @property
    def off(self) -> int:
        """By how much the profile says more or less than its rows."""
        return 0 if self.stated is None else abs(self.stated - self.counted)


@at_place(Verb.READ_HOUSEHOLDS, whole=True)
def audit(request: HttpRequest, place: Place) -> HttpResponse:
    """The page of the audit. It shows counts and no household, so that reading it is no read of personal data."""
    return _page(request, place)


def _page(request: HttpRequest, place: Place, *, status: int = 200, **context: Any) -> HttpResponse:
    if not place.is_village:
        raise Http404
    summary = summary_of(place.round, place.code)
    if summary is None:
        raise Http404
    pack = place.pack
    rows = Finding.objects.filter(round=place.round, village_id=place.area.area_id)
    decided = (Finding.State.CONFIRMED, Finding.State.DISMISSED)
    every = list(rows.filter(Q(state=Finding.State.OPEN) | Q(household=None, state__in=decided)))
    found = [f for f in every if f.state == Finding.State.OPEN]
    said = [(rule_message(pack, f), f.reason) for f in every if f.state != Finding.State.OPEN]
    compared = beside(place, summary)
    made = desk_audits.desk_audit_of(summary)
    known = names({made.decided_by if made else ""})
    of_village = [f for f in found if f.household_id is None]
    kind, reasons = propose_visit(pack, summary)
    context.setdefault("opinion", made.opinion if made else "")
    return page(
        request, place, "verification/desk_audit.html", "attention", status=status, summary=summary, made=made,
        decided_by=who_text(known, made.decided_by) if made and made.result else "",
        may_undo=bool(made and made.result and made.decided_by == place.scope.actor),
        causes=_causes(place, summary), rules=by_rule(place, [f for f in found if f.household_id]),
        of_village=[(f, rule_message(pack, f), _SEVERITY.get(f.severity, "")) for f in of_village],
        beside=compared, off=sum(bool(one.off) for one in compared), said=said,
        total=tally(pack, [summary]), due=due(pack, summary.counts),
        forms=[(form, reverse("desk:form", args=[place.code, form.name])) for form in pack.forms],
        waiting=summary.fact.enquiries_open, answered=summary.fact.enquiries_answered,
        people=answerers(place.code) if place.may(Verb.VERIFY) else [],
        may_verify=place.may(Verb.VERIFY), may_return=place.may(Verb.RETURN), awaits=awaits_desk_audit(summary),
        returned=summary.fact.returns_open, crossed=cross_check(pack, summary), proposal=kind,
        reasons=reasons,
        return_at=place_link("return_to_village", place.code), watched=pack.watched.label,
        lists=_lists(place), following=_following(place, summary) if made and made.result else None, **context,
    )  # fmt: skip


def _causes(place: Place, summary: VillageSummary) -> list[tuple[Cause, str]]:
    """What the table says of the village, without what this page itself is for."""
    stage = first_stage(place.round, place.pack, place.code)
    listed = causes(place.pack, summary, stage)
    said = ("audit", "zero", "zero_leads")  # by this page itself, and by the rules of the village beside
    return [(c, cause_link(c.key, place.code)) for c in listed if c.key not in said]


def _following(place: Place, summary: VillageSummary) -> RoundArea | None:
    """The next village of the town, in order of code and round again, whose ledger waits for its audit."""
    if not place.may(Verb.VERIFY):
        return None
    rows = summaries(place.scope, place.round, town_prefix(summary.code))
    waiting = [row.code for row in rows if awaits_desk_audit(row)]
    code = next((code for code in waiting if code > summary.code), waiting[0] if waiting else "")
    return RoundArea.objects.filter(round=place.round, code=code).first() if code else None


def _lists(place: Place) -> list[tuple[str, str]]:
    """Other lists of the village that an audit opens, as far as there are such pages."""
    wanted = (
        ("handup", "上报清单和签字"),
        ("problems", "问题清单和整改"),
        ("cases", "研判和纳入"),
        ("petitions", "信访舆情"),
    )
    first = reverse("desk:area", args=[place.code])
    return [(words, at) for name, words in wanted if (at := place_link(name, place.code)) != first]


def by_rule(place: Place, found: Sequence[Finding]) -> list[RuleFound]:
    """Findings on households, rule by rule: what is wrong first, then what town and city are told, then leads."""
    counted = Counter((f.severity, f.rule) for f in found)
    leads = reverse("desk:leads", args=[place.code])
    lines = []
    for (severity, rule), n in counted.items():
        what = "" if severity == "lead" else f"what={severity}&"
        address = f"{leads}?{what}rule={rule}"
        title = rule_title(place.pack, rule)
        lines.append(
            (severity, RuleFound(rule, title, _SEVERITY.get(severity, severity), n, address))
        )  # fmt: skip
    lines.sort(key=lambda item: (_ORDER.index(item[0]) if item[0] in _ORDER else 9, -item[1].n, item[1].rule))
    return [line for _, line in lines]


def beside(place: Place, summary: VillageSummary) -> list[Beside]:
    """Every figure of the profile that the village's households add up to, beside what they come to; one query."""
    form = place.pack.profile
    if form is None or not summary.profile:
        return []
    counts = count_households(place.pack, form, load_households(place.round, place.pack, place.area.area_id))
    lines = []
    for row in form.rows:
        for cell in row.cells:
            found = counts.get(cell.question)
            if found is not None and found.value is not None:
                label = f"{row.label}（{cell.unit}）" if len(row.cells) > 1 else row.label
                rows = reverse("desk:profile_rows", args=[place.code, cell.question])
                lines.append(Beside(label, summary.profile.get(cell.question), found.value, rows))
    return lines


@at_place(Verb.READ_HOUSEHOLDS, whole=True)
def side_by_side(request: HttpRequest, place: Place) -> HttpResponse:
    """Two of the village's forms beside each other; each half is the form's own page, fetched by htmx."""
    if not place.is_village:
        raise Http404
    known = {form.name: form for form in place.pack.forms}
    first = next(iter(place.pack.household_forms))
    profile = place.pack.profile.name if place.pack.profile else first
    halves = [
        (side, request.GET.get(side, otherwise)) for side, otherwise in (("left", first), ("right", profile))
    ]
    if any(name not in known for _, name in halves):
        raise Http404
    return page(
        request, place, "verification/side_by_side.html", "attention", forms=place.pack.forms,
        halves=[(side, known[name]) for side, name in halves], chosen=dict(halves),
    )  # fmt: skip


@require_POST
@at_place(Verb.READ_HOUSEHOLDS, act=Verb.VERIFY)
def decide(request: HttpRequest, place: Place) -> HttpResponse:
    """Pass the audit, put the village down for a visit, or take the decision back."""
    if not place.is_village:
        raise Http404
    result, opinion = request.POST.get("result", ""), request.POST.get("opinion", "")
    try:
        if ledger_status(place.round, _town_code(place)) == VillageSummary.Status.HANDED_UP:
            raise VerificationError("Y51")
        with village_work(place.round, place.pack, place.area.area, place.scope.actor) as work:
            if result == "undo":
                desk_audits.undo(work)
            elif result == "begin":
                desk_audits.begin(work)
            else:
                desk_audits.decide(work, result, opinion, as_of=moment_of(request))
    except Refusal as refused:
        return _page(request, place, status=422, error=str(refused), opinion=opinion)
    said = {
        "undo": "审核结果已撤回。",
        "begin": "已开始审核，村里不能再自己撤回。",
        "passed": "已记为通过。",
        "visit": "已列入实地核实，请安排人去。",
    }
    messages.success(request, said[result])
    if result == "visit":
        return redirect(reverse("desk:checks", args=[_town_code(place)]) + f"?village={place.code}")
    return redirect("desk:audit", place.code)


def _town_code(place: Place) -> str:
    return next(area.code for area in reversed(place.path) if area.level == "town")

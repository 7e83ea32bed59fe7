"""Lists that figures open into: households, leads, changes of base information.

What holds: the count above a list is the figure that led to it (`Selection` counts and picks with the same
words), and a long list is read page by page from the villages that the page shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from paicha.delivery.desk.households.case_list import case_list
from paicha.delivery.desk.households.decisions import sees_office
from paicha.delivery.desk.shell.list_file import ListFile, asks_for_file
from paicha.delivery.desk.shell.listing import Column, headings, rows_of, sort_rows
from paicha.delivery.desk.shell.page import page
from paicha.delivery.desk.shell.places import Place, at_place
from paicha.delivery.desk.shell.village_lists import (
    group_column,
    head_column,
    household_columns,
    place_columns,
    rows_over_villages,
    summaries_of,
    those_up,
)
from paicha.delivery.desk.shell.wording import (
    Names,
    basis_parts,
    kind_text,
    local_day,
    outcome_text,
    rule_message,
    rule_title,
)
from paicha.delivery.desk.verification.attention import table
from paicha.domain.accounts.roles import Verb
from paicha.domain.responses.models import Finding, VillageSummary
from paicha.domain.responses.queries import (
    HouseholdLine,
    by_group,
    findings,
    household_lines,
    names,
    open_leads_of,
)
from paicha.domain.responses.summary.tallies import Selection

_LEADS = {"lead": "线索", "soft": "要写理由的", "office": "镇级关注", "decided": "处理过的线索"}


@at_place(Verb.READ_HOUSEHOLDS)
def households(request: HttpRequest, place: Place) -> HttpResponse:
    """Households by form, outcome and group; `head` leads to the search within this place."""
    chosen = _selection(request, place)
    group, head = request.GET.get("group"), request.GET.get("head", "").strip()[:20]
    if head:  # people are looked for in one way, on the page of the search
        return redirect(f"{reverse('desk:search')}?{urlencode({'q': head, 'in': place.code})}")
    below = summaries_of(place)
    villages, only_up = those_up(request, place, below)
    leads: dict[UUID, int] = {}
    columns = household_columns(
        place.pack, lambda line: leads.get(line.id, 0), whole=True, villages=not place.is_village
    )

    def with_leads(lines: list[HouseholdLine]) -> list[HouseholdLine]:
        leads.update(open_leads_of(place.round, [line.id for line in lines]))
        return lines

    def read(ids: list[int]) -> list[HouseholdLine]:
        return with_leads(household_lines(place.round, place.pack, ids, chosen))

    if place.is_village:
        groups = _group_filter(place, group)
        every = household_lines(place.round, place.pack, [place.area.area_id], chosen, groups)
        if asks_for_file(request) or request.GET.get("sort", "").endswith("leads"):
            with_leads(every)
        rows = rows_of(sort_rows(request, every, columns))
    else:
        rows = rows_over_villages(villages, lambda s: chosen.count(place.pack, s.counts), read)
    file = ListFile("households", f"{place.area.spoken}{_heading(place, chosen)}", columns, rows)
    if asks_for_file(request):
        return file.answer(request, place)
    turned = rows.page(request)
    lines = list(turned)
    if not leads:
        with_leads(lines)
    place.log_read("households", len(lines))
    return page(
        request, place, "households/households.html", "households",
        rows=[(line, leads.get(line.id, 0), _outcome_of(place, line)) for line in lines], file=file.offer(place),
        paging=turned, chosen=chosen, group=group,
        heading=_heading(place, chosen), only_up=only_up, outcomes=_outcomes(place),
        headings=headings(request, columns),
        enters=place.is_village and place.may(Verb.SUBMIT_ANSWERS),
        prints=place.groups is None and place.may(Verb.EXPORT),
        group_names=list(by_group(place.round, place.area.area_id, place.groups)) if place.is_village else [],
    )  # fmt: skip


def _group_filter(place: Place, group: str | None) -> list[str] | frozenset[str] | None:
    if group is None:
        return place.groups
    if place.groups is not None and group not in place.groups:
        raise Http404
    return [group]


def _selection(request: HttpRequest, place: Place) -> Selection:
    form, outcome = request.GET.get("form", ""), request.GET.get("outcome", "")
    if form and form not in place.pack.household_forms:
        raise Http404
    known = {key for key, _ in _outcomes(place)}
    if outcome and outcome not in known:
        raise Http404
    return Selection(form, outcome)


def _outcomes(place: Place) -> list[tuple[str, str]]:
    """What a list may be narrowed to: (value, words)."""
    found = [("done", "已排查"), ("due", "还没查完"), ("blank", "没排查")]
    outcome = place.pack.outcome
    if outcome:
        question = place.pack.questions[outcome.question]
        found += [(str(option.number), option.label) for option in question.options]
    return found


def _heading(place: Place, chosen: Selection) -> str:
    label = place.pack.household_forms[chosen.form].label if chosen.form else "农户"
    words = dict(_outcomes(place)).get(chosen.outcome)
    return f"{label}，{words}" if words else label


def _outcome_of(place: Place, line: HouseholdLine) -> str:
    return outcome_text(place.pack, line.outcome)


@at_place(Verb.READ_HOUSEHOLDS)
def leads(request: HttpRequest, place: Place) -> HttpResponse:
    """Open leads, what waits for a reason, or what has been decided; household by household."""
    what = request.GET.get("what", "lead")
    if what not in _LEADS or (what == "office" and not sees_office(place)):
        raise Http404
    rule, kind = request.GET.get("rule", ""), request.GET.get("kind", "")
    rows = summaries_of(place)
    narrowed = not place.is_village and bool(request.GET.get("only") or request.GET.get("zone"))
    if narrowed:
        rows = _villages_in_filter(request, place, rows)
    severity = "lead" if what == "decided" else what
    states = [Finding.State.CONFIRMED.value, Finding.State.DISMISSED.value] if what == "decided" else ["open"]
    options: dict[str, Any] = {"states": states, "rule": rule, "kind": kind}
    if place.is_village:
        found = rows_of(
            findings(place.round, [place.area.area_id], [severity], groups=place.groups, **options)
        )
    else:
        found = rows_over_villages(
            rows,
            lambda s: _count(s, what, rule),
            lambda ids: findings(place.round, ids, [severity], **options),
        )
    file = ListFile("findings", f"{place.area.spoken}{_LEADS[what]}", _lead_columns(place), found)
    if asks_for_file(request):
        return file.answer(request, place)
    turned = found.page(request)
    listed = list(turned)
    place.log_read(f"findings:{what}", len({f.household_id for f in listed if f.household_id}))
    counted: dict[str, int] = {}
    for summary in rows:
        for key, n in summary.leads.items():
            counted[key] = counted.get(key, 0) + n
    rules = sorted(((key, rule_title(place.pack, key), n) for key, n in counted.items()), key=lambda r: -r[2])
    return page(
        request, place, "households/leads.html", "leads", bulk_at=_bulk_at(place, what, rule),
        cases=case_list(place.pack, listed), paging=turned, what=what, file=file.offer(place),
        rule=rule, kind=kind, rules=rules, narrowed=narrowed, office=sees_office(place),
        rule_name=rule_title(place.pack, rule),
        names=names({f.decided_by for f in listed}) if what == "decided" else {},
        deliberates=what == "lead" and place.may(Verb.DELIBERATE) and bool(place.pack.schedule.case_procedures),
    )  # fmt: skip


def _lead_columns(place: Place) -> list[Column[Finding]]:
    pack, people = place.pack, Names()
    return [
        head_column(), *place_columns(place), group_column(),
        Column("线索", lambda f: f"{f.rule} {rule_title(pack, f.rule)}", width=24),
        Column("类别", lambda f: kind_text(pack, f), width=18),
        Column("说明", lambda f: rule_message(pack, f), width=34),
        Column("依据", lambda f: "；".join(basis_parts(pack, f, getattr(f, "answers", {}))), width=40),
        Column("处理情况", lambda f: str(Finding.State(f.state).label)),
        Column("理由", lambda f: f.reason, width=24),
        Column("谁处理的", lambda f: people.of(f.decided_by)),
        Column("哪天", lambda f: local_day(f.decided_at)),
    ]  # fmt: skip


def _villages_in_filter(
    request: HttpRequest, place: Place, rows: Sequence[VillageSummary]
) -> list[VillageSummary]:
    """The villages that the town's table keeps under the same filter: a figure beside it opens into these alone."""
    kept = {line.summary.pk for line in table(request, place).lines}
    return [s for s in rows if s.pk in kept]


def _bulk_at(place: Place, what: str, rule: str) -> str:
    """Where a rule's leads are decided in every village of a town or county; '' where that is not to be had."""
    known = place.pack.rule.get(rule)
    if what != "lead" or place.is_village or not place.may(Verb.DECIDE_LEADS):
        return ""
    if known is not None and known.scope == "village":
        return ""
    return f"{reverse('desk:bulk', args=[place.code])}?{urlencode({'act': 'dismiss', 'rule': rule})}"


def _count(summary: VillageSummary, what: str, rule: str) -> int:
    if what == "lead":
        return int(summary.leads.get(rule, 0) if rule else summary.figures.get("open_leads", 0))
    return int(summary.figures.get(what, 0))

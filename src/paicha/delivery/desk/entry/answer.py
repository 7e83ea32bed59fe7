"""One household at a time, and a household found on the spot.

What holds: the answers in force are in the fields and the last ones beside them; the revision that the page showed
goes with what is saved, so that whoever comes second is told what changed and loses nothing; what is refused comes
back as typed and stays a draft.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson
from django.contrib import messages
from django.db.models import Q, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST

from paicha.core.bounds import whole
from paicha.core.catalogue import sentence
from paicha.core.pack import HouseholdForm
from paicha.core.refusal import Refusal
from paicha.delivery.desk.entry.items import asked, blocks, cells_of, from_sheet, posted
from paicha.delivery.desk.entry.outcome_text import Soft, became, softs_of
from paicha.delivery.desk.entry.rules_module import module_address
from paicha.delivery.desk.entry.save import household_form, reasons_of, source_of, village_of
from paicha.delivery.desk.entry.sheet import days_text, known_answers, piles, prefilled
from paicha.delivery.desk.households.decisions import REASONS
from paicha.delivery.desk.shell.page import page
from paicha.delivery.desk.shell.places import Home, Place, at_household, at_place
from paicha.delivery.desk.shell.wording import day_text
from paicha.domain.accounts.roles import Verb
from paicha.domain.areas.models import Group
from paicha.domain.intake.desk_entry import SavedRow, TypedRow, save_typed, take_entry_back
from paicha.domain.reports.village import REGISTER, Answered, in_order
from paicha.domain.responses.answers.identity import identify_text
from paicha.domain.responses.models import Revision, VillageSummary
from paicha.domain.responses.queries import names as names_of
from paicha.domain.responses.services import Status, village_work
from paicha.domain.responses.services.drafts import drafts_of, drop_draft
from paicha.domain.rounds.models import RosterEntry
from paicha.domain.rounds.prior import round_source


@dataclass(slots=True)
class Filled:
    """What the page's fields hold, and what there is to say about them."""

    cells: Mapping[str, str]
    base: int = 0
    errors: dict[str, str] = field(default_factory=dict)
    said: str = ""
    softs: list[Soft] = field(default_factory=list)
    draft: bool = False
    candidates: str = ""
    known: UUID | None = None  # the household that the village has already


@require_http_methods(["GET", "POST"])
@at_household(act=Verb.SUBMIT_ANSWERS)
def answer(request: HttpRequest, home: Home) -> HttpResponse:
    """A household's answers: shown, typed, saved."""
    place, form = home.place, home.place.pack.household_forms[home.entry.form]
    if home.household.closed_at is not None:
        messages.warning(request, sentence("C27"))
        return redirect("desk:household", home.household.pk)
    names = asked(place.pack, form, new=False)
    if request.method == "GET":
        known = _load_known(home)
        return _page(request, home, form, _at_hand(home, form, names, known.now), known)
    cells = posted(place.pack, names, request.POST)
    base = request.POST.get("base", "")
    key = str(home.household.pk)
    row = TypedRow(
        key, cells, home.household.pk, whole(base, 10**6) or 0,
        reasons_of(request.POST, key),
    )  # fmt: skip
    with village_work(place.round, place.pack, home.entry.village, place.scope.actor) as work:
        (saved,) = save_typed(work, form, [row], source_of(place))
    if saved.status is Status.REFUSED:
        filled = _refusals_at_fields(place, saved, cells, row.base)
        return _page(request, home, form, filled, _load_known(home), error=sentence("C26"), status=422)
    return _receipt(request, home, form, saved)


def _refusals_at_fields(place: Place, saved: SavedRow, cells: Mapping[str, str], base: int) -> Filled:
    said = became(place.pack, saved, names_of({saved.by})) if saved.theirs else ""
    filled = Filled(cells, base, said=said)
    for told in saved.told:
        filled.errors.setdefault(told.cell, told.message)
    filled.candidates, filled.known = saved.candidates, saved.household
    return filled


def _receipt(request: HttpRequest, home: Home, form: HouseholdForm, saved: SavedRow) -> HttpResponse:
    """Where to after saving: what still wants a reason, the two sides of a conflict, the next row, or the household."""
    place, household = home.place, home.household
    words = became(place.pack, saved, names_of({saved.by}) if saved.by else {})
    asked = any(told.code == "C02" for told in saved.told)
    told = messages.warning if asked or saved.status in (Status.CONFLICT, Status.HELD) else messages.success
    number = f"（第 {saved.revision} 稿）" if saved.status.goes_in else ""
    told(request, f"{household.head_name}户：{words}{number}。")
    if saved.conflict is not None:
        return redirect("desk:conflict", saved.conflict)
    if asked:
        return redirect("desk:answer", household.pk)  # asked where the newer answers stand
    if saved.status is not Status.HELD and softs_of(place.round, place.pack, form, [household.pk], []):
        return redirect(f"{reverse('desk:answer', args=[household.pk])}#why")
    if "next" in request.POST:
        following = _next(place, form, household.pk)
        if following is not None:
            return redirect("desk:answer", following)
    return redirect("desk:household", household.pk)


def _next(place: Place, form: HouseholdForm, after: UUID) -> UUID | None:
    """The next household of the same pile that nobody has answered."""
    for pile in piles(place):
        ids = [row.id for row in pile.rows]
        if pile.form.name == form.name and after in ids:
            at = ids.index(after)
            ordered = [*pile.rows[at + 1 :], *pile.rows[:at]]
            return next((row.id for row in ordered if row.is_blank), None)
    return None


def _at_hand(home: Home, form: HouseholdForm, names: list[str], now: Mapping[str, Any]) -> Filled:
    """The author's draft where there is one, else what is in force, else what the register knows."""
    place, household = home.place, home.household
    drafts = drafts_of(place.round, home.entry.village_id, place.scope.actor, place=str(household.pk))
    draft = drafts.first()
    if draft is not None:
        cells, unread = from_sheet(place.pack, form, names, draft.answers, place.round.opens_on)
        return Filled(
            cells,
            draft.base,
            unread,
            draft=True,
            said=f"这是您{day_text(draft.at)}填了没存的，接着改好就存上。",
        )
    cells = cells_of(place.pack, names, now)
    outcome = place.pack.outcome
    if outcome and not cells.get(outcome.question):
        cells[outcome.question] = str(outcome.default)  # as the rules take it where nothing is said
    return Filled(cells, _number(home.entry))


def _number(entry: RosterEntry) -> int:
    return entry.revision_number if entry.revision else 0


@dataclass(frozen=True, slots=True)
class Known:
    """Answers in force (with what the register knows), and those to show beside: the last round's, else the same.

    `when`: where those beside come from.
    """

    now: dict[str, Any]
    before: dict[str, Any]
    when: str
    prefilled: frozenset[str]  # questions whose answer is the register's alone


def _load_known(home: Home) -> Known:
    """One query for both: the revision in force and that of the newest earlier round with answers."""
    entry, household = home.entry, home.household
    others = RosterEntry.objects.filter(household=household, revision__isnull=False)
    earlier = others.exclude(round=entry.round_id).order_by("-round__opens_on", "-round_id")
    wanted = Q(pk=Subquery(earlier.values("revision")[:1]))
    if entry.revision is not None:
        wanted |= Q(pk=entry.revision)
    revisions = Revision.objects.filter(wanted).select_related("round")
    found = {one.round: one.answers for one in revisions}
    text = found.pop(home.place.round, "{}")
    now = orjson.loads(identify_text(home.place.pack, entry.form, text, household.head_name, household.group))
    last, before = next(((r, orjson.loads(given)) for r, given in found.items()), (None, now))
    row = Answered(
        household.pk, household.number, entry.form, household.group, household.head_name, household.phone,
        household.population, entry.outcome, entry.added, _number(entry), now,
    )  # fmt: skip
    when = f"上次（{round_source(last)}）" if last else "现存"
    return Known(known_answers(home.place, row), before, when, frozenset(prefilled(home.place, row)))


def _page(
    request: HttpRequest, home: Home, form: HouseholdForm, filled: Filled, known: Known, **more: Any
) -> HttpResponse:
    place, household = home.place, home.household
    softs = softs_of(place.round, place.pack, form, [household.pk], asked(place.pack, form, new=False))
    filled.softs = softs.get(household.pk, [])
    place.log_read("answer", 1)
    shown = _answer_context(place, form, filled, known.before, new=False)
    for block in shown["blocks"]:
        for item in block.items:
            item.source = REGISTER if item.name in known.prefilled and not filled.draft else ""
    if home.entry.reopened:  # it came back: what is saved here counts at once
        shown["locked"] = False
    return page(
        request, place, "entry/answer.html", "entry", household=household, when=known.when, **shown, **more,
    )  # fmt: skip


def _answer_context(
    place: Place, form: HouseholdForm, filled: Filled, before: Mapping[str, Any], *, new: bool
) -> dict[str, Any]:
    pack = place.pack
    locked = VillageSummary.objects.filter(
        round=place.round, code=place.code, status=VillageSummary.Status.HANDED_UP
    )
    known = set(asked(pack, form, new=new))
    return {
        "form": form, "filled": filled, "locked": locked.exists(), "reasons": REASONS["soft"],
        "blocks": blocks(pack, form, filled.cells, before=before, errors=filled.errors, new=new),
        "rest": [said for name, said in filled.errors.items() if name not in known],
        "rules_at": module_address(pack), "days": days_text(place), "group_role": pack.roles.group,
    }  # fmt: skip


@require_POST
@at_household(act=Verb.SUBMIT_ANSWERS)
def undo(request: HttpRequest, home: Home) -> HttpResponse:
    """Take back the author's own last save of this household; or (`drop`) let a draft go."""
    place, key = home.place, home.household.pk
    if "drop" in request.POST:
        with village_work(place.round, place.pack, home.entry.village, place.scope.actor) as work:
            drop_draft(work, str(key))
        return redirect("desk:answer", key)
    try:
        with village_work(place.round, place.pack, home.entry.village, place.scope.actor) as work:
            saved = take_entry_back(work, key, source_of(place))
    except Refusal as refused:
        messages.error(request, str(refused))
    else:
        words = "回到没排查" if saved.status is Status.WITHDRAWN else "回到存之前的答案"
        messages.success(request, f"{home.household.head_name}户已撤销，{words}。")
    return redirect("desk:household", key)


@require_http_methods(["GET", "POST"])
@at_place(Verb.READ_HOUSEHOLDS, act=Verb.SUBMIT_ANSWERS)
def add(request: HttpRequest, place: Place) -> HttpResponse:
    """A household that the roster doesn't have: matched first, then taken in like any row."""
    village = village_of(place)
    form = household_form(place, request.GET.get("form") or place.pack.classes[-1].form)
    names, key = asked(place.pack, form, new=True), f"new:{form.name}"
    groups = _groups(place)
    if request.method == "GET":
        drafts = drafts_of(place.round, village.pk, place.scope.actor, place=key)
        draft = drafts.first()
        cells = dict(draft.answers) if draft else {}
        group = request.GET.get("group", groups[0] if len(groups) == 1 else "")
        if place.pack.roles.group and not draft:
            cells[place.pack.roles.group] = group
        filled = Filled({n: cells.get(n, "") for n in names}, draft=draft is not None)
        return _add_page(request, place, form, filled, groups)
    if "drop" in request.POST:
        with village_work(place.round, place.pack, village, place.scope.actor) as work:
            drop_draft(work, key)
        return redirect(f"{request.path}?{urlencode({'form': form.name})}")
    cells = posted(place.pack, names, request.POST)
    if place.groups is not None and cells.get(place.pack.roles.group or "") not in place.groups:
        raise Http404
    row = TypedRow(key, cells, reasons=reasons_of(request.POST, "new"), sure="sure" in request.POST)
    with village_work(place.round, place.pack, village, place.scope.actor) as work:
        (saved,) = save_typed(work, form, [row], source_of(place))
    if saved.status is Status.REFUSED:
        filled = _refusals_at_fields(place, saved, cells, 0)
        return _add_page(request, place, form, filled, groups, error=sentence("C26"), status=422)
    head = cells.get(place.pack.roles.head, "")
    if saved.household is None:
        said = sentence("G06", place=f"{head}户", said=f"{became(place.pack, saved, {})}。")
        messages.warning(request, said)
        return redirect("desk:entry", place.code)
    messages.success(request, f"{head}户已新列入名册，答案已存。")
    return redirect("desk:household", saved.household)


def _groups(place: Place) -> list[str]:
    """Groups to choose from: the person's own, or every one of the village."""
    if place.groups is not None:
        return in_order(sorted(place.groups))
    found = Group.objects.filter(village=place.area.area_id).order_by("name").values_list("name", flat=True)
    return in_order(found)


def _add_page(
    request: HttpRequest, place: Place, form: HouseholdForm, filled: Filled, groups: list[str], **more: Any
) -> HttpResponse:
    return page(
        request, place, "entry/answer.html", "entry", household=None, groups=groups, may_name=place.groups is None,
        forms=place.pack.household_forms.values(), **_answer_context(place, form, filled, {}, new=True), **more,
    )  # fmt: skip

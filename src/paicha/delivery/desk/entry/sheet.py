"""A sheet of paper on the screen: its rows in the roster's order, a field a cell, saved row by row.

What holds: page n of a form and group is sheet n of the blanks that were handed out; without JavaScript the
whole sheet is one form and comes back with what is wrong at its cells and everything typed kept.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from paicha.core.bounds import whole
from paicha.core.catalogue import sentence
from paicha.core.pack import HouseholdForm
from paicha.delivery.desk.entry.outcome_text import Soft, became, softs_of
from paicha.delivery.desk.entry.rules_module import module_address
from paicha.delivery.desk.entry.save import (
    as_cells,
    household_form,
    posted_rows,
    save_rows,
    village_of,
)
from paicha.delivery.desk.households.decisions import REASONS
from paicha.delivery.desk.shell.page import go_back, page
from paicha.delivery.desk.shell.places import Place, at_place
from paicha.delivery.desk.shell.wording import group_text, outcome_text
from paicha.domain.accounts.roles import Verb
from paicha.domain.intake.desk_entry import SavedRow
from paicha.domain.reports.village import (
    REGISTER,
    Answered,
    in_order,
    load_households,
    printed_group,
    register_answers,
)
from paicha.domain.responses.models import Draft, HeldRevision, VillageSummary
from paicha.domain.responses.queries import names as names_of
from paicha.domain.responses.services import Status, days_of
from paicha.domain.responses.services.drafts import drafts_of
from paicha.formats.cell_entry import typed_cells
from paicha.formats.layout import Field, Table, heading, household_table


@dataclass(frozen=True, slots=True)
class Cell:
    """A field of a row: what it holds, how it is typed (see `hints`), what is wrong with it."""

    field: Field
    value: str
    error: str = ""
    soft: bool = False
    source: str = ""  # where a prefilled value comes from


@dataclass(slots=True)
class Line:
    """A row of the sheet. `shown`: what is stored, as JSON, so that an untouched row is told from a touched one."""

    number: int
    id: UUID
    head: str
    base: int
    cells: list[Cell]
    shown: str
    state: str = ""
    look: str = ""
    said: str = ""
    softs: list[Soft] = field(default_factory=list)
    reasons: Mapping[str, str] = field(default_factory=dict)
    conflict: int | None = None
    draft: bool = False
    by_row: list[str] = field(default_factory=list)  # what is wrong with the row as a whole


def hints(one: Field) -> dict[str, str]:
    """What the page's script needs of a cell: how it ends, and after which digit it goes on by itself."""
    if one.kind == "parts":
        return {"kind": "parts", "parts": str(len(one.parts))}
    if one.question is None or not one.question.options:
        return {"kind": "phone" if one.question and one.question.format == "phone" else one.kind}
    asked = {number for number, _ in one.texts}
    alone = [o.number for o in one.question.options if o.exclusive]
    return {
        "kind": one.kind,
        "options": " ".join(str(o.number) for o in one.question.options),
        "asks": " ".join(map(str, sorted(asked))),
        "alone": " ".join(map(str, alone)),
    }


def sheet_fields(place: Place, form: HouseholdForm) -> tuple[Table, list[Field]]:
    """The form's printed table, and of it what is typed: everything but 序号 and the head's name."""
    table = household_table(place.pack, form)
    return table, [f for f in table.fields if f.kind != "number" and f.name != place.pack.roles.head]


@dataclass(frozen=True, slots=True)
class Pile:
    """The households of a form (and group, where each has its own sheets), in the order of the paper."""

    form: HouseholdForm
    group: str | None
    rows: Sequence[Answered]
    done: int  # households met, as every other figure counts them

    @property
    def blank(self) -> int:
        """Rows that nobody has answered."""
        return sum(row.is_blank for row in self.rows)

    @property
    def first_page(self) -> int:
        """The first sheet with a row that nobody has answered; 1 where all are."""
        size = self.form.paper.rows_per_page
        return next((i // size + 1 for i, row in enumerate(self.rows) if row.is_blank), 1)


def piles(place: Place) -> list[Pile]:
    """Every pile of paper of a village that the person works on; one query."""
    every = load_households(place.round, place.pack, place.area.area_id)
    mine = [h for h in every if place.groups is None or h.group in place.groups]
    found = []
    for form in place.pack.household_forms.values():
        rows = [h for h in mine if h.form == form.name]
        if not form.by_group:
            found.append(Pile(form, None, rows, _count_met(place, rows)))
            continue
        groups: dict[str, list[Answered]] = {}
        for row in rows:
            groups.setdefault(printed_group(place.pack, row), []).append(row)
        found += [
            Pile(form, group, groups[group], _count_met(place, groups[group])) for group in in_order(groups)
        ]
    return [pile for pile in found if pile.rows]


def _count_met(place: Place, rows: Sequence[Answered]) -> int:
    return sum(not row.is_blank and place.pack.outcome.met(row.outcome) for row in rows)


@at_place(Verb.READ_HOUSEHOLDS, act=Verb.SUBMIT_ANSWERS)
def entry(request: HttpRequest, place: Place) -> HttpResponse:
    """Which sheet to go on with, and what was typed and not stored."""
    village_of(place)
    drafts = list(drafts_of(place.round, place.area.area_id, place.scope.actor).select_related("household"))
    listed = piles(place)
    place.log_read("entry", len({d.household_id for d in drafts if d.household_id}))
    return page(
        request, place, "entry/entry.html", "entry", piles=listed, drafts=drafts,
        locked=_is_locked(place), forms=place.pack.household_forms,
    )  # fmt: skip


def _is_locked(place: Place) -> bool:
    return VillageSummary.objects.filter(
        round=place.round, code=place.code, status=VillageSummary.Status.HANDED_UP
    ).exists()


@require_http_methods(["GET", "POST"])
@at_place(Verb.READ_HOUSEHOLDS, act=Verb.SUBMIT_ANSWERS)
def sheet(request: HttpRequest, place: Place, name: str) -> HttpResponse:
    """A sheet; posted whole, every touched row is saved, and what is refused comes back as it was typed."""
    form = household_form(place, name)
    if request.method == "GET":
        return _sheet(request, place, form, {})
    _, fields = sheet_fields(place, form)
    rows = posted_rows(place, request.POST, [f.name for f in fields])
    saved = save_rows(place, form, rows)
    stored = sum(one.status.goes_in for one in saved.values())
    wrong = [one for one in saved.values() if one.status not in (Status.STORED, Status.UNCHANGED)]
    if stored:
        messages.success(request, f"存了 {stored} 户。")
    if not wrong:
        if not stored:  # what the script has just saved comes once more with the button
            messages.info(request, "这一张都已存好。" if saved else "没有改动，不用存。")
        return go_back(request, request.get_full_path(), "desk:entry", place.code)
    refused = sum(one.status is Status.REFUSED for one in wrong)
    error = sentence("C28", n=refused) if refused else ""
    return _sheet(request, place, form, saved, error=error, status=422 if refused else 200)


def _sheet(
    request: HttpRequest, place: Place, form: HouseholdForm, saved: Mapping[str, SavedRow], **more: Any
) -> HttpResponse:
    table, fields = sheet_fields(place, form)
    group = request.GET.get("group") if form.by_group else None
    mine = [pile for pile in piles(place) if pile.form.name == form.name]
    pile = next((p for p in mine if group is None or p.group == group), None)
    if pile is None:
        raise Http404
    asked = whole(request.GET.get("page", "")) or pile.first_page
    paper = Paginator(pile.rows, form.paper.rows_per_page).get_page(asked)
    lines = _lines(place, form, fields, list(paper), (paper.number - 1) * form.paper.rows_per_page, saved)
    locked = _is_locked(place)
    if locked:
        _mark_held(place, lines)
    place.log_read(f"entry:{form.name}", len(lines))
    outcome, roles = place.pack.outcome, place.pack.roles
    shown: dict[str, Any] = {
        "form": form, "table": table, "lines": lines, "pile": pile, "number": paper.number,
        "pages": paper.paginator.page_range,
        "piles": mine, "locked": locked, "reasons": REASONS["soft"], "group": pile.group, "keys": unmet(place),
        "heading": heading(form, place.town, place.area.spoken, pile.group or None),
        "group_label": group_text(pile.group) if pile.group is not None else "",
        "outcome": outcome.question, "surveyors": roles.surveyors,
        "everybody": surveyors_of(request, place), "remark": roles.remark or "",
        "prefilled": any(cell.source for line in lines for cell in line.cells),
        "hints": {f.name: hints(f) for f in fields}, "rules_at": module_address(place.pack), "days": days_text(place),
    }  # fmt: skip
    return page(request, place, "entry/sheet.html", "entry", **(shown | more))


_SURVEYORS = "surveyors"  # in the session, by village: gone when it ends, never in the browser's storage


def surveyors_of(request: HttpRequest, place: Place) -> str:
    """Who surveyed the row that was saved last in this session and village; they fill the next rows."""
    return str(request.session.get(_SURVEYORS, {}).get(place.code, ""))


def remember_surveyors(request: HttpRequest, place: Place, names: object) -> None:
    """Keep who surveyed a row that was saved."""
    if names and surveyors_of(request, place) != names:
        request.session[_SURVEYORS] = {**request.session.get(_SURVEYORS, {}), place.code: str(names)[:100]}


def days_text(place: Place) -> str:
    """What dated rules compare with, for the page's script, as JSON."""
    days = days_of(place.round, place.pack, code=place.code)
    return json.dumps(
        {
            "today": days.today.isoformat(),
            "opens_on": days.opens_on.isoformat(),
            "closes_on": days.closes_on.isoformat(),
        }
    )


def _mark_held(place: Place, lines: Sequence[Line]) -> None:
    """Rows for which something waits until the village comes back."""
    waiting = HeldRevision.objects.filter(
        round=place.round, household__in=[line.id for line in lines], taken_at=None
    )
    ids = set(waiting.values_list("household_id", flat=True))
    for line in lines:
        if line.id in ids:
            line.said = line.said or "有一份改动先存着，等退回或补报才计入"


def unmet(place: Place) -> list[tuple[int, str]]:
    """Outcomes by which nobody was met: what one key sets."""
    outcome = place.pack.outcome
    if not outcome:
        return []
    labels = place.pack.questions[outcome.question].option_labels
    return [(number, label) for number, label in labels.items() if not outcome.met(number) and number < 10]


def _lines(
    place: Place,
    form: HouseholdForm,
    fields: Sequence[Field],
    rows: Sequence[Answered],
    before: int,
    saved: Mapping[str, SavedRow],
) -> list[Line]:
    """The page's rows: what is in force, over it what was typed and not stored."""
    cells = [f.name for f in fields]
    drafts = {
        d.place: d for d in drafts_of(place.round, place.area.area_id, place.scope.actor, form=form.name)
    }
    softs = softs_of(place.round, place.pack, form, [row.id for row in rows], cells)
    known = names_of({one.by for one in saved.values() if one.by})
    lines = []
    for number, row in enumerate(rows, before + 1):
        answers, register = known_answers(place, row), prefilled(place, row)
        shown = {name: text for name, text in typed_cells(place.pack, form, answers).items() if name in cells}
        line = Line(number, row.id, row.head_name, row.revision, [], json.dumps(shown, ensure_ascii=False))
        line.softs = softs.get(row.id, [])
        line.state = "" if row.is_blank else _state(place, row)
        one = saved.get(str(row.id))
        say(place, line, one, known)
        typed = _draft_texts(place, form, line, drafts.get(str(row.id)))
        wrong = {told.cell: told.message for told in one.told if told.severity == "hard"} if one else {}
        line.by_row = [message for cell, message in wrong.items() if cell not in cells]
        pointed = {soft.cell for soft in line.softs}
        line.cells = [
            Cell(f, typed.get(f.name, shown[f.name]) if line.draft else shown[f.name], wrong.get(f.name, ""),
                 f.name in pointed, REGISTER if f.name in register and f.name not in typed else "")
            for f in fields
        ]  # fmt: skip
        lines.append(line)
    return lines


def _state(place: Place, row: Answered) -> str:
    if row.outcome is not None and not place.pack.outcome.met(row.outcome):
        return outcome_text(place.pack, row.outcome)
    return "已存"


def say(place: Place, line: Line, saved: SavedRow | None, known: Mapping[str, str]) -> None:
    if saved is None:
        return
    plain = saved.status in (Status.STORED, Status.UNCHANGED) or (
        saved.status is Status.REFUSED and not saved.theirs
    )
    line.said = "" if plain else became(place.pack, saved, known)  # the row's own mark and its cells say it
    line.conflict = saved.conflict
    line.look = {"refused": "hard", "conflict": "soft", "held": "soft"}.get(saved.status, "")


def _draft_texts(place: Place, form: HouseholdForm, line: Line, draft: Draft | None) -> Mapping[str, str]:
    if draft is None:
        return {}
    found, shown = as_cells(place.pack, form, draft.answers), json.loads(line.shown)
    typed = {name: found.get(name, "") for name in shown}
    if typed != shown:
        line.draft, line.base, line.state = True, draft.base, "没存"
        line.said = line.said or "上次填了没存，接着改好就存上"
    return typed


def known_answers(place: Place, row: Answered) -> dict[str, Any]:
    """Answers in force; until somebody was met, with what the register knows."""
    return prefilled(place, row) | row.values


def prefilled(place: Place, row: Answered) -> dict[str, Any]:
    """What of that the register says and nobody has answered."""
    if not row.is_blank and place.pack.outcome.met(row.outcome):
        return {}
    known = register_answers(place.pack, row)
    return {name: value for name, value in known.items() if value and name not in row.values}

"""The seven forms on the screen, in the layout of their paper; every figure of form 4 opens into its rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from paicha.core.pack import HouseholdForm, Pack, ProblemForm, ProfileForm, StatisticsForm
from paicha.delivery.desk.shell import paging
from paicha.delivery.desk.shell.page import page
from paicha.delivery.desk.shell.places import Place, at_place
from paicha.delivery.desk.shell.wording import date_words, group_text, mask_answers
from paicha.domain.accounts.roles import Verb
from paicha.domain.problems.models import Problem
from paicha.domain.problems.queries import missing_of, problems_in_force
from paicha.domain.reports.documents import village_forms
from paicha.domain.reports.figures import FigureRow, Opens, statistics, town_names, town_rows
from paicha.domain.reports.village import HOUSEHOLD, household_sheet, load_households
from paicha.domain.responses.models import Finding
from paicha.domain.responses.queries import summary_of
from paicha.formats.documents import BASE, NOTE, Row
from paicha.formats.layout import Field, Table, cell_text, heading, household_table
from paicha.formats.village_layout import (
    above_texts,
    place_text,
    problem_table,
    profile_lead,
    profile_lines,
    signer_texts,
    statistics_table,
)


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a household form. `look` soft or lead where a finding points at it."""

    text: str
    look: str
    kind: str


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a household form."""

    number: int
    household: str
    cells: Sequence[Cell]
    due: bool


@dataclass(slots=True)
class Sheet:
    """A block of a household form: its heading and rows."""

    heading: str
    group: str
    lines: list[Line] = field(default_factory=list)


@at_place(Verb.READ_STATISTICS, whole=True)
def forms(request: HttpRequest, place: Place) -> HttpResponse:
    """The forms of a place, with how many rows each has."""
    if not place.is_village:
        return statistics_page(request, place)
    summary = summary_of(place.round, place.code)
    counts = summary.counts if summary else {}
    listed = []
    for form in place.pack.forms:
        rows = sum(counts.get(form.name, {}).values()) if isinstance(form, HouseholdForm) else None
        listed.append((form, rows, form.sheet.removeprefix("附件")))
    return page(request, place, "reports/forms.html", "forms", forms=listed)


@at_place(Verb.READ_STATISTICS, whole=True)
def form(request: HttpRequest, place: Place, name: str) -> HttpResponse:
    """One form of a village (of a town or county: the statistics alone)."""
    found = place.pack.household_forms.get(name) or place.pack.village_forms.get(name)
    if found is None:
        raise Http404
    if isinstance(found, StatisticsForm):
        return statistics_page(request, place)
    if not place.is_village:
        raise Http404
    if isinstance(found, HouseholdForm):
        if not place.may(Verb.READ_HOUSEHOLDS):
            raise Http404
        return _household_form(request, place, found)
    answers = village_forms(place.round, place.pack, place.area.area_id).get(found.name, {})
    common: dict[str, Any] = {
        "form": found, "title": place_text(found.title, place.town, place.area.spoken),
        "signers": signer_texts(found, answers), "forms": _siblings(place),
    }  # fmt: skip
    if isinstance(found, ProfileForm):
        return page(
            request, place, "reports/form_profile.html", "forms", lead=profile_lead(place.pack, found, answers),
            lines=profile_lines(place.pack, found, answers), filled=bool(answers),
            may_fill=found == place.pack.profile and place.may(Verb.SUBMIT_ANSWERS), **common,
        )  # fmt: skip
    listed = problems_in_force(place.round, place.area.area_id)
    place.log_read("form:problems", len({p.household_id for p in listed if p.household_id}))
    return page(
        request, place, "reports/form_problems.html", "forms",
        heading=place_text(found.heading, place.town, place.area.spoken),
        table=problem_table(found), types=_by_type(place.pack, found, listed), rows=len(listed), **common,
    )  # fmt: skip


def _siblings(place: Place) -> list[tuple[str, str, str]]:
    """The other forms of the place: (name, sheet, label)."""
    shown = (
        place.pack.forms
        if place.is_village
        else [f for f in place.pack.forms if isinstance(f, StatisticsForm)]
    )
    return [(f.name, f.sheet, f.label) for f in shown]


def _by_type(
    pack: Pack, found: ProblemForm, listed: Sequence[Problem]
) -> list[tuple[int, str, list[tuple[Problem, str]]]]:
    return [
        (
            kind.number,
            kind.label,
            [(p, "、".join(missing_of(pack, p))) for p in listed if p.type == kind.number],
        )
        for kind in found.types
    ]


def _household_form(request: HttpRequest, place: Place, found: HouseholdForm) -> HttpResponse:
    pack = place.pack
    households = load_households(place.round, pack, place.area.area_id)
    made = household_sheet(pack, found, place.town, place.area.spoken, households, "")
    table = household_table(pack, found)
    pointed = _findings_by_cell(place, found)
    group = request.GET.get("group")
    many = len(made.blocks) > 1 and sum(len(block.rows) for block in made.blocks) > paging.SIZE
    if many and group is None and "all" not in request.GET:
        group = made.blocks[0].group or ""  # one group at a time: a whole village is a hundred screens
    sheets = []
    for block in made.blocks:
        if group is not None and (block.group or "") != group:
            continue
        sheet = Sheet(heading(found, place.town, place.area.spoken, block.group), block.group or "")
        sheet.lines = [_line(pack, table, number, row, pointed) for number, row in enumerate(block.rows, 1)]
        sheets.append(sheet)
    place.log_read(f"form:{found.name}", sum(len(sheet.lines) for sheet in sheets))
    return page(
        request, place, "reports/form_households.html", "forms", form=found, table=table, sheets=sheets,
        rows=sum(len(sheet.lines) for sheet in sheets),
        blank=heading(found, place.town, place.area.spoken, None), forms=_siblings(place), group=group,
        groups=[(b.group or "", group_text(b.group or "")) for b in made.blocks] if len(made.blocks) > 1 else [],
    )  # fmt: skip


def _findings_by_cell(place: Place, found: HouseholdForm) -> dict[tuple[str, str], str]:
    """(household, question) → look, for the open findings of this form."""
    rows = Finding.objects.filter(
        round=place.round,
        village_id=place.area.area_id,
        state="open",
        form=found.name,
        household__isnull=False,
    ).exclude(severity="office")
    looks: dict[tuple[str, str], str] = {}
    for household, rule, severity in rows.values_list("household_id", "rule", "severity"):
        source = place.pack.rule.get(rule)
        if source is not None:
            for name in source.expression.names:
                looks.setdefault((str(household), name), "lead")
        else:
            for check in (c for c in place.pack.checks if c.id == rule):
                looks[str(household), check.at[0]] = severity
    return looks


def _line(pack: Pack, table: Table, number: int, row: Row, pointed: dict[tuple[str, str], str]) -> Line:
    household = str(row[HOUSEHOLD])
    shown: dict[str, Any] = {**mask_answers(pack, row), NOTE: row.get(NOTE)}
    cells = []
    for column in table.fields[1:]:
        names = [part.name for part in column.parts] or [column.question.name if column.question else ""]
        look = next((pointed[household, name] for name in names if (household, name) in pointed), "")
        cells.append(Cell(cell_text(column, shown), look, "text" if column.kind == "text" else "mark"))
    return Line(number, household, cells, BASE not in row)


def statistics_page(request: HttpRequest, place: Place) -> HttpResponse:
    """Form 4: a row a village, of a county a row a town, and the total; each figure is a link to its rows."""
    found = place.pack.statistics
    if found is None:
        raise Http404
    made = statistics(place.round, place.pack, place.area, scope=place.scope)
    table = statistics_table(found)
    answers: Row = {}
    if place.is_village:
        answers = village_forms(place.round, place.pack, place.area.area_id).get(found.name, {})
    unit = place.town + place.area.spoken if place.is_village else place.area.spoken
    county = place.area.level == "county"
    rows = town_rows(made, town_names(place.round)) if county else made.rows
    return page(
        request, place, "reports/form_statistics.html", "forms", form=found, table=table,
        above=above_texts(found, unit, date_words()), signers=signer_texts(found, answers) if place.is_village else (),
        lines=[_figures(place, table.fields, row) for row in rows], county=county,
        total=_figures(place, table.fields, made.total) if made.total else None, forms=_siblings(place),
    )  # fmt: skip


def _figures(place: Place, fields: Sequence[Field], row: FigureRow) -> list[tuple[str, str, bool]]:
    """(text, address of its rows or '', is a number) of each cell."""
    cells = []
    form = place.pack.statistics
    sources = {f.name: f.source for f in form.figures} if form else {}
    named = "town" if place.area.level == "county" else "village"
    for column in fields:
        value = row.values.get(column.name)
        text = "" if value is None else str(value)
        address = _address(place, row.opens[column.name]) if column.name in row.opens and value else ""
        if sources.get(column.name) == named and form and row.code != place.code:
            address = _at("desk:form", row.code, form.name) if named == "town" else _at("desk:area", row.code)
        cells.append((text, address, column.kind == "integer"))
    return cells


def _address(place: Place, opens: Opens) -> str:
    """The page that lists exactly the rows behind a figure."""
    if opens.selection is not None:
        query = {"form": opens.selection.form, "outcome": opens.selection.outcome}
        kept = urlencode({key: value for key, value in query.items() if value})
        return f"{_at('desk:households', opens.area)}?{kept}"
    named = place.pack.problem_list if opens.source == "problems" else place.pack.profile
    if named is None:
        return ""
    if not place.is_village and (opens.area == place.code or place.area.level == "county"):
        return ""  # a sum above villages: its rows stand on this very page, those of a town behind its name
    return _at("desk:form", opens.area, named.name)


@lru_cache(maxsize=4096)
def _at(name: str, *args: str) -> str:
    """An address, remembered: form 4 of a county has 2,800 of them, of 364 areas."""
    return reverse(name, args=args)

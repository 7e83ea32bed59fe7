"""Whole files: a village's seven forms and its lists, a town's and the county's form 4.

What holds: the sheets stand in the pack's order and under its names, then 整改台账, 线索清单, 信息变更; who
asks must be allowed to export (or whatever verb the caller names) the place; a village costs at most
nine queries.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson

from paicha.core.pack import HouseholdForm, Pack, ProblemForm, ProfileForm
from paicha.domain import clock
from paicha.domain.accounts.policies import Scope
from paicha.domain.accounts.roles import Verb
from paicha.domain.households.services import register_tag
from paicha.domain.problems.models import Problem
from paicha.domain.problems.queries import problems_listed
from paicha.domain.reports.figures import Statistics, statistics, town_names, village_statistics
from paicha.domain.reports.lists import (
    changes_sheet,
    leads_sheet,
    ledger_sheet,
    load_changes,
    load_leads,
)
from paicha.domain.reports.village import household_sheet, load_households
from paicha.domain.responses.models import Revision, VillageSummary
from paicha.domain.rounds.models import Round, RoundArea
from paicha.formats.documents import Document, ProblemSheet, ProfileSheet, Row, Sheet, StatisticsSheet, Value
from paicha.formats.layout import date_text


@dataclass(frozen=True, slots=True)
class Places:
    """What every village of a county shares: read once for an export of many."""

    towns: Mapping[str, str]  # code → name
    tag: str  # of the register


def places_of(round_: Round) -> Places:
    """Two queries."""
    return Places(town_names(round_), register_tag())


def watermark(exporter: str) -> str:
    """The small print of every exported file: who, and when. `exporter` is a name that people know."""
    at = clock.now()
    return f"{exporter} 于 {at:%Y-%m-%d %H:%M} 导出，含个人信息，请妥善保管"


def village_document(
    round_: Round,
    pack: Pack,
    village: RoundArea,
    *,
    scope: Scope,
    exporter: str = "",
    verb: Verb = Verb.EXPORT,
    places: Places | None = None,
) -> Document:
    """A village's forms as they stand, blank where nothing was filled in, and its lists.

    A form of the town (附件5) appears where one was filled in. Without an `exporter` there is no
    watermark: the page on the screen. Raises PermissionDenied.
    """
    scope.require(verb, village.code)
    places = places or places_of(round_)
    town = places.towns.get(village.parent_code, "")
    households = load_households(round_, pack, village.area_id)
    listed = problems_listed(round_, [village.area_id])
    problems = [p for p in listed if p.found_by == Problem.Level.VILLAGE]
    answers = village_forms(round_, pack, village.area_id)
    summary = VillageSummary.objects.filter(round=round_, code=village.code).first()
    sheets: list[Sheet] = []
    for form in pack.forms:
        if isinstance(form, HouseholdForm):
            sheets.append(household_sheet(pack, form, town, village.spoken, households, places.tag))
        elif isinstance(form, ProfileForm):
            if form.by == "village" or form.name in answers:
                sheets.append(ProfileSheet(form, town, village.spoken, answers.get(form.name, {})))
        elif isinstance(form, ProblemForm):
            sheets.append(problem_sheet(form, town, village.spoken, problems, answers.get(form.name, {})))
        else:
            counted = village_statistics(pack, village, town, summary)
            sheets.append(statistics_sheet(counted, town + village.spoken, answers.get(form.name, {})))
    leads = load_leads(round_, pack, village.area_id, households, summary)
    sheets += [
        ledger_sheet(pack, village.spoken, listed),
        leads_sheet(pack, village.spoken, leads),
        changes_sheet(village.spoken, load_changes(round_, village.area_id)),
    ]
    return Document(f"{town}{village.spoken}{pack.title}", sheets, watermark(exporter) if exporter else "")


def town_document(
    round_: Round, pack: Pack, town: RoundArea, *, scope: Scope, exporter: str = "", verb: Verb = Verb.EXPORT
) -> Document:
    """Form 4 of a town or the county: the villages in the scope in order of code, and their total."""
    counted = statistics(round_, pack, town, scope=scope, verb=verb)
    sheet = statistics_sheet(counted, town.name)
    return Document(f"{town.name}{pack.title}", [sheet], watermark(exporter) if exporter else "")


def village_forms(round_: Round, pack: Pack, village_id: int) -> dict[str, Row]:
    """Answers in force of the forms that a village or town fills once, by form. One query."""
    found = Revision.objects.filter(round=round_, village_id=village_id, household__isnull=True)
    texts = dict(found.order_by("number").values_list("form", "answers"))
    return {form: _with_dates(pack, orjson.loads(text)) for form, text in texts.items()}


def _with_dates(pack: Pack, answers: dict[str, Any]) -> Row:
    """Answers of a canonical text with its dates as dates."""
    return {
        name: date.fromisoformat(value)
        if isinstance(value, str) and name in pack.questions and pack.questions[name].type == "date"
        else value
        for name, value in answers.items()
    }


def problem_sheet(
    form: ProblemForm, town: str, village: str, problems: list[Problem], signers: Row
) -> ProblemSheet:
    """Form 3: what was not withdrawn, by type."""
    return ProblemSheet(form, town, village, [(p.type, p.text) for p in problems], signers)


def statistics_sheet(counted: Statistics, unit: str, signers: Row | None = None) -> StatisticsSheet:
    """Form 4 for a writer: who reports, the day, the rows, the total and, for a village, the signers."""
    day = date_text(clock.today())
    total: dict[str, Value] | None = dict(counted.total.values) if counted.total else None
    rows = [row.values for row in counted.rows]
    return StatisticsSheet(counted.form, unit, day, rows, total, signers or {})

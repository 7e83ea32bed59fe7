"""The statistics (form 4): one row a village, the total, and for each figure the rows that it counts.

What holds: a row comes from the village's summary row and the note added to the remark, the
total is the sum of the rows that are shown (V25), and every figure names the filter that opens into its rows. A
county costs three queries, however many households it has.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from django.db.models import QuerySet

from paicha.core.area_codes import VILLAGE_LEVELS, town_of
from paicha.core.pack import Pack, StatisticsForm
from paicha.core.refusal import Refusal
from paicha.domain.accounts.policies import Scope, code_prefix, code_range
from paicha.domain.accounts.roles import Verb
from paicha.domain.handover.figures import COUNTED, figures_of, notes, sources_of
from paicha.domain.responses.models import VillageSummary
from paicha.domain.responses.summary.tallies import DONE, Selection
from paicha.domain.rounds.models import Round, RoundArea
from paicha.formats.documents import Row, Value


@dataclass(frozen=True, slots=True)
class Opens:
    """The rows behind a figure: households by `selection`, the village's profile, or its problem list;
    under `area`, the 12-digit code of a village, town or county."""

    source: Literal["households", "profile", "problems"]
    area: str
    selection: Selection | None = None


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One row of form 4: an area's figures by name, and what each opens into."""

    code: str
    name: str
    values: Row
    opens: Mapping[str, Opens]


@dataclass(frozen=True, slots=True)
class Statistics:
    """Form 4 over the villages of an area. `total` is None where the form stands on a village's own print."""

    form: StatisticsForm
    area: RoundArea
    rows: Sequence[FigureRow]
    total: FigureRow | None


class NoSuchArea(Refusal):
    """An area that the round doesn't know, or that the pack has no form for."""


def area_of(round_: Round, code: str) -> RoundArea:
    """An area of the round by its 12-digit code. Raises NoSuchArea."""
    area = RoundArea.objects.filter(round=round_, code=code).first()
    if area is None:
        raise NoSuchArea("A14", code=code)
    return area


def villages_under(
    round_: Round, area: RoundArea, scope: Scope, verb: Verb = Verb.READ_STATISTICS
) -> list[RoundArea]:
    """Villages and residents' committees of an area in the scope, in order of code. One query."""
    return list(_under(round_, area, scope, verb).order_by("code"))


def _under(round_: Round, area: RoundArea, scope: Scope, verb: Verb) -> QuerySet[RoundArea]:
    low, high = code_range(code_prefix(area.code))
    found = RoundArea.objects.filter(round=round_, level__in=VILLAGE_LEVELS, code__gte=low, code__lt=high)
    return scope.filter_villages(found, "code", verb)


def statistics(
    round_: Round,
    pack: Pack,
    area: RoundArea,
    *,
    scope: Scope,
    verb: Verb = Verb.READ_STATISTICS,
) -> Statistics:
    """Form 4 of a village (one row), or of a town or county with its total.

    Residents' committees appear once they hold households or handed in a form. Three queries. Raises
    NoSuchArea where the pack has no statistics form.
    """
    form = pack.statistics
    if form is None:
        raise NoSuchArea("A15")
    towns = RoundArea.objects.filter(round=round_, level="town")
    places = list((_under(round_, area, scope, verb) | towns).order_by("code"))
    villages = [place for place in places if place.level in VILLAGE_LEVELS]
    names = {place.code: place.name for place in places}
    summaries = _summaries(round_, villages)
    shown = [v for v in villages if v.level == "village" or _has_anything(summaries.get(v.code))]
    added = notes(round_.pk, code_prefix(area.code))
    rows = [
        _village_row(
            pack, form, number, v, names.get(v.parent_code, ""), summaries.get(v.code),
            added.get(v.code, ""),
        )
        for number, v in enumerate(shown, start=1)
    ]  # fmt: skip
    single = area.level in VILLAGE_LEVELS
    return Statistics(form, area, rows, None if single else total_row(form, area, rows))


def village_statistics(
    pack: Pack, village: RoundArea, town: str, summary: VillageSummary | None
) -> Statistics:
    """The one row of a village, from what the caller has read already; one query. Raises NoSuchArea."""
    form = pack.statistics
    if form is None:
        raise NoSuchArea("A15")
    note = notes(village.round_id, village.code).get(village.code, "")
    row = _village_row(pack, form, 1, village, town, summary, note)
    return Statistics(form, village, [row], None)


def town_names(round_: Round) -> dict[str, str]:
    """Names of the round's towns by code. One query."""
    return dict(RoundArea.objects.filter(round=round_, level="town").values_list("code", "name"))


def total_row(form: StatisticsForm, area: RoundArea, rows: Sequence[FigureRow]) -> FigureRow:
    """The sum of the rows, figure by figure; a figure that no row knows stays empty."""
    opens = {f.name: _opens(f.source, f.form, area.code) for f in form.figures if f.source in COUNTED}
    return FigureRow(area.code, area.name, _sums(form, rows), opens)


def town_rows(made: Statistics, towns: Mapping[str, str]) -> list[FigureRow]:
    """A county's form 4 with a row a town, each the sum of its villages' rows. `towns`: code → name.

    Above 326 rows nobody finds a town; its own form 4 has them.
    """
    below: dict[str, list[FigureRow]] = {}
    for row in made.rows:
        below.setdefault(town_of(row.code), []).append(row)
    return [
        _town_row(made.form, number, code, towns[code], rows)
        for number, (code, rows) in enumerate(below.items(), 1)
    ]


def _town_row(
    form: StatisticsForm, number: int, code: str, name: str, rows: Sequence[FigureRow]
) -> FigureRow:
    counted = _sums(form, rows)
    known: dict[str, Value] = {"number": number, "town": name}
    values = {figure.name: known.get(figure.source, counted.get(figure.name)) for figure in form.figures}
    opens = {f.name: _opens(f.source, f.form, code) for f in form.figures if f.source in COUNTED}
    return FigureRow(code, name, values, opens)


def _sums(form: StatisticsForm, rows: Sequence[FigureRow]) -> dict[str, Value]:
    """The sum of each counted figure; None for one that no row knows."""
    sums: dict[str, Value] = {}
    for figure in form.figures:
        if figure.source in COUNTED:
            known = [value for row in rows if isinstance(value := row.values.get(figure.name), int)]
            sums[figure.name] = sum(known) if known else None
    return sums


def _summaries(round_: Round, villages: Sequence[RoundArea]) -> dict[str, VillageSummary]:
    found = VillageSummary.objects.filter(round=round_)
    if len(villages) == 1:
        found = found.filter(code=villages[0].code)
    elif villages:
        found = found.filter(code__gte=villages[0].code, code__lte=villages[-1].code)
    else:
        return {}
    return {s.code: s for s in found.only("code", "counts", "facts", "figures", "profile", "added")}


def _has_anything(summary: VillageSummary | None) -> bool:
    return bool(summary and (summary.counts or summary.profile or summary.fact.problem_rows))


def _village_row(
    pack: Pack,
    form: StatisticsForm,
    number: int,
    village: RoundArea,
    town: str,
    summary: VillageSummary | None,
    note: str,
) -> FigureRow:
    counted = figures_of(pack, sources_of(summary, note))
    known: dict[str, Value] = {"number": number, "town": town, "village": village.spoken}
    values: dict[str, Value] = {}
    opens: dict[str, Opens] = {}
    for figure in form.figures:
        values[figure.name] = known[figure.source] if figure.source in known else counted[figure.name]
        if figure.source in COUNTED:
            opens[figure.name] = _opens(figure.source, figure.form, village.code)
    return FigureRow(village.code, village.spoken, values, opens)


def _opens(source: str, form: str | None, code: str) -> Opens:
    if source == "surveyed":
        return Opens("households", code, Selection(form or "", DONE))
    return Opens("problems" if source == "problems" else "profile", code)

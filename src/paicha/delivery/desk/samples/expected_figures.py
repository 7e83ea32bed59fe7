"""The notice's figures (9011 脱贫户, 125 易返贫致贫户) against the roster and the villages' own forms (V40).

What holds: every figure is a sum of summary rows and opens into its households; where roster and village differ, it is
said which and by how many, down to the village whose list of that class then shows the households one by one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse

from paicha.core.pack import Pack
from paicha.core.pack.models import Class
from paicha.delivery.desk.shell.page import page
from paicha.delivery.desk.shell.places import Place, areas_below, at_place
from paicha.domain.accounts.roles import Verb
from paicha.domain.responses.models import VillageSummary
from paicha.domain.responses.queries import summaries
from paicha.domain.responses.summary.tallies import Selection
from paicha.domain.rounds.models import RoundArea


@dataclass(frozen=True, slots=True)
class Cell:
    """A class in an area: households on the roster, as the villages' forms say (None: not handed in), met, due."""

    form: str
    roster: int
    told: int | None
    due: int

    @property
    def off(self) -> int:
        """How many more the villages say than the roster has."""
        return 0 if self.told is None else self.told - self.roster


@dataclass(frozen=True, slots=True)
class Line:
    """An area with a cell a class."""

    code: str
    name: str
    cells: Sequence[Cell]


@at_place(Verb.READ_STATISTICS, whole=True)
def expected(request: HttpRequest, place: Place) -> HttpResponse:
    """The classes that the notice counts, by town or by village; `only=off` those that differ."""
    if place.is_village or not place.pack.expected:
        raise Http404
    rows = [s for s in summaries(place.scope, place.round, place.prefix) if s.counts or s.profile]
    classes = [entry for entry in place.pack.classes if entry.name in place.pack.expected]
    areas = areas_below(place)
    by: dict[str, list[VillageSummary]] = {}
    for summary in rows:
        key = areas[summary.code].parent_code if place.area.level == "county" else summary.code
        by.setdefault(key, []).append(summary)
    lines = _lines(place.pack, classes, by, areas)
    only = request.GET.get("only", "")
    shown = [line for line in lines if any(cell.off for cell in line.cells)] if only == "off" else lines
    total = [_cell(place.pack, entry, rows) for entry in classes]
    at_top = place.code == place.pack.county
    return page(
        request, place, "samples/expected_figures.html", "villages",
        lines=shown, only=only, by_town=place.area.level == "county",
        heads=[(entry, place.pack.expected[entry.name] if at_top else None, cell)
               for entry, cell in zip(classes, total, strict=True)],
        off=sum(any(cell.off for cell in line.cells) for line in lines), all=len(lines),
        unsaid=sum(not s.profile for s in rows), may_compare=place.may(Verb.REFER),
    )  # fmt: skip


def _lines(
    pack: Pack,
    classes: Sequence[Class],
    by: Mapping[str, Sequence[VillageSummary]],
    areas: Mapping[str, RoundArea],
) -> list[Line]:
    return [
        Line(code, areas[code].spoken, [_cell(pack, entry, below) for entry in classes])
        for code, below in sorted(by.items())
    ]


def _cell(pack: Pack, entry: Class, rows: Sequence[VillageSummary]) -> Cell:
    """A class over some villages; `told` adds up those that have handed in their own form, against their roster."""
    question = f"{entry.name}_households"
    roster = sum(Selection(entry.form).count(pack, s.counts) for s in rows)
    due = sum(Selection(entry.form, "due").count(pack, s.counts) for s in rows)
    asked = pack.profile is not None and question in pack.profile.questions
    said = [s for s in rows if asked and s.profile.get(question) is not None]
    if not said:
        return Cell(entry.form, roster, None, due)
    silent = sum(Selection(entry.form).count(pack, s.counts) for s in rows if s not in said)
    return Cell(entry.form, roster, sum(int(s.profile[question]) for s in said) + silent, due)

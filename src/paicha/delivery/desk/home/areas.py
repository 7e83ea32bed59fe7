"""County, town and village: what there is to do, how far it is, what does not fit together.

What holds: every figure is a sum of village summary rows, and is a link to the list of its rows.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from paicha.core.pack import Pack
from paicha.delivery.desk.home.begin import begin_steps
from paicha.delivery.desk.home.tiles import Scale, Tile, scale_of, tiles_of
from paicha.delivery.desk.home.todos import gathered, watched
from paicha.delivery.desk.home.village import village_page
from paicha.delivery.desk.samples.todo import city_todos
from paicha.delivery.desk.shell.page import calendar, page
from paicha.delivery.desk.shell.paging import VILLAGES, page_of
from paicha.delivery.desk.shell.places import Place, areas_below, at_place, newest
from paicha.delivery.desk.shell.todo import Todo, ordered
from paicha.delivery.desk.shell.wording import rule_title
from paicha.delivery.desk.verification.todo import town_todos
from paicha.delivery.desk.verification.visits import to_lead
from paicha.domain import clock
from paicha.domain.accounts.policies import Scope, code_prefix
from paicha.domain.accounts.roles import Verb
from paicha.domain.responses.models import VillageSummary
from paicha.domain.responses.queries import summaries
from paicha.domain.responses.summary.tallies import (
    Selection,
    Tally,
    add_up,
    household_leads,
    none_monitored,
    tally,
)
from paicha.domain.rounds.models import RoundArea
from paicha.domain.rounds.packs import pack_of
from paicha.domain.verification.attention import first_stage


@dataclass(frozen=True, slots=True)
class Line:
    """An area of a table with its figures; of a town, its villages' tiles, too. `today`: households met today."""

    code: str
    name: str
    tally: Tally
    tiles: Sequence[Tile] = ()
    profile: bool = False
    todos: Sequence[Todo] = ()
    ledger: str = ""  # where a village's hand-up stands
    late: bool = False
    reads: bool = False  # whether the rows behind the figures may be opened
    today: int = 0


@at_place(Verb.READ_AREAS)
def area(request: HttpRequest, place: Place) -> HttpResponseBase:
    """The first page of an area."""
    if place.is_village:
        if not place.may(Verb.READ_STATISTICS):
            raise Http404
        return village_page(request, place)
    rows = summaries(place.scope, place.round, place.prefix)
    areas = areas_below(place)
    each = {s.code: tally(place.pack, [s]) for s in rows}
    zero = {s.code for s in rows if none_monitored(place.pack, s)}
    context = overview(place.pack, place.code, rows, each, zero)
    if place.area.level == "county":
        scale = scale_of(each.values())
        lines = town_lines(place.pack, rows, areas, each, zero, scale)
        context["mapped"] = sorted(lines, key=lambda line: -line.tally.leads_per_hundred)
        context["towns"] = sorted(lines, key=lambda line: -line.tally.due)
        context["most_due"] = max((line.tally.due for line in lines), default=0)
        context["key"] = scale.key
    else:
        context["villages"] = village_lines(rows, areas, each)
    if place.area.level == "town" and place.may(Verb.VERIFY):
        context["todos"], context["todo_title"] = town_todos(place, rows), "镇级要做"
    if place.area.level == "county" and place.may(Verb.DRAW_SAMPLE):
        context["todos"], context["todo_title"] = city_todos(place, rows), "市级要做"
    if place.may(Verb.READ_HOUSEHOLDS):
        context["watched_lines"] = watched(place, rows)
    begin = [] if context["total"].done else begin_steps(place, rows)
    context["begin"], context["to_fill"] = begin, not any(step.filled for step in begin)
    context["figures_seen"] = place.may(Verb.READ_STATISTICS)
    context["town_names"] = [a for a in areas.values() if a.level == "town"]
    return page(request, place, "home/area.html", "area", **context)


@at_place(Verb.READ_STATISTICS)
def villages(request: HttpRequest, place: Place) -> HttpResponse:
    """The villages of a county or town, those with something first; `only` picks what a figure counted."""
    if place.is_village:
        raise Http404
    rows = summaries(place.scope, place.round, place.prefix)
    areas = areas_below(place)
    only = request.GET.get("only", "")
    first = place.pack.watched
    kept = select_villages(place.pack, rows, only)
    lines = village_lines(kept, areas, {s.code: tally(place.pack, [s]) for s in kept})
    titles = {
        "": "全部", "rows": "有农户", "finished": "已查完", "handed_up": "已上报", "leads": "有线索没处理",
        "watched": f"有{first.label}", "zero": f"没有{first.label}",
        "zero_leads": f"没有{first.label}却有线索", "conflicts": "有冲突", "soft": "有地方要写理由",
        **({"profile": f"没交{place.pack.profile.label}"} if place.pack.profile else {}),
    }  # fmt: skip
    turned = page_of(request, lines, VILLAGES)
    return page(
        request, place, "home/villages.html", "villages", only=only, titles=titles, paging=turned,
        lines=list(turned),
        towns={code: a.spoken for code, a in areas.items() if a.level == "town"},
        show_towns=place.area.level == "county",
    )  # fmt: skip


def select_villages(pack: Pack, rows: Sequence[VillageSummary], only: str) -> list[VillageSummary]:
    """The villages that a figure of the overview counted."""
    zero = {s.pk for s in rows if none_monitored(pack, s)}
    tests: dict[str, Callable[[VillageSummary], bool]] = {
        "": lambda s: True,
        "rows": lambda s: bool(s.counts),
        "finished": lambda s: bool(s.counts) and not Selection(outcome="due").count(pack, s.counts),
        "handed_up": lambda s: s.handed_up,
        "leads": lambda s: bool(s.figures.get("open_leads")),
        "watched": lambda s: bool(s.counts) and s.pk not in zero,
        "zero": lambda s: s.pk in zero,
        "zero_leads": lambda s: s.pk in zero and bool(household_leads(pack, s)),
        "conflicts": lambda s: bool(s.figures.get("conflicts")),
        "soft": lambda s: bool(s.figures.get("soft")),
        "profile": lambda s: bool(s.counts) and not s.profile,
    }
    if only not in tests:
        raise Http404
    return [s for s in rows if tests[only](s)]


def own_places(request: HttpRequest, who: Scope, codes: Sequence[str]) -> HttpResponse:
    """The places of a person with several: what there is to do in each, then how far it is."""
    areas = {area.code: area for area in newest(RoundArea.objects.filter(code__in=codes))}
    if not areas:
        raise Http404
    round_ = next(iter(areas.values())).round
    pack = pack_of(round_)
    rows = summaries(who, round_)
    lines = []
    for code in (c for c in codes if c in areas):
        below = [s for s in rows if s.code.startswith(code_prefix(code))]
        place = Place(round_, pack, who, areas[code], ())
        own = below[0] if place.is_village and below and who.covers(Verb.READ_STATISTICS, code) else None
        up = own is not None and own.handed_up
        lines.append(
            Line(
                code, areas[code].spoken, tally(pack, below), todos=ordered(gathered(place, own)),
                ledger=own.get_status_display() if own and own.counts else "",
                late=own is not None and not up and first_stage(round_, pack, code).over,
                reads=who.covers(Verb.READ_HOUSEHOLDS, code),
            )
        )  # fmt: skip
    empty = [line for line in lines if not line.tally.households]
    lines = [line for line in lines if line.tally.households] or empty
    lines.sort(
        key=lambda line: (not line.tally.households, not (line.late or any(todo.late for todo in line.todos)))
    )
    led = to_lead(request) if who.allows(Verb.CROSS_CHECK) else None
    first = Place(round_, pack, who, areas[lines[0].code], ())
    context: dict[str, Any] = {
        "lines": lines, "empty": empty if lines != empty else [], "round": round_, "pack": pack, "led": led,
        "calendar": calendar(first), "guides": not who.allows(Verb.SUBMIT_ANSWERS) and led is None,
    }  # fmt: skip
    context["phone"] = who.allows(Verb.SUBMIT_ANSWERS) and any(line.tally.households for line in lines)
    return render(request, "desk/home/places.html", context)


def overview(
    pack: Pack, code: str, rows: Sequence[VillageSummary], each: Mapping[str, Tally], zero: Collection[str]
) -> dict[str, Any]:
    """The figures of a county or town, and what does not fit together. `zero`: villages with nobody watched."""
    total = add_up(each.values())
    with_rows = [s for s in rows if s.counts]
    return {
        "total": total,
        "today": met_today(rows),
        "day_of_today": clock.today().isoformat(),
        "with_rows": len(with_rows),
        "finished": sum(not each[s.code].due for s in with_rows),
        "zero": len(zero),
        "zero_leads": sum(bool(household_leads(pack, s)) for s in rows if s.code in zero),
        "watched": pack.watched.label,
        "rules": [(rule, rule_title(pack, rule), n) for rule, n in total.leads.most_common()],
        "forms": [(f, *total.by_form.get(f.name, (0, 0))) for f in pack.household_forms.values()],
        "mismatches": mismatches(pack, code, rows, total),
        "stays": [line for line in _visits_without_meeting(pack, rows, stays_due=True) if line[2]],
        "gone": [line for line in _visits_without_meeting(pack, rows, stays_due=False) if line[2]],
    }


def _visits_without_meeting(
    pack: Pack, rows: Sequence[VillageSummary], *, stays_due: bool
) -> list[tuple[str, str, int]]:
    """(outcome, label, households) of the visits that met nobody: those to go back to, or those with nobody to meet."""
    if not pack.outcome:
        return []
    labels = pack.questions[pack.outcome.question].option_labels
    kept = [n for n in labels if not pack.outcome.met(n) and pack.outcome.due(n) == stays_due]
    return [
        (str(n), labels[n], sum(Selection(outcome=str(n)).count(pack, s.counts) for s in rows)) for n in kept
    ]


def mismatches(
    pack: Pack, code: str, rows: Sequence[VillageSummary], total: Tally
) -> list[tuple[int, str, str, str]]:
    """What does not fit together: (number, sentence, note, address of the rows)."""
    address = reverse("desk:villages", args=[code])
    found: list[tuple[int, str, str, str]] = []
    if total.conflicts:
        note = "两边填得不一样，要有人定"
        conflicts = reverse("desk:conflicts", args=[code])
        found.append((total.conflicts, "条冲突没处理", note, conflicts))
    if total.soft:
        soft = f"{reverse('desk:leads', args=[code])}?what=soft"
        found.append((total.soft, "处要核对并写理由", "", soft))
    missing = sum(1 for s in rows if s.counts and not s.profile)
    if missing and pack.profile is not None:
        found.append((missing, f"个村没交{pack.profile.label}", "", f"{address}?only=profile"))
    if code == pack.county:
        for name, expected in pack.expected.items():
            entry = next(c for c in pack.classes if c.name == name)
            have = total.by_form.get(entry.form, (0, 0))[1]
            if have != expected:
                away = reverse("desk:expected", args=[code])
                note = f"通知上是 {expected} 户，名册里有 {have} 户"
                sentence = f"户{entry.label}{'没在名册里' if have < expected else '多出来'}"
                found.append((abs(expected - have), sentence, note, away))
    return found


def town_lines(
    pack: Pack,
    rows: Sequence[VillageSummary],
    areas: Mapping[str, RoundArea],
    each: Mapping[str, Tally],
    zero: Collection[str],
    scale: Scale,
) -> list[Line]:
    """Towns in order of code, each with its villages' tiles."""
    by_town: dict[str, list[VillageSummary]] = {}
    for summary in rows:
        by_town.setdefault(areas[summary.code].parent_code, []).append(summary)
    return [
        Line(
            code, areas[code].spoken, add_up(each[s.code] for s in below),
            tiles_of(pack, below, areas, each, zero, scale), today=met_today(below),
        )
        for code, below in sorted(by_town.items())
    ]  # fmt: skip


def met_today(rows: Iterable[VillageSummary]) -> int:
    """Households whose visit is dated today."""
    today = clock.today().isoformat()
    return sum(int(row.figures.get("days", {}).get(today, 0)) for row in rows)


def village_lines(
    rows: Sequence[VillageSummary], areas: Mapping[str, RoundArea], each: Mapping[str, Tally]
) -> list[Line]:
    """Villages, and residents' committees with rows; most open leads first."""
    lines = [
        Line(s.code, areas[s.code].spoken, each[s.code], profile=bool(s.profile))
        for s in rows
        if s.counts or s.profile or areas[s.code].level == "village"
    ]
    return sorted(lines, key=lambda line: (-line.tally.open_leads, -line.tally.due, line.code))

"""Lines of work of this part: a village's questions to answer; and all that waits for a town, summed over its rows.

What holds: a town's lines are sums of its villages' summary rows, whichever part told them; where its own ledger
stands is the one query.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from django.urls import reverse

from paicha.delivery.desk.ledger.todo import above
from paicha.delivery.desk.shell.places import Place
from paicha.delivery.desk.shell.todo import Todo, ordered
from paicha.delivery.desk.verification.cause_links import place_link
from paicha.domain import clock
from paicha.domain.cases.queries import step_counts
from paicha.domain.responses.models import VillageSummary
from paicha.domain.responses.summary.tallies import has_rows
from paicha.domain.responses.village_facts import VillageFacts
from paicha.domain.verification.attention import (
    awaits_desk_audit,
    causes,
    cross_check,
    first_stage,
    propose_visit,
)


def todos(place: Place, summary: VillageSummary) -> Iterator[Todo]:
    """A village: questions of the town that wait for its answer."""
    asked = summary.fact.enquiries_open
    yield Todo(
        asked, "个问题镇里在等答复", "", "去答复", reverse("desk:enquiries", args=[place.code]), late=True
    )


def town_todos(place: Place, rows: Sequence[VillageSummary]) -> list[Todo]:
    """What a town has to do, the most urgent first; lines with nothing to do are left out."""
    mine = [s for s in rows if has_rows(s)]
    attention = reverse("desk:attention", args=[place.code])
    visits = place_link("checks", place.code)

    def number(test: Callable[[VillageSummary], object]) -> int:
        return sum(bool(test(s)) for s in mine)

    def add(number_of: Callable[[VillageFacts], int]) -> int:
        return sum(number_of(s.fact) for s in mine)

    today, watched = clock.today(), place.pack.watched.label
    due = number(lambda s: (day := s.fact.visit_on) and day <= today.isoformat())
    crossing = number(lambda s: cross_check(place.pack, s) == "needed")
    own = number(lambda s: propose_visit(place.pack, s)[0] == "verification")
    late = number(
        lambda s: s.status == VillageSummary.Status.OPEN and first_stage(place.round, place.pack, s.code).over
    )
    back = number(lambda s: s.fact.returns_open or s.status == VillageSummary.Status.RETURNED)
    lines = [
        *above(place, mine),
        Todo(late, "个村过期没上报", "", "看名单", f"{attention}?only=overdue", late=True),
        Todo(number(awaits_desk_audit), "个村的台账等审核", "", "去审核", f"{attention}?only=audit"),
        Todo(due, "个村今天该去核实", "到了日子还没登记结果的", "去登记", visits, late=True),
        Todo(crossing, f"个村没有{watched}，要安排交叉核实", "由别的片的片长带队", "去安排", visits),
        Todo(own, "个村建议实地核实", "", "看理由", visits),
        Todo(add(lambda f: f.enquiries_answered), "个问题村里已答复", "", "去看", place_link("enquiries", place.code)),
        Todo(back, "个村退回的还没改完", "", "去看", f"{attention}?only=returned"),
        Todo(cases_at_level(place, mine), "户纳入、消除等镇里办", "", "去办", place_link("cases", place.code)),
        Todo(add(lambda f: f.problems_recheck), "个问题整改完，等复核", "", "去复核",
             place_link("problems", place.code, "?only=recheck_town")),
        Todo(add(lambda f: f.petitions_open), "件信访没答复", "", "去看", place_link("petitions", place.code)),
        Todo(number(lambda s: s.fact.held), "个村有上报后才到的表", "", "去看", f"{attention}?only=late_rows"),
        Todo(add(lambda f: f.enquiries_open), "个问题等村里答复", "", "去看", place_link("enquiries", place.code)),
        *open_work(place, mine),
    ]  # fmt: skip
    return ordered(line for line in lines if line.n)


def open_work(place: Place, rows: Sequence[VillageSummary]) -> Iterator[Todo]:
    """What the villages below have open and may be reminded of: after the place's own work."""
    at = {name: reverse(f"desk:{name}", args=[place.code]) for name in ("attention", "problems", "leads")}
    if place.pack.profile is not None:
        lacking, label = sum(not s.profile for s in rows), place.pack.profile.label
        listed = f"{at['attention']}?only=profile"
        yield Todo(lacking, f"个村没交{label}", "", "去提醒", listed, aside=True)
    idle = sum(any(c.key == "idle" for c in causes(place.pack, s, first_stage(place.round, place.pack, s.code)))
               for s in rows)  # fmt: skip
    yield Todo(
        idle, "个村两天没动静", "有户没查完，也没有入户", "去提醒", f"{at['attention']}?only=idle", aside=True
    )
    soft = sum(bool(s.figures.get("soft")) for s in rows)
    yield Todo(soft, "个村有要核对的没写理由", "", "去提醒", f"{at['attention']}?only=soft", aside=True)
    measures = sum(s.fact.problems_lacking for s in rows)
    yield Todo(
        measures,
        "条问题缺措施、时限或责任人",
        "由村里补",
        "看名单",
        f"{at['problems']}?only=lacking",
        aside=True,
    )
    leads = sum(int(s.figures.get("open_leads") or 0) for s in rows)
    yield Todo(leads, "条线索村里还没处理", "", "去看", at["leads"], aside=True)


def cases_at_level(place: Place, rows: Sequence[VillageSummary]) -> int:
    """Cases at a step that the pack gives to the place's level."""
    return sum(one.n for one in step_counts(place.pack, rows) if one.step.actor == place.area.level)

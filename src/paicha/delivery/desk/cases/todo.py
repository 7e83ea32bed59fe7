"""A village's lines of work about cases: read from the facts of its summary row alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.urls import reverse

from paicha.delivery.desk.shell.places import Place
from paicha.delivery.desk.shell.todo import Todo
from paicha.delivery.desk.shell.wording import day_text, group_text
from paicha.domain import clock
from paicha.domain.accounts.roles import Verb
from paicha.domain.cases.queries import (
    groups_overdue,
    meeting_overdue,
    own_level,
    step_counts,
    without_measures,
)
from paicha.domain.responses.models import VillageSummary
from paicha.domain.responses.village_facts import VillageFacts


def todos(place: Place, summary: VillageSummary) -> Iterator[Todo]:
    """Steps that wait for the village, meetings to hold, objections, measures, what is late between the rounds."""
    today, fact = clock.today(), summary.fact
    cases, met = reverse("desk:cases", args=[place.code]), reverse("desk:meetings", args=[place.code])
    own = own_level(place.scope) or "village"
    due = fact.cases_due
    if fact.objections:
        yield Todo(fact.objections, "条公示异议没有答复", "答复以后才能往下办", "去答复", cases, late=True)
    if fact.meetings_planned:
        yield Todo(fact.meetings_planned, "次会议已安排", "开完会登记票数和结果", "去看", met)
    for count in step_counts(place.pack, [summary]):
        if count.step.actor != own:
            continue
        words, note, ready = f"户等{count.step.title}", "", True
        if count.step.kind == "notice" and count.opens_on is not None:
            ready = count.opens_on <= today
            words = f"户在{count.step.title}"
            note = "有已满的，可以办" if ready else f"最早{day_text(count.opens_on)}满"
        elif due and count.step.days:
            note = f"最早一户应在{day_text(date.fromisoformat(due))}前办"
        late = bool(due and due < today.isoformat() and count.step.days)
        yield Todo(count.n, words, note, "去办", f"{cases}#{count.key}", late=late, aside=not ready)
    yield from _habits(place, summary, today)


def rounds_owed(place: Place, fact: VillageFacts) -> Iterator[Todo]:
    """Weekly rounds that are overdue: of the village, or of the groups that the person works in."""
    habits, groups = place.pack.schedule.habits, own_overdue(place, fact)
    if habits is None or not groups:
        return
    note = f"超过 {habits.round_days} 天：{'、'.join(group_text(group) for group in groups[:5])}"
    address = reverse("desk:weekly", args=[place.code])
    yield Todo(len(groups), "个组没有周排查", note, "去登记", address, aside=True)


def own_overdue(place: Place, fact: VillageFacts) -> list[str]:
    """Groups without a weekly round for too long, as far as the person's work goes."""
    found = groups_overdue(place.pack, fact, place.round.opens_on, clock.today())
    return [group for group in found if place.groups is None or group in place.groups]


def _habits(place: Place, summary: VillageSummary, today: date) -> Iterator[Todo]:
    habits = place.pack.schedule.habits
    late = meeting_overdue(place.pack, summary, place.round.opens_on, today)
    if late and habits is not None:
        address = reverse("desk:meetings", args=[place.code])
        note = f"每 {habits.meeting_days} 天开一次，已超过 {late} 天"
        yield Todo(1, "次研判会议该开了", note, "去安排", address, late=True)
    yield from rounds_owed(place, summary.fact)
    unhelped = without_measures(place.pack, summary)
    if unhelped and place.may(Verb.READ_HOUSEHOLDS):
        address = f"{reverse('desk:cases', args=[place.code])}?what=unhelped"
        yield Todo(
            unhelped,
            f"户{place.pack.watched.label}还没登记帮扶措施",
            "",
            "去登记",
            address,
            aside=True,
        )

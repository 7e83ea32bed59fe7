"""Papers of a meeting and of a notice, as PDF: made from what stands now, logged with rows and checksum."""

from __future__ import annotations

from collections.abc import Sequence

import orjson
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse

from paicha.delivery.desk.cases.case_text import procedure_of
from paicha.delivery.desk.shell.page import as_file
from paicha.delivery.desk.shell.places import Place, at_place, at_record
from paicha.delivery.desk.shell.wording import answer_rows, day_text, group_text, mask_answers
from paicha.domain import clock
from paicha.domain.accounts.roles import Verb
from paicha.domain.audit.services import Entry, actor_chain, append, digest
from paicha.domain.cases.models import Case, Meeting, MeetingItem
from paicha.domain.cases.queries import going
from paicha.domain.responses.answers.identity import identify_text
from paicha.domain.responses.models import Revision
from paicha.domain.rounds.models import RosterEntry
from paicha.formats.papers import KitItem, KitLead, MeetingKit, Poster, PosterRow, meeting_kit, poster


@at_record(Meeting, Verb.READ_HOUSEHOLDS, act=Verb.DELIBERATE)
def kit(request: HttpRequest, place: Place, row: Meeting) -> HttpResponse:
    """Agenda, evidence, attendance sheet, ballots, minutes of a meeting."""
    items = list(row.items.select_related("case__household").order_by("number"))
    content = meeting_kit(
        MeetingKit(
            county=_name(place, "county"), town=place.town, village=place.area.spoken,
            title=row.get_kind_display(), on=row.held_on, place=row.place, chair=row.chair,
            items=_items(place, items), opinions=_opinions(place, items), voters=row.present or 0,
            with_ballots=any(item.case_id for item in items), footer=_footer(place),
        )
    )  # fmt: skip
    return _pdf(
        place, content, f"{row.get_kind_display()}{row.held_on:%m%d}", "kit", f"meeting:{row.pk}", len(items)
    )


def _items(place: Place, items: Sequence[MeetingItem]) -> list[KitItem]:
    pack = place.pack
    households = [item.case.household_id for item in items if item.case]
    entries = {
        e.household_id: e for e in RosterEntry.objects.filter(round=place.round, household__in=households)
    }
    wanted = [e.revision for e in entries.values() if e.revision]
    texts = dict(Revision.objects.filter(pk__in=wanted).values_list("household_id", "answers"))
    labels = {entry.name: entry.label for entry in pack.classes}
    found = []
    for item in items:
        if item.case is None:
            found.append(KitItem(item.number, item.topic, "", "", None, question=item.topic))
            continue
        household = item.case.household
        entry = entries.get(household.pk)
        rows: list[tuple[str, str]] = []
        if entry is not None:
            text = texts.get(household.pk, "{}")
            text = identify_text(pack, entry.form, text, household.head_name, household.group)
            answers = mask_answers(pack, orjson.loads(text))
            listed = answer_rows(pack, pack.household_forms[entry.form], answers)
            rows = [(label, words) for _, group in listed for _, label, words in group]
        found.append(
            KitItem(
                item.number, household.head_name, group_text(household.group),
                labels.get(household.household_class, ""), household.population,
                question=procedure_of(pack, item.case).title, leads=[KitLead(*lead) for lead in item.evidence],
                answers=rows,
            )
        )  # fmt: skip
    return found


def _opinions(place: Place, items: Sequence[MeetingItem]) -> tuple[str, ...]:
    """The boxes under each household: what its step may decide."""
    for item in items:
        if item.case is not None:
            step = procedure_of(place.pack, item.case).step[item.case.step]
            if step.meeting:
                return (step.passed, *([step.ended] if step.ended else []), "再核实")
    return ("同意", "不同意", "再核实")


@at_place(Verb.READ_HOUSEHOLDS, act=Verb.DELIBERATE)
def notice(request: HttpRequest, place: Place, key: str) -> HttpResponse:
    """The poster of a village's households on a step of notice (procedure.step): name, group and category alone."""
    procedure_id, _, step_id = key.partition(".")
    procedure = place.pack.schedule.procedure.get(procedure_id)
    step = procedure.step.get(step_id) if procedure else None
    if not place.is_village or procedure is None or step is None or place.groups is not None:
        raise Http404
    rows = list(going([place.area.area_id], [key]))
    if not rows:
        raise Http404
    since = min(case.since for case in rows)
    until = step.last_day(max(case.since for case in rows))
    labels = {entry.name: entry.label for entry in place.pack.classes}
    into = procedure.becomes[-1].into if procedure.becomes else ""
    content = poster(
        Poster(
            county=_name(place, "county"), town=place.town, village=place.area.spoken,
            title="公示" if step.at_least else "公告",
            lead=_lead(procedure.title, labels.get(into, ""), len(rows)),
            rows=[_poster_row(place, case, procedure.title, labels) for case in rows],
            since=since, until=until, object_to=f"{place.area.spoken}村委会或{place.town}" if step.at_least else "",
            issued_on=since,
        )
    )  # fmt: skip
    return _pdf(place, content, f"{procedure.title}{step.title}", "poster", f"{place.code} {key}", len(rows))


def _lead(title: str, into: str, n: int) -> str:
    if title == "纳入":
        return f"经村民主评议，拟将以下 {n} 户纳入{into}监测帮扶。"
    return f"经村民主评议，以下 {n} 户拟办理{title}。"


def _poster_row(place: Place, case: Case, title: str, labels: dict[str, str]) -> PosterRow:
    household = case.household
    category = labels.get(household.household_class, "")
    return PosterRow(household.head_name, group_text(household.group), category)


def _name(place: Place, level: str) -> str:
    return next((area.name for area in (*place.path, place.area) if area.level == level), "")


def _footer(place: Place) -> str:
    return f"{day_text(clock.now())}打印，会后收回存档"


def _pdf(place: Place, content: bytes, name: str, what: str, subject: str, rows: int) -> HttpResponse:
    """Answer with a PDF, its making logged with rows and checksum."""
    who = place.scope.actor
    with transaction.atomic():
        append([Entry(actor_chain(who), who, f"export:{what}", subject, digest(content), max(rows, 1))])
    return as_file(content, "application/pdf", f"{place.area.spoken}{name}.pdf", inline=True)

"""A page of texts to paste into a chat group (发群的话), each with a button that copies it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from paicha.delivery.desk.shell.page import page
from paicha.delivery.desk.shell.places import Place, at_place
from paicha.delivery.desk.shell.wording import group_text
from paicha.domain import clock
from paicha.domain.accounts.roles import Verb
from paicha.domain.cases.models import Meeting
from paicha.domain.cases.queries import going, meetings
from paicha.domain.handover.queries import open_returns, targets
from paicha.domain.reports.group_texts import (
    GroupText,
    meeting_text,
    notice_text,
    reminders,
    returned_rows,
    village_reminder,
)
from paicha.domain.responses.models import VillageSummary
from paicha.domain.responses.queries import summaries
from paicha.domain.rounds.models import RoundArea
from paicha.domain.rounds.queries import current_stage


@at_place(Verb.READ_HOUSEHOLDS, whole=True)
def group_texts(request: HttpRequest, place: Place) -> HttpResponse:
    """What can be sent from here today: of a village its work, returns, meetings, notices; above, the reminders."""
    texts = _of_village(place) if place.is_village else _of_villages(place)
    return page(request, place, "reports/group_texts.html", "group_texts", texts=texts)


def _of_villages(place: Place) -> list[GroupText]:
    level = "village" if place.area.level == "town" else "town"
    levels = ("village", "residents") if level == "village" else ("town",)
    areas = RoundArea.objects.filter(round=place.round, code__startswith=place.prefix, level__in=levels)
    names = {area.code: area.spoken for area in areas}
    rows = summaries(place.scope, place.round, place.prefix)
    stage = current_stage(place.round, place.pack, code=place.code)
    return reminders(place.pack, place.area.spoken, stage, rows, names)


def _of_village(place: Place) -> list[GroupText]:
    found: list[GroupText | None] = []
    row = VillageSummary.objects.filter(round=place.round, code=place.code).first()
    stage = current_stage(place.round, place.pack, code=place.code)
    if row is not None:
        found.append(village_reminder(place.pack, place.area.spoken, stage, row))
    found.append(_returns(place))
    today = clock.today()
    planned = meetings(place.area.area_id).filter(state=Meeting.State.PLANNED, held_on__gte=today)
    for one in planned.prefetch_related("items")[:5]:
        households = sum(item.case_id is not None for item in one.items.all())
        kind = one.get_kind_display()
        found.append(meeting_text(place.area.spoken, kind, one.held_on, one.place, households, today))
    return [*(text for text in found if text is not None), *_notices(place)]


def _returns(place: Place) -> GroupText | None:
    listed = open_returns(place.round, place.area.area_id)
    rows = targets(place.round, place.pack, place.area.area_id, listed) if listed else {}
    open_rows = [target for those in rows.values() for target in those if not target.changed]
    heads = [
        (t.entry.household.head_name, group_text(t.entry.household.group))
        for t in open_rows
        if t.entry is not None
    ]
    labels = {form.name: form.label for form in place.pack.forms}
    forms = [labels.get(t.form, t.form) for t in open_rows if t.entry is None]
    place.log_read("group_texts", len(heads))
    return returned_rows(place.area.spoken, heads, forms)


def _notices(place: Place) -> list[GroupText]:
    found = []
    for procedure in place.pack.schedule.case_procedures:
        for step in procedure.steps:
            if step.kind != "notice" or not step.at_least:
                continue
            rows = list(going([place.area.area_id], [f"{procedure.id}.{step.id}"]))
            until = step.last_day(max(row.since for row in rows)) if rows else None
            if until is not None:
                since = min(row.since for row in rows)
                object_to = f"{place.area.spoken}村委会或{place.town}"
                found.append(
                    notice_text(place.area.spoken, procedure.title, len(rows), since, until, object_to)
                )
    return found

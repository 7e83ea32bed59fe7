"""Entries of the log by person, act, household and days, and their file.

What holds: as on every page of the log, only whoever may read the audit is here; a town's search reads the chains of
its villages, a county's also what people did beyond single villages; households are found as everywhere
(`domain.search`), and an entry is one of a household's where it names it, or one of its answers, leads, cases,
problems, questions or members.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest, HttpResponse

from paicha.core.bounds import calendar_day
from paicha.delivery.desk.audit.act_text import act_text, objects
from paicha.delivery.desk.shell.list_file import ListFile, asks_for_file
from paicha.delivery.desk.shell.listing import Column, headings, rows_of
from paicha.delivery.desk.shell.page import page
from paicha.delivery.desk.shell.places import Place, at_place
from paicha.delivery.desk.shell.wording import Names, exact_text
from paicha.domain import clock
from paicha.domain.accounts.models import User
from paicha.domain.accounts.roles import Verb
from paicha.domain.audit.entry_list import Sought, entries_found
from paicha.domain.audit.models import AuditEntry
from paicha.domain.audit.services import village_chain
from paicha.domain.cases.models import Case, Measure
from paicha.domain.households.models import BaseChange, Member
from paicha.domain.problems.models import Petition, Problem
from paicha.domain.referrals.models import Referral
from paicha.domain.responses.models import Conflict, Finding, Revision
from paicha.domain.rounds.queries import villages_below
from paicha.domain.search.queries import find

_DAYS = 7  # that a search begins with
_LONGEST = 40
_MOST = 50  # households that one search follows
_ORDER = {"at": "at", "who": "actor", "act": "action", "subject": "subject", "n": "count"}
_RECORDS: tuple[tuple[str, Any], ...] = (
    ("finding", Finding), ("case", Case), ("problem", Problem), ("petition", Petition), ("referral", Referral),
    ("measure", Measure), ("change", BaseChange), ("conflict", Conflict), ("member", Member),
)  # fmt: skip


@at_place(Verb.READ_AUDIT, whole=True)
def log_search(request: HttpRequest, place: Place) -> HttpResponse:
    """What the address asks for: `person`, `act`, `home`, `since`, `until`; `as` takes it along."""
    asked = {key: request.GET.get(key, "").strip()[:_LONGEST] for key in ("person", "act", "home")}
    since, until = _days(request)
    sought = Sought(
        since, until, asked["act"] if asked["act"] in objects() else "",
        actors=_actors(asked["person"]), subjects=_subjects(place, asked["home"]),
        chains={village_chain(area.area_id) for area in villages_below(place.round, place.prefix)},
        people=place.area.level == "county",
    )  # fmt: skip
    people = Names()
    columns = columns_of(place, people)
    rows = rows_of(entries_found(sought, _order(request)))
    file = ListFile("audit", f"{place.area.spoken}记录", columns, rows, Verb.READ_AUDIT)
    if asks_for_file(request):
        return file.answer(request, place)
    turned = file.rows.page(request)
    people.know({entry.actor for entry in turned})
    place.log_read("audit", len(turned))
    return page(
        request, place, "audit/search.html", "log", asked=asked, since=since, until=until, paging=turned,
        headings=headings(request, columns), file=file.offer(place), acts=sorted(objects().items()),
        lines=[[column.text(entry) for column in columns] for entry in turned],
    )  # fmt: skip


def _order(request: HttpRequest) -> str:
    """The field that the address sorts by, as a query has it; the newest first where it names none."""
    wanted = request.GET.get("sort", "")
    field = _ORDER.get(wanted.removeprefix("-"), "at")
    return f"-{field}" if (field == "at") != wanted.startswith("-") else field


def columns_of(place: Place, people: Names) -> list[Column[AuditEntry]]:
    """The columns of entries: when, who, what, about what, how many."""
    steps = {step.id: step.title for procedure in place.pack.schedule.procedures for step in procedure.steps}
    return [
        Column("时间", lambda e: exact_text(e.at), "at", down=True, width=20),
        Column("谁", lambda e: people.of(e.actor), "who"),
        Column("做了什么", lambda e: act_text(e.action, steps), "act", width=28),
        Column("对象", lambda e: e.subject, "subject", width=40),
        Column("户数、条数", lambda e: e.count, "n"),
    ]


def _days(request: HttpRequest) -> tuple[date, date]:
    """The first and the last day; the last week where the address doesn't say."""
    today = clock.today()
    until = calendar_day(request.GET.get("until", "")) or today
    since = calendar_day(request.GET.get("since", "")) or until - timedelta(days=_DAYS - 1)
    return min(since, until), max(since, until)


def _actors(text: str) -> set[str] | None:
    """Who is meant by a piece of a name or an account; None where nobody was asked for."""
    if not text:
        return None
    found = User.objects.filter(Q(name__icontains=text) | Q(username__icontains=text)).values_list(
        "pk", flat=True
    )
    return {str(pk) for pk in found}


def _subjects(place: Place, text: str) -> set[str] | None:
    """What entries about the households that a text finds are about; None where none was asked for."""
    if not text:
        return None
    homes = find(place.scope, text, place.code).households[:_MOST]
    return {f"household:{home}" for home in homes} | _records_of(homes)


def _records_of(homes: Collection[UUID]) -> set[str]:
    parts = Revision.objects.filter(household__in=homes).values_list("part", flat=True)
    found = {f"part:{part}" for part in parts}
    for name, model in _RECORDS:
        found |= {
            f"{name}:{pk}" for pk in model.objects.filter(household__in=homes).values_list("pk", flat=True)
        }
    return found

"""A village's first page: what there is to do first, then how far it is, the leads, and what is missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from paicha.core.pack import Pack
from paicha.delivery.desk.cases.todo import rounds_owed
from paicha.delivery.desk.duplicates import todo as duplicates
from paicha.delivery.desk.home.todos import gathered
from paicha.delivery.desk.households.case_list import case_list
from paicha.delivery.desk.ledger.checklist_links import before_handup
from paicha.delivery.desk.plan.visit_plan import today_line
from paicha.delivery.desk.shell.page import page
from paicha.delivery.desk.shell.places import Place
from paicha.delivery.desk.shell.qr import phone_code
from paicha.delivery.desk.shell.todo import Todo, ordered
from paicha.delivery.desk.shell.wording import group_text
from paicha.domain import clock
from paicha.domain.accounts.roles import Verb
from paicha.domain.duplicates.queries import clusters_inside
from paicha.domain.responses.models import Finding, VillageSummary
from paicha.domain.responses.queries import Waiting, by_group, findings, waiting
from paicha.domain.responses.summary.tallies import Tally, add_counts, tally

_SHOWN = 3


def village_page(request: HttpRequest, place: Place) -> HttpResponse:
    """The page of a whole village, or of a person's groups in it."""
    pack, village = place.pack, place.area.area_id
    summary, doubles = None, 0
    if place.groups is None:
        rows = VillageSummary.objects.filter(round=place.round, code=place.code)
        found_summary = rows.annotate(doubles=clusters_inside()).first()
        if found_summary is None:
            raise Http404
        summary, doubles = found_summary, found_summary.doubles
    groups = by_group(place.round, village, place.groups)
    reads = place.may(Verb.READ_HOUSEHOLDS)
    wanted = ["lead"] if summary else ["lead", "soft"]
    found = findings(place.round, [village], wanted, groups=place.groups) if reads else []
    leads = [finding for finding in found if finding.severity == "lead"]
    total = tally(pack, [summary]) if summary else _of_groups(pack, groups, found)
    up = summary is not None and summary.handed_up
    beside = Waiting()  # of a whole village the summary row says it
    owed: list[Todo] = []
    if place.groups is not None:
        beside = waiting(place.round, village, place.groups)
        total.conflicts = beside.conflicts
        owed = list(rounds_owed(place, beside.fact))  # the one duty of theirs that no answer tells
    cases = case_list(pack, leads)
    if reads:
        place.log_read("village", sum(1 for case in cases[:_SHOWN] if case.household))
    return page(
        request, place, "home/village.html", "area",
        total=total, cases=cases[:_SHOWN], more=max(len(cases) - _SHOWN, 0),
        todos=ordered(
            [
                *today_line(place, groups, summary.fact.planned if summary else beside.planned),
                *gathered(place, summary),
                *todos(place, total, groups, leads, beside.changes, up=up),
                *owed,
                *duplicates.todos(place, doubles),
            ]
        ),
        gaps=before_handup(place, summary) if summary else [],
        groups=[(group, _tally(pack, counts)) for group, counts in groups.items()],
        bar=bar(total), away=sum(total.waiting.values()), reads=reads,
        guides=place.may(Verb.SIGN_FORMS) and not place.may(Verb.SUBMIT_ANSWERS),
        phone=place.may(Verb.SUBMIT_ANSWERS) and total.households and not up,
        phone_code=phone_code(request) if place.groups is not None else "",
    )  # fmt: skip


def _tally(pack: Pack, counts: dict[str, dict[str, int]]) -> Tally:
    total = Tally()
    add_counts(total, pack, counts)
    return total


def _of_groups(pack: Pack, groups: dict[str, dict[str, dict[str, int]]], found: Sequence[Finding]) -> Tally:
    """The figures of some groups: from their own rows, for the summary row counts the whole village."""
    leads = sum(finding.severity == "lead" for finding in found)
    total = Tally(villages=1, open_leads=leads, soft=len(found) - leads)
    for counts in groups.values():
        add_counts(total, pack, counts)
    return total


def bar(total: Tally) -> list[tuple[str, float, float]]:
    """The progress bar's pieces as (look, from, width) in percent of the households."""
    pieces, start = [], 0.0
    for look, n in (("done", total.done), ("gone", total.gone), ("away", sum(total.waiting.values()))):
        width = 100 * n / max(total.households, 1)
        pieces.append((look, round(start, 2), round(width, 2)))
        start += width
    return pieces


def todos(
    place: Place,
    total: Tally,
    groups: dict[str, dict[str, dict[str, int]]],
    leads: Sequence[Finding],
    unentered: Sequence[date],
    *,
    up: bool = False,
) -> list[Todo]:
    """Work as sentences, the most urgent first; only the first action is filled.

    `up`: the ledger is with the town, so that nobody is sent to a door; who stays due stands in the progress.
    """
    lines: list[Todo] = []
    address = {
        name: reverse(f"desk:{name}", args=[place.code])
        for name in ("conflicts", "leads", "households", "changes")
    }
    if total.conflicts:
        lines.append(
            Todo(total.conflicts, "户两边填得不一样，要定一个", "", "去定", address["conflicts"], late=True)
        )
    if total.open_leads:
        lines.append(
            Todo(total.open_leads, "条线索等您看", _kinds(place.pack, leads), "逐条看", address["leads"])
        )
    if total.due and not up:
        where = [group_text(g) for g, counts in groups.items() if _tally(place.pack, counts).due]
        words = "户该入户" + (
            f"，在{'、'.join(where[:4])}{'等' if len(where) > 4 else ''}" if len(where) > 1 else ""
        )
        waiting = sum(total.waiting.values())
        note = f"其中 {waiting} 户上次没见到人" if waiting else ""
        action = "去填" if place.may(Verb.SUBMIT_ANSWERS) else "看名单"  # the list begins the work
        lines.append(Todo(total.due, words, note, action, f"{address['households']}?outcome=due"))
    if total.soft:
        lines.append(
            Todo(
                total.soft,
                "处要核对，写个理由",
                "表已收下，不影响排查户数",
                "去写",
                f"{address['leads']}?what=soft",
            )
        )
    if unentered:
        note = f"最早一处已有 {(clock.today() - min(unentered)).days} 天"
        lines.append(Todo(len(unentered), "处信息变更还没录入全国系统", note, "看清单", address["changes"]))
    return lines


def _kinds(pack: Pack, leads: Sequence[Finding]) -> str:
    named = Counter(finding.kind for finding in leads).most_common()  # all: a sum that falls short puzzles
    return "，".join(f"{pack.kind_labels.get(kind, kind)} {n} 条" for kind, n in named)

"""Lines of work of this part: what came back, what is late, a ledger that is ready to go up.

What holds: a village's lines cost no query; a town's and the county's cost the one that reads where ledgers stand.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.urls import reverse

from paicha.core.area_codes import town_of
from paicha.delivery.desk.shell.places import Place
from paicha.delivery.desk.shell.todo import Todo
from paicha.delivery.desk.shell.wording import day_text
from paicha.domain.accounts.roles import Verb
from paicha.domain.handover.checklist import of_village, village_checklist
from paicha.domain.handover.models import Ledger
from paicha.domain.handover.queries import ledgers
from paicha.domain.responses.models import VillageSummary
from paicha.domain.verification.attention import first_stage

_UP = VillageSummary.Status.HANDED_UP.value


def todos(place: Place, summary: VillageSummary) -> Iterator[Todo]:
    """A village: returns first, then late rows, then the hand-up itself. No query."""
    address = {
        name: reverse(f"desk:{name}", args=[place.code]) for name in ("returns", "held", "handup", "copies")
    }
    yield _late(place, summary, address["handup"])
    back, held = summary.fact.returns_open, summary.fact.held
    yield Todo(back, "次退回要改，改好再报", "", "去改", address["returns"], late=True)
    note = "本村已上报，写明理由走补报" if summary.status == _UP else ""
    yield Todo(held, "户上报以后才到的表", note, "去看", address["held"])
    if summary.status != _UP and place.may(Verb.HAND_UP) and _ready(place, summary):
        yield Todo(1, "份台账可以上报了", "上报前再看一遍还差什么", "去上报", address["handup"])
    if summary.status == _UP and place.may(Verb.HAND_UP):
        for line in village_checklist(place.pack, summary, {}):
            if line.page == "copies":  # named before the hand-up, still owed after it
                yield Todo(line.n, "张表没附签字的扫描件", "台账已上报，随时能附", "去附", address["copies"])


def above(place: Place, rows: Sequence[VillageSummary]) -> Iterator[Todo]:
    """A town's or the county's own ledger: sent back by the city, or nothing is missing any more.

    `rows`: the summary rows below with households. One query.
    """
    if not rows or not place.may(Verb.HAND_UP):
        return
    stands = {code: book.status for code, book in ledgers(place.round).items()}
    address, own, up = (
        reverse("desk:handup", args=[place.code]),
        stands.get(place.code),
        Ledger.Status.HANDED_UP,
    )
    if place.area.level == "town":
        yield Todo(
            int(own == Ledger.Status.RETURNED), "次市级退回要办，办完再报", "", "去看", address, late=True
        )
        ready = own != up and not any(of_village(place.pack, s)[0] for s in rows)
        yield Todo(int(ready), "份镇级台账可以上报市级了", "各村都报了、审核完了", "去上报", address)
    else:
        towns = {town_of(s.code) for s in rows}
        over = own != up and all(stands.get(code) == up for code in towns)
        yield Todo(int(over), "轮排查可以结束了", "各镇街都上报了", "去结束", address)


def _late(place: Place, summary: VillageSummary, address: str) -> Todo:
    """Days since the villages' own deadline (extensions counted) of a ledger that never went up."""
    stage = first_stage(place.round, place.pack, place.code)
    owed = summary.status == VillageSummary.Status.OPEN and bool(summary.counts) and place.may(Verb.HAND_UP)
    words = f"天，{stage.title}过了期限还没上报"
    note = f"{day_text(stage.deadline)}截止；来不及的，请镇街延期"
    return Todo(-stage.left if owed and stage.over else 0, words, note, "去上报", address, late=True)


def _ready(place: Place, summary: VillageSummary) -> bool:
    """Nothing blocks but the signatures, which the hand-up itself asks for: the page never says both."""
    lines = village_checklist(place.pack, summary, {})
    return not any(line.blocks and line.page != "signers" for line in lines)

"""Lines of work of this part: what came back, what is late, a ledger that is ready to go up."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse

from paicha.delivery.desk.places import Place
from paicha.delivery.desk.todo import Todo
from paicha.delivery.desk.wording import day_text
from paicha.domain.accounts.roles import Verb
from paicha.domain.handover.checklist import village_checklist
from paicha.domain.responses.models import VillageSummary
from paicha.domain.verification.attention import first_stage

_UP = VillageSummary.Status.HANDED_UP.value


def todos(place: Place, summary: VillageSummary) -> Iterator[Todo]:
    """A village: returns first, then late rows, then the hand-up itself. No query."""
    address = {
        name: reverse(f"desk:{name}", args=[place.code]) for name in ("returns", "held", "handup", "copies")
    }
    yield _late(place, summary, address["handup"])
    back, held = summary.facts.get("returns_open") or 0, summary.facts.get("held") or 0
    yield Todo(back, "次退回要改，改好再报", "", "去改", address["returns"], late=True)
    note = "本村已上报，写明理由走补报" if summary.status == _UP else ""
    yield Todo(held, "户上报以后才到的表", note, "去看", address["held"])
    if summary.status != _UP and place.may(Verb.HAND_UP) and _ready(place, summary):
        yield Todo(1, "份台账可以上报了", "上报前再看一遍还差什么", "去上报", address["handup"])
    if summary.status == _UP and place.may(Verb.HAND_UP):
        for line in village_checklist(place.pack, summary, {}):
            if line.page == "copies":  # named before the hand-up, still owed after it
                yield Todo(line.n, "张表没附签字的扫描件", "台账已上报，随时能附", "去附", address["copies"])


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

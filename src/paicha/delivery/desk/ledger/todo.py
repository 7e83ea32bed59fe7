"""Lines of work of this part: what came back, what is late, a ledger that is ready to go up."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse

from paicha.delivery.desk.places import Place
from paicha.delivery.desk.todo import Todo
from paicha.domain.accounts.roles import Verb
from paicha.domain.responses.models import VillageSummary
from paicha.domain.responses.tallies import Selection

_UP = VillageSummary.Status.HANDED_UP.value


def todos(place: Place, summary: VillageSummary) -> Iterator[Todo]:
    """A village: returns first, then late rows, then the hand-up itself. No query."""
    address = {name: reverse(f"desk:{name}", args=[place.code]) for name in ("returns", "held", "handup")}
    back, held = summary.facts.get("returns_open") or 0, summary.facts.get("held") or 0
    yield Todo(back, "次退回要改，改好再报", "", "去改", address["returns"], late=True)
    note = "本村已上报，写明理由走补报" if summary.status == _UP else ""
    yield Todo(held, "户上报以后才到的表", note, "去看", address["held"])
    blank = Selection(outcome="blank").count(place.pack, summary.counts)
    figures = summary.figures
    ready = not (blank or figures.get("conflicts") or figures.get("soft")) and bool(summary.counts)
    if summary.status != _UP and ready and place.may(Verb.HAND_UP):
        yield Todo(1, "个村的台账可以上报了", "上报前再看一遍还差什么", "去上报", address["handup"])

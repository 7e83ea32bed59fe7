"""A grid worker's pocket card, on the screen and to print: the pack's, with the days of the round."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from paicha.core.pack import Pack
from paicha.delivery.desk.help.calendar import parts_of
from paicha.delivery.desk.shell.page import as_file
from paicha.delivery.desk.shell.places import Policy, states
from paicha.delivery.desk.shell.qr import code_of
from paicha.delivery.desk.shell.wording import day_text
from paicha.domain.accounts.policies import Scope, scope
from paicha.domain.rounds.models import Round
from paicha.domain.rounds.packs import pack_of
from paicha.domain.rounds.queries import current_round, stages
from paicha.formats.card import Part, PocketCard, card

TITLE = "网格员口袋卡"


@states(Policy("anyone"))
@require_safe
@login_not_required
def card_page(request: HttpRequest) -> HttpResponse:
    """The card; `as=pdf` is the paper. A round whose pack has none, or no round: said so, and no paper (404)."""
    made = _card(request)
    if made is None:
        if "as" in request.GET:
            raise Http404
        return render(request, "desk/help/card.html", {"title": TITLE})
    if request.GET.get("as") == "pdf":
        return as_file(_paper(made), "application/pdf", f"{TITLE}.pdf", inline=True)
    panels = ("左里页", made.left), ("右里页", made.right), ("背面", made.back)
    return render(
        request, "desk/help/card.html",
        {"title": TITLE, "card": made, "panels": panels, "phone_code": code_of(made.address)},
    )  # fmt: skip


@lru_cache(maxsize=8)
def _paper(made: PocketCard) -> bytes:
    """The paper, set once for as long as it says the same: the page is open to everybody."""
    return card(made)


def _card(request: HttpRequest) -> PocketCard | None:
    round_ = current_round()
    pack = pack_of(round_) if round_ else None
    said = pack.guide.card if pack else None
    if round_ is None or pack is None or said is None:
        return None
    address = request.build_absolute_uri(reverse("field:shell"))
    left = [Part("哪天做什么", _days(round_, scope(request.user)), ticked=False), Part("出门前", said.before)]
    right = [Part("到了门口", said.door), Part("问清这些", said.questions)]
    back = [
        Part("看到这些，写进备注，请村里研判", said.signs), Part("当天收尾", said.after),
        Part("问谁", said.ask, ticked=False),
    ]  # fmt: skip
    return PocketCard(
        TITLE, round_.areas.get(level="county").name, _whole(round_, pack), _with_lines(left), _with_lines(right),
        _with_lines(back), code_of(address), address,
    )  # fmt: skip


def _with_lines(parts: Sequence[Part]) -> tuple[Part, ...]:
    """Those parts that have a line."""
    return tuple(part for part in parts if part.lines)


def _days(round_: Round, who: Scope) -> tuple[str, ...]:
    """What a grid worker does on which days; of the first stage each day, of a later one its own."""
    found: list[str] = []
    for part in parts_of("grid_worker", round_, who, [], ""):
        found += [f"{part.days if line.days == '每天' else line.days}：{line.words}" for line in part.lines]
    return tuple(found)


def _whole(round_: Round, pack: Pack) -> str:
    """From the opening until the end of the first stage, in words."""
    first = next(iter(stages(round_, pack)), None)
    return f"{day_text(round_.opens_on)}—{day_text(first.deadline)}" if first else ""

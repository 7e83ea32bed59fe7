"""Rounds: which there were and which is under way, and opening the next one.

What holds: what would follow is said before anything is done, by the same function that the command asks
(`handover.round_opening`); a deadline is moved on the calendar's page, by whoever runs the stage.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from paicha.core.refusal import Refusal
from paicha.delivery.desk.administration.county import at_county
from paicha.delivery.desk.shell.fields import Day, Words, entries
from paicha.delivery.desk.shell.form_input import day_needed
from paicha.delivery.desk.shell.page import page
from paicha.delivery.desk.shell.places import Place
from paicha.delivery.desk.shell.wording import who_text
from paicha.domain import clock
from paicha.domain.accounts.roles import Verb
from paicha.domain.handover.round_opening import Opening, foresee_opening, load_pack, open_round
from paicha.domain.responses.queries import names
from paicha.domain.rounds.models import Round
from paicha.domain.rounds.pack_list import ListedPack, files_of, pack_to_open, packs_of_home
from paicha.domain.rounds.queries import stages

_MOST = 20  # rounds of a list: ten years


class OpeningForm(forms.Form):
    """The first day, and the pack by its digest."""

    opens = Day("开始日期", read=day_needed)
    pack = Words()


@require_safe
@at_county(Verb.MANAGE_PACKS)
def rounds(request: HttpRequest, place: Place) -> HttpResponse:
    """The round under way with its calendar, and those before it."""
    rows = list(
        Round.objects.select_related("pack").defer("pack__files").order_by("-opens_on", "-pk")[:_MOST]
    )
    known = names({row.opened_by for row in rows})
    now = stages(place.round, place.pack)
    lines = [(row, who_text(known, row.opened_by), *_state(row, place, over=now[-1].over)) for row in rows]
    return page(
        request, place, "administration/rounds.html", "rounds", stages=now, rounds=lines,
        over=all(stage.over for stage in now),
    )  # fmt: skip


def _state(row: Round, place: Place, *, over: bool) -> tuple[str, str]:
    """Where a round stands, in words, and how its mark looks."""
    if row.pk != place.round.pk:
        return "已结束", "plain"
    if row.opens_on > clock.today():
        return "还没开始", "soft"
    return ("各阶段都过了", "soft") if over else ("正在进行", "")


@require_http_methods(["GET", "POST"])
@at_county(Verb.MANAGE_PACKS)
def round_new(request: HttpRequest, place: Place) -> HttpResponse:
    """Choose day and pack, see what follows, and open the round."""
    asked = request.POST if request.method == "POST" else request.GET
    error: Refusal | None = None
    foreseen: tuple[ListedPack, Opening] | None = None
    if "opens" in asked:
        try:
            foreseen = _foresee(asked)
            if request.method == "POST":
                return _open(request, place, *foreseen)
        except Refusal as refused:
            error = refused
    return page(
        request, place, "administration/round_new.html", "rounds", status=422 if error else 200, error=error or "",
        packs=packs_of_home(), typed=asked, chosen=asked.get("pack", place.round.pack_id),
        pack=foreseen[0] if foreseen else None, opening=foreseen[1] if foreseen else None,
    )  # fmt: skip


def _foresee(asked: Any) -> tuple[ListedPack, Opening]:
    """The pack, and what opening a round of it would do. Raises Refusal."""
    wanted = entries(OpeningForm(asked))
    listed = pack_to_open(wanted["pack"])
    assert listed.pack is not None
    return listed, foresee_opening(listed.pack, wanted["opens"])


@transaction.atomic
def _open(request: HttpRequest, place: Place, listed: ListedPack, opening: Opening) -> HttpResponse:
    content, pack = load_pack(files_of(listed), place.scope.actor)
    made = open_round(content, pack, opening.opens_on, place.scope.actor)
    messages.success(request, f"已打开：{made}，{opening.households} 户进了名册。")
    if opening.warning:
        messages.warning(request, opening.warning)
    return redirect("desk:rounds", place.code)

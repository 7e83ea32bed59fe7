"""What came after the hand-up: whose, when, and by which way it goes in. Corrections with consent are listed beside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from paicha.core.bounds import wholes
from paicha.core.pack import Pack
from paicha.core.refusal import Refusal
from paicha.delivery.desk.shell.page import page
from paicha.delivery.desk.shell.places import Place, at_place, require
from paicha.delivery.desk.shell.wording import mask_answers, source_text
from paicha.domain.accounts.roles import Verb
from paicha.domain.handover.models import Correction
from paicha.domain.handover.queries import corrections, late
from paicha.domain.handover.supplements import supplement, take_late
from paicha.domain.responses.models import HeldRevision, VillageSummary
from paicha.domain.responses.queries import changes_between, names, source_actor
from paicha.domain.responses.rules.rule_text import answer_in_words

if TYPE_CHECKING:
    from paicha.domain.handover.queries import Late

REASONS = ("外出户回来了，补查", "漏户补查", "手机没信号，回来才传上", "上报后新迁入")
_FEW = 6
_WHY = {
    "D11": "填的人已经不分管这里",
    "D12": "手机已停用",
    "D13": "是上一轮的，只能看",
}  # H01 is what the page is about


@dataclass(frozen=True, slots=True)
class LateLine:
    """One late row. `why` it waits, '' for the hand-up; `changes` of the answers in force: label, now, then."""

    held: HeldRevision
    head: str
    who: str
    why: str
    changes: list[tuple[str, str, str]]
    more: int


@require_http_methods(["GET", "POST"])
@at_place(Verb.READ_HOUSEHOLDS, whole=True)
def held(request: HttpRequest, place: Place) -> HttpResponse:
    """The list of late rows of a village; ticked ones go in by a supplement, or at once where the village is open."""
    if not place.is_village:
        raise Http404
    error = ""
    if request.method == "POST":
        require(place, Verb.HAND_UP)
        try:
            messages.success(request, _take(request, place))
            return redirect("desk:held", place.code)
        except Refusal as refused:
            error = str(refused)
    village = place.area.area_id
    summary = VillageSummary.objects.filter(round=place.round, village=village).first()
    waiting = late(place.round, village)
    put_right = corrections(place.round, village)
    place.log_read("held", len(waiting) + len(put_right))
    known = names({source_actor(one.source) for one in waiting} | {one.by for one in put_right})
    return page(
        request, place, "ledger/late_rows.html", "handup", status=422 if error else 200, error=error,
        lines=_lines(place, waiting, known), reasons=REASONS, typed=request.POST,
        ticked=set(request.POST.getlist("held")), may_take=place.may(Verb.HAND_UP),
        is_up=bool(summary and summary.handed_up),
        is_back=bool(summary and summary.fact.returns_open), known=known,
        corrections=[(one, labels_of(place, one)) for one in put_right],
    )  # fmt: skip


def labels_of(place: Place, one: Correction) -> str:
    """The questions that a correction touched."""
    return "、".join(_label(place.pack, name) for name in one.fields)


def _label(pack: Pack, name: str) -> str:
    return pack.questions[name].short or pack.questions[name].label


def _take(request: HttpRequest, place: Place) -> str:
    post = request.POST
    ids = wholes(post.getlist("held"))
    area = place.area.area
    if post.get("way") == "supplement":
        reason = post.get("reason", "").strip() or post.get("short", "")
        made, taken = supplement(place.round, place.pack, area, place.scope.actor, ids, reason)
        said = f"补报收下 {taken.stored} 户，新的校验码 {made.checksum}。"
    else:
        taken = take_late(place.round, place.pack, area, place.scope.actor, ids)
        said = f"收下 {taken.stored} 户，{taken.unchanged} 户没有变化。"
    if taken.conflicts:
        said += f"{taken.conflicts} 户和别人填的不一样，在冲突列表里等人定。"
    if taken.refused:
        said += f"{taken.refused} 户不合规则，没有收。"
    return said


def _lines(place: Place, waiting: Sequence[Late], known: dict[str, str]) -> list[LateLine]:
    pack = place.pack
    lines = []
    for one in waiting:
        answers = orjson.loads(one.answers)
        before = orjson.loads(one.now) if one.now else {}
        changed = changes_between(pack, before, answers) if one.household_id else []
        shown_now, shown_then = mask_answers(pack, before), mask_answers(pack, answers)
        told = [
            (_label(pack, n), _words(place, n, shown_now), _words(place, n, shown_then)) for n in changed[:_FEW]
        ]  # fmt: skip
        head = str(one.household.head_name if one.household else answers.get(pack.roles.head) or "")
        who, more = source_text(known, one.source), max(len(changed) - _FEW, 0)
        lines.append(LateLine(one, head, who, _WHY.get(one.reason, ""), told, more))
    return lines


def _words(place: Place, name: str, answers: dict[str, Any]) -> str:
    value = answers.get(name)
    return "没填" if value in (None, []) else answer_in_words(place.pack.questions[name], value)

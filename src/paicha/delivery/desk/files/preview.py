"""What a preview shows: villages first, then a village's rows, each with its answers before and after.

What holds: a page is as small for a county as for a village, for villages and rows are paged; answers are shown to
those alone who may read that village's households, phones masked as elsewhere.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.http import HttpRequest

from paicha.core.area_codes import town_of
from paicha.core.pack import Pack
from paicha.delivery.desk.files import tray
from paicha.delivery.desk.files.tray import State
from paicha.delivery.desk.shell.paging import page_of
from paicha.delivery.desk.shell.places import Place
from paicha.delivery.desk.shell.wording import mask_answers
from paicha.domain.accounts.roles import Verb
from paicha.domain.responses.rules.rule_text import answer_in_words
from paicha.domain.rounds.models import RoundArea
from paicha.domain.rounds.queries import areas_of

_ROWS = 100
_VILLAGES = 50
_OFTEN = 3  # questions that a village's line names
STATUS = {
    "refused": "不收，要改", "conflict": "冲突，要人来定", "held": "先存着，本村已上报", "created": "新增农户",
    "merged": "与别人的填写合并", "stored": "写入", "unchanged": "没有变化",
}  # fmt: skip  # what needs a person first
BACK, CHANGED = "back", "changed"
UNDOING = ("undo_preview", "undo")  # jobs that take an upload back
_ASKED = {BACK: "回到以前答案的", CHANGED: "改了已有答案的", "refused": "有不收的", "conflict": "有冲突的"}
Row = dict[str, Any]


def keep_rows(tray_id: UUID, state: State, village: str, rows: Sequence[Row]) -> None:
    """Keep a village's rows beside the state, and in it what all villages are listed by."""
    if not rows:
        return
    tray.write_rows(tray_id, village, json.dumps(rows, ensure_ascii=False))
    state.villages[village] = {
        "statuses": dict(Counter(row["status"] for row in rows)),
        "changed": sum(bool(row["changes"]) for row in rows),
        "back": sum(_is_back(row) for row in rows),
        "questions": dict(Counter(change["question"] for row in rows for change in row["changes"])),
    }


def _is_back(row: Row) -> bool:
    return any(change["back"] for change in row["changes"])


def shown(request: HttpRequest, place: Place, tray_id: UUID, state: State) -> dict[str, Any]:
    """The context of a preview: a village's rows where there is one or one is asked for, else the villages."""
    asked = request.GET.get("village", "")
    only = next(iter(state.villages)) if len(state.villages) == 1 else asked
    totals: Counter[str] = Counter()
    for told in state.villages.values():
        totals.update({CHANGED: told["changed"], BACK: told["back"]})
    context: dict[str, Any] = {"changed": totals[CHANGED], "turned_back": totals[BACK]}
    if only in state.villages:
        context |= _village(request, place, tray_id, state, only) | {"several": len(state.villages) > 1}
    else:
        context |= _villages(request, place, state)
    return context


def left_of(request: HttpRequest, place: Place, state: State) -> dict[str, Any]:
    """The context of an upload that is taken back: what stays, each with its village, a page of it."""
    left = state.result.get("left", [])
    turned = page_of(request, left, _ROWS)
    some = list(turned)
    named = _areas(place, {one["village"] for one in some})
    place.log_read("preview", len(some))
    told = [(one, named[one["village"]].spoken if one["village"] in named else "") for one in some]
    return {"left": told, "paging": turned}


def _areas(place: Place, codes: Iterable[str]) -> dict[str, RoundArea]:
    """Villages by their code, and their towns."""
    wanted = {found for code in codes for found in (code, town_of(code))}
    return areas_of(place.round, wanted)


def _page_of(request: HttpRequest, found: Sequence[Any], size: int) -> dict[str, Any]:
    turned = page_of(request, found, size)
    return {"listed": list(turned), "paging": turned}


def _villages(request: HttpRequest, place: Place, state: State) -> dict[str, Any]:
    """Villages of an upload by code, or those with something to look at."""
    only = request.GET.get("only", "")
    names = _areas(place, state.villages)
    lines = [
        {
            "code": code, "name": names[code].spoken if code in names else code,
            "town": names[town].name if (town := town_of(code)) in names else "",
            "often": _often(place.pack, told["questions"]), **told,
        }
        for code, told in sorted(state.villages.items())
        if not only or _has(told, only)
    ]  # fmt: skip
    chips = [
        (key, words, sum(_has(told, key) for told in state.villages.values()))
        for key, words in _ASKED.items()
    ]
    named = [m for m in state.result.get("messages", []) if not m["cell"] or m["code"][0] in "FBAU"]
    return {
        "villages": bool(state.villages), "only": only, "chips": [chip for chip in chips if chip[2]],
        "general": named[:_ROWS],
        **_page_of(request, lines, _VILLAGES),
    }  # fmt: skip


def _has(told: Mapping[str, Any], what: str) -> bool:
    return bool(told[what] if what in (BACK, CHANGED) else told["statuses"].get(what))


def _often(pack: Pack, questions: Mapping[str, int]) -> str:
    ordered = sorted(questions.items(), key=lambda item: -item[1])
    text = "、".join(f"{label_of(pack, name)} {n}" for name, n in ordered[:_OFTEN])
    return f"{text} 等" if len(ordered) > _OFTEN else text


def label_of(pack: Pack, name: str) -> str:
    """A question in short."""
    question = pack.questions[name]
    return question.short or question.label


def _village(request: HttpRequest, place: Place, tray_id: UUID, state: State, village: str) -> dict[str, Any]:
    """A village's rows, what needs a person first; filtered by what happens or by the question that changes."""
    rows: list[Row] = json.loads(tray.read_rows(tray_id, village) or "[]")
    status, question = request.GET.get("status", ""), request.GET.get("question", "")
    wanted = [row for row in rows if _is_asked(row, status, question)]
    order = list(STATUS)
    wanted.sort(key=lambda row: order.index(row["status"]) if row["status"] in order else len(order))
    page = _page_of(request, wanted, _ROWS)
    readable = place.scope.covers(Verb.READ_HOUSEHOLDS, village)
    page["listed"] = [
        (row, STATUS.get(row["status"], ""), _changes_in_words(place.pack, row, readable))
        for row in page["listed"]
    ]
    counted = Counter(row["status"] for row in rows)
    told = {message for row in rows for message in row["messages"]}
    files = {row["file"] for row in rows}
    general = [
        m
        for m in state.result.get("messages", [])
        if m["message"] not in told and (m["file"] in files or not m["cell"] or len(state.villages) == 1)
    ]
    questions = state.villages[village]["questions"]
    return {
        "village": village, "ending": status, "question": question, "general": general[:_ROWS],
        "counted": [(key, words, counted[key]) for key, words in STATUS.items() if counted[key]],
        "back": state.villages[village]["back"],
        "questions": [
            (name, label_of(place.pack, name), questions[name])
            for name in place.pack.answer_questions
            if name in questions
        ],
        **page,
    }  # fmt: skip


def _is_asked(row: Row, status: str, question: str) -> bool:
    if question:
        return any(change["question"] == question for change in row["changes"])
    if status == BACK:
        return _is_back(row)
    return bool(row["status"] == status if status else row["status"] != "unchanged")


def _changes_in_words(pack: Pack, row: Row, readable: bool) -> list[tuple[str, str, str, int]]:
    """A row's changes in words: question, before, after, and the revision that had it before."""
    told = []
    for change in row["changes"]:
        name = change["question"]
        before, after = (
            answer_in_words(pack.questions[name], mask_answers(pack, {name: change[side]})[name])
            if readable
            else "（无权查看）"
            for side in ("before", "after")
        )
        told.append((label_of(pack, name), before, after, change["back"]))
    return told

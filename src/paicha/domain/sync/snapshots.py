"""What a device takes along: where its person works, and of each village the households that it lacks or has otherwise.

What holds: the device names what it has by digests and gets what differs, so that it ends with the register's truth
whatever it missed; somebody who works in some groups of a village gets those alone; taking a village along is one
entry in the audit; cost is a village, not a county.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from typing import Any
from uuid import UUID

import orjson
from pypinyin import Style, pinyin

from paicha.core.area_codes import VILLAGE_LEVELS
from paicha.core.pack import Pack
from paicha.domain import clock
from paicha.domain.accounts.roles import Kind, Verb
from paicha.domain.areas.models import Group
from paicha.domain.audit.services import read_logged
from paicha.domain.handover.queries import open_returns
from paicha.domain.households.members import DETAILS
from paicha.domain.households.models import BaseChange, Member, RegisterVersion
from paicha.domain.responses.answers.identity import identify_text
from paicha.domain.responses.models import Conflict, Revision, VillageSummary
from paicha.domain.responses.queries import names, source_actor
from paicha.domain.rounds.models import RosterEntry, Round, RoundArea
from paicha.domain.rounds.packs import pack_of
from paicha.domain.rounds.prior import round_before, round_source
from paicha.domain.rounds.queries import current_round, current_stage, stages
from paicha.domain.sync.devices import Sender, may_run_errands
from paicha.domain.sync.models import RaisedItem
from paicha.domain.sync.sealing import described
from paicha.domain.sync.waiting import RAISED
from paicha.engines.browser import address_of

FIELDS = (
    "id", "digest", "number", "group", "head", "initials", "phone", "class", "form", "population", "outcome",
    "revision", "reopened", "by", "mine", "answers", "before", "notes", "members",
)  # fmt: skip
MOST_VILLAGES = 60


@dataclass(frozen=True, slots=True)
class Workplace:
    """A village where somebody surveys; `groups` None is all of it."""

    area: RoundArea
    groups: frozenset[str] | None


def workplaces(sender: Sender, round_: Round) -> list[Workplace]:
    """Where the sender may answer now, by code; at most `MOST_VILLAGES`."""
    rows = RoundArea.objects.filter(round=round_, level__in=VILLAGE_LEVELS).select_related("round__pack")
    whole = sender.scope.narrow(rows, Verb.SUBMIT_ANSWERS, village="code").order_by("code")
    found = {area.code: Workplace(area, None) for area in whole[:MOST_VILLAGES]}
    ids = [int(ref) for ref in sender.scope.refs(Kind.GROUP, Verb.SUBMIT_ANSWERS) if ref.isdecimal()]
    by_village: dict[int, set[str]] = {}
    for village, name in Group.objects.filter(pk__in=ids).values_list("village_id", "name"):
        by_village.setdefault(village, set()).add(name)
    for area in rows.filter(area__in=by_village):
        found.setdefault(area.code, Workplace(area, frozenset(by_village[area.area_id])))
    return [found[code] for code in sorted(found)]


def assignment(sender: Sender) -> dict[str, Any]:
    """The round, where the sender works, and what the client needs besides the pack's module."""
    round_ = current_round()
    if round_ is None:
        nothing: dict[str, Any] = {"round": None, "villages": [], "errands": False}
        return {"server_time": clock.now(), "user": _person(sender)} | nothing
    pack, last = pack_of(round_), round_before(round_)
    places = workplaces(sender, round_)
    towns = _towns(round_, places)
    stands = {
        code: (status, counts, str(counted))
        for code, status, counts, counted in VillageSummary.objects.filter(
            round=round_, code__in=[place.area.code for place in places]
        ).values_list("code", "status", "counts", "counted_at")
    }
    registers = dict(
        RegisterVersion.objects.filter(village__in=[place.area.area_id for place in places]).values_list(
            "village", "version"
        )
    )
    villages = []
    for place in places:
        status, counts, counted = stands.get(place.area.code, ("open", {}, ""))
        stage = current_stage(round_, pack, code=place.area.code)
        listed = stages(round_, pack, code=place.area.code)
        villages.append(
            {
                "code": place.area.code, "name": place.area.spoken, "town": towns.get(place.area.parent_code, ""),
                "groups": None if place.groups is None else sorted(place.groups),
                "version": _mark(f"{counted} {registers.get(place.area.area_id, 0)}".encode()),
                "handed_up": status == VillageSummary.Status.HANDED_UP, "deadline": stage.deadline,
                "closes_on": max(one.deadline for one in listed),
                "households": sum(sum(by.values()) for by in counts.values()),
            }
        )  # fmt: skip
    return {
        "server_time": clock.now(), "user": _person(sender), "key": described(),
        "round": {
            "id": round_.pk, "title": round_.pack.title, "pack": round_.pack.version, "digest": pack.digest,
            "opens_on": round_.opens_on, "today": clock.today(), "rules": f"/field/rules/{address_of(pack)}.js",
            "outcome": pack.outcome.question, "last": round_source(last) if last else "",
        },
        "villages": villages, "errands": may_run_errands(sender.scope),
        "problem_types": _problem_types(pack), "change_fields": list(BaseChange.FIELDS[:3]),
    }  # fmt: skip


def village(sender: Sender, place: Workplace, have: Mapping[str, str] | None) -> dict[str, Any]:
    """A village's households that the device lacks or has otherwise, and the ids that are gone.

    `have`: digest by household id, None for nothing yet. Logged as read, with the number sent.
    """
    round_ = place.area.round
    pack = pack_of(round_)
    questions = list(pack.answer_questions)
    rows, gone = [], set(have or ())
    for row in _rows(sender, round_, pack, place, questions):
        mark = _mark(orjson.dumps(row))
        gone.discard(row[0])
        if have is None or have.get(row[0]) != mark:
            rows.append([row[0], mark, *row[1:]])
    if rows:
        read_logged(sender.scope.actor, "field", place.area.code, len(rows))
    return {
        "code": place.area.code, "name": place.area.spoken, "whole": have is None, "fields": FIELDS,
        "questions": questions, "rows": rows, "gone": sorted(gone),
    }  # fmt: skip


def _mark(content: bytes) -> str:
    return blake2b(content, digest_size=6).hexdigest()


def _rows(
    sender: Sender, round_: Round, pack: Pack, place: Workplace, questions: list[str]
) -> list[list[Any]]:
    entries = RosterEntry.objects.filter(round=round_, village=place.area.area_id)
    if place.groups is not None:
        entries = entries.filter(household__group__in=place.groups)
    listed = list(
        entries.order_by("household__group", "household__number").values_list(
            "household_id", "household__number", "household__group", "household__head_name", "household__phone",
            "household__household_class", "form", "household__population", "outcome", "revision_number",
            "reopened", "revision",
        )
    )  # fmt: skip
    texts = _texts([row[11] for row in listed if row[11]])
    before = _before(round_, place, pack)
    notes, members = _notes(round_, place.area.area_id), _members(place)
    called = names({source_actor(source) for _, source in texts.values()})
    mine = f"@{sender.device.pk}" if sender.device else "@-"
    found = []
    for row in listed:
        household, number, group, head, phone, class_, form, people, outcome, revision, reopened, current = (
            row
        )
        text, source = texts.get(current, ("", "")) if current else ("", "")
        text = identify_text(pack, form, text, head, group)
        found.append(
            [
                str(household), number, group, head, initials(head), phone, class_, form, people, outcome, revision,
                int(reopened), called.get(source_actor(source), ""), int(source.endswith(mine)),
                _places(text, questions), _places(before.get(household, ""), questions),
                notes.get(household, []), members.get(household, []),
            ]
        )  # fmt: skip
    return found


def _texts(ids: Collection[UUID]) -> dict[UUID, tuple[str, str]]:
    """Answers and source by revision."""
    found: dict[UUID, tuple[str, str]] = {}
    listed = list(ids)
    for start in range(0, len(listed), 500):
        rows = Revision.objects.filter(pk__in=listed[start : start + 500])
        found |= {pk: (text, source) for pk, text, source in rows.values_list("pk", "answers", "source")}
    return found


def _before(round_: Round, place: Workplace, pack: Pack) -> dict[UUID, str]:
    """The last round's answers of the village's households, wherever they stood then."""
    last = round_before(round_)
    if last is None:
        return {}
    here = RosterEntry.objects.filter(round=round_, village=place.area.area_id).values("household")
    entries = RosterEntry.objects.filter(round=last, household__in=here, revision__isnull=False)
    of = {pk: household for pk, household in entries.values_list("revision", "household_id") if pk}
    return {of[pk]: text for pk, (text, _) in _texts(of).items()}


def _places(text: str, questions: list[str]) -> list[Any] | None:
    """Answers by the order of `questions`, without the nulls at the end; None where there are none."""
    if not text or text == "{}":
        return None
    answers = orjson.loads(text)
    listed = [answers.get(name) for name in questions]
    while listed and listed[-1] is None:
        listed.pop()
    return listed


def _notes(round_: Round, village_id: int) -> dict[UUID, list[str]]:
    """What a household's worker must know: why it came back, that two answers collide."""
    found: dict[UUID, list[str]] = {}
    for sent in open_returns(round_, village_id):
        for household in sent.households:
            found.setdefault(UUID(str(household)), []).append(f"退回：{sent.reason}")
    rows = Conflict.objects.filter(round=round_, village=village_id, settled_at=None)
    for household_id in dict.fromkeys(rows.values_list("household_id", flat=True)):
        found.setdefault(household_id, []).append("两边填得不一样，等村里定")
    waiting = RaisedItem.objects.filter(RAISED, round=round_, village=village_id, kind="member")
    for about, message in waiting.order_by("at", "pk").values_list("household", "message"):
        if about is not None:
            found.setdefault(about, []).append(f"家庭成员：{message}")
    return found


def _members(place: Workplace) -> dict[UUID, list[list[str]]]:
    """A household's members: id, name, initials, relation, details; without blanks at the end."""
    rows = Member.objects.filter(household__village=place.area.area_id, left_at=None)
    if place.groups is not None:
        rows = rows.filter(household__group__in=place.groups)
    found: dict[UUID, list[list[str]]] = {}
    for household, id_, name, *told in rows.order_by("pk").values_list(
        "household_id", "pk", "name", "relation", *DETAILS
    ):
        one = [str(id_), name, initials(name), *told]
        while not one[-1]:
            one.pop()
        found.setdefault(household, []).append(one)
    return found


@lru_cache(maxsize=50_000)
def initials(name: str) -> str:
    """'贺保平' → 'HBP'; a surname has all its readings, by blanks: '折桂财' → 'ZGC SGC TGC', '尉迟恭' → 'YCG WCG'.

    The whole name alone would not do: where it begins with a word (单方) the dictionary knows one reading only.
    """
    read = pinyin(name, style=Style.FIRST_LETTER, heteronym=True, errors="ignore")
    if not read:
        return ""
    alone = pinyin(name[0], style=Style.FIRST_LETTER, heteronym=True, errors="ignore")
    rest = "".join(part[0] for part in read[1:])
    firsts = dict.fromkeys(letter for part in (read[0], *alone) for letter in part if letter)
    return " ".join(f"{first}{rest}" for first in firsts).upper()


def _towns(round_: Round, places: Collection[Workplace]) -> dict[str, str]:
    codes = {place.area.parent_code for place in places}
    return dict(RoundArea.objects.filter(round=round_, code__in=codes).values_list("code", "name"))


def _problem_types(pack: Pack) -> list[dict[str, Any]]:
    form = pack.problem_list
    return [{"number": kind.number, "label": kind.label} for kind in form.types] if form else []


def _person(sender: Sender) -> dict[str, Any]:
    return {"id": sender.user.pk, "name": sender.user.name or sender.user.username}

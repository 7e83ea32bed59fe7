"""Meetings of a village: planned with an agenda, held, recorded; what they decide is done to every case at once.

What holds: a case stands on one planned agenda at most; votes on an item add up to those who came; the record of
a meeting and the steps of all its cases are one transaction, and so is taking the record back.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from paicha.core.pack import Pack, Step
from paicha.core.pack.naming import strength_rank
from paicha.core.refusal import Refusal, text_field
from paicha.domain.audit.services import Entry, village_chain
from paicha.domain.cases.case_facts import effective, tell
from paicha.domain.cases.engine import decided_by_meeting, step_of
from paicha.domain.cases.errors import CaseError, ItemError
from paicha.domain.cases.models import Case, CaseStep, Meeting, MeetingItem
from paicha.domain.cases.records import TEXT, day_words
from paicha.domain.cases.steps import BACK, ENDED, PASSED
from paicha.domain.cases.undo import undo
from paicha.domain.responses.models import Finding
from paicha.domain.responses.services import VillageWork

LATER = "later"
_AHEAD = 60  # days that a meeting is planned ahead at most
_LONG = 4000


@dataclass(frozen=True, slots=True)
class Vote:
    """What the meeting said about one item. `decision`: passed, ended, back or later."""

    votes_for: int | None = None
    against: int | None = None
    abstained: int | None = None
    decision: str = ""
    reason: str = ""

    @property
    def total(self) -> int | None:
        """Votes given; None where nobody voted."""
        given = (self.votes_for, self.against, self.abstained)
        return None if all(n is None for n in given) else sum(n or 0 for n in given)


@dataclass(frozen=True, slots=True)
class Held:
    """A meeting as it was held. `attended`: names, as written."""

    on: date
    place: str
    chair: str
    present: int
    attended: str
    minutes: str


def takes(kind: str, pack: Pack, case: Case) -> bool:
    """Whether a meeting of this kind deals with the step on which a case stands."""
    meant = step_of(pack, case).meeting
    fortnightly = kind == Meeting.Kind.FORTNIGHTLY and meant == "deliberation"
    return meant == kind or fortnightly


def plan_meeting(
    work: VillageWork,
    kind: str,
    on: date,
    *,
    place: str = "",
    chair: str = "",
    cases: Sequence[int] = (),
    topics: Sequence[str] = (),
) -> Meeting:
    """Plan a meeting with its agenda: cases by pk, and topics. Raises CaseError."""
    if kind not in Meeting.Kind.values:
        raise CaseError("K27")
    if on > work.days.today + timedelta(days=_AHEAD):
        raise CaseError("K28", most=_AHEAD)
    if kind != Meeting.Kind.FORTNIGHTLY and not cases:
        raise CaseError("K29")
    meeting = Meeting.objects.create(
        round=work.round, village=work.village, kind=kind, held_on=on, place=place.strip()[:60],
        chair=chair.strip()[:40], planned_by=work.actor, planned_at=work.at,
    )  # fmt: skip
    _note(work, meeting, "plan", len(cases))
    _add(work, meeting, cases)
    for topic in topics:
        if topic.strip():
            number = meeting.items.count() + 1
            MeetingItem.objects.create(meeting=meeting, number=number, topic=topic.strip()[:200])
    tell(work)
    return meeting


def change_agenda(
    work: VillageWork, meeting: Meeting, *, add: Sequence[int] = (), drop: Collection[int] = ()
) -> Meeting:
    """Put cases on the agenda of a planned meeting, or take items off it. Raises CaseError."""
    fresh = _planned_meeting(work, meeting)
    MeetingItem.objects.filter(meeting=fresh, pk__in=drop).delete()
    for number, item in enumerate(fresh.items.order_by("number"), start=1):
        if item.number != number:
            item.number = number
            item.save(update_fields=["number"])
    _add(work, fresh, add)
    _note(work, fresh, "agenda", len(add) + len(drop))
    tell(work)
    return fresh


def cancel_meeting(work: VillageWork, meeting: Meeting) -> Meeting:
    """Call a planned meeting off; its cases wait for another. Raises CaseError."""
    fresh = _planned_meeting(work, meeting)
    fresh.state = Meeting.State.CANCELLED
    fresh.save(update_fields=["state"])
    _note(work, fresh, "cancel", 1)
    tell(work)
    return fresh


def record_meeting(work: VillageWork, meeting: Meeting, held: Held, votes: Mapping[int, Vote]) -> Meeting:
    """Write down a meeting as held and take the step of every case it decided; `votes` by the item's pk.

    Raises CaseError (ItemError where it is about one item), and then nothing is written.
    """
    fresh = _planned_meeting(work, meeting)
    _check_held(work, held)
    items = list(fresh.items.select_related("case__household").order_by("number"))
    for item in items:
        _check_vote(work, item, held.present, votes.get(item.pk, Vote()))
    fresh.held_on, fresh.place, fresh.chair = held.on, held.place.strip()[:60], held.chair.strip()[:40]
    fresh.present, fresh.attended, fresh.minutes = held.present, held.attended.strip(), held.minutes.strip()
    fresh.state, fresh.recorded_by, fresh.recorded_at = Meeting.State.HELD, work.actor, work.at
    fresh.save()
    for item in items:
        _decide(work, fresh, item, votes.get(item.pk, Vote()))
    _note(work, fresh, "record", len(items))
    tell(work, {item.case.household_id for item in items if item.case})
    return fresh


def undo_meeting(work: VillageWork, meeting: Meeting) -> Meeting:
    """Take a meeting's record back, with the steps of all its cases, by who recorded it. Raises CaseError.

    What was typed stays on the agenda, so that it is corrected, not typed again.
    """
    fresh = Meeting.objects.select_for_update().get(pk=meeting.pk, village=work.village)
    if fresh.state != Meeting.State.HELD:
        raise CaseError("K30")
    if fresh.recorded_by != work.actor:
        raise CaseError("K31")
    for item in fresh.items.select_related("case__household").exclude(case=None):
        assert item.case is not None
        standing = effective(CaseStep.objects.filter(case=item.case))
        if not any(row.meeting_id == fresh.pk for row in standing):
            continue
        try:
            undo(work, item.case, meeting=fresh)
        except Refusal:
            raise CaseError("K32", head=item.case.household.head_name) from None
    fresh.state, fresh.recorded_by, fresh.recorded_at = Meeting.State.PLANNED, "", None
    fresh.save(update_fields=["state", "recorded_by", "recorded_at"])
    _note(work, fresh, "undo", 1)
    tell(work)
    return fresh


def _planned_meeting(work: VillageWork, meeting: Meeting) -> Meeting:
    fresh = Meeting.objects.select_for_update().get(pk=meeting.pk, village=work.village)
    if fresh.state != Meeting.State.PLANNED:
        raise CaseError("K33", state=fresh.get_state_display())
    return fresh


def _add(work: VillageWork, meeting: Meeting, cases: Sequence[int]) -> None:
    rows = {
        case.pk: case
        for case in Case.objects.filter(pk__in=cases, village=work.village).select_related("household")
    }
    if set(cases) - set(rows):
        raise CaseError("K34")
    taken = MeetingItem.objects.filter(case__in=cases, meeting__state=Meeting.State.PLANNED)
    listed = {item.case_id: item.meeting for item in taken.select_related("meeting")}
    evidence = _evidence(work, [rows[pk].household_id for pk in cases])
    number = meeting.items.count()
    for pk in dict.fromkeys(cases):
        case = rows[pk]
        head = case.household.head_name
        if pk in listed:
            raise CaseError("K35", head=head, day=day_words(listed[pk].held_on))
        if case.state != Case.State.GOING or not takes(meeting.kind, work.pack, case):
            now = step_of(work.pack, case).title if case.state == "going" else case.get_state_display()
            raise CaseError("K36", head=head, now=now, kind=meeting.get_kind_display())
        number += 1
        lines = evidence.get(case.household_id, [])
        MeetingItem.objects.create(meeting=meeting, case=case, number=number, evidence=lines)


def _evidence(work: VillageWork, households: Collection[Any]) -> dict[Any, list[list[str]]]:
    """Open leads of some households as (rule, sentence), as they stand now."""
    found: dict[Any, list[list[str]]] = {}
    rows = Finding.objects.filter(
        round=work.round, household__in=households, severity="lead", state__in=("open", "confirmed")
    )
    for row in sorted(rows, key=lambda row: (strength_rank(row.strength), row.rule)):
        rule = work.pack.rule.get(row.rule)
        source = work.pack.messages.get(row.rule)
        said = rule.message if rule else f"{getattr(source, 'message', '')}：{row.detail}".strip("：")
        found.setdefault(row.household_id, []).append([row.rule, said])
    return found


def _check_held(work: VillageWork, held: Held) -> None:
    if held.on > work.days.today:
        raise CaseError("K37", day=day_words(held.on))
    if not held.chair.strip():
        raise CaseError("G10", label="主持人")
    if held.present < 1:
        raise CaseError("G10", label="到会人数")
    if not held.attended.strip():
        raise CaseError("K38")
    named = [
        name for name in held.attended.replace("，", "、").replace("\n", "、").split("、") if name.strip()
    ]
    if len(named) > held.present:
        raise CaseError("K39", named=len(named), present=held.present)
    if not held.minutes.strip():
        raise CaseError("G10", label="会议记录")
    text_field("会议记录", held.minutes, _LONG)
    text_field("参加人员", held.attended, _LONG)


def _check_vote(work: VillageWork, item: MeetingItem, present: int, vote: Vote) -> None:
    """Raises ItemError with the household's name."""
    try:
        text_field("理由", vote.reason, TEXT)
        if item.case is not None:
            _require_vote(step_of(work.pack, item.case), present, vote)
    except Refusal as refused:
        place = f"{item.case.household.head_name}户" if item.case else f"第 {item.number} 项"
        raise ItemError("G06", item=item.pk, place=place, said=refused) from None


def _require_vote(step: Step, present: int, vote: Vote) -> None:
    if vote.decision not in (PASSED, ENDED, BACK, LATER):
        raise CaseError("K40")
    if vote.total is None and vote.decision in (PASSED, ENDED):
        raise CaseError("K41")
    if vote.total is not None and vote.total != present:
        yes, no, abstained = vote.votes_for or 0, vote.against or 0, vote.abstained or 0
        raise CaseError("K42", yes=yes, no=no, abstained=abstained, total=vote.total, present=present)
    if vote.decision == PASSED and step.majority and 2 * (vote.votes_for or 0) <= present:
        raise CaseError("K43", present=present, yes=vote.votes_for or 0, passed=step.passed)
    if vote.decision in (ENDED, BACK) and not vote.reason.strip():
        raise CaseError("K44")


def _decide(work: VillageWork, meeting: Meeting, item: MeetingItem, vote: Vote) -> None:
    item.votes_for, item.votes_against, item.abstained = vote.votes_for, vote.against, vote.abstained
    item.decision, item.reason = vote.decision, vote.reason.strip()
    item.save()
    if item.case is None or vote.decision == LATER:
        return
    records = {"votes_for": vote.votes_for, "against": vote.against, "abstained": vote.abstained}
    try:
        decided_by_meeting(
            work, item.case, meeting, decision=vote.decision, reason=vote.reason, records=records
        )
    except Refusal as refused:
        place = f"{item.case.household.head_name}户"
        raise ItemError("G06", item=item.pk, place=place, said=refused) from None


def _note(work: VillageWork, meeting: Meeting, act: str, count: int) -> None:
    chain = village_chain(work.village.pk)
    entry = Entry(chain, work.actor, f"meeting.{act}", f"meeting:{meeting.pk}", count=max(count, 1))
    work.note(entry, recount=False)

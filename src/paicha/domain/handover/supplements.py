"""What comes after the hand-up: late rows taken by a supplement or after a return, slips put right with consent.

What holds: nothing late is lost and nothing locked changes but by one of these two, each with a reason and a new
frozen copy, so that what is in force is always what was handed up last.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from paicha.core.pack import Pack
from paicha.core.refusal import text_field
from paicha.domain.accounts.notices import people_with, tell, village_people
from paicha.domain.accounts.roles import Verb
from paicha.domain.areas.models import Area
from paicha.domain.audit.services import Entry, village_chain
from paicha.domain.handover.errors import HandoverError
from paicha.domain.handover.hand_up import freeze_again
from paicha.domain.handover.locks import require_town_open
from paicha.domain.handover.models import Correction, Submission
from paicha.domain.handover.queries import latest, submissions
from paicha.domain.households.models import Household
from paicha.domain.responses.models import Revision, VillageSummary
from paicha.domain.responses.services import Taken, VillageWork, resubmit, take_held, village_work
from paicha.domain.rounds.models import RosterEntry, Round

_LONGEST = 300
_CONSENT = 60
HOW = ("电话里同意", "当面同意", "书面同意")


def supplement(
    round_: Round, pack: Pack, village: Area, actor: str, held: Collection[int], reason: str
) -> tuple[Submission, Taken]:
    """Take late rows of a village handed up, with a reason; what is in force is frozen anew. Raises HandoverError."""
    said = text_field("补报的理由", reason, _LONGEST, asks="为什么补报", field="reason")
    with village_work(round_, pack, village, actor, through_lock=True) as work:
        begin_supplement(work, "迟到的表可以直接收下，再一起上报。")
        taken = _take(work, held)
        if not taken.stored:
            raise _nothing(taken)
        made = end_supplement(work, said, f"补报了 {taken.stored} 户")
    return made, taken


def begin_supplement(work: VillageWork, instead: str) -> None:
    """Open what is handed up to what a supplement writes. Raises HandoverError: the village is not handed up or rows
    came back (`instead`: what to do then), or its town is up."""
    _require_up(work, instead)
    require_town_open(work.round, work.village)
    work.through_lock = True


def end_supplement(work: VillageWork, reason: str, what: str) -> Submission:
    """Freeze what is in force anew, and tell the town `what` the village did and why."""
    made = freeze_again(work, Submission.Kind.SUPPLEMENT, reason)
    work.summary.handed_up_at = work.at  # the town looks at it again
    code = work.village.code
    people = [user for user in people_with(Verb.VERIFY, code) if str(user.pk) != work.actor]
    tell(
        people, f"{work.village.spoken}{what}：{reason}", address=f"/area/{code}/handup/",
        subject=f"submission:{made.pk}", by=work.actor,
    )  # fmt: skip
    return made


def take_late(round_: Round, pack: Pack, village: Area, actor: str, held: Collection[int]) -> Taken:
    """Take late rows of a village that is open, or whose rows came back; the others stay. Raises HandoverError."""
    with village_work(round_, pack, village, actor) as work:
        taken = _take(work, held)
        if taken == Taken():
            raise HandoverError("H36")
    return taken


@dataclass(frozen=True, slots=True)
class Consent:
    """Who in the village agreed, by name, and how."""

    by: str
    how: str


def correct_with_consent(
    round_: Round,
    pack: Pack,
    household: Household,
    actor: str,
    changes: Mapping[str, Any],
    reason: str,
    consent: Consent,
) -> Correction:
    """The town puts an evident slip right: `changes` {question: value, None clears it}. Raises HandoverError.

    The village is told; old and new stand in the household's revisions, who agreed stands here.
    """
    said = text_field("更正的理由", reason, _LONGEST, asks="错在哪里、凭什么改", field="reason")
    who = text_field("同意人", consent.by, _CONSENT, asks="村里谁同意更正")
    how = text_field("同意方式", consent.how, _CONSENT, asks="怎样同意的（如电话里同意）")
    village = household.village
    with village_work(round_, pack, village, actor, through_lock=True) as work:
        _require_up(work, "由村里自己改。")
        require_town_open(round_, village)
        entry = RosterEntry.objects.get(round=round_, village=village, household=household)
        if entry.revision is None:
            raise HandoverError("H37")
        current = orjson.loads(Revision.objects.get(pk=entry.revision).answers)
        answers = {name: value for name, value in {**current, **changes}.items() if value not in (None, [])}
        receipt = resubmit(work, entry, answers, f"desk:{actor}")
        if receipt.status == "refused":
            faults = "；".join(one.message for one in receipt.said)
            raise HandoverError("H38", said=faults)
        if receipt.status == "unchanged":
            raise HandoverError("H39")
        made = freeze_again(work, Submission.Kind.CORRECTION, said)
        correction = Correction.objects.create(
            round=round_, village=village, household=household, submission=made, fields=sorted(changes),
            before=entry.revision_number, after=receipt.revision, reason=said, consented_by=who,
            consented_how=how, at=work.at, by=actor,
        )  # fmt: skip
        chain = village_chain(village.pk)
        work.note(Entry(chain, actor, "handover.correct", f"correction:{correction.pk}"))
        people = village_people(Verb.HAND_UP, [village.code]).get(village.code, [])
        tell(
            people, f"镇街经{who}同意，更正了一户的答案，请看看对不对。",
            address=f"/household/{household.pk}/", subject=f"correction:{correction.pk}", by=actor,
        )  # fmt: skip
    return correction


def _require_up(work: VillageWork, instead: str) -> None:
    last = latest(submissions(work.round, work.village.pk))
    if work.summary.status == VillageSummary.Status.OPEN or last is None:
        raise HandoverError("H40", instead=instead)
    if not work.summary.handed_up or last.state != Submission.State.SUBMITTED:
        raise HandoverError("H41", instead=instead)


def _take(work: VillageWork, held: Collection[int]) -> Taken:
    if not held:
        raise HandoverError("H42")
    return take_held(work, only=held)


def _nothing(taken: Taken) -> HandoverError:
    if taken.conflicts:
        return HandoverError("H58", households=taken.conflicts)
    if taken.refused:
        return HandoverError("H59", households=taken.refused)
    return HandoverError("H60")

"""The level above sends back: rows, a form or the whole, with a reason, to a named person; and takes that back.

What holds: a return opens exactly what it names and nothing else; it reaches a person who can do it today, or it is
refused and says who could; until the village has begun to correct, whoever sent it back may lock it again.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from paicha.core.pack import Pack
from paicha.core.refusal import text_field
from paicha.domain.accounts.models import User
from paicha.domain.accounts.notices import tell, village_people
from paicha.domain.accounts.roles import Verb
from paicha.domain.areas.models import Area
from paicha.domain.audit.services import Entry, village_chain
from paicha.domain.handover.errors import HandoverError
from paicha.domain.handover.ledger_text import freeze
from paicha.domain.handover.locks import apply_returns, require_town_open
from paicha.domain.handover.models import Return, Submission
from paicha.domain.handover.queries import latest, open_returns, submissions
from paicha.domain.responses.models import VillageSummary
from paicha.domain.responses.queries import names
from paicha.domain.responses.services import VillageWork, record_facts, village_work
from paicha.domain.rounds.models import RosterEntry, Round

_LONGEST = 300

# Reasons that a town sends back for, from the notice's own words; free text is always possible.
REASONS = (
    "漏户没查，请补查",
    "人口、医保人数对不上，请核对",
    "收入和帮扶情况不符，请入户核实",
    "应纳未纳的情况没有研判，请研判后写明",
    "问题清单没有整改措施、时限或责任人，请补齐",
    "签字不全，请补签",
    "与村情调查表对不上，请核对",
)


@dataclass(frozen=True, slots=True)
class Back:
    """What is sent back: households by id, forms by name, or the whole ledger."""

    households: Collection[UUID] = ()
    forms: Collection[str] = ()
    whole: bool = False


def addressees(village: Area) -> list[User]:
    """Who can be sent something back today: whoever works in the village and may correct."""
    return village_people(Verb.SUBMIT_ANSWERS, [village.code]).get(village.code, [])


def return_to_village(
    round_: Round, pack: Pack, village: Area, actor: str, what: Back, reason: str, to: User | None,
    *, as_of: datetime | None = None,
) -> Return:  # fmt: skip
    """Send back to a named person of the village, who is told. Raises HandoverError, and then nothing was done.

    `as_of`: when the ledger was looked at; what was handed up later is not sent back unseen.
    """
    said = text_field("退回的理由", reason, _LONGEST, asks="为什么退回，村里才知道改什么", field="reason")
    with village_work(round_, pack, village, actor) as work:
        last = latest(submissions(round_, village.pk))
        if work.summary.status == VillageSummary.Status.RETURNED:
            raise HandoverError("H24")
        if not work.summary.handed_up or last is None:
            raise HandoverError("H25")
        if as_of is not None and last.at > as_of:
            raise HandoverError("H26")
        require_town_open(round_, village)
        named = _addressee(village, to)
        made = Return(
            round=round_, area=village, code=village.code, submission=last, whole=what.whole, reason=said,
            to=named, at=work.at, by=actor,
        )  # fmt: skip
        made.households, made.forms = ({}, {}) if what.whole else _targets(work, what)
        made.save()
        Submission.objects.filter(pk=last.pk).update(state=Submission.State.RETURNED)
        _apply_openings(work)
        _note(work, "handover.return", made, len(made.households) or len(made.forms) or 1)
        words = f"镇街退回：{_what(pack, made)}，请改好再报。{said}"
        tell([named], words, address=f"/area/{village.code}/returns/", subject=f"return:{made.pk}", by=actor)
    return made


def take_return_back(round_: Round, pack: Pack, sent: Return, actor: str) -> Return:
    """Lock again what was sent back, by who sent it, while nothing of the ledger was changed. Raises HandoverError."""
    with village_work(round_, pack, sent.area, actor) as work:
        fresh = Return.objects.select_for_update().get(pk=sent.pk)
        if not fresh.is_open:
            raise HandoverError("H27")
        if fresh.by != actor:
            who = names({fresh.by}).get(fresh.by, "管理员")
            raise HandoverError("H28", who=who)
        if freeze(round_, pack, sent.area_id).digest != fresh.submission.digest:
            raise HandoverError("H29")
        fresh.taken_back_at = work.at
        fresh.save(update_fields=["taken_back_at"])
        if not _apply_openings(work):
            Submission.objects.filter(pk=fresh.submission_id).update(state=Submission.State.SUBMITTED)
        _note(work, "handover.return_taken_back", fresh)
        words = "镇街撤回了刚才的退回，不用改了。"
        address = f"/area/{sent.code}/returns/"
        tell([fresh.to], words, address=address, subject=f"unreturn:{fresh.pk}", by=actor)
    return fresh


def readdress(round_: Round, pack: Pack, sent: Return, to: User | None, actor: str) -> Return:
    """An open return to another person of the village, who is told. Raises HandoverError."""
    with village_work(round_, pack, sent.area, actor) as work:
        fresh = Return.objects.select_for_update().get(pk=sent.pk)
        if not fresh.is_open:
            raise HandoverError("H27")
        fresh.to = _addressee(sent.area, to)
        fresh.save(update_fields=["to"])
        _note(work, "handover.return_readdressed", fresh)
        words = f"退回的转给您办：{fresh.reason}"
        address = f"/area/{fresh.code}/returns/"
        tell([fresh.to], words, address=address, subject=f"return:{fresh.pk}", by=actor)
    return fresh


def _addressee(village: Area, to: User | None) -> User:
    """The person named, if he can do it today; else the sentence says who can."""
    able = addressees(village)
    others = "、".join(str(user) for user in able)
    if to is not None and to in able:
        return to
    if not able:
        raise HandoverError("H30")
    if to is None:
        raise HandoverError("H31", others=others)
    raise HandoverError("H32", to=to, others=others)


def _targets(work: VillageWork, what: Back) -> tuple[dict[str, int], dict[str, int]]:
    pack = work.pack
    unknown = set(what.forms) - {*pack.household_forms, *pack.village_forms}
    if unknown:
        raise HandoverError("H33")
    rows = RosterEntry.objects.filter(
        round=work.round, village=work.village, household__in=list(what.households)
    )
    households = {str(id_): number for id_, number in rows.values_list("household_id", "revision_number")}
    if len(households) != len(set(what.households)):
        raise HandoverError("H34")
    if not households and not what.forms:
        raise HandoverError("H35")
    known = {form: in_force.number for form, in_force in work.form_revisions().items()}
    return households, {form: known.get(form, 0) for form in sorted(set(what.forms))}


def _apply_openings(work: VillageWork) -> int:
    """Open what is to be open now; how many returns are."""
    back = open_returns(work.round, work.village.pk)
    apply_returns(work, back)
    record_facts(work, returns_open=len(back))
    return len(back)


def what_text(pack: Pack, sent: Return) -> str:
    """'整村台账', '3 户', '村情调查表、2 户'."""
    return _what(pack, sent)


def _what(pack: Pack, sent: Return) -> str:
    if sent.whole:
        return "整村台账"
    parts = [pack.form(name).label for name in sent.forms]
    if sent.households:
        parts.append(f"{len(sent.households)} 户")
    return "、".join(parts)


def _note(work: VillageWork, action: str, sent: Return, count: int = 1) -> None:
    work.note(Entry(village_chain(work.village.pk), work.actor, action, f"return:{sent.pk}", count=count))

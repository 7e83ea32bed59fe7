"""Sending a suspected problem to the department that can tell, and its answer.

Source: procedure `referral` of the pack. What holds: every function runs inside a village's transaction and is
audited on its chain; the same question about a household waits once; an answer can be taken back by who gave it;
it opens, closes and decides nothing, people read it beside the lead.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from paicha.core.pack import Pack
from paicha.core.refusal import Refusal, text_field
from paicha.domain.accounts import notices
from paicha.domain.accounts.models import User
from paicha.domain.accounts.roles import Verb
from paicha.domain.areas.models import Area
from paicha.domain.audit.services import Entry, digest, village_chain
from paicha.domain.referrals.models import Referral
from paicha.domain.responses.models import Finding
from paicha.domain.responses.services import VillageWork, record_facts, village_work
from paicha.domain.responses.village_facts import due_facts
from paicha.domain.rounds.models import Round

_DAYS = 5  # where the pack sets no limit
_LONGEST = 300


class ReferralError(Refusal):
    """A referral or an answer that can't be taken as given."""


def check_question(pack: Pack, department: str, question: str) -> str:
    """The question as it is kept. Raises ReferralError for no such department, or nothing asked."""
    if department not in pack.department:
        raise ReferralError("Q10")
    return text_field("要核实的问题", question, _LONGEST, asks="要部门核实什么")


def send(
    work: VillageWork, households: Sequence[tuple[UUID, int | None]], department: str, question: str
) -> list[Referral]:
    """Refer households (id, the finding it is about or None) to a department; due by the pack's days.

    What waits there with the same question already is left as it is. Raises ReferralError.
    """
    clean = check_question(work.pack, department, question)
    of = Referral.objects.filter(round=work.round, village=work.village, department=department)
    waiting = set(
        of.filter(question=clean, answered_at=None, withdrawn_at=None).values_list("household_id", flat=True)
    )
    limit = work.pack.schedule.due_on("referral", "answered", work.days.today, _DAYS)
    made = []
    for household, finding in dict(households).items():
        if household in waiting:
            continue
        made.append(
            Referral.objects.create(
                round=work.round, village=work.village, household_id=household, finding_id=finding,
                department=department, question=clean, sent_by=work.actor, sent_at=work.at, due_on=limit,
            )
        )  # fmt: skip
    for referral in made:
        _note(work, f"referral.send.{department}", referral, clean)
    if made:
        notices.tell(
            notices.officers(department), "有疑似问题等您单位核实", address="/referrals/",
            subject=f"referrals:{work.round.pk}", by=work.actor,
        )  # fmt: skip
    count_referrals(work)
    return made


def send_found(
    round_: Round, pack: Pack, found: Sequence[Finding], department: str, question: str, actor: str
) -> int:
    """Refer the households of findings, village by village, each in its transaction; how many were sent."""
    by_village: dict[int, dict[UUID, int | None]] = {}
    for finding in found:
        if finding.household_id is not None:
            by_village.setdefault(finding.village_id, {}).setdefault(finding.household_id, finding.pk)
    made = 0
    for area in Area.objects.filter(pk__in=list(by_village)).order_by("code"):
        with village_work(round_, pack, area, actor) as work:
            made += len(send(work, list(by_village[area.pk].items()), department, question))
    return made


def answer(work: VillageWork, referral: Referral, said: str, reason: str) -> Referral:
    """A department's answer: yes, no or unknown, with a reason. Raises ReferralError."""
    fresh = _lock(work, referral)
    if fresh.answered_at is not None:
        raise ReferralError("Q11")
    if said not in Referral.Answer.values:
        raise ReferralError("Q12")
    clean = text_field("理由", reason, _LONGEST)
    if not clean and "reason" in work.pack.schedule.required("referral", "answered", {"reason": "理由"}):
        raise ReferralError("Q13")
    fresh.answer, fresh.reason = said, clean
    fresh.answered_by, fresh.answered_at = work.actor, work.at
    fresh.save(update_fields=["answer", "reason", "answered_by", "answered_at"])
    _note(work, f"referral.answer.{said}", fresh, clean)
    count_referrals(work)
    _tell(work, fresh)
    return fresh


def take_answer_back(work: VillageWork, referral: Referral) -> Referral:
    """Undo one's own answer, in one step. Raises ReferralError."""
    fresh = _lock(work, referral)
    if fresh.answered_at is None or fresh.answered_by != work.actor:
        raise ReferralError("G09")
    fresh.answer = fresh.reason = fresh.answered_by = ""
    fresh.answered_at = None
    fresh.save(update_fields=["answer", "reason", "answered_by", "answered_at"])
    _note(work, "referral.unanswer", fresh, "")
    count_referrals(work)
    return fresh


def withdraw(work: VillageWork, referral: Referral) -> Referral:
    """Take a referral back before it is answered: the department no longer sees it. Raises ReferralError."""
    fresh = _lock(work, referral)
    if fresh.answered_at is not None:
        raise ReferralError("Q15")
    fresh.withdrawn_at = work.at
    fresh.save(update_fields=["withdrawn_at"])
    _note(work, "referral.withdraw", fresh, "")
    count_referrals(work)
    return fresh


def count_referrals(work: VillageWork) -> None:
    """Tell the summary row what waits at departments: `referrals_open`, `referrals_answered`, `referrals_due`."""
    rows = Referral.objects.filter(round=work.round, village=work.village, withdrawn_at=None)
    listed = list(rows.values_list("answered_at", "due_on"))
    due = [due_on for answered_at, due_on in listed if answered_at is None]
    answered = len(listed) - len(due)
    record_facts(
        work, referrals_open=len(due), referrals_answered=answered, **due_facts("referrals_due", due)
    )


def _lock(work: VillageWork, referral: Referral) -> Referral:
    rows = Referral.objects.select_for_update().filter(round=work.round, village=work.village)
    fresh = rows.filter(pk=referral.pk).first()
    if fresh is None or fresh.withdrawn_at is not None:
        raise ReferralError("Q16")
    return fresh


def _tell(work: VillageWork, referral: Referral) -> None:
    """Whoever sent it and the village's cadres hear that there is an answer; what it says stands on the page."""
    title = work.pack.department[referral.department].title
    users = notices.people_with(Verb.DELIBERATE, work.village.code, exactly=("village_cadre",))
    users += User.objects.filter(pk=int(referral.sent_by)) if referral.sent_by.isdecimal() else []
    notices.tell(
        users, f"{title}答复了{work.village.spoken}的疑似问题", address=f"/household/{referral.household_id}/",
        subject=f"referral:{referral.pk}", by=work.actor,
    )  # fmt: skip


def _note(work: VillageWork, action: str, referral: Referral, content: str) -> None:
    mark = digest(content.encode()) if content else ""
    subject = f"referral:{referral.pk}"
    work.note(Entry(village_chain(work.village.pk), work.actor, action, subject, mark), recount=False)

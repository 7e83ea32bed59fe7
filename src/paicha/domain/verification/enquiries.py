"""Questions of the town to a village, on the village, a row or a cell; answered by the village, closed by the town.

What holds: a question reaches one named person by a notice, and anybody of the village who may answer for it can;
it is never deleted: one that was asked in vain is closed without an answer. How many wait is told as facts.
"""

from __future__ import annotations

from paicha.core.refusal import text_field
from paicha.domain.accounts import notices
from paicha.domain.accounts.models import User
from paicha.domain.accounts.roles import Verb
from paicha.domain.audit.services import Entry, village_chain
from paicha.domain.households.models import Household
from paicha.domain.responses.services import VillageWork, record_facts
from paicha.domain.rounds.models import RosterEntry
from paicha.domain.verification.errors import VerificationError
from paicha.domain.verification.models import Enquiry

_QUESTION, _ANSWER = 500, 1000


def answerers(code: str) -> list[User]:
    """Who of a village can be asked: people with work in this very village, its cadres first."""
    return notices.village_people(Verb.SUBMIT_ANSWERS, [code]).get(code, [])


def ask(
    work: VillageWork,
    text: str,
    to: User | None,
    *,
    address: str,
    household: Household | None = None,
    question: str = "",
) -> Enquiry:
    """Ask the village. `question`: a question of the pack, where it is about one cell; `address`: the page of
    the village's questions, for the notice. Raises VerificationError.
    """
    clean = text_field("问题", text, _QUESTION, asks="问题")
    if question and question not in work.pack.questions:
        raise VerificationError("Y25")
    if household is not None and not _of_village(work, household):
        raise VerificationError("Y26")
    people = answerers(work.village.code)
    if not people:
        raise VerificationError("Y27")
    if to is None or to not in people:
        names = "、".join(map(str, people[:5]))
        raise VerificationError("Y28", names=names)
    made = Enquiry.objects.create(
        round=work.round, village=work.village, household=household, question=question, text=clean, to=to,
        by=work.actor, at=work.at,
    )  # fmt: skip
    _record(work, "enquiry.ask", made)
    _tell([to], "镇里有一个问题要您答复", made, work, address)
    return made


def answer(work: VillageWork, enquiry: Enquiry, text: str, *, address: str) -> Enquiry:
    """Answer, or answer again while it isn't closed. Raises VerificationError."""
    fresh = _lock(work, enquiry)
    fresh.answer = text_field("答复", text, _ANSWER, asks="答复")
    fresh.answered_by, fresh.answered_at = work.actor, work.at
    fresh.save(update_fields=["answer", "answered_by", "answered_at"])
    _record(work, "enquiry.answer", fresh)
    asker = User.objects.filter(pk=int(fresh.by)) if fresh.by.isdecimal() else User.objects.none()
    _tell(list(asker), "村里答复了您的问题", fresh, work, address)
    return fresh


def close(work: VillageWork, enquiry: Enquiry) -> Enquiry:
    """The town has read the answer, or no longer asks. Raises VerificationError."""
    fresh = _lock(work, enquiry)
    fresh.closed_by, fresh.closed_at = work.actor, work.at
    fresh.save(update_fields=["closed_by", "closed_at"])
    _record(work, "enquiry.close", fresh)
    return fresh


def _of_village(work: VillageWork, household: Household) -> bool:
    return RosterEntry.objects.filter(round=work.round, village=work.village, household=household).exists()


def _lock(work: VillageWork, enquiry: Enquiry) -> Enquiry:
    rows = Enquiry.objects.select_for_update().filter(round=work.round, village=work.village)
    fresh = rows.filter(pk=enquiry.pk).first()
    if fresh is None or fresh.closed_at is not None:
        raise VerificationError("Y29")
    return fresh


def tell_enquiries(work: VillageWork) -> None:
    """Tell the summary row how many questions wait, and how many answers nobody has looked at."""
    rows = Enquiry.objects.filter(round=work.round, village=work.village, closed_at=None)
    answered = list(rows.values_list("answered_at", flat=True))
    waiting = sum(at is None for at in answered)
    record_facts(work, enquiries_open=waiting, enquiries_answered=len(answered) - waiting)


def _record(work: VillageWork, action: str, enquiry: Enquiry) -> None:
    tell_enquiries(work)
    entry = Entry(village_chain(work.village.pk), work.actor, action, f"enquiry:{enquiry.pk}")
    work.note(entry, recount=False)


def _tell(users: list[User], words: str, enquiry: Enquiry, work: VillageWork, address: str) -> None:
    subject = f"enquiry:{enquiry.pk}"
    notices.tell(users, words, address=f"{address}#e{enquiry.pk}", subject=subject, by=work.actor)

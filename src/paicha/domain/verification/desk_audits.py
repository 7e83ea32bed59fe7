"""The desk audit of a village's ledger 基础审核: begun, decided, and undone by who decided.

What holds: an audit judges one hand-up; begun, the village can no longer take its ledger back by itself; what was
decided is told as facts of the summary row, which the lists and the town's own hand-up read.
"""

from __future__ import annotations

from datetime import datetime

from paicha.core.refusal import text_field
from paicha.domain.audit.services import Entry, village_chain
from paicha.domain.responses.models import VillageSummary
from paicha.domain.responses.services import VillageWork, record_facts
from paicha.domain.verification.attention import hand_up_mark
from paicha.domain.verification.errors import VerificationError
from paicha.domain.verification.models import DeskAudit

_LONGEST = 1000
_DECIDED = (DeskAudit.Result.PASSED.value, DeskAudit.Result.VISIT.value)


def desk_audit_of(summary: VillageSummary) -> DeskAudit | None:
    """The audit of the hand-up in force, if it was begun."""
    rows = DeskAudit.objects.filter(round=summary.round_id, village=summary.village_id)
    found = rows.order_by("-pk").first()
    if found is None or found.handed_up_at != summary.handed_up_at:
        return None
    return found


def begin(work: VillageWork) -> DeskAudit:
    """Begin the audit of the hand-up in force; the one that was begun before, where there is one.

    Raises VerificationError for a village that hasn't handed up.
    """
    summary = work.summary
    if not summary.handed_up:
        raise VerificationError("Y01")
    known = desk_audit_of(summary)
    if known is not None:
        return known
    made = DeskAudit.objects.create(
        round=work.round, village=work.village, handed_up_at=summary.handed_up_at, begun_at=work.at,
        begun_by=work.actor,
    )  # fmt: skip
    record_facts(work, audit_begun=1)
    _note(work, "audit.begin", made)
    return made


def decide(work: VillageWork, result: str, opinion: str, *, as_of: datetime | None = None) -> DeskAudit:
    """Decide: passed, or to be visited; a return is written by `handover`, which opens what is to be corrected.

    Raises VerificationError: for another result, an opinion missing where it is to be visited, a village not handed up,
    or handed up again after `as_of`, when it was looked at; and for passing where two answers still stand against each
    other, a question waits for its answer or what was sent back hasn't come up again.
    """
    if result not in _DECIDED:
        raise VerificationError("Y02")
    clean = text_field("审核意见", opinion, _LONGEST)
    if result == DeskAudit.Result.VISIT and not clean:
        raise VerificationError("Y03")
    handed_up = work.summary.handed_up_at
    if as_of is not None and handed_up is not None and handed_up > as_of:
        raise VerificationError("Y04")
    audit = begin(work)
    if result == DeskAudit.Result.PASSED:
        _passable(work)
    audit.result, audit.opinion = result, clean
    audit.decided_at, audit.decided_by = work.at, work.actor
    audit.save(update_fields=["result", "opinion", "decided_at", "decided_by"])
    record_facts(work, audited=result, audited_for=hand_up_mark(work.summary))
    _note(work, f"audit.{result}", audit)
    return audit


def undo(work: VillageWork) -> DeskAudit:
    """Take the decision back, in one step, by who took it. Raises VerificationError."""
    audit = desk_audit_of(work.summary)
    if audit is None or not audit.result:
        raise VerificationError("Y05")
    if audit.decided_by != work.actor:
        raise VerificationError("Y06")
    audit.result, audit.decided_at, audit.decided_by = "", None, ""
    audit.save(update_fields=["result", "decided_at", "decided_by"])
    record_facts(work, audited="", audited_for="")
    _note(work, "audit.undo", audit)
    return audit


def _passable(work: VillageWork) -> None:
    figures, fact = work.summary.figures, work.summary.fact
    if fact.returns_open:
        raise VerificationError("Y07")
    if figures.get("conflicts"):
        raise VerificationError("Y08", households=figures["conflicts"])
    if fact.enquiries_open:
        raise VerificationError("Y09", questions=fact.enquiries_open)


def _note(work: VillageWork, action: str, audit: DeskAudit) -> None:
    work.note(
        Entry(village_chain(work.village.pk), work.actor, action, f"desk_audit:{audit.pk}"), recount=False
    )

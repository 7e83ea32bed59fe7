"""The desk audit of a village's ledger 基础审核: begun, decided, and undone by who decided.

What holds: an audit judges one hand-up; begun, the village can no longer take its ledger back by itself; what was
decided is told as facts of the summary row, which the lists and the town's own hand-up read.
"""

from __future__ import annotations

from paicha.domain.audit.services import Entry, village_chain
from paicha.domain.responses.models import VillageSummary
from paicha.domain.responses.services import VillageWork, record_facts
from paicha.domain.verification.attention import hand_up_mark
from paicha.domain.verification.errors import VerificationError
from paicha.domain.verification.models import DeskAudit

_LONGEST = 1000
_DECIDED = (DeskAudit.Result.PASSED.value, DeskAudit.Result.VISIT.value)


def audit_of(summary: VillageSummary) -> DeskAudit | None:
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
    if summary.status != VillageSummary.Status.HANDED_UP:
        raise VerificationError("本村还没有上报，等村里上报以后再审核。")
    known = audit_of(summary)
    if known is not None:
        return known
    made = DeskAudit.objects.create(
        round=work.round, village=work.village, handed_up_at=summary.handed_up_at, begun_at=work.at,
        begun_by=work.actor,
    )  # fmt: skip
    record_facts(work, audit_begun=1)
    _note(work, "audit.begin", made)
    return made


def decide(work: VillageWork, result: str, opinion: str) -> DeskAudit:
    """Decide: passed, or to be visited; a return is written by `handover`, which opens what is to be corrected.

    Raises VerificationError: for another result, an opinion missing where it is to be visited, a village not handed
    up, and for passing where two answers still stand against each other, a question waits for its answer or what
    was sent back hasn't come up again.
    """
    if result not in _DECIDED:
        raise VerificationError("请选“通过”或“列入实地核实”；要退回，请用“退回”。")
    clean = opinion.strip()
    if len(clean) > _LONGEST:
        raise VerificationError(f"审核意见有 {len(clean)} 个字，最多 {_LONGEST} 字，请写短一些。")
    if result == DeskAudit.Result.VISIT and not clean:
        raise VerificationError("请在审核意见里写明去村里要核实什么。")
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
    audit = audit_of(work.summary)
    if audit is None or not audit.result:
        raise VerificationError("这次审核还没有结果，没有可以撤回的。")
    if audit.decided_by != work.actor:
        raise VerificationError("审核结果由谁定的，就由谁撤回。")
    audit.result, audit.decided_at, audit.decided_by = "", None, ""
    audit.save(update_fields=["result", "decided_at", "decided_by"])
    record_facts(work, audited="", audited_for="")
    _note(work, "audit.undo", audit)
    return audit


def _passable(work: VillageWork) -> None:
    figures, facts = work.summary.figures, work.summary.facts
    if facts.get("returns_open"):
        raise VerificationError("退回的还没改好再报，等村里再报以后再通过，或先撤回退回。")
    if figures.get("conflicts"):
        raise VerificationError(f"还有 {figures['conflicts']} 户两边填得不一样，先定下来再通过。")
    if facts.get("enquiries_open"):
        raise VerificationError(
            f"还有 {facts['enquiries_open']} 个问题村里没答复，等答复后再通过，或先把问题撤销。"
        )


def _note(work: VillageWork, action: str, audit: DeskAudit) -> None:
    work.note(
        Entry(village_chain(work.village.pk), work.actor, action, f"desk_audit:{audit.pk}"), recount=False
    )

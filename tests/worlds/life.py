"""What holds of a register whatever happened in it: every total is the sum of its rows, every chain verifies."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.db import transaction
from tests.worlds.round import World

from paicha.domain.audit.queries import verify
from paicha.domain.life.rows import retell
from paicha.domain.responses.audit_check import broken_parts
from paicha.domain.responses.models import Conflict, Finding, HeldRevision, VillageSummary
from paicha.domain.responses.services import recount, village_work
from paicha.domain.responses.summary.recount_cache import forget
from paicha.domain.rounds.models import RosterEntry

TABLES = {
    name: [0]
    for name in (
        "problems.problem", "problems.petition", "referrals.referral", "verification.samplehousehold",
        "verification.enquiry", "households.basechange",
    )
}  # fmt: skip
_TALLIES = ("counts", "leads", "facts", "figures", "added")


def require_whole(world: World, *, chains: bool = True) -> None:
    """Fail where a village's row differs from what its tables say, or (`chains`) a chain does not verify."""
    summaries = VillageSummary.objects.filter(round=world.round).select_related("village")
    listed = [summary for summary in summaries if summary.counted_at or summary.counts]
    villages = [summary.village_id for summary in listed]
    for table in (RosterEntry, Finding, Conflict, HeldRevision):
        elsewhere = table._default_manager.filter(round=world.round).exclude(village__in=villages)
        assert not elsewhere.exists(), f"{table.__name__} of a village whose row says nothing"
    for summary in listed:
        _require_rows(world, summary)
        if summary.counted_at is None:
            continue
        stored = {name: getattr(summary, name) for name in _TALLIES}
        anew = _anew(world, summary, stored["facts"])
        differ = {name: (stored[name], anew[name]) for name in _TALLIES if stored[name] != anew[name]}
        assert not differ, f"{summary.code} {differ}"
    assert not chains or verify() == []
    assert not chains or broken_parts() == []


def _require_rows(world: World, summary: VillageSummary) -> None:
    rows = RosterEntry.objects.filter(round=world.round, village=summary.village)
    counted: dict[str, Counter[str]] = {}
    for form, outcome, household in rows.values_list("form", "outcome", "household__village_id"):
        assert household == summary.village_id
        counted.setdefault(form, Counter())["due" if outcome is None else str(outcome)] += 1
    assert {form: dict(by) for form, by in counted.items()} == {
        f: by for f, by in summary.counts.items() if by
    }
    assert not rows.filter(household__closed_at__isnull=False).exists()
    findings = Finding.objects.filter(
        round=world.round, village=summary.village, severity="lead", state="open"
    )
    assert sum(summary.leads.values()) == findings.count()
    conflicts = Conflict.objects.filter(round=world.round, village=summary.village, settled_at=None)
    assert summary.figures.get("conflicts", 0) == conflicts.count()
    held = HeldRevision.objects.filter(round=world.round, village=summary.village, taken_at=None)
    assert summary.fact.held == held.count()


def _anew(world: World, summary: VillageSummary, facts: dict[str, Any]) -> dict[str, Any]:
    """The summary row as it would be made from its tables alone; of the facts those that were told."""
    forget()
    with transaction.atomic():
        with village_work(world.round, world.pack, summary.village, "9") as work:
            told = {table: ids for table, ids in TABLES.items() if table != "problems.problem"}
            households = RosterEntry.objects.filter(round=world.round, village=summary.village)
            retell(work, list(households.values_list("household_id", flat=True)), told)
            recount([work])
            anew = {name: getattr(work.summary, name) for name in _TALLIES}
        transaction.set_rollback(True)
    anew["figures"]["before"] = summary.figures["before"]  # how it stood yesterday
    anew["facts"] = {name: value for name, value in anew["facts"].items() if name in facts}
    return anew

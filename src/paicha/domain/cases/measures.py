"""What is done about a household and between the rounds: measures, objections, weekly rounds of grid workers.

What holds: a measure may start before a case is through (帮扶先行); one written by mistake is withdrawn, not deleted;
what a grid worker sees at a household becomes a lead of the round.
"""

from __future__ import annotations

from datetime import date
from uuid import UUID

from paicha.core.refusal import text_field
from paicha.domain.audit.services import Entry, village_chain
from paicha.domain.cases.case_facts import tell
from paicha.domain.cases.engine import step_of
from paicha.domain.cases.errors import CaseError
from paicha.domain.cases.models import Case, GridRound, Measure, Objection
from paicha.domain.households.models import Household
from paicha.domain.responses.services import VillageWork, raise_lead

_AMOUNT = 10_000_000  # yuan
_MOST = 500
_SEEN = 300  # as much as a lead holds


def add_measure(
    work: VillageWork,
    household: UUID,
    *,
    policy: str,
    by_whom: str,
    since: date,
    until: date | None = None,
    amount: int | None = None,
) -> Measure:
    """A measure of a household of the village; `amount` in yuan. Raises CaseError."""
    _of_village(work, household)
    if not policy.strip():
        raise CaseError("G10", label="帮扶政策或措施")
    if not by_whom.strip():
        raise CaseError("G10", label="由谁落实")
    if until is not None and until < since:
        raise CaseError("K16")
    if amount is not None and not 0 <= amount <= _AMOUNT:
        raise CaseError("K17")
    made = Measure.objects.create(
        round=work.round, village=work.village, household_id=household, policy=policy.strip()[:100],
        amount=amount, by_whom=by_whom.strip()[:60], since=since, until=until, noted_by=work.actor,
        noted_at=work.at,
    )  # fmt: skip
    _note(work, "measure.add", f"measure:{made.pk}")
    tell(work, {household})
    return made


def withdraw_measure(work: VillageWork, measure: Measure) -> Measure:
    """Take back a measure that was written by mistake. Raises CaseError."""
    fresh = Measure.objects.select_for_update().get(pk=measure.pk, village=work.village)
    if fresh.withdrawn_at is not None:
        raise CaseError("K18")
    fresh.withdrawn_at, fresh.withdrawn_by = work.at, work.actor
    fresh.save(update_fields=["withdrawn_at", "withdrawn_by"])
    _note(work, "measure.withdraw", f"measure:{fresh.pk}")
    tell(work, {fresh.household_id})
    return fresh


def note_objection(work: VillageWork, case: Case, *, what: str, by: str, on: date) -> Objection:
    """Somebody objects while the notice hangs. Raises CaseError."""
    fresh = Case.objects.select_for_update().get(pk=case.pk, village=work.village)
    if fresh.state != Case.State.GOING or step_of(work.pack, fresh).kind != "notice":
        raise CaseError("K19")
    if not what.strip() or not by.strip():
        raise CaseError("K20")
    if on < fresh.since:
        raise CaseError("K21")
    made = Objection.objects.create(
        case=fresh, step=fresh.step, what=what.strip()[:_MOST], by=by.strip()[:40], on=on, noted_by=work.actor
    )
    _note(work, "objection.note", f"objection:{made.pk}")
    tell(work)
    return made


def answer_objection(work: VillageWork, objection: Objection, answer: str) -> Objection:
    """Answer an objection; the case may then go on. Raises CaseError."""
    fresh = Objection.objects.select_for_update().get(pk=objection.pk, case__village=work.village)
    if fresh.answered_on is not None:
        raise CaseError("K22")
    if not answer.strip():
        raise CaseError("K23")
    fresh.answer, fresh.answered_on, fresh.answered_by = answer.strip()[:_MOST], work.days.today, work.actor
    fresh.save(update_fields=["answer", "answered_on", "answered_by"])
    _note(work, "objection.answer", f"objection:{fresh.pk}")
    tell(work)
    return fresh


def note_round(
    work: VillageWork,
    *,
    group: str,
    on: date,
    worker: str,
    visited: int,
    seen: str = "",
    household: UUID | None = None,
) -> GridRound:
    """A weekly round through a group; with `household`, what was seen there becomes a lead. Raises CaseError."""
    if not worker.strip():
        raise CaseError("G10", label="网格员姓名")
    if not 1 <= visited <= 2000:
        raise CaseError("K24")
    text_field("看到的情况", seen, _SEEN)
    if household is not None:
        _of_village(work, household)
        if not seen.strip():
            raise CaseError("K25")
        raise_lead(work, household, "weekly_round", seen)
    made = GridRound.objects.create(
        round=work.round, village=work.village, group=group, on=on, worker=worker.strip()[:40],
        visited=visited, seen=seen.strip(), household_id=household, noted_by=work.actor, noted_at=work.at,
    )  # fmt: skip
    _note(work, "round.weekly", f"weekly:{made.pk}")
    tell(work)
    return made


def _of_village(work: VillageWork, household: UUID) -> None:
    if not Household.objects.filter(pk=household, village=work.village, closed_at=None).exists():
        raise CaseError("K26")


def _note(work: VillageWork, action: str, subject: str) -> None:
    work.note(Entry(village_chain(work.village.pk), work.actor, action, subject), recount=False)

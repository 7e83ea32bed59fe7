"""What other apps may do with answers. `submit_responses` is the one way in.

The rooms behind are closed to other apps (a contract in pyproject.toml), which get what they need of them here:
the transaction of a village and what it knows, batches and receipts, facts. Decisions on findings and conflicts are
here too: each is checked, written and audited in one transaction, and the village is counted again.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

import orjson
from django.db import transaction

from paicha.core.pack import Pack
from paicha.core.refusal import Refusal
from paicha.domain import bulk, clock
from paicha.domain.areas.models import Area
from paicha.domain.audit.services import Entry, village_chain
from paicha.domain.responses.findings.household_facts import (
    record_facts_of_households,
    record_household_facts,
)
from paicha.domain.responses.findings.rescreen import rescreen
from paicha.domain.responses.models import Conflict, Finding, Revision, VillageSummary
from paicha.domain.responses.submission.batch import Batch, IncomingRow, ReadColumns, Receipt, Said, Status
from paicha.domain.responses.submission.release import Taken, take_held
from paicha.domain.responses.submission.submit import submit_responses
from paicha.domain.responses.summary.recount import recount
from paicha.domain.responses.summary.tallies import DUE, has_rows
from paicha.domain.responses.transaction import village_work, villages_work
from paicha.domain.responses.village_forms.submit import FormAnswers, submit_village_form
from paicha.domain.responses.work import VillageWork, days_of, read_together, record_facts
from paicha.domain.rounds.models import RosterEntry, Round
from paicha.domain.rounds.queries import stages, village_areas

__all__ = [
    "Batch",
    "DecisionError",
    "FormAnswers",
    "IncomingRow",
    "ReadColumns",
    "Receipt",
    "Said",
    "Status",
    "Taken",
    "VillageWork",
    "days_of",
    "decide_finding",
    "decide_within",
    "raise_lead",
    "read_together",
    "record_facts",
    "record_facts_of_households",
    "record_household_facts",
    "recount",
    "reopen_within",
    "resubmit",
    "screen_by_calendar",
    "settle_conflict",
    "start_summaries",
    "submit_responses",
    "submit_village_form",
    "take_held",
    "village_work",
    "villages_work",
]  # fmt: skip


class DecisionError(Refusal):
    """A decision that can't be taken as given."""


@transaction.atomic
def start_summaries(round_: Round) -> None:
    """One summary row a village of the round, counted from the roster as it was frozen."""
    counts: dict[int, dict[str, dict[str, int]]] = {}
    rows = RosterEntry.objects.filter(round=round_).values_list("village_id", "form")
    for village, form in rows.iterator(20_000):
        by = counts.setdefault(village, {}).setdefault(form, {})
        by[DUE] = by.get(DUE, 0) + 1
    bulk.insert(
        VillageSummary,
        (
            "round",
            "village",
            "code",
            "counts",
            "leads",
            "facts",
            "figures",
            "profile",
            "added",
            "reopened_forms",
        ),
        [
            (round_.pk, a.area_id, a.code, counts.get(a.area_id, {}), {}, {}, {}, {}, 0, [])
            for a in village_areas(round_)
        ],
    )


def decide_finding(
    round_: Round, pack: Pack, finding: Finding, *, state: str, reason: str, actor: str
) -> None:
    """A person confirms or dismisses a finding, with a reason; decided again is allowed, and logged again.

    Raises DecisionError without a reason or for an unknown state.
    """
    with village_work(round_, pack, finding.village, actor) as work:
        decide_within(work, finding.pk, state=state, reason=reason)


def decide_within(work: VillageWork, finding: int, *, state: str, reason: str) -> Finding:
    """`decide_finding` as part of a village's transaction, by the one who acts in it. Raises DecisionError."""
    if state not in (Finding.State.CONFIRMED, Finding.State.DISMISSED):
        raise DecisionError("C10")
    if not reason.strip():
        raise DecisionError("G02", asks="理由")
    fresh = Finding.objects.select_for_update().get(pk=finding, round=work.round, village=work.village)
    fresh.state, fresh.reason = state, reason.strip()[:300]
    fresh.decided_by, fresh.decided_at = work.actor, clock.now()
    fresh.save(update_fields=["state", "reason", "decided_by", "decided_at"])
    work.note(Entry(village_chain(work.village.pk), work.actor, f"finding.{state}", f"finding:{fresh.pk}"))
    return fresh


def reopen_within(work: VillageWork, finding: int) -> None:
    """Take a decision back: the finding is open again, and shows what had been decided. Part of `work`."""
    fresh = Finding.objects.select_for_update().get(pk=finding, round=work.round, village=work.village)
    if fresh.state not in (Finding.State.CONFIRMED, Finding.State.DISMISSED):
        return
    _keep_before(fresh)
    fresh.state, fresh.found_at = Finding.State.OPEN, work.at
    fresh.save(update_fields=["state", "reason", "decided_by", "decided_at", "before", "found_at"])
    work.note(Entry(village_chain(work.village.pk), work.actor, "finding.reopen", f"finding:{fresh.pk}"))


def _keep_before(finding: Finding) -> None:
    """Move a finding's decision to where the one before is shown."""
    finding.before = {
        "state": finding.state, "reason": finding.reason, "by": finding.decided_by,
        "at": finding.decided_at.isoformat() if finding.decided_at else "",
    }  # fmt: skip
    finding.reason = finding.decided_by = ""
    finding.decided_at = None


def raise_lead(work: VillageWork, household: UUID | None, source: str, detail: str) -> Finding:
    """A lead that a person or a list brings (`source`: a lead source of the pack), with what was seen.

    `household` None: about the village itself, as somebody on a list who isn't in the register.

    One a household and source: while it is open, more is added to it; decided before, it is opened again with
    the old decision shown. Raises DecisionError where the pack has no such source, or nothing is said.
    """
    known = work.pack.lead_source.get(source)
    if known is None:
        raise DecisionError("C11")
    if not detail.strip():
        raise DecisionError("C12")
    form = ""
    if household is not None:
        form = RosterEntry.objects.get(round=work.round, village=work.village, household_id=household).form
    rows = Finding.objects.select_for_update().filter(round=work.round, village=work.village, rule=known.id)
    found = rows.filter(household=household).first()
    if found is None:
        found = Finding(
            round=work.round, village=work.village, household_id=household, form=form, rule=known.id,
            severity="lead", kind=known.kind, strength=known.strength,
        )  # fmt: skip
    elif found.state != Finding.State.OPEN:
        _keep_before(found)
        found.detail = ""
    said = detail.strip()
    if said not in found.detail.split("；"):
        found.detail = (f"{found.detail}；{said}" if found.detail else said)[:300]
    found.state, found.found_at, found.fingerprint = Finding.State.OPEN, work.at, ""
    found.save()
    work.note(Entry(village_chain(work.village.pk), work.actor, f"lead.{source}", f"finding:{found.pk}"))
    return found


def settle_conflict(
    round_: Round, pack: Pack, conflict: Conflict, *, take_other: Mapping[str, bool], actor: str, source: str,
    seen: int | None = None,
) -> Receipt:  # fmt: skip
    """A person settles a conflict field by field: `take_other` says for each colliding field which answer holds.

    `seen`: the number of the revision whose answers were before their eyes. The result is a new revision through
    `submit_responses`. Raises DecisionError where a field is left open, or the answers in force are others by now.
    """
    missing = [name for name in conflict.fields if name not in take_other]
    if missing:
        labels = "、".join(pack.questions[name].label for name in missing)
        raise DecisionError("C13", labels=labels)
    with village_work(round_, pack, conflict.village, actor) as work:
        fresh = Conflict.objects.select_for_update().get(pk=conflict.pk)
        if fresh.settled_at is not None:
            raise DecisionError("C14")
        entry = RosterEntry.objects.get(round=round_, household_id=fresh.household_id)
        assert entry.revision is not None, "a conflict is with answers in force"
        if seen is not None and entry.revision_number != seen:
            now = f"现在是第 {entry.revision_number} 稿"
            raise DecisionError("C15", now=now)
        current = orjson.loads(Revision.objects.get(pk=entry.revision).answers)
        chosen = _choose_answers(work, fresh, current, take_other)
        receipt = resubmit(work, entry, chosen, source)
        if receipt.status is Status.REFUSED:
            raise DecisionError("C16", said="；".join(said.message for said in receipt.said))
        fresh.settled_at, fresh.settled_by = clock.now(), actor
        fresh.save(update_fields=["settled_at", "settled_by"])
        work.note(Entry(village_chain(work.village.pk), actor, "conflict.settle", f"conflict:{fresh.pk}"))
    return receipt


def _choose_answers(
    work: VillageWork, conflict: Conflict, current: Mapping[str, Any], take_other: Mapping[str, bool]
) -> dict[str, Any]:
    """Colliding answers as chosen; what the other alone had changed, unless it was changed since, too."""
    met = Revision.objects.get(round=work.round, household=conflict.household_id, number=conflict.number)
    then, other = orjson.loads(met.answers), orjson.loads(conflict.answers)
    chosen = dict(current)
    for name in {*then, *other, *conflict.fields}:
        if name in conflict.fields:
            taken = take_other[name]
        else:
            taken = other.get(name) != then.get(name) and current.get(name) == then.get(name)
        if taken:
            chosen[name] = other.get(name)
    return {name: value for name, value in chosen.items() if value is not None}


def resubmit(work: VillageWork, entry: RosterEntry, answers: Mapping[str, object], source: str) -> Receipt:
    """Answers of one household, whole, over those in force: a correction, through `submit_responses`."""
    row = IncomingRow(
        entry.form, entry.household_id, text=orjson.dumps(answers).decode(), base=entry.revision_number
    )
    return submit_responses(work, Batch.of(work, [row], source=source))[0]


def screen(round_: Round, pack: Pack, village: Area, actor: str, on: date | None = None) -> int:
    """Run every rule over a village of the round again (`paicha screen`); returns how many leads are open."""
    with village_work(round_, pack, village, actor, on) as work:
        rescreen(work)
        recount([work])
    return int(work.summary.figures.get("open_leads", 0))


def screen_by_calendar(round_: Round, pack: Pack, actor: str) -> int:
    """Screen the villages whose stages have ended, or were extended, since they were last screened.

    S15 and the village rules wait for a deadline (rules.md), and nobody need save anything on that day. Returns how
    many villages were screened; called again on the same day it looks at the summary rows alone.
    """
    screened = 0
    for summary in VillageSummary.objects.filter(round=round_).select_related("village").order_by("code"):
        over = [stage.id for stage in stages(round_, pack, code=summary.code) if stage.over]
        if not has_rows(summary) or summary.fact.stages_over == over:
            continue
        with village_work(round_, pack, summary.village, actor) as work:
            rescreen(work)
            record_facts(work, stages_over=over)
        screened += 1
    return screened

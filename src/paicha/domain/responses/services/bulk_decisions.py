"""Many open leads of a village decided at once, and that taken back.

Why here: findings are written by this app alone, and one village's part of a county-wide decision is one of its
transactions. What holds: taking back opens again exactly those that still carry this very decision; what people
decided anew, or what changed answers opened, stays as it is, and what no longer fires lapses.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db.models import QuerySet

from paicha.core.refusal import Refusal
from paicha.domain.audit.services import Entry, village_chain
from paicha.domain.responses.findings.rescreen import rescreen
from paicha.domain.responses.models import Finding
from paicha.domain.responses.work import VillageWork

_OPEN, _DISMISSED = Finding.State.OPEN.value, Finding.State.DISMISSED.value
_AT_ONCE = 900  # ids in one statement; the embedded database of old takes 999


def dismiss_open(
    work: VillageWork, rules: Collection[str], reason: str, subject: str, as_of: datetime | None = None
) -> list[int]:
    """Dismiss the open leads of these rules on households of `work`'s village; the ids of what was decided.

    `as_of`: what was opened later is left alone, since whoever decides hasn't seen it.
    One audit entry, with the number. Raises Refusal without a reason.
    """
    if not reason.strip():
        raise Refusal("G02", asks="理由")
    rows = Finding.objects.filter(
        round=work.round, village=work.village, severity="lead", state=_OPEN, household__isnull=False,
        rule__in=rules,
    )  # fmt: skip
    if as_of is not None:
        rows = rows.filter(found_at__lte=as_of)
    ids = list(rows.order_by("pk").values_list("pk", flat=True))
    if not ids:
        return []
    rows.update(
        state=_DISMISSED, reason=reason.strip()[:300], decided_by=work.actor, decided_at=work.at
    )  # under the lock of the summary row: the same rows as were read
    chain = village_chain(work.village.pk)
    work.note(Entry(chain, work.actor, "finding.dismissed", subject, count=len(ids)))
    return ids


def reopen_decided(work: VillageWork, ids: Sequence[int], by: str, at: datetime, subject: str) -> int:
    """Open again those of `ids` that still stand as `by` decided them at `at`; how many."""
    taken: list[int] = []
    households = set()
    for start in range(0, len(ids), _AT_ONCE):
        rows = _standing(work, ids[start : start + _AT_ONCE], by, at)
        for pk, household in rows.values_list("pk", "household_id"):
            taken.append(pk)
            households.add(household)
        rows.update(state=_OPEN, reason="", decided_by="", decided_at=None, found_at=work.at)
    if taken:
        chain = village_chain(work.village.pk)
        work.note(Entry(chain, work.actor, "finding.reopened", subject, count=len(taken)))
        rescreen(work, {household for household in households if household is not None})
    return len(taken)


def _standing(work: VillageWork, ids: Sequence[int], by: str, at: datetime) -> QuerySet[Finding]:
    return Finding.objects.filter(
        pk__in=ids, round=work.round, village=work.village, state=_DISMISSED, decided_by=by, decided_at=at
    )

"""Questions to departments about a household that moves, is merged or split: they go along."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Exists, OuterRef

from paicha.domain.households.events import Destination, Ids, carry
from paicha.domain.referrals.models import Referral


def carry_referrals(source: UUID, to: Destination, only: Ids | None = None) -> Ids:
    """Referrals of `source` become those of `to`, but one that waits there with the same question already."""
    waiting = Referral.objects.filter(
        household=to.household, answered_at=None, withdrawn_at=None, round=OuterRef("round"),
        department=OuterRef("department"), question=OuterRef("question"),
    )  # fmt: skip
    rows = Referral.objects.all()
    if source != to.household:
        rows = rows.exclude(Exists(waiting), answered_at=None, withdrawn_at=None)
    return carry(rows, source, to, None if only is None else only.get("referrals.referral", []))

"""Reading referrals: a department's own by its scope, a place's by its villages, a household's."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from uuid import UUID

from django.db.models import QuerySet

from paicha.domain.accounts.policies import Scope
from paicha.domain.accounts.roles import Verb
from paicha.domain.referrals.models import Referral
from paicha.domain.rounds.models import Round


def of_departments(who: Scope, round_: Round) -> QuerySet[Referral]:
    """What is referred to the departments of a person and not withdrawn; nothing for anybody else."""
    rows = Referral.objects.filter(round=round_, withdrawn_at=None)
    return (
        who.narrow(rows, Verb.ANSWER_REFERRALS, department="department")
        .select_related("household", "village__parent")
        .order_by("due_on", "village__code", "pk")
    )


def referrals_listed(
    round_: Round,
    villages: Collection[int],
    answered: bool,
    before: date | None = None,
    groups: Collection[str] | None = None,
) -> list[Referral]:
    """Referrals of some villages: those that wait (due before a day), or those that are answered."""
    rows = Referral.objects.filter(
        round=round_, village_id__in=villages, withdrawn_at=None, answered_at__isnull=not answered
    )
    if before is not None:
        rows = rows.filter(due_on__lt=before)
    if groups is not None:
        rows = rows.filter(household__group__in=groups)
    return list(rows.select_related("household", "village__parent").order_by("village__code", "due_on", "pk"))


def of_household(round_: Round, household: UUID) -> list[Referral]:
    """What departments were asked about a household, newest first."""
    rows = Referral.objects.filter(round=round_, household_id=household, withdrawn_at=None)
    return list(rows.order_by("-pk"))

"""Which rows of a village are open though the village is locked: the column `reopened` of the roster."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Q

from paicha.domain.areas.models import Area
from paicha.domain.rounds.models import RosterEntry, Round


def reopen_entries(
    round_: Round, village: Area, households: Collection[str], forms: Collection[str] = ()
) -> None:
    """Open these households (ids as text) and every row of these forms, and lock all others of the village."""
    rows = RosterEntry.objects.filter(round=round_, village=village)
    wanted = Q(household__in=list(households)) | Q(form__in=list(forms))
    if households or forms:
        rows.filter(wanted, reopened=False).update(reopened=True)
        rows.filter(reopened=True).exclude(wanted).update(reopened=False)
    else:
        rows.filter(reopened=True).update(reopened=False)

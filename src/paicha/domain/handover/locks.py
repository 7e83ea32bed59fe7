"""What is open in a village that has handed up: exactly what its open returns name.

Why one function: handing up, returning, and taking either back must all end in the same state for the same open
returns, or a row would stay open that nobody sent back.
"""

from __future__ import annotations

from collections.abc import Sequence

from paicha.core.area_codes import county_of, town_of
from paicha.core.pack import HouseholdForm
from paicha.domain.areas.models import Area
from paicha.domain.handover.errors import HandoverError
from paicha.domain.handover.models import Ledger, Return
from paicha.domain.responses.models import VillageSummary
from paicha.domain.responses.services import VillageWork
from paicha.domain.rounds.models import Round
from paicha.domain.rounds.reopen import reopen_entries


def apply_returns(work: VillageWork, back: Sequence[Return], otherwise: str = "handed_up") -> None:
    """Open what `back` names and lock everything else; with nothing back, the village is `otherwise`.

    A whole return opens the village; rows and forms open alone while the village stays handed up.
    """
    summary = work.summary
    forms = {form for one in back for form in one.forms}
    households = {id_ for one in back for id_ in one.households}
    if any(one.whole for one in back):
        summary.status, forms, households = VillageSummary.Status.RETURNED.value, set(), set()
    else:
        summary.status = VillageSummary.Status.HANDED_UP.value if back else otherwise
    rows_of = {name for name in forms if isinstance(work.pack.form(name), HouseholdForm)}
    summary.reopened_forms = sorted(forms - rows_of)
    reopen_entries(work.round, work.village, households, rows_of)
    work.changed = True


def require_town_open(round_: Round, village: Area) -> None:
    """Raise HandoverError where the town (or the county) has handed up, so that its villages stand still."""
    codes = [town_of(village.code), county_of(village.code)]
    up = set(
        Ledger.objects.filter(round=round_, code__in=codes, status=Ledger.Status.HANDED_UP).values_list(
            "code", flat=True
        )
    )
    if codes[1] in up:
        raise HandoverError("H22")
    if codes[0] in up:
        raise HandoverError("H23")

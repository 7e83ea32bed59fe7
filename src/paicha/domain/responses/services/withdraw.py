"""A household whose only answers were given by mistake is due again; what was given stays on record.

Why: whoever types a sheet types into the wrong line sooner or later, and a household that nobody has visited must
not count as surveyed. What holds: nothing is deleted; an empty revision follows, which is none in force, so that
numbers go on and the household's history says what happened; open findings lapse.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from paicha.domain.audit.services import Entry, village_chain
from paicha.domain.responses.columns import NOTHING
from paicha.domain.responses.findings.rescreen import rescreen
from paicha.domain.responses.submission.audit_digest import SUBMIT
from paicha.domain.responses.submission.revisions import NewRevision, append_part
from paicha.domain.responses.work import VillageWork
from paicha.domain.rounds.models import RosterEntry
from paicha.domain.rounds.services import record_outcomes


def withdraw(work: VillageWork, household: UUID, source: str) -> int:
    """Take a household's answers out of force; the number of the empty revision. Must run inside `work`."""
    entry = RosterEntry.objects.select_for_update().get(
        round=work.round, village=work.village, household_id=household
    )
    withdraw_all(work, [entry], source)
    chain = village_chain(work.village.pk)
    work.note(Entry(chain, work.actor, "responses.withdraw", f"household:{household}"))
    return entry.revision_number + 1


def withdraw_all(work: VillageWork, entries: Sequence[RosterEntry], source: str, address: str = "") -> None:
    """Take the answers of some of the village's households out of force; the caller's audit entry says why."""
    if not entries:
        return
    append_part(
        work,
        SUBMIT,
        [
            NewRevision(
                entry.household_id, entry.form, entry.revision_number + 1, entry.revision_number, NOTHING, source,
                address=address,
            )
            for entry in entries
        ],
    )  # fmt: skip
    record_outcomes([(None, None, entry.revision_number + 1, entry.pk) for entry in entries])
    rescreen(work, {entry.household_id for entry in entries})

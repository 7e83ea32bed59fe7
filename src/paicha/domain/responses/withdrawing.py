"""A household whose only answers were given by mistake is due again; what was given stays on record.

Why: whoever types a sheet types into the wrong line sooner or later, and a household that nobody has visited must
not count as surveyed. What holds: nothing is deleted; an empty revision follows, which is none in force, so that
numbers go on and the household's history says what happened; open findings lapse.
"""

from __future__ import annotations

from uuid import UUID

from paicha.domain import bulk
from paicha.domain.audit.services import Entry, village_chain
from paicha.domain.households.services import new_id
from paicha.domain.responses import parts
from paicha.domain.responses.models import Revision
from paicha.domain.responses.rescreen import rescreen
from paicha.domain.responses.storing import REVISION
from paicha.domain.responses.work import VillageWork
from paicha.domain.rounds.models import RosterEntry
from paicha.domain.rounds.services import record_outcomes

NOTHING = "{}"


def withdraw(work: VillageWork, household: UUID, source: str) -> int:
    """Take a household's answers out of force; the number of the empty revision. Must run inside `work`."""
    entry = RosterEntry.objects.select_for_update().get(
        round=work.round, village=work.village, household_id=household
    )
    id_, part, number = new_id(), new_id(), entry.revision_number + 1
    bulk.insert(
        Revision,
        REVISION,
        [
            (
                id_, work.round.pk, work.village.pk, household, entry.form, number, entry.revision_number, NOTHING,
                source, None, part, "", work.at,
            )
        ],
    )  # fmt: skip
    written = parts.Written(id_, household, entry.form, number, NOTHING)
    work.note(parts.part_entry(work.village.pk, work.actor, parts.SUBMIT, part, [written]))
    record_outcomes([(None, None, number, entry.pk)])
    rescreen(work, {household})
    chain = village_chain(work.village.pk)
    work.note(Entry(chain, work.actor, "responses.withdraw", f"household:{household}"))
    return number

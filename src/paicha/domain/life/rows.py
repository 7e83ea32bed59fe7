"""The rows of every app that go along with a household, and what each tells its villages afterwards."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from paicha.domain.cases.carrying import carry_cases
from paicha.domain.cases.services import tell as tell_cases
from paicha.domain.households.events import Destination, Ids, carry_register, join_ids
from paicha.domain.life.carriers import carriers
from paicha.domain.problems.carrying import carry_problems
from paicha.domain.problems.summary_facts import told_petitions, told_problems
from paicha.domain.referrals.carrying import carry_referrals
from paicha.domain.referrals.services import count_referrals as tell_referrals
from paicha.domain.responses.services import VillageWork
from paicha.domain.responses.services.base_changes import tell_changes
from paicha.domain.responses.services.register_events import carry_answers, tell_answers
from paicha.domain.verification.carrying import carry_samples
from paicha.domain.verification.enquiries import tell_enquiries
from paicha.domain.verification.interviews import tell_interviews


def carry_all(work: VillageWork, source: UUID, to: Destination, only: Ids | None = None) -> Ids:
    """Everything that stands about `source` becomes `to`'s; `only`: these rows alone. Returns what went."""
    return join_ids(
        (
            carry_answers(work, source, to, only),
            carry_cases(source, to, only),
            carry_problems(source, to, only),
            carry_referrals(source, to, only),
            carry_samples(source, to, only),
            carry_register(source, to, only),
            *(above.carry(work, source, to, only) for above in carriers()),
        )
    )


def retell(work: VillageWork, households: Collection[UUID], rows: Ids) -> None:
    """Tell a village's summary row, and these of its households, what the tables say now."""
    apps = {table.partition(".")[0] for table in rows}
    tell_answers(work)
    tell_cases(work, households)
    if "problems.problem" in rows:
        told_problems(work)
    if "problems.petition" in rows:
        told_petitions(work)
    if "referrals" in apps:
        tell_referrals(work)
    if "verification.samplehousehold" in rows:
        tell_interviews(work)
    if "verification.enquiry" in rows:
        tell_enquiries(work)
    if "households.basechange" in rows:
        tell_changes(work)
    for above in carriers():
        above.tell(work, rows)
    work.changed = True

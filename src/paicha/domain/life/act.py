"""One register event on its way: its villages locked, its households as they stand, who asks and why.

What holds: whoever acts may keep the register of every village concerned; a village that has handed up is left alone
until it, or the household's row, has come back, or whoever may hand up asks for a supplement, which freezes it anew;
a page that shows an older state is refused; the villages' rows and facts say what the tables say once the event is
through.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from paicha.core.pack import Pack
from paicha.core.refusal import text_field
from paicha.domain.accounts.policies import Scope
from paicha.domain.accounts.roles import Verb
from paicha.domain.areas.models import Area
from paicha.domain.audit.services import Entry, village_chain
from paicha.domain.handover.supplements import begin_supplement, end_supplement
from paicha.domain.households.events import Ids, mark_of
from paicha.domain.households.models import Household, HouseholdEvent
from paicha.domain.households.services import count_change
from paicha.domain.life.errors import LifeError
from paicha.domain.life.rows import retell
from paicha.domain.responses.services import VillageWork, villages_work
from paicha.domain.rounds.models import RosterEntry, Round

_REASON = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks for an event, and why. `seen`: the household's mark that their page showed (`events.mark_of`).
    `supplement`: what is handed up changes with it, and is frozen anew."""

    scope: Scope
    reason: str
    seen: int | None = None
    supplement: bool = False


@dataclass(slots=True)
class Home:
    """A household as it stands: its row of the register, its place in the round (None where it is closed)."""

    household: Household
    entry: RosterEntry | None
    work: VillageWork

    @property
    def place(self) -> RosterEntry:
        """Its place in the round. Raises LifeError for a household that is closed."""
        if self.entry is None or self.household.closed_at is not None:
            raise LifeError("N01", head=self.household.head_name)
        return self.entry

    def require_open(self) -> None:
        """Raise LifeError where the village has handed up and neither it nor the row has come back."""
        if self.work.locked and not (self.entry is not None and self.entry.reopened):
            raise LifeError("N03", village=self.work.village.spoken)


@dataclass(slots=True)
class Act:
    """An event in its transaction."""

    round: Round
    pack: Pack
    asked: Asked
    works: dict[int, VillageWork]
    homes: dict[UUID, Home]

    @property
    def actor(self) -> str:
        return self.asked.scope.actor

    @property
    def at(self) -> datetime:
        return next(iter(self.works.values())).at

    @property
    def source(self) -> str:
        """The source of answers that an event carries along."""
        return f"desk:{self.actor}"

    def note(self, event: HouseholdEvent, action: str = "") -> None:
        """An audit entry in the chain of every village concerned; each register counts the change."""
        count_change(self.works)
        words = action or f"household.{event.kind}"
        for work in self.works.values():
            subject = f"household:{event.household_id} event:{event.pk}"
            work.note(Entry(village_chain(work.village.pk), self.actor, words, subject))

    def tell(self, households: Collection[UUID], rows: Ids) -> None:
        """Bring the facts of the villages up to date after `rows` went along."""
        for work in self.works.values():
            retell(work, households, rows)


@contextmanager
def open_act(
    round_: Round, pack: Pack, households: Collection[UUID], asked: Asked, villages: Collection[Area] = ()
) -> Iterator[Act]:
    """Lock the villages of some households, and others, and read the households. Raises LifeError."""
    text_field("原因", asked.reason, _REASON, asks="原因")
    found = {
        one.pk: one for one in Household.objects.filter(pk__in=list(households)).select_related("village")
    }
    if len(found) != len(set(households)):
        raise LifeError("N02")
    areas = {area.pk: area for area in (*villages, *(one.village for one in found.values()))}
    if not all(asked.scope.covers(Verb.KEEP_REGISTER, area.code) for area in areas.values()):
        raise LifeError("N04")
    with villages_work(round_, pack, areas.values(), asked.scope.actor) as works:
        rows = Household.objects.select_for_update().filter(pk__in=list(found)).order_by("pk")
        entries = {
            entry.household_id: entry
            for entry in RosterEntry.objects.select_for_update().filter(
                round=round_, household__in=list(found)
            )
        }
        homes = {}
        for row in rows:
            if row.village_id != found[row.pk].village_id:
                raise LifeError("N05")
            homes[row.pk] = Home(row, entries.get(row.pk), works[row.village_id])
        first = next(iter(households))
        if asked.seen is not None and mark_of(first) != asked.seen:
            raise LifeError("N05")
        supplemented = [work for work in works.values() if asked.supplement and work.summary.handed_up]
        for work in supplemented:
            if not asked.scope.covers(Verb.HAND_UP, work.village.code):
                raise LifeError("N22", village=work.village.spoken)
            begin_supplement(work, "请先改完再报，或把这一户也退回。")
        yield Act(round_, pack, asked, works, homes)
        for work in supplemented:
            end_supplement(work, asked.reason.strip(), "补报了一项变动")

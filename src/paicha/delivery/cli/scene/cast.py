"""Who acts in a scene, and where: the demo accounts, and a cadre for each village that hands up."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from paicha.core.pack import Pack
from paicha.delivery.cli.console import system_user
from paicha.domain.accounts.models import User
from paicha.domain.accounts.policies import Scope, operator_scope, scope
from paicha.domain.accounts.services import create_user
from paicha.domain.areas.models import Area
from paicha.domain.responses.services import VillageWork, village_work
from paicha.domain.rounds.models import RosterEntry, Round, RoundArea

CADRE, GRID, OFFICER, TOWN, CITY = "demo-village", "demo-grid", "demo-officer", "demo-town", "demo-city"
LEADER, OWN_LEADER, DEPARTMENT = "demo-leader", "demo-leader-2", "demo-medical"


@dataclass
class Cast:
    """The round, its people, the village that is shown (`played`) and those of its town that are through (`done`)."""

    round: Round
    pack: Pack
    played: Area
    town: RoundArea
    done: list[Area]

    def user(self, name: str) -> User:
        """The person behind an account, with their work as it is now."""
        return User.objects.get(username=name)

    def actor(self, name: str) -> str:
        return str(self.user(name).pk)

    def scope(self, name: str) -> Scope:
        return scope(self.user(name))

    @contextmanager
    def work(self, name: str, village: Area | None = None) -> Iterator[VillageWork]:
        """A village's transaction by a demo account; the played one where none is named."""
        with self.work_as(self.user(name), village or self.played) as work:
            yield work

    @contextmanager
    def work_as(self, user: User, village: Area) -> Iterator[VillageWork]:
        """A village's transaction by a person."""
        with village_work(self.round, self.pack, village, str(user.pk)) as work:
            yield work

    def cadre_of(self, village: Area) -> User:
        """The cadre of a village of the town; made where there is none."""
        if village.pk == self.played.pk:
            return self.user(CADRE)
        name = f"demo-{village.code[-6:]}"
        known = User.objects.filter(username=name).first()
        if known is not None:
            return known
        by, title = operator_scope(system_user()), f"{village.spoken}村干部"
        return create_user(by, name, "村干部", [village.code], name=title)[0]

    def entries(self, village: Area, **wanted: object) -> list[RosterEntry]:
        """Households of a village in this round, in the order of the register."""
        rows = RosterEntry.objects.filter(round=self.round, village=village, **wanted)
        return list(rows.select_related("household").order_by("household__number"))

    def met(self, village: Area, **wanted: object) -> list[UUID]:
        """Households that somebody has met, in the order of the register."""
        return [entry.household_id for entry in self.entries(village, outcome__in=(1, 2, 3), **wanted)]

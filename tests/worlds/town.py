"""A town with two zones, their leaders, a clerk and village cadres; three villages with something to look at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tests.worlds.county import County, open_county
from tests.worlds.once import built_once
from tests.worlds.village import FilledVillage

from paicha.domain import clock
from paicha.domain.accounts.models import Assignment, User
from paicha.domain.accounts.policies import Scope, scope
from paicha.domain.areas.models import Area, Zone
from paicha.domain.areas.zones import arrange, make_zone
from paicha.domain.responses.models import VillageSummary
from paicha.domain.responses.services import VillageWork, village_work
from paicha.domain.rounds.models import RosterEntry

POOR: Mapping[str, Any] = {"income_band": 1}  # S01
AIDED: Mapping[str, Any] = {"civil_aid": [1]}  # S09
UNINSURED: Mapping[str, Any] = {"insured_none": 1, "insured_resident": 3}  # S06


@dataclass(repr=False)
class Town:
    """What a test needs to name. `villages`: three, the first two in the first zone."""

    county: County
    area: Area
    villages: list[FilledVillage]
    zones: list[Zone]
    users: dict[str, User]

    def work(self, village: FilledVillage, who: str = "clerk") -> Any:
        """The village's transaction by a person."""
        return village_work(self.county.round, self.county.pack, village.area, str(self.users[who].pk))

    def scope(self, who: str) -> Scope:
        return scope(self.users[who])

    def summary(self, village: FilledVillage) -> VillageSummary:
        return VillageSummary.objects.get(round=self.county.round, village=village.area)

    def facts(self, village: FilledVillage) -> dict[str, Any]:
        return dict(self.summary(village).facts)

    def hand_up(self, village: FilledVillage) -> None:
        """The summary row as a hand-up leaves it."""
        VillageSummary.objects.filter(village=village.area).update(
            status=VillageSummary.Status.HANDED_UP, handed_up_at=clock.now()
        )

    def households(self, village: FilledVillage) -> list[UUID]:
        rows = RosterEntry.objects.filter(village=village.area).order_by("household__number")
        return list(rows.values_list("household_id", flat=True))


def fill(village: FilledVillage, rows: Sequence[Mapping[str, Any]]) -> None:
    """Households found on the spot, one a row."""
    village.send([{"head_name": f"户主{chr(0x4E00 + n)}"} | dict(row) for n, row in enumerate(rows)])


def build() -> Town:
    """Open the round over the small county and put the town's people in their places."""
    county = open_county()
    area = county.villages[0].parent
    assert area is not None
    villages = [FilledVillage(county, v) for v in county.villages if v.parent_id == area.pk]
    zones = [make_zone(area, name, "tester") for name in ("一片", "二片")]
    arrange(area, {v.area.pk: zones[n // 2].pk for n, v in enumerate(villages)}, "tester")
    work = {
        "clerk": ("town_clerk", "area", [area.code[:9]]),
        "city": ("city_officer", "area", [area.code[:6]]),
        "first": ("area_leader", "zone", [str(zones[0].pk)]),
        "second": ("area_leader", "zone", [str(zones[1].pk)]),
        "whole": ("area_leader", "area", [area.code[:9]]),
        "stranger": ("area_leader", "area", [county.towns[1].code[:9]]),
        "far_clerk": ("town_clerk", "area", [county.towns[1].code[:9]]),
        **{f"cadre{n}": ("village_cadre", "village", [v.area.code]) for n, v in enumerate(villages)},
        "grid": ("grid_worker", "village", [villages[0].area.code]),
    }
    users = {}
    for name, (role, kind, refs) in work.items():
        users[name] = User.objects.create_user(name, password="a-long-password-1", name=f"{name}的姓名")
        for ref in refs:
            Assignment.objects.create(
                user=users[name], role=role, kind=kind, ref=ref, since=county.round.opens_on
            )
    return Town(county, area, villages, zones, users)


@built_once
def filled() -> Town:
    """The first village has a few leads, the second none, the third is empty."""
    town = build()
    fill(town.villages[0], [POOR, AIDED, UNINSURED, POOR, {}, {}])
    fill(town.villages[1], [{}, {}])
    return town


def told(work: VillageWork) -> dict[str, Any]:
    """The facts as they stand inside a transaction."""
    return dict(work.summary.facts)

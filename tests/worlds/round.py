"""A round of three villages, small enough to count by hand; what the desk's tests walk through."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

import yaml
from django.test import Client
from tests.worlds.once import built_once

from paicha.core.pack import Pack
from paicha.domain import clock
from paicha.domain.accounts.models import Assignment, User
from paicha.domain.areas.models import Area, Group
from paicha.domain.handover.round_opening import load_pack, open_round
from paicha.domain.households.models import Household
from paicha.domain.households.services import NewHousehold, add_households
from paicha.domain.responses.services import Batch, IncomingRow, submit_responses, village_work
from paicha.domain.rounds.models import Round
from paicha.domain.rounds.packs import store_pack
from paicha.packs import read_pack

COUNTY, TOWN, OTHER_TOWN = "610881000000", "610881101000", "610881102000"
VILLAGE, NEIGHBOUR = "610881101201", "610881101202"
OPENED, TODAY = date(2022, 3, 10), date(2022, 3, 15)
OPERATOR = "operator:tester"
PHONE = "15012348831"

CLEAN: dict[str, Any] = {
    "population": 4, "residence": 1, "housing": 2, "schooling": 3, "water": 2,
    "insured_none": 0, "insured_resident": 4, "insured_employee": 0, "income_band": 4, "major_expense": 2,
    "surveyors": "李四", "outcome": 1,
}  # fmt: skip
BY_FORM: dict[str, dict[str, Any]] = {
    "general": {"civil_aid": [5], "enrol": 3},
    "lifted": {"livelihood": [2], "in_national_system": 1, "policy_gap": 2, "enrol": 3},
    "monitored": {
        "household_type": 1, "livelihood": [1], "in_national_system": 1, "bottom_aid": 1, "return_risk": 1,
        "risk_cleared": 3,
    },
}  # fmt: skip

# head, class, group, what differs from a clean household; None: nobody has been there yet
Line = tuple[str, str, str, dict[str, Any] | None]
ROSTER: list[Line] = [
    ("王建国", "general", "1", {}),
    ("訾埃生", "general", "1", {"civil_aid": [1], "major_expense": 1, "major_expense_reason": "大病住院"}),
    ("高兰花", "general", "2", {"income_band": 1}),
    ("贺保平", "general", "2", {"outcome": 4}),
    ("贺生花", "general", "2", None),
    ("乔志强", "general", "沟岔组", {"residence": 1, "housing": 3}),
    ("白润喜", "lifted", "1", {}),
    ("折玉兰", "lifted", "2", None),
    ("郝平", "monitored", "1", {}),
]
LEADS = {"S09", "S07", "S13", "S01"}  # of 訾埃生 and 高兰花


@dataclass
class World:
    """What a test needs to name."""

    round: Round
    pack: Pack
    areas: dict[str, Area]
    users: dict[str, User] = field(default_factory=dict)

    def __repr__(self) -> str:
        return "World()"  # a failing property test would print the whole pack

    def household(self, head: str, village: str = VILLAGE) -> Household:
        return Household.objects.get(head_name=head, village__code=village)

    def client(self, who: str) -> Client:
        client = Client()
        client.force_login(self.users[who], backend="paicha.domain.accounts.backend.AccountBackend")
        return client

    def change_step(self, procedure: str, step: str, **fields: Any) -> None:
        """Give the round a pack in which a step of a procedure says something else."""
        files = read_pack("shenmu_2022_spring")
        document = yaml.safe_load(files["procedures.yaml"])
        steps = next(p["steps"] for p in document["schedule"]["procedures"] if p["id"] == procedure)
        next(s for s in steps if s["id"] == step).update(fields)
        changed = files | {"procedures.yaml": yaml.safe_dump(document, allow_unicode=True).encode()}
        self.round.pack, self.pack = store_pack(changed)
        self.round.save()

    def answer(self, code: str, rows: list[dict[str, Any]], source: str = "excel:1") -> list[Any]:
        """Submit rows of the general form's shape; each holds household, form and the answers."""
        head = {"household", "form", "base"}
        names = [name for name in dict.fromkeys(name for row in rows for name in row) if name not in head]
        incoming = [
            IncomingRow(
                row["form"],
                UUID(row["household"]) if row.get("household") else None,
                {name: row.get(name) for name in names},
                base=row.get("base"),
                address="表!A1",
            )
            for row in rows
        ]
        with village_work(self.round, self.pack, self.areas[code], OPERATOR) as work:
            return submit_responses(work, Batch.of(work, incoming, source=source))


@built_once
def build(opened: date = OPENED, none_monitored: Collection[str] = ()) -> World:
    """Open a round over a register of three villages and let two thirds of it be answered.

    `none_monitored`: villages whose register holds no monitored household.
    """
    content, pack = load_pack(read_pack("shenmu_2022_spring"), OPERATOR)
    far = Area.objects.filter(code__startswith=OTHER_TOWN[:9], level="village").order_by("code")[0]
    codes = [VILLAGE, NEIGHBOUR, far.code]
    areas = {code: Area.objects.get(code=code) for code in codes}
    for code in codes:
        listed = [
            NewHousehold(group, head, phone_of(head), 4, form)
            for head, form, group, _ in roster_of(code, none_monitored)
        ]
        add_households(areas[code], listed)
    for group in ("1", "2", "沟岔组"):
        Group.objects.create(village=areas[VILLAGE], name=group)
    with clock.frozen(opened):
        world = World(open_round(content, pack, opened, OPERATOR), pack, areas)
    for code in (VILLAGE, NEIGHBOUR):
        lines = roster_of(code, none_monitored)
        world.answer(code, [r for r in (_row(world, code, *line) for line in lines) if r])
    world.users = _users(areas, far.code, opened)
    return world


def roster_of(code: str, none_monitored: Collection[str]) -> list[Line]:
    """What stands on the register of a village."""
    return [line for line in ROSTER if code not in none_monitored or line[1] != "monitored"]


def phone_of(head: str) -> str:
    """A number of their own for each head, and a well-known one for the first."""
    place = [line[0] for line in ROSTER].index(head)
    return PHONE if place == 0 else f"1390000{place:04d}"


def _row(
    world: World, code: str, head: str, form: str, group: str, differs: dict[str, Any] | None
) -> dict[str, Any] | None:
    if differs is None:
        return None
    known = {
        "household": str(world.household(head, code).pk),
        "form": form,
        "head_name": head,
        "group": group,
    }
    if differs.get("outcome") == 4:
        return known | {"outcome": 4, "remark": "在内蒙打工"}
    return known | CLEAN | {"phone": phone_of(head)} | BY_FORM[form] | differs


def _users(areas: dict[str, Area], far: str, since: date) -> dict[str, User]:
    group = Group.objects.get(village=areas[VILLAGE], name="1")
    work = {
        "city": ("city_officer", "area", ["610881"]),
        "town": ("town_clerk", "area", [TOWN[:9]]),
        "cadre": ("village_cadre", "village", [VILLAGE]),
        "grid": ("grid_worker", "group", [str(group.pk)]),
        "liaison": ("liaison_cadre", "village", [VILLAGE, NEIGHBOUR]),
        "elsewhere": ("village_cadre", "village", [far]),
        "auditor": ("auditor", "area", ["610881"]),
        "administrator": ("administrator", "area", ["610881"]),
        "checker": ("spot_checker", "sample", ["900007"]),  # of no sample that there is
        "nobody": ("", "", []),
    }
    users = {}
    for name, (role, kind, refs) in work.items():
        users[name] = User.objects.create_user(name, password="a-long-password-1", name=f"{name}的姓名")
        for ref in refs:
            Assignment.objects.create(user=users[name], role=role, kind=kind, ref=ref, since=since)
    return users

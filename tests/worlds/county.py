"""A county of two towns with a handful of villages, filled through the same doors as a real one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from tests.worlds.once import built_once

from paicha.core.pack import Pack
from paicha.domain.accounts.policies import Scope, operator_scope
from paicha.domain.areas.models import Area
from paicha.domain.handover.round_opening import load_pack, open_round
from paicha.domain.households.services import NewHousehold, add_households
from paicha.domain.responses.services import (
    Batch,
    FormAnswers,
    IncomingRow,
    Receipt,
    submit_responses,
    submit_village_form,
    village_work,
)
from paicha.domain.rounds.models import Round, RoundArea
from paicha.packs import DEFAULT, read_pack

OPERATOR = operator_scope("tester")
OPENS = date(2022, 3, 10)

ALL = {
    "population": 4, "residence": 1, "housing": 2, "schooling": 3, "water": 2, "insured_none": 0,
    "insured_resident": 4, "insured_employee": 0, "income_band": 3, "major_expense": 2, "surveyors": "李四",
}  # fmt: skip
GENERAL = ALL | {"civil_aid": [5], "enrol": 3}
LIFTED = ALL | {"livelihood": [1], "in_national_system": 1, "policy_gap": 2, "enrol": 3}
MONITORED = ALL | {
    "household_type": 1, "livelihood": [1], "in_national_system": 1, "bottom_aid": 1, "return_risk": 2,
    "risk_cleared": 3,
}  # fmt: skip
CLEAN = {"general": GENERAL, "lifted": LIFTED, "monitored": MONITORED}

PROFILE = {
    "village_type": 1, "groups": 3, "total_households": 6, "total_people": 24, "resident_households": 5,
    "resident_people": 20, "lifted_households": 1, "lifted_people": 4, "monitored_households": 1,
    "monitored_people": 4, "dibao_households": 0, "dibao_people": 0, "tekun_households": 0, "tekun_people": 0,
    "orphans_households": 0, "orphans_people": 0, "disabled_people": 0, "school_age_people": 0,
    "income_per_head": 9000, "collective_income": 50000, "grid_workers": 2, "grid_visits": 1,
    "fortnightly_meetings": 1, "system_accurate": 1, "secretary": "王支书", "first_secretary": "无此岗位",
    "liaison_cadre": "刘包村",
}  # fmt: skip


def small_pack(villages: int = 3) -> dict[str, bytes]:
    """The spring pack with the county, two of its towns and some villages of each."""
    files = dict(read_pack(DEFAULT))
    header, *lines = files["areas.csv"].decode().splitlines()
    parsed = [line.split(",") for line in lines]
    names = header.split(",")
    code, parent, level = names.index("code"), names.index("parent_code"), names.index("level")
    towns = [p[code] for p in parsed if p[level] == "town"][:2]
    kept = [",".join(p) for p in parsed if p[level] == "county" or p[code] in towns]
    for town in towns:
        below = [",".join(p) for p in parsed if p[parent] == town and p[level] == "village"]
        kept += below[:villages]
        kept += [",".join(p) for p in parsed if p[parent] == town and p[level] == "residents"][:1]
    files["areas.csv"] = "\n".join([header, *kept, ""]).encode()
    return files


@dataclass(frozen=True)
class County:
    """An opened round; `villages` in order of code."""

    round: Round
    pack: Pack
    villages: list[Area]

    def place(self, village: Area) -> RoundArea:
        return RoundArea.objects.get(round=self.round, area=village)

    @property
    def county(self) -> RoundArea:
        return RoundArea.objects.get(round=self.round, level="county")

    @property
    def towns(self) -> list[RoundArea]:
        return list(RoundArea.objects.filter(round=self.round, level="town").order_by("code"))

    def submit(
        self, village: Area, form: str, rows: Sequence[Mapping[str, Any]], source: str = "excel:clerk"
    ) -> list[Receipt]:
        """Rows of one form over its clean answers; `household` (text) for one of the register."""
        return submit_rows(self, village, form, rows, source)

    def fill(self, village: Area, form: str, values: Mapping[str, Any]) -> Receipt:
        """One form that is filled once a village."""
        wanted = self.pack.village_forms[form]
        with village_work(self.round, self.pack, village, "tester") as work:
            return submit_village_form(work, FormAnswers(wanted, values, "excel:clerk"))  # type: ignore[arg-type]


def submit_rows(
    county: County, village: Area, form: str, rows: Sequence[Mapping[str, Any]], source: str
) -> list[Receipt]:
    asked = county.pack.household_forms[form].questions
    incoming = [
        IncomingRow(
            form,
            UUID(row["household"]) if row.get("household") else None,
            {name: (CLEAN[form] | dict(row)).get(name) for name in asked},
            base=row.get("base"),
            address="a.xlsx!B5",
        )
        for row in rows
    ]
    with village_work(county.round, county.pack, village, "tester") as work:
        return submit_responses(work, Batch.of(work, incoming, source=source))


@built_once
def open_county(
    known: Mapping[int, Sequence[NewHousehold]] | None = None, *, files: dict[str, bytes] | None = None
) -> County:
    """Load the small pack, register `known` households (by the village's place), open the round."""
    content, pack = load_pack(files or small_pack(), "tester")
    villages = list(Area.objects.filter(level="village").order_by("code"))
    for index, households in (known or {}).items():
        add_households(villages[index], households)
    return County(open_round(content, pack, OPENS, "tester"), pack, villages)


def scope_of(actor: str) -> Scope:
    """Somebody without any assignment."""
    return Scope(actor)

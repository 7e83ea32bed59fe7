"""One village of an opened round, filled and asked in as few words as a table of cases needs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from tests.worlds.county import CLEAN, PROFILE, County

from paicha.domain.areas.models import Area
from paicha.domain.households.models import Household
from paicha.domain.households.services import NewHousehold, add_households
from paicha.domain.responses.models import Conflict, Finding, Revision, VillageSummary
from paicha.domain.responses.services import (
    Batch,
    IncomingRow,
    Receipt,
    decide_finding,
    screen,
    submit_responses,
    village_work,
)
from paicha.domain.rounds.models import RosterEntry

DESK, PHONE, EXCEL = "desk:5", "api:6", "excel:7"


@dataclass(frozen=True)
class FilledVillage:
    """A village, with the doors that rows come through."""

    county: County
    area: Area

    def send(
        self,
        rows: Sequence[Mapping[str, Any]],
        source: str = EXCEL,
        *,
        form: str = "general",
        absent: Sequence[str] = (),
    ) -> list[Receipt]:
        """Rows over the form's clean answers; `household` and `base` where they carry a key."""
        county = self.county
        asked = [name for name in county.pack.household_forms[form].questions if name not in absent]
        full = [CLEAN[form] | {"head_name": "张三"} | dict(row) for row in rows]
        incoming = [
            IncomingRow(
                form,
                row.get("household"),
                {name: row.get(name) for name in asked},
                base=row.get("base"),
                address=f"表.xlsx!B{5 + n}",
            )
            for n, row in enumerate(full)
        ]
        with village_work(county.round, county.pack, self.area, "tester") as work:
            return submit_responses(work, Batch.of(work, incoming, source=source))

    def one(
        self, source: str = EXCEL, *, form: str = "general", absent: Sequence[str] = (), **row: Any
    ) -> Receipt:
        """One row."""
        return self.send([row], source, form=form, absent=absent)[0]

    def new(self, **row: Any) -> UUID:
        """A household found now; its id."""
        household = self.one(**row).household
        assert household is not None
        return household

    def register(self, head: str, form: str = "general") -> UUID:
        """A household of the roster that nobody has met."""
        ((id_, _),) = add_households(self.area, [NewHousehold("", head, "", 3, form)])
        RosterEntry.objects.create(round=self.county.round, household_id=id_, village=self.area, form=form)
        return id_

    def fill(self, **changes: Any) -> Receipt:
        """The village's own form, with few answers that differ from a clean one."""
        return self.county.fill(self.area, "village_profile", PROFILE | changes)

    def answers(self, household: UUID) -> dict[str, Any]:
        """Answers in force."""
        entry = RosterEntry.objects.get(household=household)
        found: dict[str, Any] = orjson.loads(Revision.objects.get(pk=entry.revision).answers)
        return found

    def found(self, household: UUID | None = None, severity: str = "lead") -> dict[str, str]:
        """Rule → state of a household's findings, or the village's own."""
        rows = Finding.objects.filter(village=self.area, household=household, severity=severity)
        return dict(rows.values_list("rule", "state"))

    def open(self, household: UUID | None = None, severity: str = "lead") -> set[str]:
        return {rule for rule, state in self.found(household, severity).items() if state == "open"}

    def finding(self, rule: str, household: UUID | None = None) -> Finding:
        return Finding.objects.get(village=self.area, household=household, rule=rule)

    def decide(self, finding: Finding, state: str = "dismissed", reason: str = "已入户核实") -> None:
        decide_finding(self.county.round, self.county.pack, finding, state=state, reason=reason, actor="5")

    def screen(self, on: object = None) -> int:
        return screen(self.county.round, self.county.pack, self.area, "tester", on)

    @property
    def summary(self) -> VillageSummary:
        return VillageSummary.objects.get(village=self.area)

    @property
    def conflicts(self) -> list[Conflict]:
        return list(Conflict.objects.filter(village=self.area).order_by("pk"))

    def stored(self) -> Counter[str]:
        """How many rows of each kind there are."""
        return Counter(
            households=Household.objects.count(),
            entries=RosterEntry.objects.count(),
            revisions=Revision.objects.count(),
            findings=Finding.objects.count(),
            conflicts=Conflict.objects.count(),
        )


def _text(id_: Any) -> str | None:
    return None if id_ is None else str(id_)

"""Cases of one village, played day by day in as few words as a table needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from tests.worlds.county import OPENS
from tests.worlds.village import FilledVillage

from paicha.domain import clock
from paicha.domain.cases.models import Case, CaseStep, Meeting, MeetingItem
from paicha.domain.cases.services import (
    Held,
    Vote,
    end,
    open_cases,
    plan_meeting,
    record_meeting,
    send_back,
    take_step,
    undo,
    undo_meeting,
)
from paicha.domain.responses.services import VillageWork, village_work
from paicha.domain.rounds.models import RosterEntry

EVERY = ("village", "town", "county")
CADRE, CLERK, CITY = "5", "6", "7"

# What each step of the spring pack writes down, on the day that `{today}` is.
RECORDS: dict[str, dict[str, str]] = {
    "visit": {"visited_on": "{today}", "visitor": "李四", "found": "房顶漏雨"},
    "comparison": {"authorised_on": "{today}", "compared": "没有不符"},
    "notice": {"posted_on": "{since}", "posted_at": "村委会门口"},
    "announcement": {"posted_on": "{today}"},
    "entered": {"entered_on": "{today}"},
    "town_check": {"checked_on": "{today}", "opinion": "入户看过"},
    "marked": {"entered_on": "{today}"},
}


@dataclass
class Days:
    """A village and the day that it is there, counted from the opening."""

    village: FilledVillage = field(repr=False)
    day: int = 0

    @property
    def today(self) -> date:
        return OPENS + timedelta(days=self.day)

    @contextmanager
    def work(self, actor: str = CADRE) -> Iterator[VillageWork]:
        with clock.frozen(self.today):
            county = self.village.county
            with village_work(county.round, county.pack, self.village.area, actor) as work:
                yield work

    def household(self, form: str = "general", **answers: Any) -> UUID:
        """A household that was met, with a few answers."""
        with clock.frozen(self.today):
            return self.village.one(form=form, **answers).household  # type: ignore[return-value]

    def open(
        self, *households: UUID, procedure: str = "enrolment", actor: str = CADRE, **records: Any
    ) -> Case:
        with self.work(actor) as work:
            return open_cases(work, procedure, list(households), origin="村里提出", records=records)[0]

    def take(self, case: Case, *, levels: Sequence[str] = EVERY, actor: str = CADRE, **changes: Any) -> Case:
        """Pass the step on which the case stands, with ordinary records but `changes`."""
        case.refresh_from_db()
        with self.work(actor) as work:
            return take_step(work, case, at=case.step, levels=levels, records=self.records(case) | changes)

    def records(self, case: Case) -> dict[str, Any]:
        words = {"today": self.today.isoformat(), "since": case.since.isoformat()}
        return {name: text.format(**words) for name, text in RECORDS.get(case.step, {}).items()}

    def back(self, case: Case, to: str, reason: str = "材料不全", actor: str = CADRE) -> Case:
        case.refresh_from_db()
        with self.work(actor) as work:
            return send_back(work, case, to, at=case.step, reason=reason, levels=EVERY)

    def end(self, case: Case, reason: str = "收入够", actor: str = CADRE) -> Case:
        case.refresh_from_db()
        with self.work(actor) as work:
            return end(work, case, at=case.step, reason=reason, levels=EVERY)

    def undo(self, case: Case, actor: str = CADRE) -> Case:
        with self.work(actor) as work:
            return undo(work, case)

    def plan(self, *cases: Case, kind: str = "deliberation", actor: str = CADRE, **how: Any) -> Meeting:
        with self.work(actor) as work:
            return plan_meeting(work, kind, self.today, cases=[case.pk for case in cases], **how)

    def hold(
        self,
        meeting: Meeting,
        votes: Mapping[Case, Vote] | Vote,
        present: int = 9,
        actor: str = CADRE,
        **how: Any,
    ) -> Meeting:
        """Record a meeting with the same vote on every case, or one for each."""
        items = MeetingItem.objects.filter(meeting=meeting).select_related("case")
        said = {
            item.pk: votes if isinstance(votes, Vote) else votes[item.case]  # type: ignore[index]
            for item in items
            if item.case is not None
        }
        known = {
            "on": self.today, "place": "村委会", "chair": "支书", "present": present, "attended": "张三、李四",
            "minutes": "逐户议过",
        }  # fmt: skip
        with self.work(actor) as work:
            return record_meeting(work, meeting, Held(**(known | how)), said)

    def meet(
        self, case: Case, decision: str = "passed", kind: str | None = None, reason: str = "议过"
    ) -> Meeting:
        """Plan and record a meeting about one case in one go; nine come, eight are for it."""
        case.refresh_from_db()
        step = self.pack_step(case)
        meeting = self.plan(case, kind=kind or step.meeting or "review")
        return self.hold(meeting, Vote(8, 1, 0, decision, reason))

    def unmeet(self, meeting: Meeting, actor: str = CADRE) -> Meeting:
        with self.work(actor) as work:
            return undo_meeting(work, meeting)

    def pack_step(self, case: Case) -> Any:
        return self.village.county.pack.schedule.procedure[case.procedure].step[case.step]

    def onward(self, case: Case, to: str | None = None) -> Case:
        """Through every step up to `to` (to the end without one), on the first day on which each may be taken."""
        while True:
            case.refresh_from_db()
            if case.state != "going" or case.step == to:
                return case
            if self.pack_step(case).kind == "meeting":
                self.meet(case)
                continue
            if case.opens_on is not None:
                self.day = max(self.day, (case.opens_on - OPENS).days)
            self.take(case)

    @property
    def facts(self) -> dict[str, Any]:
        return self.village.summary.facts

    def told(self, household: UUID) -> dict[str, Any]:
        """The facts that rules hear of a household."""
        return RosterEntry.objects.get(household=household).facts or {}

    def log(self, case: Case) -> list[tuple[str, str]]:
        return [(row.step, row.result) for row in CaseStep.objects.filter(case=case).order_by("pk")]

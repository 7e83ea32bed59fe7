"""Villages of the small world made ready to hand up, and the acts between the levels as a table needs them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from tests.worlds.round import BY_FORM, CLEAN, NEIGHBOUR, TOWN, VILLAGE, World, phone_of

from paicha.domain.areas.models import Area
from paicha.domain.handover.hand_up import submit_village, take_hand_up_back
from paicha.domain.handover.ledger_text import freeze
from paicha.domain.handover.models import Return, Submission
from paicha.domain.handover.queries import latest, submissions
from paicha.domain.handover.returns import Back, return_to_village, take_return_back
from paicha.domain.handover.supplements import Consent, correct_with_consent, supplement, take_late
from paicha.domain.responses.models import Finding, HeldRevision, VillageSummary
from paicha.domain.responses.services import (
    FormAnswers,
    decide_within,
    record_facts,
    submit_village_form,
    village_work,
)
from paicha.domain.rounds.models import RosterEntry
from paicha.domain.verification.attention import hand_up_mark

SIGNERS = {"secretary": "王支书", "first_secretary": "无此岗位", "liaison_cadre": "刘包村"}
PROFILE: dict[str, Any] = {
    "village_type": 1, "groups": 3, "total_households": 8, "total_people": 32, "resident_households": 8,
    "resident_people": 32, "lifted_households": 2, "lifted_people": 8, "monitored_households": 1,
    "monitored_people": 4, "dibao_households": 1, "dibao_people": 4, "tekun_households": 0, "tekun_people": 0,
    "orphans_households": 0, "orphans_people": 0, "disabled_people": 0, "school_age_people": 0,
    "income_per_head": 9000, "collective_income": 50000, "grid_workers": 2, "grid_visits": 1,
    "fortnightly_meetings": 1, "system_accurate": 1,
}  # fmt: skip
FORMS = {
    "贺生花": "general",
    "折玉兰": "lifted",
    "王建国": "general",
    "高兰花": "general",
    "郝平": "monitored",
}


@dataclass
class Ledgers:
    """The world with the acts of the three levels; persons by the name of their account."""

    world: World

    def area(self, code: str = VILLAGE) -> Area:
        return self.world.areas[code]

    @property
    def town(self) -> Area:
        return Area.objects.get(code=TOWN)

    @property
    def county(self) -> Area:
        return Area.objects.get(level="county")

    def actor(self, who: str) -> str:
        return str(self.world.users[who].pk)

    def summary(self, code: str = VILLAGE) -> VillageSummary:
        return VillageSummary.objects.get(code=code)

    def last(self, code: str = VILLAGE) -> Submission:
        found = latest(submissions(self.world.round, self.area(code).pk))
        assert found is not None
        return found

    def digest(self, code: str = VILLAGE) -> str:
        return freeze(self.world.round, self.world.pack, self.area(code).pk).digest

    def answer(self, head: str, code: str = VILLAGE, source: str = "desk:9", **differs: Any) -> str:
        """Answers of one household over what it had; the receipt's status."""
        household = self.world.household(head, code)
        entry = RosterEntry.objects.get(household=household)
        row: dict[str, Any] = {
            "household": str(household.pk),
            "form": entry.form,
            "head_name": head,
            "group": household.group,
        }
        row |= CLEAN | {"phone": phone_of(head)} | BY_FORM[entry.form] | differs
        row["base"] = entry.revision_number or None
        (receipt,) = self.world.answer(code, [row], source)
        return str(receipt.status)

    def found(self, head: str, code: str = VILLAGE) -> str:
        """A household found on the spot; the receipt's status."""
        row = {"household": None, "form": "general", "head_name": head, "group": "1"}
        row |= CLEAN | {"phone": "13912345678"} | BY_FORM["general"]
        (receipt,) = self.world.answer(code, [row], "field:9")
        return str(receipt.status)

    def profile(self, code: str = VILLAGE, **differs: Any) -> str:
        form = self.world.pack.profile
        assert form is not None
        with village_work(self.world.round, self.world.pack, self.area(code), "9") as work:
            return submit_village_form(work, FormAnswers(form, PROFILE | differs, "desk:9")).status

    def explain(self, code: str = VILLAGE) -> None:
        """A reason for everything that asks for one."""
        with village_work(self.world.round, self.world.pack, self.area(code), "9") as work:
            soft = Finding.objects.filter(village=self.area(code), severity="soft", state="open")
            for pk in soft.values_list("pk", flat=True):
                decide_within(work, pk, state="confirmed", reason="核对过，情况就是这样")

    def complete(self, code: str = VILLAGE) -> None:
        """Everything that blocks a hand-up is done, but for the signers."""
        for head in ("贺生花", "折玉兰"):
            self.answer(head, code)
        self.profile(code)
        self.explain(code)

    def hand_up(self, code: str = VILLAGE, who: str = "cadre", reply: str = "") -> Submission:
        self.explain(code)
        return submit_village(
            self.world.round, self.world.pack, self.area(code), self.actor(who), SIGNERS, reply
        )

    def take_back(self, code: str = VILLAGE, who: str = "cadre") -> Submission:
        return take_hand_up_back(self.world.round, self.world.pack, self.area(code), self.actor(who))

    def send_back(
        self,
        heads: Collection[str] = (),
        forms: Collection[str] = (),
        *,
        whole: bool = False,
        who: str = "town",
        to: str = "cadre",
        reason: str = "请核对",
        code: str = VILLAGE,
    ) -> Return:
        what = Back([self.world.household(head, code).pk for head in heads], forms, whole)
        user = self.world.users[to]
        return return_to_village(
            self.world.round, self.world.pack, self.area(code), self.actor(who), what, reason, user
        )

    def unsend(self, sent: Return, who: str = "town") -> Return:
        return take_return_back(self.world.round, self.world.pack, sent, self.actor(who))

    def supplement(self, reason: str = "外出户回来了", who: str = "cadre") -> Submission:
        held = list(HeldRevision.objects.filter(taken_at=None).values_list("pk", flat=True))
        args = (self.world.round, self.world.pack, self.area(), self.actor(who), held, reason)
        return supplement(*args)[0]

    def take_late(self) -> Any:
        held = list(HeldRevision.objects.filter(taken_at=None).values_list("pk", flat=True))
        return take_late(self.world.round, self.world.pack, self.area(), self.actor("cadre"), held)

    def correct(self, head: str, by: str = "王支书", how: str = "电话里同意", **changes: Any) -> Any:
        household = self.world.household(head)
        consent = Consent(by, how)
        return correct_with_consent(
            self.world.round, self.world.pack, household, self.actor("town"), changes, "抄错一格", consent
        )

    def audit(self, code: str = VILLAGE, result: str = "passed") -> None:
        """What the town's desk tells when it has audited the hand-up in force."""
        with village_work(self.world.round, self.world.pack, self.area(code), self.actor("town")) as work:
            record_facts(work, audit_begun=1, audited=result, audited_for=hand_up_mark(work.summary))


def neighbours(ledgers: Ledgers) -> None:
    """Both villages of the town handed up and audited."""
    ledgers.complete(NEIGHBOUR)
    ledgers.complete()
    ledgers.hand_up(who="cadre")
    ledgers.hand_up(NEIGHBOUR, who="town")
    ledgers.audit()
    ledgers.audit(NEIGHBOUR)

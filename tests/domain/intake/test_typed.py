"""Rows typed on a page: the same reading, drafts of what is refused, two editors, undo, households found now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from tests.worlds.county import open_county
from tests.worlds.village import FilledVillage

from paicha.domain.audit.queries import verify
from paicha.domain.intake.desk_entry import SavedRow, TakeBackError, TypedRow, save_typed, take_entry_back
from paicha.domain.responses.audit_check import broken_parts
from paicha.domain.responses.models import Draft, Finding, HeldRevision, Revision, VillageSummary
from paicha.domain.responses.services import village_work
from paicha.domain.responses.services.drafts import drafts_of
from paicha.domain.rounds.models import RosterEntry

pytestmark = pytest.mark.django_db

CLERK, OTHER = "5", "6"
SHEET = {
    "population": "4", "phone": "", "residence": "1", "housing": "2", "schooling": "3", "water": "2",
    "insurance": "040", "income_band": "4", "major_expense": "2", "civil_aid": "5", "enrol": "3",
    "surveyors": "李四", "remark": "",
}  # fmt: skip


@dataclass(frozen=True)
class Desk:
    """A village and who types."""

    village: FilledVillage

    def type(
        self,
        household: UUID | None,
        cells: Mapping[str, str],
        *,
        by: str = CLERK,
        base: int = 0,
        form: str = "general",
        **more: Any,
    ) -> SavedRow:
        county = self.village.county
        row = TypedRow(str(household or "new"), cells, household, base, **more)
        with village_work(county.round, county.pack, self.village.area, by) as work:
            return save_typed(work, county.pack.household_forms[form], [row], f"desk:{by}")[0]

    def undo(self, household: UUID, by: str = CLERK) -> SavedRow:
        county = self.village.county
        with village_work(county.round, county.pack, self.village.area, by) as work:
            return take_entry_back(work, household, f"desk:{by}")

    def due(self) -> int:
        """Households that nobody has met, as the village's summary counts them."""
        return sum(by.get("due", 0) for by in self.village.summary.counts.values())

    def waiting(self, by: str = CLERK) -> list[Draft]:
        return list(drafts_of(self.village.county.round, self.village.area.pk, by))


@pytest.fixture
def desk(db: None, at_opening: datetime) -> Desk:
    county = open_county()
    return Desk(FilledVillage(county, county.villages[0]))


def test_a_typed_row_is_stored_under_the_registers_name(desk: Desk) -> None:
    household = desk.village.register("张三")
    saved = desk.type(household, SHEET)
    assert (saved.status, saved.revision, saved.told) == ("stored", 1, [])
    answers = desk.village.answers(household)
    assert answers["head_name"] == "张三"
    assert (answers["insured_resident"], answers["civil_aid"], answers["outcome"]) == (4, [5], 1)
    assert Revision.objects.get(household=household).source == "desk:5"
    assert desk.due() == 0


def test_what_is_refused_says_so_at_its_cell_and_stays_a_draft(desk: Desk) -> None:
    household = desk.village.register("张三")
    saved = desk.type(household, SHEET | {"housing": "7", "insurance": "090"})
    assert saved.status == "refused"
    assert [(told.cell, told.code) for told in saved.told] == [("housing", "V02"), ("insurance", "V05")]
    (draft,) = desk.waiting()
    assert draft.answers["insurance"] == "090"
    assert desk.village.summary.facts["drafts"] == {CLERK: 1}
    assert desk.due() == 1
    assert not Revision.objects.filter(household=household).exists()
    assert desk.waiting(OTHER) == []
    assert desk.type(household, SHEET).status == "stored"
    assert desk.waiting() == []
    assert desk.village.summary.facts["drafts"] == {}


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ({"insurance": "04"}, [("insurance", "R08")]),
        ({"population": "四五"}, [("population", "R05")]),
        ({"major_expense": "1"}, [("major_expense", "V06")]),
        ({"housing": "", "enrol": ""}, [("housing", "V01"), ("enrol", "V01")]),
    ],
)
def test_the_readers_and_the_packs_faults_point_at_cells(
    desk: Desk, cells: dict[str, str], told: list[tuple[str, str]]
) -> None:
    saved = desk.type(desk.village.register("张三"), SHEET | cells)
    assert saved.status == "refused"
    assert [(t.cell, t.code) for t in saved.told] == told


def test_a_reason_is_given_in_the_same_act(desk: Desk) -> None:
    household = desk.village.register("张三")
    saved = desk.type(household, SHEET | {"housing": "3"}, reasons={"V34": "借住亲戚家"})
    assert saved.told == []
    found = Finding.objects.get(household=household, rule="V34")
    assert (found.state, found.reason, found.decided_by) == ("confirmed", "借住亲戚家", CLERK)
    other = desk.type(desk.village.register("李四"), SHEET | {"housing": "3"})
    assert [(t.cell, t.severity, t.code) for t in other.told] == [("housing", "soft", "V34")]


def test_answers_of_somebody_who_was_away_mean_that_they_were_met(desk: Desk) -> None:
    household = desk.village.register("张三")
    away = desk.type(household, {"remark": "在内蒙打工", "outcome": "4"})
    assert (away.status, away.told) == ("stored", [])
    assert RosterEntry.objects.get(household=household).outcome == 4
    assert desk.type(household, SHEET | {"remark": "在内蒙打工"}, base=1).status == "stored"
    assert desk.village.answers(household)["outcome"] == 1


def test_two_people_on_one_row_lose_nothing(desk: Desk) -> None:
    household = desk.village.register("张三")
    desk.type(household, SHEET)
    desk.type(household, SHEET | {"water": "3"}, by=OTHER, base=1)
    merged = desk.type(household, SHEET | {"income_band": "3"}, base=1)
    assert (merged.status, merged.theirs, merged.by) == ("merged", {"water": (2, 3)}, OTHER)
    assert desk.village.answers(household)["water"] == 3
    assert desk.village.answers(household)["income_band"] == 3
    collided = desk.type(household, SHEET | {"water": "1", "income_band": "3"}, by=OTHER, base=1)
    assert (collided.status, collided.clash) == ("conflict", {"water": (3, 1)})
    assert [c.pk for c in desk.village.conflicts] == [collided.conflict]
    assert desk.village.answers(household)["water"] == 3


def test_a_stale_page_of_the_same_person_keeps_the_newer_answers(desk: Desk) -> None:
    """Two tabs of one person show revision 1: the second changes what it changed, and says what the first did."""
    household = desk.village.register("张三")
    desk.type(household, SHEET)
    desk.type(household, SHEET | {"water": "3", "income_band": "3"}, base=1)
    merged = desk.type(household, SHEET | {"remark": "下午再去"}, base=1)
    assert (merged.status, merged.by_self) == ("merged", True)
    assert merged.theirs == {"water": (2, 3), "income_band": (4, 3)}
    answers = desk.village.answers(household)
    assert (answers["water"], answers["income_band"], answers["remark"]) == (3, 3, "下午再去")
    collided = desk.type(household, SHEET | {"water": "1"}, base=1)
    assert (collided.status, collided.by_self, collided.conflict) == ("unchanged", True, None)
    (asked,) = [told for told in collided.told if told.code == "C02"]
    assert asked.cell == "water" and "现在是“3 分散取水且安全”，这里照旧稿写的是“1" in asked.message
    assert desk.village.answers(household)["water"] == 3
    both = desk.type(household, SHEET | {"water": "1", "residence": "2"}, base=1)
    answers = desk.village.answers(household)
    assert (both.status, answers["water"], answers["residence"]) == ("merged", 3, 2)
    assert desk.type(household, SHEET | {"water": "1"}, base=both.revision).status == "stored"
    assert desk.village.conflicts == []


def test_a_page_that_showed_nothing_turns_nothing_back(desk: Desk) -> None:
    household = desk.village.register("张三")
    desk.type(household, SHEET | {"remark": "有人在家"})
    asked = desk.type(household, SHEET | {"water": "3"})
    assert (asked.status, [told.code for told in asked.told]) == ("unchanged", ["C02"])
    answers = desk.village.answers(household)
    assert (answers["water"], answers["remark"]) == (2, "有人在家")


def test_a_refused_row_keeps_its_base_so_that_a_second_try_overwrites_nobody(desk: Desk) -> None:
    household = desk.village.register("张三")
    desk.type(household, SHEET)
    desk.type(household, SHEET | {"water": "3"}, by=OTHER, base=1)
    refused = desk.type(household, SHEET | {"housing": "9"}, base=1)
    assert (refused.status, refused.revision) == ("refused", 1)
    assert desk.type(household, SHEET | {"housing": "3"}, base=refused.revision).status == "merged"
    assert desk.village.answers(household)["water"] == 3


def test_undo_puts_the_last_answers_back_and_once_more_redoes(desk: Desk) -> None:
    household = desk.village.register("张三")
    desk.type(household, SHEET)
    desk.type(household, SHEET | {"water": "1"}, base=1)
    assert desk.village.open(household) == {"S05"}
    assert (desk.undo(household).status, desk.village.answers(household)["water"]) == ("stored", 2)
    assert desk.village.open(household) == set()
    desk.undo(household)
    assert desk.village.answers(household)["water"] == 1
    assert Revision.objects.filter(household=household).count() == 4
    assert (verify(), broken_parts()) == ([], [])


def test_undo_of_the_first_answers_leaves_the_household_due(desk: Desk) -> None:
    household = desk.village.register("张三")
    desk.type(household, SHEET | {"water": "1"})
    assert desk.undo(household).status == "withdrawn"
    entry = RosterEntry.objects.get(household=household)
    assert (entry.outcome, entry.revision, desk.due()) == (None, None, 1)
    assert desk.village.open(household) == set()
    with pytest.raises(TakeBackError, match="不是您存的"):
        desk.undo(household)
    assert desk.type(household, SHEET).status == "stored"
    assert desk.village.answers(household)["water"] == 2
    assert desk.undo(household).status == "withdrawn"  # what was wrong doesn't come back
    assert desk.village.one("excel:7", head_name="张三", household=household).status == "merged"
    assert desk.due() == 0
    assert (verify(), broken_parts()) == ([], [])


def test_nobody_undoes_what_another_saved(desk: Desk) -> None:
    household = desk.village.register("张三")
    desk.type(household, SHEET, by=OTHER)
    with pytest.raises(TakeBackError, match="不是您存的"):
        desk.undo(household)


def test_what_a_conflict_rests_on_stays_until_it_is_settled(desk: Desk) -> None:
    household = desk.village.register("张三")
    desk.type(household, SHEET)
    assert desk.type(household, SHEET | {"water": "3"}, by=OTHER).status == "conflict"
    with pytest.raises(TakeBackError, match="还没定"):
        desk.undo(household)
    assert desk.village.answers(household)["water"] == 2


def test_a_village_that_has_handed_up_holds_the_row(desk: Desk) -> None:
    household = desk.village.register("张三")
    desk.type(household, SHEET)
    VillageSummary.objects.filter(village=desk.village.area).update(status="handed_up")
    held = desk.type(household, SHEET | {"water": "1"}, base=1)
    assert (held.status, held.told[0].code) == ("held", "H01")
    assert HeldRevision.objects.get().source == "desk:5"
    assert desk.waiting() == []
    with pytest.raises(TakeBackError, match="已经上报"):
        desk.undo(household)


def test_a_household_found_now_is_matched_first(desk: Desk) -> None:
    desk.village.register("张三")
    new = SHEET | {"head_name": "王五", "group": "2组"}
    made = desk.type(None, new)
    assert (made.status, made.told) == ("stored", [])
    assert made.household is not None
    assert desk.village.answers(made.household)["group"] == "2"
    again = desk.type(None, new)  # the button pressed twice
    assert (again.status, again.household) == ("unchanged", made.household)
    assert desk.waiting() == []
    other = desk.type(None, new | {"water": "1"})
    assert (other.status, other.household) == ("refused", made.household)
    assert "名册里已经有王五户" in other.told[0].message
    nearly = desk.type(None, new | {"head_name": "王伍"})
    assert (nearly.status, nearly.told[0].cell) == ("refused", "head_name")
    assert "王五（2组）" in nearly.candidates
    assert desk.type(None, new | {"head_name": "王伍"}, sure=True).status == "stored"
    assert desk.type(None, new | {"head_name": ""}).told[0].code == "M11"


def test_a_row_of_another_village_is_refused(desk: Desk) -> None:
    household = desk.village.register("张三")
    elsewhere = replace(desk, village=FilledVillage(desk.village.county, desk.village.county.villages[1]))
    assert [t.code for t in elsewhere.type(household, SHEET).told] == ["M09"]

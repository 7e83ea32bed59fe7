"""A village that has handed up: what comes late is held, and taken in once it may be. Facts screen again."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from tests.worlds.village import DESK, EXCEL, FilledVillage

from paicha.domain import clock
from paicha.domain.responses.models import HeldRevision, VillageSummary
from paicha.domain.responses.services import (
    record_household_facts,
    screen_by_calendar,
    take_held,
    village_work,
)
from paicha.domain.rounds.models import RosterEntry, Round
from paicha.domain.rounds.services import extend_stage

pytestmark = pytest.mark.django_db


def hand_up(village: FilledVillage) -> None:
    VillageSummary.objects.filter(village=village.area).update(status="handed_up")


def test_what_comes_late_is_held_once_and_taken_after_a_return(village: FilledVillage) -> None:
    household = village.new(head_name="张三", population=4)
    hand_up(village)
    late = {"household": household, "population": 5, "insured_resident": 5}
    assert village.one(EXCEL, **late).status == "held"
    assert village.one(EXCEL, **late).status == "held"
    assert HeldRevision.objects.count() == 1
    assert village.one(EXCEL, head_name="李四").status == "held"  # found on the spot, too
    assert village.one(EXCEL, household=household, population=4).status == "unchanged"
    assert village.answers(household)["population"] == 4
    VillageSummary.objects.filter(village=village.area).update(status="returned")
    with village_work(village.county.round, village.county.pack, village.area, "tester") as work:
        assert take_held(work).stored == 2
    assert village.answers(household)["population"] == 5
    assert set(HeldRevision.objects.values_list("outcome", flat=True)) == {"stored"}


def test_a_row_that_came_back_is_open_while_the_rest_stays_locked(village: FilledVillage) -> None:
    first, second = village.new(head_name="张三"), village.new(head_name="李四")
    hand_up(village)
    RosterEntry.objects.filter(household=first).update(reopened=True)
    sent = [
        {"household": id_, "head_name": name, "housing": 1}
        for id_, name in ((first, "张三"), (second, "李四"))
    ]
    assert [receipt.status for receipt in village.send(sent, EXCEL)] == ["stored", "held"]
    assert village.open(first) == {"S03"}
    assert village.open(second) == set()


def test_a_form_of_a_locked_village_is_refused_unless_it_came_back(village: FilledVillage) -> None:
    village.fill()
    hand_up(village)
    refused = village.fill(total_people=999)
    assert (refused.status, refused.said[0].code) == ("refused", "H02")
    VillageSummary.objects.filter(village=village.area).update(reopened_forms=["village_profile"])
    assert village.fill(total_people=999).status == "stored"


@pytest.mark.parametrize(
    ("answers", "fact", "lead"),
    [
        ({"enrol": 2, "income_band": 3}, {"deliberated": True}, "S14"),
        ({"special": [1]}, {"measures": 1}, "S33"),
    ],
)
def test_a_fact_ends_its_lead_at_once_and_taken_back_opens_it_again(
    village: FilledVillage, answers: dict[str, object], fact: dict[str, object], lead: str
) -> None:
    household = village.new(**answers)
    assert lead in village.open(household)
    for facts, still in ((fact, False), (dict.fromkeys(fact), True), (fact, False)):
        with village_work(village.county.round, village.county.pack, village.area, "tester") as work:
            record_household_facts(work, household, **facts)
        assert (lead in village.open(household)) is still
        assert (lead in village.summary.leads) is still
    village.one(DESK, household=household, base=1, **(answers | {"population": 3, "insured_resident": 3}))
    assert lead not in village.open(household)  # a later save knows the facts, too
    village.screen()
    assert lead not in village.open(household)


def test_the_calendar_screens_a_village_once_a_deadline_and_again_when_it_is_extended(
    village: FilledVillage,
) -> None:
    """S15 waits for the village's deadline, S23 for it while somebody is due: nobody saves anything on that day."""
    household, round_, pack = village.new(enrol=1, income_band=3), village.county.round, village.county.pack
    village.register("李四")
    village.fill(monitored_households=0, monitored_people=0)
    day = round_.opens_on + timedelta(days=pack.schedule.stages[0].days)

    def on(when: date) -> tuple[bool, bool, int]:
        with clock.frozen(when):
            screened = screen_by_calendar(Round.objects.get(pk=round_.pk), pack, "system")
        return "S15" in village.open(household), "S23" in village.open(), screened

    assert on(day) == (False, False, 0)
    assert on(day + timedelta(days=1)) == (True, True, 1)
    assert on(day + timedelta(days=1)) == (True, True, 0)
    with clock.frozen(day + timedelta(days=1)):
        extend_stage(round_, pack, "village", village.area.code, day + timedelta(days=2), "下雪封路", "1")
    assert on(day + timedelta(days=1)) == (False, False, 1)
    assert on(day + timedelta(days=3)) == (True, True, 1)


def test_a_held_new_household_that_was_entered_meanwhile_is_not_added_again(village: FilledVillage) -> None:
    hand_up(village)
    assert village.one(EXCEL, head_name="李 四").status == "held"
    VillageSummary.objects.filter(village=village.area).update(status="returned")
    known = village.new(head_name="李四")
    with village_work(village.county.round, village.county.pack, village.area, "tester") as work:
        take_held(work)
    assert list(
        RosterEntry.objects.filter(household__head_name__contains="四").values_list("household", flat=True)
    ) == [known]

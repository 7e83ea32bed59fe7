"""Cases outlive a round, and another county's procedure runs without a line of code."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from tests.domain.cases.days import Days
from tests.worlds.second import FOLDER, LIUHE, SCOPE, SHIYAN

from paicha.core.pack import Pack
from paicha.domain import clock
from paicha.domain.cases.guards import obstacles_from
from paicha.domain.cases.models import Case
from paicha.domain.cases.queries import alert_of, without_measures
from paicha.domain.cases.services import (
    CaseError,
    Held,
    Vote,
    add_measure,
    end,
    note_round,
    open_cases,
    plan_meeting,
    record_meeting,
    take_step,
)
from paicha.domain.handover.round_opening import load_pack, open_round
from paicha.domain.households.models import Household
from paicha.domain.intake.services import Source, import_files
from paicha.domain.responses.models import VillageSummary
from paicha.domain.responses.services import village_work
from paicha.domain.rounds.models import RosterEntry, Round
from paicha.packs import read_pack


def test_the_next_round_starts_from_what_goes_on(days: Days) -> None:
    household = days.household()
    case = days.onward(days.open(household), "town_review")
    with days.work() as work:
        add_measure(work, household, policy="公益性岗位", by_whom="村委会", since=days.today)
        note_round(work, group="", on=days.today, worker="李四", visited=3)
    done = days.household(head_name="李四")
    days.onward(days.open(done))
    old = days.village.county
    opened = days.today + timedelta(days=150)
    with clock.frozen(opened):
        content = old.round.pack
        again = open_round(content, old.pack, opened, "tester")
    summary = VillageSummary.objects.get(round=again, village=days.village.area)
    assert summary.facts["cases"] == {"enrolment.town_review": 1}
    assert (summary.facts["enrolled"], summary.facts["meeting_on"] is not None) == (0, True)
    assert summary.facts["grid_last"][""] == date(2022, 3, 15).isoformat()
    entry = RosterEntry.objects.get(round=again, household=household)
    told = {"deliberated": True, "enrolment_started": True, "measures": 1}
    assert entry.facts == told | {"prior_enrol": 3}
    assert RosterEntry.objects.get(round=again, household=done).form == "monitored"  # enrolled: its new form
    assert without_measures(old.pack, summary) == 1
    with clock.frozen(opened), village_work(again, old.pack, days.village.area, "6") as work:
        take_step(work, case, at="town_review", levels=["town"], records={})
    summary.refresh_from_db()
    assert summary.facts["cases"] == {"enrolment.decision": 1}


@pytest.fixture
def elders(db: None) -> Iterator[tuple[Round, Pack]]:
    """The second pack's round, its first village filled."""
    with clock.frozen(date(2024, 9, 3)):
        content, pack = load_pack(read_pack(str(FOLDER)), "tester")
        round_ = open_round(content, pack, date(2024, 9, 1), "tester")
        import_files([Source("柳河.xlsx", LIUHE), Source("石墕.xlsx", SHIYAN)], scope=SCOPE)
        yield round_, pack


def test_another_countys_procedure_runs_as_its_pack_says(elders: tuple[Round, Pack]) -> None:
    round_, pack = elders
    entry = (
        RosterEntry.objects.filter(round=round_, form="family_form", household__head_name="孙丙")
        .select_related("village")
        .first()
    )
    assert entry is not None
    household, village = entry.household_id, entry.village
    every = ("village", "town", "county")
    with village_work(round_, pack, village, "5") as work:
        (case,) = open_cases(work, "living_alone", [household], origin="老人自己提出")
        meeting = plan_meeting(work, "review", date(2024, 9, 3), cases=[case.pk])
        held = Held(date(2024, 9, 3), "村委会", "村主任", 7, "村民代表", "议过")
        item = meeting.items.get()
        record_meeting(work, meeting, held, {item.pk: Vote(3, 4, 0, "passed")})  # no majority asked for here
    case.refresh_from_db()
    assert (case.step, case.opens_on) == ("posted", date(2024, 9, 6))
    with clock.frozen(date(2024, 9, 5)), village_work(round_, pack, village, "5") as work:
        with pytest.raises(CaseError, match="张榜从9月3日算起，不少于 3 天，9月6日才满"):
            take_step(work, case, at="posted", levels=every)
        with pytest.raises(CaseError, match="张榜不能终止"):
            end(work, case, at="posted", reason="x", levels=every)
    with clock.frozen(date(2024, 9, 6)), village_work(round_, pack, village, "5") as work:
        take_step(work, case, at="posted", levels=every)
        assert take_step(work, case, at="agreed", levels=every).state == Case.State.DONE
    assert Household.objects.get(pk=household).household_class == "alone"
    summary = VillageSummary.objects.get(round=round_, village=village)
    assert (summary.facts["cases"], summary.facts["enrolled"]) == ({}, 1)
    assert alert_of(pack, summary, date(2024, 9, 6)) == 0


def test_another_countys_guard_bars_with_its_own_sentence(elders: tuple[Round, Pack]) -> None:
    _, pack = elders
    procedure = pack.schedule.procedure["living_alone"]
    household = Household.objects.all()[0].pk
    crowded = obstacles_from(pack, procedure, household, ({"housemates": 4}, None), None)
    assert crowded == ["家里同住的人多于三口，不按独居认定"]
    assert obstacles_from(pack, procedure, household, ({"housemates": 3}, None), None) == []
    assert obstacles_from(pack, procedure, household, ({}, None), None) == []  # unknown bars nothing

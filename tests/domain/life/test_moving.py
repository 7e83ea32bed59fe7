"""A household moves to another group or village: everything about it goes along, and comes back with the undoing."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from tests.worlds.ledger import Ledgers
from tests.worlds.life import require_whole
from tests.worlds.phone import Phone, item
from tests.worlds.round import NEIGHBOUR, VILLAGE, World, phone_of

from paicha.domain.accounts.policies import operator_scope, scope
from paicha.domain.cases.models import Case, Measure
from paicha.domain.households.models import BaseChange, Household, HouseholdEvent
from paicha.domain.life.act import Asked
from paicha.domain.life.errors import LifeError
from paicha.domain.life.moving import move
from paicha.domain.life.undoing import undo
from paicha.domain.problems.models import Petition, Problem
from paicha.domain.referrals.models import Referral
from paicha.domain.responses.models import Finding, HeldRevision, Revision
from paicha.domain.responses.services import take_held, village_work
from paicha.domain.rounds.models import RosterEntry
from paicha.domain.verification.models import SampleHousehold

OPERATOR = operator_scope("tester")
ROWS = (Case, Measure, Problem, Petition, Referral, BaseChange, Finding, SampleHousehold, RosterEntry)


def go(world: World, household: Household, code: str, group: str, **more: Any) -> HouseholdEvent:
    asked = Asked(more.get("scope", OPERATOR), more.get("reason", "搬家"), more.get("seen"))
    return move(world.round, world.pack, household.pk, world.areas[code], group, asked)


def places(household: UUID) -> dict[str, set[str]]:
    """Table → villages of the household's rows."""
    return {
        table.__name__: set(
            table._default_manager.filter(household=household).values_list("village__code", flat=True)
        )
        for table in ROWS
    }


def test_all_of_it_goes_along_and_comes_back(world: World) -> None:
    homes = [world.household(head) for head in ("訾埃生", "高兰花")]
    require_whole(world)
    before = {home.pk: places(home.pk) for home in homes}
    for table in ROWS:
        assert {code for rows in before.values() for code in rows[table.__name__]} == {VILLAGE}, table
    events = [go(world, home, NEIGHBOUR, "3组") for home in homes]
    require_whole(world)
    for home in homes:
        after = places(home.pk)
        assert after == {name: {NEIGHBOUR} if codes else set() for name, codes in before[home.pk].items()}
        home.refresh_from_db()
        assert (home.village.code, home.group) == (NEIGHBOUR, "3")
    for event in events:
        undo(world.round, world.pack, event.pk, OPERATOR)
    assert {home.pk: places(home.pk) for home in homes} == before
    require_whole(world)


def test_answers_given_there_come_back_with_it(world: World) -> None:
    home = world.household("王建国")
    event = go(world, home, NEIGHBOUR, "")
    Household.objects.filter(village__code=NEIGHBOUR, head_name="王建国").exclude(pk=home.pk).update(
        head_name="别人"
    )
    assert Ledgers(world).answer("王建国", NEIGHBOUR, population=6, insured_resident=6) == "stored"
    number = RosterEntry.objects.get(household=home).revision_number
    undo(world.round, world.pack, event.pk, OPERATOR)
    entry = RosterEntry.objects.get(household=home)
    assert (entry.revision_number, entry.village.code) == (number, VILLAGE)
    assert Revision.objects.filter(household=home).count() == number
    require_whole(world)


def test_a_row_that_still_names_the_old_group_stays_where_it_is(world: World) -> None:
    home = world.household("王建国")
    go(world, home, VILLAGE, "2")
    row = {"household": str(home.pk), "form": "general", "head_name": "王建国", "group": "1", "population": 5}
    (receipt,) = world.answer(VILLAGE, [row], "excel:1")
    home.refresh_from_db()
    assert home.group == "2"
    assert [said.code for said in receipt.said if said.code == "M40"] == ["M40"]


@pytest.mark.parametrize(("who", "status"), [("cadre", "held"), ("town", "stored"), ("elsewhere", "refused")])
def test_what_a_phone_brings_of_before_finds_it(world: World, who: str, status: str) -> None:
    phone = Phone(world.users[who])
    sent = item(world, "王建国", base=1, population=7, insured_resident=7)
    home = world.household("王建国")
    go(world, home, NEIGHBOUR, "1")
    (receipt,) = phone.send(sent)
    assert (receipt.status, receipt.household) == (status, home.pk)
    require_whole(world)
    if status == "held":
        assert [m["code"] for m in receipt.messages][-1:] == ["D19"]
        with village_work(world.round, world.pack, world.areas[NEIGHBOUR], "9") as work:
            assert take_held(work).refused == 0
        assert not HeldRevision.objects.filter(taken_at=None).exists()
        require_whole(world)


def test_who_works_in_the_old_group_is_heard(world: World) -> None:
    phone = Phone(world.users["grid"])
    sent = item(world, "王建国", population=7, insured_resident=7)
    go(world, world.household("王建国"), VILLAGE, "2")
    assert phone.send(sent)[0].status == "held"


REFUSED = [
    ("N04", {"scope": "cadre", "code": NEIGHBOUR}),
    ("N06", {"group": "1"}),
    ("G02", {"reason": " "}),
    ("N05", {"seen": 4}),
]


@pytest.mark.parametrize(("code", "asked"), REFUSED, ids=[code for code, _ in REFUSED])
def test_what_can_t_be_done_changes_nothing(world: World, code: str, asked: dict[str, Any]) -> None:
    home, more = world.household("王建国"), dict(asked)
    if "scope" in more:
        more["scope"] = scope(world.users[more["scope"]])
    with pytest.raises(ValueError) as refused:
        go(world, home, more.pop("code", VILLAGE), more.pop("group", "9"), **more)
    assert refused.value.code == code  # type: ignore[attr-defined]
    assert not HouseholdEvent.objects.exists()


@pytest.mark.parametrize("code", [VILLAGE, NEIGHBOUR])
def test_a_village_handed_up_is_left_alone(plain: World, code: str) -> None:
    world, ledgers = plain, Ledgers(plain)
    ledgers.complete(code)
    ledgers.hand_up(code, who="town")
    with pytest.raises(LifeError, match="已经上报"):
        go(world, world.household("王建国"), NEIGHBOUR, "1")


def test_the_later_event_is_undone_first(world: World) -> None:
    home = world.household("王建国")
    first = go(world, home, VILLAGE, "2")
    second = go(world, home, VILLAGE, "沟岔组")
    with pytest.raises(LifeError, match="先撤销后来"):
        undo(world.round, world.pack, first.pk, OPERATOR)
    for event in (second, first):
        undo(world.round, world.pack, event.pk, OPERATOR)
    with pytest.raises(LifeError, match="已经撤销"):
        undo(world.round, world.pack, first.pk, OPERATOR)
    home.refresh_from_db()
    assert home.group == "1"
    require_whole(world)
    assert phone_of("王建国") == home.phone


def test_a_returned_row_that_went_elsewhere_is_no_row_left_as_it_was(plain: World) -> None:
    """Sent back as of another village, it moves there; the village hands up again without a word about it."""
    ledgers = Ledgers(plain)
    ledgers.complete()
    ledgers.hand_up()
    ledgers.send_back(["郝平"])
    go(plain, plain.household("郝平"), NEIGHBOUR, "1")
    assert ledgers.hand_up().state == "submitted"
    require_whole(plain)

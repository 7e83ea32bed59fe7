"""What becomes of an item: every status of the contract, once and for ever."""

from __future__ import annotations

from typing import Any

from tests.delivery.desk.world import VILLAGE, World
from tests.domain.sync.phone import Phone, item

from paicha.domain.households.services import new_id
from paicha.domain.responses.models import Revision
from paicha.domain.rounds.models import RosterEntry


def test_a_finished_household_is_stored_once(world: World) -> None:
    phone = Phone(world.users["cadre"])
    one = item(world, "贺生花")
    first = phone.send(one)
    again = phone.send(one)
    other = phone.send(phone.sealed(one))
    assert [r.status for r in (*first, *again, *other)] == ["stored"] * 3
    assert [r.revision for r in (*first, *again, *other)] == [1] * 3
    assert Revision.objects.filter(household=world.household("贺生花")).count() == 1
    assert RosterEntry.objects.get(household=world.household("贺生花")).outcome == 1


def test_found_on_the_spot_gets_the_phones_own_id(world: World) -> None:
    phone = Phone(world.users["cadre"])
    made = str(new_id())
    new = {"village": VILLAGE, "group": "2", "head_name": "尚未见", "class": "general"}
    one: dict[str, Any] = item(world, "贺生花") | {"household_id": made, "household": new}
    two = item(world, "贺生花", population=5, insured_resident=5) | {
        "household_id": made, "household": new, "after": one["item"],
    }  # fmt: skip
    receipts = phone.send(one, two)
    assert [(r.status, r.revision, str(r.household)) for r in receipts] == [
        ("stored", 1, made),
        ("stored", 2, made),
    ]

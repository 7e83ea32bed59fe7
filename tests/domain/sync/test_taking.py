"""What becomes of an item: every status of the contract, once and for ever."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import orjson
import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings
from tests.worlds.phone import Phone, item
from tests.worlds.round import TODAY, VILLAGE, World, build

from paicha.domain import clock
from paicha.domain.accounts.models import Assignment
from paicha.domain.handover.round_opening import open_round
from paicha.domain.households.models import BaseChange, Household
from paicha.domain.households.services import NewHousehold, add_households, new_id
from paicha.domain.problems.models import Petition, Problem
from paicha.domain.responses.models import Conflict, Draft, Finding, HeldRevision, Revision, VillageSummary
from paicha.domain.responses.services import take_held, village_work
from paicha.domain.rounds.models import RosterEntry
from paicha.domain.sync.batches import Batch, take_batch
from paicha.domain.sync.devices import revoke
from paicha.domain.sync.models import Device, RaisedItem, SyncItem
from paicha.domain.sync.raised_items import take_in


def answers(world: World, head: str) -> dict[str, Any]:
    """In force now."""
    entry = RosterEntry.objects.get(household=world.household(head), round=world.round)
    text = Revision.objects.get(pk=entry.revision).answers
    return dict(orjson.loads(text))


def new_one(head: str, made: str, **changes: Any) -> dict[str, Any]:
    household = {"village": VILLAGE, "group": "2", "head_name": head, "class": "general", **changes}
    return {"household_id": made, "household": household}


def hand_up(world: World) -> None:
    VillageSummary.objects.filter(round=world.round, code=VILLAGE).update(status="handed_up")


def test_a_finished_household_is_stored_once(world: World) -> None:
    phone = Phone(world.users["cadre"])
    one = item(world, "贺生花")
    first, again, sealed = phone.send(one), phone.send(one), phone.send(phone.sealed(one))
    assert [(r.status, r.revision) for r in (*first, *again, *sealed)] == [("stored", 1)] * 3
    assert Revision.objects.filter(household=world.household("贺生花")).count() == 1
    assert RosterEntry.objects.get(household=world.household("贺生花")).outcome == 1


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({}, "stored", None),
        ({"population": 99, "insured_resident": 99}, "refused", "V03"),
        ({"population": 4, "insured_resident": 1}, "stored", "V05s"),
        ({"housing": "2"}, "refused", "D05"),
        ({"housing": True}, "refused", "D05"),
        ({"population": 4.5}, "refused", "D05"),
        ({"surveyed_on": "昨天"}, "refused", "D05"),
        ({"civil_aid": 5}, "refused", "D05"),
        ({"no_such_question": 1}, "refused", "D32"),
        ({"round": 999}, "refused", "D06"),
        ({"item": "not an id"}, None, None),
    ],
)
def test_one_item_is_judged_by_itself(
    world: World, changes: dict[str, Any], status: str | None, code: str | None
) -> None:
    phone = Phone(world.users["cadre"])
    good = item(world, "折玉兰") | {"answers": {"outcome": 7, "remark": "拒访"}}
    receipts = phone.send(item(world, "贺生花", **changes), good)
    assert receipts[-1].status == "stored", "the others go in"
    assert (receipts[0].status if status else None, len(receipts)) == (status, 2 if status else 1)
    if code is not None:
        assert code in [m["code"] for m in receipts[0].messages]


def test_two_phones_of_one_person_never_overwrite_each_other(world: World) -> None:
    left, right = Phone(world.users["cadre"]), Phone(world.users["cadre"])
    assert left.send(item(world, "贺生花"))[0].status == "stored"
    assert right.send(item(world, "贺生花", base=1, income_band=3))[0].revision == 2
    assert left.send(item(world, "贺生花", base=1, residence=2))[0].status == "merged"
    now = answers(world, "贺生花")
    assert (now["income_band"], now["residence"]) == (3, 2), "both survive"
    assert right.send(item(world, "贺生花", base=2, residence=3, income_band=3))[0].status == "conflict"
    assert answers(world, "贺生花")["residence"] == 2
    assert Conflict.objects.get(settled_at=None).fields == ["residence"]


def test_what_puts_back_its_own_predecessor_is_not_lost(world: World) -> None:
    """Base 1; the phone sets 4 to 3 and back to 4 before any receipt; the desk changes something between."""
    phone = Phone(world.users["cadre"])
    phone.send(item(world, "贺生花"))
    first = item(world, "贺生花", base=1, income_band=3)
    assert phone.send(first)[0].revision == 2
    world.answer(VILLAGE, [{"household": str(world.household("贺生花").pk), "form": "general", "base": 2,
        **first["answers"], "residence": 2}], source="desk:9")  # fmt: skip
    second = item(world, "贺生花", base=1, after=first["item"], income_band=4)
    assert phone.send(second)[0].status == "merged"
    now = answers(world, "贺生花")
    assert (now["income_band"], now["residence"]) == (4, 2)


def test_items_of_one_household_go_in_order_within_a_batch(world: World) -> None:
    phone = Phone(world.users["cadre"])
    first = item(world, "贺生花", income_band=3)
    second = item(world, "贺生花", income_band=4, after=first["item"])
    assert [(r.status, r.revision) for r in phone.send(first, second)] == [("stored", 1), ("stored", 2)]
    assert answers(world, "贺生花")["income_band"] == 4


def test_an_absent_answer_keeps_and_a_null_clears(world: World) -> None:
    phone = Phone(world.users["cadre"])
    phone.send(item(world, "贺生花", remark="门锁着"))
    part = item(world, "贺生花", base=1) | {"answers": {"income_band": 3}}
    assert phone.send(part)[0].status == "stored"
    assert (answers(world, "贺生花")["remark"], answers(world, "贺生花")["income_band"]) == ("门锁着", 3)
    phone.send(item(world, "贺生花", base=2) | {"answers": {"remark": None}})
    assert "remark" not in answers(world, "贺生花")


def test_found_on_the_spot_gets_the_phones_own_id(world: World) -> None:
    phone, made = Phone(world.users["cadre"]), str(new_id())
    one = item(world, "贺生花") | new_one("尚未见", made)
    two = item(world, "贺生花", population=5, insured_resident=5, after=one["item"]) | new_one("尚未见", made)
    receipts = phone.send(one, two)
    assert [(r.status, r.revision, str(r.household)) for r in receipts] == [
        ("stored", 1, made),
        ("stored", 2, made),
    ]
    assert Household.objects.filter(head_name="尚未见").count() == 1


def test_found_on_the_spot_and_known_already_is_the_known_one(world: World) -> None:
    phone, made = Phone(world.users["cadre"]), str(new_id())
    receipts = phone.send(item(world, "贺生花") | new_one("贺生花", made))
    assert (receipts[0].status, receipts[0].household) == ("stored", world.household("贺生花").pk)
    again = phone.send(item(world, "贺生花", base=1, income_band=3) | {"household_id": made})
    assert (again[0].status, again[0].household) == ("stored", world.household("贺生花").pk), (
        "by its own id, too"
    )


def test_a_near_miss_is_taken_as_new_and_said(world: World) -> None:
    receipts = Phone(world.users["cadre"]).send(item(world, "贺生花") | new_one("贺生华", str(new_id())))
    assert (receipts[0].status, receipts[0].messages[0]["code"]) == ("stored", "D14")


def test_late_work_is_held_and_never_doubled(world: World) -> None:
    phone = Phone(world.users["cadre"])
    hand_up(world)
    one, made = item(world, "贺生花"), str(new_id())
    spotted = item(world, "贺生花") | new_one("尚未见", made)
    later = item(world, "贺生花", income_band=3, after=spotted["item"]) | new_one("尚未见", made)
    receipts = [r for batch in ([one, spotted], [one], [later]) for r in phone.send(*batch)]
    assert {(r.status, r.messages[0]["code"]) for r in receipts} == {("held", "H01")}
    assert HeldRevision.objects.count() == 3
    with village_work(world.round, world.pack, world.areas[VILLAGE], "1", through_lock=True) as work:
        taken = take_held(work)
    assert (taken.stored, taken.conflicts, taken.refused) == (3, 0, 0)
    assert str(Household.objects.get(head_name="尚未见").pk) == made


@pytest.mark.parametrize("why", ["D11", "D12", "D13"])
def test_what_may_not_go_in_any_more_is_held_with_its_reason(world: World, why: str) -> None:
    phone = Phone(world.users["cadre"])
    one = item(world, "贺生花", round=world.round.pk)
    if why == "D11":
        Assignment.objects.filter(user=world.users["cadre"]).update(until=TODAY - timedelta(days=1))
    elif why == "D12":
        revoke(Device.objects.get(pk=phone.id), "丢了", "1")
        phone.kind = "upload"
        one = phone.sealed(one)
    else:
        open_round(world.round.pack, world.pack, TODAY, "operator:tester")
    receipt = phone.send(one)[0]
    assert (receipt.status, receipt.messages[0]["code"]) == ("held", why)
    assert [held.reason for held in HeldRevision.objects.all()] == [why]


def test_who_never_had_the_village_is_refused(world: World) -> None:
    assert Phone(world.users["elsewhere"]).send(item(world, "贺生花"))[0].messages[0]["code"] == "D07"


def test_another_persons_item_is_nobody_elses(world: World) -> None:
    one = item(world, "贺生花")
    Phone(world.users["cadre"]).send(one)
    assert Phone(world.users["town"]).send(one)[0].messages[0]["code"] == "D09"


def test_what_is_sealed_to_another_key_is_kept_as_it_came(world: World) -> None:
    phone = Phone(world.users["cadre"])
    one = phone.sealed(item(world, "贺生花"))
    receipt = phone.send(one | {"sealed": one["sealed"][:-8] + "AAAAAAA="})[0]
    assert receipt.messages[0]["code"] == "D08"
    assert SyncItem.objects.get().raw is not None


def test_refused_and_unfinished_answers_stay_as_drafts(world: World) -> None:
    phone = Phone(world.users["cadre"])
    phone.send(item(world, "折玉兰", completed=False) | {"answers": {"population": 3}})
    phone.send(item(world, "贺生花", population=99))
    assert {d.household.head_name: d.answers["population"] for d in Draft.objects.all() if d.household} == {
        "折玉兰": "3", "贺生花": "99"
    }  # fmt: skip
    phone.send(item(world, "贺生花"))
    assert [d.household.head_name for d in Draft.objects.all() if d.household] == ["折玉兰"]


def test_a_reason_given_at_the_door_settles_what_is_soft(world: World) -> None:
    phone = Phone(world.users["cadre"])
    soft = item(world, "贺生花", insured_resident=1, confirmed=[{"rule": "V05s", "reason": "三人在外地参保"}])
    receipt = phone.send(soft)[0]
    assert receipt.messages == []
    assert Finding.objects.get(household=world.household("贺生花"), rule="V05s").reason == "三人在外地参保"


def test_what_is_raised_goes_in_once(world: World) -> None:
    phone = Phone(world.users["cadre"])
    raised = [
        {"id": str(new_id()), "kind": "problem", "type": 1, "text": "水管冻裂"},
        {
            "id": str(new_id()),
            "kind": "petition",
            "received_on": "2022-03-15",
            "from_whom": "本人",
            "demand": "通水",
        },
        {"id": str(new_id()), "kind": "change", "field": "健康状况", "old": "健康", "new": "长期慢性病"},
    ]
    for _ in range(2):  # the same things in another item: each has its own id
        phone.send(item(world, "高兰花", raised=raised) | {"answers": None})
    assert (Problem.objects.count(), Petition.objects.count(), BaseChange.objects.count()) == (1, 1, 1)


def test_what_the_pack_leaves_to_the_town_waits_for_it(world: World) -> None:
    world.change_step("rectification", "problem", actor="town")
    phone = Phone(world.users["cadre"])
    raised = [{"id": str(new_id()), "kind": "problem", "type": 1, "text": "水管冻裂"}]
    (receipt,) = phone.send(item(world, "高兰花", raised=raised) | {"answers": None})
    assert ["这一件要上一级来登记" in said["message"] for said in receipt.messages] == [True]
    waiting = RaisedItem.objects.get()
    assert (waiting.status, Problem.objects.count()) == ("held", 0)
    with village_work(world.round, world.pack, world.areas[VILLAGE], "1") as work:
        take_in(work, waiting, "field:1")
    assert Problem.objects.get().text == "水管冻裂"


def test_a_batch_costs_a_handful_of_statements(world: World) -> None:
    phone = Phone(world.users["cadre"])
    listed = [NewHousehold("2", f"某{chr(0x4E00 + n)}", "", 4, "general") for n in range(50)]
    made = add_households(world.areas[VILLAGE], listed)
    world_round = open_round(world.round.pack, world.pack, TODAY, "operator:tester")
    items = [item(world, "贺生花") | {"household_id": str(id_), "round": world_round.pk} for id_, _ in made]
    sender = phone.sender()
    with CaptureQueriesContext(
        connection,
    ) as caught:
        receipts = take_batch(sender, Batch(new_id(), phone.id, items))
    assert {r.status for r in receipts} == {"stored"}
    assert len(caught) <= 40, "\n".join(q["sql"][:110] for q in caught)


@pytest.mark.django_db(transaction=True)
def test_the_same_batch_at_the_same_moment_is_taken_once(
    transactional_db: None, settings: Settings, tmp_path: object
) -> None:
    settings.PAICHA_HOME = tmp_path
    with clock.frozen(TODAY):
        world = build()
        phone = Phone(world.users["cadre"])
        items = [item(world, head) for head in ("贺生花", "王建国")]
        sender, batch = phone.sender(), new_id()
        found: list[list[str]] = []

        def send() -> None:
            try:
                found.append([r.status for r in take_batch(sender, Batch(batch, phone.id, items))])
            finally:
                connections.close_all()

        threads = [threading.Thread(target=send) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(found) == 4
    assert len({tuple(one) for one in found}) == 1
    assert SyncItem.objects.count() == 2
    assert Revision.objects.filter(household=world.household("贺生花")).count() == 1


def test_what_comes_along_with_a_listed_conflict_is_not_lost(world: World) -> None:
    """The same answer collides again from elsewhere, and another one has changed: both are listed, each once."""
    left, right = Phone(world.users["cadre"]), Phone(world.users["cadre"])
    left.send(item(world, "贺生花"))
    right.send(item(world, "贺生花", base=1, residence=2))
    first, second = (
        item(world, "贺生花", base=1, residence=3),
        item(world, "贺生花", base=1, residence=3, remark="后来"),
    )
    assert [left.send(one)[0].status for one in (first, second)] == ["conflict", "conflict"]
    assert any("后来" in one.answers for one in Conflict.objects.all())
    assert left.send(second | {"item": str(new_id())})[0].status == "conflict"
    assert Conflict.objects.count() == 2, "the same again is listed once"


def test_what_follows_a_listed_conflict_goes_in(world: World) -> None:
    """The collision waits for a person; what the device changed after it does not."""
    left, right = Phone(world.users["cadre"]), Phone(world.users["cadre"])
    left.send(item(world, "贺生花"))
    right.send(item(world, "贺生花", base=1, residence=2))
    first = item(world, "贺生花", base=1, residence=3)
    second = item(world, "贺生花", base=1, residence=3, remark="后来", after=first["item"])
    assert [left.send(one)[0].status for one in (first, second)] == ["conflict", "merged"]
    assert (answers(world, "贺生花")["residence"], answers(world, "贺生花")["remark"]) == (2, "后来")


def test_an_old_base_is_merged_even_over_ones_own_answers(world: World) -> None:
    """The phone's second item doesn't know what its first was merged with."""
    left, right = Phone(world.users["cadre"]), Phone(world.users["cadre"])
    left.send(item(world, "贺生花"))
    right.send(item(world, "贺生花", base=1, residence=2))
    left.send(
        item(world, "贺生花", base=1, income_band=3)
    )  # merged: residence 2, income 3, by the left phone
    assert left.send(item(world, "贺生花", base=1, income_band=3, housing=3))[0].status == "merged"
    now = answers(world, "贺生花")
    assert (now["residence"], now["income_band"], now["housing"]) == (2, 3, 3)


@pytest.mark.parametrize("between", ["one batch", "two batches"])
def test_what_follows_a_merged_item_does_not_undo_what_it_was_merged_with(world: World, between: str) -> None:
    """The device has not seen the other's residence, and sends its own old one along with something new."""
    left, right = Phone(world.users["cadre"]), Phone(world.users["cadre"])
    left.send(item(world, "贺生花"))
    right.send(item(world, "贺生花", base=1, residence=2))
    first = item(world, "贺生花", base=1, income_band=3)
    second = item(world, "贺生花", base=1, income_band=3, housing=3, after=first["item"])
    batches = [(first, second)] if between == "one batch" else [(first,), (second,)]
    receipts = [receipt for batch in batches for receipt in left.send(*batch)]
    assert [r.status for r in receipts] == ["merged", "merged"]
    now = answers(world, "贺生花")
    assert (now["residence"], now["income_band"], now["housing"]) == (2, 3, 3)


def test_a_corrected_refusal_is_made_from_what_the_refused_one_was_made_from(world: World) -> None:
    phone = Phone(world.users["cadre"])
    phone.send(item(world, "贺生花"))
    first = item(world, "贺生花", base=1, population=99)
    second = item(world, "贺生花", base=1, income_band=3, after=first["item"])
    assert [phone.send(one)[0].status for one in (first, second)] == ["refused", "stored"]

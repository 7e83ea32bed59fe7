"""Members of households as phones add, correct and end them: once, field by field, never with an identity number."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from tests.worlds.phone import Phone, item
from tests.worlds.round import NEIGHBOUR, VILLAGE, World

from paicha.core.refusal import Refusal
from paicha.domain.accounts.policies import operator_scope
from paicha.domain.audit.queries import verify
from paicha.domain.households.models import BaseChange, Member
from paicha.domain.households.people import Typed, add_member, change_member, end_member
from paicha.domain.households.services import new_id
from paicha.domain.life.act import Asked
from paicha.domain.life.moving import move
from paicha.domain.life.splitting import Part, split
from paicha.domain.responses.services import village_work
from paicha.domain.sync.models import RaisedItem, SyncItem
from paicha.domain.sync.raised_items import RaisedError, take_in
from paicha.domain.sync.snapshots import FIELDS, assignment, village, workplaces

HEAD = "贺生花"
IDENTITY = "61088119900307123X"
WHY = Asked(operator_scope("tester"), "分家")


def act(kind: str, member: str = "", was: dict[str, str] | None = None, **now: str) -> dict[str, Any]:
    """A raised member."""
    id_ = str(new_id())
    return {"id": id_, "kind": "member", "act": kind, "member": member or id_, "was": was or {}, "now": now}


def send(phone: Phone, world: World, *raised: dict[str, Any], head: str = HEAD) -> list[dict[str, Any]]:
    """Each as an item of its own in one batch; what was said of them."""
    items = [item(world, head, raised=[one]) | {"answers": None} for one in raised]
    return [said for receipt in phone.send(*items) for said in receipt.messages]


def known(world: World, head: str = HEAD) -> list[tuple[str, str, str]]:
    rows = Member.objects.filter(household=world.household(head), left_at=None).order_by("pk")
    return list(rows.values_list("name", "relation", "health"))


@pytest.fixture
def phone(world: World) -> Phone:
    return Phone(world.users["cadre"])


def member(world: World, name: str = "贺小明", **more: str) -> Member:
    """Somebody whom the desk knows."""
    typed = Typed({"name": name, "relation": "子", "health": "健康", **more})
    return add_member(world.household(HEAD), typed, source="desk:9")


def of(one: Member) -> dict[str, str]:
    return {"name": one.name, "relation": one.relation, "health": one.health}


def test_somebody_is_added_corrected_and_ended_in_one_batch(world: World, phone: Phone) -> None:
    added = act("add", name="贺小明", relation="子", health="健康")
    corrected = act("change", added["id"], was=added["now"], health="长期慢性病")
    assert send(phone, world, added, corrected) == []
    assert known(world) == [("贺小明", "子", "长期慢性病")]
    assert send(phone, world, added, corrected) == [], "another item with the same things changes nothing"
    assert send(phone, world, act("end", added["id"])) == []
    assert known(world) == []
    assert Member.objects.get().left_at is not None
    assert verify() == []


def test_the_same_person_added_twice_is_one(world: World, phone: Phone) -> None:
    other = Phone(world.users["cadre"])
    first, second = act("add", name="贺小明", relation="子"), act("add", name="贺 小明", health="残疾")
    assert send(phone, world, first) == send(other, world, second) == []
    assert known(world) == [("贺小明", "子", "残疾")]
    assert send(other, world, act("change", second["id"], was={"health": "残疾"}, health="健康")) == []
    assert known(world) == [("贺小明", "子", "健康")], "the other phone's own id leads to the same person"


def test_what_others_changed_meanwhile_is_merged_field_by_field(world: World, phone: Phone) -> None:
    one = member(world)
    was = of(one)
    change_member(one, Typed(was | {"health": "长期慢性病"}), source="desk:9")
    assert send(phone, world, act("change", str(one.pk), was=was, **(was | {"relation": "长子"}))) == []
    assert known(world) == [("贺小明", "长子", "长期慢性病")]


def test_what_both_changed_waits_for_a_person_who_sees_both(world: World, phone: Phone) -> None:
    one = member(world)
    was = of(one)
    change_member(one, Typed(was | {"health": "长期慢性病"}), source="desk:9")
    (said,) = send(
        phone, world, act("change", str(one.pk), was=was, **was | {"health": "残疾", "relation": "长子"})
    )
    assert (said["severity"], "“长期慢性病”" in said["message"], "“残疾”" in said["message"]) == (
        "note",
        True,
        True,
    )
    assert known(world) == [("贺小明", "长子", "长期慢性病")], "the rest of it is in"
    waiting = RaisedItem.objects.get()
    assert (waiting.status, waiting.payload["now"]) == ("held", {"health": "残疾"})
    with village_work(world.round, world.pack, world.areas[VILLAGE], "9") as work:
        take_in(work, waiting, "field:1@x")
    assert known(world) == [("贺小明", "长子", "残疾")]


def test_it_waits_on_where_it_changed_again(world: World, phone: Phone) -> None:
    one = member(world)
    was = of(one)
    change_member(one, Typed(was | {"health": "长期慢性病"}), source="desk:9")
    send(phone, world, act("change", str(one.pk), was=was, health="残疾"))
    change_member(one, Typed(was | {"health": "大病"}), source="desk:9")
    area = world.areas[VILLAGE]
    with pytest.raises(RaisedError, match="大病"), village_work(world.round, world.pack, area, "9") as work:
        take_in(work, RaisedItem.objects.get(), "field:1@x")
    assert RaisedItem.objects.get().status == "held"
    assert known(world) == [("贺小明", "子", "大病")]


def test_who_left_meanwhile_comes_back_only_by_a_person(world: World, phone: Phone) -> None:
    one = member(world)
    was = of(one)
    end_member(one, source="desk:9")
    (said,) = send(phone, world, act("change", str(one.pk), was=was, health="残疾"))
    assert "不在这一户" in said["message"]
    assert known(world) == []
    with village_work(world.round, world.pack, world.areas[VILLAGE], "9") as work:
        take_in(work, RaisedItem.objects.get(), "field:1@x")
    assert known(world) == [("贺小明", "子", "残疾")]


REFUSED = [
    ("D39", lambda: act("change", str(new_id()), health="残疾")),
    ("D39", lambda: act("end", "x")),
    ("D05", lambda: act("dance", name="贺小明")),
    ("G10", lambda: act("add", relation="子")),
    ("G02", lambda: act("add", name="贺" * 41)),
    ("M35", lambda: act("add", name=HEAD)),
    ("G14", lambda: act("add", name="贺小明", health=f"证号{IDENTITY}")),
    ("G14", lambda: act("add", name="贺小明", health="（身份证号）")),
]


@pytest.mark.parametrize(
    ("code", "make"), REFUSED, ids=[f"{code}-{n}" for n, (code, _) in enumerate(REFUSED)]
)
def test_what_is_wrong_is_said_and_kept_without_identity_numbers(
    world: World, phone: Phone, code: str, make: Any
) -> None:
    one = make()
    (said,) = send(phone, world, one | ({"member": one["member"]} if code == "D39" else {}))
    assert said["severity"] == "hard"
    waiting = RaisedItem.objects.get()
    assert waiting.status == "refused"
    kept = orjson.dumps(
        [waiting.payload, list(SyncItem.objects.values("raw", "messages"))], default=str
    ).decode()
    assert IDENTITY[:10] not in kept
    with (
        pytest.raises((RaisedError, Refusal)),
        village_work(world.round, world.pack, world.areas[VILLAGE], "9") as work,
    ):
        take_in(work, waiting, "field:1@x")
    assert known(world) == []


def test_no_identity_number_stays_with_refused_answers(world: World, phone: Phone) -> None:
    raised = [
        act("add", name="贺小明", work=f"打工 {IDENTITY}"),
        {"id": str(new_id()), "kind": "change", "field": "健康状况", "old": "", "new": IDENTITY},
    ]
    (receipt,) = phone.send(item(world, HEAD, population=99, insured_resident=99, raised=raised))
    assert receipt.status == "refused"
    kept = [list(RaisedItem.objects.values()), list(SyncItem.objects.values())]
    assert IDENTITY not in orjson.dumps(kept, default=str).decode()
    assert not BaseChange.objects.exists()


def test_a_change_of_base_information_names_the_person(world: World, phone: Phone) -> None:
    change = {"id": str(new_id()), "kind": "change", "field": "健康状况", "old": "健康", "new": "残疾"}
    send(phone, world, change | {"person": "贺小明"})
    assert BaseChange.objects.get().subject == "贺小明的健康状况"


def test_a_member_is_found_wherever_the_household_went(world: World, phone: Phone) -> None:
    one, home = member(world), world.household(HEAD)
    split(
        world.round, world.pack, home.pk,
        Part("贺大明", along={"households.member": [str(one.pk)]}), WHY,
    )  # fmt: skip
    assert send(phone, world, act("change", str(one.pk), was=of(one), health="残疾")) == []
    one.refresh_from_db()
    assert (one.health, one.household.head_name) == ("残疾", "贺大明")
    move(world.round, world.pack, one.household_id, world.areas[NEIGHBOUR], "1", WHY)
    (said,) = send(phone, world, act("end", str(one.pk)))
    assert said["message"].startswith("本村名册里没有这位家庭成员")


def test_what_waits_about_a_member_goes_where_the_member_goes(world: World, phone: Phone) -> None:
    one, home = member(world), world.household(HEAD)
    was = of(one)
    change_member(one, Typed(was | {"health": "大病"}), source="desk:9")
    send(phone, world, act("change", str(one.pk), was=was, health="残疾"))
    part = Part("贺大明", along={"households.member": [str(one.pk)]})
    made = split(world.round, world.pack, home.pk, part, WHY).household_id
    assert RaisedItem.objects.get().household == made


def taken(phone: Phone, world: World) -> dict[str, Any]:
    sender = phone.sender()
    place = next(one for one in workplaces(sender, world.round) if one.area.code == VILLAGE)
    rows = village(sender, place, None)["rows"]
    return {row[FIELDS.index("head")]: dict(zip(FIELDS, row, strict=True)) for row in rows}


def test_a_phone_takes_members_along_and_learns_of_changes(world: World, phone: Phone) -> None:
    one = member(world, work="务工")
    ended = member(world, "贺小红")
    end_member(ended, source="desk:9")
    assert taken(phone, world)[HEAD]["members"] == [[str(one.pk), "贺小明", "HXM", "子", "健康", "", "务工"]]
    before = assignment(phone.sender())["villages"][0]["version"]
    change_member(one, Typed(of(one)), source="desk:9")
    assert assignment(phone.sender())["villages"][0]["version"] != before


def test_what_waits_about_members_is_on_every_phone_of_the_village(world: World, phone: Phone) -> None:
    send(phone, world, act("add", name=HEAD))
    (note,) = taken(Phone(world.users["cadre"]), world)[HEAD]["notes"]
    assert note.startswith("家庭成员：这一户已经有")

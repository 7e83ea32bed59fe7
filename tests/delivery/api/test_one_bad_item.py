"""A bad item is refused alone, with a receipt: what stands beside it in the batch is stored, on both databases."""

from __future__ import annotations

import base64
import json
from copy import deepcopy
from typing import Any
from uuid import UUID

import orjson
import pytest
from django.test import Client
from tests.worlds.phone import Phone, item
from tests.worlds.round import World

from paicha.domain.households.services import new_id
from paicha.domain.sync.models import SyncItem
from paicha.domain.sync.sealing import current_key, seal

pytestmark = pytest.mark.django_db

HALF = "\ud83d"
# Where something stands, and what: numbers that no column holds, half a sign, bodies that are odd at any depth.
PLACES = (
    "round", "base", "answers.population", "answers.civil_aid.0", "answers.remark", "answers.unknown", "more",
    "household.phone", "raised.0.type", "raised.0.text", "confirmed.0.reason", "after",
)  # fmt: skip
VALUES: dict[str, Any] = {
    "64 bits": 2**63, "unsigned": 2**64 - 1, "beyond": 2**64, "below": -(2**63) - 1, "fraction": 1e19,
    "four hundred digits": 10**400, "half": HALF, "half in a text": f"王{HALF}", "half in a name": {HALF: 1},
    "inside": [[{"n": 2**70}]],
}  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
def test_one_bad_item_leaves_the_others_of_its_batch_alone(world: World, place: str) -> None:
    phone = Phone(world.users["cadre"])
    good = item(world, "贺生花", water=3)
    bad = [_with(item(world, "王建国"), place, value) for value in VALUES.values()]
    status, said = _post(phone, [good, *bad, item(world, "贺生花", after=good["item"], water=1)])
    assert status == 200, said
    receipts = [(r["item"], r["status"]) for r in said["receipts"]]
    assert [id_ for id_, _ in receipts] == [good["item"], *(b["item"] for b in bad), receipts[-1][0]]
    stored = [status for _, status in receipts]
    assert (stored[0], stored[-1]) == ("stored", "stored"), (said["receipts"][0], said["receipts"][-1])
    assert set(stored[1:-1]) == {"refused"}
    for id_, status in receipts:
        assert SyncItem.objects.get(pk=id_).status == status
    assert _post(phone, [good, *bad])[1]["receipts"] == said["receipts"][:-1]


@pytest.mark.parametrize("sealed", [False, True])
def test_what_was_refused_says_where_and_is_kept(world: World, sealed: bool) -> None:
    phone = Phone(world.users["cadre"])
    one = item(world, "贺生花", population=2**64 - 1)
    _, said = _post(phone, [_sealed(phone, one) if sealed else one])
    (receipt,) = said["receipts"]
    assert [m["code"] for m in receipt["messages"]] == ["X01"]
    assert "answers.population" in receipt["messages"][0]["message"]
    assert SyncItem.objects.get(pk=one["item"]).raw


def test_an_item_after_one_that_could_not_be_read_is_taken(world: World) -> None:
    """The base of an item is looked up through its predecessors; one that was refused unread has no such thing."""
    phone = Phone(world.users["cadre"])
    for junk in ("junk", 5, {"a": 1}, ["x"]):
        unread = item(world, "贺生花", after=junk, base="x", answers="y")
        assert _post(phone, [unread])[1]["receipts"][0]["status"] == "refused"
        status, said = _post(phone, [item(world, "贺生花", after=unread["item"])])
        assert status == 200, said
        assert said["receipts"][0]["status"] in ("stored", "unchanged")


@pytest.mark.parametrize("depth", [400, 1_100, 50_000])
def test_an_item_nested_without_end_is_refused_alone(world: World, depth: int) -> None:
    phone = Phone(world.users["cadre"])
    items = [item(world, "王建国", civil_aid="DEEP"), item(world, "贺生花", water=3)]
    body = _body(phone, items).replace('"DEEP"', "[" * depth + "]" * depth)
    status, said = _sent(phone, body)
    assert (status, [r["status"] for r in said["receipts"]]) == (200, ["refused", "stored"])


@pytest.mark.parametrize("kind", ["problem", "petition", "change"])
@pytest.mark.parametrize("value", ["9999-12-31", "0001-01-01", "长" * 5000, 2**62, "²", "", [], {"a": 1}])
def test_what_is_raised_with_odd_values_gets_its_receipt(world: World, kind: str, value: Any) -> None:
    phone = Phone(world.users["cadre"])
    names = (
        "type",
        "text",
        "measure",
        "due_on",
        "owner",
        "received_on",
        "from_whom",
        "demand",
        "field",
        "old",
        "new",
    )
    plain = {
        "type": 1,
        "text": "房顶漏雨",
        "from_whom": "本人",
        "demand": "修路",
        "field": "健康状况",
        "new": "大病",
    }
    raised = [{"id": str(new_id()), "kind": kind, **plain, name: value} for name in names]
    status, said = _post(phone, [item(world, "贺生花", raised=raised)])
    assert status == 200, said


def _post(phone: Phone, items: list[Any]) -> tuple[int, Any]:
    return _sent(phone, _body(phone, items))


def _body(phone: Phone, items: list[Any]) -> str:
    return json.dumps({"batch": str(new_id()), "device": str(phone.id), "items": items})


def _sent(phone: Phone, body: str) -> tuple[int, Any]:
    answer = Client(raise_request_exception=False).post(
        "/api/v1/sync/batches", body, "application/json",
        headers={"Authorization": f"Bearer {phone.token}"},
    )  # fmt: skip
    return answer.status_code, orjson.loads(answer.content)


def _sealed(phone: Phone, one: dict[str, Any]) -> dict[str, Any]:
    box = seal(json.dumps(one).encode(), UUID(one["item"]), phone.id, current_key())
    return {"item": one["item"], "sealed": base64.b64encode(box).decode()}


def _with(one: dict[str, Any], place: str, value: Any) -> dict[str, Any]:
    """The item with `value` at `place`; lists and objects on the way there are made."""
    raised = [{"id": str(new_id()), "kind": "problem", "type": 1, "text": "房顶漏雨"}]
    found: Any = {**deepcopy(one), "raised": raised}
    found["confirmed"] = [{"rule": "V40", "reason": "核对过"}]
    found["household"] = {"village": "610881101201", "head_name": "贺生花", "class": "general"}
    *way, last = place.split(".")
    at = found
    for name in way:
        at = at[int(name) if isinstance(at, list) else name]
    at[int(last) if isinstance(at, list) else last] = value
    return dict(found)

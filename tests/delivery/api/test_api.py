"""Over the wire: who gets in with what, what is answered, and how much it weighs."""

from __future__ import annotations

import gzip
from typing import Any

import orjson
import pytest
from django.test import Client
from tests.worlds.phone import Phone, item
from tests.worlds.round import NEIGHBOUR, VILLAGE, World

from paicha.domain.households.services import new_id
from paicha.domain.sync.devices import revoke


def call(method: str, address: str, token: str, body: Any = None) -> tuple[int, Any]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    content = orjson.dumps(body) if body is not None else b""
    answer = Client().generic(method, f"/api/v1{address}", content, "application/json", headers=headers)
    return answer.status_code, orjson.loads(answer.content)


def test_a_phone_is_set_up_takes_its_village_along_and_sends(world: World) -> None:
    cadre = world.client("cadre")
    id_ = str(new_id())
    made = cadre.post(
        "/api/v1/field/devices", {"device": id_, "name": "我的手机", "platform": "Android 10"},
        content_type="application/json",
    )  # fmt: skip
    assert made.status_code == 201, made.content
    token = made.json()["token"]
    status, work = call("GET", "/field/assignment", token)
    assert (status, [v["code"] for v in work["villages"]]) == (200, [VILLAGE])
    status, taken = call("POST", f"/field/villages/{VILLAGE}", token, {"have": None})
    assert (status, len(taken["rows"])) == (200, 9)
    have = {row[0]: row[1] for row in taken["rows"]}
    one = item(world, "贺生花")
    status, said = call(
        "POST", "/sync/batches", token, {"batch": str(new_id()), "device": id_, "items": [one]}
    )
    assert (status, [r["status"] for r in said["receipts"]]) == (200, ["stored"])
    _, changed = call("POST", f"/field/villages/{VILLAGE}", token, {"have": have})
    assert [row[0] for row in changed["rows"]] == [one["household_id"]]


@pytest.mark.parametrize(
    ("address", "kind", "status", "code"),
    [
        ("/field/assignment", "none", 401, "D01"),
        ("/field/assignment", "wrong", 401, "D01"),
        ("/field/assignment", "upload", 403, "D04"),
        ("/field/assignment", "revoked", 401, "D02"),
        ("/field/assignment", "full", 200, None),
        ("/sync/batches", "none", 401, "D01"),
        ("/sync/batches", "wrong", 401, "D01"),
        ("/sync/batches", "revoked", 401, "D02"),
        ("/sync/batches", "upload", 200, None),
        ("/sync/batches", "revoked upload", 200, None),
        (f"/field/villages/{VILLAGE}", "upload", 403, "D04"),
        (f"/field/villages/{NEIGHBOUR}", "full", 404, "D07"),
        ("/field/errands", "none", 401, "D01"),
        ("/field/errands", "upload", 403, "D04"),
        ("/field/errands", "revoked", 401, "D02"),
        ("/field/errands", "full", 200, None),
        ("/field/devices", "full", 401, "D01"),  # a session sets devices up, no token does
    ],
)
def test_who_gets_in_with_what(world: World, address: str, kind: str, status: int, code: str | None) -> None:
    phone = Phone(world.users["cadre"])
    if "revoked" in kind:
        revoke(phone.sender().device, "丢了", "1")  # type: ignore[arg-type]  # a phone has a device
    token = {"none": "", "wrong": "x" * 43}.get(kind, phone.upload if "upload" in kind else phone.token)
    body: Any = {"have": None}
    if address == "/sync/batches":
        body = {"batch": str(new_id()), "device": str(phone.id), "items": []}
    if address == "/field/devices":
        body = {"device": str(phone.id), "name": "x", "platform": ""}
    got, said = call("GET" if address == "/field/assignment" else "POST", address, token, body)
    assert (got, said.get("code")) == (status, code)


def test_replies_are_compressed_where_the_client_takes_it(world: World) -> None:
    phone = Phone(world.users["cadre"])
    answer = Client().post(
        f"/api/v1/field/villages/{VILLAGE}", b'{"have": null}', content_type="application/json",
        headers={"Authorization": f"Bearer {phone.token}", "Accept-Encoding": "gzip"},
    )  # fmt: skip
    assert answer["Content-Encoding"] == "gzip"
    assert len(orjson.loads(gzip.decompress(answer.content))["rows"]) == 9


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [(b"", 422, "D10"), (b"{", 400, "D36"), (b"[]", 422, "D10"), (b'{"batch": "x"}', 422, "D10")],
)
def test_what_is_no_batch_is_refused_in_one_sentence(
    world: World, body: bytes, status: int, code: str
) -> None:
    phone = Phone(world.users["cadre"])
    answer = Client().post(
        "/api/v1/sync/batches", body, content_type="application/json",
        headers={"Authorization": f"Bearer {phone.token}"},
    )  # fmt: skip
    assert (answer.status_code, answer.json()["code"]) == (status, code)

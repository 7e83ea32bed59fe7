"""Whatever a program sends: a receipt an item, none without, nothing thrown away, the same when it is sent again."""

from __future__ import annotations

import base64
from typing import Any
from uuid import UUID

import orjson
from django.test import Client
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.lengths import examples
from tests.worlds.phone import GENERAL, Phone, item
from tests.worlds.round import VILLAGE, World

from paicha.core.bounds import clean
from paicha.domain.households.services import new_id
from paicha.domain.sync.items import arrived
from paicha.domain.sync.models import SyncItem
from paicha.domain.sync.sealing import current_key, seal

_EVERY = settings(
    max_examples=examples(100),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
_TEXT = st.text(st.characters(codec="utf-8"), max_size=12) | st.sampled_from(
    ["\x00", "王\x00", "1e400", "", " "]
)
_LEAF = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | _TEXT
)
_NAME = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
_JSON = st.recursive(
    _LEAF, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAME, inner, max_size=3), max_leaves=6
)
_WHEN = st.sampled_from(
    ["2022-03-15T09:00:00+08:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "x", 5]
)
_NEW = st.fixed_dictionaries(
    {
        "village": st.sampled_from([VILLAGE, "x"]) | _JSON, "head_name": _TEXT,
        "class": st.sampled_from(["general", "x"]),
    },
    optional={"group": _TEXT, "phone": _TEXT},
)  # fmt: skip
_RAISED = st.fixed_dictionaries(
    {"id": st.uuids().map(str), "kind": st.sampled_from(["problem", "petition", "change", "photo"])},
    optional=dict.fromkeys(("type", "text", "demand", "name", "field", "new", "data", "people"), _JSON),
)
# What replaces parts of a clean item; `answers` are mixed into clean ones.
_PARTS = st.fixed_dictionaries(
    {},
    optional={
        "household_id": _JSON | st.uuids().map(str),
        "household": _NEW | _JSON,
        "village": st.just(VILLAGE) | _JSON,
        "round": _LEAF,
        "base": _LEAF,
        "after": st.uuids().map(str) | _JSON,
        "answers": st.dictionaries(st.sampled_from(sorted(GENERAL)) | _NAME, _JSON, max_size=4) | _JSON,
        "completed": _LEAF,
        "confirmed": st.lists(st.fixed_dictionaries({"rule": _TEXT, "reason": _TEXT}), max_size=2) | _JSON,
        "raised": st.lists(_RAISED, max_size=2) | _JSON,
        "answered_at": _WHEN,
        "more": _JSON,
    },
)


@_EVERY
@example(data=[{"answers": {"remark": "门锁\0"}}, {"answers": "\0"}], sealed=True)
@example(data=[{"answered_at": "0001-01-01T00:00:00+14:00"}], sealed=False)
@given(data=st.lists(_PARTS, min_size=1, max_size=4), sealed=st.booleans())
def test_an_item_of_any_shape_gets_its_receipt(
    world: World, data: list[dict[str, Any]], sealed: bool
) -> None:
    phone = Phone(world.users["cadre"])
    sent = [_mixed(item(world, "贺生花"), parts) for parts in data]
    listed = [_sealed(phone, one) if sealed else one for one in sent]
    receipts = _send(phone, listed)
    assert [receipt["item"] for receipt in receipts] == [one["item"] for one in sent]
    for receipt, one in zip(receipts, sent, strict=True):
        row = SyncItem.objects.get(pk=receipt["item"])
        assert row.status == receipt["status"]
        if row.status == "refused":
            assert row.messages
            kept = set(_texts(row.raw))
            for text in _texts(one["answers"]):
                assert clean(text) in kept, "what was refused is kept as it came, but for control signs"
    assert _send(phone, listed) == receipts


@_EVERY
@example(listed=[], more={"now": "2022-03-15T09:00:00"})
@given(
    listed=st.lists(_JSON, max_size=4),
    more=st.dictionaries(st.sampled_from(["now", "waiting", "shell"]), _WHEN),
)
def test_what_is_no_item_gets_no_receipt(world: World, listed: list[Any], more: dict[str, Any]) -> None:
    phone = Phone(world.users["cadre"])
    named = [one for one in listed if arrived(one, phone.id, sealed_only=False)]
    status, said = _post(phone, {"batch": str(new_id()), "device": str(phone.id), "items": listed, **more})
    assert status == 422 or len(said["receipts"]) == len(named)


def _send(phone: Phone, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    status, said = _post(phone, {"batch": str(new_id()), "device": str(phone.id), "items": items})
    assert status == 200, said
    receipts: list[dict[str, Any]] = said["receipts"]
    return receipts


def _post(phone: Phone, body: Any) -> tuple[int, Any]:
    answer = Client().post(
        "/api/v1/sync/batches", orjson.dumps(body), "application/json",
        headers={"Authorization": f"Bearer {phone.token}"},
    )  # fmt: skip
    return answer.status_code, orjson.loads(answer.content)


def _mixed(clean: dict[str, Any], parts: dict[str, Any]) -> dict[str, Any]:
    answers = parts.get("answers")
    more = {"answers": {**clean["answers"], **answers}} if isinstance(answers, dict) else {}
    return clean | parts | more


def _sealed(phone: Phone, one: dict[str, Any]) -> dict[str, Any]:
    box = seal(orjson.dumps(one), UUID(one["item"]), phone.id, current_key())
    return {"item": one["item"], "sealed": base64.b64encode(box).decode()}


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for one in value.values() for text in _texts(one)]
    return [text for one in value for text in _texts(one)] if isinstance(value, list) else []

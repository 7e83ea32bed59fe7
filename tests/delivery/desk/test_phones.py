"""Phones at the desk: one's own, a village's, what they sent that waits, and work that comes as a file."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pytest_django import Settings
from tests.worlds.phone import Phone, item
from tests.worlds.round import NEIGHBOUR, VILLAGE, World

from paicha.domain.accounts.models import Assignment
from paicha.domain.households.models import Household
from paicha.domain.households.services import new_id
from paicha.domain.problems.models import Problem
from paicha.domain.responses.models import Conflict, Revision, VillageSummary
from paicha.domain.sync.models import Device, RaisedItem


@pytest.fixture(autouse=True)
def _home(settings: Settings, tmp_path: object) -> None:
    settings.PAICHA_HOME = tmp_path


def hand_over(world: World, content: bytes, village: str = VILLAGE, who: str = "cadre") -> str:
    file = SimpleUploadedFile("待交接.paicha", content)
    return (
        world.client(who).post(f"/area/{village}/phones/file/", {"file": file}, follow=True).content.decode()
    )


def file_of(phone: Phone, *items: dict[str, Any]) -> bytes:
    listed = [phone.sealed(one) for one in items]
    return orjson.dumps(
        {"paicha": "handover", "v": 1, "device": str(phone.id), "device_name": "x", "items": listed}
    )


def test_a_file_is_taken_in_once_under_the_name_of_who_finished_it(world: World) -> None:
    phone = Phone(world.users["grid"])
    one = item(world, "王建国", income_band=3, base=1)
    content = file_of(phone, one)
    assert "收下了" in hand_over(world, content)
    assert "收下了" in hand_over(world, content), "the same file again: the same receipts"
    assert [r.status for r in phone.send(one)] == ["stored"], "and over the network, too"
    made = Revision.objects.filter(household=world.household("王建国"), source__startswith="field:")
    assert [row.source for row in made] == [f"field:{world.users['grid'].pk}@{phone.id}"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "不是手机交接的文件"),
        (b"PK\x03\x04", "不是手机交接的文件"),
        (b'{"paicha": "handover", "items": [], "device": "x"}', "不是手机交接的文件"),
        (
            orjson.dumps(
                {"paicha": "handover", "items": [], "device": "01a211d4-78a6-7335-b02d-ae66072466ff"}
            ),
            "没有登记过的手机",
        ),
    ],
)
def test_what_is_no_such_file_is_said_in_one_sentence(world: World, content: bytes, words: str) -> None:
    assert words in hand_over(world, content)


def test_what_belongs_to_another_village_is_left(world: World) -> None:
    phone = Phone(world.users["town"])
    away = Household.objects.filter(village__code=NEIGHBOUR)[0]
    there = item(world, "贺生花") | {"household_id": str(away.pk)}
    told = hand_over(world, file_of(phone, there, item(world, "贺生花")))
    assert "另有 1 份是别的村的" in told


def test_an_open_item_in_a_file_is_not_believed(world: World) -> None:
    phone = Phone(world.users["cadre"])
    forged = orjson.dumps({"paicha": "handover", "device": str(phone.id), "items": [item(world, "贺生花")]})
    assert "没收下" in hand_over(world, forged)
    assert not Revision.objects.filter(household=world.household("贺生花")).exists()


def test_a_problem_for_a_locked_list_waits_and_is_taken_in_once_it_may(world: World) -> None:
    summary = VillageSummary.objects.get(round=world.round, code=VILLAGE)
    VillageSummary.objects.filter(pk=summary.pk).update(status="handed_up")
    phone = Phone(world.users["cadre"])
    raised = {"id": str(new_id()), "kind": "problem", "type": 1, "text": "水管冻裂"}
    receipt = phone.send(item(world, "高兰花", raised=[raised]) | {"answers": None})[0]
    assert (receipt.status, receipt.messages[0]["raised"]) == ("stored", raised["id"])
    cadre = world.client("cadre")
    assert "水管冻裂" in cadre.get(f"/area/{VILLAGE}/phones/").content.decode()
    assert "件手机上提的等村里收" in cadre.get(f"/area/{VILLAGE}/").content.decode()
    still = cadre.post(f"/area/{VILLAGE}/phones/", {"act": "take", "id": raised["id"]})
    assert (still.status_code, "已经上报" in still.content.decode()) == (422, True)
    VillageSummary.objects.filter(pk=summary.pk).update(status="returned")
    cadre.post(f"/area/{VILLAGE}/phones/", {"act": "take", "id": raised["id"]})
    assert Problem.objects.filter(text="水管冻裂").count() == 1
    assert [r.status for r in RaisedItem.objects.all()] == ["stored"]


def test_dismissing_needs_a_reason(world: World) -> None:
    phone = Phone(world.users["cadre"])
    raised = {"id": str(new_id()), "kind": "problem", "type": 99, "text": "没有这一类"}
    phone.send(item(world, "高兰花", raised=[raised]) | {"answers": None})
    cadre = world.client("cadre")
    assert cadre.post(f"/area/{VILLAGE}/phones/", {"act": "dismiss", "id": raised["id"]}).status_code == 422
    cadre.post(f"/area/{VILLAGE}/phones/", {"act": "dismiss", "id": raised["id"], "reason": "写错了"})
    assert [r.status for r in RaisedItem.objects.all()] == ["dismissed"]


def test_a_refused_item_is_shown_until_somebody_has_looked(world: World) -> None:
    phone = Phone(world.users["cadre"])
    assert phone.send(item(world, "高兰花", population=99, base=1))[0].status == "refused"
    cadre = world.client("cadre")
    assert "份手机传来的没收下" in cadre.get(f"/area/{VILLAGE}/").content.decode()
    shown = cadre.get(f"/area/{VILLAGE}/phones/").content.decode()
    assert "高兰花" in shown
    refused = shown.split('name="id" value="')[1][:36]
    cadre.post(f"/area/{VILLAGE}/phones/", {"act": "settle", "id": refused})
    assert "份手机传来的没收下" not in cadre.get(f"/area/{VILLAGE}/").content.decode()


@pytest.mark.parametrize(
    ("who", "address"), [("cadre", "/mine/phones/"), ("cadre", f"/area/{VILLAGE}/phones/")]
)
def test_a_phone_is_switched_off_with_a_reason(world: World, who: str, address: str) -> None:
    phone = Phone(world.users["cadre"])
    client = world.client(who)
    key = "device" if "mine" in address else "id"
    assert client.post(address, {"act": "revoke", key: str(phone.id)}).status_code == 422
    client.post(address, {"act": "revoke", key: str(phone.id), "reason": "手机丢了"})
    assert Device.objects.get(pk=phone.id).reason == "手机丢了"


def test_another_persons_phone_is_not_there(world: World) -> None:
    phone = Phone(world.users["town"])
    asked = {"act": "revoke", "device": str(phone.id), "id": str(phone.id), "reason": "x"}
    assert world.client("cadre").post("/mine/phones/", asked).status_code == 404
    assert world.client("cadre").post(f"/area/{VILLAGE}/phones/", asked).status_code == 404


def test_a_conflict_of_one_persons_two_phones_says_which_phone(world: World) -> None:
    left, right = Phone(world.users["cadre"]), Phone(world.users["cadre"])
    Device.objects.filter(pk=right.id).update(name="红米")
    left.send(item(world, "贺生花", residence=1))
    right.send(item(world, "贺生花", residence=3))
    client, pk = world.client("cadre"), Conflict.objects.get().pk
    page = client.get(f"/conflict/{pk}/").content.decode()
    assert "手机“一部手机”" in page
    assert "手机“红米”" in page
    assert "手机“红米”" in client.get(f"/area/{VILLAGE}/conflicts/").content.decode()


CLIENT = '<a href="/field/">没信号也能填：装到这部手机上</a>'


@pytest.mark.parametrize(
    ("who", "address", "named"),
    [
        ("grid", f"/area/{VILLAGE}/", True),
        ("cadre", f"/area/{VILLAGE}/", True),
        ("liaison", "/", False),
        ("grid", "/mine/", True),
        ("city", f"/area/{VILLAGE}/", False),
        ("auditor", "/mine/", False),
    ],
)
def test_the_first_page_of_who_surveys_leads_to_the_phone_client(
    world: World, who: str, address: str, named: bool
) -> None:
    assert (CLIENT in world.client(who).get(address, follow=True).content.decode()) == named


def test_ones_phones_name_the_whole_address_for_another_phone(world: World) -> None:
    page = world.client("grid").get("/mine/phones/").content.decode()
    assert "没信号也能填：装到这部手机上" in page
    assert "http://testserver/field/" in page


def test_a_village_that_handed_up_has_no_work_for_a_phone(world: World) -> None:
    VillageSummary.objects.filter(code=VILLAGE).update(status=VillageSummary.Status.HANDED_UP)
    assert CLIENT not in world.client("cadre").get(f"/area/{VILLAGE}/").content.decode()


def test_the_list_of_places_of_who_surveys_in_several_leads_there_too(world: World) -> None:
    held = Assignment.objects.get(user=world.users["cadre"])
    Assignment.objects.create(
        user=world.users["cadre"], role=held.role, kind=held.kind, ref=NEIGHBOUR, since=held.since
    )
    page = world.client("cadre").get("/").content.decode()
    assert "我的范围" in page
    assert CLIENT in page


_PHONE = {
    "User-Agent": "Mozilla/5.0 (Linux; Android 12) AppleWebKit/537.36 Chrome/101.0 Mobile Safari/537.36"
}


@pytest.mark.parametrize(
    ("who", "headers", "to"),
    [
        ("grid", _PHONE, "/field/"),
        ("grid", {"Sec-CH-UA-Mobile": "?1"}, "/field/"),
        ("grid", {}, f"/area/{VILLAGE}/"),
        ("cadre", _PHONE, f"/area/{VILLAGE}/"),
    ],
)
def test_a_grid_workers_phone_is_led_to_its_own_pages_once(
    world: World, who: str, headers: dict[str, str], to: str
) -> None:
    client = world.client(who)
    assert client.get("/", headers=headers).headers["Location"] == to
    assert client.get("/", headers=headers).headers["Location"] == f"/area/{VILLAGE}/"


def test_a_grid_worker_at_the_desk_sees_the_code_to_scan(world: World) -> None:
    for address in (f"/area/{VILLAGE}/", "/mine/phones/"):
        page = world.client("grid").get(address).content.decode()
        assert "手机端的地址</title>" in page, address
    assert "手机端的地址</title>" not in world.client("cadre").get(f"/area/{VILLAGE}/").content.decode()

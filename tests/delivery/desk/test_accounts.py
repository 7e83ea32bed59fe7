"""An administrator's pages: a list becomes accounts, slips are shown once, and nobody else comes near."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import Settings
from tests.delivery.desk.pages import MOST, queries
from tests.worlds.round import COUNTY, NEIGHBOUR, TOWN, VILLAGE, World

from paicha.domain import clock
from paicha.domain.accounts.models import User
from paicha.domain.audit.models import AuditEntry

AT = f"/area/{COUNTY}/accounts/"
ROWS = "村,姓名,手机号,角色,组\n" + f"{VILLAGE},张三,13800000001,村干部,\n{VILLAGE},李四,1380,信息员,\n"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings: Settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def upload(client: Client, text: str = ROWS, name: str = "名单.csv") -> str:
    """Send a list; the address of its preview."""
    answer = client.post(f"{AT}upload/", {"file": SimpleUploadedFile(name, text.encode())})
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"])


def test_a_list_becomes_accounts_and_its_slips_are_shown_once(world: World, media: Path) -> None:
    client = world.client("administrator")
    assert client.get("/")["Location"] == AT
    preview = upload(client)
    page = client.get(preview).content.decode()
    assert "C3" in page and "1380" in page and "建 1 个账号" in page
    assert not User.objects.filter(username="13800000001").exists()
    assert client.post(f"{preview}make/")["Location"] == "/slips/"
    user = User.objects.get(username="13800000001")
    for session in Session.objects.all():  # what waits is sealed
        assert "张三" not in str(session.get_decoded())
    shown = client.get("/slips/").content.decode()
    found = re.search(r"首次密码 <strong class=\"code\">(\w+)</strong>", shown)
    assert found and user.check_password(found[1]) and "http://testserver/" in shown
    assert "首次密码 <" not in client.get("/slips/").content.decode()
    assert AuditEntry.objects.get(action="account.slips").count == 1
    assert client.get(preview).status_code == 410
    assert client.post(f"{preview}make/").status_code == 410
    kept = b"".join(path.read_bytes() for path in media.rglob("*") if path.is_file())
    assert "张三".encode() not in kept and found[1].encode() not in kept


def test_the_slips_of_another_browser_stay_sealed(world: World) -> None:
    client = world.client("administrator")
    preview = upload(client)
    client.get(preview)
    client.post(f"{preview}make/")
    client.cookies["paicha_slips"] = "x"
    assert "首次密码 <" not in client.get("/slips/").content.decode()


def test_what_a_list_without_new_people_does(world: World) -> None:
    client = world.client("administrator")
    client.post(f"{upload(client)}make/")
    again = client.get(upload(client)).content.decode()
    assert "没有变化 1" in again and "个账号，出密码条" not in again


def test_a_file_that_is_none_is_refused_on_the_page(world: World) -> None:
    client = world.client("administrator")
    for sent in ({}, {"file": SimpleUploadedFile("a.csv", "姓名\n张三\n".encode())}):
        answer = client.post(f"{AT}upload/", sent)
        assert answer.status_code == 422 and "said hard" in answer.content.decode()


@pytest.mark.parametrize(("who", "status"), [("city", 403), ("town", 404), ("nobody", 404), ("auditor", 403)])
def test_nobody_else_comes_near(world: World, who: str, status: int) -> None:
    preview = upload(world.client("administrator"))
    client = world.client(who)
    for address in (AT, f"{AT}upload/", f"{AT}sheet/", preview):
        assert client.get(address).status_code == status, address
    assert client.post(f"{preview}make/").status_code == status


def test_another_administrator_does_not_open_a_list(world: World) -> None:
    preview = upload(world.client("administrator"))
    other = User.objects.create_user("second", password="a-long-password-1")
    other.assignments.create(role="administrator", kind="area", ref="610881", since=world.round.opens_on)
    world.users["second"] = other
    assert world.client("second").get(preview).status_code == 404


def test_pages_take_few_queries(world: World) -> None:
    client = world.client("administrator")
    rows = "".join(f"{VILLAGE},人{n},1390000{n:04d},网格员,1\n" for n in range(60))
    preview = upload(client, ROWS + rows)
    assert len(queries(client, preview)[1]) <= MOST
    client.post(f"{preview}make/")
    for address in (AT, f"{AT}?find=人1&role=grid_worker&state=never&at={TOWN}", f"{AT}upload/"):
        assert len(queries(client, address)[1]) <= MOST, address


def test_the_list_is_narrowed(world: World) -> None:
    client = world.client("administrator")
    client.post(f"{upload(client)}make/")

    def count(query: str) -> int:
        found = re.search(r'id="count">([\d,]+)<', client.get(f"{AT}?{query}").content.decode())
        return int(found[1]) if found else -1

    assert count("find=张三") == count("find=13800000001") == 1
    assert count("role=village_cadre") == 3
    assert count(f"role=village_cadre&at={TOWN}") == 2
    assert count("state=off") == 0
    assert count("") == count("state=never") + 1  # the administrator has signed in
    assert client.get(f"/area/{TOWN}/accounts/").status_code == 200


def pressed(client: Client, user: User, act: str, **data: object) -> int:
    """The status of an act on an account's page."""
    return client.post(f"{AT}{user.pk}/", {"act": act, **data}).status_code


def test_what_is_done_to_one_account(world: World) -> None:
    client, cadre = world.client("administrator"), world.users["cadre"]
    work = cadre.assignments.get()
    page = client.get(f"{AT}{cadre.pk}/").content.decode()
    assert "村干部" in page and world.areas[VILLAGE].spoken in page and VILLAGE not in page
    assert pressed(client, cadre, "off") == 302 and not User.objects.get(pk=cadre.pk).is_active
    assert pressed(client, cadre, "on") == 302 and User.objects.get(pk=cadre.pk).is_active
    assert pressed(client, cadre, "on") == 422
    assert pressed(client, cadre, "factor") == 302
    assert pressed(client, cadre, "reset") == 302
    shown = client.get("/slips/").content.decode()
    assert "cadre" in shown and User.objects.get(pk=cadre.pk).must_change_password
    assert pressed(client, cadre, "end", assignment=work.pk) == 302
    assert pressed(client, cadre, "end", assignment=work.pk) == 422
    assert pressed(client, cadre, "other") == 404
    assert pressed(client, world.users["checker"], "reset") == 404  # of no place
    logged = set(AuditEntry.objects.values_list("action", flat=True))
    assert {"account.switch_off", "account.switch_on", "account.reset_password", "account.end"} <= logged


def test_nobody_acts_on_their_own_account(world: World) -> None:
    client, own = world.client("administrator"), world.users["administrator"]
    assert "您自己的账号" in client.get(f"{AT}{own.pk}/").content.decode()
    for act in ("reset", "factor", "off"):
        assert pressed(client, own, act) == 422, act
    assert pressed(client, own, "end", assignment=own.assignments.get().pk) == 422
    answer = client.post(f"{AT}{own.pk}/more/", {"role": "市级", "at": [COUNTY]})
    assert answer.status_code == 422 and "您自己的账号" in answer.content.decode()
    assert own.assignments.count() == 1


def test_work_is_given_by_picking_places(world: World) -> None:
    client, cadre = world.client("administrator"), world.users["cadre"]
    at = f"{AT}{cadre.pk}/more/"
    page = client.get(at).content.decode()
    assert world.areas[NEIGHBOUR].spoken in page
    answer = client.post(at, {"role": "网格员", "at": [VILLAGE], "groups": "1、9"})
    assert answer.status_code == 422 and f'value="{VILLAGE}" checked' in " ".join(
        answer.content.decode().split()
    )
    assert client.post(at, {"role": "网格员", "at": [VILLAGE], "groups": "1、2"}).status_code == 302
    assert client.post(at, {"role": "村干部", "at": [NEIGHBOUR, VILLAGE]}).status_code == 302
    assert cadre.assignments.filter(kind="group").count() == 2
    assert cadre.assignments.filter(ref=NEIGHBOUR).count() == 1
    assert client.post(at, {"role": "村干部", "at": [NEIGHBOUR]}).status_code == 422


def test_one_new_account(world: World) -> None:
    client = world.client("administrator")
    data = {"name": "张三", "phone": "138", "role": "市级", "at": [COUNTY]}
    answer = client.post(f"{AT}new/", data)
    assert answer.status_code == 422 and 'value="张三"' in answer.content.decode()
    assert client.post(f"{AT}new/", data | {"phone": "13800000009"})["Location"] == "/slips/"
    assert User.objects.get(username="13800000009").assignments.get().ref == "610881"


def test_many_passwords_are_reset_at_once(world: World) -> None:
    client = world.client("administrator")
    assert client.post(f"{AT}reset/")["Location"] == AT
    assert client.post(f"{AT}reset/?role=village_cadre", {"every": "1"})["Location"] == "/slips/"
    assert client.get("/slips/").content.decode().count("首次密码 <strong") == 2
    User.objects.filter(username="cadre").update(last_login=clock.now())
    assert client.post(f"{AT}reset/?role=village_cadre", {"every": "1"})["Location"] == "/slips/"
    assert client.get("/slips/").content.decode().count("首次密码 <strong") == 1  # nobody in use loses theirs
    ticked = [world.users["cadre"].pk, world.users["administrator"].pk]
    assert client.post(f"{AT}reset/", {"account": ticked})["Location"] == AT  # the own one among them
    assert world.client("city").post(f"{AT}reset/", {"every": "1"}).status_code == 403

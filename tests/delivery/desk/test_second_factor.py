"""The second factor: who is asked, set up once, no way around it, spare codes once, a lost phone taken back."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client, override_settings
from django_otp.oath import TOTP
from tests.worlds.round import COUNTY, TOWN, VILLAGE, World

from paicha.domain import clock
from paicha.domain.accounts.models import User
from paicha.domain.accounts.policies import Scope, operator_scope, scope
from paicha.domain.accounts.second_factor import address_of, is_set_up, remove_device
from paicha.domain.audit.models import AuditEntry


@pytest.fixture(autouse=True)
def _asked() -> Iterator[None]:
    with override_settings(SECOND_FACTOR=True):
        yield


def code_of(page: str, step: int = 0) -> str:
    """What the app shows for the key on the page; `step` half minutes later."""
    shown = re.search(r'<code class="big">([A-Z2-7 ]+)</code>', page)
    assert shown is not None
    key = shown[1].replace(" ", "")
    totp = TOTP(base64.b32decode(key + "=" * (-len(key) % 8)))
    totp.time = __import__("time").time() + 30 * step
    return f"{totp.token():06d}"


def set_up(client: Client) -> tuple[str, list[str]]:
    """Set the app up; its page (for later codes) and the spare codes."""
    page = client.get("/second/").content.decode()
    codes = client.post("/second/", {"code": code_of(page)}, follow=True).content.decode()
    return page, _spare(codes)


def _spare(page: str) -> list[str]:
    """The spare codes that a page shows, [] for none."""
    found = re.search(r"<textarea[^>]*>(.*?)</textarea>", page, re.S)
    return found[1].split() if found else []


@pytest.mark.parametrize(
    ("who", "asked"),
    [
        ("city", True),
        ("town", True),
        ("auditor", True),
        ("administrator", True),
        ("cadre", False),
        ("grid", False),
    ],
)
def test_who_is_asked(world: World, who: str, asked: bool) -> None:
    address = f"/area/{VILLAGE}/"
    answer = world.client(who).get(address)
    assert (answer.status_code == 302 and answer["Location"] == "/second/") is asked


def test_a_demo_home_never_asks(world: World) -> None:
    clock.mark_demo()
    assert world.client("city").get(f"/area/{COUNTY}/").status_code == 200


def test_the_page_that_asks_for_a_code_may_ask_who_is_signed_in(world: World) -> None:
    client = world.client("town")
    assert client.get("/").headers["Location"] == "/second/"
    assert client.get("/session/").json()["user"] == str(world.users["town"].pk)


def test_set_up_once_then_a_code_at_each_sign_in(world: World) -> None:
    client = world.client("town")
    assert client.post("/second/", {"code": "000000"}).status_code == 422
    page, spare = set_up(client)
    assert len(spare) == 8
    assert client.get(f"/area/{TOWN}/").status_code == 200

    again = world.client("town")
    asked = again.get("/second/").content.decode()
    assert "密钥" not in asked
    assert again.post("/second/", {"code": "123"}).status_code == 422
    assert again.get(f"/area/{TOWN}/").status_code == 302
    User.objects.get(pk=world.users["town"].pk).totpdevice_set.update(throttling_failure_count=0)
    assert again.post("/second/", {"code": code_of(page, 1)}).status_code == 302
    assert again.get(f"/area/{TOWN}/").status_code == 200


def test_a_button_pressed_twice_shows_the_spare_codes_once(world: World) -> None:
    client = world.client("town")
    data = {"code": code_of(client.get("/second/").content.decode()), "once": str(uuid4())}
    assert [client.post("/second/", data)["Location"] for _ in range(2)] == ["/second/", "/second/"]
    assert len(_spare(client.get("/second/").content.decode())) == 8
    assert client.get("/second/")["Location"] == "/"


def test_a_code_is_good_once_and_a_spare_code_too(world: World) -> None:
    page, spare = set_up(world.client("town"))
    thief = world.client("town")
    assert thief.post("/second/", {"code": code_of(page)}).status_code == 422  # the very code that set it up
    for status in (302, 422):
        lost = world.client("town")
        User.objects.get(pk=world.users["town"].pk).staticdevice_set.update(throttling_failure_count=0)
        assert lost.post("/second/", {"code": spare[0]}).status_code == status


def test_a_lost_phone_is_taken_back_within_the_own_area(world: World) -> None:
    set_up(world.client("town"))
    town = world.users["town"]
    with pytest.raises(PermissionDenied):
        remove_device(scope(world.users["cadre"]), town)
    remove_device(scope(world.users["administrator"]), town)
    assert not is_set_up(town)
    remove_device(operator_scope("tester"), town)
    assert AuditEntry.objects.filter(action="account.second_factor_reset").count() == 2
    assert isinstance(scope(town), Scope)


def test_an_attempt_is_in_the_audit(world: World) -> None:
    page, _ = set_up(world.client("town"))
    again = world.client("town")
    again.post("/second/", {"code": "111111"})
    User.objects.get(pk=town_id(world)).totpdevice_set.update(throttling_failure_count=0)
    again.post("/second/", {"code": code_of(page, 1)})
    actions = list(
        AuditEntry.objects.filter(action__startswith="account.second_factor").values_list("action", flat=True)
    )
    assert sorted(actions) == [
        "account.second_factor", "account.second_factor_failed", "account.second_factor_passed",
    ]  # fmt: skip


def town_id(world: World) -> int:
    return int(world.users["town"].pk)


def test_the_app_scans_the_key_that_can_be_typed_too(world: World) -> None:
    page = world.client("town").get("/second/").content.decode()
    typed = re.search(r"<code class=\"big\">([\w ]+)</code>", page)
    assert typed and "给验证器应用扫的二维码" in page and "<svg" in page
    address = address_of(world.users["town"], typed[1])
    assert (
        address
        == f"otpauth://totp/%E6%8E%92%E6%9F%A5%3Atown?secret={typed[1].replace(' ', '')}&issuer=%E6%8E%92%E6%9F%A5"
    )

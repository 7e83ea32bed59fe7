"""Signing in, locking out, the first password, and the demo accounts that only a demo home shows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from paicha.domain import clock
from paicha.domain.accounts.models import User
from paicha.domain.accounts.policies import operator_scope, scope
from paicha.domain.accounts.services import reset_password
from paicha.domain.audit.models import AuditEntry

PASSWORD = "a-long-password-1"


@pytest.fixture
def user(db: None) -> User:
    return User.objects.create_user("zhaohai", password=PASSWORD, name="赵海")


def sign_in(client: Client, password: str = PASSWORD, **more: str) -> int:
    return client.post("/login/", {"username": "zhaohai", "password": password, **more}).status_code


def test_sign_in_and_out(user: User) -> None:
    client = Client()
    assert client.get("/login/").status_code == 200
    assert sign_in(client) == 302
    assert AuditEntry.objects.filter(action="account.sign_in", actor=str(user.pk)).count() == 1
    assert client.get("/").status_code == 200
    assert client.get("/logout/").status_code == 405
    assert client.post("/logout/").status_code == 302
    assert client.get("/").status_code == 302


def test_a_wrong_password_and_a_wrong_name_read_the_same(user: User) -> None:
    client = Client()
    pages = [
        client.post("/login/", {"username": name, "password": "wrong"}).content.decode()
        for name in ("zhaohai", "nobody")
    ]
    assert all("账号或密码不对" in page for page in pages)


def test_five_failures_lock_the_account(user: User) -> None:
    client = Client()
    codes = [sign_in(client, "wrong") for _ in range(5)]
    assert codes[:4] == [200] * 4
    assert codes[4] == 429
    locked = client.post("/login/", {"username": "zhaohai", "password": PASSWORD})
    assert locked.status_code == 429
    assert "暂时锁定" in locked.content.decode()


def test_a_new_first_password_opens_a_locked_account(user: User) -> None:
    """The page of a locked account sends people to the administrator: that has to help."""
    client = Client()
    for _ in range(6):
        sign_in(client, "wrong")
    assert sign_in(client, PASSWORD) == 429
    assert sign_in(client, reset_password(operator_scope("tester"), user)) == 302


def test_it_leads_back_to_our_own_pages_alone(user: User) -> None:
    answer = Client().post("/login/", {"username": "zhaohai", "password": PASSWORD, "next": "/password/"})
    assert answer["Location"] == "/password/"
    answer = Client().post(
        "/login/", {"username": "zhaohai", "password": PASSWORD, "next": "https://evil.example/"}
    )
    assert answer["Location"] == "/"


def test_a_first_password_opens_nothing_but_its_change(user: User) -> None:
    User.objects.update(must_change_password=True)
    client = Client()
    sign_in(client)
    for address in ("/", "/area/610881000000/"):
        answer = client.get(address)
        assert (answer.status_code, answer["Location"]) == (302, "/password/")
    page = client.post("/password/", {"new_password1": "1234567890", "new_password2": "1234567890"})
    assert page.status_code == 200
    assert "数字" in page.content.decode()
    new = "new-long-password-2"
    assert client.post("/password/", {"new_password1": new, "new_password2": new})["Location"] == "/"
    assert client.get("/").status_code == 200
    assert AuditEntry.objects.filter(action="account.change_password").count() == 1


def test_demo_accounts_are_shown_in_a_demo_home_alone(db: None, settings: Settings, tmp_path: Path) -> None:
    settings.PAICHA_HOME = tmp_path
    account = {"username": "shi", "password": "shown-to-all", "title": "神木市 市级", "role": "city_officer"}
    (tmp_path / "demo-accounts.json").write_text(json.dumps([account]), encoding="utf-8")
    assert "shown-to-all" not in Client().get("/login/").content.decode()
    clock.mark_demo()
    page = Client().get("/login/").content.decode()
    assert "shown-to-all" in page
    assert "神木市 市级" in page
    assert "先看“市级要做”，再看日报。" in page
    (tmp_path / "demo-accounts.json").write_text("{", encoding="utf-8")
    assert Client().get("/login/").status_code == 200


def test_an_outdated_token_is_said_in_words_with_a_way_back(user: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(user, backend="paicha.domain.accounts.backend.AccountBackend")
    answer = client.post("/mine/read/", headers={"referer": "http://testserver/mine/"})
    words = answer.content.decode()
    assert answer.status_code == 403
    assert "没有存上" in words
    assert 'href="/mine/"' in words
    foreign = client.post("/mine/read/", headers={"referer": "http://elsewhere.example/"})
    assert "elsewhere" not in foreign.content.decode()


def test_the_session_says_who_is_signed_in_and_gives_a_token_to_nobody_else(user: User) -> None:
    client = Client(enforce_csrf_checks=True)
    assert client.get("/session/").json() == {"user": "", "work": "", "token": ""}
    client.force_login(user, backend="paicha.domain.accounts.backend.AccountBackend")
    User.objects.update(must_change_password=True)  # the page that changes it asks too
    said = client.get("/session/").json()
    assert (said["user"], said["work"]) == (str(user.pk), scope(user).mark)
    User.objects.update(must_change_password=False)
    assert client.post("/mine/read/", {"csrfmiddlewaretoken": said["token"]}).status_code == 302

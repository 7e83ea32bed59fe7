"""Accounts in Django's admin: for administrators alone, within their area, never past the services."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from django.test import Client

from paicha.domain.accounts.models import Assignment, User
from paicha.domain.accounts.policies import Scope, scope
from paicha.domain.accounts.roles import Verb
from paicha.domain.accounts.services import change_password, create_user
from paicha.domain.areas.models import Area
from paicha.domain.audit.models import AuditEntry

pytestmark = pytest.mark.django_db
NEW = {"username": "chen", "name": "陈静", "role": "information_officer", "areas": "610881101201"}


@pytest.fixture
def admin(client: Client, operator: Scope) -> Client:
    """Signed in as the administrator of 610881; another county has an account too."""
    for code in ("610881101201", "610882101201"):
        Area.objects.create(level="village", code=code, name=code)
    user, _password = create_user(operator, "admin81", "管理员", ["610881"])
    create_user(operator, "far", "信息员", ["610882101201"])
    change_password(user, "own-password-of-the-administrator")
    client.force_login(user)
    return client


def test_an_administrator_makes_an_account_and_sees_the_password_once(admin: Client) -> None:
    answer = admin.post("/admin/accounts/user/add/", NEW, follow=True)
    text = answer.content.decode()
    password = re.search(r"首次密码：(\w+)（", text)
    user = User.objects.get(username="chen")
    assert password and user.check_password(password[1]) and user.must_change_password
    assert scope(user).covers(Verb.IMPORT_FILES, "610881101201")
    assert AuditEntry.objects.filter(action="account.create:information_officer").count() == 2
    assert "far" not in text and "chen" in text


def test_a_button_pressed_twice_makes_one_account_whose_password_is_seen_once(admin: Client) -> None:
    again = NEW | {"once": str(uuid4())}
    assert [admin.post("/admin/accounts/user/add/", again)["Location"] for _ in range(2)]
    admin.cookies.pop("messages", None)  # the first answer, and with it its cookie, was lost
    seen = re.search(r"首次密码：(\w+)（", admin.get("/admin/accounts/user/").content.decode())
    assert seen and User.objects.get(username="chen").check_password(seen[1])
    assert "首次密码" not in admin.get("/admin/accounts/user/").content.decode()


def test_what_the_service_refuses_is_said_and_nothing_is_made(admin: Client) -> None:
    for areas, said in (("610882101201", "不在您管理的地区内"), ("石窑店", "不是行政区划代码")):
        answer = admin.post("/admin/accounts/user/add/", {**NEW, "areas": areas}, follow=True)
        assert said in answer.content.decode()
    assert not User.objects.filter(username="chen").exists()


def test_passwords_are_reset_work_is_given_and_ended_accounts_are_closed(
    admin: Client, operator: Scope
) -> None:
    user, first = create_user(operator, "chen", "信息员", ["610881101201"])
    admin.post(
        "/admin/accounts/assignment/add/", {"user": user.pk, "role": "liaison_cadre", "areas": "610881101201"}
    )
    assert sorted(user.assignments.values_list("role", flat=True)) == ["information_officer", "liaison_cadre"]
    chosen = {"action": "end", "_selected_action": [row.pk for row in user.assignments.all()]}
    admin.post("/admin/accounts/assignment/", chosen)
    assert not scope(user).allows(Verb.READ_HOUSEHOLDS) and user.assignments.count() == 2
    for action in ("reset", "close"):
        admin.post("/admin/accounts/user/", {"action": action, "_selected_action": [user.pk]})
    user.refresh_from_db()
    assert not user.is_active and not user.check_password(first)


def test_another_countys_accounts_are_out_of_reach(admin: Client) -> None:
    far = User.objects.get(username="far")
    admin.post("/admin/accounts/user/", {"action": "close", "_selected_action": [far.pk]})
    admin.post(
        "/admin/accounts/assignment/", {"action": "end", "_selected_action": [far.assignments.get().pk]}
    )
    work = {"user": far.pk, "role": "liaison_cadre", "areas": "610881101201"}
    assert "far" not in admin.get("/admin/accounts/assignment/add/").content.decode()
    assert admin.post("/admin/accounts/assignment/add/", work).status_code == 200
    far.refresh_from_db()
    assert far.is_active and far.assignments.count() == 1 and Assignment.objects.get(user=far).until is None


def test_nobody_else_comes_in(client: Client, admin: Client) -> None:
    client.force_login(User.objects.get(username="far"))
    assert client.get("/admin/accounts/user/").status_code == 302
    User.objects.filter(username="far").update(is_staff=True, must_change_password=False)
    assert client.get("/admin/accounts/user/").status_code == 403
    assert client.post("/admin/accounts/user/add/", NEW).status_code == 403

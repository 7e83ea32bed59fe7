"""Accounts: a first password shown once, places of the right kind, and an audit entry for every change."""

from __future__ import annotations

from datetime import date

import pytest
from django.contrib.auth import authenticate
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.test import override_settings

from paicha.core.refusal import Refusal
from paicha.domain import clock
from paicha.domain.accounts.models import Assignment, User
from paicha.domain.accounts.policies import Scope, scope
from paicha.domain.accounts.queries import managed_users
from paicha.domain.accounts.roles import Kind, UnknownRole, Verb
from paicha.domain.accounts.services import (
    assign,
    change_password,
    create_user,
    end_assignment,
    reset_password,
    switch_off,
)
from paicha.domain.areas.models import Area, Group
from paicha.domain.audit.models import AuditEntry
from paicha.domain.audit.queries import verify

VILLAGE = "610881101201"
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_opening", "counties")]


@pytest.fixture
def counties(db: None) -> dict[str, Area]:
    """Two counties, each with a town and a village of two groups."""
    made: dict[str, Area] = {}
    for county in ("610881", "610882"):
        above = None
        for level, code in (
            ("county", f"{county}000000"),
            ("town", f"{county}101000"),
            ("village", f"{county}101201"),
        ):
            above = made[code] = Area.objects.create(level=level, code=code, name=code, parent=above)
        for name in ("1", "2"):
            Group.objects.create(village=above, name=name)
    return made


def test_an_account_with_its_first_password(operator: Scope) -> None:
    hashers = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    with override_settings(PASSWORD_HASHERS=hashers):
        user, password = create_user(operator, "wang.fang", "镇街工作人员", ["610881101000"], name="王芳")
        assert user.password.startswith("argon2") and password not in user.password
        assert authenticate(HttpRequest(), username="wang.fang", password=password) == user
    assert user.must_change_password and not user.is_superuser
    assert scope(user).covers(Verb.VERIFY, VILLAGE)
    entry = AuditEntry.objects.get()
    assert entry.actor == "operator:tester" and entry.action == "account.create:town_clerk"
    assert entry.subject == f"user:{user.pk} 610881101"
    assert verify() == []


def test_passwords_are_never_the_same(operator: Scope) -> None:
    made = [create_user(operator, f"u{n}", "信息员", [VILLAGE])[1] for n in range(20)]
    assert len(set(made)) == 20 and all(len(password) == 14 for password in made)


@pytest.mark.parametrize(
    ("username", "role", "areas", "message"),
    [
        ("a b", "信息员", [VILLAGE], "账号名"),
        ("x", "信息员", [VILLAGE], "账号名"),
        ("lee", "信息员", [], "请写明"),
        ("lee", "信息员", ["610881101"], "12 位"),
        ("lee", "信息员", ["石窑店"], "不是行政区划代码"),
        ("lee", "信息员", ["610881101202"], "没有代码"),
        ("lee", "镇街工作人员", ["610883"], "没有代码"),
        ("lee", "网格员", ["610881101201/3"], "村民小组"),
        ("lee", "信息员", ["610881101201/2"], "不是行政区划代码"),
        ("lee", "抽查组员", ["5"], "截止日期"),
        ("lee", "相关单位", [" "], "不能为空"),
        ("taken", "信息员", [VILLAGE], "已经存在"),
    ],
)
def test_what_cannot_be_made_is_said_in_one_sentence(
    operator: Scope, username: str, role: str, areas: list[str], message: str
) -> None:
    create_user(operator, "taken", "信息员", [VILLAGE])
    before = (User.objects.count(), AuditEntry.objects.count())
    with pytest.raises(Refusal, match=message):
        create_user(operator, username, role, areas)
    assert (User.objects.count(), AuditEntry.objects.count()) == before


@pytest.mark.parametrize(
    ("role", "typed", "kind", "ref"),
    [
        ("网格员", "610881101201/2", Kind.GROUP, None),
        ("网格员", "610881101201", Kind.VILLAGE, VILLAGE),
        ("片长", "610881101201", Kind.VILLAGE, VILLAGE),
        ("片长", "610881101000", Kind.AREA, "610881101"),
        ("片长", "7", Kind.ZONE, "7"),
        ("市级", "6108", Kind.AREA, "6108"),
        ("相关单位", "12", Kind.DEPARTMENT, "12"),
    ],
)
def test_a_place_is_recognised_by_its_shape(
    operator: Scope, role: str, typed: str, kind: Kind, ref: str | None
) -> None:
    user, _password = create_user(operator, "lee", role, [typed])
    given = user.assignments.get()
    assert given.kind == kind
    assert given.ref == (ref or str(Group.objects.get(village__code=VILLAGE, name="2").pk))


def test_an_administrator_gives_out_groups_of_the_own_county(operator: Scope) -> None:
    admin = scope(create_user(operator, "admin81", "管理员", ["610881"])[0])
    create_user(admin, "lee", "网格员", ["610881101201/1"])
    create_user(operator, "far", "网格员", ["610882101201/1"])
    assert [user.username for user in managed_users(admin)] == ["admin81", "lee"]
    assert managed_users(operator).count() == 3 and managed_users(Scope("1")).count() == 0
    with pytest.raises(PermissionDenied):
        create_user(admin, "chen", "网格员", ["610882101201/1"])
    with pytest.raises(PermissionDenied):
        create_user(admin, "chen", "相关单位", ["5"])


def test_an_unknown_role_lists_the_known_ones(operator: Scope) -> None:
    with pytest.raises(UnknownRole, match="网格员（grid_worker）"):
        create_user(operator, "lee", "村长", [VILLAGE])


def test_an_administrator_stays_within_the_own_county(operator: Scope) -> None:
    admin = scope(create_user(operator, "admin81", "管理员", ["610881"])[0])
    user, _password = create_user(admin, "lee", "信息员", [VILLAGE])
    assert assign(admin, user, "村干部", [VILLAGE])[0].kind == Kind.VILLAGE
    for places in (["610882101201"], [VILLAGE, "610882101201"]):
        with pytest.raises(PermissionDenied, match="不在您管理的地区内"):
            create_user(admin, "chen", "信息员", places)
    with pytest.raises(PermissionDenied, match="只有管理员"):
        create_user(scope(user), "chen", "信息员", [VILLAGE])
    other = create_user(operator, "far", "信息员", ["610882101201"])[0]
    for forbidden in (
        lambda: reset_password(admin, other),
        lambda: switch_off(admin, other),
        lambda: assign(admin, other, "信息员", [VILLAGE]),
    ):
        with pytest.raises(PermissionDenied):
            forbidden()
    with pytest.raises(PermissionDenied):
        end_assignment(admin, other.assignments.get())


def test_work_ends_and_stays_on_record(operator: Scope) -> None:
    user, _password = create_user(operator, "lee", "信息员", [VILLAGE], since=date(2022, 3, 1))
    end_assignment(operator, user.assignments.get())
    assert not scope(user).allows(Verb.READ_HOUSEHOLDS)
    assert scope(user, date(2022, 3, 5)).covers(Verb.READ_HOUSEHOLDS, VILLAGE)
    later = assign(operator, user, "包村干部", [VILLAGE], since=date(2022, 4, 1), until=date(2022, 4, 30))
    end_assignment(operator, later[0], date(2022, 4, 10))
    with clock.frozen(date(2022, 4, 11)):
        assert not scope(user).allows(Verb.READ_HOUSEHOLDS)
    assert Assignment.objects.count() == 2


def test_passwords_are_reset_changed_and_accounts_closed(operator: Scope) -> None:
    user, first = create_user(operator, "lee", "信息员", [VILLAGE])
    change_password(user, "一个很长的新口令 2022")
    assert not user.must_change_password
    second = reset_password(operator, user)
    assert user.must_change_password and user.check_password(second) and second != first
    switch_off(operator, user)
    assert scope(user).grants == ()
    actions = [entry.action for entry in AuditEntry.objects.order_by("chain", "seq")]
    assert sorted(actions) == [
        "account.change_password",
        "account.create:information_officer",
        "account.reset_password",
        "account.switch_off",
    ]
    assert verify() == []

"""A list of people: what each line would do, which cell is wrong, and what carrying it out leaves behind."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

import pytest
from django.contrib.auth import authenticate
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.test import override_settings
from tests.worlds.round import NEIGHBOUR, TODAY, VILLAGE, World, build

from paicha.core.refusal import Refusal
from paicha.domain import clock
from paicha.domain.accounts.models import Assignment, User
from paicha.domain.accounts.policies import Scope, scope
from paicha.domain.accounts.roles import Verb
from paicha.domain.audit.models import AuditEntry
from paicha.domain.staff.plan import Person, plan
from paicha.domain.staff.services import carry_out
from paicha.domain.staff.sheet import Line, StaffError, read_sheet
from paicha.domain.staff.template import template
from paicha.formats.reading.source import open_grids

HEAD = ("镇街", "村", "姓名", "手机号", "角色", "组", "做到哪天")
pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db: None) -> Iterator[World]:
    with clock.frozen(TODAY):
        yield build()


def lines(*rows: Sequence[str]) -> list[Line]:
    """Rows below the usual head, as a file of them is read."""
    text = io.StringIO()
    csv.writer(text).writerows([HEAD, *rows])
    return read_sheet(text.getvalue().encode(), "名单.csv")


def planned(world: World, *rows: Sequence[str], who: str = "administrator") -> list[Person]:
    return plan(scope(world.users[who]), world.round, lines(*rows))


def names(world: World) -> tuple[str, str, str]:
    """The town, a village of it, and its neighbour, by name."""
    village, neighbour = world.areas[VILLAGE], world.areas[NEIGHBOUR]
    assert village.parent is not None
    return village.parent.name, village.spoken, neighbour.spoken


@pytest.mark.parametrize(
    ("row", "places"),
    [
        (("{town}", "{village}", "张三", "13800000001", "村干部"), [("village", VILLAGE)]),
        (("", "{village}", "张三", "138 0000 0001", "信息员"), [("village", VILLAGE)]),
        (("", VILLAGE, "张三", "13800000001", "驻村队员"), [("village", VILLAGE)]),
        (("{town}", "{village}", "张三", "13800000001", "网格员"), [("village", VILLAGE)]),
        (("{town}", "", "张三", "13800000001", "镇街工作人员"), [("area", VILLAGE[:9])]),
        (("{town}", "", "张三", "13800000001", "片长"), [("area", VILLAGE[:9])]),
        (("{town}", "{village}", "张三", "13800000001", "片长"), [("village", VILLAGE)]),
        (("", "", "张三", "13800000001", "市级"), [("area", "610881")]),
        (("全市", "", "张三", "13800000001", "审计"), [("area", "610881")]),
    ],
)
def test_a_line_becomes_an_account(world: World, row: Sequence[str], places: list[tuple[str, str]]) -> None:
    town, village, _ = names(world)
    person = planned(world, [text.format(town=town, village=village) for text in row])[0]
    assert (person.status, person.faults, person.phone) == ("new", [], "13800000001")
    assert [(kind.value, ref) for kind, ref in person.places] == places


@pytest.mark.parametrize(
    ("written", "groups"),
    [
        ("1", ["1"]),
        ("1、2组", ["1", "2"]),
        ("1-2", ["1", "2"]),
        ("二组，沟岔组", ["2", "沟岔组"]),
        ("全村", []),
    ],
)
def test_groups_of_a_grid_worker(world: World, written: str, groups: list[str]) -> None:
    person = planned(world, ("", VILLAGE, "张三", "13800000001", "网格员", written))[0]
    assert person.faults == []
    found = [ref for kind, ref in person.places if kind == "group"]
    assert (
        list(world.areas[VILLAGE].groups.filter(pk__in=found).order_by("pk").values_list("name", flat=True))
        == groups
    )
    assert bool(found) == bool(groups)


@pytest.mark.parametrize(
    ("row", "cell", "says"),
    [
        (("", VILLAGE, "", "13800000001", "村干部"), "C2", "姓名"),
        (("", VILLAGE, "张三", "1380000", "村干部"), "D2", "1380000"),
        (("", VILLAGE, "张三", "13800000001", "村长"), "E2", "村长"),
        (("", "没有村", "张三", "13800000001", "村干部"), "B2", "没有村"),
        (("没有镇", VILLAGE, "张三", "13800000001", "村干部"), "A2", "没有镇"),
        (("", "", "张三", "13800000001", "村干部"), "B2", "哪个村"),
        (("{town}", "", "张三", "13800000001", "村干部"), "E2", "要分到村"),
        (("", VILLAGE, "张三", "13800000001", "镇街工作人员"), "E2", "不能分到村"),
        (("", VILLAGE, "张三", "13800000001", "村干部", "1"), "F2", "管全村"),
        (("", VILLAGE, "张三", "13800000001", "网格员", "1、9"), "F2", "9"),
        (("", VILLAGE, "张三", "13800000001", "村干部", "", "2022-03-01"), "G2", "早于"),
        (("", VILLAGE, "张三", "13800000001", "村干部", "", "明年"), "G2", "明年"),
        (("", VILLAGE, "张三 612722198001011234", "13800000001", "村干部"), "C2", "身份证号"),
    ],
)
def test_a_fault_names_its_cell(world: World, row: Sequence[str], cell: str, says: str) -> None:
    town, _, _ = names(world)
    person = planned(world, [text.format(town=town) for text in row])[0]
    assert person.status == "refused"
    assert [(f.cell, says in f.words) for f in person.faults] == [(cell, True)], person.faults


def test_the_same_person_twice_is_one_account_and_another_name_is_refused(world: World) -> None:
    people = planned(
        world,
        ("", VILLAGE, "张三", "13800000001", "村干部"),
        ("", NEIGHBOUR, "张三", "13800000001", "村干部"),
        ("", VILLAGE, "张三", "13800000001", "村干部"),
        ("", VILLAGE, "李四", "13800000001", "信息员"),
    )
    assert [person.status for person in people] == ["new", "more", "same", "refused"]
    slips = carry_out(scope(world.users["administrator"]), people)
    assert [(slip.username, slip.name) for slip in slips] == [("13800000001", "张三")]
    user = User.objects.get(username="13800000001")
    assert sorted(user.assignments.values_list("ref", flat=True)) == [VILLAGE, NEIGHBOUR]


def test_against_the_accounts_that_there_are(world: World) -> None:
    cadre, far = world.users["cadre"], world.users["elsewhere"]
    User.objects.filter(pk=cadre.pk).update(username="13800000002", name="王五")
    User.objects.filter(pk=far.pk).update(username="13800000003", name="赵六")
    User.objects.filter(pk=world.users["administrator"].pk).update(username="13800000004", name="管理员")
    clerk = _of_the_town(world)
    rows = [
        ("", VILLAGE, "王五", "13800000002", "村干部"),  # has it
        ("", NEIGHBOUR, "王五", "13800000002", "村干部"),
        ("", VILLAGE, "王武", "13800000002", "村干部"),
        ("", VILLAGE, "赵六", "13800000003", "村干部"),  # of another town
        ("", VILLAGE, "管理员", "13800000004", "村干部"),  # of the whole county
    ]
    statuses = ["same", "more", "refused", "refused", "refused"]
    assert [p.status for p in plan(clerk, world.round, lines(*rows))] == statuses
    own = planned(world, ("", "", "管理员", "13800000004", "市级"))[0]
    assert (own.status, "您自己的账号" in own.faults[0].words) == ("refused", True)


def _of_the_town(world: World) -> Scope:
    """The scope of somebody who manages the accounts of one town."""
    user = User.objects.create_user("townsadmin", password="a-long-password-1")
    Assignment.objects.create(user=user, role="administrator", kind="area", ref=VILLAGE[:9], since=TODAY)
    return scope(user)


def test_nobody_gives_out_what_lies_outside_the_own_area(world: World) -> None:
    far = next(code for code in world.areas if not code.startswith(VILLAGE[:9]))
    people = plan(
        _of_the_town(world),
        world.round,
        lines(("", far, "张三", "13800000001", "村干部"), ("", "", "李四", "13800000002", "市级")),
    )
    assert [person.status for person in people] == ["refused", "refused"]
    assert all("不在您管理的地区内" in person.faults[0].words for person in people)
    with pytest.raises(PermissionDenied):
        carry_out(scope(world.users["city"]), planned(world, ("", VILLAGE, "张三", "13800000001", "村干部")))


def test_carried_out_twice_it_makes_nothing_more_and_the_passwords_work(world: World) -> None:
    by = scope(world.users["administrator"])
    rows = [("", VILLAGE, f"人{n}", f"1380000{n:04d}", "村干部") for n in range(20)]
    hashers = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    with override_settings(PASSWORD_HASHERS=hashers):
        slips = carry_out(by, planned(world, *rows))
        user = authenticate(HttpRequest(), username=slips[0].username, password=slips[0].password)
        assert isinstance(user, User) and user.must_change_password and slips[0].password not in user.password
        assert "m=102400" in User.objects.get(pk=user.pk).password  # hashed anew at the full cost
    assert len({slip.password for slip in slips}) == 20
    assert scope(user).covers(Verb.HAND_UP, VILLAGE)
    made = AuditEntry.objects.filter(action="account.create:village_cadre")
    assert made.count() == 20
    assert not any(slip.password in str(row) for slip in slips for row in AuditEntry.objects.values_list())
    assert carry_out(by, planned(world, *rows)) == []
    assert User.objects.filter(username__startswith="1380000").count() == 20


@pytest.mark.parametrize(
    ("text", "code"),
    [("姓名,电话\n张三,138\n", "W33"), ("姓名,手机号,角色\n,,村干部\n", "W34")],
)
def test_a_file_that_is_no_list(text: str, code: str) -> None:
    with pytest.raises(StaffError) as refused:
        read_sheet(text.encode(), "a.csv")
    assert refused.value.code == code


def test_a_list_has_its_limit() -> None:
    text = "姓名,手机号,角色\n" + "张三,13800000001,村干部\n" * 2001
    with pytest.raises(Refusal) as refused:
        read_sheet(text.encode(), "a.csv")
    assert refused.value.code == "W35"


def test_the_template_is_read_back(world: World) -> None:
    content = template(world.round.areas.filter(code__startswith=VILLAGE[:9]), world.pack)
    grid = next(iter(open_grids(content, "样表.xlsx")))
    at = next(i for i, row in enumerate(grid.rows) if VILLAGE and row[1] == world.areas[VILLAGE].spoken)
    assert grid.rows[at][4] == "村干部"
    with pytest.raises(StaffError) as refused:
        read_sheet(content, "样表.xlsx")
    assert refused.value.code == "W34"

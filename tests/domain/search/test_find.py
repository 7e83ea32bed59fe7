"""Households are found by what people know of them, at once after each change, and by nobody outside the scope."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from random import Random
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from tests.worlds.villages import add_household

from paicha.core.keys import make_number
from paicha.domain import clock
from paicha.domain.accounts.policies import Grant, Scope, operator_scope
from paicha.domain.accounts.roles import ROLES, Kind, Verb
from paicha.domain.areas.models import Area, Group
from paicha.domain.areas.services import add_groups
from paicha.domain.households.models import ForeignNumber, Household, Member
from paicha.domain.households.people import Typed, add_member, add_number, end_member
from paicha.domain.households.services import (
    change_head,
    close,
    count_change,
    register_tag,
    take_households_back,
    update_known,
)
from paicha.domain.search.hits import Whose
from paicha.domain.search.models import SearchTerm
from paicha.domain.search.queries import find
from paicha.domain.search.services import refresh, stale
from paicha.domain.search.terms import Sought

ANYWHERE = operator_scope("tester")
PHONE = "15012348831"


def over(role: str, kind: Kind, ref: str) -> Scope:
    """What somebody of a role sees who works at one place."""
    return Scope("5", (Grant(kind, ref, ROLES[role].verbs),))


def told(text: str, scope: Scope = ANYWHERE, within: str = "") -> list[tuple[str, str, str]]:
    """(head, what answers, how) of what is found."""
    found = find(scope, text, within).hits
    return [(hit.household.head_name, hit.whose.name.lower(), hit.how.name.lower()) for hit in found]


@pytest.fixture
def home(villages: list[Area], at_opening: datetime) -> Household:
    """A household with a phone, a head before, a member and a number of another system."""
    made = add_household(villages[0], "李 四", PHONE, "2")
    change_head(made, "王建国", actor="5", reason="户主去世")
    made.refresh_from_db()
    add_member(made, Typed({"name": "高兰花", "relation": "配偶"}), source="desk:5")
    add_number(made, None, system="国家系统", number="H-61088100001", source="desk:5")
    return made


FOUND: list[tuple[str, str, str]] = [
    ("王建国", "head", "same"),
    ("王 建国", "head", "same"),
    ("王建", "head", "begins"),
    ("建国", "head", "holds"),
    ("wjg", "head", "letters"),
    ("WangJian", "head", "letters"),
    ("wang jian guo", "head", "letters"),
    ("王健国", "head", "sounds"),
    ("王建华", "head", "apart"),
    ("黄建国", "head", "apart"),
    ("王建", "head", "begins"),
    ("王建国强", "head", "apart"),
    ("李四", "former", "same"),
    ("ls", "former", "letters"),
    ("高兰花", "member", "same"),
    ("glh", "member", "letters"),
    ("高蓝花", "member", "sounds"),
    ("8831", "phone", "same"),
    (PHONE, "phone", "same"),
    ("150-1234-8831", "phone", "same"),
    ("h-61088100001", "", ""),
    ("H-61088100001", "foreign", "same"),
]


@pytest.mark.parametrize(("text", "whose", "how"), FOUND)
def test_a_household_is_found_by_what_people_know(
    text: str, whose: str, how: str, home: Household, villages: list[Area]
) -> None:
    add_household(villages[0], "贺保平", "15812340000")
    add_household(villages[2], "乔志强", "15812340001")
    here = over("village_cadre", Kind.VILLAGE, villages[0].code)
    assert told(text, here) == ([("王建国", whose, how)] if whose else [])
    there = over("village_cadre", Kind.VILLAGE, villages[1].code)
    assert told(text, there) == []


@pytest.mark.parametrize("written", [True, False])
def test_a_household_is_found_by_its_number(written: bool, home: Household) -> None:
    number = make_number(home.number, register_tag())
    text = number if written else number.rpartition("-")[2].removeprefix("H")
    search = find(ANYWHERE, text)
    assert search.only == home
    assert [hit.whose for hit in search.hits] == [Whose.NUMBER]


Change = Callable[[Area, Household], object]
CHANGES: dict[str, tuple[Change, str, str]] = {  # what happens; what finds it then, and no more
    "the head": (lambda v, h: change_head(h, "折玉兰", actor="5", reason="去世"), "折玉兰", ""),
    "the phone": (lambda v, h: update_known(v, [("13912345678", 4, "1", h.pk)]), "5678", "8831"),
    "closing": (lambda v, h: close(h, actor="5", reason="搬走"), "", "王建国"),
    "taken back": (lambda v, h: take_households_back(v, [h.pk], actor="5", reason="撤回", at=clock.now()), "", "wjg"),
    "a member who left": (lambda v, h: end_member(Member.objects.get(name="高兰花"), source="desk:5"), "", "高兰花"),
    "a member": (lambda v, h: add_member(h, Typed({"name": "白润喜"}), source="desk:5"), "brx", ""),
    "a number": (lambda v, h: add_number(h, None, system="民政", number="77123", source="desk:5"), "77123", ""),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_found_at_once(change: str, home: Household, villages: list[Area]) -> None:
    find(ANYWHERE, "王建国")
    act, finds, lost = CHANGES[change]
    with transaction.atomic():
        act(villages[0], home)
    assert bool(told(finds)) == bool(finds)
    assert told(lost) == []


def test_a_village_that_did_not_change_is_not_read_again(home: Household, villages: list[Area]) -> None:
    assert stale() == [villages[0].pk]
    assert refresh() == 1
    assert refresh() == 0
    count_change([villages[0].pk])
    kept = SearchTerm.objects.count()
    assert refresh() == 1
    assert SearchTerm.objects.count() == kept


def test_a_village_that_goes_to_another_town_is_found_there(home: Household, villages: list[Area]) -> None:
    refresh()
    villages[0].code = "610881102299"
    villages[0].save()
    assert told("王建国", within="610881102000") == [("王建国", "head", "same")]
    assert told("王建国", within="610881101000") == []


def test_likeness_is_forgiven_within_a_town(home: Household, villages: list[Area]) -> None:
    assert told("王健国") == []
    assert told("王健国", within=villages[1].parent.code if villages[1].parent else "") == [
        ("王建国", "head", "sounds")
    ]


def test_the_best_come_first(villages: list[Area], at_opening: datetime) -> None:
    for head in ("王建国强", "王健国", "张王建国", "王建国"):
        add_household(villages[0], head)
    assert [head for head, *_ in told("王建国", within=villages[0].code)] == [
        "王建国", "王建国强", "张王建国", "王健国",
    ]  # fmt: skip


def test_a_phone_leads_only_those_to_a_household_who_see_it_in_full(
    home: Household, villages: list[Area]
) -> None:
    for role, finds in (("village_cadre", True), ("liaison_cadre", False)):
        assert bool(told("8831", over(role, Kind.VILLAGE, villages[0].code))) == finds
    both = Scope("5", (
        Grant(Kind.VILLAGE, villages[0].code, ROLES["liaison_cadre"].verbs),
        Grant(Kind.VILLAGE, villages[1].code, ROLES["village_cadre"].verbs),
    ))  # fmt: skip
    assert told("8831", both) == []
    assert told("王建国", both) != []


def test_a_grid_worker_finds_the_own_groups_alone(home: Household, villages: list[Area]) -> None:
    add_household(villages[0], "王建国", PHONE, "1")
    with transaction.atomic():
        add_groups(villages[0], ["1", "2"])
    group = Group.objects.get(village=villages[0], name="2")
    mine = over("grid_worker", Kind.GROUP, str(group.pk))
    for text in ("王建国", "wjg", "8831"):
        assert [hit.household.group for hit in find(mine, text).hits] == ["2"]
    assert told("高兰花", mine, villages[1].code) == []


@pytest.mark.parametrize(
    ("text", "short"),
    [("w", True), ("883", True), ("?", True), ("wj", False), ("8831", False), ("王", False), ("H12-", False)],
)
def test_what_is_too_short_finds_nothing(text: str, short: bool) -> None:
    assert Sought.of(text).is_short == short


@pytest.mark.parametrize("seed", range(8))
def test_every_household_is_found_by_each_of_its_keys_and_by_none_outside(
    seed: int, villages: list[Area], at_opening: datetime
) -> None:
    random = Random(seed)
    characters = "王建国高兰花贺保平单仇曾强英明买·"
    homes = []
    for _ in range(25):
        name, member = (
            "".join(random.choices(characters[:-1], k=random.choice((2, 3, 4)))) for _ in range(2)
        )
        made = add_household(
            random.choice(villages), name, f"1{random.randrange(3_000_000_000, 9_999_999_999)}"
        )
        Member.objects.create(id=uuid4(), household=made, name=member, source="desk:5", at=clock.now())
        ForeignNumber.objects.create(
            household=made, system="省系统", kind="household", number=f"6108{random.randrange(10**9):09d}",
            source="desk:5", at=clock.now(),
        )  # fmt: skip
        homes.append(made)
    with transaction.atomic():
        count_change([village.pk for village in villages])
    for made in homes:
        inside = over("village_cadre", Kind.VILLAGE, made.village.code)
        outside = Scope("5", tuple(
            Grant(Kind.VILLAGE, village.code, ROLES["town_clerk"].verbs)
            for village in villages if village.pk != made.village_id
        ))  # fmt: skip
        member = Member.objects.get(household=made).name
        number = ForeignNumber.objects.get(household=made).number
        slip = made.head_name[:-1] + "塬"
        for text in (made.head_name, member, made.phone, made.phone[-4:], number, slip, made.head_name[1:]):
            if text == slip and any(slip[:2] == home.head_name[:2] for home in homes if len(slip) == 2):
                continue
            found = find(inside, text).households
            assert made.pk in found or (text == slip and found), (made.head_name, text)
            assert made.pk not in find(outside, text).households
            assert made.pk in find(ANYWHERE, text, made.village.code).households or text == slip


def test_terms_are_read_along_the_key(home: Household, villages: list[Area]) -> None:
    refresh()
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
            begin = "EXPLAIN "
        else:
            begin = "EXPLAIN QUERY PLAN "
        for verb, ref in ((Verb.READ_HOUSEHOLDS, villages[0].code), (Verb.READ_HOUSEHOLDS, "610881")):
            scope = Scope("5", (Grant(Kind.AREA, ref, frozenset({verb})),))
            sql = _statement_of(scope, "王建国")
            cursor.execute(begin + sql)
            plan = "\n".join(" ".join(map(str, row)) for row in cursor.fetchall())
            assert "SCAN search_searchterm" not in plan, plan
            assert "Seq Scan on search_searchterm" not in plan, plan
            assert plan.count("term>? AND term<?") >= 3 or plan.count("term >=") >= 3, plan


def _statement_of(scope: Scope, text: str) -> str:
    """The statement over the terms that a search asks."""
    with CaptureQueriesContext(connection) as captured:
        find(scope, text)
    return next(q["sql"] for q in captured if "UNION ALL" in q["sql"] and "search_searchterm" in q["sql"])

"""Scope: no assignment, no rows; every verb only where it was given."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from hypothesis import given
from hypothesis import strategies as st

from paicha.domain import clock
from paicha.domain.accounts.models import Assignment, User
from paicha.domain.accounts.policies import (
    BadCode,
    Grant,
    Scope,
    code_prefix,
    code_range,
    operator_scope,
    scope,
)
from paicha.domain.accounts.roles import ROLES, Kind, Verb, role_named

VILLAGE, NEXT_VILLAGE, FAR_VILLAGE = "610881101201", "610881101202", "610881109201"
DAY = date(2022, 3, 10)


@pytest.fixture
def given_work(db: None) -> Callable[..., User]:
    """Make a user with assignments (role, kind, ref, since, until)."""

    def make(*assignments: tuple[str, str, str, date, date | None], active: bool = True) -> User:
        user = User.objects.create(username=f"u{User.objects.count()}", is_active=active)
        for role, kind, ref, since, until in assignments:
            Assignment.objects.create(user=user, role=role, kind=kind, ref=ref, since=since, until=until)
        return user

    return make


# role, its assignment, what it may do in VILLAGE, what it may not
TABLE = [
    (
        "village_cadre",
        Kind.VILLAGE,
        VILLAGE,
        {Verb.HAND_UP, Verb.DECIDE_LEADS},
        {Verb.RETURN, Verb.MANAGE_ACCOUNTS},
    ),
    ("information_officer", Kind.VILLAGE, VILLAGE, {Verb.IMPORT_FILES, Verb.TICK_ENTERED}, {Verb.HAND_UP}),
    ("liaison_cadre", Kind.VILLAGE, VILLAGE, {Verb.READ_HOUSEHOLDS, Verb.SIGN_FORMS}, {Verb.SUBMIT_ANSWERS}),
    ("town_clerk", Kind.AREA, "610881101", {Verb.VERIFY, Verb.RETURN, Verb.IMPORT_FILES}, {Verb.DRAW_SAMPLE}),
    ("area_leader", Kind.VILLAGE, VILLAGE, {Verb.CROSS_CHECK}, {Verb.SUBMIT_ANSWERS, Verb.IMPORT_FILES}),
    ("city_officer", Kind.AREA, "6108", {Verb.DRAW_SAMPLE, Verb.DECIDE_CASES}, {Verb.SUBMIT_ANSWERS}),
    (
        "auditor",
        Kind.AREA,
        "610881",
        {Verb.READ_AUDIT, Verb.READ_HOUSEHOLDS},
        {Verb.EXPORT, Verb.UNMASK_PHONES},
    ),
    (
        "administrator",
        Kind.AREA,
        "610881",
        {Verb.MANAGE_ACCOUNTS},
        {Verb.READ_HOUSEHOLDS, Verb.READ_STATISTICS},
    ),
    ("spot_checker", Kind.SAMPLE, "5", set(), set(Verb)),
    ("department_officer", Kind.DEPARTMENT, "5", set(), set(Verb)),
    ("grid_worker", Kind.GROUP, "5", set(), set(Verb)),
]


@pytest.mark.parametrize(("role", "kind", "ref", "may", "may_not"), TABLE, ids=[row[0] for row in TABLE])
def test_what_each_role_may_do_in_a_village(
    given_work: Callable[..., User], role: str, kind: Kind, ref: str, may: set[Verb], may_not: set[Verb]
) -> None:
    found = scope(given_work((role, kind, ref, DAY, None)), DAY)
    assert {verb for verb in may if found.covers(verb, VILLAGE)} == may
    assert {verb for verb in may_not if found.covers(verb, VILLAGE)} == set()
    assert not any(found.covers(verb, "610999101201") for verb in Verb)


def test_every_role_of_the_mechanism_is_there() -> None:
    titles = "网格员 信息员 村干部 包村干部 镇街工作人员 片长 抽查组员 市级 相关单位 审计 管理员"
    assert " ".join(role.title for role in ROLES.values()) == titles
    assert role_named("驻村队员") is role_named("village_cadre")
    assert role_named("片（站）长") is role_named("党政班子成员")
    assert set(Verb) == {verb for role in ROLES.values() for verb in role.verbs}


@pytest.mark.django_db
def test_no_scope_means_no_rows(given_work: Callable[..., User]) -> None:
    given_work(("village_cadre", Kind.VILLAGE, VILLAGE, DAY, None))
    nobody = (
        AnonymousUser(),
        given_work(),
        given_work(("city_officer", "area", "61", DAY, None), active=False),
    )
    for user in nobody:
        found = scope(user, DAY)
        assert list(found.filter_villages(Assignment.objects.all(), "ref")) == []
        assert not any(found.allows(verb) or found.covers(verb, VILLAGE) for verb in Verb)


@pytest.mark.parametrize(
    ("day", "sees"),
    [(date(2022, 3, 9), False), (DAY, True), (date(2022, 3, 20), True), (date(2022, 3, 21), False)],
)
def test_an_assignment_counts_from_its_first_to_its_last_day(
    given_work: Callable[..., User], day: date, sees: bool
) -> None:
    user = given_work(("town_clerk", Kind.AREA, "610881101", DAY, date(2022, 3, 20)))
    assert scope(user, day).covers(Verb.READ_HOUSEHOLDS, VILLAGE) is sees
    with clock.frozen(day):
        assert scope(user).covers(Verb.READ_HOUSEHOLDS, VILLAGE) is sees


def test_verbs_stay_where_they_were_given(given_work: Callable[..., User]) -> None:
    user = given_work(
        ("town_clerk", Kind.AREA, "610881101", DAY, None),
        ("area_leader", Kind.VILLAGE, FAR_VILLAGE, DAY, None),
    )
    found = scope(user, DAY)
    assert found.covers(Verb.READ_HOUSEHOLDS, FAR_VILLAGE) and found.covers(Verb.READ_HOUSEHOLDS, VILLAGE)
    assert not found.covers(Verb.DECIDE_LEADS, FAR_VILLAGE)
    found.require(Verb.DECIDE_LEADS, VILLAGE)
    with pytest.raises(PermissionDenied, match="权限"):
        found.require(Verb.DECIDE_LEADS, FAR_VILLAGE)


@pytest.mark.django_db
def test_rows_are_narrowed_by_code_and_by_id(given_work: Callable[..., User]) -> None:
    # the assignments themselves serve as rows: `ref` as a village's code, `role` as a group's id
    owner = given_work(
        ("g1", Kind.VILLAGE, VILLAGE, DAY, None),
        ("g2", Kind.VILLAGE, NEXT_VILLAGE, DAY, None),
        ("g3", Kind.VILLAGE, FAR_VILLAGE, DAY, None),
        ("g4", Kind.VILLAGE, "610882101201", DAY, None),
    )
    rows = Assignment.objects.filter(user=owner)

    def seen(*grants: Grant, verb: Verb = Verb.READ_HOUSEHOLDS, **lookups: str) -> list[str]:
        narrowed = Scope("1", grants).narrow(rows, verb, **lookups)  # type: ignore[arg-type]
        return sorted(narrowed.values_list("role", flat=True))

    read = frozenset({Verb.READ_HOUSEHOLDS})
    county, town = Grant(Kind.AREA, "610881", read), Grant(Kind.AREA, "610881101", read)
    village, group = Grant(Kind.VILLAGE, VILLAGE, read), Grant(Kind.GROUP, "g3", read)
    assert seen(county, village="ref") == ["g1", "g2", "g3"]
    assert seen(town, village="ref") == ["g1", "g2"]
    assert seen(village, village="ref") == ["g1"]
    assert seen(village, town, county, village="ref") == ["g1", "g2", "g3"]
    assert seen(group, village="ref") == []
    assert seen(village, group, village="ref", group="role") == ["g1", "g3"]
    assert seen(county, verb=Verb.EXPORT, village="ref") == []
    assert seen(county) == []
    assert operator_scope("root").filter_villages(rows, "ref").count() == 4


def test_places_inside_another_are_dropped() -> None:
    read = frozenset({Verb.READ_HOUSEHOLDS})
    grants = tuple(Grant(Kind.AREA, ref, read) for ref in ("610881101201", "610881", "610881101", "6109"))
    assert Scope("1", grants).prefixes() == ("610881", "6109")
    assert Scope("1", (Grant(Kind.AREA, "", read), *grants)).prefixes() == ("",)


@pytest.mark.parametrize(
    ("code", "prefix"),
    [
        ("610881101201", "610881101201"),
        ("610881101000", "610881101"),
        ("610881000000", "610881"),
        ("610800000000", "6108"),
        ("610000000000", "61"),
        ("610881", "610881"),
        (" 610881101 ", "610881101"),
    ],
)
def test_codes_become_prefixes(code: str, prefix: str) -> None:
    assert code_prefix(code) == prefix


@pytest.mark.parametrize("code", ["", "61088", "神木", "6108811012011", "６１０８８１", "610881-101"])
def test_what_is_no_code_is_said_so(code: str) -> None:
    with pytest.raises(BadCode, match="不是行政区划代码"):
        code_prefix(code)


DIGITS = st.text("0123456789", min_size=12, max_size=12)


@given(code=DIGITS, other=DIGITS, length=st.sampled_from([2, 4, 6, 9]))
def test_a_range_holds_exactly_the_codes_of_its_prefix(code: str, other: str, length: int) -> None:
    prefix = code[:length]
    if set(prefix) == {"9"}:
        return
    low, high = code_range(prefix)
    assert low <= code < high
    assert (low <= other < high) is other.startswith(prefix)

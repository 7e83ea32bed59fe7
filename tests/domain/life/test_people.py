"""Members and other systems' numbers go along with a household, and come back when the event is undone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.worlds.life import require_whole
from tests.worlds.round import NEIGHBOUR, World

from paicha.domain import clock
from paicha.domain.accounts.policies import operator_scope
from paicha.domain.households.members import (
    HOUSEHOLD,
    PERSON,
    NewMember,
    NewNumber,
    Origin,
    insert_members,
    insert_numbers,
)
from paicha.domain.households.models import ForeignNumber, Household, HouseholdEvent, Member
from paicha.domain.households.services import new_id
from paicha.domain.life.act import Asked
from paicha.domain.life.closing import close
from paicha.domain.life.merging import merge
from paicha.domain.life.moving import move
from paicha.domain.life.splitting import Part, split
from paicha.domain.life.undoing import undo

OPERATOR = operator_scope("tester")
WHY = Asked(OPERATOR, "核实过")
Said = set[tuple[str, str, str | None]]


@pytest.fixture
def home(plain: World) -> Household:
    """王建国 with two members and three numbers of another system."""
    made = plain.household("王建国")
    origin = Origin("desk:9", None, clock.now())
    wife, son = new_id(), new_id()
    blank = ("", "", "", "")
    insert_members(
        [NewMember(wife, made.pk, "李秀英", "配偶", blank), NewMember(son, made.pk, "王小明", "之子", blank)],
        origin,
    )
    insert_numbers(
        [
            NewNumber(made.pk, None, "全国系统", HOUSEHOLD, "4001"),
            NewNumber(made.pk, None, "全国系统", PERSON, "5001"),
            NewNumber(made.pk, son, "全国系统", PERSON, "5002"),
        ],
        origin,
    )
    return made


def people() -> dict[str, Said]:
    """Head → its members, and its numbers with whose they are."""
    found: dict[str, Said] = {}
    for head, name, relation in Member.objects.values_list("household__head_name", "name", "relation"):
        found.setdefault(head, set()).add(("member", name, relation))
    for head, number, whose in ForeignNumber.objects.values_list(
        "household__head_name", "number", "member__name"
    ):
        found.setdefault(head, set()).add(("number", number, whose))
    return found


WIFE, SON = ("member", "李秀英", "配偶"), ("member", "王小明", "之子")
OWN, HEADS, SONS = ("number", "4001", None), ("number", "5001", None), ("number", "5002", "王小明")
ALL = {WIFE, SON, OWN, HEADS, SONS}


def _split(world: World, home: Household) -> HouseholdEvent:
    along = {"households.member": [Member.objects.get(name="王小明").pk]}
    return split(world.round, world.pack, home.pk, Part("王小国", "1", along=along), WHY)


# How many the old household had; its members who go along, the head who is typed, the people who are typed; then
LEFT = [
    (4, ["王小明"], "王小国", None, 2), (4, ["王小明"], "王小明", 1, 3), (4, [], "王小国", 3, 3),
    (1, [], "王小国", 3, 1), (None, ["王小明"], "王小国", 2, None),
]  # fmt: skip


@pytest.mark.parametrize(("people_", "along", "head", "typed", "left"), LEFT)
def test_a_split_leaves_fewer_people_and_undone_as_many_as_before(
    plain: World,
    home: Household,
    people_: int | None,
    along: list[str],
    head: str,
    typed: int | None,
    left: int | None,
) -> None:
    Household.objects.filter(pk=home.pk).update(population=people_)
    members = [str(pk) for pk in Member.objects.filter(name__in=along).values_list("pk", flat=True)]
    part = Part(head, "1", population=typed, along={"households.member": members})
    event = split(plain.round, plain.pack, home.pk, part, WHY)

    def now() -> int | None:
        return Household.objects.get(pk=home.pk).population

    assert now() == left
    undo(plain.round, plain.pack, event.pk, OPERATOR)
    assert now() == people_
    again = HouseholdEvent.objects.get(kind="merge", household=event.household)
    undo(plain.round, plain.pack, again.pk, OPERATOR)
    assert now() == left


def test_a_split_without_known_members_takes_the_number_that_was_typed(plain: World) -> None:
    home = plain.household("高兰花")
    Household.objects.filter(pk=home.pk).update(population=5)
    split(plain.round, plain.pack, home.pk, Part("高小花", "1", population=2), WHY)
    assert Household.objects.get(pk=home.pk).population == 3


ACTS: list[tuple[str, Callable[[World, Household], HouseholdEvent], dict[str, Said]]] = [
    ("moved", lambda w, h: move(w.round, w.pack, h.pk, w.areas[NEIGHBOUR], "1", WHY), {"王建国": ALL}),
    ("merged", lambda w, h: merge(w.round, w.pack, h.pk, w.household("高兰花").pk, WHY), {"高兰花": ALL}),
    ("closed", lambda w, h: close(w.round, w.pack, h.pk, "dead", WHY), {"王建国": ALL}),
    ("split", _split, {"王建国": {WIFE, OWN, HEADS}, "王小国": {SON, SONS}}),
]


@pytest.mark.parametrize(("act", "then"), [row[1:] for row in ACTS], ids=[row[0] for row in ACTS])
def test_people_go_along_and_come_back(
    plain: World, home: Household, act: Callable[[World, Household], HouseholdEvent], then: dict[str, Said]
) -> None:
    event = act(plain, home)
    assert people() == then
    require_whole(plain)
    undo(plain.round, plain.pack, event.pk, OPERATOR)
    assert people() == {"王建国": ALL}
    require_whole(plain)

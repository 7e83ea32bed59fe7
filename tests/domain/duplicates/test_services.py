"""Pairs follow the register, and a person's word stands until something new makes two households alike."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from random import Random
from typing import Any
from uuid import uuid4

import pytest
from tests.lengths import examples

from paicha.core.refusal import Refusal
from paicha.domain import clock
from paicha.domain.accounts.policies import operator_scope
from paicha.domain.areas.models import Area
from paicha.domain.audit.models import AuditEntry
from paicha.domain.duplicates.columns import stale
from paicha.domain.duplicates.models import Distinction, DuplicatePair, VillageColumns
from paicha.domain.duplicates.services import refresh, take_word_back, tell_apart
from paicha.domain.households.models import ForeignNumber, Household, Member
from paicha.domain.households.services import (
    NewHousehold,
    add_households,
    change_head,
    close,
    count_change,
    take_households_back,
    update_known,
)

SCOPE = operator_scope("tester")
PHONE, OTHER = "15012348831", "15012348832"


def add(
    village: Area, head: str, phone: str = PHONE, group: str = "1", population: int | None = 4
) -> Household:
    ((id_, _),) = add_households(village, [NewHousehold(group, head, phone, population, "general")])
    return Household.objects.get(pk=id_)


def pairs() -> set[tuple[str, str, bool]]:
    refresh()
    rows = DuplicatePair.objects.select_related("first", "second")
    return {(pair.first.head_name, pair.second.head_name, pair.settled) for pair in rows}


def only() -> DuplicatePair:
    refresh()
    return DuplicatePair.objects.get()


@pytest.fixture
def two(villages: list[Area]) -> tuple[Household, Household]:
    """Two that look like one."""
    return add(villages[0], "王建国"), add(villages[0], "王健国")


Change = Callable[[Area, Household], object]
CHANGES: dict[str, tuple[Change, int]] = {
    "the head": (lambda v, h: change_head(h, "高兰花", actor="5", reason="去世"), 0),
    "the phone": (lambda v, h: update_known(v, [("", 4, "1", h.pk)]), 1),
    "both phones": (lambda v, h: update_known(v, [(OTHER, 3, "2", h.pk)]), 0),
    "closing": (lambda v, h: close(h, actor="5", reason="搬走"), 0),
    "taken back": (lambda v, h: take_households_back(v, [h.pk], actor="5", reason="撤回", at=clock.now()), 0),
    "a third": (lambda v, h: add(v, "王建囯"), 3),
}


@pytest.mark.parametrize("change", CHANGES)
def test_pairs_follow_the_register(
    change: str, villages: list[Area], two: tuple[Household, Household], at_opening: datetime
) -> None:
    assert len(pairs()) == 1
    assert refresh().villages == 0, "nothing changed"
    act, left = CHANGES[change]
    act(villages[0], two[1])
    assert list(stale()) == [villages[0].pk]
    assert len(pairs()) == left


def test_only_what_changed_is_read_again(villages: list[Area], two: tuple[Household, Household]) -> None:
    add(villages[1], "郝平", OTHER)
    assert refresh().villages == 2
    add(villages[2], "王建国")
    assert refresh().villages == 1
    assert pairs() == {
        ("王建国", "王健国", False), ("王建国", "王建国", False), ("王健国", "王建国", False),
    }, "across villages, too"  # fmt: skip


def test_two_apart_stay_apart(
    villages: list[Area], two: tuple[Household, Household], at_opening: datetime
) -> None:
    said = tell_apart(only(), SCOPE, " 是两兄弟 ")
    assert (said.reason, said.by) == ("是两兄弟", SCOPE.actor)
    assert pairs() == {("王建国", "王健国", True)}
    update_known(villages[0], [(PHONE, 5, "3", two[0].pk)])
    assert pairs() == {("王建国", "王健国", True)}, "where they live is nothing new"
    update_known(villages[0], [(PHONE, 4, "1", two[0].pk)])
    VillageColumns.objects.all().delete()
    assert pairs() == {("王建国", "王健国", True)}, "not by comparing everything, either"
    entries = AuditEntry.objects.filter(action__startswith="duplicate.")
    assert [(e.action, e.actor) for e in entries] == [("duplicate.apart", SCOPE.actor)]


def test_something_new_brings_them_back(
    villages: list[Area], two: tuple[Household, Household], at_opening: datetime
) -> None:
    tell_apart(only(), SCOPE, "是两兄弟")
    change_head(two[1], "王建国", actor="5", reason="写错了")
    assert pairs() == {("王建国", "王建国", False)}
    tell_apart(only(), SCOPE, "真是两户")
    assert pairs() == {("王建国", "王建国", True)}
    assert Distinction.objects.filter(taken_back_at=None).count() == 1, "the older word is overtaken"


def test_a_word_is_taken_back(two: tuple[Household, Household], at_opening: datetime) -> None:
    said = tell_apart(only(), SCOPE, "是两兄弟")
    take_word_back(said, SCOPE)
    assert pairs() == {("王建国", "王健国", False)}
    said.refresh_from_db()
    assert said.taken_back_by == SCOPE.actor
    for act in (lambda: take_word_back(said, SCOPE), lambda: tell_apart(only(), SCOPE, " ")):
        with pytest.raises(Refusal):
            act()
    tell_apart(only(), SCOPE, "又看了一遍")
    with pytest.raises(Refusal):
        tell_apart(only(), SCOPE, "又看了一遍")


def test_clusters_and_ranks(villages: list[Area], at_opening: datetime) -> None:
    """What hangs together is one cluster under its best pair; a word in the middle parts it."""
    (
        add(villages[0], "王建国"),
        add(villages[0], "王健国"),
        add(villages[0], "高兰花", OTHER),
        add(villages[0], "高兰华", OTHER),
    )
    refresh()
    assert DuplicatePair.objects.values("cluster").distinct().count() == 2
    for pair in DuplicatePair.objects.select_related("first"):
        assert (pair.cluster, pair.rank) == (pair.first.number, pair.points)
    add(villages[0], "王建国", "")
    refresh()
    rows = DuplicatePair.objects.filter(first__head_name="王建国") | DuplicatePair.objects.filter(
        second__head_name="王建国"
    )
    assert len(set(rows.values_list("cluster", "rank"))) == 1


def snapshot() -> list[tuple[Any, ...]]:
    rows = DuplicatePair.objects.order_by("first__number", "second__number")
    return [
        (*row[:-1], sorted(row[-1].items()))
        for row in rows.values_list(
            "first__number", "second__number", "points", "settled", "cluster",
            "rank", "likeness",
        )
    ]  # fmt: skip


NAMES = ("王建国", "王健国", "王建明", "单强", "善强", "高兰花")


def step(random: Random, villages: list[Area]) -> None:
    """Something happens to the register."""
    phone, group, people = random.choice(["", PHONE, OTHER]), random.choice("12"), random.choice([3, 4])
    there = list(Household.objects.filter(closed_at=None).order_by("number").select_related("village"))
    if not there or random.random() < 0.3:
        add(random.choice(villages), random.choice(NAMES), phone, group, random.choice([None, people]))
        return
    home = random.choice(there)
    match random.randrange(6):
        case 0:
            change_head(home, random.choice(NAMES), actor="5", reason="试")
        case 1:
            update_known(home.village, [(phone, people, group, home.pk)])
        case 2:
            close(home, actor="5", reason="试")
        case 3:
            Member.objects.create(
                id=uuid4(), household=home, name=random.choice(NAMES), source="", at=clock.now()
            )
            count_change([home.village_id])
        case 4:
            kind, number = random.choice(["household", "person"]), str(random.randrange(3))
            ForeignNumber.objects.create(
                household=home, system="民政", kind=kind, number=number, source="", at=clock.now()
            )
            count_change([home.village_id])
        case 5:
            pair = (
                DuplicatePair.objects.filter(settled=False)
                .order_by("first__number", "second__number")
                .first()
            )
            if pair is not None:
                tell_apart(pair, SCOPE, "试")


@pytest.mark.parametrize("seed", range(3))
def test_step_by_step_as_all_at_once(seed: int, villages: list[Area], at_opening: datetime) -> None:
    """Whatever happens, the pairs are those that comparing the whole register gives; words stand by their marks."""
    random = Random(seed)
    for number in range(examples(60)):
        step(random, villages)
        if random.random() < 0.6:
            refresh()
        if number % 10 == 9:
            refresh()
            kept = snapshot()
            VillageColumns.objects.all().delete()
            refresh()
            assert snapshot() == kept

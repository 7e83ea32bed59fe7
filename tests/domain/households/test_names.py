"""A household by the name of its head, however it is spelled: typed into a form, and searched."""

from __future__ import annotations

from datetime import datetime

import pytest
from tests.worlds.county import County, open_county

from paicha.domain.households.models import Household
from paicha.domain.households.queries import heads_named
from paicha.domain.households.services import NewHousehold, change_head
from paicha.domain.responses.queries import household_lines
from paicha.domain.responses.summary.tallies import Selection

PER_VILLAGE = 100_000  # numbers of the register; a village's begin behind its id
KNOWN = [
    ("1", "张 三"),
    ("2", "张三"),
    ("", "訾埃生"),
    ("沟岔组", "阿依夏•买买提"),
    ("1", "王建"),
    ("1", "王建国"),
]


@pytest.fixture
def county(db: None, at_opening: datetime) -> County:
    return open_county({0: [NewHousehold(group, head, "", 4, "general") for group, head in KNOWN]})


# what is typed; which of the known it names; which a search for it lists
TYPED = [
    ("张三", [1, 2], [1, 2]),
    ("张 三", [1, 2], [1, 2]),
    ("张　三（2组）", [2], []),
    ("张三 二组", [2], []),
    ("张三第一村民小组", [1], []),
    ("张三 3组", [], []),
    ("訾埃生", [3], [3]),
    ("訾埃生 未分组", [3], []),
    ("阿依夏·买买提", [4], [4]),
    ("阿依夏．买买提（沟岔组）", [4], []),
    ("王建", [5], [5, 6]),
    ("王建国", [6], [6]),
    ("建", [], [5, 6]),
    ("没有", [], []),
]


@pytest.mark.parametrize(("typed", "named", "searched"), TYPED)
def test_however_a_name_is_spelled(county: County, typed: str, named: list[int], searched: list[int]) -> None:
    village = county.villages[0].pk
    assert [household.number % PER_VILLAGE for household in heads_named(village, typed)] == named
    lines = household_lines(county.round, county.pack, [village], Selection(), head=typed)
    assert sorted(line.number % PER_VILLAGE for line in lines) == searched


RENAMED = [
    ("王建国", [6], [6]),
    ("王 建国（1组）", [6], []),
    ("建国", [], [6]),
    ("李秀英", [6], [6]),
    ("王建", [5], [5, 6]),
    ("张三", [2], [1, 2]),  # who bears a name now goes before who bore it
]


@pytest.mark.parametrize(("typed", "named", "searched"), RENAMED)
def test_a_household_is_found_by_a_head_before(
    county: County, typed: str, named: list[int], searched: list[int]
) -> None:
    village = county.villages[0].pk
    change_head(
        Household.objects.get(number=village * PER_VILLAGE + 6), "李秀英", actor="x", reason="户主去世"
    )
    change_head(Household.objects.get(number=village * PER_VILLAGE + 1), "赵六", actor="x", reason="户主去世")
    assert [household.number % PER_VILLAGE for household in heads_named(village, typed)] == named
    lines = household_lines(county.round, county.pack, [village], Selection(), head=typed)
    assert sorted(line.number % PER_VILLAGE for line in lines) == searched

"""A household by the name of its head, however it is spelled: typed into a form."""

from __future__ import annotations

from datetime import datetime

import pytest
from tests.worlds.county import County, open_county

from paicha.domain.households.models import Household
from paicha.domain.households.queries import heads_named
from paicha.domain.households.services import NewHousehold, change_head

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


# what is typed; which of the known it names
TYPED = [
    ("张三", [1, 2]),
    ("张 三", [1, 2]),
    ("张　三（2组）", [2]),
    ("张三 二组", [2]),
    ("张三第一村民小组", [1]),
    ("张三 3组", []),
    ("訾埃生", [3]),
    ("訾埃生 未分组", [3]),
    ("阿依夏·买买提", [4]),
    ("阿依夏．买买提（沟岔组）", [4]),
    ("王建", [5]),
    ("王建国", [6]),
    ("建", []),
    ("没有", []),
]


@pytest.mark.parametrize(("typed", "named"), TYPED)
def test_however_a_name_is_spelled(county: County, typed: str, named: list[int]) -> None:
    village = county.villages[0].pk
    assert [household.number % PER_VILLAGE for household in heads_named(village, typed)] == named


RENAMED = [
    ("王建国", [6]),
    ("王 建国（1组）", [6]),
    ("建国", []),
    ("李秀英", [6]),
    ("王建", [5]),
    ("张三", [2]),  # who bears a name now goes before who bore it
]


@pytest.mark.parametrize(("typed", "named"), RENAMED)
def test_a_household_is_found_by_a_head_before(county: County, typed: str, named: list[int]) -> None:
    village = county.villages[0].pk
    change_head(
        Household.objects.get(number=village * PER_VILLAGE + 6), "李秀英", actor="x", reason="户主去世"
    )
    change_head(Household.objects.get(number=village * PER_VILLAGE + 1), "赵六", actor="x", reason="户主去世")
    assert [household.number % PER_VILLAGE for household in heads_named(village, typed)] == named

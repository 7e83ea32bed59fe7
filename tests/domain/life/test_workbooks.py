"""What a workbook still says of a household that moved: its row is found, or it is said where the household went."""

from __future__ import annotations

from datetime import datetime

import pytest
from tests.domain.intake.sheets import household_sheet, key_of, numbers, person, said, send
from tests.worlds.county import County, open_county

from paicha.domain.accounts.policies import operator_scope
from paicha.domain.households.models import Household
from paicha.domain.life.act import Asked
from paicha.domain.life.moving import move

ASKED = Asked(operator_scope("tester"), "搬家")


@pytest.fixture
def county(db: None, at_opening: datetime) -> County:
    """张三 and 李四 of the first village's first group."""
    made = open_county()
    send(household_sheet(person("张三"), person("李四")))
    return made


def of(head: str) -> Household:
    return Household.objects.get(head_name=head)


@pytest.mark.parametrize("keyed", [True, False])
def test_a_row_of_the_old_village_says_where_it_went(county: County, keyed: bool) -> None:
    move(county.round, county.pack, of("张三").pk, county.villages[1], "1", ASKED)
    row = person("张三") | (key_of(of("张三").pk) if keyed else {})
    result = send(household_sheet(row, person("李四")))
    assert numbers(result) == {"unchanged": 1, "refused": 1}
    assert said(result) == [("M41", "B4")]
    assert county.villages[1].spoken in result.messages[0].message
    assert Household.objects.count() == 2


@pytest.mark.parametrize("keyed", [True, False])
def test_its_row_is_good_in_the_new_village(county: County, keyed: bool) -> None:
    move(county.round, county.pack, of("张三").pk, county.villages[1], "1", ASKED)
    row = person("张三") | (key_of(of("张三").pk) if keyed else {})
    result = send(household_sheet(row, village=county.villages[1].spoken))
    assert numbers(result) == {"unchanged": 1}
    assert Household.objects.count() == 2


@pytest.mark.parametrize("keyed", [True, False])
def test_a_row_of_the_old_group_is_the_household_in_its_new_one(county: County, keyed: bool) -> None:
    move(county.round, county.pack, of("张三").pk, county.villages[0], "3", ASKED)
    row = person("张三", 家庭人口="5") | (key_of(of("张三").pk) if keyed else {})
    result = send(household_sheet(row))
    assert (numbers(result)["accepted"], result.created) == (1, 0)
    assert of("张三").group == "3"

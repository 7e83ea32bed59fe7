"""What a workbook still says of a household that moved: its row is found, or it is said where the household went."""

from __future__ import annotations

from datetime import datetime

import orjson
import pytest
from tests.domain.intake.sheets import household_sheet, key_of, numbers, person, said, send
from tests.worlds.county import County, open_county

from paicha.domain.accounts.policies import operator_scope
from paicha.domain.households.models import Household
from paicha.domain.life.act import Asked
from paicha.domain.life.closing import close, reopen
from paicha.domain.life.merging import merge
from paicha.domain.life.moving import move
from paicha.domain.life.reclassing import reclass
from paicha.domain.responses.models import Revision
from paicha.domain.rounds.models import RosterEntry

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


def test_the_key_of_a_merged_household_is_the_survivor_s(county: County) -> None:
    """The row's base is the merged one's: only what the row changed since is taken."""
    row = person("张三", 有无安全饮水=1) | key_of(of("张三").pk)
    merge(county.round, county.pack, of("张三").pk, of("李四").pk, ASKED)
    result = send(household_sheet(row))
    assert (numbers(result), result.created) == ({"accepted": 1}, 0)
    entry = RosterEntry.objects.get(household=of("李四"))
    answers = orjson.loads(Revision.objects.get(pk=entry.revision).answers)
    assert (answers["head_name"], answers["water"]) == ("李四", 1)


def test_merged_twice_over_the_border_it_is_found_where_it_ended(county: County) -> None:
    """A household of this village became part of one of another, and that of a third one there."""
    there = county.villages[1].spoken
    send(household_sheet(person("王五"), person("赵六"), village=there))
    row = person("张三") | key_of(of("张三").pk)
    merge(county.round, county.pack, of("张三").pk, of("王五").pk, ASKED)
    merge(county.round, county.pack, of("王五").pk, of("赵六").pk, ASKED)
    result = send(household_sheet(row, person("李四")))
    assert numbers(result) == {"unchanged": 1, "refused": 1}
    assert there in result.messages[0].message


def test_the_name_of_a_merged_household_is_the_survivor_s(county: County) -> None:
    merge(county.round, county.pack, of("张三").pk, of("李四").pk, ASKED)
    result = send(household_sheet(person("张三")))
    assert (result.created, len(result.refused_rows)) == (0, 0)
    assert Household.objects.count() == 2


def test_a_row_on_the_form_of_before_goes_to_the_new_one(county: County) -> None:
    row = person("张三", 家庭人口=6, **{"家庭成员参加城乡居民(职工)基本医疗保险": "0,6,0"}) | key_of(
        of("张三").pk
    )
    reclass(county.round, county.pack, of("张三").pk, "lifted", ASKED)
    send(household_sheet(person("张三"), lifted=True))
    result = send(household_sheet(row))
    assert numbers(result) == {"accepted": 1}, said(result)
    assert "M42" in [message.code for message in result.messages]
    entry = RosterEntry.objects.get(household=of("张三"))
    assert (entry.form, '"population":6' in Revision.objects.get(pk=entry.revision).answers) == (
        "lifted",
        True,
    )


def test_the_key_of_a_closed_household_is_refused(county: County) -> None:
    row = person("张三") | key_of(of("张三").pk)
    close(county.round, county.pack, of("张三").pk, "dead", ASKED)
    assert said(send(household_sheet(row))) == [("M13", "B4")]
    reopen(county.round, county.pack, of("张三").pk, ASKED)
    assert numbers(send(household_sheet(row))) == {"unchanged": 1}

"""Keys of this register under another village's heading: refused with both places, nothing created."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.domain.intake.sheets import book, household_sheet, key_of, numbers, person, said, send
from tests.worlds.county import County

from paicha.domain.accounts.policies import Grant, Scope
from paicha.domain.accounts.roles import ROLES, Kind
from paicha.domain.households.models import Household
from paicha.domain.households.services import close
from paicha.domain.intake.services import ImportResult

HEADS = ("张三", "李四", "王五", "欧阳焱")


@pytest.fixture
def neighbour(county: County, at_opening: datetime) -> str:
    """Four households in 水磨河村; the name of the village beside it."""
    send(household_sheet(*(person(head) for head in HEADS)))
    return county.villages[1].spoken


def keyed(head: str, **more: Any) -> dict[str, Any]:
    known = Household.objects.filter(head_name=head).order_by("number").first()
    assert known is not None
    return person(head, **more) | key_of(known.pk)


def words(result: ImportResult, code: str) -> list[str]:
    return [m.message for m in result.messages if m.code == code]


def test_a_whole_sheet_under_the_neighbour_s_heading_is_refused(neighbour: str) -> None:
    result = send(household_sheet(*map(keyed, HEADS), village=neighbour))
    assert numbers(result) == {"refused": 4}
    assert said(result) == [("M14", "A2"), ("M12", "B4"), ("M12", "B5"), ("M12", "B6"), ("M12", "B7")]
    assert "水磨河村“张三”户" in words(result, "M12")[0] and neighbour in words(result, "M12")[0]
    assert "4 行里有 4 行" in words(result, "M14")[0] and "水磨河村" in words(result, "M14")[0]
    assert Household.objects.count() == 4


def test_rows_without_a_key_on_such_a_sheet_are_refused_too(neighbour: str) -> None:
    rows = [keyed(head) for head in HEADS[:3]] + [person("欧阳焱"), person("贺平")]
    result = send(household_sheet(*rows, village=neighbour))
    assert numbers(result) == {"refused": 5}
    assert [cell for code, cell in said(result) if code == "M14"] == ["A2"]
    assert [row.messages[0].code for row in result.refused_rows] == ["M14", "M14", "M12", "M12", "M12"]
    assert Household.objects.count() == 4


@pytest.mark.parametrize("at", [0, 1, 2])
def test_one_row_pasted_into_the_neighbour_s_book_is_refused(neighbour: str, at: int) -> None:
    rows = [person("贺平"), person("贺安")]
    rows.insert(at, keyed("张三"))
    result = send(household_sheet(*rows, village=neighbour))
    assert numbers(result) == {"accepted": 2, "created": 2, "refused": 1}
    assert said(result) == [("M12", f"B{4 + at}")]
    assert Household.objects.filter(head_name="张三").count() == 1


def test_a_row_of_the_neighbour_that_bears_a_copied_key_is_refused_too(neighbour: str) -> None:
    """A colleague's workbook as a template: names typed over, the key columns left."""
    send(household_sheet(person("贺平"), village=neighbour))
    copied = person("贺平") | {k: v for k, v in keyed("张三").items() if k not in person("贺平")}
    assert said(send(household_sheet(copied, village=neighbour))) == [("M12", "B4")]


def test_half_of_the_keys_cut_off_is_the_wrong_heading_all_the_same(neighbour: str) -> None:
    rows = [keyed(head) for head in HEADS[:2]] + [person(head) for head in HEADS[2:]]
    assert numbers(send(household_sheet(*rows, village=neighbour))) == {"refused": 4}


def test_rows_of_another_village_leave_a_namesake_here_to_its_own_row(neighbour: str) -> None:
    """The misplaced sheet's rows without a key claim nobody: the near miss beside them is still asked about."""
    send(household_sheet(person("欧阳焱", 联系电话="13900000005"), person("贺平"), village=neighbour))
    here = Household.objects.get(head_name="欧阳焱", phone="13900000005")
    misplaced = [keyed(head) for head in HEADS[:3]] + [person("欧阳焱")]
    result = send(
        ("一.xlsx", book(household_sheet(*misplaced, village=neighbour))),
        ("二.xlsx", book(household_sheet(person("欧阳淼"), person("贺平"), village=neighbour))),
    )
    assert numbers(result) == {"unchanged": 1, "refused": 5}
    assert "M01" in {code for code, _ in said(result)}
    here.refresh_from_db()
    assert here.phone == "13900000005"


def test_the_head_s_name_is_told_to_those_alone_who_may_see_the_village(
    neighbour: str, county: County
) -> None:
    verbs = ROLES["village_cadre"].verbs
    cadre = Scope("7", (Grant(Kind.VILLAGE, county.villages[1].code, verbs),))
    sheet = household_sheet(
        person("贺平") | key_of(Household.objects.get(head_name="张三").pk), village=neighbour
    )
    for scope, told in ((cadre, False), (Scope("8", (Grant(Kind.AREA, "", verbs),)), True)):
        (sentence,) = words(send(sheet, scope=scope), "M12")
        assert ("张三" in sentence) is told
        assert "水磨河村" in sentence and neighbour in sentence


def test_the_key_of_a_closed_household_is_refused(county: County) -> None:
    send(household_sheet(person("张三"), person("李四")))
    row = keyed("张三", 家庭人口=2)
    close(Household.objects.get(head_name="张三"), actor="5", reason="全户死亡")
    result = send(household_sheet(row, person("李四")))
    assert numbers(result) == {"unchanged": 1, "refused": 1}
    assert said(result) == [("M13", "B4")] and "张三" in words(result, "M13")[0]
    assert Household.objects.count() == 2


@pytest.mark.parametrize("phone", ["13900000001", "13900000009", None])
def test_the_words_of_a_closed_household_are_asked_about(county: County, phone: str | None) -> None:
    send(household_sheet(person("张三", 联系电话="13900000001"), person("李四")))
    close(Household.objects.get(head_name="张三"), actor="5", reason="全户迁走")
    result = send(household_sheet(person("张三", 联系电话=phone), person("李四")))
    assert numbers(result) == {"unchanged": 1, "refused": 1}
    assert said(result) == [("M18", "B4")] and Household.objects.count() == 2


def test_a_roster_under_the_wrong_village_is_refused_by_its_keys(neighbour: str) -> None:
    lines = ["村,组,户主,人口,类别,户编号"]
    lines += [f"{neighbour},1,{head},4,一般农户,{keyed(head)['户编号']}" for head in HEADS[:2]]
    lines += [f"{neighbour},1,贺平,4,一般农户,61088110"]
    result = send(("花名册.csv", ("\ufeff" + "\n".join(lines)).encode()))
    assert numbers(result) == {"accepted": 1, "created": 1, "refused": 2}
    assert [code for code, _ in said(result)] == ["M12", "M12"]


def test_keys_are_looked_up_in_one_query_and_in_none_where_all_are_the_village_s_own(neighbour: str) -> None:
    def lookups(*sheets: Any) -> int:
        with CaptureQueriesContext(connection) as queries:
            send(("表.xlsx", book(*sheets)))
        return sum('"households_household"."number" IN' in one["sql"] for one in queries)

    here = household_sheet(*map(keyed, HEADS))
    there = household_sheet(*map(keyed, HEADS), village=neighbour)
    again = household_sheet(*map(keyed, HEADS[:3]), village=neighbour, name="附件1-1 (2)")
    assert lookups(here) == 0
    assert lookups(there, again) == 1

"""After a change of head: forms print the register's head and group, and rows of before still find their household."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from tests.domain.intake.sheets import VILLAGE, book, household_sheet, key_of, numbers, person, said, send
from tests.worlds.county import OPERATOR, County

from paicha.domain.households.models import Household
from paicha.domain.households.services import change_head
from paicha.domain.intake.services import ImportResult
from paicha.domain.reports.answers import write_answers
from paicha.domain.reports.blanks import make_blanks
from paicha.domain.reports.documents import village_document
from paicha.domain.reports.export import write
from paicha.domain.responses.models import Revision
from paicha.formats.documents import HouseholdSheet

pytestmark = pytest.mark.usefixtures("county")
OLD, OTHER, UNKNOWN = "13900000001", "13900000002", "13900000009"


def known(head: str) -> Household:
    return Household.objects.get(head_name=head)


def renamed(*names: str, phone: str | None = OLD) -> Household:
    """A household of the register, answered under the first name, whose heads then were the others in turn."""
    send(household_sheet(person(names[0], 联系电话=phone), person("贺平")))
    household = known(names[0])
    for name in names[1:]:
        change_head(household, name, actor="5", reason="户主去世")
    return household


def exported(county: County) -> bytes:
    place = county.place(next(v for v in county.villages if v.spoken == VILLAGE))
    return write(village_document(county.round, county.pack, place, scope=OPERATOR), county.pack, "xlsx")


def printed(county: County) -> list[tuple[str | None, Any]]:
    place = county.place(next(v for v in county.villages if v.spoken == VILLAGE))
    document = village_document(county.round, county.pack, place, scope=OPERATOR)
    sheets = [sheet for sheet in document.sheets if isinstance(sheet, HouseholdSheet)]
    return [(b.group, row["head_name"]) for sheet in sheets for b in sheet.blocks for row in b.rows]


def test_every_form_prints_the_registers_head_and_our_own_export_is_no_change(county: County) -> None:
    renamed("张三", "张小三")
    assert printed(county) == [("1", "张小三"), ("1", "贺平")]
    back = send(("各表.xlsx", exported(county)))
    assert (back.accepted, back.unchanged, back.refused, back.created) == (0, 2, 0, 0)
    assert said(back, "soft", "note") == [] or {code for code, _ in said(back, "note")} <= {"B04", "B05"}
    assert Revision.objects.filter(household__isnull=False).count() == 2


def test_what_other_programs_read_and_blanks_have_the_registers_head(county: County, tmp_path: Any) -> None:
    household = renamed("张三", "张小三")
    write_answers(county.round, county.pack, None, tmp_path / "answers.parquet")
    frame = pl.read_parquet(tmp_path / "answers.parquet")
    heads = dict(zip(frame["household_id"], frame["head_name"], strict=True))
    assert heads[str(household.pk)] == "张小三"
    place = county.place(household.village)
    forms = list(county.pack.household_forms.values())
    outcome = county.pack.outcome
    assert outcome is not None
    nobody_met = {
        outcome.question: outcome.stays_due[0],
        "household": str(household.pk),
        "base": 1,
        "remark": "没见到人",
    }
    (receipt,) = county.submit(household.village, "general", [{"head_name": "张小三"} | nobody_met])
    assert receipt.status == "stored", receipt.said
    made = make_blanks(county.round, county.pack, place, "", "xlsx", scope=OPERATOR, exporter="", forms=forms)
    assert made.rows == 1
    assert (send(("空表.xlsx", made.content)).created, Household.objects.count()) == (0, 2)


@pytest.mark.parametrize("name", ["张三", "张小三", "张小小三"])
@pytest.mark.parametrize("found_by", ["key", "phone", "name"])
def test_a_row_finds_its_household_by_every_head_of_a_chain(name: str, found_by: str) -> None:
    household = renamed("张三", "张小三", "张小小三")
    more = key_of(household.pk) if found_by == "key" else {}
    row = person(name, 联系电话=OLD if found_by == "phone" else None) | more
    result = send(household_sheet(row, person("贺平"), without=() if found_by == "phone" else ("联系电话",)))
    assert numbers(result) == {"unchanged": 2}
    noted = [m.message for m in result.messages if m.code == "M15"]
    assert bool(noted) is (name != "张小小三") and all("张小小三" in one for one in noted)
    changed = send(
        household_sheet(row | {"有无安全饮水": 3}, without=() if found_by == "phone" else ("联系电话",))
    )
    assert numbers(changed) == {"accepted": 1}
    assert known("张小小三") == household and Household.objects.count() == 2
    assert '"head_name":"张小小三"' in Revision.objects.get(household=household, number=2).answers


def test_a_name_of_before_that_is_not_the_households_is_still_refused() -> None:
    household = renamed("张三", "张小三")
    result = send(household_sheet(person("张四") | key_of(household.pk)))
    assert said(result) == [("M03", "B4")]


def refusal(result: ImportResult) -> str:
    (message,) = [m for m in result.messages if m.severity == "hard"]
    return message.message


@pytest.mark.parametrize("own_row", [False, True], ids=["alone", "beside the bearer's row"])
@pytest.mark.parametrize(
    ("phone", "meant"), [(OTHER, "bearer"), (OLD, "before"), (UNKNOWN, "M02"), (None, "M02")]
)
def test_who_bears_a_name_now_goes_before_who_bore_it(phone: str | None, meant: str, own_row: bool) -> None:
    household = renamed("张三", "张小三")
    send(household_sheet(person("张小三", 联系电话=OLD), person("贺平"), person("张三", 联系电话=OTHER)))
    bearer = Household.objects.exclude(pk=household.pk).filter(head_name__startswith="张").first()
    if bearer is None:  # 张三 found 张小三: made beside it
        pytest.fail("a family of its own was taken for the one that bore its name")
    rows = [person("张三", 联系电话=phone, 有无安全饮水=3)]
    if own_row and meant != "bearer":
        rows.append(person("张三", 联系电话=OTHER) | key_of(bearer.pk))
    result = send(household_sheet(*rows))
    if meant == "M02":
        assert "M02" in {code for code, _ in said(result)}
        assert "张小三（1组" in refusal(result) and "张三（1组" in refusal(result)
        assert Household.objects.count() == 3
    else:
        assert numbers(result)["accepted"] == 1 and result.created == result.refused == 0
        wanted = bearer if meant == "bearer" else household
        assert Revision.objects.filter(household=wanted).latest("number").number == 2


def test_a_name_of_before_with_another_phone_is_asked() -> None:
    """It may be a family of its own; with the phone of the register it is the household."""
    renamed("张三", "张小三")
    assert said(send(household_sheet(person("张三", 联系电话=OTHER)))) == [("M17", "B4")]
    assert Household.objects.count() == 2


def test_a_key_beside_a_name_of_before_that_another_bears_with_its_phone_is_asked() -> None:
    household = renamed("张三", "张小三")
    send(household_sheet(person("张三", 联系电话=OTHER) | {"户编号": None}, person("张小三", 联系电话=OLD)))
    row = person("张三", 联系电话=OTHER, 有无安全饮水=3) | key_of(household.pk)
    assert said(send(household_sheet(row))) == [("M02", "B4")]
    assert numbers(send(household_sheet(person("张三", 联系电话=OLD) | key_of(household.pk)))) == {
        "unchanged": 1
    }


def test_a_group_that_the_register_changed_is_printed_and_no_change(county: County) -> None:
    household = renamed("张三")
    Household.objects.filter(pk=household.pk).update(group="3")
    assert printed(county) == [("1", "贺平"), ("3", "张三")]
    back = send(("各表.xlsx", exported(county)))
    assert (back.accepted, back.unchanged, back.refused) == (0, 2, 0)


def test_equal_spellings_of_a_head_stay_as_they_were_answered(county: County) -> None:
    send(("表.xlsx", book(household_sheet(person("阿依古丽·买买提")))))
    Household.objects.update(head_name="阿依古丽.买买提")
    assert [name for _, name in printed(county)] == ["阿依古丽·买买提"]
    assert send(("各表.xlsx", exported(county))).unchanged == 1

"""An upload as a whole: what goes in, what stays out, what is counted and what is said about it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.domain.intake.sheets import (
    book,
    code,
    household_sheet,
    key_of,
    numbers,
    person,
    profile_sheet,
    said,
    send,
)
from tests.worlds.county import OPENS, County

from paicha.domain import clock
from paicha.domain.accounts.policies import Scope, operator_scope
from paicha.domain.areas.models import Group
from paicha.domain.audit.queries import verify
from paicha.domain.households.models import Household
from paicha.domain.households.services import change_head, new_id
from paicha.domain.intake.services import ImportRefused
from paicha.domain.responses.audit_check import broken_parts
from paicha.domain.responses.models import Conflict, Finding, Revision, Upload, VillageSummary
from paicha.domain.rounds.models import RosterEntry

COLLEAGUE = operator_scope("other")
pytestmark = pytest.mark.usefixtures("county")


def id_of(head: str) -> UUID:
    return Household.objects.get(head_name=head).pk


def everything() -> dict[str, int]:
    tables = (Household, RosterEntry, Revision, Finding, Conflict, Upload, VillageSummary, Group)
    return {table.__name__: table.objects.count() for table in tables}


# The first import, and the same again


def test_a_first_import_creates_and_the_same_again_changes_nothing() -> None:
    sheet = household_sheet(
        person("张三", 联系电话="13900000001"), person("李四"), person("王五", 人均年纯收入=1)
    )
    first = send(sheet)
    assert numbers(first) == {"accepted": 3, "created": 3}
    assert first.complete and said(first) == []
    household = Household.objects.get(head_name="张三")
    assert (household.group, household.phone, household.population) == ("1", "13900000001", 4)
    assert Finding.objects.filter(severity="lead", rule="S01", household__head_name="王五").count() == 1
    before = everything()
    second = send(sheet)
    assert numbers(second) == {"unchanged": 3} and second.complete
    assert everything() == before | {"Upload": before["Upload"] + 1}
    assert verify() == [] and broken_parts() == []


def test_a_dry_run_says_the_same_and_stores_nothing() -> None:
    send(household_sheet(person("张三"), person("李四")))
    before = everything()
    sheets = (
        household_sheet(person("张三", 有无安全住房=1), person("贺保平"), person("坏", 居住地=9)), profile_sheet(),
    )  # fmt: skip
    dry = send(*sheets, dry_run=True)
    assert everything() == before
    assert [(p["head"], p["status"]) for p in dry.plan] == [
        ("张三", "stored"), ("贺保平", "created"), ("坏", "refused"),
    ]  # fmt: skip
    real = send(*sheets)
    left, right = dry.as_dict(), real.as_dict()
    assert left | {"upload": "", "seconds": 0} == right | {"upload": "", "seconds": 0}


def test_the_same_upload_id_answers_as_the_first_did() -> None:
    upload = new_id()
    sheet = household_sheet(person("张三"), person("李四", 居住地=9))
    first = send(sheet, upload=upload)
    before = everything()
    again = send(household_sheet(person("别人")), upload=upload)
    assert again.as_dict() == first.as_dict()
    assert everything() == before


def test_an_upload_that_was_stopped_goes_on_under_its_id(county: County) -> None:
    upload = new_id()
    Upload.objects.create(pk=upload, round=county.round, door="excel", actor="tester", started_at=clock.now())
    assert numbers(send(household_sheet(person("张三")), upload=upload)) == {"accepted": 1, "created": 1}
    assert Upload.objects.get(pk=upload).result["created"] == 1


def test_without_a_known_village_nothing_is_imported() -> None:
    with pytest.raises(ImportRefused, match="12 位"):
        send(household_sheet(person("张三")), village="610881999999")


# Rows that meet the register


def test_a_correction_of_the_same_person_and_a_conflict_with_another() -> None:
    send(household_sheet(person("张三")))
    assert numbers(send(household_sheet(person("张三", 有无安全住房=1)))) == {"accepted": 1}
    other = send(household_sheet(person("张三", 有无安全住房=3)), scope=COLLEAGUE)
    assert numbers(other) == {"conflicts": 1} and not other.complete
    assert said(other, "soft") == [("C01", "F4")]
    assert numbers(send(household_sheet(person("张三", 有无安全住房=3)), scope=COLLEAGUE)) == {"conflicts": 1}
    assert Conflict.objects.count() == 1


def test_the_same_person_with_an_older_base_is_asked_and_the_newer_answer_stays() -> None:
    """The workbook was downloaded before; meanwhile its author corrected the very cell in another copy."""
    send(household_sheet(person("张三")))
    old = key_of(id_of("张三"))
    send(household_sheet(person("张三", 有无安全住房=1)))
    stale = send(household_sheet(person("张三", 有无安全住房=3) | old))
    assert (numbers(stale), said(stale, "soft")) == ({"unchanged": 1}, [("C02", "F4")])
    assert Conflict.objects.count() == 0


def test_a_key_with_its_base_makes_another_person_s_change_a_correction() -> None:
    send(household_sheet(person("张三"), person("李四")))
    row = person("张三", 有无安全住房=1) | key_of(id_of("张三"))
    assert numbers(send(household_sheet(row), scope=COLLEAGUE)) == {"accepted": 1}


def test_two_people_on_one_base_are_merged_by_field() -> None:
    send(household_sheet(person("张三")))
    key = key_of(id_of("张三"))
    send(household_sheet(person("张三", 有无安全住房=1) | key))
    merged = send(household_sheet(person("张三", 有无安全饮水=1) | key), scope=COLLEAGUE)
    assert numbers(merged) == {"accepted": 1}
    answers = Revision.objects.get(number=3).answers
    assert '"housing":1' in answers and '"water":1' in answers


def test_an_absent_column_keeps_and_a_blank_cell_clears() -> None:
    send(household_sheet(person("张三", 备注="瓦房", 联系电话="13900000001")))
    send(household_sheet(person("张三"), without=("备注",)))
    answers = Revision.objects.get(number=2).answers
    assert "瓦房" in answers and "13900000001" not in answers


def test_households_of_a_roster_are_met_by_a_clerk_s_sheet() -> None:
    roster = (
        b"\xef\xbb\xbf"
        + "村,组,户主,人口,类别\n水磨河村,1,张三,4,一般农户\n水磨河村,1,李四,3,脱贫户\n".encode()
    )
    assert numbers(send(("花名册.csv", roster))) == {"accepted": 2, "created": 2}
    met = send(household_sheet(person("张三")), household_sheet(person("李四"), name="附件1-2", lifted=True))
    assert numbers(met) == {"accepted": 2}
    (summary,) = VillageSummary.objects.exclude(counts={})
    assert summary.counts == {"general": {"1": 1}, "lifted": {"1": 1}}


def test_a_row_on_another_class_s_form_names_the_right_one() -> None:
    send(household_sheet(person("张三"), lifted=True))
    wrong = send(household_sheet(person("张三", 有无安全住房=1)))
    assert said(wrong) == [("V11", "B4")] and "附件1-2" in wrong.messages[-1].message


def test_a_near_miss_is_refused_and_a_real_newcomer_warned_of() -> None:
    send(household_sheet(person("张建国"), person("李伟")))
    result = send(household_sheet(person("张建军"), person("李伟"), person("欧阳焱", 联系电话="13900000003")))
    assert numbers(result) == {"accepted": 1, "created": 1, "unchanged": 1, "refused": 1}
    assert said(result) == [("M01", "B4")] and said(result, "soft") == [("M07", "B6")]
    assert result.warned == 1


def test_whom_a_later_file_claims_is_no_candidate() -> None:
    send(household_sheet(person("张建国"), person("李伟")))
    files = [
        ("一.xlsx", book(household_sheet(person("张建军", 联系电话="13900000003")))),
        ("二.xlsx", book(household_sheet(person("张建国"), person("李伟")))),
    ]
    result = send(*files)
    assert numbers(result) == {"accepted": 1, "created": 1, "unchanged": 2}
    assert said(result, "soft", "hard") == [("M07", "B4")]


def test_a_refused_row_claims_its_household_all_the_same() -> None:
    send(household_sheet(person("张建国")))
    result = send(household_sheet(person("张建军"), person("张建国", 居住地=9)))
    assert numbers(result) == {"accepted": 1, "created": 1, "refused": 1}
    assert said(result) == [("V02", "E5")]


def test_keys_of_our_own_workbooks() -> None:
    send(household_sheet(person("张三"), person("李四"), person("王五")))
    key = key_of(id_of("张三"))
    foreign = {"户编号": "HBEEF-00000015", "底稿版本": 1}
    result = send(
        household_sheet(
            person("张三") | key,
            person("张三", 有无安全住房=1) | key,
            person("李四") | key,
            person("王五") | foreign,
        )
    )
    assert numbers(result) == {"unchanged": 2, "refused": 2}
    assert said(result) == [("M03", "B6"), ("V11", "B5")]
    assert [code for code, _ in said(result, "note")] == ["M05"]


def test_a_recorded_change_of_head_goes_in_under_the_new_name() -> None:
    send(household_sheet(person("张三")))
    key = key_of(id_of("张三"))
    assert said(send(household_sheet(person("张小三") | key))) == [("M03", "B4")]
    change_head(Household.objects.get(), "张小三", actor="5", reason="户主去世")
    assert numbers(send(household_sheet(person("张小三") | key))) == {"unchanged": 1}


# The same household twice


@pytest.mark.parametrize("known", [False, True])
@pytest.mark.parametrize("where", ["one sheet", "two sheets", "two files"])
@pytest.mark.parametrize("equal", [True, False])
def test_the_same_household_twice_in_one_upload(known: bool, where: str, equal: bool) -> None:
    if known:
        send(household_sheet(person("张三", 有无安全饮水=3)))
    first, second = person("张三"), person("张三", 有无安全住房=2 if equal else 1)
    if where == "one sheet":
        result = send(household_sheet(first, second))
    elif where == "two sheets":
        result = send(household_sheet(first), household_sheet(second, name="附件1-1 (2)"))
    else:
        result = send(("一.xlsx", book(household_sheet(first))), ("二.xlsx", book(household_sheet(second))))
    created = {} if known else {"created": 1}
    waits = known or where != "two files"  # a village's first households go in file by file
    if equal:
        assert numbers(result) == {"accepted": 1, "unchanged": 1} | created
    else:
        assert numbers(result) == ({"refused": 2} if waits else {"accepted": 1, "refused": 1} | created)
        for message in [m for m in result.messages if m.severity == "hard"]:
            assert message.code == "V11" and "内容不同" in message.message
            assert message.message.count("附件1-1") == 3  # its own cell, and both addresses
    assert Revision.objects.count() == known + (equal or not waits)


@pytest.mark.parametrize("where", ["one file", "two files"])
def test_two_families_of_one_name_are_told_by_phone(where: str) -> None:
    first, second = person("张三", 联系电话="13900000001"), person("张三", 联系电话="13900000002")
    if where == "one file":
        files: list[Any] = [household_sheet(first, second)]
    else:
        files = [("一.xlsx", book(household_sheet(first))), ("二.xlsx", book(household_sheet(second)))]
    assert numbers(send(*files)) == {"accepted": 2, "created": 2}
    assert numbers(send(*files)) == {"unchanged": 2}


@pytest.mark.parametrize("waits", [False, True])
def test_whom_somebody_else_imports_meanwhile_is_not_made_twice(waits: bool) -> None:
    if waits:  # rows that match nobody wait for the end of the upload
        send(household_sheet(person("王秀英")))

    def meanwhile(number: int, _: int, __: str) -> None:
        if number == (2 if waits else 1):
            send(household_sheet(person("李四")), scope=COLLEAGUE)

    files = [
        ("一.xlsx", book(household_sheet(person("张三")))),
        ("二.xlsx", book(household_sheet(person("李四")))),
    ]
    result = send(*files, progress=meanwhile)
    assert numbers(result) == {"accepted": 1, "created": 1, "unchanged": 1}
    assert Household.objects.filter(head_name="李四").count() == 1


# Rows that stay out, and rows that say nothing


def test_prefilled_rows_without_an_answer_are_skipped() -> None:
    send(household_sheet(person("张三"), person("李四")))
    blank = dict.fromkeys(
        (
            "家庭人口", "居住地", "有无安全住房", "有无义务教育阶段因贫失学辍学学生", "有无安全饮水",
            "家庭成员参加城乡居民(职工)基本医疗保险", "人均年纯收入", "有无较大刚性支出", "是否享受民政政策",
            "是否需要纳入易返贫致贫户", "排查人员签字",
        )
    )  # fmt: skip
    result = send(
        household_sheet(person("张三") | blank, person("贺平") | blank, person("李四", 有无安全住房=1))
    )
    assert numbers(result) == {"accepted": 1, "skipped": 2}
    assert Household.objects.count() == 2


# What a row breaks; where it is said
BROKEN = [
    ({"居住地": 9}, "V02", "E4"),
    ({"有无安全住房": None}, "V01", "F4"),
    ({"家庭人口": 0}, "V03", "C4"),
    ({"家庭成员参加城乡居民(职工)基本医疗保险": "1,4,0"}, "V05", "I4"),
    ({"有无较大刚性支出": 1}, "V06", "K4"),
    ({"是否享受民政政策": "1,5"}, "V08", "L4"),
    ({"联系电话": "139"}, "V12", "D4"),
    ({"排查人员签字": None}, "V14", "N4"),
    ({"户主姓名": None}, "V01", "B4"),
]


@pytest.mark.parametrize(("changes", "code", "cell"), BROKEN)
def test_a_broken_row_is_refused_at_its_cell_and_its_neighbour_goes_in(
    changes: dict[str, Any], code: str, cell: str
) -> None:
    result = send(household_sheet(person("张三") | changes, person("李四")))
    assert numbers(result) == {"accepted": 1, "created": 1, "refused": 1}
    assert (code, cell) in said(result)
    message = next(m for m in result.messages if m.code == code)
    assert message.message.startswith(f"附件1-1 {cell}：") and message.file == "表.xlsx"
    assert list(Household.objects.values_list("head_name", flat=True)) == ["李四"]
    assert Revision.objects.count() == 1


def test_a_soft_finding_goes_in_warned_and_waits() -> None:
    result = send(household_sheet(person("张三", 家庭人口=5, 联系电话="13900000003")))
    assert numbers(result) == {"accepted": 1, "created": 1} and result.complete
    assert result.warned == 1 and [m.severity for m in result.messages] == ["soft"]
    assert Finding.objects.filter(severity="soft", state="open", rule=result.messages[0].code).count() == 1


def test_a_sheet_of_no_village_is_refused_row_by_row_and_said_once() -> None:
    result = send(household_sheet(person("张三"), person("李四"), village="", town=""))
    assert numbers(result) == {"refused": 2}
    assert [code for code, _ in said(result)] == ["A01"]
    named = send(household_sheet(person("张三"), village="", town=""), village=code())
    assert numbers(named) == {"accepted": 1, "created": 1}


def test_who_may_not_import_for_a_village_is_told(county: County) -> None:
    result = send(household_sheet(person("张三")), scope=Scope("7"))
    assert numbers(result) == {"refused": 1} and [code for code, _ in said(result)] == ["A05"]
    assert Household.objects.count() == 0


def test_counts_add_up_over_everything_at_once() -> None:
    send(household_sheet(person("张三"), person("李四"), person("王秀英")))
    result = send(
        household_sheet(
            person("张三"), person("李四", 有无安全住房=1), person("王秀兰"), person("贺保平"), person("坏", 居住地=9),
            person("贺保平"),
        ),
        household_sheet(person("钱七"), village="常家沟村", name="常家沟村"),
        profile_sheet(),
    )  # fmt: skip
    # 王秀兰 is nearly 王秀英, whom no row of the upload matches
    assert numbers(result) == {
        "accepted": 3, "created": 2, "unchanged": 2, "refused": 2, "forms": 1,
    }  # fmt: skip
    assert VillageSummary.objects.get(code=code()).counts == {"general": {"1": 4}}


def test_deadlines_do_not_block_an_import() -> None:
    with clock.frozen(OPENS + timedelta(days=60)):
        assert numbers(send(household_sheet(person("张三")))) == {"accepted": 1, "created": 1}

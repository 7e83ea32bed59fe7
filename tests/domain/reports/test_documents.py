"""A village's file: the seven forms in their order, prefilled rows, keys, and the lists beside them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from pytest_django.fixtures import DjangoAssertNumQueries
from tests.worlds.county import OPERATOR, PROFILE, County, open_county, scope_of

from paicha.core.keys import parse_number
from paicha.domain.accounts.policies import Grant, Scope
from paicha.domain.accounts.roles import Kind, Verb
from paicha.domain.households.models import BaseChange, Household
from paicha.domain.households.services import NewHousehold, close, note_change, register_tag
from paicha.domain.problems.models import Problem
from paicha.domain.problems.services import add_problem, record_signers, replace_list, set_rectification
from paicha.domain.reports.documents import (
    places_of,
    town_document,
    village_document,
)
from paicha.domain.responses.models import Finding
from paicha.domain.responses.services import decide_finding, raise_lead, village_work
from paicha.formats.documents import (
    BASE,
    KEY,
    NOTE,
    Document,
    HouseholdSheet,
    ListSheet,
    ProblemSheet,
    ProfileSheet,
    StatisticsSheet,
)

FORM5 = {
    "v_arranged": 1, "v_survey": 2, "v_measures": 1, "v_data": 1, "v_problems": 1, "v_petitions": 1,
    "conclusion_problems": "走访不细", "area_leader": "赵站长", "verifiers": "钱一、孙二",
    "verified_on": date(2022, 3, 22),
}  # fmt: skip


def document(county: County, village: int = 0, **options: Any) -> Document:
    place = county.place(county.villages[village])
    return village_document(county.round, county.pack, place, scope=OPERATOR, **options)


def household_sheet(made: Document, form: str) -> HouseholdSheet:
    return next(s for s in made.sheets if isinstance(s, HouseholdSheet) and s.form.name == form)


def named(made: Document, name: str) -> ListSheet:
    return next(s for s in made.sheets if isinstance(s, ListSheet) and s.name == name)


def sheet_names(made: Document) -> list[str]:
    return [sheet.name if isinstance(sheet, ListSheet) else sheet.form.sheet for sheet in made.sheets]


FIRST_SIX = ["附件1-1", "附件1-2", "附件1-3", "附件2", "附件3", "附件4"]
LISTS = ["整改台账", "线索清单", "信息变更"]


def test_an_empty_village_has_all_its_blanks(county: County) -> None:
    made = document(county, exporter="王五")
    assert sheet_names(made) == FIRST_SIX + LISTS
    assert all(not sheet.blocks for sheet in made.sheets if isinstance(sheet, HouseholdSheet))
    assert made.footer == "王五 于 2022-03-10 09:00 导出，含个人信息，请妥善保管"
    assert document(county).footer == ""


def test_form_five_stands_where_the_town_filled_it_in(county: County) -> None:
    county.fill(county.villages[0], "town_verification", FORM5)
    made = document(county)
    assert sheet_names(made) == [*FIRST_SIX, "附件5", *LISTS]
    form5 = made.sheets[6]
    assert isinstance(form5, ProfileSheet)
    assert form5.values["verified_on"] == date(2022, 3, 22)
    assert "附件5" not in sheet_names(document(county, 1))


def test_blocks_by_group_numbered_ones_first(county: County) -> None:
    groups = ["10", "沟岔组", "2", None, "1", "2"]
    rows = [{"head_name": f"张{c}", "group": g} for c, g in zip("甲乙丙丁戊己", groups, strict=True)]
    county.submit(county.villages[0], "general", rows)
    county.submit(county.villages[0], "lifted", [{"head_name": "李一", "group": "2"}, {"head_name": "李二"}])
    made = document(county)
    blocks = household_sheet(made, "general").blocks
    names = [(block.group, [row["head_name"] for row in block.rows]) for block in blocks]
    assert names == [
        ("1", ["张戊"]), ("2", ["张丙", "张己"]), ("10", ["张甲"]), ("沟岔组", ["张乙"]), (None, ["张丁"])
    ]  # fmt: skip
    assert [(b.group, len(b.rows)) for b in household_sheet(made, "lifted").blocks] == [(None, 2)]


@pytest.mark.django_db
@pytest.mark.usefixtures("at_opening")
def test_who_is_due_stands_prefilled_and_without_answers() -> None:
    known = NewHousehold("2", "张三", "13900000001", 4, "general")
    gone = NewHousehold("2", "李四", "", None, "general")
    county = open_county({0: [known, gone]})
    (row, second) = household_sheet(document(county), "general").blocks[0].rows
    number = Household.objects.get(head_name="张三").number
    shown = {name: value for name, value in row.items() if name not in (KEY, "_household")}
    assert shown == {"head_name": "张三", "population": 4, "phone": "13900000001", "group": "2"}
    assert parse_number(str(row[KEY]), register_tag()) == number
    assert BASE not in second
    close(Household.objects.get(head_name="李四"), actor="tester", reason="已迁出")
    assert len(household_sheet(document(county), "general").blocks[0].rows) == 1


def test_an_answered_row_is_what_was_answered(county: County) -> None:
    village = county.villages[0]
    answers = {
        "head_name": "张墕", "phone": "13900000001", "group": "1", "surveyed_on": date(2022, 3, 10),
        "civil_aid": [1, 4], "civil_aid_other": "孤儿补助", "income": 9000,
    }  # fmt: skip
    away = {"head_name": "李坬", "outcome": 4, "group": "1", "remark": "在榆林打工"}
    county.submit(village, "general", [answers, away])
    first, second = household_sheet(document(county), "general").blocks[0].rows
    assert {name: first[name] for name in answers} == answers
    assert (first[BASE], NOTE in first) == (1, False)
    assert second[NOTE] == "整户外出未联系上"
    household = str(Household.objects.get(head_name="张墕").pk)
    assert first["_household"] == household
    again = dict(first) | {"household": household, "base": 1}
    assert [r.status for r in county.submit(village, "general", [again], "excel:another")] == ["unchanged"]
    county.submit(village, "general", [dict(again) | {"income": 8000}])
    assert household_sheet(document(county), "general").blocks[0].rows[0][BASE] == 2


def test_profile_problems_and_statistics_with_their_signers(county: County) -> None:
    village = county.villages[0]
    county.fill(village, "village_profile", PROFILE)
    with village_work(county.round, county.pack, village, "tester") as work:
        replace_list(work, [(5, "没有走访"), (1, "房顶漏雨")], "excel:clerk")
        assert county.pack.problem_list and county.pack.statistics
        record_signers(work, county.pack.problem_list, {"secretary": "王支书"}, "excel:clerk")
        record_signers(work, county.pack.statistics, {"liaison_cadre": "刘包村"}, "excel:clerk")
    profile, problems, counted = document(county).sheets[3:6]
    assert isinstance(profile, ProfileSheet)
    assert profile.values["total_people"] == 24
    assert isinstance(problems, ProblemSheet)
    assert list(problems.problems) == [(1, "房顶漏雨"), (5, "没有走访")]
    assert problems.signers == {"secretary": "王支书"}
    assert isinstance(counted, StatisticsSheet)
    assert (counted.total, counted.date) == (None, "2022年3月10日")
    assert counted.rows[0]["problems"] == 2
    assert counted.signers == {"liaison_cadre": "刘包村"}


def test_the_ledger_says_what_is_missing(county: County) -> None:
    village = county.villages[0]
    county.submit(village, "general", [{"head_name": "张三"}])
    with village_work(county.round, county.pack, village, "tester") as work:
        done = add_problem(work, 1, "房顶漏雨", "desk:7", household=Household.objects.get())
        set_rectification(work, done, measure="换瓦", due_on=date(2022, 4, 1), owner="王五")
        add_problem(work, 8, "路不通", "desk:7", owner="赵六")
        replace_list(work, [(8, "写错的")], "excel:clerk")
        replace_list(work, [], "excel:clerk")
    assert [list(row) for row in named(document(county), "整改台账").rows] == [
        [1, "“两不愁三保障”和饮水安全方面", "房顶漏雨", "张三", "换瓦", date(2022, 4, 1), "王五", "整改中"],
        [2, "其他方面", "路不通", "本村", None, None, "赵六", "整改中，缺整改措施、整改时限"],
    ]
    assert Problem.objects.count() == 3


def test_leads_stand_with_the_answers_that_made_them(county: County) -> None:
    village = county.villages[0]
    poor = {"head_name": "张三", "income_band": 1, "housing": 1, "group": "2"}
    county.submit(village, "general", [{"head_name": "李四"}, poor])
    finding = Finding.objects.get(rule="S03")
    decide_finding(county.round, county.pack, finding, state="dismissed", reason="房子是邻居的", actor="7")
    rows = [list(row) for row in named(document(county), "线索清单").rows if row[1] == "2"]
    assert [row[3] for row in rows] == ["S01 低收入未纳入", "S03 住房不安全"]
    assert rows[0][2:9] == [
        "张三", "S01 低收入未纳入", county.pack.kind_labels["missed"], county.pack.rule["S01"].message,
        "人均年纯收入：1 4000元以下；需要纳入：3 否", "未处理", None,
    ]  # fmt: skip
    assert rows[1][7:] == ["不属实", "房子是邻居的"]
    county.submit(village, "general", [poor | {"income_band": 4, "household": str(finding.household_id)}])
    assert [row[3] for row in named(document(county), "线索清单").rows if row[1] == "2"] == ["S03 住房不安全"]


def test_a_lead_that_somebody_brought_is_named_like_one_that_a_rule_found(county: County) -> None:
    village = county.villages[0]
    county.submit(village, "general", [{"head_name": "张三", "group": "2"}])
    household = Household.objects.get(head_name="张三")
    with village_work(county.round, county.pack, village, "tester") as work:
        raise_lead(work, household.pk, "petition", "来信说没人管")
    row = next(r for r in named(document(county), "线索清单").rows if r[1] == "2")
    source = county.pack.lead_source["petition"]
    assert row[3] == f"{source.id} {source.title}"
    assert row[5:7] == [source.message, "来信说没人管"]


def test_a_villages_own_leads_come_first(county: County) -> None:
    county.submit(county.villages[0], "general", [{"head_name": "张三", "income_band": 1}])
    county.fill(county.villages[0], "village_profile", PROFILE | {"grid_visits": 2})
    first = next(row for row in named(document(county), "线索清单").rows if "S26" in str(row[3]))
    assert first[2] == "本村"
    assert "网格员是否按规定开展入户排查：2 否" in str(first[6])


def test_changes_stay_until_they_are_entered(county: County) -> None:
    village = county.villages[0]
    county.submit(village, "general", [{"head_name": "张三", "group": "1"}])
    household = Household.objects.get()
    note_change(village, household, field="健康状况", old="健康", new="长期慢性病", actor="7")
    note_change(village, None, field="行政村总户数、总人数", old="", new="300户900人", actor="7")
    old = BaseChange.objects.create(
        village=village,
        field="劳动力状况",
        new="弱",
        noted_on=date(2021, 5, 1),
        noted_by="7",
        entered_on=None,
    )
    rows = [list(row) for row in named(document(county), "信息变更").rows]
    assert rows[0] == [1, "", "本村", "劳动力状况", None, "弱", date(2021, 5, 1), "未录入"]
    assert rows[1] == [2, "1", "张三", "健康状况", "健康", "长期慢性病", date(2022, 3, 10), "未录入"]
    BaseChange.objects.filter(pk=old.pk).update(entered_on=date(2021, 6, 1))
    assert len(named(document(county), "信息变更").rows) == 2


def test_a_village_costs_at_most_nine_queries(
    county: County, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    village, place = county.villages[0], county.place(county.villages[0])
    county.submit(village, "general", [{"head_name": f"张{n}", "income_band": 1} for n in "甲乙丙丁戊己庚辛"])
    county.fill(village, "village_profile", PROFILE)
    register_tag()
    with django_assert_max_num_queries(9):
        village_document(county.round, county.pack, place, scope=OPERATOR)
    places = places_of(county.round)
    with django_assert_max_num_queries(7):
        village_document(county.round, county.pack, place, scope=OPERATOR, places=places)


def test_towns_and_county_hold_form_four_with_totals(county: County) -> None:
    county.submit(county.villages[0], "general", [{"head_name": "张三"}, {"head_name": "李四"}])
    county.submit(county.villages[4], "general", [{"head_name": "王五"}])
    for area, rows, total in ((county.towns[0], 3, 2), (county.towns[1], 3, 1), (county.county, 6, 3)):
        (sheet,) = town_document(county.round, county.pack, area, scope=OPERATOR).sheets
        assert isinstance(sheet, StatisticsSheet)
        assert sheet.unit == area.name
        assert len(sheet.rows) == rows
        assert sheet.total is not None
        assert sheet.total["surveyed"] == total


def test_who_may_not_gets_nothing(county: County) -> None:
    place = county.place(county.villages[0])
    reader = Scope("7", (Grant(Kind.VILLAGE, place.code, frozenset({Verb.READ_HOUSEHOLDS})),))
    assert village_document(county.round, county.pack, place, scope=reader, verb=Verb.READ_HOUSEHOLDS)
    for scope in (reader, scope_of("8")):
        with pytest.raises(PermissionDenied):
            village_document(county.round, county.pack, place, scope=scope)
    (sheet,) = town_document(county.round, county.pack, county.towns[0], scope=reader).sheets
    assert isinstance(sheet, StatisticsSheet)
    assert not sheet.rows

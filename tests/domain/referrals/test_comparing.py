"""A department's list against the register: who is meant, what differs, what becomes a lead, what is kept."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st
from tests.worlds.county import OPENS, County, open_county

from paicha.core.normalise import one_apart
from paicha.domain import clock
from paicha.domain.areas.names import spoken_name
from paicha.domain.audit.models import AuditEntry
from paicha.domain.households.models import Household
from paicha.domain.households.people import Typed, add_member, add_number
from paicha.domain.households.services import NewHousehold, change_head
from paicha.domain.referrals import comparison
from paicha.domain.referrals.comparison import compare, forget_old, pick, raise_leads, rows_of
from paicha.domain.referrals.list_file import read_list
from paicha.domain.referrals.models import ComparisonList, ComparisonRow
from paicha.domain.referrals.services import ReferralError
from paicha.domain.responses.models import Finding, VillageSummary
from paicha.domain.rounds.place_names import PlaceNames

PHONE = "15012348831"
# (group, head, phone, class) of the first village
KNOWN = [
    ("1", "张三", PHONE, "general"),
    ("2", "张三", "13900001111", "general"),
    ("1", "訾埃生", "13900002222", "general"),
    ("1", "阿依夏·买买提", "", "general"),
    ("2", "郝平", "", "monitored"),
    ("3", "𠅤文", "", "lifted"),
]


@pytest.fixture
def county(db: None, at_opening: datetime) -> County:
    """Six households in the first village, one of the same name in the second."""
    rows = [NewHousehold(group, head, phone, 4, class_) for group, head, phone, class_ in KNOWN]
    return open_county({0: rows, 1: [NewHousehold("1", "訾埃生", "", 3, "general")]})


def village(county: County, index: int = 0) -> str:
    area = county.villages[index]
    return spoken_name(area.level, area.name)


def listed(
    county: County, rows: Sequence[str], header: str = "姓名,村,组,电话,类别", expects: str = ""
) -> ComparisonList:
    """Compare a CSV; `V0` and `V1` stand for the names of the first and second village."""
    text = "\n".join([header, *rows]).replace("V0", village(county)).replace("V1", village(county, 1))
    data = text.encode()
    return compare(
        county.round, county.pack, county.county, read_list(data, "名单.csv"), department="civil", title="低保名单",
        expects=expects, file="名单.csv", content=data, actor="7",
    )  # fmt: skip


def one(county: County, row: str, header: str = "姓名,村,组,电话,类别") -> ComparisonRow:
    return ComparisonRow.objects.get(comparison=listed(county, [row], header))


@pytest.mark.parametrize(
    ("row", "state", "household"),
    [
        ("訾埃生,V0,,,", "matched", "1 訾埃生"),
        ("訾 埃 生,V0,,,", "matched", "1 訾埃生"),
        ("訾埃生,V0,1组,,", "matched", "1 訾埃生"),
        ("訾埃生,V0,第二村民小组,,", "doubtful", None),  # the name is there, in another group
        (f"张三,V0,,{PHONE},", "matched", "1 张三"),  # the phone breaks the tie
        ("张三,V0,2,,", "matched", "2 张三"),  # so does the group
        ("张三,V0,,,", "doubtful", None),
        ("张三,V0,,13711112222,", "doubtful", None),
        ("阿依夏•买买提,V0,,,", "matched", "1 阿依夏·买买提"),  # another middle dot
        ("𠅤文,V0,,,", "matched", "3 𠅤文"),  # beyond the basic plane
        ("𠅤武,V0,,,", "doubtful", None),
        ("訾埃,V0,,,", "doubtful", None),
        (f"王麻子,V0,,{PHONE},", "doubtful", None),  # another of the family, by the phone
        ("欧阳修文,V0,,,", "unmatched", None),
        ("訾埃生,没有这个村,,,", "unmatched", None),
        ("訾埃生,V1,,,", "matched", "1 訾埃生"),  # the other village's
    ],
)
def test_who_a_row_is(county: County, row: str, state: str, household: str | None) -> None:
    found = one(county, row)
    named = f"{found.household.group} {found.household.head_name}" if found.household else None
    assert (found.state, named) == (state, household)
    if found.household is not None:
        assert found.household.village_id == found.village_id
    assert (found.state == "doubtful") == bool(found.candidates)


@pytest.mark.parametrize(
    ("place", "found"),
    [
        ("V0", True),
        ("V0委会", True),
        ("陕西省神木市TOWNV02组", True),
        ("TOWN", False),
        ("", False),
        ("V0x", True),
    ],
)
def test_where_a_row_is(county: County, place: str, found: bool) -> None:
    town = county.towns[0].spoken
    row = one(county, f"訾埃生,{place.replace('TOWN', town)}", "户主姓名,家庭住址")
    assert (row.village_id is not None) == found


def test_a_name_that_two_towns_share_needs_its_town(db: None, at_opening: datetime) -> None:
    county = open_county()
    twin = county.villages[3]
    first = county.round.areas.get(area=county.villages[0])
    county.round.areas.filter(area=twin).update(name=first.name)
    names = PlaceNames(county.round.areas.all())
    towns = [town.name for town in county.towns]
    assert comparison.find_village(names, "", first.name) is None
    found = [comparison.find_village(names, town, first.name) for town in towns]
    assert [area and area.area_id for area in found] == [first.area_id, twin.pk]


def test_what_differs_is_counted_as_it_is_listed(county: County) -> None:
    rows = [{"household": str(h.pk), "head_name": h.head_name, "group": h.group, "phone": h.phone or None}
            for h in Household.objects.filter(village=county.villages[0], household_class="general")]  # fmt: skip
    rows[0] |= {"civil_aid": [1]}
    county.submit(county.villages[0], "general", rows)
    aided = str(rows[0]["head_name"])
    group = str(rows[0]["group"])
    made = listed(
        county,
        [
            f"{aided},V0,{group},,A类",
            "訾埃生,V0,,,",
            "郝平,V0,,,",
            "张三,V0,,,",
            "欧阳修文,V0,,,",
            "甲乙丙,,,,",
        ],
        expects="civil_aid:1",
    )
    shown = {name: [row.name for row in rows_of(made, name)] for name in comparison.SHOWN}
    assert shown["not_monitored"] == [aided, "訾埃生"]
    assert shown["disagrees"] == ["訾埃生"]
    assert shown["same"] == ["郝平"]
    assert shown["doubtful"] == ["张三"]
    assert sorted(shown["unmatched"]) == ["欧阳修文", "甲乙丙"]
    assert {name: made.counts.get(name, 0) for name in shown} == {n: len(rows) for n, rows in shown.items()}


def test_all_that_is_shown_becomes_leads_once(county: County) -> None:
    made = listed(county, ["訾埃生,V0,,,A类", "𠅤文,V0,,,", "訾埃生,V1,,,", "郝平,V0,,,"])
    assert raise_leads(made, county.pack, "not_monitored", None, "7") == (3, 0)
    assert raise_leads(made, county.pack, "not_monitored", None, "7") == (0, 0)
    said = dict(Finding.objects.filter(rule="L04").values_list("household__head_name", "detail"))
    assert said["𠅤文"] == "民政局低保名单上有"
    found = Finding.objects.filter(rule="L04", household__head_name="訾埃生").order_by("village__code")
    assert [f.detail for f in found] == ["民政局低保名单上有（A类）", "民政局低保名单上有"]
    assert VillageSummary.objects.get(village=county.villages[0]).leads["L04"] == 2
    made.refresh_from_db()
    assert made.counts["not_monitored_waiting"] == 0


def test_ticked_rows_alone(county: County) -> None:
    made = listed(county, ["訾埃生,V0,,,", "𠅤文,V0,,,"])
    chosen = ComparisonRow.objects.get(name="𠅤文")
    assert raise_leads(made, county.pack, "not_monitored", [chosen.pk], "7") == (1, 0)
    assert [f.household.head_name for f in Finding.objects.filter(rule="L04") if f.household] == ["𠅤文"]


def test_who_is_not_in_the_register_is_named_in_one_lead_of_the_village(county: County) -> None:
    names = [f"欧阳{chr(0x4E00 + n)}{chr(0x4E50 + n)}" for n in range(14)]
    made = listed(county, [*(f"{name},V0,2,," for name in names), "没有村,不知道,,,"])
    assert raise_leads(made, county.pack, "unmatched", None, "7") == (14, 1)
    lead = Finding.objects.get(rule="L04")
    assert lead.household is None
    assert lead.detail.startswith(f"民政局低保名单上有，底册里没有：{names[0]}（2组）、")
    assert lead.detail.endswith("等 14 人")
    assert not Finding.objects.filter(rule="L04", village=county.villages[1]).exists()


@pytest.mark.parametrize("shown", ["same", "doubtful", "", "all"])
def test_what_has_no_difference_becomes_no_lead(county: County, shown: str) -> None:
    with pytest.raises(ReferralError):
        raise_leads(listed(county, ["郝平,V0,,,"]), county.pack, shown, None, "7")


def test_a_person_says_who_is_meant(county: County) -> None:
    made = listed(county, ["张三,V0,,,", "訾埃,V0,,,"])
    first, second = ComparisonRow.objects.order_by("pk")
    with pytest.raises(ReferralError, match="列出的农户"):
        pick(made, county.pack, first, str(UUID(int=1)), "7")
    pick(made, county.pack, first, first.candidates[1], "7")
    pick(made, county.pack, second, "", "7")
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, first.monitored, str(first.household_id)) == (
        "matched",
        False,
        str(first.household_id),
    )
    assert (second.state, second.household) == ("unmatched", None)
    made.refresh_from_db()
    assert (made.counts["not_monitored"], made.counts["unmatched"]) == (1, 1)
    with pytest.raises(ReferralError, match="已经有人定过"):
        pick(made, county.pack, first, "", "8")


# What is read, and what is kept


def test_identity_numbers_are_neither_read_nor_kept() -> None:
    text = "姓名,身份证号,村,银行卡号,备注\n张三,612722198001010011,甲村,6222021234567890123,低保 61272219800101001X\n"
    read = read_list(text.encode(), "名单.csv")
    assert read.ignored == ["身份证号", "银行卡号"]
    assert read.rows[0].note == "低保 …"
    assert "612722" not in repr(read.rows)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("姓名,金额\n张三,3\n", "没有找到“姓名”和“村”"),
        ("姓名,村\n,甲村\n", "一个名字也没有"),
        ("村,组\n甲村,1\n", "没有找到"),
    ],
)
def test_a_list_without_what_it_needs_is_refused(text: str, says: str) -> None:
    with pytest.raises(ReferralError, match=says):
        read_list(text.encode(), "名单.csv")


def test_titles_above_totals_below_and_merged_villages() -> None:
    kept = io.BytesIO()
    with xlsxwriter.Workbook(kept, {"in_memory": True}) as book:
        sheet = book.add_worksheet("低保")
        sheet.merge_range("A1:D1", "2022年3月低保名单")
        for column, text in enumerate(("序号", "行政村", "户主姓名", "保障类别")):
            sheet.write(1, column, text)
        sheet.merge_range("B3:B4", "甲村")
        for row, head in ((2, "张三"), (3, "李四")):
            sheet.write(row, 0, row - 1)
            sheet.write(row, 2, head)
            sheet.write(row, 3, "A类")
        sheet.write(4, 2, "合计")
        book.add_worksheet("说明").write(0, 0, "略")
    read = read_list(kept.getvalue(), "低保.xlsx")
    assert [(r.name, r.place, r.note, r.cell) for r in read.rows] == [
        ("张三", "甲村", "A类", "C3"), ("李四", "甲村", "A类", "C4"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("department", "title", "expects", "says"),
    [
        ("police", "名单", "", "哪个部门"),
        ("civil", " ", "", "什么名单"),
        ("civil", "名单", "civil_aid:99", "表上应填"),
    ],
)
def test_what_a_comparison_needs(
    county: County, department: str, title: str, expects: str, says: str
) -> None:
    read = read_list("姓名,村\n张三,甲村\n".encode(), "名单.csv")
    with pytest.raises(ReferralError, match=says):
        compare(
            county.round, county.pack, county.county, read, department=department, title=title, expects=expects,
            file="", content=b"", actor="7",
        )  # fmt: skip
    assert not ComparisonList.objects.exists()


def test_a_list_is_deleted_when_its_days_are_over_and_the_leads_stay(county: County) -> None:
    made = listed(county, ["訾埃生,V0,,,"])
    raise_leads(made, county.pack, "not_monitored", None, "7")
    for days, left in ((comparison.KEPT_DAYS, 1), (comparison.KEPT_DAYS + 1, 0)):
        with clock.frozen(OPENS + timedelta(days=days)):
            forget_old()
        assert ComparisonList.objects.count() == left
    assert not ComparisonRow.objects.exists()
    assert Finding.objects.filter(rule="L04").count() == 1
    actions = set(AuditEntry.objects.filter(action__startswith="comparison").values_list("action", flat=True))
    assert actions == {"comparison.make", "comparison.delete"}


@given(st.text("张李王訾墕㙍𠅤", min_size=1, max_size=5), st.text("张李王訾墕㙍𠅤", min_size=1, max_size=5))
def test_near_names_are_near_both_ways_and_never_the_same(left: str, right: str) -> None:
    assert one_apart(left, right) == one_apart(right, left)
    assert not one_apart(left, left)
    if one_apart(left, right):
        assert abs(len(left) - len(right)) <= 1


def test_the_name_of_a_head_before_is_asked_about(county: County) -> None:
    household = Household.objects.get(head_name="郝平")
    change_head(household, "郝小平平", actor="5", reason="户主去世")
    row = one(county, "郝平,V0,2,,")
    assert (row.state, row.candidates) == ("doubtful", [str(household.pk)])


PERSONS = "户编号,人口编号,姓名,与户主关系,户主姓名,村,组,证件号码"


@pytest.mark.parametrize(
    ("row", "state", "household"),
    [
        (",,訾埃生,户主,,V0,,", "matched", "1 訾埃生"),
        (",,訾小平,之子,,V0,,", "matched", "1 訾埃生"),  # a member
        (",,訾小平,之子,訾埃生,V0,,", "matched", "1 訾埃生"),
        (",,没有人,之子,訾埃生,V0,,", "matched", "1 訾埃生"),  # its head is named
        (",,郝平,配偶,,V0,,", "unmatched", None),  # no head, though a head is called so
        (",,郝小红,之女,,V0,,", "doubtful", None),  # two of the name
        (",,郝小红,之女,,V0,2,", "matched", "2 郝平"),  # the group tells
        ("6108001,,訾埃生,户主,,V0,,", "matched", "1 訾埃生"),
        ("6108001,,别人,户主,,V0,,", "doubtful", None),  # the number is theirs, the name is not
        (",610800102,訾小平,之子,,V0,,", "matched", "1 訾埃生"),
        (",610800102,訾小平,之子,,V1,,", "unmatched", None),  # the list says that they live elsewhere
        ("610821197001010018,,訾小平,之子,,V0,,610821197001010018", "matched", "1 訾埃生"),
    ],
)
def test_a_list_with_one_row_a_person(county: County, row: str, state: str, household: str | None) -> None:
    heads = {
        f"{one.group} {one.head_name}": one for one in Household.objects.filter(village=county.villages[0])
    }
    source = "desk:7"
    son = add_member(heads["1 訾埃生"], Typed({"name": "訾小平", "relation": "之子"}), source=source)
    for home in ("2 郝平", "1 张三"):
        add_member(heads[home], Typed({"name": "郝小红", "relation": "之女"}), source=source)
    add_number(heads["1 訾埃生"], None, system="国家系统", number="6108001", source=source)
    add_number(heads["1 訾埃生"], son, system="国家系统", number="610800102", source=source)
    found = one(county, row, PERSONS)
    where = f"{found.household.group} {found.household.head_name}" if found.household else None
    assert (found.state, where) == (state, household)
    assert "6108211970" not in f"{found.name}{found.place}{found.note}"

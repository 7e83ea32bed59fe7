"""Lists with one row a person: heads, members, numbers and classes; what contradicts itself; the same again."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from tests.domain.intake.sheets import household_sheet, numbers, person, send
from tests.formats.web_writers import excel_2003, java_page
from tests.lengths import LONG
from tests.worlds.county import OPERATOR, County
from tests.worlds.persons import PersonList, identity_number, person_list

from paicha.domain.audit.queries import verify
from paicha.domain.households.members import DETAILS
from paicha.domain.households.models import ForeignNumber, HeadDetails, Household, Member
from paicha.domain.intake.undo import undo_upload
from paicha.domain.responses.audit_check import broken_parts
from paicha.domain.rounds.models import RosterEntry
from paicha.formats.reading import kept_copy


def listed(county: County, households: int = 40) -> PersonList:
    villages = [area for area in county.villages if area.level == "village"]
    towns = {area.pk: area.parent.name if area.parent else "" for area in villages}
    return person_list([(area, towns[area.pk]) for area in villages], households)


def stored() -> dict[str, tuple[object, ...]]:
    """Household number of the other system → village, head, class, members with their numbers, the head's number."""
    found: dict[str, tuple[object, ...]] = {}
    own = dict(
        ForeignNumber.objects.filter(member=None, kind="household").values_list("household_id", "number")
    )
    heads = dict(
        ForeignNumber.objects.filter(member=None, kind="person").values_list("household_id", "number")
    )
    members: dict[object, list[tuple[str, str, str]]] = {}
    for household, name, relation, number in Member.objects.order_by("id").values_list(
        "household_id", "name", "relation", "foreign_numbers__number"
    ):
        members.setdefault(household, []).append((name, relation, number))
    for h in Household.objects.select_related("village"):
        found[own[h.pk]] = (
            h.village.code, h.head_name, h.household_class, tuple(sorted(members.get(h.pk, []))), heads[h.pk],
        )  # fmt: skip
    return found


def truth(made: PersonList) -> dict[str, tuple[object, ...]]:
    return {
        one.number: (one.village, one.head, one.household_class, tuple(sorted(one.members)), one.head_number)
        for one in made.households
    }


def test_heads_become_households_with_their_members_numbers_and_classes(county: County) -> None:
    made = listed(county)
    result = send((made.name, made.xlsx()))
    assert numbers(result) == {"accepted": 40, "created": 40} and result.complete, result.messages
    assert stored() == truth(made)
    cleared = {h.number for h in made.households if h.cleared}
    told = RosterEntry.objects.filter(facts__prior_risk_cleared=1)
    kept = ForeignNumber.objects.filter(household__in=told.values("household"), member=None, kind="household")
    assert set(kept.values_list("number", flat=True)) == cleared and cleared
    assert set(Household.objects.values_list("population", flat=True)) == {2, 3, 4}
    assert verify() == [] and broken_parts() == []
    assert numbers(send((made.name, made.xlsx()))) == {"unchanged": 40}
    assert stored() == truth(made)


# What is typed into row n of the first household (4, 5) or of the second (6, 7, 8): (title, row, value); the code and
# the cells of what is refused; how many households
MESS = [
    ([("与户主关系", 4, "配偶")], ["R29"], "没有一行写着户主", 1),
    ([("与户主关系", 7, "户主")], ["R28"], "I6、I7", 1),
    ([("行政村", 5, "石窑上村")], ["R30"], "E4", 1),
    ([("户类型", 7, "一般农户")], ["R30"], "M6、M8“脱贫户”，M7“一般农户”", 1),
    ([("监测对象类别", 5, "边缘易致贫户")], ["R30"], "监测对象类别", 1),
    ([("监测对象类别", 4, "看不清"), ("监测对象类别", 5, "看不清")], ["R15", "R15"], "看不清", 1),
    ([("当前家庭人口数", 8, 9.0)], ["R30"], "AC6、AC7“3”，AC8“9”", 1),
    ([("姓名", 5, "")], ["M11"], "姓名", 1),
    ([("姓名", 5, "√")], ["R20"], "姓名", 1),
    ([("人口编号", 5, "6108000000101")], ["R31"], "H5、H6", 2),
    ([("户编号", 4, ""), ("户编号", 5, "")], ["R32"], "I5：这一行没有户编号", 1),
    ([("人口编号", 5, identity_number(3))], ["R25"], "身份证号", 1),
    ([("户编号", 4, float(identity_number(8)))], ["R25", "R29"], "身份证号", 1),
]


@pytest.mark.parametrize(("typed", "codes", "words", "refused"), MESS)
def test_what_contradicts_itself_is_refused_with_every_address(
    county: County, typed: list[tuple[str, int, object]], codes: list[str], words: str, refused: int
) -> None:
    made = listed(county, 6)
    for title, row, value in typed:
        made.put(row, title, value)
    result = send((made.name, made.xlsx()))
    hard = [message for message in result.messages if message.severity == "hard"]
    assert words in "；".join(message.message for message in hard)
    assert sorted({m.code for m in hard}) == sorted(set(codes))
    assert result.refused >= refused and result.accepted == 6 - refused


def test_an_upload_taken_back_takes_members_and_numbers_along(county: County) -> None:
    made = listed(county, 12)
    first = send((made.name, made.xlsx()))
    before = stored()
    described = set(HeadDetails.objects.values_list("pk", *DETAILS))
    assert len(described) == 12 and all(any(said) for _, *said in described)
    made.put(4, "健康状况", "四级残疾")
    made.put(5, "健康状况", "大病")
    made.lines.append([*made.lines[-1][:8], "新人", *made.lines[-1][9:]])
    made.put(len(made.lines), "人口编号", "6108999999999")
    made.put(len(made.lines), "与户主关系", "之孙女")
    for row in made.households[-1].rows:
        made.put(row, "当前家庭人口数", "")
    made.put(len(made.lines), "当前家庭人口数", "")
    health = Member.objects.order_by("id").first()
    assert health is not None
    second = send((made.name, made.xlsx()))
    assert numbers(second) == {"accepted": 2, "unchanged": 10}
    assert [m.code for m in second.messages if m.severity == "soft"] == ["M32"]
    assert Member.objects.get(pk=health.pk).health == "大病" and Member.objects.filter(name="新人").exists()
    assert HeadDetails.objects.filter(health="四级残疾").count() == 1
    undone = undo_upload(UUID(second.upload), scope=OPERATOR)
    assert (undone.restored, undone.removed, undone.left) == (2, 0, [])
    assert set(HeadDetails.objects.values_list("pk", *DETAILS)) == described
    assert stored() == before and Member.objects.get(pk=health.pk).health == health.health
    undone = undo_upload(UUID(first.upload), scope=OPERATOR)
    assert (undone.removed, undone.left) == (12, [])
    assert Member.objects.count() == ForeignNumber.objects.count() == HeadDetails.objects.count() == 0
    made = listed(county, 12)
    assert numbers(send((made.name, made.xlsx()))) == {"accepted": 12, "created": 12}
    assert verify() == [] and broken_parts() == []


def _converted(content: bytes, suffix: str, folder: Path) -> bytes:
    (folder / "名单.xlsx").write_bytes(content)
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", suffix, "--outdir", str(folder / "out")]
    subprocess.run([*command, str(folder / "名单.xlsx")], check=True, capture_output=True, timeout=200)
    return (folder / "out" / f"名单.{suffix}").read_bytes()


FORMATS: dict[str, Callable[[PersonList, Path], bytes]] = {
    "名单3000户.xls.xlsx": lambda made, _: made.xlsx(),
    "名单.xls": lambda made, folder: _converted(made.xlsx(), "xls", folder),
    "名单.ods": lambda made, folder: _converted(made.xlsx(), "ods", folder),
    "名单.htm.xls": lambda made, _: java_page(made.book()).encode(),
    "名单.xml.xls": lambda made, _: excel_2003(made.book()).encode(),
    "名单.csv": lambda made, _: made.csv(),
}


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_list_in_every_format(county: County, tmp_path: Path, name: str) -> None:
    households = (1_500 if ".htm" in name else 3_000) if LONG else 60  # a web page of more is beyond 64 MB
    made = listed(county, households)
    made.put(4, "与户主关系", "配偶")
    made.put(7, "户类型", "脱贫不稳定户")
    content = FORMATS[name](made, tmp_path)
    result = send((name, content))
    hard = [(m.code, m.cell) for m in result.messages if m.severity == "hard"]
    assert hard == [("R29", "I4"), ("R30", "M6")]
    assert numbers(result) == {"accepted": households - 2, "created": households - 2, "refused": 2}
    del made.households[:2]
    assert stored() == truth(made)
    (named,) = [m for m in result.messages if m.code == "B05"]
    assert "证件号码" in named.message and "帮扶" in named.message
    totals = [(m.code, m.severity) for m in result.messages if m.code in ("B11", "B12")]
    assert totals == ([("B11" if LONG else "B12", "note")] if "3000户" in name else [])
    again = send((name, content))
    assert numbers(again) == {"unchanged": households - 2, "refused": 2}
    kept = kept_copy(content, name, county.pack)
    assert kept is not None and not any(i.encode() in kept for i in made.identities)
    assert numbers(send((name, kept))) == {"unchanged": households - 2, "refused": 2}


def test_a_foreign_number_finds_its_household_on_every_sheet(county: County) -> None:
    lines = "\n".join(
        f"水磨河村,1,{number},张三,{relation}"
        for number, relation in (("6108001", "户主"), ("6108002", "户主"))
    )
    assert numbers(send(("名单.csv", f"村,组,户编号,姓名,与户主关系\n{lines}\n".encode()))) == {
        "accepted": 2, "created": 2,
    }  # fmt: skip
    rows = [person("张三", 户编号=f"610800{n}", 家庭人口=4, 备注=f"第{n}户") for n in (1, 2)]
    result = send(household_sheet(*rows))
    assert numbers(result) == {"accepted": 2} and "M05" not in result.codes()
    roster = "村,组,户编号,户主,人口,电话,类别\n水磨河村,1,6108002,张三,4,,一般农户\n"
    assert numbers(send(("花名册.csv", roster.encode()))) == {"unchanged": 1}
    roster = roster.replace("6108002,张三", "9 9x7,王五")
    assert numbers(send(("花名册.csv", roster.encode()))) == {"accepted": 1, "created": 1}
    kept = ForeignNumber.objects.get(household__head_name="王五")
    assert (kept.number, kept.system, kept.kind) == ("99X7", "其他系统", "household")
    told = send(household_sheet(person("李四", 户编号="6108001")))
    assert "M05" in told.codes() and told.created == 1  # the name is another: not theirs


def test_a_foreign_number_on_a_form_is_kept_with_its_source(county: County) -> None:
    """Kept once, whatever brings it again; not a serial number, not an identity number, not our own key."""
    rows = [
        person("张三", 户编号="6108 001", 家庭人口=4), person("李四", 户编号="3"), person("王五"),
    ]  # fmt: skip
    first = send(household_sheet(*rows))
    assert numbers(first) == {"accepted": 3, "created": 3}
    (kept,) = ForeignNumber.objects.select_related("household")
    assert (kept.household.head_name, kept.system, kept.kind, kept.number) == (
        "张三", "其他系统", "household", "6108001",
    )  # fmt: skip
    assert (kept.source.partition(":")[0], str(kept.upload)) == ("excel", first.upload)
    second = send(household_sheet(*rows[:1], person("王五", 户编号="6108009", 备注="新写的")))
    assert ("M05" in second.codes(), ForeignNumber.objects.count()) == (True, 2)
    undone = undo_upload(UUID(second.upload), scope=OPERATOR)
    assert (undone.restored, ForeignNumber.objects.count()) == (1, 1)
    roster = "村,组,户编号,户主,人口,电话,类别\n水磨河村,1,6108001,张三,4,,一般农户\n"
    assert numbers(send(("花名册.csv", roster.encode()))) == {"unchanged": 1}
    assert verify() == []

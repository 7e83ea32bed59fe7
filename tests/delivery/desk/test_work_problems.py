"""Problems, petitions and changes on their pages: typed, saved together, kept where wrong, counted as listed."""

from __future__ import annotations

import re
from datetime import date
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from python_calamine import CalamineWorkbook
from tests.delivery.desk.pages import MOST, queries
from tests.worlds.round import BY_FORM, CLEAN, COUNTY, NEIGHBOUR, TODAY, TOWN, VILLAGE, World, phone_of

from paicha.domain import clock
from paicha.domain.audit.models import AuditEntry
from paicha.domain.audit.queries import verify
from paicha.domain.households.models import BaseChange
from paicha.domain.problems.models import Petition, Problem
from paicha.domain.problems.services import add_problem
from paicha.domain.responses.models import Finding, VillageSummary
from paicha.domain.responses.services import village_work

PROBLEMS = f"/area/{VILLAGE}/problems/"


def problem(world: World, text: str, village: str = VILLAGE, **more: Any) -> Problem:
    with village_work(world.round, world.pack, world.areas[village], "1") as work:
        return add_problem(work, more.pop("type", 1), text, "desk:1", **more)


def shown(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    return response.content.decode()


def said(response: Any) -> str:
    return unescape(re.sub(r"\s+", " ", response.content.decode()))


def count(page: str) -> int:
    found = re.search(r'id="count">([\d,]+)<', page)
    assert found is not None
    return int(found[1])


# The problem list


def test_a_problem_of_a_household_by_its_name(world: World) -> None:
    client = world.client("cadre")
    data = {"type": "1", "text": "房顶漏雨", "head": "高兰花", "due_on": "2022-04-01", "measure": "换瓦"}
    assert client.post(PROBLEMS, data).status_code == 302
    made = Problem.objects.get()
    assert (made.household, made.found_by, made.due_on) == (
        world.household("高兰花"),
        "village",
        date(2022, 4, 1),
    )
    page = shown(client, PROBLEMS)
    assert "缺责任人" in page
    assert "已列入问题清单，还缺整改责任人" in page
    assert page.count("button main") >= 1


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"type": "", "text": "房顶漏雨"}, "请从这些里选"),
        ({"type": "1", "text": " "}, "请写明具体问题"),
        ({"type": "1", "text": "房顶漏雨", "head": "没这人"}, "村里没有叫“没这人”的户主"),
        ({"type": "1", "text": "房顶漏雨", "due_on": "下个月"}, "整改时限读到“下个月”"),
        ({"type": "1", "text": "房顶漏雨", "due_on": "2022-02-30"}, "整改时限读到“2022-02-30”"),
        ({"type": "1", "text": "房顶漏雨", "due_on": "2022-03-01"}, "早于发现问题的日子"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    world: World, given: dict[str, str], says: str
) -> None:
    response = world.client("cadre").post(PROBLEMS, {"measure": "打算换瓦"} | given)
    assert response.status_code == 422
    assert says in said(response)
    assert 'value="打算换瓦"' in said(response)
    assert not Problem.objects.exists()


def test_two_of_one_name_ask_for_the_group(world: World) -> None:
    home = world.household("乔志强")
    home.head_name = "王建国"
    home.save()
    client = world.client("cadre")
    response = client.post(PROBLEMS, {"type": "1", "text": "房顶漏雨", "head": "王建国"})
    assert "村里有 2 户“王建国”（一组、沟岔组）" in said(response)
    client.post(PROBLEMS, {"type": "1", "text": "房顶漏雨", "head": "王建国（第一组）"})
    found = Problem.objects.get().household
    assert found is not None
    assert (found.head_name, found.group, found.village) == ("王建国", "1", world.areas[VILLAGE])


def test_a_lead_fills_the_form_and_stays_open(world: World) -> None:
    client, home = world.client("cadre"), world.household("高兰花")
    lead = Finding.objects.get(household=home, rule="S01")
    page = shown(client, f"/household/{home.pk}/")
    address = re.search(rf'href="({PROBLEMS}\?finding={lead.pk}#add)"', page)
    assert address is not None
    form = shown(client, unescape(address[1]))
    assert '<option value="4" selected>' in form
    assert "人均年纯收入在4000元以下，却填了不需要纳入</textarea>" in form
    client.post(PROBLEMS, {"finding": lead.pk, "type": "4", "text": "应纳未纳"})
    made = Problem.objects.get()
    assert (made.finding, made.household) == (lead, home)
    lead.refresh_from_db()
    assert lead.state == "open"
    assert "已经列入问题清单" in said(client.post(PROBLEMS, {"finding": lead.pk, "type": "4", "text": "又"}))


def test_measures_are_saved_together_or_not_at_all(world: World) -> None:
    first, second = problem(world, "房顶漏雨"), problem(world, "水井不达标", type=2)
    client = world.client("cadre")
    page = shown(client, PROBLEMS)
    marks = dict(re.findall(r'name="was-(\d+)" value="(\w+)"', page))
    data = {f"was-{key}": mark for key, mark in marks.items()}
    data |= {f"measure-{first.pk}": "换瓦", f"due_on-{first.pk}": "2022-04-01", f"owner-{first.pk}": "王五"}
    wrong = data | {f"measure-{second.pk}": "打新井", f"due_on-{second.pk}": "2022-03-01"}
    response = client.post(f"{PROBLEMS}save/", wrong)
    assert response.status_code == 422
    assert "“水井不达标”这一条：整改时限早于发现问题的日子" in said(response)
    assert 'value="打新井"' in said(response)
    assert 'value="换瓦"' in said(response)
    assert Problem.objects.get(pk=first.pk).measure == ""
    assert client.post(f"{PROBLEMS}save/", data).status_code == 302
    assert Problem.objects.get(pk=first.pk).owner == "王五"
    assert AuditEntry.objects.filter(action="problem.rectification").count() == 1


def test_the_second_of_two_editors_sees_what_changed_and_loses_nothing(world: World) -> None:
    one = problem(world, "房顶漏雨")
    client = world.client("cadre")
    mark = dict(re.findall(r'name="was-(\d+)" value="(\w+)"', shown(client, PROBLEMS)))[str(one.pk)]
    data = {f"was-{one.pk}": mark, f"due_on-{one.pk}": "2022-04-01", f"owner-{one.pk}": "王五"}
    world.client("town").post(f"{PROBLEMS}save/", data | {f"measure-{one.pk}": "镇里派人"})
    response = client.post(f"{PROBLEMS}save/", data | {f"measure-{one.pk}": "换瓦"})
    assert response.status_code == 422
    assert "刚才有人改过，现在是“镇里派人，2022-04-01，王五”" in said(response)
    assert 'value="换瓦"' in said(response)
    fresh = dict(re.findall(r'name="was-(\d+)" value="(\w+)"', response.content.decode()))[str(one.pk)]
    client.post(f"{PROBLEMS}save/", data | {f"was-{one.pk}": fresh, f"measure-{one.pk}": "换瓦"})
    assert Problem.objects.get().measure == "换瓦"


def test_the_whole_way_of_a_problem(world: World) -> None:
    one = problem(world, "房顶漏雨", measure="换瓦", due_on=TODAY, owner="王五")
    cadre, town, at = world.client("cadre"), world.client("town"), f"/problem/{one.pk}/"
    photo = SimpleUploadedFile("屋顶.png", b"\x89PNG\r\n\x1a\n" + b"x" * 20 + b"IEND\xaeB`\x82")
    assert cadre.post(f"{at}check/", {"act": "close"}).status_code == 403
    assert "请写明怎么整改好的" in said(cadre.post(f"{at}step/", {"act": "done", "text": ""}))
    assert cadre.post(f"{at}step/", {"act": "done", "text": "已换瓦", "file": photo}).status_code == 302
    file = re.search(r'href="(/problem/\d+/file/\?step=\d+)"', shown(town, at))
    assert file is not None
    assert town.get(unescape(file[1]))["Content-Type"] == "image/png"
    assert world.client("elsewhere").get(unescape(file[1])).status_code == 404
    town.post(f"{at}check/", {"act": "send_back", "text": "照片看不清"})
    assert "复核没通过：照片看不清" in shown(cadre, at)
    assert "退回整改" in shown(cadre, PROBLEMS)
    cadre.post(f"{at}step/", {"act": "done", "text": "补拍了"})
    town.post(f"{at}check/", {"act": "close"})
    assert "已销号" in shown(cadre, at)
    assert "撤销我刚才的" in shown(town, at)
    town.post(f"{at}undo/", {"act": "undo"})
    assert Problem.objects.get().status == "done"
    assert verify() == []


def test_a_file_that_is_no_evidence_is_refused_and_nothing_is_done(world: World) -> None:
    one = problem(world, "房顶漏雨", measure="换瓦", due_on=TODAY, owner="王五")
    file = SimpleUploadedFile("a.png", b"MZ")
    response = world.client("cadre").post(
        f"/problem/{one.pk}/step/", {"act": "done", "text": "好了", "file": file}
    )
    assert response.status_code == 422
    assert "好了</textarea>" in said(response)
    assert Problem.objects.get().status == "open"


def test_what_the_town_found_waits_for_the_city(world: World) -> None:
    world.client("town").post(PROBLEMS, {"type": "6", "text": "台账和实际不符"})
    one = Problem.objects.get()
    assert one.found_by == "town"
    world.client("cadre").post(f"/problem/{one.pk}/step/", {"act": "measure", "measure": "重填", "due_on": "2022-03-20",
                                                           "owner": "李四"})  # fmt: skip
    world.client("cadre").post(f"/problem/{one.pk}/step/", {"act": "done", "text": "改好了"})
    assert world.client("town").post(f"/problem/{one.pk}/check/", {"act": "close"}).status_code == 403
    assert world.client("city").post(f"/problem/{one.pk}/check/", {"act": "close"}).status_code == 302
    assert "问题清单一条也没有" not in shown(world.client("cadre"), f"/area/{VILLAGE}/forms/problem_list/")
    assert "台账和实际不符" not in shown(world.client("cadre"), f"/area/{VILLAGE}/forms/problem_list/")


def test_after_hand_up_the_village_rectifies_and_the_town_adds(world: World) -> None:
    one = problem(world, "房顶漏雨")
    VillageSummary.objects.filter(code=VILLAGE).update(status="handed_up")
    cadre, town = world.client("cadre"), world.client("town")
    page = shown(cadre, PROBLEMS)
    assert "清单不再增减" in page
    assert "登记一条问题" not in page
    assert "本村已经上报，问题清单不能再改" in said(cadre.post(PROBLEMS, {"type": "1", "text": "又一条"}))
    refused = cadre.post(f"/problem/{one.pk}/step/", {"act": "withdraw", "text": "写错"})
    assert "本村已经上报" in said(refused)
    mark = dict(re.findall(r'name="was-(\d+)" value="(\w+)"', page))[str(one.pk)]
    data = {f"was-{one.pk}": mark, f"measure-{one.pk}": "换瓦"}
    assert cadre.post(f"{PROBLEMS}save/", data).status_code == 302
    assert "登记一条问题" in shown(town, PROBLEMS)
    assert town.post(PROBLEMS, {"type": "6", "text": "台账不符"}).status_code == 302
    assert "上报后增列" in shown(cadre, PROBLEMS)
    VillageSummary.objects.filter(code=VILLAGE).update(reopened_forms=["problem_list"])
    assert cadre.post(PROBLEMS, {"type": "1", "text": "补一条"}).status_code == 302


def test_a_grid_worker_lists_problems_of_the_own_group_alone(world: World) -> None:
    problem(world, "一组的", household=world.household("訾埃生"))
    other = problem(world, "二组的", household=world.household("高兰花"))
    problem(world, "全村的")
    grid = world.client("grid")
    page = shown(grid, PROBLEMS)
    assert ("一组的" in page, "二组的" in page, "全村的" in page) == (True, False, False)
    assert "请写是哪一户的问题" in said(grid.post(PROBLEMS, {"type": "1", "text": "又"}))
    assert "没有叫“高兰花”的户主" in said(grid.post(PROBLEMS, {"type": "1", "text": "又", "head": "高兰花"}))
    assert grid.post(PROBLEMS, {"type": "1", "text": "又", "head": "王建国"}).status_code == 302
    finding = Finding.objects.filter(household=world.household("高兰花")).first()
    assert finding is not None
    for address in (
        f"?finding={finding.pk}",
        f"?household={world.household('高兰花').pk}",
        "?finding=999999",
    ):
        assert grid.get(PROBLEMS + address).status_code == 404
    assert (
        grid.post(f"{PROBLEMS}save/", {f"was-{other.pk}": "x", f"measure-{other.pk}": "改"}).status_code
        == 302
    )
    assert Problem.objects.get(pk=other.pk).measure == ""


@pytest.fixture
def several(world: World) -> World:
    """Problems of every kind in two villages, some of them late by now."""
    problem(world, "缺")
    problem(world, "晚", measure="m", due_on=TODAY, owner="o")
    problem(world, "晚二", NEIGHBOUR, measure="m", due_on=TODAY, owner="o")
    done = problem(world, "完", NEIGHBOUR, measure="m", due_on=TODAY, owner="o")
    closed = problem(world, "销", measure="m", due_on=TODAY, owner="o")
    town = world.client("town")
    problem(world, "镇", found_by="town")
    for one in (done, closed):
        town.post(f"/problem/{one.pk}/step/", {"act": "done", "text": "好了"})
    town.post(f"/problem/{closed.pk}/check/", {"act": "close"})
    return world


@pytest.mark.parametrize(
    "only", ["", "open", "late", "lacking", "recheck", "closed", "recheck_town", "recheck_city"]
)
@pytest.mark.parametrize("code", [COUNTY, TOWN, VILLAGE])
def test_every_number_of_the_list_is_its_rows(several: World, only: str, code: str) -> None:
    with clock.frozen(date(2022, 3, 18)):
        client = several.client("city")
        page = shown(client, f"/area/{code}/problems/?only={only}")
    rows = len(re.findall(r'<td id="p\d+"', page))
    assert count(page) == rows
    chip = re.search(rf'href="\?only={only}"[^>]*>[^<\d]*([\d,]+)<', page)
    assert chip is None or int(chip[1]) == rows
    assert only not in ("late", "open", "closed") or rows or code == VILLAGE


def test_first_pages_show_what_is_late_one_level_up(several: World) -> None:
    with clock.frozen(date(2022, 3, 18)):
        for who, code in (("cadre", VILLAGE), ("town", TOWN), ("city", COUNTY)):
            page = shown(several.client(who), f"/area/{code}/")
            assert f"/area/{code}/problems/?only=late" in page, who
        town = several.client("town")
        response = town.post(f"/area/{TOWN}/problems/remind/")
        assert response.status_code == 302
        assert "已提醒 2 个村" in shown(town, response["Location"])
        assert several.client("cadre").post(f"{PROBLEMS}remind/").status_code == 403


@pytest.mark.parametrize("kind", ["xlsx", "pdf"])
def test_the_ledger_of_a_town_holds_its_villages(several: World, kind: str) -> None:
    response = several.client("town").get(f"/area/{TOWN}/problems/ledger/?as={kind}")
    assert response.status_code == 200
    assert response.content.startswith(b"PK" if kind == "xlsx" else b"%PDF")
    if kind == "xlsx":
        rows = (
            CalamineWorkbook.from_object(__import__("io").BytesIO(response.content))
            .get_sheet_by_index(0)
            .to_python()
        )
        assert sum(bool(re.fullmatch(r"\d+(\.0)?", str(row[0]))) for row in rows) == 6
    assert AuditEntry.objects.filter(action=f"read:export.ledger.{kind}", count=6).exists()


def test_pages_cost_twelve_queries_with_rows_for_everybody(several: World) -> None:
    one = Problem.objects.get(text="晚")
    one.household = several.household("訾埃生")
    one.save()
    taken = {}
    for who in ("city", "town", "cadre", "grid"):
        for address in (PROBLEMS, f"/problem/{one.pk}/", f"/area/{VILLAGE}/petitions/", f"/area/{VILLAGE}/changes/",
                        f"/area/{VILLAGE}/referrals/"):  # fmt: skip
            taken[who, address] = len(queries(several.client(who), address)[1])
    assert {key: n for key, n in taken.items() if n > MOST} == {}


# Petitions


def test_a_petition_from_the_answers_to_its_reply(world: World) -> None:
    home = world.household("王建国")

    known = {"household": str(home.pk), "form": "general", "head_name": "王建国", "group": "1", "base": 1}
    world.answer(VILLAGE, [known | CLEAN | BY_FORM["general"] | {"phone": phone_of("王建国"), "petition": 1}])
    cadre, at = world.client("cadre"), f"/area/{VILLAGE}/petitions/"
    assert "户的表上填了有信访，还没登记" in shown(cadre, f"/area/{VILLAGE}/")
    assert "王建国户" in shown(cadre, at)
    assert "户的表上填了有信访，村里没登记" in shown(world.client("city"), f"/area/{COUNTY}/")
    assert "王建国" in shown(cadre, f"{at}?household={home.pk}")
    refused = cadre.post(at, {"household": home.pk, "from_whom": "", "demand": "要求修路"})
    assert "反映人是谁" in said(refused)
    assert "要求修路</textarea>" in said(refused)
    cadre.post(
        at, {"household": home.pk, "from_whom": "王建国", "demand": "要求修路", "received_on": "2022-03-14"}
    )
    assert "还没登记" not in shown(cadre, at)
    made = Petition.objects.get()
    for code, who in ((VILLAGE, "cadre"), (TOWN, "town"), (COUNTY, "city")):
        assert "件信访没答复" in shown(world.client(who), f"/area/{code}/")
        assert count(shown(world.client(who), f"/area/{code}/petitions/")) == 1
    step = f"/petition/{made.pk}/step/"
    assert "怎么答复" in said(cadre.post(step, {"act": "reply", "reply": ""}))
    cadre.post(step, {"act": "problem"})
    cadre.post(step, {"act": "lead"})
    assert Problem.objects.get().type == 7
    assert Finding.objects.get(rule="L05").household == home
    cadre.post(step, {"act": "reply", "reply": "已上门说明"})
    assert count(shown(cadre, at)) == 0
    assert count(shown(cadre, f"{at}?state=replied")) == 1
    assert "已答复" in shown(cadre, f"/household/{home.pk}/matters/")


# Changes of base information


def test_changes_are_ticked_and_unticked(world: World) -> None:
    cadre, at = world.client("cadre"), f"/area/{VILLAGE}/changes/"
    for head in ("王建国", "高兰花"):
        home = world.household(head)
        cadre.post(f"/household/{home.pk}/change/", {"field": "健康状况", "old": "健康", "new": "患大病"})
    refused = cadre.post(at, {"field": "", "new": "118户400人"})
    assert refused.status_code == 422
    assert 'value="118户400人"' in said(refused)
    cadre.post(at, {"field": "行政村总户数、总人数", "old": "120户", "new": "118户400人"})
    assert "3</span><span>处信息变更还没录入" in shown(cadre, f"/area/{VILLAGE}/")
    first = BaseChange.objects.order_by("pk")[0]
    assert cadre.post(f"{at}tick/", {}).status_code == 422
    cadre.post(f"{at}tick/", {"change": [first.pk]})
    assert count(shown(cadre, f"{at}?state=open")) == 2
    assert world.client("town").post(f"/change/{first.pk}/undo/").status_code == 422
    cadre.post(f"/change/{first.pk}/undo/")
    assert count(shown(cadre, f"{at}?state=open")) == 3
    with clock.frozen(date(2022, 3, 18)):
        for who, code in (("town", TOWN), ("city", COUNTY)):
            assert "处信息变更满 3 天没录入全国系统" in shown(world.client(who), f"/area/{code}/")
            assert count(shown(world.client(who), f"/area/{code}/changes/?state=late")) == 3
    grid = world.client("grid")
    assert count(shown(grid, at)) == 1
    assert grid.post(f"{at}tick/", {"all": "1"}).status_code == 403
    cadre.post(f"{at}tick/", {"all": "1"})
    assert VillageSummary.objects.get(code=VILLAGE).facts["changes_open"] == 0

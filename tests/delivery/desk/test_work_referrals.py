"""Referrals and departments' lists on their pages: who sees what, Excel there and back, leads in one act."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from tests.delivery.desk.pages import MOST, PAGES, queries
from tests.delivery.desk.test_work_problems import count, said, shown
from tests.worlds.round import COUNTY, NEIGHBOUR, PHONE, TOWN, VILLAGE, World

from paicha.delivery.desk.referrals import tasks
from paicha.domain.accounts.models import Assignment, Notice, User
from paicha.domain.audit.models import AuditEntry
from paicha.domain.audit.queries import verify
from paicha.domain.referrals.models import ComparisonList, ComparisonRow, Referral
from paicha.domain.responses.models import Finding, VillageSummary

QUESTION = "2021年以来自付医疗费有多少"


@pytest.fixture
def office(world: World) -> Iterator[World]:
    """The world with an officer of the medical insurance bureau and one of the water bureau."""
    for name in ("medical", "water"):
        world.users[name] = User.objects.create_user(name, password="a-long-password-1", name=f"{name}的姓名")
        Assignment.objects.create(
            user=world.users[name], role="department_officer", kind="department", ref=name,
            since=world.round.opens_on,
        )  # fmt: skip
    yield world


def refer(world: World, *heads: str, who: str = "town", code: str = TOWN, **more: Any) -> Any:
    ids = [str(world.household(head).pk) for head in heads]
    data = {"department": "medical", "question": QUESTION, "household_id": ids, "village": [VILLAGE]} | more
    return world.client(who).post(f"/area/{code}/refer/", data)


def of(head: str) -> Referral:
    return Referral.objects.get(household__head_name=head, village__code=VILLAGE)


def test_ticked_leads_go_to_the_department_and_its_answer_comes_back(office: World) -> None:
    assert "訾埃生" in shown(office.client("town"), f"/area/{TOWN}/refer/?rule=S09")
    assert refer(office, "訾埃生", "高兰花").status_code == 302
    assert of("訾埃生").finding is not None
    town = office.client("town")
    assert count(shown(town, f"/area/{TOWN}/referrals/")) == 2
    medical = office.client("medical")
    assert medical.get("/")["Location"] == "/referrals/"
    page = shown(medical, "/referrals/")
    assert QUESTION in page
    pk = of("訾埃生").pk
    half = medical.post("/referrals/", {f"answer-{pk}": "yes", f"reason-{pk}": ""})
    assert half.status_code == 422
    assert "訾埃生户：请写明理由" in said(half)
    assert '<option value="yes" selected>' in said(half)
    assert (
        medical.post("/referrals/", {f"answer-{pk}": "yes", f"reason-{pk}": "自付4.2万元"}).status_code == 302
    )
    home = shown(office.client("cadre"), f"/household/{office.household('訾埃生').pk}/matters/")
    assert "医保局" in home
    assert "自付4.2万元" in home
    assert (
        Finding.objects.filter(household=office.household("訾埃生"), state="open", severity="lead").count()
        == 3
    )
    assert "自付4.2万元" in shown(town, f"/area/{TOWN}/referrals/?state=answered")
    assert Notice.objects.filter(user=office.users["town"]).count() == 1
    assert "自付4.2万元" in shown(medical, "/referrals/?state=answered")
    medical.post("/referrals/undo/", {"referral": pk})
    assert of("訾埃生").answer == ""
    assert verify() == []


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"department": ""}, "请选转给哪个部门"),
        ({"question": " "}, "请写明要部门核实什么"),
        ({"household_id": []}, "请先勾选"),
    ],
)
def test_what_a_referral_needs(office: World, given: dict[str, Any], says: str) -> None:
    response = refer(office, "訾埃生", **given)
    assert response.status_code == 422
    assert says in said(response)
    assert not Referral.objects.exists()


def test_all_of_a_rule_in_one_act_and_none_beyond_the_place(office: World) -> None:
    before = sum(s.leads.get("S09", 0) for s in VillageSummary.objects.all())
    refer(office, who="city", code=COUNTY, rule="S09", all="1")
    assert Referral.objects.count() == before == 2
    refer(office, "訾埃生", code=VILLAGE, department="water")
    far = office.household("訾埃生", NEIGHBOUR)
    response = refer(
        office, code=VILLAGE, household_id=[str(far.pk)], village=[NEIGHBOUR], department="water"
    )
    assert response.status_code == 422
    assert Referral.objects.filter(department="water").count() == 1


def test_a_department_opens_nothing_else_and_nothing_of_another(office: World) -> None:
    refer(office, "訾埃生")
    water, medical = office.client("water"), office.client("medical")
    for name, code in PAGES:
        assert medical.get(reverse(f"desk:{name}", args=[code])).status_code == 404, (name, code)
    home = office.household("訾埃生").pk
    for address in (f"/household/{home}/", f"/household/{home}/matters/", f"/area/{VILLAGE}/problems/",
                    f"/area/{TOWN}/comparisons/", f"/area/{TOWN}/referrals/"):  # fmt: skip
        assert medical.get(address).status_code == 404, address
    page = shown(medical, "/referrals/")
    assert "訾埃生" in page
    assert not re.search(r"1390000|income|4000元|大病|/household/", page)
    assert "訾埃生" not in shown(water, "/referrals/")
    pk = of("訾埃生").pk
    water.post("/referrals/", {f"answer-{pk}": "no", f"reason-{pk}": "没有"})
    assert water.post("/referrals/undo/", {"referral": pk}).status_code == 422
    assert of("訾埃生").answer == ""
    for who in ("cadre", "city", "auditor"):
        assert "訾埃生" not in shown(office.client(who), "/referrals/")
    assert AuditEntry.objects.filter(action="read:referrals", actor=str(office.users["medical"].pk)).exists()


def download(client: Client) -> openpyxl.Workbook:
    response = client.get("/referrals/file/")
    assert response.status_code == 200
    return openpyxl.load_workbook(io.BytesIO(response.content))


def upload(client: Client, book: openpyxl.Workbook) -> Any:
    kept = io.BytesIO()
    book.save(kept)
    return client.post("/referrals/upload/", {"file": SimpleUploadedFile("答复.xlsx", kept.getvalue())})


def test_answers_by_excel_there_and_back(office: World) -> None:
    refer(office, "訾埃生", "高兰花", "贺保平")
    refer(office, "訾埃生", department="water")
    medical = office.client("medical")
    book = download(medical)
    sheet = book.active
    assert sheet is not None
    lines = {sheet.cell(row, 6).value: row for row in range(3, 3 + 3)}
    for head, (answer, reason) in {"訾埃生": ("是", "自付4.2万元"), "高兰花": ("也许", "不知道")}.items():
        sheet.cell(lines[head], 9).value, sheet.cell(lines[head], 10).value = answer, reason
    other = Referral.objects.get(department="water")
    sheet.cell(9, 1).value, sheet.cell(9, 9).value, sheet.cell(9, 10).value = other.key, "是", "合格"
    response = upload(medical, book)
    assert response.status_code == 422
    assert "从表格里收下 1 件答复" in said(response)
    assert f"疑似问题核实 I{lines['高兰花']}：是否属实是“也许”" in said(response)
    assert "不是转给您单位的" in said(response)
    assert Referral.objects.get(department="medical", household__head_name="訾埃生").answer == "yes"
    assert (of("高兰花").answer, Referral.objects.get(department="water").answer) == ("", "")
    again = upload(medical, book)
    assert Referral.objects.filter(answered_at__isnull=False).count() == 1
    assert "收下" not in said(again)


def test_who_has_no_department_gets_no_workbook(office: World) -> None:
    refer(office, "訾埃生")
    for who in ("city", "cadre", "nobody"):
        assert office.client(who).get("/referrals/file/").status_code == 302
    assert Client().get("/referrals/").status_code == 302


# Lists of departments


def compare(world: World, rows: list[str], who: str = "town", code: str = TOWN, **more: str) -> Any:
    village = world.areas[VILLAGE].spoken
    text = "\n".join(["姓名,身份证号,行政村,组", *(row.replace("V0", village) for row in rows)])
    data = {
        "department": "civil",
        "title": "低保名单",
        "file": SimpleUploadedFile("低保.csv", text.encode("gb18030")),
    }
    return world.client(who).post(f"/area/{code}/comparisons/", data | more)


def test_a_list_is_compared_picked_and_made_leads_of(office: World) -> None:
    response = compare(
        office, ["王建国,612722198001010011,V0,1组", "贺某平,,V0,", "欧阳不在,,V0,2", "郝平,,V0,"]
    )
    assert response.status_code == 302
    town, at = office.client("town"), response["Location"]
    page = shown(town, at)
    assert "没有读的列：身份证号" in page
    assert "612722" not in page
    for key in ("not_monitored", "same", "doubtful", "unmatched"):
        assert count(shown(town, f"{at}?shown={key}")) == 1, key
    doubtful = shown(town, f"{at}?shown=doubtful")
    assert PHONE not in doubtful
    row = ComparisonRow.objects.get(state="doubtful")
    assert "请先选是哪一户" in said(town.post(f"{at}pick/", {"row": row.pk, "shown": "doubtful"}))
    town.post(f"{at}pick/", {"row": row.pk, "household": row.candidates[0]})
    assert count(shown(town, f"{at}?shown=not_monitored")) == 2
    assert "请先勾选" in said(town.post(f"{at}leads/", {"shown": "not_monitored"}))
    town.post(f"{at}leads/", {"shown": "not_monitored", "all": "1"})
    town.post(f"{at}leads/", {"shown": "unmatched", "all": "1"})
    assert Finding.objects.filter(rule="L04", household__isnull=False).count() == 2
    home = office.household("王建国")
    assert "民政局低保名单上有" in shown(office.client("cadre"), f"/household/{home.pk}/")
    assert "底册里没有：欧阳不在" in shown(office.client("cadre"), f"/area/{VILLAGE}/leads/village/")
    assert office.client("city").get(at).status_code == 200
    assert office.client("cadre").get(at).status_code == 404
    town.post(f"{at}delete/")
    assert not ComparisonList.objects.exists()
    assert Finding.objects.filter(rule="L04").count() == 3


def test_many_villages_are_done_by_the_worker(office: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "FEW_VILLAGES", 0)
    town = office.client("town")
    data = {"department": "medical", "question": QUESTION, "rule": "S09", "all": "1"}
    assert "正在逐村转出" in shown(town, town.post(f"/area/{TOWN}/refer/", data)["Location"])
    tasks.send_all.func(TOWN, "S09", "medical", QUESTION, str(office.users["town"].pk))
    tasks.send_all.func(TOWN, "S09", "medical", QUESTION, str(office.users["town"].pk))
    assert Referral.objects.count() == 2
    at = compare(office, ["王建国,,V0,1组", "高兰花,,V0,"])["Location"]
    made = ComparisonList.objects.get()
    assert "正在逐村列为线索" in shown(
        town, town.post(f"{at}leads/", {"shown": "not_monitored", "all": "1"})["Location"]
    )
    tasks.raise_leads.func(made.pk, "not_monitored", str(office.users["cadre"].pk))  # has no right to it
    assert not Finding.objects.filter(rule="L04").exists()
    tasks.raise_leads.func(made.pk, "not_monitored", str(office.users["town"].pk))
    assert Finding.objects.filter(rule="L04").count() == 2
    assert "正在逐村列为线索" not in shown(town, f"{at}?shown=not_monitored")


def test_the_citys_list_is_not_the_towns(office: World) -> None:
    at = compare(office, ["王建国,,V0,1组"], "city", COUNTY)["Location"]
    assert office.client("town").get(at).status_code == 404
    assert compare(office, ["王建国,,V0,1组"], "cadre", VILLAGE).status_code == 404
    assert compare(office, ["王建国,,V0,1组"], "auditor").status_code == 404


@pytest.mark.parametrize(
    ("rows", "more", "says"),
    [
        (["王建国,,V0,1组"], {"title": ""}, "请写这是什么名单"),
        (["王建国,,V0,1组"], {"department": ""}, "哪个部门"),
        ([], {}, "一个名字也没有"),
    ],
)
def test_a_list_that_cannot_be_compared_says_why(
    office: World, rows: list[str], more: dict[str, str], says: str
) -> None:
    response = compare(office, rows, **more)
    assert response.status_code == 422
    assert says in said(response)
    assert not ComparisonList.objects.exists()


def test_pages_cost_twelve_queries_with_rows(office: World) -> None:
    refer(office, "訾埃生", "高兰花")
    at = compare(office, ["王建国,,V0,1组", "贺某平,,V0,"])["Location"]
    asked = [("town", f"/area/{TOWN}/referrals/"), ("town", f"/area/{TOWN}/refer/"), ("medical", "/referrals/"),
             ("town", at), ("town", f"{at}?shown=doubtful"), ("town", f"/area/{TOWN}/comparisons/"),
             ("town", f"/household/{office.household('訾埃生').pk}/matters/")]  # fmt: skip
    taken = {address: len(queries(office.client(who), address)[1]) for who, address in asked}
    assert {address: n for address, n in taken.items() if n > MOST} == {}

"""A contradiction of every kind of the mechanism, planted, and what each person sees: where they begin, where it leads.

What holds: nobody has to go looking. The page on which a person's day begins says what does not fit, in words with
a number, and its link leads to the rows; what cannot go on that way is refused with the sentence that says why.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import date, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.test import Client
from pytest_django import Settings
from tests.delivery.desk.cases import opened, step
from tests.delivery.desk.test_entry import SHEET
from tests.delivery.desk.test_ledger import signed
from tests.delivery.desk.test_transfer import send, workbook
from tests.worlds.ledger import SIGNERS, Ledgers, neighbours
from tests.worlds.round import COUNTY, NEIGHBOUR, OPENED, TODAY, TOWN, VILLAGE, World
from tests.worlds.townsfolk import FORM5, settle

from paicha.domain import clock
from paicha.domain.accounts.models import Assignment, Notice, User
from paicha.domain.audit.models import AuditEntry
from paicha.domain.cases.models import Case
from paicha.domain.handover.models import Return, Submission
from paicha.domain.problems.models import Problem
from paicha.domain.responses.models import Conflict, HeldRevision, VillageSummary
from paicha.domain.responses.services import screen
from paicha.domain.rounds.models import RosterEntry
from paicha.domain.verification.models import Visit

SPOKEN = "古今滩村"
HOME, HANDUP = f"/area/{VILLAGE}/", f"/area/{VILLAGE}/handup/"


@pytest.fixture
def ledgers(world: World, tmp_path: Path, settings: Settings) -> Iterator[Ledgers]:
    settings.MEDIA_ROOT = tmp_path
    yield Ledgers(world)


def see(client: Client, address: str, *words: str) -> str:
    """The page as it is read, with all of these words on it."""
    response = client.get(address)
    assert response.status_code == 200, (address, response.status_code)
    return told(response, *words)


def told(response: Any, *words: str) -> str:
    page = re.sub(r"\s+", " ", unescape(response.content.decode()))
    seen = re.sub(r"<[^>]+>", "", page)
    for said in words:
        assert said in seen, f"{said} is not on {response.request['PATH_INFO']}: {seen[:3000]}"
    return page


def leads(page: str, after: str) -> str:
    """Where the first link in or behind some words leads."""
    links = [(m.start(), m.end(), m[1]) for m in re.finditer(r'<a [^>]*?href="([^"]+)"[^>]*>.*?</a>', page)]
    at = page.index(after)
    return next(address for _, end, address in links if end > at)


def refused(response: Any, *words: str) -> str:
    assert response.status_code == 422
    return told(response, *words)


# A village with nobody monitored, and leads


def test_a_village_with_nobody_monitored_has_leads(ledgers: Ledgers) -> None:
    world = settle(ledgers.world)
    RosterEntry.objects.filter(household=world.household("郝平")).delete()
    ledgers.complete()
    ledgers.complete(NEIGHBOUR)
    cadre, town, city, far = (world.client(who) for who in ("cadre", "town", "city", "far"))
    leads_n = VillageSummary.objects.get(code=VILLAGE).figures["open_leads"]
    see(cadre, HOME, f"{leads_n}条线索等您看")
    see(cadre, f"{HOME}leads/village/", "没有")
    begins = see(town, f"/area/{TOWN}/", "要安排交叉核实", "1 个有线索")
    assert leads(begins, "要安排交叉核实") == f"/area/{TOWN}/checks/"
    see(town, f"/area/{TOWN}/attention/?only=zero_leads", SPOKEN, "却有线索")
    see(city, f"/area/{COUNTY}/villages/?only=zero_leads", "1 个村", SPOKEN)
    see(city, f"/area/{COUNTY}/samples/", "没有易返贫致贫户的村，排在前面1")
    for code in (VILLAGE, NEIGHBOUR):
        ledgers.hand_up(code, who="cadre" if code == VILLAGE else "town")
        ledgers.audit(code)
    refused(town.post(f"/area/{TOWN}/handup/submit/"), "交叉核实")
    page = see(town, f"/area/{TOWN}/checks/", "交叉核实", SPOKEN)
    assert f'value="{VILLAGE}"' in page
    plan = {"go": VILLAGE, "planned_on": TODAY.isoformat(), f"leader_{VILLAGE}": world.users["far"].pk}
    assert town.post(f"/area/{TOWN}/checks/plan/", plan).status_code == 302
    refused(town.post(f"/area/{TOWN}/handup/submit/"), "交叉核实")
    visit = f"/visit/{Visit.objects.get().pk}/"
    assert leads(see(far, "/visits/", SPOKEN), SPOKEN) == visit
    households = Visit.objects.get().households.values_list("household_id", flat=True)
    assert far.post(visit, FORM5 | {f"found_{pk}": "agrees" for pk in households}).status_code == 302
    assert town.post(f"/area/{TOWN}/handup/submit/").status_code == 302


# Totals that differ


def test_form_2_says_another_number_than_the_rows(ledgers: Ledgers) -> None:
    ledgers.complete()
    ledgers.profile(total_households=20, monitored_households=3)
    cadre, town = ledgers.world.client("cadre"), ledgers.world.client("town")
    see(cadre, HANDUP, "村情调查表总户数 20 户")
    see(cadre, f"{HOME}leads/village/", "村情调查表写易返贫致贫户 3 户，附件1-3有 1 户，请核对")
    page = see(town, f"/area/{VILLAGE}/audit/", "村情调查表和各户表对照", "差 11", "差 2")
    assert leads(page, ">差 2<") and f"/area/{VILLAGE}/profile/monitored_households/" in page
    see(town, f"/area/{VILLAGE}/profile/monitored_households/", "各户加起来 1 户", "郝平")


def test_a_form_4_on_paper_says_another_number(ledgers: Ledgers) -> None:
    ledgers.complete()
    cadre = ledgers.world.client("cadre")
    book = openpyxl.load_workbook(io.BytesIO(workbook(cadre)))
    sheet = next(s for s in book.worksheets if "统计表" in str(s["A1"].value) or "统计" in s.title)
    heads = {str(c.value): c.column for line in sheet.iter_rows(max_row=6) for c in line if c.value}
    village = next(c.row for line in sheet.iter_rows() for c in line if c.value in (SPOKEN, SPOKEN[:-1]))
    sheet.cell(village, heads["一般农户"]).value = 60
    out = io.BytesIO()
    book.save(out)
    see(cadre, send(cadre, VILLAGE, out.getvalue()), "60 户，表里是 5 户")


def test_a_ledger_changes_behind_its_hand_up(ledgers: Ledgers) -> None:
    neighbours(ledgers)
    world = ledgers.world
    cadre, town = world.client("cadre"), world.client("town")
    see(cadre, HANDUP, "现在的台账和上报的一样")
    ledgers.correct("郝平", housing=3)
    RosterEntry.objects.filter(household=world.household("白润喜")).update(outcome=5)  # behind every service
    see(cadre, HANDUP, "上报后变了")
    see(town, f"/area/{VILLAGE}/handup/", "上报后变了")
    row = VillageSummary.objects.get(code=VILLAGE)
    row.counts["lifted"] = {"1": 1, "5": 1}
    row.save()
    see(town, f"/area/{TOWN}/handup/", f"{SPOKEN}上报后变了", "上报时 ")
    refused(town.post(f"/area/{TOWN}/handup/submit/"), f"{SPOKEN}上报后变了")


def test_the_notice_says_9011_and_125(world: World) -> None:
    city = world.client("city")
    page = see(city, f"/area/{COUNTY}/", "通知上是 9011 户，名册里有 6 户", "通知上是 125 户，名册里有 3 户")
    assert leads(page, "通知上是 9011 户") == f"/area/{COUNTY}/expected/"
    see(city, f"/area/{COUNTY}/expected/", "比通知少 9,005 户", "比通知少 122 户", "逐户比对")


# Who has to sign, who has to act


@pytest.mark.parametrize("missing", sorted(SIGNERS))
def test_a_signer_is_missing(ledgers: Ledgers, missing: str) -> None:
    ledgers.complete()
    cadre = ledgers.world.client("cadre")
    left = {key: value for key, value in signed().items() if key.removeprefix("none_") != missing}
    page = refused(cadre.post(f"{HANDUP}submit/", left), "还不能上报", "没签字")
    assert 'id="sign"' in page and leads(page.split("上报前还差")[1], "没签字").endswith("#sign")
    assert not Submission.objects.exists()
    assert cadre.post(f"{HANDUP}submit/", signed()).status_code == 302


def test_a_return_goes_to_somebody_on_leave(ledgers: Ledgers) -> None:
    world = ledgers.world
    ledgers.complete()
    ledgers.hand_up()
    town, away = world.client("town"), world.users["cadre"]
    stays = User.objects.create_user("stays", password="a-long-password-1", name="留守的姓名")
    Assignment.objects.create(user=stays, role="village_cadre", kind="village", ref=VILLAGE, since=OPENED)
    Assignment.objects.filter(user=away).update(until=TODAY - timedelta(days=1))
    address = f"/area/{VILLAGE}/return/"
    page = see(town, address, "留守的姓名")
    assert f'value="{away.pk}"' not in page
    data = {"what": "whole", "reason": "请核对"}
    said = "cadre的姓名现在没有本村的分工（请假或已调整），收不到退回，请改退给：留守的姓名"
    page = refused(town.post(address, data | {"to": away.pk}), said)
    assert "请核对" in page
    assert not Return.objects.exists()
    assert town.post(address, data | {"to": stays.pk}).status_code == 302
    assert Notice.objects.filter(user=stays, words__contains="请核对").exists()
    world.users["stays"] = stays
    begins = see(world.client("stays"), HOME, "次退回要改")
    assert leads(begins, "次退回要改") == f"{HOME}returns/"


def test_who_was_sent_a_return_goes_on_leave(ledgers: Ledgers) -> None:
    world = ledgers.world
    ledgers.complete()
    ledgers.hand_up()
    town, away = world.client("town"), world.users["cadre"]
    sent = ledgers.send_back(["郝平"])
    gone = "cadre的姓名现在没有本村的分工（请假或已调整）"
    assert gone not in see(town, f"{HOME}returns/")
    Assignment.objects.filter(user=away).update(until=TODAY - timedelta(days=1))
    at = f"/return/{sent.pk}/to/"
    assert leads(see(town, f"{HOME}returns/", gone), gone) == at
    see(town, at, "本村现在没有能接手的人，请先让管理员给村里安排分工")
    stays = User.objects.create_user("stays", password="a-long-password-1", name="留守的姓名")
    Assignment.objects.create(user=stays, role="village_cadre", kind="village", ref=VILLAGE, since=OPENED)
    world.users["stays"] = stays
    see(world.client("stays"), f"{HOME}returns/", gone, "请镇街转给能接手的人")
    see(town, at, "现在能办的", "留守的姓名")
    said = told(town.post(at, {"to": away.pk}, follow=True))
    assert "请改退给：留守的姓名" in said
    assert world.client("stays").post(at, {"to": stays.pk}).status_code == 403
    told(town.post(at, {"to": stays.pk}, follow=True), "已经转给留守的姓名")
    assert gone not in see(town, f"{HOME}returns/", "退给留守的姓名")
    (notice,) = Notice.objects.filter(user=stays)
    assert (
        leads(see(world.client("stays"), "/mine/", notice.words), notice.words)
        == f"/mine/notice/{notice.pk}/"
    )
    assert AuditEntry.objects.filter(action="handover.return_readdressed").count() == 1


# What comes late, what is put off


def test_an_upload_comes_after_the_hand_up(ledgers: Ledgers) -> None:
    world = ledgers.world
    ledgers.complete()
    cadre, town = world.client("cadre"), world.client("town")
    book = openpyxl.load_workbook(io.BytesIO(workbook(cadre)))
    sheet = book.worksheets[0]
    row = next(c.row for line in sheet.iter_rows() for c in line if c.value == "王建国")
    sheet.cell(row, 8).value = 3
    out = io.BytesIO()
    book.save(out)
    ledgers.hand_up()
    before = ledgers.digest()
    tray = send(cadre, VILLAGE, out.getvalue())
    (confirm,) = set(re.findall(r'action="([^"]+/confirm/)"', see(cadre, tray)))
    cadre.post(confirm)
    assert HeldRevision.objects.count() == 1 and ledgers.digest() == before
    begins = see(cadre, HOME, "户上报以后才到的表", "写明理由走补报")
    assert leads(begins, "户上报以后才到的表") == f"/area/{VILLAGE}/held/"
    see(town, f"/area/{TOWN}/attention/?only=late_rows", SPOKEN, "户上报后才到")
    page = see(cadre, f"/area/{VILLAGE}/held/", "王建国", "自来水供水且安全 → ")
    (held,) = re.findall(r'name="held" value="(\d+)"', page)
    data = {"held": held, "way": "supplement", "reason": ""}
    refused(cadre.post(f"/area/{VILLAGE}/held/", data), "请写明为什么补报")
    assert cadre.post(f"/area/{VILLAGE}/held/", data | {"reason": "手机没信号"}).status_code == 302
    see(cadre, f"/household/{world.household('王建国').pk}/", "3 分散取水且安全")
    see(town, HANDUP, "手机没信号", "现在的台账和上报的一样")
    assert "户上报以后才到" not in see(cadre, HOME)


def test_a_stage_is_extended(ledgers: Ledgers) -> None:
    world = ledgers.world
    assert (
        ledgers.answer("王建国", enrol=1) == "stored"
    )  # to be enrolled, and nothing begun: S15 waits for the stage's end
    with clock.frozen(date(2022, 3, 22)):
        town, cadre = world.client("town"), world.client("cadre")
        see(town, f"/area/{TOWN}/", "个村过期没上报")
        see(town, f"/area/{TOWN}/attention/?only=overdue", "过期 2 天没上报")
        begins = see(cadre, HOME, "2天，村级排查过了期限还没上报", "3月20日截止")
        assert leads(begins, "过了期限还没上报") == HANDUP
        schedule = f"/area/{TOWN}/schedule/"
        sent = {"stage": "village", "deadline": "2022-03-24", "reason": " "}
        refused(town.post(schedule, sent), "请写明延期的理由")
        assert town.post(schedule, sent | {"reason": "大雪封路"}).status_code == 302
        home = see(cadre, HOME, "还有 2 天，3月24日前完成", "已延期：大雪封路")
        assert "过了期限" not in home
        assert "过期没上报" not in see(town, f"/area/{TOWN}/")
        see(town, f"/area/{TOWN}/attention/?only=overdue", "没有这样的村")
        world.round.refresh_from_db()
        screen(world.round, world.pack, ledgers.area(), "tester")
        assert "填了需要纳入，还没有启动纳入程序" not in see(cadre, f"{HOME}leads/")
    with clock.frozen(date(2022, 3, 25)):
        screen(world.round, world.pack, ledgers.area(), "tester")  # what `paicha screen` does
        see(world.client("cadre"), f"{HOME}leads/", "填了需要纳入，还没有启动纳入程序")


# Two at once


def test_two_people_answer_for_one_household(world: World) -> None:
    household = world.household("王建国")
    address, base = f"/household/{household.pk}/answer/", {"base": "1", "phone": "15012348831"}
    grid, cadre, town = (world.client(who) for who in ("grid", "cadre", "town"))
    for client in (grid, cadre):
        assert 'name="base" value="1"' in see(client, address)
    answers = {key: value for key, value in SHEET.items() if key != "insurance"}
    insured = {"insured_none": "0", "insured_resident": "4", "insured_employee": "0"}
    assert grid.post(address, answers | insured | base | {"water": "3"}).status_code == 302
    response = cadre.post(address, answers | insured | base | {"water": "1", "residence": "2"}, follow=True)
    (conflict,) = Conflict.objects.all()
    told(response, "3 分散取水且安全", "grid的姓名")
    assert response.redirect_chain[0][0] == f"/conflict/{conflict.pk}/"
    see(cadre, f"/household/{household.pk}/", "3 分散取水且安全", "两边填得不一样")
    begins = see(cadre, HOME, "户两边填得不一样，要定一个")
    assert leads(begins, "户两边填得不一样") == f"{HOME}conflicts/"
    see(town, f"/area/{TOWN}/", "条冲突没处理")
    see(town, f"/area/{TOWN}/attention/?only=conflicts", "户两边填得不一样")
    refused(cadre.post(f"/conflict/{conflict.pk}/", {}), "还没有选用哪一个答案")
    assert cadre.post(f"/conflict/{conflict.pk}/", {"water": "other"}).status_code == 302
    see(cadre, f"/household/{household.pk}/", "2 村外镇内")
    assert "两边填得不一样" not in see(cadre, HOME)
    see(grid, f"/conflict/{conflict.pk}/", "已经有人处理过")


# A problem that was none


def test_a_problem_is_withdrawn(ledgers: Ledgers) -> None:
    world = ledgers.world
    cadre = world.client("cadre")
    problems = f"{HOME}problems/"
    for text in ("房顶漏雨", "水管冻裂"):
        cadre.post(
            problems, {"type": "1", "text": text, "measure": "修", "due_on": "2022-04-01", "owner": "主任"}
        )
    see(cadre, f"{HOME}forms/problem_list/", "房顶漏雨", "水管冻裂")
    first = Problem.objects.get(text="房顶漏雨")

    def counted(n: int) -> None:
        assert VillageSummary.objects.get(code=VILLAGE).facts["problem_rows"] == n
        page = see(cadre, f"{HOME}forms/statistics/")
        assert f'<a href="{HOME}forms/problem_list/">{n}</a>' in page

    counted(2)
    refused(cadre.post(f"/problem/{first.pk}/step/", {"act": "withdraw", "text": " "}), "请写明")
    assert (
        cadre.post(f"/problem/{first.pk}/step/", {"act": "withdraw", "text": "看错了户"}).status_code == 302
    )
    assert "房顶漏雨" not in see(cadre, f"{HOME}forms/problem_list/", "水管冻裂")
    counted(1)
    see(world.client("town"), f"/problem/{first.pk}/", "看错了户")
    assert cadre.post(f"/problem/{first.pk}/step/", {"act": "restore"}).status_code == 302
    see(cadre, f"{HOME}forms/problem_list/", "房顶漏雨", "水管冻裂")
    counted(2)


# A household twice, a household whose class changes, a household that was only helped


def test_a_household_comes_twice(world: World) -> None:
    cadre, household = world.client("cadre"), world.household("王建国")
    answers = {key: value for key, value in SHEET.items() if key != "insurance"}
    answers |= {"insured_none": "0", "insured_resident": "4", "insured_employee": "0"}
    same = answers | {"head_name": "王建国", "group": "1", "phone": "15012348831"}
    assert cadre.post(f"{HOME}add/?form=general", same).url == f"/household/{household.pk}/"
    other = same | {"income_band": "2"}
    page = told(cadre.post(f"{HOME}add/?form=general", other), "名册里已经有王建国户，不用再添")
    assert f"/household/{household.pk}/answer/" in page
    assert RosterEntry.objects.filter(household__head_name="王建国", village__code=VILLAGE).count() == 1
    book = openpyxl.load_workbook(io.BytesIO(workbook(cadre)))
    sheet = book.worksheets[0]
    row = next(c.row for line in sheet.iter_rows() for c in line if c.value == "王建国")
    other = next(c.row for line in sheet.iter_rows() for c in line if c.value == "訾埃生")
    for column in range(2, sheet.max_column + 1):
        sheet.cell(other, column).value = sheet.cell(row, column).value
    sheet.cell(other, 8).value = 3
    out = io.BytesIO()
    book.save(out)
    see(cadre, send(cadre, VILLAGE, out.getvalue()), "王建国", "不收，要改", f"{row}")


def test_an_enrolled_household_keeps_its_form(world: World) -> None:
    (case,) = opened(world, "訾埃生")
    Case.objects.update(step="entered")
    assert step(world.client("town"), case, entered_on=TODAY.isoformat()).status_code == 302
    cadre = world.client("cadre")
    statistics = see(cadre, f"{HOME}forms/statistics/", "新纳入1户")
    assert re.findall(r"form=general&outcome=done\">(\d+)<", statistics) == ["4"]
    assert re.findall(r"form=monitored&outcome=done\">(\d+)<", statistics) == ["1"]
    see(cadre, f"/household/{case.household_id}/", "一般农户")
    see(cadre, f"{HOME}households/?form=general&outcome=done", "訾埃生")
    see(world.client("city"), f"/area/{COUNTY}/cases/?what=enrolled", "訾埃生", "本轮新纳入 1")
    see(cadre, f"{HOME}", "户易返贫致贫户还没登记帮扶措施")


def test_a_household_was_helped_and_not_enrolled(world: World) -> None:
    cadre, town = world.client("cadre"), world.client("town")
    see(cadre, HOME, "疑似体外循环")
    page = see(cadre, f"{HOME}leads/", "訾埃生", "吃低保，却填了不需要纳入", "疑似体外循环")
    household = f"/household/{world.household('訾埃生').pk}/"
    assert household in page
    see(cadre, household, "得到救助，又有收入、三保障、饮水或支出方面的风险", "因为", "理由")
    see(town, f"/area/{TOWN}/", "低保未纳入")
    response = cadre.post(f"{household}decide/", {"finding": [], "state": "dismissed", "reason": ""})
    assert response.status_code == 422

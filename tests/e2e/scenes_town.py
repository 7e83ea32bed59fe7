"""Scenes of the town: comparison, audit, questions, returns, cross-checks, departments, the town's own hand-up."""

from __future__ import annotations

from playwright.sync_api import expect
from tests.e2e.people import Cast
from tests.e2e.scenes_village import AUDIT, FAMILY, the_village_hands_up, the_village_helps_whom_it_monitors

from paicha.domain import clock

POINTS = dict.fromkeys(("v_arranged", "v_survey", "v_measures", "v_data", "v_problems", "v_petitions"), 1)
FORM_5 = POINTS | {"verifiers": "甲、乙"}
CROSS = "个村没有易返贫致贫户，要安排交叉核实"
CITY_CASES = "户纳入、消除等市级审定"
TOWN_CASES = "户纳入、消除等镇里办"


def the_town_compares(cast: Cast) -> None:
    town = cast["town"]
    town.sets_about(TOWN_CASES)
    town.opens(FAMILY)
    town.fills({"农户授权日期": clock.today(), "比对结果": "和医保、民政的名单一致"})
    town.presses("比对没有问题", "")
    town.need_not(TOWN_CASES)


def the_town_asks_about_a_cell(cast: Cast) -> None:
    town, cadre = cast["town"], cast["cadre"]
    town.sets_about(AUDIT)
    town.opens("古今滩村")
    town.sees("没有对不上的地方")
    town.fills({"问题": "乔志强户租的是谁家的房"})
    town.presses("问村里", "")
    cadre.sets_about("个问题镇里在等答复")
    cadre.fills({"答复": "填错了，是自己的房，安全"})
    cadre.presses("答复", "")
    cadre.need_not("个问题镇里在等答复")
    town.sets_about("个问题村里已答复")
    town.opens("古今滩村")
    town.sees("填错了，是自己的房，安全")
    with town.page.expect_navigation():
        town.page.get_by_role("button", name="答复可以，了结").click()
    town.need_not("个问题村里已答复")


def the_town_sends_a_row_back(cast: Cast) -> None:
    town, cadre = cast["town"], cast["cadre"]
    town.sets_about(AUDIT)
    town.opens("古今滩村")
    town.opens("退回")
    town.page.get_by_label("乔志强").check()
    town.fills({"要改什么（写了就用这一句）": "住房填错了，照实改"})
    town.page.get_by_label("cadre的姓名").check()
    town.presses("退回", "")
    town.has_to("个村退回的还没改完")
    town.need_not(AUDIT)
    cadre.has_to("次退回要改，改好再报")
    cadre.page.get_by_role("link", name="我的待办").click()
    cadre.sees("住房填错了，照实改")


def the_town_passes_the_ledger(cast: Cast, village: str) -> None:
    town, cadre = cast["town"], cast["cadre"]
    town.sets_about(AUDIT)
    town.opens(village)
    town.presses("通过", "")
    town.sees("结果：通过")
    town.need_not(AUDIT)
    cadre.begins()
    cadre.tab("上报")
    cadre.sees("镇街已经开始审核，要改请镇街退回", "现在的台账和上报的一样，已经锁上")


def the_neighbour_without_monitored_households_hands_up(cast: Cast) -> None:
    the_village_hands_up(cast, "neighbour")
    the_town_passes_the_ledger(cast, "青阳树沟村")


def a_leader_of_another_zone_cross_checks_it(cast: Cast) -> None:
    town, leader = cast["town"], cast["near"]
    leader.begins()
    leader.sees_nothing_of("青阳树沟村")
    town.sets_about(CROSS)
    expect(town.page.get_by_label("青阳树沟村由谁带队").locator("option:checked")).to_contain_text("一片")
    town.page.get_by_label("去青阳树沟村").check()
    town.presses("安排勾选的村", "")
    town.need_not(CROSS)
    leader.sets_about("个村等您带队去核实")
    leader.opens("青阳树沟村")
    for agrees in leader.page.get_by_label("与表相符").all():  # some are drawn, by the visit's number
        agrees.check()
    leader.row("高兰花").get_by_label("与表不符").check()
    leader.fills({"高兰花户哪里不符": "家里有养羊收入没填"})
    leader.picks(FORM_5)
    leader.presses("登记核查结果", "")
    leader.need_not("个村等您带队去核实")
    town.begins()
    town.tab("核实")
    town.opens("核实安排")
    town.sees("交叉核实完成 1 / 1 个村")
    neighbour = cast["neighbour"]
    neighbour.begins()
    neighbour.sees("家里有养羊收入没填")


def a_department_answers_the_town(cast: Cast) -> None:
    town, medical = cast["town"], cast["medical"]
    medical.begins()
    medical.sees("没有要答复的")
    town.begins()
    town.tab("问题")
    town.opens("部门核实")
    town.opens("选线索转给部门")
    town.page.get_by_label("部门", exact=True).select_option("medical")
    town.fills({"要核实的问题（部门看得到，不要写别的个人情况）": "去年住院自付多少"})
    town.page.get_by_label("转出訾埃生户").first.check()
    town.presses("转出勾选的", "")
    medical.begins()
    medical.sees("等答复 1", "訾埃生", "去年住院自付多少")
    medical.sees_nothing_of("民政政策", "139000")
    medical.page.get_by_label("是否属实：訾埃生").select_option("yes")
    medical.fills({"理由：訾埃生": "自付 2.1 万元"})
    medical.presses("保存答复", "")
    medical.begins()
    medical.sees("没有要答复的")
    town.begins()
    town.page.get_by_role("link", name="我的待办").click()
    town.opens("去办", row="医保局答复了")
    town.sees("自付 2.1 万元")


def the_town_reviews_and_the_city_decides(cast: Cast) -> None:
    town, city = cast["town"], cast["city"]
    city.need_not(CITY_CASES)
    town.sets_about(TOWN_CASES)
    town.opens(FAMILY)
    town.presses("审核通过", "")
    town.need_not(TOWN_CASES)
    city.sets_about(CITY_CASES)
    city.page.get_by_label(f"选{FAMILY}户").check()
    city.presses("勾选的：审定通过", "")
    city.need_not(CITY_CASES)


def the_family_is_announced_entered_and_helped(cast: Cast) -> None:
    cadre, town = cast["cadre"], cast["town"]
    cadre.sets_about("户等公告")
    cadre.opens(FAMILY)
    cadre.fills({"公告日期": clock.today()})
    cadre.presses("已公告", "")
    cadre.need_not("户等公告")
    town.sets_about(TOWN_CASES)
    town.opens(FAMILY)
    town.fills({"录入日期": clock.today()})
    town.presses("已录入", "")
    town.need_not(TOWN_CASES)
    the_village_helps_whom_it_monitors(cast, FAMILY)
    cadre.begins()
    cadre.tab("表格")
    cadre.opens("统计表")
    cadre.sees("外出未联系上1户，新纳入1户")


def the_town_hands_up(cast: Cast) -> None:
    town = cast["town"]
    town.sets_about("份镇级台账可以上报市级了")
    town.presses("上报市级", "第 1 次上报已经收下")
    town.need_not("份镇级台账可以上报市级了")

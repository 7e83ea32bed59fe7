"""The whole round played in real browsers: village surveys, town verifies, city spot-checks, and a family is helped.

Why: each desk has tests of its own; only the round as a whole shows whether what one person does reaches the next.
What holds: every scene begins on the person's own first page and goes where its lines and links lead; what waits for
somebody stands on their first page, and is gone once it is done. The acts are the notice's, in its order.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer
from tests.delivery.desk.world import PHONE
from tests.domain.files.test_files import PDF
from tests.e2e.people import Cast, gather

from paicha.domain import clock

SURVEY = {  # what the household says that nobody had visited: poor, and yet 不需要纳入 on the sheet
    "residence": 1, "housing": 2, "schooling": 3, "water": 2, "insured_none": 0, "insured_resident": 4,
    "insured_employee": 0, "income_band": 1, "major_expense": 2, "civil_aid": 5, "enrol": 3, "surveyors": "网格员",
}  # fmt: skip
FORM_2 = {  # what no household's sheet can tell
    "village_type": 1, "orphans_households": 0, "orphans_people": 0, "disabled_people": 0, "school_age_people": 0,
    "income_per_head": 9000, "collective_income": 50000, "grid_workers": 2, "grid_visits": 1,
    "fortnightly_meetings": 1, "system_accurate": 1,
}  # fmt: skip
POINTS = dict.fromkeys(("v_arranged", "v_survey", "v_measures", "v_data", "v_problems", "v_petitions"), 1)
FORM_5 = POINTS | {"verifiers": "甲、乙"}
ASKED_AGAIN = {  # what 王建国 says to somebody who doesn't know what the village wrote: the house isn't safe
    "outcome": 1, "population": 4, "residence": 1, "housing": 1, "schooling": 3, "water": 2, "insured_none": 0,
    "insured_resident": 4, "insured_employee": 0, "income_band": 4, "major_expense": 2, "civil_aid": 5, "enrol": 3,
}  # fmt: skip
SIGNERS = {"支部书记签字": "王支书", "包村干部签字": "刘包村"}
FAMILY = "贺生花"
CROSS = "个村没有易返贫致贫户，要安排交叉核实"
AUDIT = "个村的台账等审核"
CITY_CASES = "户纳入、消除等市级审定"
TOWN_CASES = "户纳入、消除等镇里办"
SOFT = "处要核对，写个理由"


@pytest.fixture
def cast(
    transactional_db: None, settings: Settings, tmp_path: Path, browser: Browser, live_server: LiveServer
) -> Iterator[Cast]:
    settings.MEDIA_ROOT = tmp_path / "files"
    made = Cast(gather(), browser, live_server.url)
    yield made
    made.leave()
    assert made.complaints == []


def test_a_round_from_the_first_household_to_the_citys_form(cast: Cast) -> None:
    a_grid_worker_surveys_the_last_household_of_the_group(cast)
    a_grid_worker_registers_the_weekly_round(cast)
    the_village_types_the_sheet_that_came_on_paper(cast)
    the_village_gives_its_reasons(cast)
    the_village_fills_its_form_2(cast)
    a_lead_becomes_a_problem_with_measure_limit_and_owner(cast)
    a_lead_is_put_forward_for_deliberation(cast)
    a_meeting_decides(cast, "户等综合研判", "纳入")
    the_town_compares(cast)
    a_meeting_decides(cast, "户等民主评议", "同意纳入")
    the_village_posts_its_notice_and_somebody_objects(cast)
    the_village_helps_whom_it_monitors(cast, "郝平")
    the_village_hands_up(cast, "cadre")
    the_village_attaches_the_signed_copies(cast)
    the_town_asks_about_a_cell(cast)
    the_town_sends_a_row_back(cast)
    the_village_corrects_it_and_hands_up_again(cast)
    the_town_passes_the_ledger(cast, "古今滩村")
    the_neighbour_without_monitored_households_hands_up(cast)
    a_leader_of_another_zone_cross_checks_it(cast)
    a_department_answers_the_town(cast)
    the_notice_has_hung_long_enough(cast)
    the_town_reviews_and_the_city_decides(cast)
    the_family_is_announced_entered_and_helped(cast)
    the_town_hands_up(cast)
    the_city_draws_a_sample(cast)
    the_city_gives_it_to_a_checker(cast)
    the_checker_asks_again_without_the_villages_answers(cast)
    the_city_fills_the_six_points_and_hands_a_problem_back(cast)
    what_the_city_found_is_put_right_and_checked(cast)
    the_citys_form_4_is_the_sum_of_its_rows(cast)
    the_auditor_reads_and_touches_nothing(cast)


# 村级排查


def a_grid_worker_surveys_the_last_household_of_the_group(cast: Cast) -> None:
    grid = cast["grid"]
    grid.sets_about("户该入户")
    grid.opens(FAMILY)
    grid.opens("填答案")
    grid.picks(SURVEY)
    grid.presses("存", "已存（第 1 稿）")
    grid.sees("人均年纯收入在4000元以下，却填了不需要纳入", "疑似应纳未纳")
    grid.has_to("5条线索")


def a_grid_worker_registers_the_weekly_round(cast: Cast) -> None:
    grid = cast["grid"]
    grid.begins()
    grid.tab("研判")
    grid.opens("网格员周排查")
    grid.fills({"走访户数": 4})
    grid.presses("登记", "已登记")


def the_village_types_the_sheet_that_came_on_paper(cast: Cast) -> None:
    cadre = cast["cadre"]
    cadre.begins()
    cadre.tab("录入")
    cadre.opens("接着填", row="已脱贫户")
    keys = cadre.page.keyboard
    expect(cadre.page.locator("#everybody")).to_be_focused()
    keys.insert_text("李四")
    keys.press("Enter")
    expect(cadre.page.get_by_label("折玉兰，居住地")).to_be_focused()
    for cell in (
        *"1232",
        *"040",
        *"42",
        "2",
        "Enter",
        "1",
        "Enter",
        *"23",
        "Enter",
    ):  # as it stands on the paper
        keys.press(cell)
    expect(cadre.page.locator("#said")).to_contain_text("这一张都存好了")
    cadre.presses("存这一张", "没有改动，不用存")


def the_village_gives_its_reasons(cast: Cast) -> None:
    cadre = cast["cadre"]
    for head in ("訾埃生", "乔志强", "郝平"):
        cadre.sets_about(SOFT)
        cadre.opens("处理", row=head)
        cadre.page.get_by_label("常用理由").last.select_option(index=1)
        cadre.presses("情况属实，记下理由", "已")
    cadre.need_not(SOFT)


def the_village_fills_its_form_2(cast: Cast) -> None:
    cadre = cast["cadre"]
    cadre.sets_about("村情调查表还没填")
    cadre.presses("把空着的都填上")
    cadre.picks(FORM_2)
    for signer in ("支部书记签字", "包村干部签字"):
        cadre.fills({signer: SIGNERS[signer]})
    cadre.page.get_by_label("无此岗位").nth(1).check()
    cadre.presses("存下", "存")
    cadre.need_not("村情调查表还没填")
    cadre.sets_about(SOFT)  # form 2 counts the family that is away, the sheets don't
    cadre.opens("处理", row="全村")
    cadre.sees("排查 8 户，村情调查表总户数 9 户，请核对")
    cadre.fills({"理由": "1 户整户外出，没联系上"})
    cadre.presses("情况属实，记下理由", "已")
    cadre.need_not(SOFT)


def a_lead_becomes_a_problem_with_measure_limit_and_owner(cast: Cast) -> None:
    cadre = cast["cadre"]
    cadre.begins()
    cadre.opens("高兰花")
    cadre.opens("列入问题清单")
    cadre.fills(
        {
            "整改措施": "核清收入，该纳入的提请研判",
            "整改时限": clock.today() + timedelta(days=20),
            "整改责任人": "村主任",
        }
    )
    cadre.presses("列入清单", "已")
    cadre.sees("人均年纯收入在4000元以下", "整改中 1")


def a_lead_is_put_forward_for_deliberation(cast: Cast) -> None:
    cadre = cast["cadre"]
    cadre.sets_about("条线索等您看")
    cadre.page.get_by_label(f"选{FAMILY}户").check()
    cadre.presses("勾选的户提请研判", "研判")
    cadre.has_to("户等综合研判")


def a_meeting_decides(cast: Cast, waits: str, kind: str) -> None:
    cadre = cast["cadre"]
    cadre.sets_about(waits)
    cadre.presses("安排会议，把勾选的列入")
    cadre.presses("安排好了", "")
    cadre.has_to("次会议已安排")
    cadre.sets_about("次会议已安排")
    cadre.opens("登记结果")
    cadre.fills(
        {
            "主持人": "王支书",
            "到会人数": 9,
            "参加人员，用顿号隔开": "王支书、刘包村、李四",
            "会议记录": "逐户议过。",
            f"{FAMILY}户同意票": 8,
            f"{FAMILY}户不同意票": 1,
            f"{FAMILY}户弃权票": 0,
        }
    )
    cadre.page.get_by_label(f"{FAMILY}户的结果").select_option(kind)
    cadre.presses("登记结果", "")
    cadre.sees("8", "已召开", kind)
    cadre.need_not(waits)


def the_town_compares(cast: Cast) -> None:
    town = cast["town"]
    town.sets_about(TOWN_CASES)
    town.opens(FAMILY)
    town.fills({"农户授权日期": clock.today(), "比对结果": "和医保、民政的名单一致"})
    town.presses("比对没有问题", "")
    town.need_not(TOWN_CASES)


def the_village_posts_its_notice_and_somebody_objects(cast: Cast) -> None:
    cadre = cast["cadre"]
    cadre.sets_about("户在村内公示")
    assert cadre.prints("打印公示").startswith(b"%PDF")
    cadre.opens(FAMILY)
    cadre.page.get_by_text("记一条异议").click()
    cadre.fills({"异议的内容": "儿子在外打工，收入没算进去", "提出人，不愿署名的写“匿名”": "匿名"})
    cadre.presses("记下异议", "")
    cadre.sets_about("条公示异议没有答复")
    cadre.opens(FAMILY)
    cadre.fills({"核实情况和答复": "打工的收入已经算进去，仍在监测线以内"})
    cadre.presses("记下答复", "")
    cadre.need_not("条公示异议没有答复")


def the_village_helps_whom_it_monitors(cast: Cast, head: str) -> None:
    cadre = cast["cadre"]
    cadre.sets_about("户易返贫致贫户还没登记帮扶措施")
    cadre.opens("登记", row=head)
    cadre.fills({"政策或措施": "公益性岗位", "金额，元（可以不填）": 6000, "由谁落实": "村委会"})
    cadre.presses("登记措施", "")
    cadre.need_not("户易返贫致贫户还没登记帮扶措施")


# 上报


def the_village_hands_up(cast: Cast, who: str) -> None:
    cadre, town = cast[who], cast["town"]
    town.need_not(AUDIT)
    cadre.sets_about("份台账可以上报了")
    expect(cadre.page.get_by_label("支部书记")).to_have_value("王支书")  # as form 2 was signed
    cadre.presses("上报给镇街", "第 1 次上报已经收下")
    cadre.sees("现在的台账和上报的一样，已经锁上")
    cadre.need_not("份台账可以上报了")
    town.has_to(f"1{AUDIT}")


def the_village_attaches_the_signed_copies(cast: Cast) -> None:
    cadre = cast["cadre"]
    cadre.sets_about("张表没附签字的扫描件")
    for form in ("附件2 村情调查表", "附件3 问题清单", "附件4 统计表"):
        cadre.page.get_by_label("哪张表").select_option(form)
        file = {"name": f"{form}.pdf", "mimeType": "application/pdf", "buffer": PDF}
        cadre.page.get_by_label("选文件，几页可以一次选").set_input_files(file)
        cadre.presses("附上", "")
    cadre.need_not("张表没附签字的扫描件")


# 镇级核实


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


def the_village_corrects_it_and_hands_up_again(cast: Cast) -> None:
    cadre, town = cast["cadre"], cast["town"]
    cadre.sets_about("次退回要改，改好再报")
    cadre.opens("乔志强")
    cadre.opens("改答案")
    cadre.picks({"housing": 2})
    cadre.presses("存", "")
    cadre.sees("退回以后改过了，村里再报才算数")
    cadre.opens("看这次退回")
    cadre.opens("改好了，去再报")
    cadre.presses("改好了，再报", "第 2 次上报已经收下")
    cadre.need_not("次退回要改，改好再报")
    town.need_not("个村退回的还没改完")


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
    neighbour = cast["neighbour"]
    neighbour.sets_about("份台账可以上报了")
    neighbour.fills({"支部书记": "张支书", "包村干部": "刘包村"})
    neighbour.page.get_by_label("无此岗位").nth(1).check()
    neighbour.presses("上报给镇街", "第 1 次上报已经收下")
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
    for head in ("訾埃生", "王建国", "白润喜", "折玉兰", "乔志强"):
        leader.row(head).get_by_label("与表相符").check()
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


# 相关单位


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


# 公示期满


def the_notice_has_hung_long_enough(cast: Cast) -> None:
    cast.days_pass(6)
    cadre = cast["cadre"]
    cadre.has_to("户在村内公示", "有已满的，可以办")
    cadre.sets_about("户在村内公示")
    cadre.opens(FAMILY)
    cadre.fills({"张贴日期": clock.today() - timedelta(days=6), "张贴地点": "村委会门口"})
    cadre.presses("公示期满，没有异议或异议已答复", "")
    cadre.need_not("户在村内公示")


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


# 市级抽查


def the_city_draws_a_sample(cast: Cast) -> None:
    cast.days_pass(5)
    city = cast["city"]
    city.sets_about("个村里还没抽查")
    city.sees("没有易返贫致贫户的村，排在前面")
    city.picks({"villages": 2, "households": 26})
    city.presses("抽取", "抽取了 2 个村、26 户")
    city.sees("青阳树沟村", "零监测户")
    city.presses("再抽一次核对", "完全一样")
    city.need_not("个村里还没抽查")


def the_city_gives_it_to_a_checker(cast: Cast) -> None:
    city = cast["city"]
    city.sets_about("户抽中了，还没分给抽查组员")
    city.fills({"账号（新账号就在这里建）": "checker-1", "姓名（已有账号可不写）": "抽查一"})
    city.presses("添加", "已建好")
    password = city.page.locator("strong.code").inner_text()
    city.presses("把没回访的户按村平均分", "")
    city.need_not("户抽中了，还没分给抽查组员")
    checker = cast.signs_in("checker-1", password)
    checker.fills({"新密码": "zhao-hui-fang-9", "再写一遍": "zhao-hui-fang-9"})
    checker.presses("改好了")
    checker.sees("还有 26 户要回访")


def the_checker_asks_again_without_the_villages_answers(cast: Cast) -> None:
    checker, city = cast["checker-1"], cast["city"]
    checker.begins()
    home = checker.page.locator("main li", has_text="王建国").filter(has_text="古今滩村")
    home.get_by_role("link").click()
    checker.sees("照户里说的填。交上以后不能改，那时才看得到村里填的。")
    checker.sees_nothing_of("村里填的答案", PHONE)
    expect(checker.page.locator("input:checked")).to_have_count(1)  # 入户 alone
    checker.picks(ASKED_AGAIN)
    checker.presses("交回访")
    checker.sees("王建国户：1 项不一致", "村里填的", "回访说的")
    checker.begins()
    checker.sees("还有 25 户要回访", "已回访 1 户")
    answer = checker.page.request.get(f"/household/{cast.world.household('王建国').pk}/")
    assert answer.status == 404, "the village's own page stays closed"
    city.has_to("户回访和村里填的不一致", "个抽中的村还没填六项")


def the_city_fills_the_six_points_and_hands_a_problem_back(cast: Cast) -> None:
    city = cast["city"]
    city.sets_about("个抽中的村还没填六项")
    city.opens("去填", row="零监测户")
    city.picks(POINTS | {"v_data": 2, "signed": "市里的人"})
    city.fills({"存在问题": "养羊收入没填"})
    city.presses("记下", "")
    city.has_to("1个抽中的村还没填六项")
    city.begins()
    city.tab("抽查")
    city.opens("12月", row="26")
    city.opens("王建国", row="1 项不一致")
    city.opens("列为问题")
    due = clock.today() + timedelta(days=10)
    city.picks({"text": "王建国户住房不安全，表上填的安全", "due_on": due.isoformat()})
    city.page.get_by_label("类型").select_option("6")
    city.presses("列上，交村里整改", "")


def what_the_city_found_is_put_right_and_checked(cast: Cast) -> None:
    city, cadre = cast["city"], cast["cadre"]
    cadre.sets_about("条问题缺措施、时限或责任人")
    cadre.fills({"整改措施：王建国户住房不安全，表上填的安全": "重新入户，照实改"})
    cadre.fills({"整改责任人：王建国户住房不安全，表上填的安全": "村主任"})
    cadre.presses("保存措施、时限、责任人", "")
    cadre.need_not("条问题缺措施、时限或责任人")
    cadre.tab("问题")
    cadre.opens("报完成", row="王建国户住房不安全")
    cadre.fills({"怎么整改好的，有什么佐证": "已经修好，照片在村里"})
    cadre.presses("报整改完成", "")
    city.sets_about("条问题等市级复核")
    city.opens("去复核", row="王建国户住房不安全")
    city.presses("通过，销号", "")
    city.need_not("条问题等市级复核")


def the_citys_form_4_is_the_sum_of_its_rows(cast: Cast) -> None:
    city = cast["city"]
    city.begins()
    city.tab("表格")
    village = city.page.locator("main tbody tr", has_text="古今滩村")
    expect(village).to_contain_text("外出未联系上1户，新纳入1户")
    lists = city.page.locator("tr.total a, main tbody tr:has-text('古今滩村') a[href*='households']")
    figures = [(one.inner_text(), str(one.get_attribute("href"))) for one in lists.all()]
    assert [figure for figure, _ in figures] == ["8", "5", "2", "1", "15", "10", "4", "1"]
    for figure, address in figures:
        city.page.goto(address)
        expect(city.page.locator("#count")).to_have_text(figure)
    city.begins()
    city.tab("日报")
    told = city.page.get_by_label("粘贴到微信或 WPS").input_value()
    for said in ("应排查 26 户，已排查 15 户", "2 个村已上报", "本轮新纳入 1 户"):
        assert said in told
    assert "高家堡镇" not in told  # a town that is up doesn't lag behind


def the_auditor_reads_and_touches_nothing(cast: Cast) -> None:
    auditor = cast["auditor"]
    auditor.begins()
    auditor.opens("高家堡镇")
    auditor.opens("古今滩村")
    auditor.tab("上报")
    auditor.sees("第 2 次上报", "历次上报", "有效", "已退回")
    auditor.tab("研判")
    auditor.opens(FAMILY)
    auditor.sees("同意 8 票，不同意 1 票，弃权 0 票", "审定通过", "已录入", "公益性岗位")
    expect(auditor.page.locator("main button")).to_have_count(0)

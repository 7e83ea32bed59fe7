"""Scenes of the village: survey, sheets, reasons, form 2, problems, meetings, notice, measures, hand-up."""

from __future__ import annotations

from datetime import timedelta

from playwright.sync_api import expect
from tests.domain.files.test_files import PDF
from tests.e2e.people import Cast

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
SIGNERS = {"支部书记签字": "王支书", "包村干部签字": "刘包村"}
FAMILY = "贺生花"
AUDIT = "个村的台账等审核"
SOFT = "处要核对，写个理由"


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
        cadre.page.get_by_label("核对过，情况就是这样").check()
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


def the_notice_has_hung_long_enough(cast: Cast) -> None:
    cast.days_pass(6)
    cadre = cast["cadre"]
    cadre.has_to("户在村内公示", "有已满的，可以办")
    cadre.sets_about("户在村内公示")
    cadre.opens(FAMILY)
    cadre.fills({"张贴日期": clock.today() - timedelta(days=6), "张贴地点": "村委会门口"})
    cadre.presses("公示期满，没有异议或异议已答复", "")
    cadre.need_not("户在村内公示")


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

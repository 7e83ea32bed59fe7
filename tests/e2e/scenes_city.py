"""Scenes of the city: the sample, the checker's re-interview, the six points, what is put right, form 4, the audit."""

from __future__ import annotations

from datetime import timedelta

from playwright.sync_api import Locator, expect
from tests.e2e.people import Cast
from tests.e2e.scenes_town import POINTS
from tests.e2e.scenes_village import FAMILY
from tests.worlds.round import PHONE

from paicha.delivery.desk.audit.act_text import has_words
from paicha.domain import clock
from paicha.domain.audit.models import AuditEntry

ASKED_AGAIN = {  # what 王建国 says to somebody who doesn't know what the village wrote: the house isn't safe
    "outcome": 1, "population": 4, "residence": 1, "housing": 1, "schooling": 3, "water": 2, "insured_none": 0,
    "insured_resident": 4, "insured_employee": 0, "income_band": 4, "major_expense": 2, "civil_aid": 5, "enrol": 3,
}  # fmt: skip


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
    city.presses("添加")
    city.sees("1 个首次密码，只显示这一次")
    password = city.page.locator(".slips strong.code").last.inner_text()
    city.sets_about("户抽中了，还没分给抽查组员")
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


def linked(lists: Locator) -> list[tuple[str, str]]:
    """(figure, address) of each link."""
    return [(one.inner_text(), str(one.get_attribute("href"))) for one in lists.all()]


def the_citys_form_4_is_the_sum_of_its_rows(cast: Cast) -> None:
    city = cast["city"]
    city.begins()
    city.tab("表格")
    figures = linked(city.page.locator("tr.total a"))
    city.opens("高家堡镇")  # a row a town; its villages are a press away
    village = city.page.locator("main tbody tr", has_text="古今滩村")
    expect(village).to_contain_text("外出未联系上1户，新纳入1户")
    figures += linked(village.locator("a[href*='households']"))
    assert [figure for figure, _ in figures] == ["15", "10", "4", "1", "8", "5", "2", "1"]
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
    auditor.opens("古今滩村")
    auditor.tab("记录")
    auditor.sees("上报：退回", "研判", "问题：登记")
    auditor.page.get_by_role("link", name="逐条核对这条链").click()
    auditor.sees("首尾相接")
    acts = AuditEntry.objects.values_list("action", flat=True).distinct()
    wordless = [act for act in acts if not has_words(act)]
    assert wordless == [], wordless

"""Cases on the pages: from ticked leads to an enrolled family, refusals in one sentence, twelve queries a page."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.delivery.desk.cases import held, opened, page, planned, step, vote
from tests.delivery.desk.pages import MOST
from tests.worlds.round import COUNTY, NEIGHBOUR, TODAY, TOWN, VILLAGE, World

from paicha.domain import clock
from paicha.domain.accounts.models import Notice
from paicha.domain.cases.models import Case, Meeting
from paicha.domain.cases.services import tell
from paicha.domain.households.models import Household
from paicha.domain.responses.models import Finding, VillageSummary
from paicha.domain.responses.services import village_work


def test_a_family_is_enrolled_from_a_ticked_lead(world: World) -> None:
    cadre, town, city = world.client("cadre"), world.client("town"), world.client("city")
    assert "勾选的户提请研判" in page(cadre, f"/area/{VILLAGE}/leads/")
    (case,) = opened(world, "訾埃生")
    assert case.step == "deliberation"  # met at the door in this round
    held(world, case)
    assert not Finding.objects.filter(household=case.household, severity="lead", state="open").exists()
    assert "户等授权和信息比对" in page(town, f"/area/{VILLAGE}/")
    today = TODAY.isoformat()
    assert step(town, case, authorised_on=today, compared="没有不符").status_code == 302
    case.refresh_from_db()
    held(world, case, kind="review")
    day = TODAY + timedelta(days=5)
    with clock.frozen(day):
        cadre, town, city = world.client("cadre"), world.client("town"), world.client("city")
        assert step(cadre, case, posted_on=today, posted_at="村委会门口").status_code == 302
        assert step(town, case, opinion="同意").status_code == 302
        assert step(city, case).status_code == 302
        assert step(cadre, case, posted_on=day.isoformat()).status_code == 302
        assert step(town, case, entered_on=day.isoformat()).status_code == 302
        case.refresh_from_db()
        assert case.state == "done"
        household = Household.objects.get(pk=case.household_id)
        assert household.household_class == "monitored"
        seen = page(cadre, f"/case/{case.pk}/")
        assert "纳入已办结" in seen and "已录入" in seen and "同意 8 票，不同意 1 票，弃权 0 票" in seen
        assert VillageSummary.objects.get(code=VILLAGE).facts["enrolled"] == 1


@pytest.mark.parametrize(
    ("who", "sees", "acts"),
    [
        ("cadre", True, True), ("town", True, True), ("city", True, True), ("liaison", True, False),
        ("auditor", True, False), ("grid", True, False), ("elsewhere", False, False),
        ("administrator", False, False), ("checker", False, False), ("nobody", False, False),
    ],
)  # fmt: skip
def test_who_sees_a_case_and_who_acts(world: World, who: str, sees: bool, acts: bool) -> None:
    (case,) = opened(world, "訾埃生")  # of group 1, the grid worker's
    client = world.client(who)
    assert client.get(f"/case/{case.pk}/").status_code == (200 if sees else 404)
    answer = client.post(f"/case/{case.pk}/undo/")
    assert answer.status_code == (404 if not sees else 403 if not acts else 302 if who == "cadre" else 422)


def test_a_grid_worker_sees_the_cases_of_the_own_groups(world: World) -> None:
    mine, other = opened(world, "訾埃生", "高兰花")
    client = world.client("grid")
    assert client.get(f"/case/{other.pk}/").status_code == 404
    seen = page(client, f"/area/{VILLAGE}/cases/")
    assert f"/case/{mine.pk}/" in seen and f"/case/{other.pk}/" not in seen
    assert client.get(f"/area/{VILLAGE}/meetings/").status_code == 404


@pytest.mark.parametrize(
    ("who", "data", "status", "said"),
    [
        ("town", {"compared": ""}, 422, "请填写比对结果"),
        ("cadre", {"compared": "没有"}, 422, "授权和信息比对由镇街办"),
        ("liaison", {"compared": "没有"}, 403, ""),
        ("town", {"at": "review"}, 422, "已经到了授权和信息比对，请刷新页面再办"),
        ("town", {"way": "deliberation", "reason": ""}, 422, "请写明退回的理由"),
        ("town", {"way": "ended", "reason": ""}, 422, "的理由，再提交"),
        ("town", {"way": "decision", "reason": "x"}, 422, "不能退到这一步"),
    ],
)
def test_a_step_that_cannot_be_taken_says_why(
    world: World, who: str, data: dict[str, str], status: int, said: str
) -> None:
    (case,) = opened(world, "訾埃生")
    held(world, case)
    response = step(world.client(who), case, **({"authorised_on": TODAY.isoformat()} | data))
    assert response.status_code == status
    assert said in unescape(response.content.decode())
    case.refresh_from_db()
    assert (case.step, case.state) == ("comparison", "going")


def test_what_was_typed_comes_back_with_the_refusal(world: World) -> None:
    (case,) = opened(world, "訾埃生")
    held(world, case)
    answer = step(world.client("town"), case, authorised_on="2022-03-20", compared="和医保名单一致")
    assert answer.status_code == 422
    body = answer.content.decode()
    assert 'value="和医保名单一致"' in body and 'value="2022-03-20"' in body
    back = step(world.client("town"), case, way="ended", reason="")
    assert re.search(r"<details[^>]* open>", back.content.decode())


def test_who_is_sent_back_is_told(world: World) -> None:
    (case,) = opened(world, "訾埃生")
    held(world, case)
    assert step(world.client("town"), case, way="visit", reason="收入要再核").status_code == 302
    notice = Notice.objects.get(user=world.users["cadre"])
    assert notice.words == "訾埃生户的纳入被退回到入户核实"
    assert notice.address == f"/case/{case.pk}/"
    assert "收入要再核" in page(world.client("cadre"), notice.address)


def test_a_household_nobody_visited_is_visited_first(world: World) -> None:
    (case,) = opened(world, "贺保平")  # 外出未联系上
    client = world.client("cadre")
    assert "现在该办：入户核实" in page(client, f"/case/{case.pk}/")
    done = step(client, case, visited_on=TODAY.isoformat(), visitor="李四", found="回来了，房顶漏雨")
    assert done.status_code == 302
    assert "房顶漏雨" in page(client, f"/case/{case.pk}/")


def test_leads_of_several_villages_are_put_forward_from_the_town(world: World) -> None:
    ids = [str(world.household("訾埃生", code).pk) for code in (VILLAGE, NEIGHBOUR)]
    assert world.client("town").post(f"/area/{TOWN}/cases/open/", {"household": ids}).status_code == 302
    assert Case.objects.count() == 2
    seen = page(world.client("town"), f"/area/{TOWN}/cases/?step=enrolment.deliberation")
    assert seen.count('href="/case/') == 2
    assert '共 <span id="count">2</span> 户' in seen
    assert world.client("liaison").post(f"/area/{VILLAGE}/cases/open/", {"household": ids}).status_code == 403
    assert world.client("cadre").post(f"/area/{VILLAGE}/cases/open/", {"household": ["x"]}).status_code == 404


def test_a_monitored_household_is_not_put_forward(world: World) -> None:
    data = {"household": [str(world.household("郝平").pk)], "back": f"/area/{VILLAGE}/leads/"}
    client = world.client("cadre")
    assert client.post(f"/area/{VILLAGE}/cases/open/", data).headers["Location"] == f"/area/{VILLAGE}/leads/"
    assert "郝平户是易返贫致贫户，纳入只对一般农户、已脱贫户办" in page(client, f"/area/{VILLAGE}/leads/")
    assert Case.objects.count() == 0
    away = client.post(f"/area/{VILLAGE}/cases/open/", data | {"back": "https://elsewhere.test/"})
    assert away.headers["Location"] == f"/area/{VILLAGE}/cases/"


def test_the_city_decides_several_at_once_or_none(world: World) -> None:
    cases = [*opened(world, "訾埃生"), *opened(world, "訾埃生", who="town", code=NEIGHBOUR)]
    Case.objects.update(step="decision")

    for code in (VILLAGE, NEIGHBOUR):
        with village_work(world.round, world.pack, world.areas[code], "tester") as work:
            tell(work)
    client = world.client("city")
    seen = page(client, f"/area/{COUNTY}/cases/?step=enrolment.decision")
    assert "等您办的 2 户" in seen and seen.count('name="case"') == 2
    Case.objects.filter(pk=cases[1].pk).update(step="town_review")
    data = {"step": "enrolment.decision", "case": [case.pk for case in cases], "opinion": "同意"}
    refused = client.post(f"/area/{COUNTY}/cases/pass/", data)
    assert "訾埃生户：这一户已经到了镇级审核" in unescape(refused.content.decode())
    assert Case.objects.filter(step="announcement").count() == 0
    assert client.post(f"/area/{COUNTY}/cases/pass/", data | {"case": [cases[0].pk]}).status_code == 302
    assert Case.objects.get(pk=cases[0].pk).step == "announcement"
    assert world.client("liaison").post(f"/area/{VILLAGE}/cases/pass/", data).status_code == 403


def test_each_figure_of_a_step_opens_into_as_many_rows(world: World) -> None:
    cases = opened(world, "訾埃生", "高兰花", "贺保平", "王建国")
    held(world, cases[0])
    client = world.client("town")
    for code, figures in ((COUNTY, ["4", "1", "2", "1"]), (TOWN, ["1", "4", "1", "1", "2"])):
        client = world.client("city" if code == COUNTY else "town")
        seen = page(client, f"/area/{code}/cases/")
        chips = re.findall(r'<li><a href="([^"]*)"[^>]*>([^<]*?) ([\d,]+)<', seen.partition("chips")[2])
        assert [n for *_, n in chips] == figures
        for address, _, n in chips:
            rows = page(client, address if address.startswith("/") else f"/area/{code}/cases/{address}")
            assert rows.count('href="/case/') == int(n), address


def test_who_was_newly_enrolled_is_a_list(world: World) -> None:
    (case,) = opened(world, "訾埃生")
    Case.objects.update(step="entered")
    assert step(world.client("town"), case, entered_on=TODAY.isoformat()).status_code == 302
    seen = page(world.client("city"), f"/area/{COUNTY}/cases/?what=enrolled")
    assert "本轮新纳入 1" in seen and seen.count('href="/case/') == 1
    assert "本轮办完的" in page(world.client("cadre"), f"/area/{VILLAGE}/cases/")
    assert world.client("city").get(f"/area/{COUNTY}/cases/?what=x").status_code == 404


def test_many_new_risk_households_are_shown_to_town_and_city(world: World) -> None:
    opened(world, "訾埃生", "高兰花", "王建国")
    for who, code in (("town", TOWN), ("city", COUNTY)):
        assert "一周内新增风险户多的村" in page(world.client(who), f"/area/{code}/cases/")
    with clock.frozen(TODAY + timedelta(days=8)):
        assert "一周内新增风险户多的村" not in page(world.client("city"), f"/area/{COUNTY}/cases/")


def test_what_is_late_between_the_rounds_is_shown(world: World) -> None:
    later = TODAY + timedelta(days=12)
    with clock.frozen(later):
        assert "次研判会议该开了" in page(world.client("cadre"), f"/area/{VILLAGE}/")
        assert "研判会议该开了，超过 15 天的时限已 2 天" in page(world.client("town"), f"/area/{TOWN}/cases/")
        response = world.client("cadre").post(
            f"/area/{VILLAGE}/meetings/", {"kind": "fortnightly", "on": later.isoformat(), "topics": "周排查"}
        )
        meeting = Meeting.objects.get()
        assert response.headers["Location"] == f"/meeting/{meeting.pk}/"
        world.client("cadre").post(f"/meeting/{meeting.pk}/record/", vote(meeting, present="5"))
        assert "次研判会议该开了" not in page(world.client("cadre"), f"/area/{VILLAGE}/")


def test_every_page_opens_in_twelve_queries(world: World) -> None:
    cases = opened(world, "訾埃生", "高兰花", "贺保平")
    meeting = held(world, cases[0])
    ahead = planned(world, cases[1])
    household = world.household("郝平").pk
    addresses = [f"/area/{code}/cases/" for code in (COUNTY, TOWN, VILLAGE)]
    addresses += [f"/area/{COUNTY}/cases/?step=enrolment.comparison", f"/area/{VILLAGE}/meetings/"]
    addresses += [f"/case/{case.pk}/" for case in cases] + [f"/meeting/{m.pk}/" for m in (meeting, ahead)]
    addresses += [f"/household/{household}/measures/", f"/household/{household}/propose/removal/"]
    addresses += [f"/area/{VILLAGE}/weekly/", f"/meeting/{ahead.pk}/kit/"]
    client = world.client("town")
    for address in addresses:
        if address.startswith(f"/area/{COUNTY}"):
            client = world.client("city")
        elif client is not None:
            client = world.client("town")
        assert client.get(address).status_code == 200, address
        with CaptureQueriesContext(connection) as captured:
            client.get(address)
        taken = [q["sql"] for q in captured if not re.match("SAVEPOINT|RELEASE|BEGIN|COMMIT", q["sql"])]
        assert len(taken) <= MOST, (address, len(taken), [sql[:90] for sql in taken])


def test_the_only_step_that_waits_is_passed_from_the_list_of_ones_own(world: World) -> None:
    (case,) = opened(world, "訾埃生")
    Case.objects.update(step="decision")

    with village_work(world.round, world.pack, world.areas[VILLAGE], "tester") as work:
        tell(work)
    client, address = world.client("city"), f"/area/{COUNTY}/cases/"
    (key,) = re.findall(r'name="step" value="([^"]+)"', page(client, address))
    assert client.post(f"{address}pass/", {"step": key, "case": [case.pk]}).status_code == 302
    assert Case.objects.get(pk=case.pk).step == "announcement"


def test_a_notice_that_hangs_does_not_stand_before_what_can_be_done(world: World) -> None:
    opened(world, "訾埃生")
    Case.objects.update(step="notice", opens_on=TODAY + timedelta(days=5))

    with village_work(world.round, world.pack, world.areas[VILLAGE], "tester") as work:
        tell(work)
    first = page(world.client("cadre"), f"/area/{VILLAGE}/")
    assert first.index("户该入户") < first.index("户在村内公示")
    with clock.frozen(TODAY + timedelta(days=5)):
        first = page(world.client("cadre"), f"/area/{VILLAGE}/")
        assert first.index("户在村内公示") < first.index("户该入户")


def test_a_grid_worker_is_told_of_the_own_groups_weekly_round(world: World) -> None:
    said = "个组没有周排查"
    posted = {"group": "2", "visited": "3", "on": TODAY.isoformat(), "worker": "李四"}
    assert world.client("cadre").post(f"/area/{VILLAGE}/weekly/", posted).status_code == 302
    assert said not in page(world.client("grid"), f"/area/{VILLAGE}/")
    with clock.frozen(TODAY + timedelta(days=4)):
        first = page(world.client("grid"), f"/area/{VILLAGE}/")
        assert re.search(rf'class="n">1</span><span>{said}<small>超过 7 天：一组', first)
        assert f'href="/area/{VILLAGE}/weekly/"' in first
        own = {"group": "1", "visited": "4", "on": clock.today().isoformat(), "worker": "王五"}
        assert world.client("grid").post(f"/area/{VILLAGE}/weekly/", own).status_code == 302
        assert said not in page(world.client("grid"), f"/area/{VILLAGE}/")

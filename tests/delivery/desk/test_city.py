"""The city's desk: drawing, checkers, results, six points, the calendar, the notice's figures."""

from __future__ import annotations

import re
from datetime import date
from hashlib import sha256
from typing import Any

import pytest
from tests.delivery.desk.pages import MOST, queries
from tests.worlds.round import COUNTY, TOWN, VILLAGE, World
from tests.worlds.sampled import UNTIL, checker, drawn, of, said, text

from paicha.core.sampling import Frame, draw
from paicha.domain import clock
from paicha.domain.accounts.models import Assignment, Notice, User
from paicha.domain.audit.models import AuditEntry
from paicha.domain.problems.models import Problem
from paicha.domain.responses.models import VillageSummary
from paicha.domain.verification.models import Sample, SampleHousehold, SpotCheck


def test_the_city_sees_what_will_be_drawn_and_draws_it(world: World) -> None:
    client = world.client("city")
    page = text(client, f"/area/{COUNTY}/samples/?villages=2&households=10&seed=5")
    assert "等镇级核实完再抽更准" in page
    assert re.search(r"排在前面.*?>0<.*?>0<", page, re.S)  # all three villages have a monitored household
    sent = {"villages": "2", "households": "10", "seed": "5"}
    looked = client.post(f"/area/{COUNTY}/samples/", sent | {"act": "look"})
    assert (looked.status_code, Sample.objects.count()) == (200, 0)
    response = client.post(f"/area/{COUNTY}/samples/", sent)
    sample = Sample.objects.get()
    assert (response.status_code, response["Location"]) == (302, f"/sample/{sample.pk}/")
    page = text(client, response["Location"])
    assert "抽取了 2 个村、10 户" in page
    assert sample.frame_hash in page
    assert page.count("/result/") == 10
    client.post(f"/area/{COUNTY}/samples/", sent)
    assert Sample.objects.count() == 1
    assert "完全一样" in client.post(f"/sample/{sample.pk}/again/", follow=True).content.decode()


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"villages": "4", "households": "1", "seed": "1"}, "名册上只有 3 个有农户的村，抽不了 4"),
        ({"villages": "1", "households": "28", "seed": "1"}, "名册上只有 27 户，抽不了 28"),
        ({"villages": "1", "households": "x", "seed": "1"}, "户数“x”不对"),
        ({"villages": "0", "households": "3", "seed": "1"}, "至少是 1"),
        ({"villages": "1", "households": "3", "seed": "-1"}, "种子“-1”不对"),
    ],
)
def test_what_cannot_be_drawn_is_said_and_what_was_typed_stays(
    world: World, sent: dict[str, str], words: str
) -> None:
    response = world.client("city").post(f"/area/{COUNTY}/samples/", sent)
    assert response.status_code == 422
    assert words in response.content.decode()
    assert f'value="{sent["households"]}"' in response.content.decode()
    assert not Sample.objects.exists()


def test_the_frame_goes_out_so_that_anybody_draws_the_same_elsewhere(world: World) -> None:
    sample = drawn(world, households=9)
    response = world.client("city").get(f"/sample/{sample.pk}/frame/")
    frame = Frame.read(response.content)
    assert frame.digest == sample.frame_hash == sha256(response.content).hexdigest()
    found = draw(frame, households=9, villages=2, seed=7)
    kept = SampleHousehold.objects.filter(sample=sample).order_by("position")
    assert [h.number for h in found.households] == list(kept.values_list("household__number", flat=True))
    assert "王建国" not in response.content.decode()
    assert AuditEntry.objects.filter(action=f"read:sample_frame:{sample.pk}", count=27).exists()


def test_a_sample_that_was_tampered_with_is_noticed(world: World) -> None:
    sample = drawn(world, households=9)
    SampleHousehold.objects.filter(sample=sample, position=3).update(weight=9)
    page = world.client("city").post(f"/sample/{sample.pk}/again/", follow=True).content.decode()
    assert "和保存的不一样" in page
    Sample.objects.filter(pk=sample.pk).update(frame=b"broken")
    page = world.client("city").post(f"/sample/{sample.pk}/again/", follow=True).content.decode()
    assert "保存的抽样框已损坏" in page


def test_a_checker_is_added_with_a_password_shown_once_and_gets_households(world: World) -> None:
    sample, client = drawn(world), world.client("city")
    address = f"/sample/{sample.pk}/people/"
    sent = {"act": "add", "username": "cha1", "name": "抽查一", "until": UNTIL.isoformat()}
    page = client.post(address, sent, follow=True).content.decode()
    password = re.search(r'首次密码 <strong class="code">(\w{14})<', page)
    assert password
    user = User.objects.get(username="cha1")
    assert user.check_password(password[1]) and user.must_change_password
    assert password[1] not in text(client, address)
    client.post(address, sent | {"username": "cha2", "name": "抽查二"})
    assert client.post(address, {"act": "share"}).status_code == 302
    given = SampleHousehold.objects.filter(sample=sample)
    assert {row.checker_id for row in given} == set(
        User.objects.filter(username__startswith="cha").values_list("pk", flat=True)
    )
    per_village = {row.village_id: row.checker_id for row in given}
    assert all(row.checker_id == per_village[row.village_id] for row in given)  # no village is split
    assert set(Notice.objects.values_list("user__username", "address")) == {
        (name, f"/sample/{sample.pk}/mine/") for name in ("cha1", "cha2")
    }
    client.post(address, {"act": "end", "user": user.pk})
    assert not SampleHousehold.objects.filter(checker=user).exists()
    assert "抽查一" not in text(client, address)
    actions = AuditEntry.objects.filter(actor=str(world.users["city"].pk)).values_list("action", flat=True)
    assert {"account.create:spot_checker", "sample.share_out", "account.end"} <= set(actions)


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"username": "cadre"}, "能看到各村填的答案，不能做抽查组员"),
        ({"username": "new", "name": ""}, "这是新账号，请写姓名"),
        ({"username": "new", "until": "2022-03-01"}, "截止日期已经过了"),
        ({"username": "new", "until": "四月"}, "截止日期读到"),
        ({"username": "有 空格", "name": "某"}, "不能用"),
    ],
)
def test_who_cannot_check_is_said(world: World, sent: dict[str, str], words: str) -> None:
    sample = drawn(world)
    given = {"act": "add", "name": "某人", "until": UNTIL.isoformat()} | sent
    response = world.client("city").post(f"/sample/{sample.pk}/people/", given)
    assert response.status_code == 422
    assert words in response.content.decode()
    assert not Assignment.objects.filter(role="spot_checker", ref=str(sample.pk)).exists()


def test_results_open_into_their_households(world: World) -> None:
    sample = drawn(world)
    client = checker(world, sample)
    city = world.client("city")
    assert "还没有回访交上来" in text(city, f"/sample/{sample.pk}/results/")
    client.post(f"/sampled/{of(sample, '王建国').pk}/", said(world, housing=1))
    client.post(f"/sampled/{of(sample, '高兰花').pk}/", said(world, income_band=1))
    client.post(f"/sampled/{of(sample, '贺生花').pk}/", said(world))  # the village has no answers yet
    page = text(city, f"/sample/{sample.pk}/results/")
    assert re.search(r"安全住房</td>.*?>2</a>.*?>1</a>.*?50\.0%", page, re.S)
    rows = text(city, f"/sample/{sample.pk}/results/?question=housing")
    assert "不一致的 1 户" in rows
    assert rows.count("/result/") == 1
    assert text(city, f"/sample/{sample.pk}/results/?question=housing&what=all").count("/result/") == 2
    assert text(city, f"/sample/{sample.pk}/?state=differs").count("/result/") == 1
    assert text(city, f"/sample/{sample.pk}/?state=done").count("/result/") == 3
    assert city.get(f"/sample/{sample.pk}/results/?question=nothing").status_code == 404
    result = text(city, f"/sampled/{of(sample, '王建国').pk}/result/")
    assert "1 项不一致" in result


def test_the_countys_first_page_begins_with_what_the_city_has_to_do(world: World) -> None:
    city = world.client("city")
    with clock.frozen(date(2022, 3, 30)):  # the town's stage is over
        page = text(city, f"/area/{COUNTY}/")
        assert re.search(r'>3</span><span>个村里还没抽查.*?href="/area/610881000000/samples/"', page, re.S)
        assert re.search(r'late">3</span><span class="late">个村过期没上报', page)
        sample = drawn(world)
        page = text(city, f"/area/{COUNTY}/")
        assert "个村里还没抽查" not in page
        assert re.search(r">27</span><span>户抽中了，还没分给抽查组员", page)
        assert "户抽中了，还没分给抽查组员" in text(city, "/mine/")
        assert re.search(r">2</span><span>个抽中的村还没填六项", page)
        with clock.frozen(UNTIL):
            checked = checker(world, sample).post(
                f"/sampled/{of(sample, '王建国').pk}/", said(world, income_band=1)
            )
            assert checked.status_code == 302
        page = text(city, f"/area/{COUNTY}/")
        assert re.search(r">1</span><span>户回访和村里填的不一致.*?rule=L06", page, re.S)
    assert "市级要做" not in text(world.client("auditor"), f"/area/{COUNTY}/")


def six(world: World, **differs: Any) -> dict[str, Any]:
    assert world.pack.verification is not None
    answers = dict.fromkeys(world.pack.verification.points, "1")
    return {"act": "points", "signed": "市里的人", "conclusion_problems": "台账不全"} | answers | differs


@pytest.mark.parametrize("code", [VILLAGE, TOWN])
def test_six_points_of_a_village_or_a_town(world: World, code: str) -> None:
    client = world.client("city")
    assert client.post(f"/area/{code}/spot-check/", six(world, v_data="2")).status_code == 302
    check = SpotCheck.objects.get()
    assert (check.answers["v_data"], check.answers["signed"]) == (2, "市里的人")
    page = text(client, f"/area/{code}/spot-check/")
    assert "台账不全" in page
    client.post(f"/area/{code}/spot-check/", six(world))
    assert SpotCheck.objects.get().answers["v_data"] == 1
    if code == VILLAGE:
        assert VillageSummary.objects.get(code=VILLAGE).facts["spot_check_no"] == 0


@pytest.mark.parametrize(
    ("differs", "words"),
    [({"v_data": ""}, "还有 1 项没选：数据信息真实准确"), ({"signed": " "}, "请写抽查人员的姓名")],
)
def test_six_points_lack_nothing(world: World, differs: dict[str, str], words: str) -> None:
    response = world.client("city").post(f"/area/{VILLAGE}/spot-check/", six(world, **differs))
    assert response.status_code == 422
    assert words in response.content.decode()
    assert "台账不全" in response.content.decode()


def test_what_is_found_goes_back_as_a_problem_with_its_limit(world: World) -> None:
    client = world.client("city")
    household = world.household("王建国")
    sent = {
        "act": "problem", "household": str(household.pk), "type": "4", "text": "住房不安全没写", "due_on": "2022-04-20"
    }  # fmt: skip
    bad = client.post(f"/area/{VILLAGE}/spot-check/", sent | {"due_on": "四月"})
    assert (bad.status_code, "整改时限读到" in bad.content.decode()) == (422, True)
    assert client.post(f"/area/{VILLAGE}/spot-check/", sent).status_code == 302
    problem = Problem.objects.get()
    assert (problem.found_by, problem.due_on, problem.household) == ("city", date(2022, 4, 20), household)
    told = set(Notice.objects.values_list("user__username", flat=True))
    assert told == {"cadre", "town"}
    assert "住房不安全没写" in text(client, f"/area/{VILLAGE}/spot-check/")
    elsewhere = client.get(
        f"/area/{VILLAGE}/spot-check/?household={world.household('王建国', '610881101202').pk}"
    )
    assert elsewhere.status_code == 404


def test_the_calendar_is_moved_with_a_reason_that_everybody_sees(world: World) -> None:
    city, town = world.client("city"), world.client("town")
    page = f"/area/{TOWN}/schedule/"
    assert "延过期" in text(world.client("grid"), f"/area/{VILLAGE}/schedule/")
    sent = {"stage": "village", "deadline": "2022-03-23", "reason": "大雪封路"}
    assert town.post(page, sent).status_code == 302
    for address in (f"/area/{TOWN}/", f"/area/{VILLAGE}/"):
        assert "已延期：大雪封路" in text(town, address)
        assert "3月23日前完成" in text(town, address)
    assert "大雪封路" not in text(city, f"/area/{COUNTY}/")
    assert "大雪封路" in text(city, f"/area/{COUNTY}/schedule/")
    (elsewhere,) = world.users["elsewhere"].assignments.values_list("ref", flat=True)
    assert "大雪封路" not in text(world.client("elsewhere"), f"/area/{elsewhere}/schedule/")
    for change, words in (
        ({"deadline": "2022-03-26"}, "镇级核实2022-03-25截止，村级排查不能延到它后面，请先延镇级核实"),
        ({"deadline": "2022-03-23"}, "延期要晚于这一天"),
        ({"deadline": "明天"}, "请写成 2022-03-15 这样"),
        ({"deadline": "2022-03-24", "reason": " "}, "请写明延期的理由"),
        ({"stage": "city", "deadline": "2022-05-01"}, "市级抽查由市级安排"),
    ):
        response = town.post(page, sent | change)
        assert response.status_code == 422
        assert words in response.content.decode()
    assert world.client("cadre").post(f"/area/{VILLAGE}/schedule/", sent).status_code == 403
    assert (
        city.post(f"/area/{COUNTY}/schedule/", sent | {"stage": "city", "deadline": "2022-05-01"}).status_code
        == 302
    )
    assert "5月1日" in text(town, page)


def test_the_notices_figures_against_the_roster(world: World) -> None:
    client = world.client("city")
    page = text(client, f"/area/{COUNTY}/expected/")
    assert "比通知少 9,005 户" in page  # 6 of 9011
    assert "比通知少 122 户" in page
    assert f'href="/area/{COUNTY}/comparisons/"' in page
    assert "逐户比对" not in text(world.client("auditor"), f"/area/{COUNTY}/expected/")
    assert f'href="/area/{TOWN}/expected/"' in page
    town = text(client, f"/area/{TOWN}/expected/")
    assert f'href="/area/{VILLAGE}/households/?form=lifted">2<' in town
    assert "没交" in town
    assert "没有对不上的" in text(client, f"/area/{TOWN}/expected/?only=off")
    VillageSummary.objects.filter(code=VILLAGE).update(
        profile={"lifted_households": 5, "monitored_households": 0}
    )
    off = text(client, f"/area/{TOWN}/expected/?only=off")
    assert "村情表多 3" in off
    assert "名册多 1" in off
    assert off.count("spot-check") == 0


@pytest.mark.parametrize("households", [9, 27])
def test_no_page_asks_more_for_a_longer_list(world: World, households: int) -> None:
    sample = drawn(world, households=households)
    client, city = checker(world, sample), world.client("city")
    row = SampleHousehold.objects.filter(sample=sample).first()
    assert row is not None
    for who, address in (
        (city, f"/area/{COUNTY}/samples/"), (city, f"/sample/{sample.pk}/"), (city, f"/sample/{sample.pk}/people/"),
        (city, f"/sample/{sample.pk}/results/"), (city, f"/sampled/{row.pk}/result/"),
        (city, f"/area/{VILLAGE}/spot-check/"), (city, f"/area/{COUNTY}/expected/"),
        (city, f"/area/{COUNTY}/schedule/"), (client, f"/sample/{sample.pk}/mine/"), (client, f"/sampled/{row.pk}/"),
    ):  # fmt: skip
        assert len(queries(who, address)[1]) <= MOST, address

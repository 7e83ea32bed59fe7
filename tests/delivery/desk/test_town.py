"""The town's desk in the browser: what needs attention first, audits, questions, zones, visits, bulk acts; who may."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from tests.delivery.desk.pages import MOST, queries, shown
from tests.worlds.round import COUNTY, NEIGHBOUR, OTHER_TOWN, TODAY, TOWN, VILLAGE, World
from tests.worlds.townsfolk import FORM5, hand_up, none_monitored, post, settle, summary

from paicha.domain import clock
from paicha.domain.accounts.models import Assignment, Notice
from paicha.domain.areas.models import Area, Zone
from paicha.domain.handover.models import Ledger
from paicha.domain.responses.models import Finding, VillageSummary
from paicha.domain.verification.models import DeskAudit, Enquiry, Visit


@pytest.fixture
def town(world: World) -> World:
    """The world with two zones, VILLAGE in the first, and their leaders `near` and `far`."""
    return settle(world)


# Costs: the same for three villages and for three hundred


def test_every_page_opens_in_twelve_queries_at_three_hundred_villages(town: World) -> None:
    VillageSummary.objects.filter(counts={}).update(
        counts={"general": {"due": 10}}, figures={"open_leads": 3}
    )
    assert VillageSummary.objects.exclude(counts={}).count() > 300
    hand_up()
    none_monitored()
    client = town.client("town")
    post(
        client, f"/area/{TOWN}/checks/plan/", go=VILLAGE, planned_on=TODAY.isoformat(), team="甲",
        **{f"leader_{VILLAGE}": town.users["far"].pk},
    )  # fmt: skip
    post(client, f"/area/{VILLAGE}/enquiries/ask/", text="怎么回事", to=town.users["cadre"].pk)
    household = town.household("訾埃生").pk
    addresses = [
        f"/area/{TOWN}/attention/", f"/area/{TOWN}/attention/?only=audit&zone=一片",
        *(f"/area/{TOWN}/attention/bulk/?act={act}" for act in ("dismiss", "visit", "remind")),
        f"/area/{VILLAGE}/audit/", f"/area/{VILLAGE}/audit/forms/", f"/area/{TOWN}/enquiries/",
        f"/area/{VILLAGE}/enquiries/", f"/area/{VILLAGE}/enquiries/?household={household}", f"/area/{TOWN}/zones/",
        f"/area/{TOWN}/checks/", f"/visit/{Visit.objects.get().pk}/", "/visits/", f"/area/{TOWN}/",
    ]  # fmt: skip
    taken = {address: len(queries(client, address)[1]) for address in addresses}
    city = town.client("city")
    for address in (f"/area/{COUNTY}/attention/", f"/area/{COUNTY}/attention/bulk/?act=dismiss"):
        taken[address] = len(queries(city, address)[1])
    assert {address: n for address, n in taken.items() if n > MOST} == {}


# Who may

_SEE = {"town": 200, "city": 200, "auditor": 200}
_GET: list[tuple[str, dict[str, int]]] = [
    (f"/area/{TOWN}/attention/", _SEE),
    (f"/area/{COUNTY}/attention/", {"city": 200, "auditor": 200}),
    (f"/area/{VILLAGE}/attention/", {}),
    (f"/area/{OTHER_TOWN}/attention/", {"city": 200, "auditor": 200}),
    (f"/area/{TOWN}/attention/bulk/?act=dismiss", {"town": 200, "city": 200, "auditor": 403}),
    (f"/area/{TOWN}/attention/bulk/?act=visit", {"town": 200, "city": 403, "auditor": 403}),
    (f"/area/{TOWN}/attention/bulk/?act=remind", {"town": 200, "city": 200, "auditor": 403}),
    (f"/area/{VILLAGE}/audit/", _SEE | {"cadre": 200, "liaison": 200, "near": 200}),
    (f"/area/{VILLAGE}/audit/forms/", _SEE | {"cadre": 200, "liaison": 200, "near": 200}),
    (f"/area/{VILLAGE}/enquiries/", _SEE | {"cadre": 200, "liaison": 200, "near": 200, "grid": 200}),
    (f"/area/{TOWN}/enquiries/", _SEE),
    (f"/area/{TOWN}/zones/", {"town": 200, "city": 403, "auditor": 403}),
    (f"/area/{TOWN}/checks/", _SEE),
]
_EVERYBODY = (
    "town",
    "city",
    "auditor",
    "cadre",
    "liaison",
    "grid",
    "near",
    "far",
    "elsewhere",
    "administrator",
)


@pytest.mark.parametrize(("address", "allowed"), _GET)
def test_who_may_open_what(town: World, address: str, allowed: dict[str, int]) -> None:
    got = {who: town.client(who).get(address).status_code for who in _EVERYBODY}
    assert got == {who: allowed.get(who, 404) for who in _EVERYBODY}


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        (f"/area/{VILLAGE}/audit/decide/", {"town": 422, "city": 403, "auditor": 403, "cadre": 403,
                                            "liaison": 403, "near": 403, "grid": 403}),
        (f"/area/{VILLAGE}/enquiries/ask/", {"town": 422, "city": 403, "auditor": 403, "cadre": 403,
                                             "liaison": 403, "near": 403, "grid": 403}),
        (f"/area/{TOWN}/zones/make/", {"town": 422, "city": 403, "auditor": 403}),
        (f"/area/{TOWN}/checks/plan/", {"town": 422, "city": 403, "auditor": 403}),
    ],
)  # fmt: skip
def test_who_may_act(town: World, address: str, allowed: dict[str, int]) -> None:
    got = {who: town.client(who).post(address, {}).status_code for who in _EVERYBODY}
    assert got == {who: allowed.get(who, 404) for who in _EVERYBODY}


# The table


def test_the_most_urgent_village_comes_first_and_filters_count_their_rows(town: World) -> None:
    client = town.client("town")
    none_monitored(NEIGHBOUR)
    hand_up()
    page = client.get(f"/area/{TOWN}/attention/").content.decode()
    names = shown(page, r'<tr><td><a href="/area/(\d+)/audit/">')
    assert names[:2] == [NEIGHBOUR, VILLAGE]
    chips = dict(re.findall(r'\?only=(\w+)"[^>]*>\S+ (\d+)</a>', page))
    assert chips.keys() >= {"zero", "zero_leads", "audit", "soft", "profile"}
    for key, n in chips.items():
        rows = client.get(f"/area/{TOWN}/attention/?only={key}").content.decode()
        assert shown(rows, r'id="count">(\d+)<') == [n], key
    assert client.get(f"/area/{TOWN}/attention/?only=nonsense").status_code == 404
    zone = client.get(f"/area/{TOWN}/attention/?zone=二片").content.decode()
    assert shown(zone, r'<tr><td><a href="/area/(\d+)/audit/">') == [NEIGHBOUR]


def test_after_the_deadline_who_has_not_handed_up_is_late(town: World) -> None:
    hand_up()
    with clock.frozen(TODAY + timedelta(days=7)):
        page = town.client("town").get(f"/area/{TOWN}/attention/?only=overdue").content.decode()
        assert "过期 2 天没上报" in page
        assert VILLAGE not in shown(page, r'<tr><td><a href="/area/(\d+)/audit/">')
        first = town.client("town").get(f"/area/{TOWN}/").content.decode()
        assert "个村过期没上报" in first


def test_the_towns_page_begins_with_its_work(town: World) -> None:
    hand_up()
    none_monitored(NEIGHBOUR)
    page = town.client("town").get(f"/area/{TOWN}/").content.decode()
    todo = shown(page, r'<ul class="todo">(.*?)</ul>')[0]
    assert page.index("镇级要做") < page.index('class="figures"')
    assert "个村的台账等审核" in todo and "个村没有易返贫致贫户，要安排交叉核实" in todo
    assert "镇级要做" not in town.client("city").get(f"/area/{TOWN}/").content.decode()


# Audit


def test_a_village_is_audited(town: World) -> None:
    client, address = town.client("town"), f"/area/{VILLAGE}/audit/"
    page = client.get(address).content.decode()
    assert "村里还没有上报" in page and "村情调查表还没交" in page
    hand_up()
    page = client.get(address).content.decode()
    for rule in ("S01", "S07", "S09", "S13"):
        assert f"/leads/?rule={rule}" in page
    kept = post(client, f"{address}decide/", 422, result="visit", opinion="")
    assert "写明去村里要核实什么" in kept
    long = "看" * 1001
    assert long in post(client, f"{address}decide/", 422, result="visit", opinion=long)
    post(client, f"{address}decide/", result="passed", opinion="齐全")
    page = client.get(address).content.decode()
    assert "结果：通过" in page and "齐全" in page
    assert summary().facts["audit_begun"] == 1
    post(client, f"{address}decide/", result="undo")
    assert DeskAudit.objects.get().result == ""
    assert client.post(f"{address}decide/", {"result": "visit", "opinion": "看三户"}).url == (  # type: ignore[attr-defined]
        f"/area/{TOWN}/checks/?village={VILLAGE}"
    )


def test_the_figures_of_the_audit_open_into_their_rows(town: World) -> None:
    client = town.client("town")
    row = summary()
    row.profile = {"total_households": 9, "total_people": 24, "monitored_households": 0}
    row.save()
    page = client.get(f"/area/{VILLAGE}/audit/").content.decode()
    rows = re.findall(r'<tr><th scope="row">([^<]+)</th><td class="num">(.*?)</td>(.*?)</tr>', page)
    told = {
        label: (re.sub("<[^>]+>", "", said), re.sub("<[^>]+>", " ", rest).split())
        for label, said, rest in rows
    }
    assert told["总人口（户）"] == ("9", ["9", "一致"])
    assert told["总人口（人）"] == ("24", ["36", "差", "12"])  # nine households of four
    assert told["易返贫致贫户（户）"] == ("0", ["1", "差", "1"])
    assert told["低保户（户）"] == ("没填", ["2", "没法比"])
    links = re.findall(r'<td class="num"><a href="([^"]*/profile/[^"]*)">(\d+)</a>', page)
    assert len(links) == len(told) >= 5
    for address, figure in links:
        listed = client.get(address).content.decode().count('href="/household/')
        people = address.endswith("_people/")  # of four each
        assert "groups" in address or figure == str(4 * listed if people else listed), address
    for address, figure in re.findall(r'<a href="([^"]*/leads/[^"]*)">(\d+)</a>', page):
        listed_leads = client.get(address.replace("&amp;", "&")).content.decode()
        assert re.search(rf"共 {figure} [条处]", listed_leads), address


# Questions


def test_a_question_on_a_cell_reaches_the_village_and_comes_back(town: World) -> None:
    clerk, cadre = town.client("town"), town.client("cadre")
    household = town.household("高兰花")
    page = clerk.get(f"/household/{household.pk}/").content.decode()
    assert f"/area/{VILLAGE}/enquiries/?household={household.pk}" in page
    ask = f"/area/{VILLAGE}/enquiries/ask/"
    typed = {"household": household.pk, "question": "income_band", "text": "", "to": town.users["cadre"].pk}
    assert "请写明问题" in post(clerk, ask, 422, **typed)
    post(clerk, ask, **typed | {"text": "收入怎么算出来的"})
    first = cadre.get(f"/area/{VILLAGE}/").content.decode()
    assert "个问题镇里在等答复" in first
    listed = cadre.get(f"/area/{VILLAGE}/enquiries/").content.decode()
    assert "收入怎么算出来的" in listed and "高兰花户，人均年纯收入" in listed
    own, other = (
        f"{ask.removesuffix('ask/')}?household={town.household(head).pk}" for head in ("高兰花", "王建国")
    )
    assert (
        f"/enquiries/?household={household.pk}" in cadre.get(f"/household/{household.pk}/").content.decode()
    )
    assert "收入怎么算出来的" in cadre.get(own).content.decode()
    assert "收入怎么算出来的" not in cadre.get(other).content.decode()
    enquiry = Enquiry.objects.get()
    assert "请写明答复" in post(cadre, f"/enquiry/{enquiry.pk}/answer/", 422, answer=" ")
    post(cadre, f"/enquiry/{enquiry.pk}/answer/", answer="去年卖羊的钱没算")
    assert "去年卖羊的钱没算" in clerk.get(f"/area/{TOWN}/enquiries/").content.decode()
    assert "个问题村里已答复" in clerk.get(f"/area/{TOWN}/").content.decode()
    assert Notice.objects.filter(user=town.users["town"]).count() == 1
    for who, status in (("elsewhere", 404), ("grid", 404), ("liaison", 403), ("near", 403)):
        assert town.client(who).post(f"/enquiry/{enquiry.pk}/answer/", {"answer": "x"}).status_code == status
    assert cadre.post(f"/enquiry/{enquiry.pk}/close/").status_code == 403
    post(clerk, f"/enquiry/{enquiry.pk}/close/")
    assert "没有等答复的问题" in clerk.get(f"/area/{TOWN}/enquiries/").content.decode()
    assert "已经了结" in post(clerk, f"/enquiry/{enquiry.pk}/close/", 422)


# Zones


def test_zones_are_made_filled_and_led(town: World) -> None:
    client, address = town.client("town"), f"/area/{TOWN}/zones/"
    assert "已经有“一片”" in post(client, f"{address}make/", 422, name="一片")
    post(client, f"{address}make/", name="三片")
    third = Zone.objects.get(name="三片")
    first, second = Zone.objects.get(name="一片"), Zone.objects.get(name="二片")
    post(
        client, address,
        **{f"village_{town.areas[VILLAGE].pk}": third.pk, f"leader_{third.pk}": town.users["near"].pk,
           f"leader_{first.pk}": "", f"leader_{second.pk}": town.users["far"].pk},
    )  # fmt: skip
    assert town.client("near").get(f"/area/{VILLAGE}/").status_code == 200
    refused = post(client, address, 422, **{f"leader_{third.pk}": town.users["cadre"].pk})
    assert "不是本镇的片长" in refused
    assert "里还有村" in post(client, f"{address}{third.pk}/remove/", 422)
    assert Assignment.objects.filter(user=town.users["near"], ref=str(third.pk), until=None).exists()
    post(client, f"{address}{first.pk}/remove/")
    assert not Zone.objects.filter(pk=first.pk).exists()


# Visits


def test_a_cross_check_from_proposal_to_form_5(town: World) -> None:
    client, far = town.client("town"), town.client("far")
    none_monitored()
    checks = f"/area/{TOWN}/checks/"
    page = client.get(checks).content.decode()
    assert f'value="{VILLAGE}" aria-label' in page and "交叉核实完成 0 / 1 个村" in page
    assert f'value="{town.users["far"].pk}" selected' in page  # the only leader of another zone
    plan = {"go": VILLAGE, "planned_on": TODAY.isoformat(), "team": "甲、乙"}
    wrong = plan | {f"leader_{VILLAGE}": town.users["near"].pk}
    assert "请选别的片的片长带队" in post(client, f"{checks}plan/", 422, **wrong)
    assert "请先勾选" in post(client, f"{checks}plan/", 422, planned_on=TODAY.isoformat())
    assert far.get(f"/area/{VILLAGE}/").status_code == 404
    post(client, f"{checks}plan/", **plan | {f"leader_{VILLAGE}": town.users["far"].pk})
    visit = Visit.objects.get()
    address = f"/visit/{visit.pk}/"
    assert far.get(f"/area/{VILLAGE}/").status_code == 200
    assert address in far.get("/visits/").content.decode()
    assert "神木市防止返贫动态监测集中排查镇级核查表" in far.get(address).content.decode()
    for who, status in (("near", 200), ("cadre", 200), ("elsewhere", 404), ("grid", 404)):
        assert town.client(who).get(address).status_code == status, who
    assert town.client("near").post(address, FORM5).status_code == 403
    household = visit.households.order_by("pk")[0].household_id
    seen = {f"found_{household}": "differs", f"note_{household}": ""}
    kept = post(far, address, 422, **FORM5 | {"conclusion_opinion": "再核一遍"} | seen)
    assert "写明哪里不符" in kept and "再核一遍" in kept
    bad = post(far, address, 422, **FORM5 | {"v_data": "2"})
    assert "存在问题" in bad
    post(far, address, **FORM5 | seen | {f"note_{household}": "收入不止这些"})
    assert summary().facts["cross_check"] == "done"
    assert Finding.objects.get(rule="L07").detail == "收入不止这些"
    page = client.get(checks).content.decode()
    assert "交叉核实完成 1 / 1 个村" in page
    form = client.get(f"/area/{VILLAGE}/forms/town_verification/").content.decode()
    assert "甲、乙" in form
    with clock.frozen(TODAY + timedelta(days=1)):
        assert far.get(address).status_code == 404
        assert far.get(f"/area/{VILLAGE}/").status_code == 404
        assert address not in far.get("/visits/").content.decode()
    post(client, address, **FORM5 | {"verifiers": "甲、乙、丙"})  # the clerk corrects a slip
    assert "甲、乙、丙" in client.get(f"/area/{VILLAGE}/forms/town_verification/").content.decode()


def test_a_visit_is_dropped_with_a_reason(town: World) -> None:
    client = town.client("town")
    post(
        client, f"/area/{TOWN}/checks/plan/", go=NEIGHBOUR, planned_on=TODAY.isoformat(),
        **{f"leader_{NEIGHBOUR}": town.users["far"].pk},
    )  # fmt: skip
    visit = Visit.objects.get()
    assert visit.kind == "verification"  # its own leader may: it has a monitored household
    assert "写明为什么不去" in post(client, f"/visit/{visit.pk}/drop/", 422, note=" ")
    assert town.client("far").post(f"/visit/{visit.pk}/drop/", {"note": "x"}).status_code == 403
    post(client, f"/visit/{visit.pk}/drop/", note="改天再去")
    assert "已取消：改天再去" in client.get(f"/visit/{visit.pk}/").content.decode()


def test_one_audit_leads_to_the_next(town: World) -> None:
    client = town.client("town")
    hand_up()
    hand_up(NEIGHBOUR)
    page = client.get(f"/area/{VILLAGE}/audit/").content.decode()
    assert "接着审核" not in page
    post(client, f"/area/{NEIGHBOUR}/audit/decide/", result="passed")
    page = client.get(f"/area/{NEIGHBOUR}/audit/").content.decode()
    assert f'<a class="button main" href="/area/{VILLAGE}/audit/">接着审核' in page
    post(client, f"/area/{VILLAGE}/audit/decide/", result="passed")
    assert "接着审核" not in client.get(f"/area/{VILLAGE}/audit/").content.decode()
    assert len(queries(client, f"/area/{VILLAGE}/audit/")[1]) <= MOST


def test_an_audit_is_closed_once_the_town_has_handed_up(town: World) -> None:
    hand_up()
    Ledger.objects.create(round=town.round, area=Area.objects.get(code=TOWN), code=TOWN, status="handed_up")
    page = post(town.client("town"), f"/area/{VILLAGE}/audit/decide/", 422, result="passed")
    assert "请先撤回镇里的上报" in page


def test_the_worklists_numbers_are_their_lists_rows(town: World) -> None:
    """Every number of the town's own work opens into as many villages, where a list of villages is behind it."""
    client = town.client("town")
    hand_up()
    hand_up(NEIGHBOUR)
    page = client.get(f"/area/{TOWN}/").content.decode()
    todo = shown(page, r'<ul class="todo">(.*?)</ul>')[0]
    links = re.findall(r'class="n[^"]*">(\d+)<.*?href="([^"]*attention/\?only=[^"]*)"', todo)
    assert ("2", f"/area/{TOWN}/attention/?only=audit") in links
    for figure, address in links:
        rows = client.get(address).content.decode()
        assert shown(rows, r'id="count">(\d+)<') == [figure], address
    assert "个村的台账等审核" in client.get("/mine/").content.decode()


def test_what_is_back_in_the_village_does_not_wait_for_the_audit(town: World) -> None:
    client, address = town.client("town"), f"/area/{VILLAGE}/audit/"
    hand_up()
    row = summary()
    row.facts |= {"returns_open": 1}
    row.save()
    first = client.get(f"/area/{TOWN}/").content.decode()
    assert "个村的台账等审核" not in first and "个村退回的还没改完" in first
    page = client.get(address).content.decode()
    assert "1 次退回</a>村里还没改好再报" in page and 'value="passed"' not in page
    assert "退回的还没改好再报" in post(client, f"{address}decide/", 422, result="passed")
    row.facts |= {"returns_open": 0}
    row.save()
    assert "个村的台账等审核" in client.get(f"/area/{TOWN}/").content.decode()

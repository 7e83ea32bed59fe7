"""The pages of the ledger: what is missing first, one button; what came back, what is late, the signed copies."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from pytest_django import Settings
from tests.delivery.desk.pages import MOST, queries
from tests.domain.files.test_files import PDF, PNG
from tests.worlds.ledger import SIGNERS, Ledgers, neighbours
from tests.worlds.round import COUNTY, NEIGHBOUR, TOWN, VILLAGE, World

from paicha.domain.audit.models import AuditEntry
from paicha.domain.handover.models import Correction, Return, SignedCopy, Submission
from paicha.domain.responses.models import VillageSummary
from paicha.domain.rounds.models import RosterEntry

HANDUP = f"/area/{VILLAGE}/handup/"


@pytest.fixture
def ledgers(world: World, tmp_path: Path, settings: Settings) -> Iterator[Ledgers]:
    settings.MEDIA_ROOT = tmp_path
    yield Ledgers(world)


def text(ledgers: Ledgers, who: str, address: str, status: int = 200) -> str:
    response = ledgers.world.client(who).get(address)
    assert response.status_code == status, address
    return str(response.content.decode())


def signed() -> dict[str, str]:
    return {
        "secretary": SIGNERS["secretary"],
        "none_first_secretary": "1",
        "liaison_cadre": SIGNERS["liaison_cadre"],
    }


def test_what_is_missing_is_named_and_each_line_leads_there(ledgers: Ledgers) -> None:
    page = text(ledgers, "cadre", HANDUP)
    for words in ("2 户没排查", "村情调查表还没填", "3 处要核对的没写理由", "支部书记没签字", "1 户整户外出"):
        assert words in page, words
    client = ledgers.world.client("cadre")
    addresses = re.findall(r'<a href="(/[^"]+)">(?:去|看名单|逐条)', page)
    assert len(addresses) >= 7
    assert {client.get(a.replace("&amp;", "&").split("#")[0]).status_code for a in addresses} == {200}
    first = text(ledgers, "cadre", f"/area/{VILLAGE}/")
    assert "上报前还差" in first
    assert "2 户没排查" in first
    assert (
        "整户外出" not in first.split("上报前还差")[1].split("<h2>进度")[0]
    )  # what doesn't block stays on the hand-up's own page


def test_a_refused_hand_up_keeps_what_was_typed(ledgers: Ledgers) -> None:
    client = ledgers.world.client("cadre")
    response = client.post(f"{HANDUP}submit/", signed() | {"secretary": "赵新书"})
    assert response.status_code == 422
    page = response.content.decode()
    assert "还不能上报：" in page
    assert 'value="赵新书"' in page
    assert re.search(r'name="none_first_secretary" value="1" checked', page)
    assert Submission.objects.count() == 0


def test_handed_up_in_one_step_and_taken_back_in_one(ledgers: Ledgers) -> None:
    ledgers.complete()
    client = ledgers.world.client("cadre")
    assert "份台账可以上报了" in text(ledgers, "cadre", f"/area/{VILLAGE}/")
    assert client.post(f"{HANDUP}submit/", signed()).status_code == 302
    page = text(ledgers, "cadre", HANDUP)
    assert "现在的台账和上报的一样，已经锁上" in page
    assert ledgers.last().checksum in page
    assert "支部书记：王支书" in page
    assert "撤回上报" in page
    assert "撤回上报" not in text(ledgers, "town", HANDUP)
    assert client.post(f"{HANDUP}back/").status_code == 302
    assert VillageSummary.objects.get(code=VILLAGE).status == "open"
    ledgers.hand_up()
    ledgers.audit()
    refused = client.post(f"{HANDUP}back/")
    assert refused.status_code == 422
    assert "已经开始审核" in refused.content.decode()


def test_it_may_go_up_is_said_only_where_nothing_but_the_signatures_is_missing(ledgers: Ledgers) -> None:
    ledgers.complete()
    ready = "份台账可以上报了"
    assert ready in text(ledgers, "cadre", f"/area/{VILLAGE}/")
    facts = VillageSummary.objects.get(code=VILLAGE).facts
    VillageSummary.objects.filter(code=VILLAGE).update(facts=facts | {"problems_lacking": 1})
    first = text(ledgers, "cadre", f"/area/{VILLAGE}/")
    assert ready not in first and "1 条问题没写全整改措施" in first


def test_nobody_is_sent_to_a_door_while_the_ledger_is_up(ledgers: Ledgers) -> None:
    """Who was away stays due (outcome 4), and is seen in the progress; the list of work is of what can be done."""
    ledgers.complete()
    assert "户该入户" in text(ledgers, "cadre", f"/area/{VILLAGE}/")
    ledgers.world.client("cadre").post(f"{HANDUP}submit/", signed())
    up = text(ledgers, "cadre", f"/area/{VILLAGE}/")
    assert "户该入户" not in up
    assert "整户外出未联系上" in up


def test_after_the_hand_up_the_signed_copies_are_still_asked_for(ledgers: Ledgers) -> None:
    ledgers.complete()
    asked = "张表没附签字的扫描件"
    assert asked not in text(ledgers, "cadre", f"/area/{VILLAGE}/")
    ledgers.hand_up()
    assert asked in text(ledgers, "cadre", f"/area/{VILLAGE}/")
    facts = VillageSummary.objects.get(code=VILLAGE).facts
    copies = {"village_profile": 1, "problem_list": 1, "statistics": 1}
    VillageSummary.objects.filter(code=VILLAGE).update(facts=facts | {"signed_copies": copies})
    assert asked not in text(ledgers, "cadre", f"/area/{VILLAGE}/")


def test_a_row_that_came_back_says_why_and_that_it_counts_at_once(ledgers: Ledgers) -> None:
    ledgers.complete()
    ledgers.hand_up()
    household = ledgers.world.household("郝平").pk
    own, back = f"/household/{household}/", f"/area/{VILLAGE}/returns/"
    held = "等镇街退回本村或走补报才计入"
    assert held in text(ledgers, "cadre", f"{own}answer/")
    data = {"household": [str(household)], "reason": "人口对不上", "to": ledgers.actor("cadre")}
    assert ledgers.world.client("town").post(f"/area/{VILLAGE}/return/", data).status_code == 302
    assert "这一户退回要改：人口对不上" in text(ledgers, "cadre", own)
    assert held not in text(ledgers, "cadre", f"{own}answer/")
    assert "改好了，去再报" in text(ledgers, "cadre", back)
    assert "改好了，去再报" not in text(ledgers, "town", back)  # who sent it back doesn't hand it up


def test_every_figure_that_was_handed_up_opens_into_its_rows(ledgers: Ledgers) -> None:
    ledgers.complete()
    ledgers.hand_up()
    page = text(ledgers, "city", HANDUP)
    links = re.findall(r'<td class="num"><a href="([^"]*/households/[^"]*)">(\d+)</a>', page)
    assert len(links) == 4
    for address, figure in links:
        rows = text(ledgers, "city", address.replace("&amp;", "&"))
        assert re.findall(r'id="count">([\d,]+)<', rows) == [figure], address


def test_what_changed_behind_a_hand_up_is_said(ledgers: Ledgers) -> None:
    ledgers.complete()
    ledgers.hand_up()

    RosterEntry.objects.filter(household=ledgers.world.household("郝平")).update(outcome=5)
    page = text(ledgers, "cadre", HANDUP)
    assert "上报后变了：1 户的答案变了" in page


def test_a_town_sends_back_rows_to_a_named_person_and_takes_it_back(ledgers: Ledgers) -> None:
    ledgers.complete()
    ledgers.hand_up()
    address, household = f"/area/{VILLAGE}/return/", ledgers.world.household("郝平")
    assert ledgers.world.client("cadre").get(address).status_code == 403
    town = ledgers.world.client("town")
    page = town.get(f"{address}?household={household.pk}").content.decode()
    assert re.search(rf'value="{household.pk}" checked', page)
    assert "cadre的姓名" in page
    data = {"what": "some", "household": [str(household.pk)], "short": "", "to": ledgers.actor("cadre")}
    refused = town.post(address, data | {"reason": ""})
    assert refused.status_code == 422
    assert "请写明为什么退回" in refused.content.decode()
    assert re.search(rf'value="{household.pk}" checked', refused.content.decode())
    assert town.post(address, data | {"reason": "人口对不上"}).status_code == 302
    sent = Return.objects.get()
    mine = text(ledgers, "cadre", f"/area/{VILLAGE}/returns/")
    assert "人口对不上" in mine
    assert "还没改" in mine
    assert f"/household/{household.pk}/" in mine
    assert "次退回要改，改好再报" in text(ledgers, "cadre", f"/area/{VILLAGE}/")
    assert ledgers.world.client("cadre").post(f"/return/{sent.pk}/back/").status_code == 403
    assert town.post(f"/return/{sent.pk}/back/").status_code == 302
    assert "退回已撤回" in text(ledgers, "cadre", f"/area/{VILLAGE}/returns/")
    assert "已经锁上" in text(ledgers, "cadre", HANDUP)


def test_what_came_back_and_is_unchanged_asks_for_a_word(ledgers: Ledgers) -> None:
    ledgers.complete()
    ledgers.hand_up()
    ledgers.send_back(["郝平"])
    assert "退回的有 1 处没有改" in text(ledgers, "cadre", HANDUP)
    client = ledgers.world.client("cadre")
    assert client.post(f"{HANDUP}submit/", signed()).status_code == 422
    assert client.post(f"{HANDUP}submit/", signed() | {"reply": "核实过，没有错"}).status_code == 302
    assert "核实过，没有错" in text(ledgers, "town", f"/area/{VILLAGE}/returns/")


def test_late_rows_are_listed_with_what_they_change_and_go_in_by_a_supplement(ledgers: Ledgers) -> None:
    ledgers.complete()
    ledgers.hand_up()
    assert (
        ledgers.answer("郝平", source="field:9", population=5, insured_resident=5, phone="13912345678")
        == "held"
    )
    address = f"/area/{VILLAGE}/held/"
    page = text(ledgers, "cadre", address)
    assert "家庭人口：4人 → 5人" in page
    assert "13912345678" not in page
    assert "户上报以后才到的表" in text(ledgers, "cadre", f"/area/{VILLAGE}/")
    (pk,) = re.findall(r'name="held" value="(\d+)"', page)
    client = ledgers.world.client("cadre")
    refused = client.post(address, {"held": [pk], "way": "supplement", "reason": ""})
    assert refused.status_code == 422
    assert "请写明为什么补报" in refused.content.decode()
    assert ledgers.world.client("liaison").post(address, {"held": [pk]}).status_code == 403
    done = client.post(address, {"held": [pk], "way": "supplement", "short": "漏户补查"}, follow=True)
    assert "补报收下 1 户" in done.content.decode()
    assert "没有迟到的表" in text(ledgers, "cadre", address)
    assert "漏户补查" in text(ledgers, "town", HANDUP)


def test_signed_copies_are_attached_replaced_and_read_again(ledgers: Ledgers) -> None:
    address, client = f"/area/{VILLAGE}/copies/", ledgers.world.client("cadre")
    pages = [SimpleUploadedFile("附件3-1.pdf", PDF), SimpleUploadedFile("附件3-2.png", PNG)]
    assert client.post(address, {"form": "problem_list", "files": pages}).status_code == 302
    first, _ = SignedCopy.objects.order_by("pk")
    page = text(ledgers, "cadre", address)
    assert first.file.checksum in page
    assert VillageSummary.objects.get(code=VILLAGE).facts["signed_copies"] == {"problem_list": 2}
    bad = client.post(address, {"form": "problem_list", "files": [SimpleUploadedFile("签字.pdf", b"MZ")]})
    assert bad.status_code == 422
    assert "不是完整的" in bad.content.decode()
    again = {
        "form": "problem_list",
        "replaces": first.pk,
        "files": [SimpleUploadedFile("新.pdf", PDF + b"\n%%EOF")],
    }
    assert client.post(address, again).status_code == 302
    assert "换下来的 1 页" in text(ledgers, "cadre", address)
    read = client.get(f"/copy/{first.pk}/")
    assert (read.content, read["Content-Type"]) == (PDF, "application/pdf")
    assert read["X-Content-Type-Options"] == "nosniff"
    for who, status in (("elsewhere", 404), ("grid", 404), ("administrator", 404), ("town", 200)):
        assert ledgers.world.client(who).get(f"/copy/{first.pk}/").status_code == status, who
    assert AuditEntry.objects.filter(action="read:signed_copy").count() == 2


def test_the_town_puts_a_slip_right_with_consent(ledgers: Ledgers) -> None:
    ledgers.complete()
    ledgers.hand_up()
    household = ledgers.world.household("郝平")
    address, town = f"/household/{household.pk}/correct/", ledgers.world.client("town")
    assert ledgers.world.client("cadre").get(address).status_code == 403
    assert "租房且安全" in town.get(address).content.decode()
    data = {"cell": "housing", "value": "9", "reason": "抄错", "by": "王支书", "how": "电话里同意"}
    refused = town.post(address, data)
    assert refused.status_code == 422
    assert "这样改不合规则" in refused.content.decode()
    assert town.post(address, data | {"value": "3"}).status_code == 302
    made = Correction.objects.get()
    assert made.fields == ["housing"]
    for who in ("cadre", "town"):
        page = text(ledgers, who, f"/area/{VILLAGE}/held/")
        assert "王支书，电话里同意" in page
        assert "第 1 稿改为第 2 稿" in page


def test_a_town_and_the_county_go_up_by_their_own_page(ledgers: Ledgers) -> None:
    page = text(ledgers, "town", f"/area/{TOWN}/handup/")
    assert "还没上报" in page
    assert "上报市级</button>" not in page
    neighbours(ledgers)
    town, city = ledgers.world.client("town"), ledgers.world.client("city")
    assert "可以上报市级" in text(ledgers, "town", f"/area/{TOWN}/handup/")
    assert city.post(f"/area/{TOWN}/handup/submit/").status_code == 403  # the town's own act
    assert town.post(f"/area/{TOWN}/handup/submit/", {"note": "都核实了"}).status_code == 302
    assert "第 1 次上报" in text(ledgers, "town", f"/area/{TOWN}/handup/")
    assert (
        "镇街已经上报市级"
        in ledgers.world.client("town")
        .post(f"/area/{VILLAGE}/return/", {"what": "whole", "reason": "改", "to": ledgers.actor("cadre")})
        .content.decode()
    )
    county = text(ledgers, "city", f"/area/{COUNTY}/handup/")
    assert "没上报" in county
    assert town.get(f"/area/{TOWN}/return/").status_code == 403
    data = {"reason": "请核实零监测户村", "to": ledgers.actor("town")}
    assert city.post(f"/area/{TOWN}/return/", data).status_code == 302
    assert "请核实零监测户村" in text(ledgers, "town", f"/area/{TOWN}/handup/")
    sent = Return.objects.get(code=TOWN)
    assert city.post(f"/return/{sent.pk}/back/").status_code == 302
    assert town.post(f"/area/{TOWN}/handup/back/").status_code == 302


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("area", VILLAGE), ("handup", VILLAGE), ("handup", NEIGHBOUR), ("handup", TOWN), ("handup", COUNTY),
        ("returns", VILLAGE), ("returns", TOWN), ("return_to_village", VILLAGE), ("held", VILLAGE), ("copies", VILLAGE),
    ],
)  # fmt: skip
def test_pages_open_in_twelve_queries(ledgers: Ledgers, name: str, code: str) -> None:
    neighbours(ledgers)
    ledgers.answer("王建国", source="field:9", population=5, insured_resident=5)
    ledgers.send_back(["郝平"], ["problem_list"])
    taken = queries(
        ledgers.world.client("town" if code != COUNTY else "city"), reverse(f"desk:{name}", args=[code])
    )[1]
    assert len(taken) <= MOST, "\n".join(taken)


def test_a_towns_first_page_says_when_its_own_ledger_may_go_up(ledgers: Ledgers) -> None:
    ready, back = "份镇级台账可以上报市级了", "次市级退回要办"
    assert ready not in text(ledgers, "town", f"/area/{TOWN}/")
    neighbours(ledgers)
    town, city = ledgers.world.client("town"), ledgers.world.client("city")
    page = text(ledgers, "town", f"/area/{TOWN}/")
    assert ready in page and f'href="/area/{TOWN}/handup/"' in page
    assert ready in text(ledgers, "town", "/mine/")
    town.post(f"/area/{TOWN}/handup/submit/", {})
    assert ready not in text(ledgers, "town", f"/area/{TOWN}/")
    city.post(f"/area/{TOWN}/return/", {"reason": "请核实", "to": ledgers.actor("town")})
    assert back in text(ledgers, "town", f"/area/{TOWN}/")


def test_the_countys_first_page_says_when_the_round_may_end(ledgers: Ledgers) -> None:
    over = "轮排查可以结束了"
    neighbours(ledgers)
    (far,) = [code for code in ledgers.world.areas if code not in (VILLAGE, NEIGHBOUR)]
    VillageSummary.objects.filter(code=far).update(counts={})
    town, city = ledgers.world.client("town"), ledgers.world.client("city")
    assert over not in text(ledgers, "city", f"/area/{COUNTY}/")
    town.post(f"/area/{TOWN}/handup/submit/", {})
    assert over in text(ledgers, "city", f"/area/{COUNTY}/")
    city.post(f"/area/{COUNTY}/handup/submit/", {})
    assert over not in text(ledgers, "city", f"/area/{COUNTY}/")

"""First pages say what is open: no 'nothing to do' above open work, and the first steps where nobody is listed yet."""

from __future__ import annotations

import pytest
from tests.delivery.desk.pages import shown
from tests.worlds.ledger import Ledgers
from tests.worlds.round import COUNTY, TOWN, VILLAGE, World

from paicha.domain.responses.models import Finding, VillageSummary
from paicha.domain.rounds.models import RosterEntry


@pytest.mark.parametrize(("who", "code"), [("city", COUNTY), ("town", TOWN)])
def test_open_work_of_villages_stands_in_ones_own_list(world: World, who: str, code: str) -> None:
    client = world.client(who)
    page = client.get(f"/area/{code}/").content.decode()
    assert "没有要做的事" not in page
    lines = shown(page, r'<ul class="todo">(.*?)</ul>')
    for words in ("条线索村里还没处理", "个村没交村情调查表", "个村有要核对的没写理由"):
        assert any(words in line for line in lines), words
    assert page.count("button main") == 1
    for address in shown(page, r'href="(/area/\d+/attention/\?only=[^"]+)"'):
        assert "act=remind" in client.get(address).content.decode(), address


@pytest.mark.parametrize(("who", "code"), [("city", COUNTY), ("town", TOWN)])
def test_a_county_without_a_roster_is_told_how_to_begin(world: World, who: str, code: str) -> None:
    VillageSummary.objects.update(counts={}, figures={}, leads={}, profile={}, facts={})
    Finding.objects.all().delete()
    RosterEntry.objects.all().update(outcome=None)
    page = world.client(who).get(f"/area/{code}/").content.decode()
    assert "没有要做的事" not in page
    for words in ("还没有名册", "区划", "账号", f"/area/{code}/schedule/"):
        assert words in page, words


def test_what_a_lead_rests_on_is_said_in_words(world: World) -> None:
    for address in (f"/area/{VILLAGE}/", f"/area/{VILLAGE}/leads/"):
        page = world.client("cadre").get(address).content.decode()
        assert "人均年纯收入：4000元以下（1）" in page, address
        assert "需要纳入：否（3）" in page, address


def test_an_audit_never_says_that_all_agrees_above_a_difference(world: World) -> None:
    ledgers = Ledgers(world)
    ledgers.complete()
    ledgers.hand_up()
    summary = VillageSummary.objects.get(code=VILLAGE)
    VillageSummary.objects.filter(pk=summary.pk).update(profile=summary.profile | {"total_households": 77})
    page = world.client("town").get(f"/area/{VILLAGE}/audit/").content.decode()
    off = page.count('<span class="mark soft">差 ')
    assert off
    assert f"村情调查表和各户表有{off} 处对不上" in page.replace("\n", "").replace("有 ", "有")
    assert "没有对不上的地方" not in page


def test_what_a_village_wrote_stands_in_the_audit(world: World) -> None:
    ledgers = Ledgers(world)
    ledgers.complete()
    ledgers.hand_up()
    found = Finding.objects.filter(village__code=VILLAGE).first()
    assert found is not None
    Finding.objects.filter(pk=found.pk).update(
        household=None, rule="V26", severity="soft", state="confirmed", reason="一户刚迁走"
    )
    page = world.client("town").get(f"/area/{VILLAGE}/audit/").content.decode()
    assert "村里说：一户刚迁走" in page


def test_nobody_is_asked_to_sign_before_the_rest_is_done(world: World) -> None:
    page = world.client("cadre").get(f"/area/{VILLAGE}/").content.decode()
    assert "户没排查" in page
    assert "没签字" not in page


def test_a_total_that_differs_leads_to_where_it_is_mended(world: World) -> None:
    Ledgers(world).complete()
    summary = VillageSummary.objects.get(code=VILLAGE)
    VillageSummary.objects.filter(pk=summary.pk).update(profile=summary.profile | {"total_households": 77})
    page = world.client("cadre").get(f"/area/{VILLAGE}/handup/").content.decode()
    (line,) = [one for one in shown(page, r"<li>(.*?)</li>") if "总户数 77 户" in one]
    assert f'href="/area/{VILLAGE}/profile/"' in line

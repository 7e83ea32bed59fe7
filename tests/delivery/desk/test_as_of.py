"""Whoever decides, decides about what the page showed: what changed since is left alone and named."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from pytest_django import Settings
from tests.worlds.ledger import Ledgers
from tests.worlds.round import BY_FORM, CLEAN, NEIGHBOUR, TOWN, VILLAGE, World, phone_of
from tests.worlds.townsfolk import post, settle

from paicha.domain import clock
from paicha.domain.accounts.models import Notice
from paicha.domain.responses.models import Conflict, Finding
from paicha.domain.responses.services import decide_finding
from paicha.domain.verification.models import BulkJob

BULK = f"/area/{TOWN}/attention/bulk/"


@pytest.fixture
def town(world: World) -> World:
    return settle(world)


@pytest.fixture
def ledgers(world: World, tmp_path: Path, settings: Settings) -> Ledgers:
    settings.MEDIA_ROOT = tmp_path
    return Ledgers(settle(world))


def hidden(page: str, *names: str) -> dict[str, str]:
    """Hidden fields of a page as they would be posted."""
    found = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page))
    return {name: found[name] for name in names}


def later(hours: int = 1) -> datetime:
    return clock.now() + timedelta(hours=hours)


def test_leads_that_came_after_the_page_are_not_dismissed_unseen(town: World) -> None:
    """One household becomes poor, another one's answers change and bring its lead back in another shape."""
    client = town.client("town")
    page = client.get(f"{BULK}?act=dismiss").content.decode()
    known, poor = town.household("高兰花"), town.household("王建国")
    with clock.frozen(later()):
        rows = [
            {"household": str(home.pk), "form": "general", "head_name": home.head_name, "group": home.group}
            | CLEAN | BY_FORM["general"] | {"income_band": 1, "population": 3, "insured_resident": 3}
            for home in (known, poor)
        ]  # fmt: skip
        town.answer(VILLAGE, rows)
    with clock.frozen(later(2)):
        post(client, BULK, act="dismiss", rule="S01", reason="核实过", **hidden(page, "as_of", "villages"))
        job = BulkJob.objects.get()
        shown = client.get(f"/area/{TOWN}/bulk/{job.pk}/").content.decode()
    states = Finding.objects.filter(rule="S01").values_list("household__head_name", "village__code", "state")
    assert ("王建国", VILLAGE, "open") in states
    assert ("高兰花", NEIGHBOUR, "dismissed") in states
    left = sum(state == "open" for *_, state in states)
    assert f"打开页面以后新列出的 {left} 条没有动" in shown


def test_only_villages_of_the_page_are_reminded_and_who_left_it_is_named(town: World) -> None:
    client = town.client("town")
    page = client.get(f"{BULK}?act=remind").content.decode()
    ids = hidden(page, "villages")["villages"].split(",")
    assert str(town.areas[VILLAGE].pk) in ids
    only = {"villages": str(town.areas[NEIGHBOUR].pk)}
    post(client, BULK, act="remind", words="请今天上报", **only)
    assert not Notice.objects.filter(user=town.users["cadre"], words="请今天上报").exists()
    gone = {"villages": f"{town.areas[NEIGHBOUR].pk},{town.areas[VILLAGE].pk}", "zone": "二片"}
    answer = client.post(BULK, {"act": "remind", "words": "请明天上报"} | gone, follow=True).content.decode()
    assert f"{town.areas[VILLAGE].spoken}的情况在您打开页面以后变了，没有办" in answer


def test_a_ticked_lead_that_somebody_else_decided_meanwhile_stays_as_it_is(town: World) -> None:
    found = Finding.objects.filter(rule="S01", village=town.areas[VILLAGE]).first()
    assert found is not None
    client, address = town.client("cadre"), f"/household/{found.household_id}/"
    page = client.get(address).content.decode()
    with clock.frozen(later()):
        decide_finding(town.round, town.pack, found, state="confirmed", reason="去看过", actor="7")
    typed = {"finding": found.pk, "state": "dismissed", "reason": "核实过"} | hidden(page, "as_of")
    with clock.frozen(later(2)):
        answer = client.post(f"{address}decide/", typed, follow=True)
    assert "在您打开页面以后变了，没有动" in answer.content.decode()
    found.refresh_from_db()
    assert (found.state, found.reason) == ("confirmed", "去看过")


def test_a_conflict_is_settled_about_the_answers_that_the_page_showed(town: World) -> None:
    home = town.household("王建国")
    known = {"household": str(home.pk), "form": "general", "head_name": "王建国", "group": "1", "base": None}
    answers = CLEAN | BY_FORM["general"] | {"phone": phone_of("王建国")}
    town.answer(VILLAGE, [known | answers | {"water": 3}], source="field:9")
    conflict = Conflict.objects.get()
    client, address = town.client("cadre"), f"/conflict/{conflict.pk}/"
    posted = hidden(client.get(address).content.decode(), "revision") | {"water": "other"}
    town.answer(VILLAGE, [known | answers | {"residence": 2, "base": 1}], source="excel:1")
    assert "又改过（现在是第 2 稿）" in post(client, address, 422, **posted)
    fresh = hidden(client.get(address).content.decode(), "revision")
    post(client, address, **posted | fresh)


@pytest.mark.parametrize("act", ["return", "audit/decide"])
def test_a_ledger_handed_up_again_is_not_judged_unseen(ledgers: Ledgers, act: str) -> None:
    ledgers.complete()
    ledgers.hand_up()
    town = ledgers.world.client("town")
    page = town.get(f"/area/{VILLAGE}/{'return' if act == 'return' else 'audit'}/").content.decode()
    with clock.frozen(later()):
        ledgers.send_back(["郝平"])
        ledgers.answer("郝平", income_band=3)
        ledgers.hand_up()
    typed = {"what": "whole", "reason": "改", "to": ledgers.actor("cadre"), "result": "passed"}
    with clock.frozen(later(2)):
        said = post(town, f"/area/{VILLAGE}/{act}/", 422, **typed, **hidden(page, "as_of"))
    assert "又报了一次" in said

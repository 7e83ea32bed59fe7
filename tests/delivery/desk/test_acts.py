"""What people do on the pages: decide, explain, settle, record; each with a reason, each once in the audit."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.worlds.round import BY_FORM, CLEAN, COUNTY, VILLAGE, World, phone_of

from paicha.domain.audit.models import AuditEntry
from paicha.domain.audit.queries import verify
from paicha.domain.households.models import BaseChange
from paicha.domain.responses.models import Conflict, Finding, VillageSummary
from paicha.domain.responses.services import decide_finding


def open_of(head: str, severity: str = "lead") -> list[Finding]:
    found = Finding.objects.filter(
        household__head_name=head, village__code=VILLAGE, state="open", severity=severity
    )
    return list(found.order_by("rule"))


def figures() -> dict[str, int]:
    found: dict[str, int] = VillageSummary.objects.get(code=VILLAGE).figures
    return found


@pytest.mark.parametrize("state", ["confirmed", "dismissed"])
def test_leads_of_a_household_are_decided_together(world: World, state: str) -> None:
    client, household = world.client("cadre"), world.household("訾埃生")
    leads = open_of("訾埃生")
    assert [f.rule for f in leads] == ["S07", "S09", "S13"]
    data = {"finding": [f.pk for f in leads[:2]], "state": state, "reason": "3月14日上会研判过"}
    assert client.post(f"/household/{household.pk}/decide/", data).status_code == 302
    assert [f.rule for f in open_of("訾埃生")] == ["S13"]
    assert figures()["open_leads"] == 2
    page = client.get(f"/household/{household.pk}/").content.decode()
    assert "3月14日上会研判过" in page
    assert "cadre的姓名" in page
    decided = client.get(f"/area/{VILLAGE}/leads/?what=decided").content.decode()
    assert "共 2 条" in decided
    entries = AuditEntry.objects.filter(action=f"finding.{state}")
    assert {e.actor for e in entries} == {str(world.users["cadre"].pk)}
    assert entries.count() == 2
    assert verify() == []


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"state": "dismissed", "reason": " "}, "请写明理由"),
        ({"state": "maybe", "reason": "看过"}, "请选“属实”或“不属实”"),
        ({"state": "dismissed", "reason": "看过", "finding": []}, "请至少勾选一条"),
    ],
)
def test_a_decision_needs_what_it_needs(world: World, data: dict[str, Any], said: str) -> None:
    household = world.household("訾埃生")
    given = {"finding": [f.pk for f in open_of("訾埃生")]} | data
    response = world.client("cadre").post(f"/household/{household.pk}/decide/", given)
    assert response.status_code == 422
    assert said in response.content.decode()
    assert len(open_of("訾埃生")) == 3


def test_what_is_soft_waits_on_the_list_for_its_reason(world: World) -> None:
    client, household = world.client("grid"), world.household("訾埃生")
    assert "共 2 处" in client.get(f"/area/{VILLAGE}/leads/?what=soft").content.decode()
    assert "共 3 处" in world.client("cadre").get(f"/area/{VILLAGE}/leads/?what=soft").content.decode()
    (soft,) = open_of("訾埃生", "soft")
    data = {"finding": [soft.pk], "state": "confirmed", "short": "核对过，情况就是这样", "reason": ""}
    assert client.post(f"/household/{household.pk}/decide/", data).status_code == 302
    soft.refresh_from_db()
    assert (soft.state, soft.reason) == ("confirmed", "核对过，情况就是这样")
    assert figures()["soft"] == 2


def test_changed_answers_open_a_lead_again_with_the_old_decision(world: World) -> None:
    household = world.household("高兰花")
    (lead,) = open_of("高兰花")
    decide_finding(world.round, world.pack, lead, state="dismissed", reason="去年的数", actor="operator:x")
    known = {"household": str(household.pk), "form": "general", "head_name": "高兰花", "group": "2"}
    base = CLEAN | BY_FORM["general"] | {"phone": phone_of("高兰花"), "base": 1}
    world.answer(VILLAGE, [known | base | {"income_band": 1, "income": 3000}])
    world.answer(VILLAGE, [known | base | {"income_band": 2, "base": 2, "income": 5000}])
    page = world.client("cadre").get(f"/household/{household.pk}/").content.decode()
    assert "原为 1 4000元以下" in page
    assert "改了人均年纯收入" in page
    assert "第 3 稿" in page


def test_a_conflict_is_settled_field_by_field(world: World) -> None:
    household = world.household("王建国")
    known = {
        "household": str(household.pk),
        "form": "general",
        "head_name": "王建国",
        "group": "1",
        "base": None,
    }
    other = CLEAN | BY_FORM["general"] | {"phone": phone_of("王建国"), "water": 3, "residence": 2}
    (receipt,) = world.answer(VILLAGE, [known | other], source="field:9")
    assert receipt.status == "conflict"
    (conflict,) = Conflict.objects.all()
    assert sorted(conflict.fields) == ["residence", "water"]
    client, address = world.client("cadre"), f"/conflict/{conflict.pk}/"
    assert figures()["conflicts"] == 1
    assert "两边填得不一样" in client.get(f"/area/{VILLAGE}/").content.decode()
    page = client.get(address).content.decode()
    assert "2 自来水供水且安全" in page
    assert "3 分散取水且安全" in page
    half = client.post(address, {"water": "other"})
    assert half.status_code == 422
    assert "居住地还没有选用哪一个答案" in half.content.decode()
    assert client.post(address, {"water": "other", "residence": "now"}).status_code == 302
    assert figures()["conflicts"] == 0
    page = client.get(f"/household/{household.pk}/").content.decode()
    assert "3 分散取水且安全" in page
    assert "1 本村" in page
    assert "已经有人处理过" in client.get(address).content.decode()
    assert world.client("elsewhere").get(address).status_code == 404
    assert world.client("liaison").post(address, {"water": "now", "residence": "now"}).status_code == 403


def test_a_conflict_costs_twelve_statements_at_most(world: World) -> None:
    household = world.household("王建国")
    known = {"household": str(household.pk), "form": "general", "head_name": "王建国", "group": "1"}
    world.answer(VILLAGE, [known | CLEAN | BY_FORM["general"] | {"water": 3}], source="field:9")
    client = world.client("cadre")
    conflict = Conflict.objects.get()
    for address in (f"/conflict/{conflict.pk}/", f"/area/{VILLAGE}/conflicts/", f"/area/{VILLAGE}/"):
        client.get(address)
        with CaptureQueriesContext(connection) as captured:
            client.get(address)
        assert sum(not re.match("SAVEPOINT|RELEASE", q["sql"]) for q in captured) <= 12, address


def test_a_change_of_head_and_of_base_information(world: World) -> None:
    client, household = world.client("cadre"), world.household("白润喜")
    refused = client.post(f"/household/{household.pk}/head/", {"head": "", "reason": "去世"})
    assert "请写明新户主的姓名" in refused.content.decode()
    same = client.post(f"/household/{household.pk}/head/", {"head": "白润喜", "reason": "去世"})
    assert "同一个名字" in same.content.decode()
    client.post(f"/household/{household.pk}/head/", {"head": "白 小 喜", "reason": "户主去世"})
    household.refresh_from_db()
    assert household.head_name == "白 小 喜"
    page = client.post(f"/household/{household.pk}/change/", {"field": "身高", "new": "高"}).content.decode()
    assert "请选信息变更的项目" in page
    client.post(f"/household/{household.pk}/change/", {"field": "健康状况", "old": "健康", "new": "患大病"})
    change = BaseChange.objects.get()
    assert (change.field, change.noted_by) == ("健康状况", str(world.users["cadre"].pk))
    page = client.get(f"/household/{household.pk}/").content.decode()
    assert "户主由白润喜改为白 小 喜" in page
    assert "健康状况由“健康”变为“患大病”" in page
    assert "没录入" in client.get(f"/area/{VILLAGE}/changes/").content.decode()
    assert "处信息变更还没录入全国系统" in client.get(f"/area/{VILLAGE}/").content.decode()
    assert client.get(f"/area/{COUNTY}/changes/").status_code == 404
    assert world.client("liaison").post(f"/household/{household.pk}/change/", {}).status_code == 403


def test_leads_of_the_village_itself(world: World) -> None:
    finding = Finding.objects.create(
        round=world.round, village=world.areas[VILLAGE], form="village_profile", rule="S25", severity="lead",
        kind="village", strength="normal", fingerprint="x", found_at=world.round.opened_at,
    )  # fmt: skip
    client = world.client("cadre")
    page = client.get(f"/area/{VILLAGE}/leads/village/").content.decode()
    assert "问题清单一条也没有，却有没处理的线索" in page
    data = {"finding": [finding.pk], "state": "confirmed", "reason": "问题清单正在补"}
    assert client.post(f"/area/{VILLAGE}/leads/village/", data).status_code == 302
    assert Finding.objects.get(pk=finding.pk).state != "open"

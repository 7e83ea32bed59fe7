"""Bulk acts of the town's desk: over every filtered village, in the worker, undone."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django_tasks_db.models import DBTaskResult
from tests.delivery.desk.pages import shown
from tests.worlds.round import NEIGHBOUR, TODAY, TOWN, VILLAGE, World
from tests.worlds.townsfolk import post, settle

from paicha.delivery.desk.verification.tasks import run_job
from paicha.domain.accounts.models import Notice
from paicha.domain.responses.models import Finding
from paicha.domain.verification.models import BulkJob, Visit


@pytest.fixture
def town(world: World) -> World:
    """The world with two zones, VILLAGE in the first, and their leaders `near` and `far`."""
    return settle(world)


def test_leads_of_all_filtered_villages_are_dismissed_and_brought_back(town: World) -> None:
    client = town.client("town")
    address = f"/area/{TOWN}/attention/bulk/"
    page = client.get(f"{address}?act=dismiss").content.decode()
    offered = dict(re.findall(r'leads/\?rule=(S\d\d)">(\d+)</a>', page))
    assert offered["S01"] == "2"  # one in each of two villages
    typed = {"act": "dismiss", "rule": ["S01", "S09"]}
    refused = post(client, address, 422, **typed)
    assert "请写明理由" in refused and refused.count("checked") == 2
    post(client, address, **typed, short="入户核实过，收入稳定，没有返贫风险")
    job = BulkJob.objects.get()
    assert (job.phase, job.changed) == ("done", 4)
    shown_ = client.get(f"/area/{TOWN}/bulk/{job.pk}/").content.decode()
    assert "4" in shown_ and "全部撤销" in shown_
    assert Finding.objects.filter(rule="S01", state="dismissed").count() == 2
    assert town.client("city").post(f"/area/{TOWN}/bulk/{job.pk}/undo/").status_code == 422
    post(client, f"/area/{TOWN}/bulk/{job.pk}/undo/")
    assert Finding.objects.filter(rule__in=["S01", "S09"], state="open").count() == 4
    assert "已撤销" in client.get(f"/area/{TOWN}/bulk/{job.pk}/").content.decode()
    assert town.client("elsewhere").get(f"/area/{TOWN}/bulk/{job.pk}/").status_code == 404


def test_a_filter_narrows_what_an_act_touches(town: World) -> None:
    client = town.client("town")
    typed = {"act": "dismiss", "zone": "二片", "rule": "S01", "reason": "核实过"}
    post(client, f"/area/{TOWN}/attention/bulk/", **typed)
    assert set(Finding.objects.filter(state="dismissed").values_list("village__code", flat=True)) == {
        NEIGHBOUR
    }


def test_many_villages_go_to_the_worker_and_show_their_progress(
    town: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("paicha.delivery.desk.verification.bulk._AT_ONCE", 0)
    client = town.client("town")
    typed = {"act": "dismiss", "rule": "S01", "reason": "核实过"}
    post(client, f"/area/{TOWN}/attention/bulk/", **typed)
    job = BulkJob.objects.get()
    address = f"/area/{TOWN}/bulk/{job.pk}/"
    page = client.get(address).content.decode()
    assert "排队中：0 / 2 个村" in page and 'hx-trigger="every 1s"' in page
    piece = client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in piece
    assert DBTaskResult.objects.count() == 1

    run_job(job.pk)
    assert client.get(address, headers={"HX-Request": "true"})["HX-Refresh"] == "true"
    assert Finding.objects.filter(rule="S01", state="open").count() == 0


def test_a_job_that_fails_says_so_and_goes_on(town: World, monkeypatch: pytest.MonkeyPatch) -> None:
    client = town.client("town")
    with monkeypatch.context() as broken:

        def stop(*_: object) -> None:
            raise OSError("disk full")

        broken.setattr("paicha.domain.verification.bulk.dismiss_open", stop)
        typed = {"act": "dismiss", "rule": "S01", "reason": "核实过"}
        post(client, f"/area/{TOWN}/attention/bulk/", **typed)
    job = BulkJob.objects.get()
    assert job.phase == "failed"
    page = client.get(f"/area/{TOWN}/bulk/{job.pk}/").content.decode()
    assert "系统出了问题" in page and "接着办" in page
    post(client, f"/area/{TOWN}/bulk/{job.pk}/undo/", again="1")
    job.refresh_from_db()
    assert (job.phase, job.changed) == ("done", 2)


def test_reminders_and_visits_over_the_filter(town: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("paicha.delivery.desk.verification.bulk._AT_ONCE", 100)
    client, address = town.client("town"), f"/area/{TOWN}/attention/bulk/"
    post(client, address, act="remind", words="请今天上报")
    notice = Notice.objects.get(user=town.users["cadre"])
    assert (notice.words, notice.address) == ("请今天上报", f"/area/{VILLAGE}/")
    typed = {"act": "visit", "zone": "一片", "planned_on": TODAY.isoformat()}
    assert "请选带队的人" in post(client, address, 422, **typed)
    job = post_job(client, address, typed | {"leader": town.users["far"].pk})
    assert BulkJob.objects.latest("pk").changed == 1
    assert Visit.objects.get().village == town.areas[VILLAGE]
    assert "全部撤销" in client.get(job).content.decode()


def post_job(client: Client, address: str, typed: dict[str, Any]) -> str:
    """The address of the job that a post made."""
    response = client.post(address, typed)
    assert response.status_code == 302, response.content.decode()[:500]
    return str(response["Location"])


def test_a_rules_list_leads_to_its_bulk_act(town: World) -> None:
    client = town.client("town")
    page = client.get(f"/area/{TOWN}/leads/?rule=S01").content.decode()
    (address,) = shown(page, rf'href="(/area/{TOWN}/attention/bulk/[^"]*)"')
    assert 'value="S01" checked' in client.get(address).content.decode()
    for who, where in (("auditor", TOWN), ("cadre", VILLAGE), ("town", VILLAGE)):
        assert "attention/bulk" not in town.client(who).get(f"/area/{where}/leads/").content.decode(), who

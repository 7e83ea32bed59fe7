"""What the worker does beside trays, when it dies: taken up again, or ended with a sentence where its person looks."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult
from pytest_django import Settings
from tests.delivery.desk.test_work_referrals import QUESTION, compare, shown
from tests.worlds.round import TOWN, World
from tests.worlds.townsfolk import post, settle

from paicha.delivery.desk.referrals import tasks
from paicha.delivery.desk.verification.tasks import run_job
from paicha.domain import clock
from paicha.domain.jobs import queue
from paicha.domain.referrals.models import ComparisonList, Referral
from paicha.domain.responses.models import Finding
from paicha.domain.verification.models import BulkJob

S01 = {"act": "dismiss", "rule": "S01", "reason": "核实过"}


@pytest.fixture(autouse=True)
def _files(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"


def dies(times: int) -> DBTaskResult:  # type: ignore[type-arg]  # of any task
    """The one task that waits is taken, and its worker dies, so many times; then the next worker looks."""
    row = DBTaskResult.objects.get()
    for _ in range(times):
        with queue.at_work() as name:
            row.claim(name)
    queue.take_up()
    row.refresh_from_db()
    return row


def sent(client: Client, address: str, data: dict[str, str]) -> str:
    """Where a post leads to."""
    return client.post(address, data)["Location"]


@pytest.fixture
def bulk_job(world: World, monkeypatch: pytest.MonkeyPatch) -> BulkJob:
    """A job of two villages that waits for the worker."""
    settle(world)
    monkeypatch.setattr("paicha.delivery.desk.verification.bulk._AT_ONCE", 0)
    post(world.client("town"), f"/area/{TOWN}/attention/bulk/", **S01)
    return BulkJob.objects.get()


def test_a_bulk_job_goes_back_with_its_task_and_goes_on(bulk_job: BulkJob) -> None:
    BulkJob.objects.update(phase="running")
    assert dies(1).status == TaskResultStatus.READY
    run_job(bulk_job.pk)
    bulk_job.refresh_from_db()
    assert (bulk_job.phase, bulk_job.changed) == ("done", 2)
    assert not Finding.objects.filter(rule="S01", state="open").exists()


def test_a_bulk_job_whose_worker_dies_each_time_says_so(world: World, bulk_job: BulkJob) -> None:
    assert dies(3).status == TaskResultStatus.FAILED
    page = world.client("town").get(f"/area/{TOWN}/bulk/{bulk_job.pk}/").content.decode()
    assert "后面的村还没处理" in page and "hx-get" not in page


def test_a_bulk_job_that_nobody_was_asked_to_do_is_asked_for(bulk_job: BulkJob) -> None:
    DBTaskResult.objects.all().delete()
    queue.take_up()
    assert not DBTaskResult.objects.exists(), "its web server may be at it"
    BulkJob.objects.update(made_at=clock.now() - timedelta(minutes=4))
    queue.take_up()
    queue.take_up()
    assert DBTaskResult.objects.get().args_kwargs["args"] == [bulk_job.pk]


def test_a_list_whose_leads_were_cut_short_says_so_and_is_begun_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "FEW_VILLAGES", 0)
    town = world.client("town")
    at = compare(world, ["王建国,,V0,1组", "高兰花,,V0,"])["Location"]
    every = {"shown": "not_monitored", "all": "1"}
    assert "正在逐村列为线索" in shown(town, sent(town, f"{at}leads/", every))
    assert dies(3).status == TaskResultStatus.FAILED
    page = shown(town, f"{at}?shown=not_monitored")
    assert "上次列到一半中断了" in page and "正在逐村列为线索" not in page
    assert "中断了" not in shown(town, sent(town, f"{at}leads/", every))
    tasks.raise_leads.func(ComparisonList.objects.get().pk, "not_monitored", str(world.users["town"].pk))
    assert Finding.objects.filter(rule="L04").count() == 2
    assert "中断了" not in shown(town, f"{at}?shown=not_monitored")


def test_whose_right_has_ended_is_told_that_nothing_goes_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "FEW_VILLAGES", 0)
    town = world.client("town")
    at = compare(world, ["王建国,,V0,1组"])["Location"]
    sent(town, f"{at}leads/", {"shown": "not_monitored", "all": "1"})
    tasks.raise_leads.func(ComparisonList.objects.get().pk, "not_monitored", str(world.users["cadre"].pk))
    assert "上次列到一半中断了" in shown(town, f"{at}?shown=not_monitored")


def test_referrals_that_were_cut_short_are_told_to_whoever_asked(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "FEW_VILLAGES", 0)
    town = world.client("town")
    asked = {"department": "medical", "question": QUESTION, "rule": "S09", "all": "1"}
    sent(town, f"/area/{TOWN}/refer/", asked)
    assert dies(3).status == TaskResultStatus.FAILED
    assert Referral.objects.count() == 0
    assert "核实中断了，有的村还没转" in shown(town, "/mine/")

"""The queue after its workers died: tasks go back, and after three tries end."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult
from pytest_django import Settings
from tests.worlds.tasks import leave

from paicha.domain.jobs import queue

Row = DBTaskResult[Any, Any]


@pytest.fixture(autouse=True)
def _files(settings: Settings, tmp_path: Path, db: None) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"


def running(*workers: str) -> Row:
    """A task that these workers took, one after the other."""
    row: Row = DBTaskResult.objects.get(pk=leave.enqueue("").id)
    for name in workers:
        row.claim(name)
    return row


def status(row: Row) -> TaskResultStatus:
    return TaskResultStatus(DBTaskResult.objects.get(pk=row.pk).status)


def lost() -> str:
    """The name of a worker that was here and is gone."""
    with queue.at_work() as name:
        return name


def test_a_task_of_a_dead_worker_goes_back_and_ends_after_three() -> None:
    row = running(lost())
    queue.take_up()
    assert status(row) == TaskResultStatus.READY
    row = running(lost(), lost(), lost())
    queue.take_up()
    assert status(row) == TaskResultStatus.FAILED
    assert "WorkerLost" in DBTaskResult.objects.get(pk=row.pk).exception_class_path


def test_a_task_of_a_living_worker_is_left() -> None:
    with queue.at_work() as name:
        row = running(lost(), lost(), name)
        queue.take_up()
        assert status(row) == TaskResultStatus.RUNNING and queue.working()
    assert not queue.working()
    queue.take_up()
    assert status(row) == TaskResultStatus.FAILED


def test_a_worker_of_another_machine_is_believed_for_an_hour() -> None:
    row = running("elsewhere.0123")
    queue.take_up()
    assert status(row) == TaskResultStatus.RUNNING
    DBTaskResult.objects.filter(pk=row.pk).update(started_at=timezone.now() - timedelta(hours=2))
    queue.take_up()
    assert status(row) == TaskResultStatus.READY

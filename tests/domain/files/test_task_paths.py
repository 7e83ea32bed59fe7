"""Work queued by an older tree finds its task after an upgrade."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.apps import apps
from django.utils.module_loading import import_string
from django_tasks_db.models import DBTaskResult

MOVED = import_module("paicha.domain.files.migrations.0002_task_paths")


@pytest.mark.parametrize("old", MOVED.MOVES)
def test_a_queued_task_finds_the_module_that_holds_it_now(db: None, old: str) -> None:
    row = DBTaskResult.objects.create(
        task_path=old, args_kwargs={"args": [], "kwargs": {}}, queue_name="default", backend_name="default"
    )
    MOVED.rename(apps, None)
    row.refresh_from_db()
    assert row.task.module_path == row.task_path
    assert import_string(row.task_path) is not None

"""GET /healthz: well or not, with short codes; to anybody, under any name, and it leaves nothing behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from pytest_django import Settings
from tests.worlds.tasks import leave

from paicha.delivery.desk.files import tray
from paicha.domain.accounts.models import User
from paicha.domain.jobs.queue import at_work


@pytest.fixture(autouse=True)
def _files(settings: Settings, tmp_path: Path, db: None) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"


def asked(client: Client | None = None, **headers: str) -> tuple[int, list[str]]:
    answer = (client or Client()).get("/healthz", headers=headers)
    assert answer["Content-Type"] == "application/json" and not answer.cookies
    found: dict[str, Any] = json.loads(answer.content)
    assert found["ok"] is (answer.status_code == 200)
    return answer.status_code, found["reasons"]


def waiting(minutes: int) -> None:
    row = DBTaskResult.objects.filter(pk=leave.enqueue("").id)
    row.update(enqueued_at=timezone.now() - timedelta(minutes=minutes))


def test_well_only_with_a_worker_that_lives() -> None:
    assert asked() == (503, ["worker"])
    with at_work():
        assert asked() == (200, [])
        for path in Path(tray.folder(tray.new_id())).parents[1].glob("workers/*"):
            os.utime(path, times=(0, 0))
        assert asked() == (503, ["worker"]), "it lives, but it has not moved"


def test_it_is_asked_by_anybody_and_leaves_nothing(settings: Settings) -> None:
    settings.SECOND_FACTOR = True
    user = User.objects.create_user("new", password="a-Long-one-1", must_change_password=True)
    client = Client()
    client.force_login(user)
    before = Session.objects.count()
    with at_work():
        assert asked(host="10.9.8.7:81") == (200, [])
        assert asked(client) == (200, [])
        assert Client().head("/healthz").status_code == 200
        assert Client().post("/healthz").status_code == 405
    assert Session.objects.count() == before


def test_jobs_that_hang() -> None:
    with at_work() as name:
        waiting(5)
        assert asked() == (200, [])
        waiting(11)
        assert asked() == (503, ["jobs"])
        row = DBTaskResult.objects.first()
        assert row is not None
        row.claim(name)
        assert asked() == (200, []), "the others wait for one that runs"
        DBTaskResult.objects.filter(pk=row.pk).update(started_at=timezone.now() - timedelta(hours=7))
        assert asked() == (503, ["jobs"])


def test_a_tray_that_nobody_is_at() -> None:
    made = tray.make(tray.State("export", "1", "610881000000", kind="xlsx"))
    with at_work():
        assert asked() == (200, [])
        old = timezone.now().timestamp() - 400
        os.utime(tray.folder(made) / "state.json", times=(old, old))
        assert asked() == (503, ["jobs"])
        taken = tray.attempt(made, "export")
        assert taken is not None
        with taken[1]:
            assert asked() == (200, [])


def test_a_database_of_an_older_program() -> None:
    MigrationRecorder.Migration.objects.filter(app="responses").order_by("-id")[0].delete()
    with at_work():
        assert asked() == (503, ["migrations"])


def test_a_database_that_is_away(tmp_path: Path) -> None:
    code = (
        "import django; django.setup(); from django.test import Client; answer = Client().get('/healthz'); "
        "print(answer.status_code, answer.content.decode())"
    )
    environment = os.environ | {
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none", "PAICHA_HOME": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "paicha.config.settings",
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == '503 {"ok": false, "reasons": ["database"]}\n'

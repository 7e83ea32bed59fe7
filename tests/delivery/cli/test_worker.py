"""`paicha worker` by itself: it outlives a database that goes away, and takes up what a killed one left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from tests.worlds.homes import SECOND, Home, initialised_home

ASK = """
import django; django.setup()
import sys
from tests.worlds.tasks import leave
print(leave.enqueue(sys.argv[1]).id)
"""
CUT = """
import django; django.setup()
from django_tasks_db.models import DBTaskResult
import sys
from paicha.domain.jobs.queue import present
DBTaskResult.objects.get(pk=sys.argv[1]).claim(present("workers").path.name)
"""  # and with its end its worker is dead


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return initialised_home(tmp_path / "home", "--pack", SECOND)


def python(home: Home, code: str, *arguments: str) -> str:
    environment = home.environment | {"DJANGO_SETTINGS_MODULE": "paicha.config.settings"}
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], env=environment, capture_output=True, text=True, timeout=300,
        check=True,
    )  # fmt: skip
    return done.stdout.strip()


@contextmanager
def working(home: Home) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "paicha.delivery.cli.main", "worker"]
    with subprocess.Popen(command, env=home.environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and "已开始" in process.stdout.readline()
        yield process
        process.kill()


def in_time(holds: Callable[[], bool]) -> bool:
    end = time.monotonic() + 120
    while time.monotonic() < end and not holds():
        time.sleep(0.2)
    return holds()


def mark(home: Home) -> Path:
    """The file that the task of `ASK` leaves."""
    return home.folder / "done"


@pytest.mark.django_db
def test_the_next_worker_does_what_a_dead_one_had(home: Home) -> None:
    python(home, CUT, python(home, ASK, str(mark(home))))
    with working(home) as process:
        assert in_time(mark(home).exists)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=300) == 0
    assert list((home.folder / "files" / "workers").iterdir()) == []


@pytest.mark.django_db
def test_it_outlives_a_lost_database(home: Home) -> None:
    if home.database is None:
        pytest.skip("an embedded database is never away")

    with working(home) as process:
        assert in_time(lambda: any((home.folder / "files" / "workers").glob("*.*")))
        for _ in range(2):
            with psycopg.connect(home.database, autocommit=True) as connection:
                connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            time.sleep(2)
        python(home, ASK, str(mark(home)))
        assert in_time(mark(home).exists) and process.poll() is None
        os.kill(process.pid, signal.SIGINT)
        assert process.wait(timeout=300) == 0
